//===- bench/corpus/eigen_products.cpp - Eigen: products of matrices and vectors
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include <Eigen/Dense>
#include <complex>

using Eigen::Dynamic;
using Eigen::Matrix;
using Eigen::Ref;

template <class T> using Mat = Matrix<T, Dynamic, Dynamic>;
template <class T> using Vec = Matrix<T, Dynamic, 1>;
using C32 = std::complex<float>;
using C64 = std::complex<double>;
using I32 = int;
using F32 = float;
using F64 = double;

#define PRODUCTS(T)                                                                                \
  void eigenProduct(const Mat<T> &A, const Mat<T> &B, Mat<T> &C) { C.noalias() += A * B; }         \
  void eigenTransposed(const Mat<T> &A, const Mat<T> &B, Mat<T> &C) {                              \
    C.noalias() = A.transpose() * B;                                                               \
  }                                                                                                \
  void eigenTimesVector(const Mat<T> &A, const Vec<T> &X, Vec<T> &Y) { Y.noalias() += A * X; }     \
  void eigenVectorTimes(const Mat<T> &A, const Vec<T> &X, Vec<T> &Y) {                             \
    Y.noalias() += A.transpose() * X;                                                              \
  }                                                                                                \
  void eigenOuter(const Vec<T> &X, const Vec<T> &Y, Mat<T> &A) {                                   \
    A.noalias() += X * Y.transpose();                                                              \
  }                                                                                                \
  T eigenDot(const Vec<T> &X, const Vec<T> &Y) { return X.dot(Y); }                                \
  void eigenAxpy(T S, const Vec<T> &X, Vec<T> &Y) { Y += S * X; }
PRODUCTS(F32)
PRODUCTS(F64)
PRODUCTS(I32)
PRODUCTS(C32)
PRODUCTS(C64)
