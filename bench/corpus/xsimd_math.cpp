//===- bench/corpus/xsimd_math.cpp - xsimd: elementary functions over arrays
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include <cstddef>
#include <xsimd/xsimd.hpp>

namespace xs = xsimd;

/// Out[i] = Op(A[i], B[i]) for whole batches.
template <class T, class F> static void each(const T *A, const T *B, T *Out, size_t N, F Op) {
  using Batch = xs::batch<T>;
  for (size_t I = 0; I + Batch::size <= N; I += Batch::size)
    Op(Batch::load_unaligned(A + I), Batch::load_unaligned(B + I)).store_unaligned(Out + I);
}

#define OP(NAME, T, BODY)                                                                          \
  extern "C" void xsimd##NAME##_##T(const T *A, const T *B, T *Out, size_t N) {                    \
    each(A, B, Out, N, [](auto X, auto Y) {                                                        \
      (void)Y;                                                                                     \
      return BODY;                                                                                 \
    });                                                                                            \
  }
#define FUNCTIONS(T)                                                                               \
  OP(Acos, T, xs::acos(X))                                                                         \
  OP(Acosh, T, xs::acosh(X))                                                                       \
  OP(Asin, T, xs::asin(X))                                                                         \
  OP(Asinh, T, xs::asinh(X))                                                                       \
  OP(Atan, T, xs::atan(X))                                                                         \
  OP(Atan2, T, xs::atan2(X, Y))                                                                    \
  OP(Atanh, T, xs::atanh(X))                                                                       \
  OP(Cbrt, T, xs::cbrt(X))                                                                         \
  OP(Ceil, T, xs::ceil(X))                                                                         \
  OP(Cos, T, xs::cos(X))                                                                           \
  OP(Cosh, T, xs::cosh(X))                                                                         \
  OP(Erf, T, xs::erf(X))                                                                           \
  OP(Erfc, T, xs::erfc(X))                                                                         \
  OP(Exp, T, xs::exp(X))                                                                           \
  OP(Exp10, T, xs::exp10(X))                                                                       \
  OP(Exp2, T, xs::exp2(X))                                                                         \
  OP(Expm1, T, xs::expm1(X))                                                                       \
  OP(Floor, T, xs::floor(X))                                                                       \
  OP(Fdim, T, xs::fdim(X, Y))                                                                      \
  OP(Fmod, T, xs::fmod(X, Y))                                                                      \
  OP(Hypot, T, xs::hypot(X, Y))                                                                    \
  OP(Lgamma, T, xs::lgamma(X))                                                                     \
  OP(Log, T, xs::log(X))                                                                           \
  OP(Log10, T, xs::log10(X))                                                                       \
  OP(Log1p, T, xs::log1p(X))                                                                       \
  OP(Log2, T, xs::log2(X))                                                                         \
  OP(Nearbyint, T, xs::nearbyint(X))                                                               \
  OP(Nextafter, T, xs::nextafter(X, Y))                                                            \
  OP(Pow, T, xs::pow(X, Y))                                                                        \
  OP(Remainder, T, xs::remainder(X, Y))                                                            \
  OP(Rint, T, xs::rint(X))                                                                         \
  OP(Round, T, xs::round(X))                                                                       \
  OP(Sin, T, xs::sin(X))                                                                           \
  OP(Sinh, T, xs::sinh(X))                                                                         \
  OP(Tan, T, xs::tan(X))                                                                           \
  OP(Tanh, T, xs::tanh(X))                                                                         \
  OP(Tgamma, T, xs::tgamma(X))                                                                     \
  OP(Trunc, T, xs::trunc(X))
FUNCTIONS(float)
FUNCTIONS(double)
