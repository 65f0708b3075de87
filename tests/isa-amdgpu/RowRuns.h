//===- tests/isa-amdgpu/RowRuns.h - Rows on values given by hand -*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_TESTS_ISA_AMDGPU_ROWRUNS_H
#define WHITTLE_TESTS_ISA_AMDGPU_ROWRUNS_H

#include "isa/conformance/AMDGPUReference.h"
#include "isa/conformance/IsaEval.h"
#include "tests/isa-amdgpu/TestTools.h"
#include "gtest/gtest.h"

namespace whittle {

constexpr unsigned WaveLanes = 64;

/// One operand: a value for each lane, or one value for all.
struct LaneValues {
  LaneValues(uint64_t All) : Values(WaveLanes, All) {}
  LaneValues(std::vector<uint64_t> First) : Values(std::move(First)) { Values.resize(WaveLanes); }
  std::vector<uint64_t> Values;
};

struct LaneResults {
  std::vector<uint64_t> Row, Reference; ///< of each lane; of a scalar, one
};

/// Runs the row and the reference for it.
inline LaneResults runRow(llvm::StringRef Name, llvm::ArrayRef<LaneValues> Operands,
                          llvm::ArrayRef<int64_t> Imm = {}, uint64_t Exec = ~uint64_t(0)) {
  const Row *R = openIsa("amdgcn").find(Name);
  if (!R || R->Ins.size() != Operands.size())
    llvm::report_fatal_error("no row " + Name + " of so many operands");
  WaveCall Call;
  Call.Exec = Exec;
  Call.Imm.assign(Imm.begin(), Imm.end());
  std::vector<std::vector<uint8_t>> Bytes;
  for (auto [Ty, Operand] : llvm::zip_equal(R->Ins, Operands)) {
    WaveRegisters &W = Call.In.emplace_back((Ty.Bits + 31) / 32);
    auto &Buffer = Bytes.emplace_back(wholeRegisterBytes(Ty, WaveLanes));
    for (unsigned L = 0; L != WaveLanes; ++L) {
      for (unsigned Reg = 0; Reg != W.Regs.size(); ++Reg)
        W.Regs[Reg][L] = uint32_t(Operand.Values[L] >> (32 * Reg));
      if (size_t At = size_t(L) * Ty.bytes(); At < Buffer.size())
        memcpy(&Buffer[At], &Operand.Values[L], Ty.bytes());
    }
  }
  auto F = RowFunction::cached(*R);
  if (!F)
    llvm::report_fatal_error(F.takeError());
  const EvalReply Reply = (*F)->run(Bytes, Imm, Exec, WaveLanes);
  WaveRegisters Out((R->Def.Bits + 31) / 32);
  if (!executeAMDGPU(R->Name, Call, Out))
    llvm::report_fatal_error("no reference for " + Name);
  LaneResults Results;
  for (unsigned L = 0; L != Reply.Out[0].size() / R->Def.bytes(); ++L) {
    uint64_t Value = 0;
    memcpy(&Value, &Reply.Out[0][size_t(L) * R->Def.bytes()], R->Def.bytes());
    Results.Row.push_back(Value);
    Results.Reference.push_back(Out.Regs[0][L] |
                                (Out.Regs.size() > 1 ? uint64_t(Out.Regs[1][L]) << 32 : 0));
  }
  return Results;
}

/// Both must give \p Want in lane 0, or as the scalar.
inline void expectResult(llvm::StringRef Name, llvm::ArrayRef<LaneValues> Operands, uint64_t Want,
                         llvm::ArrayRef<int64_t> Imm = {}) {
  const LaneResults R = runRow(Name, Operands, Imm);
  std::string Inputs;
  for (const LaneValues &O : Operands)
    Inputs += " " + std::to_string(O.Values[0]);
  EXPECT_EQ(R.Row[0], Want) << Name.str() << Inputs;
  EXPECT_EQ(R.Reference[0], Want) << "reference, " << Name.str() << Inputs;
}

} // namespace whittle

#endif // WHITTLE_TESTS_ISA_AMDGPU_ROWRUNS_H
