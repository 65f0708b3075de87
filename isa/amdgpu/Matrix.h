//===- isa/amdgpu/Matrix.h - What matrix products share ---------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// In what order products of floats are added, and what is rounded between, AMD's
// documents leave open, so that no reference can confirm these rows. Here they are a
// chain of fused sums in single precision that begins with C, the index ascending;
// denormals are kept, which gfx90a is said not to do with 16-bit elements.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ISA_AMDGPU_MATRIX_H
#define WHITTLE_ISA_AMDGPU_MATRIX_H

#include "isa/amdgpu/Float16.h"

namespace whittle::amdgpu {

/// What A and B hold. FP8 and BF8 are E4M3 and E5M2.
enum class Element : uint8_t { I8, F64, F32, XF32, F16, BF16, FP8, BF8, FP8Fnuz, BF8Fnuz };

/// The elements of a register as singles: exact, but of XF32, which has 10 of the 23
/// bits of mantissa; the documents do not say how it rounds, here to nearest even.
V toSingles(V Word, Element E);

/// \p Sum and the products of \p A and \p B, element by element.
V accumulated(V Sum, V A, V B);

} // namespace whittle::amdgpu

#endif // WHITTLE_ISA_AMDGPU_MATRIX_H
