//===- isa/Float.h - IEEE 754 arithmetic in rows ----------------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Values stay bit patterns: integer elements of 16, 32 or 64 bits that are
// halves, singles or doubles. Operations round to nearest even and keep
// denormals. LLVM IR leaves sign and payload of a NaN result open, hardware does
// not: every operation that may make one takes the NaN that stands for it, and a
// row says with propagate() which operand's NaN comes through.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ISA_FLOAT_H
#define WHITTLE_ISA_FLOAT_H

#include "isa/Opaque.h"
#include "isa/Sem.h"

namespace whittle {

/// Mantissa bits that are stored: 10, 23 or 52.
unsigned mantissaBits(unsigned EltBits);
/// The bits of one element: sign; exponent all ones (infinity); the quiet bit.
uint64_t signBit(unsigned EltBits);
uint64_t infinityBits(unsigned EltBits);
uint64_t quietBit(unsigned EltBits);
/// 2^Exponent, normal.
uint64_t powerOfTwo(unsigned EltBits, int Exponent);

// Comparisons: <N x i1>.
V isNaN(V A);
V isSignalling(V A);
V unordered(V A, V B);
V fless(V A, V B);      ///< false for NaNs, -0 is 0
V flessEqual(V A, V B); ///< the same
V fequal(V A, V B);     ///< the same

V fneg(V A); ///< flips the sign, of a NaN as well
V fabs(V A); ///< clears the sign, of a NaN as well
V quieted(V A);

// Results that are a NaN become Nan (the type of A).
V fadd(V A, V B, V Nan);
V fsub(V A, V B, V Nan);
V fmul(V A, V B, V Nan);
V fdiv(V A, V B, V Nan);
V fsqrt(V A, V Nan);
V fma(V A, V B, V C, V Nan);                               ///< A * B + C, rounded once
enum class Rounding : uint8_t { Nearest, Down, Up, Zero }; ///< as MXCSR numbers them
V fround(V A, Rounding R, V Nan);                          ///< to an integer, in the same format
V fconvert(V A, unsigned EltBits, V Nan);                  ///< Nan: of the result's type
/// Towards zero, saturating; NaNs give 0.
V ftosi(V A, unsigned EltBits);
V ftoui(V A, unsigned EltBits);
V sitof(V A, unsigned EltBits);
V uitof(V A, unsigned EltBits);

/// One of the approximations, Opaque::FApproxRcp and so on. A NaN becomes \p Nan.
V fapproximate(Opaque F, V A, V Nan);

/// The first of \p Operands that is a NaN, quieted; \p Core if none is.
V propagate(llvm::ArrayRef<V> Operands, V Core);

/// A function that proofs do not look into, but which \p Body can compute: a call
/// of a function with that body. Its arguments and its result are vectors or
/// scalars of integers.
V callOpaque(Opaque F, V Arg, llvm::function_ref<V(V)> Body);
/// The name that such a function has in a module. One on numbers of several formats
/// has ".WIDTH" after it.
std::string opaqueFunctionName(Opaque F);
std::optional<Opaque> opaqueOfFunction(llvm::StringRef Name);

} // namespace whittle

#endif // WHITTLE_ISA_FLOAT_H
