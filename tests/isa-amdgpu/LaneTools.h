//===- tests/isa-amdgpu/LaneTools.h - One lane of a row ---------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_TESTS_ISA_AMDGPU_LANETOOLS_H
#define WHITTLE_TESTS_ISA_AMDGPU_LANETOOLS_H

#include "isa/conformance/IsaEval.h"
#include "tests/isa-amdgpu/TestTools.h"

namespace whittle {

struct LaneResult {
  uint64_t Value = 0, Defined = 0; ///< bits that are specified
};

/// What row \p Name gives in each lane, all on, if \p In are its operands there.
inline LaneResult evaluateLane(llvm::StringRef Name, llvm::ArrayRef<uint64_t> In,
                               llvm::ArrayRef<int64_t> Imm = {}) {
  using namespace llvm;
  const TargetIsa &Isa = openIsa("amdgcn");
  const Row *R = Isa.find(Name);
  if (!R || R->Ins.size() != In.size())
    report_fatal_error("no row " + Name + " of so many operands");
  EvalRequest Request;
  Request.Opcode = Name.str();
  Request.Imm.assign(Imm.begin(), Imm.end());
  for (auto [Ty, Value] : zip_equal(R->Ins, In)) {
    auto &Bytes = Request.In.emplace_back(wholeRegisterBytes(Ty, 64));
    for (size_t I = 0; I != Bytes.size(); ++I)
      Bytes[I] = uint8_t(Value >> (8 * (I % Ty.bytes())));
  }
  Expected<EvalReply> Reply = evaluate(Isa, Request);
  if (!Reply)
    report_fatal_error(Reply.takeError());
  auto First = [&](const std::vector<uint8_t> &Bytes) {
    uint64_t Value = 0;
    for (unsigned I = 0; I != R->Def.bytes(); ++I)
      Value |= uint64_t(Bytes[I]) << (8 * I);
    return Value;
  };
  return {First(Reply->Out[0]), First(Reply->Defined[0])};
}

inline uint64_t lane(llvm::StringRef Name, llvm::ArrayRef<uint64_t> In,
                     llvm::ArrayRef<int64_t> Imm = {}) {
  return evaluateLane(Name, In, Imm).Value;
}

} // namespace whittle

#endif // WHITTLE_TESTS_ISA_AMDGPU_LANETOOLS_H
