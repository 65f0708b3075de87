//===- enumerate/Solvers.h - Last instructions in closed form ---*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Given what goes in and what should come out on the tests, the parameter of
// some instructions is computed, not searched for.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ENUMERATE_SOLVERS_H
#define WHITTLE_ENUMERATE_SOLVERS_H

#include "llvm/ADT/ArrayRef.h"
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>

namespace whittle {

/// The truth table T (bit 4a+2b+c) with T(A, B, C) = Goal under Care (null: all
/// bits) on \p Bytes bytes; 0 for combinations that do not occur.
std::optional<uint8_t> solveTernary(const uint8_t *A, const uint8_t *B, const uint8_t *C,
                                    const uint8_t *Goal, const uint8_t *Care, size_t Bytes);

/// A byte's affine map over GF(2): the qword that GF2P8AFFINEQB takes as matrix
/// (byte 7-i is the row of result bit i) and its immediate.
struct AffineMap {
  uint64_t Matrix = 0;
  uint8_t Constant = 0;
};

/// The affine map with Goal = map(Before(X)) for every byte that is wholly
/// cared for, by Gaussian elimination; what the tests leave open is 0.
/// \p Before: a byte permutation that the instruction applies first.
std::optional<AffineMap> solveAffine(const uint8_t *X, const uint8_t *Goal, const uint8_t *Care,
                                     size_t Bytes, const std::array<uint8_t, 256> &Before);

/// The selector S with V_PERM_B32(High, Low, S) = Goal under Care (null: all bits) on
/// \p Bytes bytes: for each byte of a dword a byte of Low (0..3) or of High (4..7),
/// a sign (8..11), zeros (12) or ones (13); the lowest that fits.
std::optional<uint32_t> solveSelector(const uint8_t *High, const uint8_t *Low, const uint8_t *Goal,
                                      const uint8_t *Care, size_t Bytes);

} // namespace whittle

#endif // WHITTLE_ENUMERATE_SOLVERS_H
