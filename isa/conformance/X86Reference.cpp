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
static ScalarReference dotProduct(unsigned Bytes, bool Signed1, bool Signed2, bool Saturates,
                                  bool Masked, bool Merge) {
  return [=](const Row &R, uint8_t, MachineState &S) {
    const bool SignedSum = Signed1 || Signed2;
    // The accumulator is also what merging keeps.
    const uint8_t *A = S.In[Masked ? 2 : 1], *B = S.In[Masked ? 3 : 2];
    uint64_t Mask = UINT64_MAX;
    if (Masked)
      std::memcpy(&Mask, S.In[1], 8);
    for (unsigned Lane = 0; Lane != R.Def.Bits / 32u; ++Lane) {
      int64_t Sum = element(S.In[0], Lane, 4, SignedSum);
      for (unsigned I = 0; I != 4 / Bytes; ++I) {
        unsigned At = Lane * (4 / Bytes) + I;
        Sum += element(A, At, Bytes, Signed1) * element(B, At, Bytes, Signed2);
      }
      if (Saturates && SignedSum)
        Sum = std::clamp<int64_t>(Sum, std::numeric_limits<int32_t>::min(),
                                  std::numeric_limits<int32_t>::max());
      else if (Saturates)
        Sum = std::min<int64_t>(Sum, std::numeric_limits<uint32_t>::max());
      uint32_t Low = uint32_t(Sum);
      if (!(Mask >> Lane & 1))
        Low = Merge ? uint32_t(element(S.In[0], Lane, 4, false)) : 0;
      std::memcpy(S.After + 4 * Lane, &Low, 4);
    }
  };
}

/// The SDM's VPMADD52LUQ and VPMADD52HUQ: a half of the 104-bit product of the low
/// 52 bits, added to the accumulator.
static ScalarReference multiply52(bool High) {
  return [=](const Row &R, uint8_t, MachineState &S) {
    constexpr uint64_t Low52 = (uint64_t(1) << 52) - 1;
    for (unsigned Lane = 0; Lane != R.Def.Bits / 64u; ++Lane) {
      uint64_t In[3];
      for (unsigned I = 0; I != 3; ++I)
        std::memcpy(&In[I], S.In[I] + 8 * Lane, 8);
      unsigned __int128 Product = (unsigned __int128)(In[1] & Low52) * (In[2] & Low52);
      uint64_t Sum = In[0] + uint64_t(High ? Product >> 52 : Product & Low52);
      std::memcpy(S.After + 8 * Lane, &Sum, 8);
    }
  };
}

/// Intel's VCVTNEPS2BF16: denormals are zeros, NaNs are quieted and cut off, all
/// else rounds to nearest even. Two sources: the second one is the lower half.
static ScalarReference brainFloats(unsigned Sources, bool Merge, bool Zero) {
  return [=](const Row &R, uint8_t, MachineState &S) {
    unsigned First = Merge ? 2 : Zero ? 1 : 0, Words = R.Ins.back().Bits / 32;
    uint64_t Mask = UINT64_MAX;
    if (Merge || Zero)
      std::memcpy(&Mask, S.In[First - 1], 8);
    std::memset(S.After, 0, R.Def.bytes());
    for (unsigned I = 0; I != Words * Sources; ++I) {
      const uint8_t *From = S.In[First + (Sources == 2 && I < Words ? 1 : 0)];
      uint32_t X;
      std::memcpy(&X, From + 4 * (I % Words), 4);
      uint32_t Exponent = X >> 23 & 255, Upper = X >> 16, Lower = X & 0xffff;
      if (Exponent == 255 && X << 9)
        Upper |= 0x40;
      else if (Exponent == 0)
        Upper &= 0x8000;
      else if (Lower > 0x8000 || (Lower == 0x8000 && Upper & 1))
        ++Upper;
      uint16_t Result = uint16_t(Upper), Kept;
      std::memcpy(&Kept, S.In[0] + 2 * I, 2);
      if (!(Mask >> I & 1))
        Result = Merge ? Kept : 0;
      std::memcpy(S.After + 2 * I, &Result, 2);
    }
  };
}

/// Loads under a mask that put one element everywhere, or the next one wherever the
/// mask is set; elements of \p Bytes.
static ScalarReference maskedLoad(unsigned Bytes, bool Expand, bool Merge) {
  return [=](const Row &R, uint8_t, MachineState &S) {
    const uint8_t *Memory = S.In[Merge ? 2 : 1];
    uint64_t Mask;
    std::memcpy(&Mask, S.In[Merge ? 1 : 0], 8);
    for (unsigned I = 0, Next = 0; I != R.Def.bytes() / Bytes; ++I) {
      uint8_t *To = S.After + I * Bytes;
      if (Mask >> I & 1)
        std::memcpy(To, Memory + Bytes * (Expand ? Next++ : 0), Bytes);
      else if (Merge)
        std::memcpy(To, S.In[0] + I * Bytes, Bytes);
      else
        std::memset(To, 0, Bytes);
    }
  };
}

std::optional<ScalarReference> scalarReference(StringRef Opcode) {
  SmallVector<StringRef, 6> M;
  if (Regex("^VPDP([BW])([SU])([SU])D(S?)(Z128|Z256|Z|Y)?rr?(k|kz)?$").match(Opcode, &M)) {
    const unsigned Bytes = M[1] == "B" ? 1 : 2;
    return dotProduct(Bytes, M[2] == "S", M[3] == "S", M[4] == "S", !M[6].empty(), M[6] == "k");
  }
  if (Regex("^VPMADD52([LH])UQ(Z128|Z256|Z|Y)?rr?$").match(Opcode, &M))
    return multiply52(M[1] == "H");
  if (Regex("^VCVTNE(2?)PS2BF16(Z128|Z256|Z|Y)?rr(k?z?)$").match(Opcode, &M))
    return brainFloats(M[1].empty() ? 1 : 2, M[3] == "k", M[3] == "kz");
  if (Regex("^VPBROADCAST([BW])Z(128|256)?rm(kz?)$").match(Opcode, &M))
    return maskedLoad(M[1] == "B" ? 1 : 2, /*Expand=*/false, M[3] == "k");
  if (Regex("^VPEXPAND([BW])Z(128|256)?rm(kz?)$").match(Opcode, &M))
    return maskedLoad(M[1] == "B" ? 1 : 2, /*Expand=*/true, M[3] == "k");
  if (Opcode == "VMOVDDUPZ128rm")
    return [](const Row &, uint8_t, MachineState &S) {
      std::memcpy(S.After, S.In[0], 8);
      std::memcpy(S.After + 8, S.In[0], 8);
    };
  if (Regex("^VMOVDDUPZ128rm(kz?)$").match(Opcode, &M))
    return maskedLoad(8, /*Expand=*/false, M[1] == "k");
  return floatReference(Opcode);
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
