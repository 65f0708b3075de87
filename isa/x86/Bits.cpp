//===- isa/x86/Bits.cpp - Counting bits, fields of bits, conflicts ------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/x86/X86Rows.h"

using namespace llvm;

namespace whittle::x86 {

/// Bit J of element I: element J, further down, is equal.
static V conflicts(V A) {
  Sem &S = A.sem();
  unsigned N = A.lanes();
  V Zero = S.constantLike(A, 0), Found = Zero;
  for (unsigned Distance = 1; Distance != N; ++Distance) {
    SmallVector<V, 16> Bit;
    for (unsigned I = 0; I != N; ++I)
      Bit.push_back(S.constant(A.eltBits(), I >= Distance ? uint64_t(1) << (I - Distance) : 0));
    V Below = arrange(A, N, [=](unsigned I) { return I >= Distance ? I - Distance : I; });
    V Equal = cmp(CmpInst::ICMP_EQ, A, Below);
    Found = Found | select(Equal, S.build(Bit), Zero);
  }
  return Found;
}

void addBits(RowSet &R) {
  for (unsigned I = 0; I != 4; ++I) {
    unsigned Elt = 8u << I;
    add(R,
        {.Stem = std::string("POPCNT") + "BWDQ"[I],
         .Evex = Elt < 32 ? "+avx512bitalg" : "+avx512vpopcntdq",
         .MaskElt = Elt},
        [=](const Ops &O) { return ctpop(O.in(0, Elt)); });
    if (Elt < 32)
      continue;
    add(R, {.Stem = std::string("PLZCNT") + "BWDQ"[I], .Evex = "+avx512cd", .MaskElt = Elt},
        [=](const Ops &O) { return ctlz(O.in(0, Elt)); });
    add(R,
        {.Stem = std::string("PCONFLICT") + "BWDQ"[I],
         .Evex = "+avx512cd",
         .MaskElt = Elt,
         .Weight = 12},
        [=](const Ops &O) { return conflicts(O.in(0, Elt)); });
  }
  // Eight bits of the qword from each byte's bit number on, wrapping. The
  // numbers are the first operand.
  add(R, {.Stem = "PMULTISHIFTQB", .Evex = "+avx512vbmi", .MaskElt = 8}, [](const Ops &O) {
    V Index = O.in(0, 64), Data = O.in(1, 64);
    V Result = O.sem().constantLike(Data, 0);
    for (unsigned Byte = 0; Byte != 8; ++Byte)
      Result = Result | shl(rotr(Data, lshr(Index, 8 * Byte)) & 0xff, 8 * Byte);
    return Result;
  });
}

} // namespace whittle::x86
