//===- enumerate/Solvers.cpp - Last instructions in closed form -----------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "enumerate/Solvers.h"
#include "llvm/ADT/bit.h"
#include <bit>
#include <cstring>

namespace whittle {

std::optional<uint8_t> solveTernary(const uint8_t *A, const uint8_t *B, const uint8_t *C,
                                    const uint8_t *Goal, const uint8_t *Care, size_t Bytes) {
  unsigned Wants1 = 0, Wants0 = 0;
  for (size_t At = 0; At < Bytes; At += 8) {
    size_t N = std::min<size_t>(8, Bytes - At);
    auto Word = [&](const uint8_t *P) {
      uint64_t X = 0;
      memcpy(&X, P + At, N);
      return X;
    };
    uint64_t X = Word(A), Y = Word(B), Z = Word(C), G = Word(Goal);
    uint64_t Cared = N == 8 ? ~0ull : (1ull << 8 * N) - 1;
    if (Care)
      Cared &= Word(Care);
    for (unsigned M = 0; M != 8; ++M) {
      uint64_t Here = (M & 4 ? X : ~X) & (M & 2 ? Y : ~Y) & (M & 1 ? Z : ~Z) & Cared;
      Wants1 |= unsigned((Here & G) != 0) << M;
      Wants0 |= unsigned((Here & ~G) != 0) << M;
    }
    if (Wants1 & Wants0)
      return std::nullopt;
  }
  return uint8_t(Wants1);
}

std::optional<AffineMap> solveAffine(const uint8_t *X, const uint8_t *Goal, const uint8_t *Care,
                                     size_t Bytes, const std::array<uint8_t, 256> &Before) {
  // Unknowns: for each result bit a row of 8 and a constant. Equations share
  // their left sides, so all result bits are eliminated at once: a left side is
  // 9 bits (bit 8 is the constant's 1), a right side one byte.
  struct Equation {
    unsigned Left = 0;
    uint8_t Right = 0;
  };
  Equation ByTop[9]; // Left's highest bit is the index
  for (size_t I = 0; I != Bytes; ++I) {
    if (Care && Care[I] != 0xff)
      continue;
    Equation E{0x100u | Before[X[I]], Goal[I]};
    while (E.Left) {
      Equation &Pivot = ByTop[31 - llvm::countl_zero(E.Left)];
      if (!Pivot.Left) {
        Pivot = E;
        break;
      }
      E.Left ^= Pivot.Left;
      E.Right ^= Pivot.Right;
    }
    if (!E.Left && E.Right)
      return std::nullopt;
  }
  // From the lowest unknown up: open ones are 0.
  uint8_t Value[9] = {}; // Value[k] bit i: coefficient k of result bit i
  for (unsigned K = 0; K != 9; ++K) {
    if (!ByTop[K].Left)
      continue;
    uint8_t Sum = ByTop[K].Right;
    for (unsigned J = 0; J != K; ++J)
      if (ByTop[K].Left >> J & 1)
        Sum ^= Value[J];
    Value[K] = Sum;
  }
  AffineMap Map;
  Map.Constant = Value[8];
  for (unsigned I = 0; I != 8; ++I)
    for (unsigned K = 0; K != 8; ++K)
      if (Value[K] >> I & 1)
        Map.Matrix |= 1ull << (8 * (7 - I) + K);
  return Map;
}

std::optional<uint32_t> solveSelector(const uint8_t *High, const uint8_t *Low, const uint8_t *Goal,
                                      const uint8_t *Care, size_t Bytes) {
  uint32_t Selector = 0;
  for (unsigned To = 0; To != 4; ++To) {
    // The choices that no test has refuted.
    uint32_t Fits = (1u << 14) - 1;
    for (size_t At = 0; At + 4 <= Bytes && Fits; At += 4) {
      const uint8_t Mask = Care ? Care[At + To] : 0xff;
      auto Keep = [&](unsigned Choice, uint8_t Byte) {
        if ((Byte ^ Goal[At + To]) & Mask)
          Fits &= ~(1u << Choice);
      };
      for (unsigned I = 0; I != 4; ++I) {
        Keep(I, Low[At + I]);
        Keep(4 + I, High[At + I]);
      }
      for (unsigned I = 0; I != 2; ++I) {
        Keep(8 + I, Low[At + 2 * I + 1] & 0x80 ? 0xff : 0);
        Keep(10 + I, High[At + 2 * I + 1] & 0x80 ? 0xff : 0);
      }
      Keep(12, 0);
      Keep(13, 0xff);
    }
    if (!Fits)
      return std::nullopt;
    Selector |= uint32_t(std::countr_zero(Fits)) << (8 * To);
  }
  return Selector;
}

} // namespace whittle
