//===- bench/corpus/xsimd_ops.cpp - xsimd: arithmetic, masks and swizzles of each lane type
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include <cstddef>
#include <cstdint>
#include <xsimd/xsimd.hpp>

namespace xs = xsimd;
using std::int16_t;
using std::int32_t;
using std::int64_t;
using std::int8_t;
using std::uint16_t;
using std::uint32_t;
using std::uint64_t;
using std::uint8_t;

/// Out[i] = Op(A[i], B[i]) for whole batches.
template <class T, class F> static void each(const T *A, const T *B, T *Out, size_t N, F Op) {
  using Batch = xs::batch<T>;
  for (size_t I = 0; I + Batch::size <= N; I += Batch::size)
    Op(Batch::load_unaligned(A + I), Batch::load_unaligned(B + I)).store_unaligned(Out + I);
}
/// One scalar out of all batches.
template <class T, class F, class G> static T fold(const T *A, size_t N, T Start, F Op, G Last) {
  using Batch = xs::batch<T>;
  Batch Sum(Start);
  for (size_t I = 0; I + Batch::size <= N; I += Batch::size)
    Sum = Op(Sum, Batch::load_unaligned(A + I));
  return Last(Sum);
}

#define OP(NAME, T, BODY)                                                                          \
  extern "C" void xsimd##NAME##_##T(const T *A, const T *B, T *Out, size_t N) {                    \
    each(A, B, Out, N, [](auto X, auto Y) {                                                        \
      using B [[maybe_unused]] = decltype(X);                                                      \
      (void)Y;                                                                                     \
      return BODY;                                                                                 \
    });                                                                                            \
  }
#define COMMON(T)                                                                                  \
  OP(Add, T, X + Y)                                                                                \
  OP(Sub, T, X - Y)                                                                                \
  OP(Mul, T, X *Y)                                                                                 \
  OP(Min, T, xs::min(X, Y))                                                                        \
  OP(Max, T, xs::max(X, Y))                                                                        \
  OP(Abs, T, xs::abs(X - Y))                                                                       \
  OP(Clip, T, xs::clip(X, B(T(1)), Y))                                                             \
  OP(Sadd, T, xs::sadd(X, Y))                                                                      \
  OP(Ssub, T, xs::ssub(X, Y))                                                                      \
  OP(Fma, T, xs::fma(X, Y, X))                                                                     \
  OP(Fnms, T, xs::fnms(X, Y, X))                                                                   \
  OP(Logic, T, ((X & Y) | (X ^ ~Y)))                                                               \
  OP(AndNot, T, xs::bitwise_andnot(X, Y))                                                          \
  OP(Less, T, xs::select(X < Y, X, X - Y))                                                         \
  OP(LessEqual, T, xs::select(X <= Y, Y, X))                                                       \
  OP(Equal, T, xs::select((X == Y) | (X > B(T(3))), B(T(0)), Y))                                   \
  OP(Masks, T, xs::select(!(X != Y) & (X >= B(T(5))), X + Y, Y))                                   \
  OP(ZipLow, T, xs::zip_lo(X, Y))                                                                  \
  OP(ZipHigh, T, xs::zip_hi(X, Y))                                                                 \
  extern "C" bool xsimdAny_##T(const T *A) {                                                       \
    return xs::any(xs::batch<T>::load_unaligned(A) == xs::batch<T>(T(7)));                         \
  }                                                                                                \
  extern "C" bool xsimdAll_##T(const T *A) {                                                       \
    return xs::all(xs::batch<T>::load_unaligned(A) > xs::batch<T>(T(7)));                          \
  }                                                                                                \
  extern "C" T xsimdSum_##T(const T *A, size_t N) {                                                \
    return fold(                                                                                   \
        A, N, T(0), [](auto X, auto Y) { return X + Y; }, [](auto X) { return xs::hadd(X); });     \
  }
#define INTEGERS(T)                                                                                \
  OP(ShiftLeft, T, (X << 3) + Y)                                                                   \
  OP(ShiftRight, T, (X >> 2) ^ Y)
#define DIVIDES(T) OP(Divide, T, X / Y)
#define ALL(F)                                                                                     \
  F(int8_t) F(uint8_t) F(int16_t) F(uint16_t) F(int32_t) F(uint32_t) F(int64_t) F(uint64_t)
ALL(COMMON)
COMMON(float)
COMMON(double)
ALL(INTEGERS)
DIVIDES(int32_t)
DIVIDES(uint32_t)

#define REAL(T)                                                                                    \
  OP(Divide, T, X / Y)                                                                             \
  OP(Sqrt, T, xs::sqrt(X *X + Y * Y))                                                              \
  OP(Reciprocal, T, xs::reciprocal(X) + Y)                                                         \
  OP(CopySign, T, xs::copysign(X, Y))                                                              \
  OP(Sign, T, xs::sign(X) * xs::signnz(Y))                                                         \
  OP(IsNaN, T, xs::select(xs::isnan(X) | xs::isinf(Y), Y, X))
REAL(float)
REAL(double)

/// Lanes in reverse, and each even lane twice, by constant index.
template <class Index> struct Reversed {
  static constexpr Index get(Index I, Index N) { return N - 1 - I; }
};
template <class Index> struct Doubled {
  static constexpr Index get(Index I, Index) { return I & ~Index(1); }
};
#define SWIZZLES(T, INDEX)                                                                         \
  OP(Reverse, T, xs::swizzle(X, xs::make_batch_constant<xs::batch<INDEX>, Reversed<INDEX>>()) + Y) \
  OP(Double, T, xs::swizzle(X, xs::make_batch_constant<xs::batch<INDEX>, Doubled<INDEX>>()) - Y)
SWIZZLES(float, uint32_t)
SWIZZLES(double, uint64_t)
SWIZZLES(int32_t, uint32_t)
SWIZZLES(uint64_t, uint64_t)

#define GATHER(T, INDEX)                                                                           \
  extern "C" void xsimdGather_##T(const T *Base, const INDEX *At, T *Out, size_t N) {              \
    using Batch = xs::batch<T>;                                                                    \
    for (size_t I = 0; I + Batch::size <= N; I += Batch::size)                                     \
      Batch::gather(Base, xs::batch<INDEX>::load_unaligned(At + I)).store_unaligned(Out + I);      \
  }                                                                                                \
  extern "C" void xsimdScatter_##T(const T *In, const INDEX *At, T *Base, size_t N) {              \
    using Batch = xs::batch<T>;                                                                    \
    for (size_t I = 0; I + Batch::size <= N; I += Batch::size)                                     \
      Batch::load_unaligned(In + I).scatter(Base, xs::batch<INDEX>::load_unaligned(At + I));       \
  }
GATHER(float, int32_t)
GATHER(double, int64_t)
GATHER(int32_t, int32_t)

#define CAST(FROM, TO)                                                                             \
  extern "C" void xsimdCast_##FROM##_##TO(const FROM *In, TO *Out, size_t N) {                     \
    for (size_t I = 0; I + xs::batch<FROM>::size <= N; I += xs::batch<FROM>::size)                 \
      xs::batch_cast<TO>(xs::batch<FROM>::load_unaligned(In + I)).store_unaligned(Out + I);        \
  }
CAST(float, int32_t)
CAST(int32_t, float)
CAST(double, int64_t)
CAST(int64_t, double)
CAST(uint32_t, float)

/// Mandelbrot's iteration and a complex product.
extern "C" void xsimdMandelbrot(const float *Re, const float *Im, float *Out, size_t N) {
  using Batch = xs::batch<float>;
  for (size_t I = 0; I + Batch::size <= N; I += Batch::size) {
    Batch CR = Batch::load_unaligned(Re + I), CI = Batch::load_unaligned(Im + I), X(0.0f), Y(0.0f),
          Steps(0.0f);
    for (int K = 0; K != 64; ++K) {
      Batch XX = X * X, YY = Y * Y;
      auto Inside = XX + YY < Batch(4.0f);
      if (xs::none(Inside))
        break;
      Y = xs::fma(X + X, Y, CI);
      X = XX - YY + CR;
      Steps = xs::select(Inside, Steps + Batch(1.0f), Steps);
    }
    Steps.store_unaligned(Out + I);
  }
}
template <class T>
static void complexMul(const std::complex<T> *A, const std::complex<T> *B, std::complex<T> *Out,
                       size_t N) {
  using Batch = xs::batch<std::complex<T>>;
  for (size_t I = 0; I + Batch::size <= N; I += Batch::size) {
    Batch X = Batch::load_unaligned(A + I), Y = Batch::load_unaligned(B + I);
    (X * Y + xs::conj(X) / Y).store_unaligned(Out + I);
  }
}
void xsimdComplex(const std::complex<float> *A, const std::complex<float> *B,
                  std::complex<float> *Out, size_t N) {
  complexMul(A, B, Out, N);
}
void xsimdComplex(const std::complex<double> *A, const std::complex<double> *B,
                  std::complex<double> *Out, size_t N) {
  complexMul(A, B, Out, N);
}
