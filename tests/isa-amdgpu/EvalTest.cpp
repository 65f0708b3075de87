//===- tests/isa-amdgpu/EvalTest.cpp - whittle isa eval's engine ----------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/conformance/IsaEval.h"
#include "tests/isa-amdgpu/TestTools.h"
#include "llvm/ADT/StringExtras.h"
#include "gmock/gmock.h"
#include "gtest/gtest.h"
#include <nlohmann/json.hpp>

using namespace llvm;
using namespace whittle;
using Json = nlohmann::json;
using testing::HasSubstr;

namespace {

const TargetIsa &isa(StringRef Arch) { return openIsa(Arch); }

std::string repeated(StringRef Hex, unsigned N) {
  std::string S;
  for (unsigned I = 0; I != N; ++I)
    S += Hex;
  return S;
}

Json ask(StringRef Arch, const Json &Request, bool WantFailure = false) {
  bool Failed = false;
  Json Reply = Json::parse(evalLine(isa(Arch), Request.dump(), "", &Failed));
  EXPECT_EQ(Failed, WantFailure) << Reply.dump();
  EXPECT_EQ(Reply.contains("error"), WantFailure);
  return Reply;
}

std::string errorOf(StringRef Arch, const Json &Request) {
  Json Reply = ask(Arch, Request, true);
  EXPECT_EQ(Reply["opcode"], Request.value("opcode", ""));
  return Reply.value("error", "");
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

TEST(Eval, X86Vector) {
  Json Reply = ask("x86_64", {{"opcode", "VPADDDZrr"},
                              {"cpu", "icelake-server"},
                              {"in", {repeated("ffffffff", 16), repeated("02000000", 16)}}});
  EXPECT_EQ(Reply["opcode"], "VPADDDZrr");
  EXPECT_EQ(Reply["out"], Json({repeated("01000000", 16)}));
  EXPECT_EQ(Reply["defined"], Json({repeated("ff", 64)}));
}

TEST(Eval, X86MaskResultIsEightBytesWithZerosAbove) {
  Json Reply =
      ask("x86_64", {{"opcode", "VPCMPEQDZrr"}, {"in", {repeated("07", 64), repeated("07", 64)}}});
  EXPECT_EQ(Reply["out"], Json({"ffff000000000000"}));
  EXPECT_EQ(Reply["defined"], Json({"ffffffffffffffff"}));
}

TEST(Eval, X86ImmediateOfEitherSign) {
  const Json In = {repeated("f0", 64), repeated("cc", 64), repeated("aa", 64)};
  for (int Imm : {0xe8, 0xe8 - 256})
    EXPECT_EQ(ask("x86_64", {{"opcode", "VPTERNLOGDZrri"}, {"in", In}, {"imm", {Imm}}})["out"],
              Json({repeated("e8", 64)}));
}

TEST(Eval, ShiftCountPastTheWidthIsZeroOnX86AndWrapsOnAMDGPU) {
  Json X86 = ask("x86_64", {{"opcode", "VPSLLVDZrr"},
                            {"in", {repeated("03000000", 16), repeated("21000000", 16)}}});
  EXPECT_EQ(X86["out"], Json({repeated("00000000", 16)}));
  // The count is the first operand of V_LSHLREV: 33 shifts by 1.
  Json AMD = ask("amdgcn", {{"opcode", "V_LSHLREV_B32_e64"},
                            {"cpu", "gfx942"},
                            {"in", {repeated("21000000", 64), repeated("03000000", 64)}}});
  EXPECT_EQ(AMD["out"], Json({repeated("06000000", 64)}));
}

TEST(Eval, LanesThatExecMasksOffAreUnspecified) {
  const Json In = {repeated("05000000", 64), repeated("07000000", 64)};
  // Bytes in memory order: lane 0 and lane 63.
  Json Reply =
      ask("amdgcn", {{"opcode", "V_ADD_U32_e64"}, {"in", In}, {"exec", "0100000000000080"}});
  EXPECT_EQ(Reply["out"], Json({"0c000000" + repeated("00000000", 62) + "0c000000"}));
  EXPECT_EQ(Reply["defined"], Json({"ffffffff" + repeated("00000000", 62) + "ffffffff"}));
  // The same as a number.
  EXPECT_EQ(
      ask("amdgcn", {{"opcode", "V_ADD_U32_e64"}, {"in", In}, {"exec", "0x8000000000000001"}}),
      Reply);
  Json Off = ask("amdgcn", {{"opcode", "V_ADD_U32_e64"}, {"in", In}, {"exec", "0x0"}});
  EXPECT_EQ(Off["defined"], Json({repeated("00", 256)}));
  Json On = ask("amdgcn", {{"opcode", "V_ADD_U32_e64"}, {"in", In}});
  EXPECT_EQ(On["defined"], Json({repeated("ff", 256)}));
}

TEST(Eval, MatrixIgnoresExecAndGoesLaneByLane) {
  // A = B = 0, so D is C: its registers stay together in each lane.
  std::string C;
  for (unsigned Byte = 0; Byte != 64 * 16; ++Byte)
    C += toHex(ArrayRef<uint8_t>({uint8_t(Byte * 7)}), true);
  const std::string Zero = repeated("00", 64 * 8);
  Json Reply = ask("amdgcn", {{"opcode", "V_MFMA_I32_16X16X32I8_e64"},
                              {"cpu", "gfx942"},
                              {"in", {Zero, Zero, C}},
                              {"exec", "0000000000000000"}});
  EXPECT_EQ(Reply["out"], Json({C}));
  EXPECT_EQ(Reply["defined"], Json({repeated("ff", 64 * 16)}));
}

TEST(Eval, WaveOf32) {
  Json Reply = ask("amdgcn", {{"opcode", "V_XOR_B32_e64"},
                              {"cpu", "gfx1100"},
                              {"in", {repeated("0f000000", 32), repeated("ff000000", 32)}},
                              {"exec", "ffffffff"}});
  EXPECT_EQ(Reply["out"], Json({repeated("f0000000", 32)}));
}

TEST(Eval, ScalarOperandIsReadByEveryLane) {
  Row R = *isa("amdgcn").find("V_SUB_U32_e64");
  R.Ins[1] = {RegKind::Sgpr, 32};
  auto F = RowFunction::compile(R);
  ASSERT_TRUE(bool(F)) << toString(F.takeError());
  std::vector<uint8_t> Lanes(256);
  for (unsigned L = 0; L != 64; ++L)
    Lanes[4 * L] = uint8_t(100 + L);
  const EvalReply Reply = (*F)->run({Lanes, {99, 0, 0, 0}}, {}, ~0ull, 64);
  for (unsigned L = 0; L != 64; ++L)
    EXPECT_EQ(Reply.Out[0][4 * L], L + 1);
}

//===----------------------------------------------------------------------===//
// Bad requests
//===----------------------------------------------------------------------===//

TEST(EvalErrors, NameTheItem) {
  const std::string Z = repeated("00", 64), W = repeated("00", 256);
  EXPECT_THAT(errorOf("x86_64", {{"opcode", "VPFOOZrr"}}),
              HasSubstr("unknown x86_64 opcode 'VPFOOZrr'"));
  EXPECT_THAT(errorOf("x86_64", {{"opcode", "VPADDDZrr"}, {"cpu", "z81"}, {"in", {Z, Z}}}),
              HasSubstr("'z81'"));
  EXPECT_THAT(errorOf("x86_64", {{"opcode", "VPADDDZrr"}, {"cpu", "haswell"}, {"in", {Z, Z}}}),
              HasSubstr("'VPADDDZrr' is not available on haswell"));
  EXPECT_THAT(errorOf("x86_64", {{"opcode", "VPADDDZrr"}, {"in", {Z}}}),
              HasSubstr("1 register operands given, it takes 2"));
  EXPECT_THAT(errorOf("x86_64", {{"opcode", "VPADDDZrr"}, {"in", {Z, Z + "00"}}}),
              HasSubstr("register operand 1 has 65 bytes, it takes 64 (v512)"));
  EXPECT_THAT(errorOf("x86_64", {{"opcode", "VPADDDZrr"}, {"in", {Z, "0g"}}}),
              HasSubstr("register operand 1"));
  EXPECT_THAT(errorOf("x86_64", {{"opcode", "VPADDDZrr"}, {"in", {Z, "000"}}}),
              HasSubstr("register operand 1"));
  EXPECT_THAT(errorOf("x86_64", {{"opcode", "VPADDDZrr"}, {"in", {Z, Z}}, {"imm", {1}}}),
              HasSubstr("1 immediates given, it takes 0"));
  EXPECT_THAT(errorOf("x86_64", {{"opcode", "VPTERNLOGDZrri"}, {"in", {Z, Z, Z}}, {"imm", {256}}}),
              HasSubstr("immediate 256 does not fit in 8 bits"));
  EXPECT_THAT(errorOf("x86_64", {{"opcode", "VPADDDZrr"}, {"in", {Z, Z}}, {"exec", "0x1"}}),
              HasSubstr("exec"));
  EXPECT_THAT(errorOf("x86_64", {{"opcode", "VPADDDZrr"}, {"in", {Z, Z}}, {"mask", "00"}}),
              HasSubstr("'mask'"));
  EXPECT_THAT(errorOf("amdgcn", {{"opcode", "V_MFMA_I32_16X16X32I8_e64"}, {"cpu", "gfx90a"}}),
              HasSubstr("not available on gfx90a"));
  EXPECT_THAT(errorOf("amdgcn", {{"opcode", "CONCAT"}}), HasSubstr("'CONCAT'"));
  EXPECT_THAT(errorOf("amdgcn", {{"opcode", "V_NOT_B32_e64"}, {"in", {W}}, {"exec", "00"}}),
              HasSubstr("exec '00'"));
  EXPECT_THAT(errorOf("amdgcn", {{"opcode", "V_NOT_B32_e64"}, {"in", {W}}, {"exec", "0xzz"}}),
              HasSubstr("0xzz"));
  EXPECT_THAT(errorOf("amdgcn", {{"opcode", "V_NOT_B32_e64"},
                                 {"cpu", "gfx1100"},
                                 {"in", {repeated("00", 128)}},
                                 {"exec", "0x100000000"}}),
              HasSubstr("past the 32"));
}

TEST(EvalErrors, LinesThatAreNoRequests) {
  for (const char *Line :
       {"", "{", "[]", "7", "{\"opcode\": 7}", "{\"in\": []}",
        "{\"opcode\": \"VPADDDZrr\", \"in\": 3}", "{\"opcode\": \"VPADDDZrr\", \"in\": [3]}",
        "\xff\xfe", "{\"opcode\": \"\xff\"}", "{\"opcode\": \"VPADDDZrr\", \"imm\": [1.5]}"}) {
    bool Failed = false;
    Json Reply = Json::parse(evalLine(isa("x86_64"), Line, "", &Failed));
    EXPECT_TRUE(Failed) << Line;
    EXPECT_TRUE(Reply.contains("opcode") && Reply.contains("error")) << Line;
  }
}

TEST(Eval, DefaultCpuHoldsUnlessTheLineNamesOne) {
  const std::string Z = repeated("00", 64);
  Json Request = {{"opcode", "VPADDDZrr"}, {"in", {Z, Z}}};
  bool Failed = false;
  evalLine(isa("x86_64"), Request.dump(), "haswell", &Failed);
  EXPECT_TRUE(Failed);
  Request["cpu"] = "znver5";
  evalLine(isa("x86_64"), Request.dump(), "haswell", &Failed);
  EXPECT_FALSE(Failed);
}

TEST(Eval, RequestSurvivesParsing) {
  auto R =
      parseEvalRequest(R"({"opcode":"X","cpu":"c","in":["0102","ff"],"imm":[-1,7],"exec":"0x10"})");
  ASSERT_TRUE(bool(R)) << toString(R.takeError());
  EXPECT_EQ(R->Opcode, "X");
  EXPECT_EQ(R->Cpu, "c");
  EXPECT_EQ(R->In, (std::vector<std::vector<uint8_t>>{{1, 2}, {0xff}}));
  EXPECT_EQ(R->Imm, (std::vector<int64_t>{-1, 7}));
  EXPECT_EQ(R->Exec->getZExtValue(), 16u);
}

} // namespace
