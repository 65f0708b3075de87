//===- isa/amdgpu/Matrix.cpp - What matrix products share -----------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/amdgpu/Matrix.h"

using namespace llvm;

namespace whittle::amdgpu {

static V roundedToXF32(V Single) {
  constexpr unsigned Dropped = 13;
  V Rounded = Single + ((1 << (Dropped - 1)) - 1) + (lshr(Single, Dropped) & 1);
  return select(isNaN(Single), quieted(Single), Rounded & ~int64_t((1 << Dropped) - 1));
}

V toSingles(V Word, Element E) {
  auto Bytes = [&](unsigned Mantissa, bool Fnuz) {
    return byteToSingle(zext(bits(Word, 8), 32), {Mantissa, Fnuz});
  };
  switch (E) {
  case Element::XF32:
    return roundedToXF32(Word);
  case Element::F16:
    return halfToSingle(bits(Word, 16));
  case Element::BF16:
    return brainToSingle(bits(Word, 16));
  case Element::FP8:
    return Bytes(3, false);
  case Element::BF8:
    return Bytes(2, false);
  case Element::FP8Fnuz:
    return Bytes(3, true);
  case Element::BF8Fnuz:
    return Bytes(2, true);
  case Element::F32:
  case Element::I8:
  case Element::F64:
    break;
  }
  return Word;
}

V accumulated(V Sum, V A, V B) {
  for (unsigned K = 0; K != A.lanes(); ++K)
    Sum = fusedSum(A.lanes() == 1 ? A : A[K], B.lanes() == 1 ? B : B[K], Sum);
  return Sum;
}

} // namespace whittle::amdgpu
