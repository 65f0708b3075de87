//===- isa/conformance/AMDGPUReference.cpp - A second source -------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/conformance/AMDGPUReference.h"

namespace whittle {

namespace {

const ReferenceTable &table() {
  static const ReferenceTable Table = [] {
    ReferenceTable T;
    addIntegerReference(T);
    addWideReference(T);
    addDotReference(T);
    addHalfReference(T);
    addMatrixReference(T);
    addSparseReference(T);
    addCompareReference(T);
    addScalarReference(T);
    addScalarFloatReference(T);
    addFloatReference(T);
    addFloat16Reference(T);
    addConvert16Reference(T);
    addCrossLaneReference(T);
    return T;
  }();
  return Table;
}

/// The entry with the longest name that \p Opcode has when what only says how it is
/// encoded is taken off its end: "V_ADD_U32_e64:clamp" is "V_ADD_U32:clamp", and
/// "V_MIN_F16_t16_e64" is "V_MIN_F16_t16" where there is one, else "V_MIN_F16".
const ReferenceEntry *lookUp(std::string_view Opcode) {
  const size_t Colon = std::min(Opcode.find(':'), Opcode.size());
  std::string_view Name = Opcode.substr(0, Colon);
  for (bool Found = true; Found;) {
    const auto It = table().find(std::string(Name) + std::string(Opcode.substr(Colon)));
    if (It != table().end())
      return &It->second;
    Found = false;
    for (std::string_view Suffix : {"_e64", "_e32", "_opsel", "_t16", "_fake16", "_gfx9", "_gfx11",
                                    "_vgprcd", "_mac", "_twoaddr", "_threeaddr"})
      if (Name.ends_with(Suffix)) {
        Name.remove_suffix(Suffix.size());
        Found = true;
        break;
      }
  }
  return nullptr;
}

uint64_t valueOf(const WaveRegisters &W, unsigned Lane) {
  return W.Regs[0][Lane] | (W.Regs.size() > 1 ? uint64_t(W.Regs[1][Lane]) << 32 : 0);
}

void setValue(WaveRegisters &W, unsigned Lane, uint64_t Value) {
  W.Regs[0][Lane] = uint32_t(Value);
  if (W.Regs.size() > 1)
    W.Regs[1][Lane] = uint32_t(Value >> 32);
}

} // namespace

bool knowsAMDGPU(std::string_view Opcode) { return lookUp(Opcode) != nullptr; }

bool executeAMDGPU(std::string_view Opcode, const WaveCall &Call, WaveRegisters &Out) {
  const ReferenceEntry *Entry = lookUp(Opcode);
  if (!Entry)
    return false;
  const ReferenceEntry &R = *Entry;
  if (R.K == ReferenceEntry::Wave)
    return R.W(Call, Out), true;
  for (unsigned L = 0; L != (R.K == ReferenceEntry::Scalar ? 1 : Call.Lanes); ++L) {
    if (!Call.on(L) && R.K == ReferenceEntry::Lane)
      continue;
    uint64_t Sources[8] = {};
    for (size_t K = 0; K != Call.In.size(); ++K)
      Sources[K] = valueOf(Call.In[K], L);
    const bool Clears = R.K == ReferenceEntry::Mask && !Call.on(L);
    setValue(Out, L, Clears ? 0 : R.L ? R.L(Sources, L) : R.E(Sources, Call.Imm.data()));
  }
  return true;
}

} // namespace whittle
