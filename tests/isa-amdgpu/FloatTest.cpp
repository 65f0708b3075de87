//===- tests/isa-amdgpu/FloatTest.cpp - Traps in FP32 and FP64 ------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/conformance/IsaEval.h"
#include "tests/isa-amdgpu/TestTools.h"
#include "gtest/gtest.h"
#include <nlohmann/json.hpp>

using namespace llvm;
using namespace whittle;
using Json = nlohmann::json;

namespace {

std::string everyLane(uint64_t Value, unsigned Bytes) {
  std::string Lane, All;
  for (unsigned I = 0; I != Bytes; ++I) {
    Lane += "0123456789abcdef"[Value >> (8 * I + 4) & 15];
    Lane += "0123456789abcdef"[Value >> (8 * I) & 15];
  }
  for (unsigned I = 0; I != 64; ++I)
    All += Lane;
  return All;
}

void expectLane(const char *Opcode, std::vector<uint64_t> In, uint64_t Out, unsigned InBytes = 4,
                unsigned OutBytes = 4, std::vector<int> Imm = {}) {
  Json Ins = Json::array();
  for (uint64_t X : In)
    Ins.push_back(everyLane(X, InBytes));
  Json Request = {{"opcode", Opcode}, {"cpu", "gfx942"}, {"in", Ins}};
  if (!Imm.empty())
    Request["imm"] = Imm;
  Json Reply = Json::parse(evalLine(openIsa("amdgcn"), Request.dump(), "", nullptr));
  EXPECT_EQ(Reply["out"], Json({everyLane(Out, OutBytes)})) << Opcode << " " << Reply.dump();
}

constexpr uint64_t One = 0x3f800000, Infinity = 0x7f800000, Negative = 0x80000000;

TEST(Float, SignedZerosAndNaNs) {
  expectLane("V_ADD_F32_e64", {Negative, Negative}, Negative);
  expectLane("V_ADD_F32_e64", {Negative, 0}, 0);
  expectLane("V_SUB_F32_e32", {0, 0}, 0);
  expectLane("V_ADD_F32_e32", {Infinity, Infinity | Negative}, 0x7fc00000);
  expectLane("V_MUL_F32_e32", {0, Infinity | Negative}, 0x7fc00000);
  // The first NaN, quieted, whatever the second is.
  expectLane("V_ADD_F32_e32", {0xff800123, 0x7fc00456}, 0xffc00123);
  // The operands of the reverse form exchange roles, but not their order.
  expectLane("V_SUBREV_F32_e32", {0x7fc00001, 0x7fc00002}, 0x7fc00001);
  expectLane("V_SUBREV_F32_e32", {One, 0x40000000}, One);
  expectLane("V_CEIL_F32_e32", {0xbf000000}, Negative);
  expectLane("V_RNDNE_F32_e32", {0x40200000}, 0x40000000);
}

TEST(Float, DenormalsAreKeptAndFusedRoundsOnce) {
  expectLane("V_ADD_F32_e32", {1, 1}, 2);
  expectLane("V_MUL_F32_e32", {0x00800000, 0x3f000000}, 0x00400000);
  // (1 + 2^-23)^2 - (1 + 2^-22) is 2^-46, which a rounded product loses.
  expectLane("V_FMA_F32_e64", {0x3f800001, 0x3f800001, 0xbf800002}, 0x28800000);
}

TEST(Float, Modifiers) {
  expectLane("V_ADD_F32_e64:mods", {0xc0000000, One}, 0x40400000, 4, 4, {2, 0, 0});
  // Negation comes after the absolute value.
  expectLane("V_MUL_F32_e64:mods", {0xc0000000, One}, 0xc0000000, 4, 4, {3, 0, 0});
  expectLane("V_ADD_F32_e64:mods", {0x7fc00000, One}, 0, 4, 4, {0, 0, 1});
  expectLane("V_ADD_F32_e64:mods", {One, One}, One, 4, 4, {0, 0, 1});
}

TEST(Float, DoubleExtremaInIEEEMode) {
  constexpr uint64_t OneD = 0x3ff0000000000000, MinusZero = 0x8000000000000000;
  expectLane("V_MIN_F64_e64", {0, MinusZero}, MinusZero, 8, 8);
  expectLane("V_MAX_F64_e64", {MinusZero, 0}, 0, 8, 8);
  expectLane("V_MIN_F64_e64", {0x7ff8000000000000, OneD}, OneD, 8, 8);
  expectLane("V_MIN_F64_e64", {OneD, 0x7ff0000000000001}, 0x7ff8000000000001, 8, 8);
}

TEST(Float, ConversionsAtTheirLimits) {
  expectLane("V_CVT_I32_F32_e32", {0x4f000000}, 0x7fffffff);
  expectLane("V_CVT_I32_F32_e32", {0xcf000001}, 0x80000000);
  expectLane("V_CVT_I32_F32_e32", {0x7fc00000}, 0);
  expectLane("V_CVT_U32_F32_e32", {0xbf800000}, 0);
  expectLane("V_CVT_U32_F32_e32", {Infinity}, 0xffffffff);
  expectLane("V_CVT_I32_F32_e32", {0xbfc00000}, 0xffffffff);
  expectLane("V_CVT_F32_U32_e32", {0xffffffff}, 0x4f800000);
  expectLane("V_CVT_F32_UBYTE2_e32", {0x00ff0000}, 0x437f0000);
  expectLane("V_CVT_F32_F64_e32", {0x7ff0000000000001}, 0x7fc00000, 8, 4);
  expectLane("V_CVT_F64_F32_e32", {1}, 0x36a0000000000000, 4, 8);
}

} // namespace
