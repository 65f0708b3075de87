//===- tests/isa-amdgpu/MatrixTest.cpp - Layouts of matrix operands -------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Where elements stand, by hand.
//
//===----------------------------------------------------------------------===//

#include "isa/Meaning.h"
#include "isa/conformance/AMDGPUReference.h"
#include "isa/conformance/IsaEval.h"
#include "tests/isa-amdgpu/TestTools.h"
#include "llvm/IR/IRBuilder.h"
#include "gtest/gtest.h"

using namespace llvm;
using namespace whittle;

namespace {

const Row &row(StringRef Name) {
  const Row *R = openIsa("amdgcn").find(Name);
  if (!R)
    report_fatal_error("no row " + Name);
  return *R;
}

/// Operands, each as bytes: lane 0 first, each lane with its registers together.
using Wave = std::vector<std::vector<uint8_t>>;

/// The row's result and the reference's, on the same operands.
std::pair<std::vector<uint32_t>, std::vector<uint32_t>> runBoth(const Row &R, const Wave &In,
                                                                ArrayRef<int64_t> Imm) {
  auto F = RowFunction::cached(R);
  if (!F)
    report_fatal_error(F.takeError());
  // Matrix instructions ignore EXEC.
  const EvalReply Reply = (*F)->run(In, Imm, /*Exec=*/0, R.WaveLanes);
  EXPECT_TRUE(all_of(Reply.Defined[0], [](uint8_t B) { return B == 0xff; })) << R.Name;
  std::vector<uint32_t> Got(Reply.Out[0].size() / 4);
  memcpy(Got.data(), Reply.Out[0].data(), 4 * Got.size());

  WaveCall Call;
  Call.Lanes = R.WaveLanes;
  Call.Exec = 0;
  Call.Imm.assign(Imm.begin(), Imm.end());
  for (const auto &Bytes : In) {
    const unsigned Regs = unsigned(Bytes.size() / 4 / R.WaveLanes);
    WaveRegisters &W = Call.In.emplace_back(Regs);
    for (unsigned At = 0; At != Regs * R.WaveLanes; ++At)
      memcpy(&W.Regs[At % Regs][At / Regs], &Bytes[4 * size_t(At)], 4);
  }
  const unsigned Regs = R.Def.Bits / 32;
  WaveRegisters Out(Regs);
  EXPECT_TRUE(executeAMDGPU(R.Name, Call, Out)) << R.Name;
  std::vector<uint32_t> Want(Got.size());
  for (unsigned At = 0; At != Want.size(); ++At)
    Want[At] = Out.Regs[At % Regs][At / Regs];
  return {Got, Want};
}

struct Product {
  unsigned LaneA, LaneB, Byte; ///< of what a lane holds
  unsigned LaneD, RegD;
};

Wave zeroes(const Row &R) {
  Wave In;
  for (ValueType Ty : R.Ins)
    In.emplace_back(size_t(R.WaveLanes) * Ty.Bits / 8);
  return In;
}

/// One byte of A and one of B, and their product alone in one element of D.
void expectOneProduct(const std::string &Name, Product P, uint8_t A, uint8_t B, uint32_t Value,
                      ArrayRef<int64_t> Imm = {}) {
  const Row &R = row(Name);
  const unsigned Regs = R.Def.Bits / 32;
  Wave In = zeroes(R);
  In[0][P.LaneA * R.Ins[0].Bits / 8 + P.Byte] = A;
  In[1][P.LaneB * R.Ins[1].Bits / 8 + P.Byte] = B;
  std::vector<uint32_t> Want(size_t(R.WaveLanes) * Regs);
  Want[P.LaneD * Regs + P.RegD] = Value;
  const auto [Got, Reference] = runBoth(R, In, Imm);
  EXPECT_EQ(Got, Want) << Name;
  EXPECT_EQ(Reference, Want) << "reference, " << Name;
}

TEST(AMDGPUMatrix, OneProductLandsWhereTheLayoutSays) {
  struct Case {
    const char *Name;
    Product P;
  };
  static const Case Cases[] = {
      {"V_MFMA_I32_4X4X4I8", {21, 22, 3, 22, 1}},     // block 5: A[1][3] B[3][2]
      {"V_MFMA_I32_16X16X4I8", {39, 41, 0, 25, 11}},  // block 2: A[7][0] B[0][9]
      {"V_MFMA_I32_32X32X4I8", {45, 36, 2, 36, 21}},  // block 1: A[13][2] B[2][4]
      {"V_MFMA_I32_16X16X16I8", {54, 51, 1, 19, 2}},  // A[6][13] B[13][3]
      {"V_MFMA_I32_32X32X8I8", {51, 63, 1, 31, 11}},  // A[19][5] B[5][31]
      {"V_MFMA_I32_16X16X32I8", {17, 18, 3, 2, 1}},   // A[1][11] B[11][2]
      {"V_MFMA_I32_16X16X32I8", {62, 63, 7, 63, 2}},  // A[14][31] B[31][15]
      {"V_MFMA_I32_32X32X16I8", {37, 41, 6, 41, 1}},  // A[5][14] B[14][9]
      {"V_MFMA_I32_32X32X16I8", {30, 31, 2, 63, 14}}, // A[30][2] B[2][31]
      {"V_MFMA_I32_16X16X64_I8", {63, 48, 2, 48, 3}}, // A[15][50] B[50][0]
      {"V_MFMA_I32_32X32X32_I8", {33, 34, 15, 2, 1}}, // A[1][31] B[31][2]
  };
  for (const Case &C : Cases)
    for (const char *Form : {"_e64", "_vgprcd_e64", "_mac_e64", "_mac_vgprcd_e64"})
      if (openIsa("amdgcn").find(C.Name + std::string(Form)))
        expectOneProduct(C.Name + std::string(Form), C.P, uint8_t(-3), 11, uint32_t(-33));
}

TEST(AMDGPUMatrix, AnIndexSaysWhereASparseElementIs) {
  struct Case {
    const char *Name;
    Product P;
    uint32_t Index;
  };
  static const Case Cases[] = {
      // A[6][37], the first of the pair for 36 to 39; B[37][9]
      {"V_SMFMAC_I32_16X16X64_I8_e64", {38, 41, 2, 25, 2}, 1 << 4},
      // A[19][29], the second for 28 to 31; B[29][3]
      {"V_SMFMAC_I32_32X32X32_I8_e64", {51, 35, 7, 3, 11}, 1 << 14},
      // A[1][95], the second for 92 to 95; B[95][2]
      {"V_SMFMAC_I32_16X16X128_I8_e64", {33, 34, 15, 2, 1}, 3u << 30},
      // A[19][45], the second for 44 to 47; B[45][3]
      {"V_SMFMAC_I32_32X32X64_I8_e64", {51, 35, 7, 3, 11}, 1 << 14},
      // A[11][22], the first for 20 to 23; B[22][4]
      {"V_SWMMAC_I32_16X16X32_IU8_w32_twoaddr:ss", {27, 20, 2, 20, 3}, 2 << 4},
      {"V_SWMMAC_I32_16X16X32_IU8_w64_twoaddr:ss", {43, 36, 2, 36, 3}, 2 << 4},
  };
  for (const Case &C : Cases) {
    const Row &R = row(C.Name);
    // Of four elements of B, that which the index names.
    const unsigned Place = C.Index >> (2 * C.P.Byte) & 3, Group = C.P.Byte / 2;
    const Product &At = C.P;
    Wave In = zeroes(R);
    In[0][At.LaneA * R.Ins[0].Bits / 8 + At.Byte] = uint8_t(-3);
    In[1][At.LaneB * R.Ins[1].Bits / 8 + 4 * Group + Place] = 11;
    auto Name = [&](uint32_t Index) {
      for (unsigned K = 0; K != R.Ins.size(); ++K)
        if (K > 1 && R.Ins[K].Bits == 32)
          memcpy(&In[K][At.LaneA * size_t(4)], &Index, 4);
    };
    Name(C.Index);
    const unsigned Regs = R.Def.Bits / 32;
    std::vector<uint32_t> Want(size_t(R.WaveLanes) * Regs);
    Want[At.LaneD * Regs + At.RegD] = uint32_t(-33);
    const auto [Got, Reference] = runBoth(R, In, {});
    EXPECT_EQ(Got, Want) << C.Name;
    EXPECT_EQ(Reference, Want) << "reference, " << C.Name;
    // And no other.
    Name(0);
    EXPECT_EQ(runBoth(R, In, {}).first, std::vector<uint32_t>(Want.size())) << C.Name;
  }
}

TEST(AMDGPUMatrix, ModifiersChooseWhatIsRead) {
  struct Case {
    const char *Name;
    Product P;
    int64_t Cbsz, Abid, Blgp;
  };
  static const Case Cases[] = {
      {"V_MFMA_I32_32X32X4I8", {45, 36, 2, 36, 21}, 0, 1, 0}, // no broadcast: no abid
      {"V_MFMA_I32_32X32X4I8", {45, 36, 2, 36, 21}, 1, 1, 0}, // its own block
      {"V_MFMA_I32_32X32X4I8", {13, 36, 2, 36, 21}, 1, 0, 0}, // A's block 0 in block 1
      {"V_MFMA_I32_16X16X4I8", {55, 41, 0, 25, 11}, 1, 1, 0}, // A's block 3 in block 2
      {"V_MFMA_I32_16X16X4I8", {23, 41, 0, 25, 11}, 2, 1, 0}, // A's block 1 in all
      {"V_MFMA_I32_4X4X4I8", {57, 22, 0, 22, 1}, 4, 14, 0},   // A's block 14 in all
      {"V_MFMA_I32_16X16X4I8", {39, 9, 0, 25, 11}, 0, 0, 1},  // B's block 0 in block 2
      {"V_MFMA_I32_16X16X4I8", {7, 41, 0, 25, 3}, 0, 0, 2},   // B's block 2 in block 0
      {"V_MFMA_I32_16X16X4I8", {23, 41, 0, 25, 7}, 0, 0, 3},  // B's block 2 in block 1
      {"V_MFMA_I32_16X16X4I8", {55, 41, 0, 25, 15}, 0, 0, 6}, // B's block 2 in block 3
      {"V_MFMA_I32_16X16X16I8", {22, 35, 1, 19, 2}, 0, 0, 3}, // k = 5: A[6] B[3]
  };
  for (const Case &C : Cases)
    expectOneProduct(C.Name + std::string("_e64:mods"), C.P, uint8_t(-3), 11, uint32_t(-33),
                     {C.Cbsz, C.Abid, C.Blgp});
}

TEST(AMDGPUMatrix, WmmaProductsLandWhereTheLayoutSays) {
  struct Case {
    const char *Name;
    Product P;
  };
  // gfx11 reads the copies of A and B in the lanes of the result.
  static const Case Bytes[] = {
      {"V_WMMA_I32_16X16X16_IU8_twoaddr_w32", {16 + 5, 16 + 9, 13, 16 + 9, 2}}, // D[5][9]
      {"V_WMMA_I32_16X16X16_IU8_threeaddr_w64", {48 + 15, 48 + 2, 6, 48 + 2, 3}},
      {"V_WMMA_I32_16X16X16_IU8_w32_threeaddr", {16 + 3, 16 + 1, 7, 1, 3}},     // D[3][1], k = 15
      {"V_WMMA_I32_16X16X16_IU8_w64_twoaddr", {48 + 13, 48 + 4, 0, 48 + 4, 1}}, // D[13][4]
  };
  for (const Case &C : Bytes) {
    const std::string Name = C.Name;
    expectOneProduct(Name, C.P, 253, 250, 63250);
    expectOneProduct(Name + ":ss", C.P, 253, 250, 18);
    expectOneProduct(Name + ":su", C.P, 253, 250, uint32_t(-750));
    expectOneProduct(Name + ":us", C.P, 253, 250, uint32_t(-1518));
  }
  static const Case Nibbles[] = {
      {"V_WMMA_I32_16X16X16_IU4_threeaddr_w32", {4, 7, 5, 7, 2}},
      {"V_WMMA_I32_16X16X16_IU4_twoaddr_w64", {16 + 9, 16 + 2, 7, 16 + 2, 2}},
      {"V_WMMA_I32_16X16X16_IU4_w32_twoaddr", {16 + 9, 16 + 2, 3, 16 + 2, 1}},
      {"V_WMMA_I32_16X16X32_IU4_w32_twoaddr", {16 + 1, 16 + 2, 7, 2, 1}},
      {"V_WMMA_I32_16X16X32_IU4_w64_twoaddr", {48 + 1, 48 + 2, 3, 2, 1}},
  };
  // 14 * 9 + 2 * 13, where as signed -2 * -7 + 2 * -3.
  for (const Case &C : Nibbles) {
    const std::string Name = C.Name;
    expectOneProduct(Name, C.P, 0x2e, 0xd9, 152);
    expectOneProduct(Name + ":ss", C.P, 0x2e, 0xd9, 8);
    expectOneProduct(Name + ":su", C.P, 0x2e, 0xd9, uint32_t(8));
    expectOneProduct(Name + ":us", C.P, 0x2e, 0xd9, uint32_t(-104));
  }
}

TEST(AMDGPUMatrix, OnlyClampSaturates) {
  for (const char *Name :
       {"V_WMMA_I32_16X16X16_IU8_twoaddr_w32", "V_WMMA_I32_16X16X16_IU8_w64_twoaddr"}) {
    auto Run = [&](const char *Variant, uint8_t A, uint8_t B, uint32_t C) {
      const Row &R = row(Name + std::string(Variant));
      Wave In = zeroes(R);
      memset(In[0].data(), A, In[0].size());
      memset(In[1].data(), B, In[1].size());
      for (size_t At = 0; At != In[2].size(); At += 4)
        memcpy(&In[2][At], &C, 4);
      const auto [Got, Reference] = runBoth(R, In, {});
      EXPECT_EQ(Got, Reference);
      return Got[5];
    };
    EXPECT_EQ(Run("", 2, 3, 0x7ffffff0), 0x80000050u);
    EXPECT_EQ(Run(":clamp", 2, 3, 0x7ffffff0), 0x7fffffffu);
    EXPECT_EQ(Run(":clamp", 2, 3, 0x80000000), 0x80000060u);
    EXPECT_EQ(Run(":ss", 0xfe, 3, 0x80000010), 0x7fffffb0u);
    EXPECT_EQ(Run(":ss_clamp", 0xfe, 3, 0x80000010), 0x80000000u);
    EXPECT_EQ(Run(":su_clamp", 0xfe, 3, 0x80000010), 0x80000000u);
    EXPECT_EQ(Run(":us_clamp", 0xfe, 3, 0x7ffffff0), 0x7fffffffu);
  }
}

TEST(AMDGPUMatrix, ConstantLaneAndRegisterFoldAway) {
  LLVMContext Ctx;
  Module M("m", Ctx);
  Type *I32 = Type::getInt32Ty(Ctx);
  Function *F =
      Function::Create(FunctionType::get(I32, {I32}, false), GlobalValue::ExternalLinkage, "f", M);
  IRBuilder<> B(BasicBlock::Create(Ctx, "", F));
  unsigned Reads[3] = {};
  auto Read = [&](unsigned K, Value *Lane, Value *Reg) -> Value * {
    EXPECT_TRUE(isa<ConstantInt>(Lane) && isa<ConstantInt>(Reg));
    ++Reads[K];
    return F->getArg(0);
  };
  buildElement(B, row("V_MFMA_I32_32X32X16I8_e64"), Read, B.getInt32(40), B.getInt32(13));
  EXPECT_EQ(Reads[0], 4u);
  EXPECT_EQ(Reads[1], 4u);
  EXPECT_EQ(Reads[2], 1u);
}

} // namespace
