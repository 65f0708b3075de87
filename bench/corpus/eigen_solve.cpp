//===- bench/corpus/eigen_solve.cpp - Eigen: decompositions, small matrices
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include <Eigen/Dense>

using Eigen::Dynamic;
using Eigen::Matrix;
using Eigen::Ref;

template <class T> using Mat = Matrix<T, Dynamic, Dynamic>;
template <class T> using Vec = Matrix<T, Dynamic, 1>;
using F32 = float;
using F64 = double;

#define DECOMPOSITIONS(T)                                                                          \
  void eigenLlt(const Mat<T> &A, const Vec<T> &B, Vec<T> &X) { X = A.llt().solve(B); }             \
  void eigenLu(const Mat<T> &A, const Vec<T> &B, Vec<T> &X) { X = A.partialPivLu().solve(B); }     \
  void eigenQr(const Mat<T> &A, const Vec<T> &B, Vec<T> &X) { X = A.householderQr().solve(B); }    \
  void eigenTriangular(const Mat<T> &A, Mat<T> &B) {                                               \
    A.template triangularView<Eigen::Lower>().solveInPlace(B);                                     \
  }                                                                                                \
  void eigenSymmetric(const Mat<T> &A, const Vec<T> &X, Vec<T> &Y) {                               \
    Y.noalias() += A.template selfadjointView<Eigen::Lower>() * X;                                 \
  }
DECOMPOSITIONS(F32)
DECOMPOSITIONS(F64)

/// Small fixed sizes, unrolled, as graphics and robotics use them.
#define FIXED(T, N)                                                                                \
  void eigenFixedProduct(const Matrix<T, N, N> &A, const Matrix<T, N, N> &B, Matrix<T, N, N> &C) { \
    C.noalias() = A * B;                                                                           \
  }                                                                                                \
  void eigenFixedInverse(const Matrix<T, N, N> &A, Matrix<T, N, N> &B) { B = A.inverse(); }        \
  T eigenDeterminant(const Matrix<T, N, N> &A) { return A.determinant(); }                         \
  void eigenNormalise(Matrix<T, N, 1> &X) { X.normalize(); }
FIXED(F32, 3)
FIXED(F32, 4)
FIXED(F64, 3)
FIXED(F64, 4)
FIXED(F64, 6)
void eigenRotate(const Eigen::Quaternionf &Q, const Eigen::Quaternionf &P, Eigen::Vector3f &X) {
  X = (Q * P).normalized() * X;
}
void eigenRotate(const Eigen::Quaterniond &Q, const Eigen::Quaterniond &P, Eigen::Vector3d &X) {
  X = (Q * P).normalized() * X;
}
void eigenCross(const Eigen::Vector4f &X, const Eigen::Vector4f &Y, Eigen::Vector4f &Z) {
  Z = X.cross3(Y);
}
