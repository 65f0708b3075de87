//===- isa/conformance/AMDGPUReferenceTools.h - What references share ----===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Scalar, bit by bit where that is plainer; no cleverness is shared with isa/.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ISA_CONFORMANCE_AMDGPUREFERENCETOOLS_H
#define WHITTLE_ISA_CONFORMANCE_AMDGPUREFERENCETOOLS_H

#include "isa/conformance/AMDGPUReference.h"
#include <algorithm>
#include <cstdlib>

namespace whittle::reference {

using U = uint32_t;
using I = int32_t;

inline U byteOf(U Word, int N) { return Word >> (8 * N) & 0xff; }
inline bool bitOf(uint64_t Word, int N) { return Word >> N & 1; }

/// The number that the low Bits bits of X are in two's complement.
inline int64_t signedField(uint64_t X, int Bits) {
  const int64_t Modulus = int64_t(1) << Bits;
  const int64_t Field = int64_t(X & uint64_t(Modulus - 1));
  return Field >= Modulus / 2 ? Field - Modulus : Field;
}

/// The middle one of three.
template <typename T> T middle(T A, T B, T C) {
  T Sorted[] = {A, B, C};
  std::sort(Sorted, Sorted + 3);
  return Sorted[1];
}

/// A lane's function of 32-bit operands.
template <typename F> ReferenceEntry words(F Function) {
  ReferenceEntry R;
  R.E = [Function](const uint64_t *S, const int64_t *) -> uint64_t {
    const U Words[4] = {U(S[0]), U(S[1]), U(S[2]), U(S[3])};
    return Function(Words);
  };
  return R;
}

} // namespace whittle::reference

#endif // WHITTLE_ISA_CONFORMANCE_AMDGPUREFERENCETOOLS_H
