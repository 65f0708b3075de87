//===- bench/corpus/eigen_array.cpp - Eigen: arrays, reductions and elementary functions
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include <Eigen/Dense>
#include <complex>
#include <cstdint>

template <class T> using Arr = Eigen::Array<T, Eigen::Dynamic, 1>;
template <class T> using Grid = Eigen::Array<T, Eigen::Dynamic, Eigen::Dynamic>;
using Half = Eigen::half;
using BF16 = Eigen::bfloat16;
using C32 = std::complex<float>;
using C64 = std::complex<double>;

#define MAP(NAME, T, BODY)                                                                         \
  void eigen##NAME(const Arr<T> &X, const Arr<T> &Y, Arr<T> &Out) {                                \
    Out = BODY;                                                                                    \
    (void)Y;                                                                                       \
  }

#define ARITHMETIC(T)                                                                              \
  MAP(Sum, T, X + Y - X * Y)                                                                       \
  MAP(Quotient, T, (X / Y))                                                                        \
  MAP(Clamp, T, X.min(Y).max(-Y))                                                                  \
  MAP(Abs, T, X.abs() + Y.square())                                                                \
  MAP(Select, T, (X < Y).select(X, Y))                                                             \
  T eigenTotal(const Arr<T> &X) { return X.sum(); }                                                \
  T eigenLargest(const Arr<T> &X) { return X.maxCoeff(); }                                         \
  T eigenSmallest(const Arr<T> &X) { return X.minCoeff(); }                                        \
  T eigenProductOf(const Arr<T> &X) { return X.prod(); }                                           \
  Eigen::Index eigenCount(const Arr<T> &X, const Arr<T> &Y) { return (X <= Y).count(); }           \
  void eigenColumns(const Grid<T> &X, Arr<T> &Out) { Out = X.colwise().sum().transpose(); }        \
  void eigenRows(const Grid<T> &X, Arr<T> &Out) { Out = X.rowwise().maxCoeff(); }                  \
  void eigenTranspose(const Grid<T> &X, Grid<T> &Out) { Out = X.transpose(); }                     \
  void eigenReverse(const Arr<T> &X, Arr<T> &Out) { Out = X.reverse(); }
ARITHMETIC(float)
ARITHMETIC(double)
ARITHMETIC(int32_t)
ARITHMETIC(int64_t)
ARITHMETIC(int16_t)
ARITHMETIC(int8_t)

#define FUNCTIONS(T)                                                                               \
  MAP(Exp, T, X.exp())                                                                             \
  MAP(Expm1, T, X.expm1())                                                                         \
  MAP(Log, T, X.log())                                                                             \
  MAP(Log1p, T, X.log1p())                                                                         \
  MAP(Log2, T, X.log2())                                                                           \
  MAP(Sin, T, X.sin())                                                                             \
  MAP(Cos, T, X.cos())                                                                             \
  MAP(Tanh, T, X.tanh())                                                                           \
  MAP(Pow, T, X.pow(Y))                                                                            \
  MAP(Sqrt, T, X.sqrt())                                                                           \
  MAP(Rsqrt, T, X.rsqrt())                                                                         \
  MAP(Inverse, T, X.inverse())                                                                     \
  MAP(Logistic, T, X.logistic())                                                                   \
  MAP(Floor, T, X.floor())                                                                         \
  MAP(Ceil, T, X.ceil())                                                                           \
  MAP(Rint, T, X.rint())                                                                           \
  MAP(Round, T, X.round())                                                                         \
  MAP(Softmax, T, ((X - X.maxCoeff()).exp() / (X - X.maxCoeff()).exp().sum()))                     \
  MAP(Finite, T, X.isFinite().select(X, Y))
FUNCTIONS(float)
FUNCTIONS(double)

#define COMPLEX(T)                                                                                 \
  MAP(Mix, T, X *Y.conjugate() + X)                                                                \
  MAP(Divide, T, X / Y)                                                                            \
  MAP(Root, T, X.sqrt())                                                                           \
  T eigenTotal(const Arr<T> &X) { return X.sum(); }
COMPLEX(C32)
COMPLEX(C64)

#define SHORT(T)                                                                                   \
  MAP(Sum, T, X + Y - X * Y)                                                                       \
  MAP(Quotient, T, X / Y)                                                                          \
  MAP(Clamp, T, X.min(Y).max(-Y))                                                                  \
  MAP(Exp, T, X.exp())                                                                             \
  MAP(Log, T, X.log())                                                                             \
  MAP(Tanh, T, X.tanh())                                                                           \
  MAP(Sqrt, T, X.sqrt())                                                                           \
  T eigenTotal(const Arr<T> &X) { return X.sum(); }
SHORT(Half)
SHORT(BF16)

#define CAST(FROM, TO)                                                                             \
  void eigenCast(const Arr<FROM> &X, Arr<TO> &Out) { Out = X.cast<TO>(); }
CAST(float, double)
CAST(double, float)
CAST(float, int32_t)
CAST(int32_t, float)
CAST(int32_t, double)
CAST(double, int32_t)
CAST(float, Half)
CAST(Half, float)
CAST(float, BF16)
CAST(BF16, float)
CAST(int8_t, int32_t)
CAST(int32_t, int8_t)
CAST(uint8_t, float)
