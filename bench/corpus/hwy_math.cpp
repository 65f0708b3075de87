//===- bench/corpus/hwy_math.cpp - Highway: elementary functions over arrays
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include <cstddef>
#include <cstdint>
#include <hwy/highway.h>

#include <hwy/contrib/algo/transform-inl.h>
#include <hwy/contrib/dot/dot-inl.h>
#include <hwy/contrib/math/math-inl.h>

namespace hn = hwy::HWY_NAMESPACE;

#define FUNCTION(NAME, TYPE, BODY)                                                                 \
  extern "C" void NAME##_##TYPE(TYPE *InOut, size_t N) {                                           \
    hn::Transform(hn::ScalableTag<TYPE>(), InOut, N,                                               \
                  [](auto D, auto X) HWY_ATTR { return BODY; });                                   \
  }
#define BOTH(NAME, BODY) FUNCTION(NAME, float, BODY) FUNCTION(NAME, double, BODY)

BOTH(hwyAcos, hn::Acos(D, X))
BOTH(hwyAcosh, hn::Acosh(D, X))
BOTH(hwyAsin, hn::Asin(D, X))
BOTH(hwyAsinh, hn::Asinh(D, X))
BOTH(hwyAtan, hn::Atan(D, X))
BOTH(hwyAtanh, hn::Atanh(D, X))
BOTH(hwyCos, hn::Cos(D, X))
BOTH(hwyExp, hn::Exp(D, X))
BOTH(hwyExpm1, hn::Expm1(D, X))
BOTH(hwyLog, hn::Log(D, X))
BOTH(hwyLog10, hn::Log10(D, X))
BOTH(hwyLog1p, hn::Log1p(D, X))
BOTH(hwyLog2, hn::Log2(D, X))
BOTH(hwySin, hn::Sin(D, X))
BOTH(hwySinh, hn::Sinh(D, X))
BOTH(hwyTanh, hn::Tanh(D, X))
// A logistic function and a GELU, as inference code writes them.
BOTH(hwyLogistic, hn::Div(hn::Set(D, 1), hn::Add(hn::Set(D, 1), hn::Exp(D, hn::Neg(X)))))
BOTH(hwyGelu,
     hn::Mul(hn::Mul(hn::Set(D, 0.5), X),
             hn::Add(hn::Set(D, 1), hn::Tanh(D, hn::Mul(hn::Set(D, 0.7978845608),
                                                        hn::MulAdd(hn::Mul(hn::Mul(X, X), X),
                                                                   hn::Set(D, 0.044715), X))))))
BOTH(hwyHardSigmoid,
     hn::Min(hn::Max(hn::MulAdd(X, hn::Set(D, 0.2), hn::Set(D, 0.5)), hn::Zero(D)), hn::Set(D, 1)))
BOTH(hwyRoundTrip, hn::Add(hn::Add(hn::Floor(X), hn::Ceil(X)), hn::Add(hn::Round(X), hn::Trunc(X))))

extern "C" float hwyDotF32(const float *A, const float *B, size_t N) {
  return hn::Dot::Compute<0>(hn::ScalableTag<float>(), A, B, N);
}
extern "C" double hwyDotF64(const double *A, const double *B, size_t N) {
  return hn::Dot::Compute<0>(hn::ScalableTag<double>(), A, B, N);
}
extern "C" float hwyDotBF16(const hwy::bfloat16_t *A, const hwy::bfloat16_t *B, size_t N) {
  return hn::Dot::Compute<0>(hn::ScalableTag<hwy::bfloat16_t>(), A, B, N);
}

/// Matrix times vector, rows padded to whole vectors; four rows at a time.
template <class T> static void matVec(const T *M, const T *X, T *Y, size_t Rows, size_t Cols) {
  const hn::ScalableTag<T> D;
  const size_t L = hn::Lanes(D);
  for (size_t R = 0; R + 4 <= Rows; R += 4) {
    auto S0 = hn::Zero(D), S1 = S0, S2 = S0, S3 = S0;
    for (size_t C = 0; C < Cols; C += L) {
      auto V = hn::Load(D, X + C);
      S0 = hn::MulAdd(hn::Load(D, M + (R + 0) * Cols + C), V, S0);
      S1 = hn::MulAdd(hn::Load(D, M + (R + 1) * Cols + C), V, S1);
      S2 = hn::MulAdd(hn::Load(D, M + (R + 2) * Cols + C), V, S2);
      S3 = hn::MulAdd(hn::Load(D, M + (R + 3) * Cols + C), V, S3);
    }
    Y[R + 0] = hn::GetLane(hn::SumOfLanes(D, S0));
    Y[R + 1] = hn::GetLane(hn::SumOfLanes(D, S1));
    Y[R + 2] = hn::GetLane(hn::SumOfLanes(D, S2));
    Y[R + 3] = hn::GetLane(hn::SumOfLanes(D, S3));
  }
}
extern "C" void hwyMatVecF32(const float *M, const float *X, float *Y, size_t R, size_t C) {
  matVec(M, X, Y, R, C);
}
extern "C" void hwyMatVecF64(const double *M, const double *X, double *Y, size_t R, size_t C) {
  matVec(M, X, Y, R, C);
}
