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
void expectOneProduct(const std::string &Name, Product P) {
  const Row &R = row(Name);
  const unsigned Regs = R.Def.Bits / 32;
  Wave In = zeroes(R);
  In[0][P.LaneA * R.Ins[0].Bits / 8 + P.Byte] = uint8_t(-3);
  In[1][P.LaneB * R.Ins[1].Bits / 8 + P.Byte] = 11;
  std::vector<uint32_t> Want(size_t(R.WaveLanes) * Regs);
  Want[P.LaneD * Regs + P.RegD] = uint32_t(-33);
  const auto [Got, Reference] = runBoth(R, In, {});
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
        expectOneProduct(C.Name + std::string(Form), C.P);
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
