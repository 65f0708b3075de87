//===- isa/conformance/X86Reference.cpp - x86 instructions in plain C++ ---------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/conformance/X86Reference.h"
#include "llvm/Support/Regex.h"
#include <algorithm>
#include <cstring>
#include <limits>

using namespace llvm;

namespace whittle {

/// The element of \p Bytes at \p Index, as a signed or unsigned number.
static int64_t element(const uint8_t *From, unsigned Index, unsigned Bytes, bool Signed) {
  uint64_t Value = 0;
  std::memcpy(&Value, From + Index * Bytes, Bytes);
  if (Signed && (Value >> (8 * Bytes - 1) & 1))
    return int64_t(Value) - (int64_t(1) << (8 * Bytes));
  return int64_t(Value);
}

/// Intel's Instruction Set Extensions reference, VPDPB[SU,UU,SS]D[,S] and
/// VPDPW[SU,US,UU]D[,S], and the SDM's VPDPBUSD and VPDPWSSD: products of the
/// elements of a dword are exact, summed with the accumulator, and the sum is
/// saturated once or wraps. It is unsigned if both factors are.
static ScalarReference dotProduct(unsigned Bytes, bool Signed1, bool Signed2, bool Saturates) {
  return [=](const Row &R, uint8_t, MachineState &S) {
    const bool SignedSum = Signed1 || Signed2;
    for (unsigned Lane = 0; Lane != R.Def.Bits / 32u; ++Lane) {
      int64_t Sum = element(S.In[0], Lane, 4, SignedSum);
      for (unsigned I = 0; I != 4 / Bytes; ++I) {
        unsigned At = Lane * (4 / Bytes) + I;
        Sum += element(S.In[1], At, Bytes, Signed1) * element(S.In[2], At, Bytes, Signed2);
      }
      if (Saturates && SignedSum)
        Sum = std::clamp<int64_t>(Sum, std::numeric_limits<int32_t>::min(),
                                  std::numeric_limits<int32_t>::max());
      else if (Saturates)
        Sum = std::min<int64_t>(Sum, std::numeric_limits<uint32_t>::max());
      uint32_t Low = uint32_t(Sum);
      std::memcpy(S.After + 4 * Lane, &Low, 4);
    }
  };
}

std::optional<ScalarReference> scalarReference(StringRef Opcode) {
  SmallVector<StringRef, 6> M;
  if (Regex("^VPDP([BW])([SU])([SU])D(S?)(Z128|Z256|Z|Y)?r?rr?$").match(Opcode, &M)) {
    const unsigned Bytes = M[1] == "B" ? 1 : 2;
    return dotProduct(Bytes, M[2] == "S", M[3] == "S", M[4] == "S");
  }
  return std::nullopt;
}

bool X86ReferenceMachine::accepts(const Row &R, std::string &Why) {
  if (scalarReference(R.Name))
    return true;
  Why = "no scalar reference is written for it";
  return false;
}

Error X86ReferenceMachine::run(MutableArrayRef<X86Job> Jobs) {
  for (X86Job &J : Jobs) {
    auto Reference = scalarReference(J.R->Name);
    assert(Reference && "accepts() comes first");
    for (MachineState &S : J.States) {
      (*Reference)(*J.R, J.Imm, S);
      S.FlagsAfter = S.FlagsBefore;
    }
  }
  return Error::success();
}

} // namespace whittle
