//===- enumerate/Hash.cpp - Fingerprints of bytes -------------------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "enumerate/Hash.h"
#include <algorithm>
#include <cstring>

namespace whittle {

#if defined(__x86_64__)
__attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#endif
uint64_t hashBytes(const uint8_t *Bytes, size_t N, uint64_t Seed) {
  typedef uint64_t Line __attribute__((vector_size(64)));
  constexpr uint64_t K = 0x9e3779b97f4a7c15ull, K2 = 0xbf58476d1ce4e5b9ull;
  Line Even = Line{1, 2, 3, 4, 5, 6, 7, 8} * K2 + Seed, Odd = Even * K + N, X;
  size_t At = 0;
  // Two chains, so that one multiplies while the other waits. Every step is
  // one-to-one in what goes in. A product keeps the highest bit to itself, and one
  // bit of the next line would undo it: the shift makes three odd bits of that one.
  auto Step = [&](Line &S, const uint8_t *From, size_t Size) __attribute__((always_inline)) {
    memcpy(&X, From, Size);
    S ^= X;
    S = (S ^ S >> 29) * K;
  };
  for (; At + 128 <= N; At += 128) {
    Step(Even, Bytes + At, 64);
    Step(Odd, Bytes + At + 64, 64);
  }
  for (; At < N; At += 64) {
    X = Line{};
    Step(Even, Bytes + At, std::min<size_t>(64, N - At));
  }
  Even = ((Even ^ Even >> 32) + (Odd << 23 | Odd >> 41)) * K2;
  Even ^= Even >> 29;
  uint64_t H = 0;
  for (unsigned I = 0; I != 8; ++I)
    H = (H ^ H >> 29 ^ Even[I]) * K;
  H = (H ^ H >> 32) * K2;
  return H ^ H >> 29;
}

/// Bits without a pattern.
static constexpr uint64_t Keys[10] = {0x6a09e667f3bcc909, 0xbb67ae8584caa73b, 0x3c6ef372fe94f82b,
                                      0xa54ff53a5f1d36f1, 0x510e527fade682d1, 0x9b05688c2b3e6c1f,
                                      0x1f83d9abfb41bd6b, 0x5be0cd19137e2179, 0xcbbb9d5dc1059ed9,
                                      0x629a292a367cd507};

/// Both halves of a product: every bit of either factor reaches most of the result.
static uint64_t fold(uint64_t A, uint64_t B) {
  unsigned __int128 P = static_cast<unsigned __int128>(A) * B;
  return uint64_t(P) ^ uint64_t(P >> 64);
}

using Words = uint64_t __attribute__((ext_vector_type(8)));

/// A line's eight words, each under its own key, with its lower half times its neighbour's
/// upper one.
[[clang::always_inline]] static Words multiplyHalves(const uint8_t *Line) {
  using Halves = uint32_t __attribute__((ext_vector_type(16)));
  Words X;
  memcpy(&X, Line, 64);
  X ^= Words{Keys[0], Keys[1], Keys[2], Keys[3], Keys[4], Keys[5], Keys[6], Keys[7]};
  Halves H = __builtin_bit_cast(Halves, X);
  Words Next = __builtin_bit_cast(
      Words, __builtin_shufflevector(H, H, 3, 2, 1, 0, 7, 6, 5, 4, 11, 10, 9, 8, 15, 14, 13, 12));
  constexpr uint64_t Low = 0xffffffff;
  return X + (X & Low) * (Next & Low);
}

/// Of \p A and \p B, each neighbours added, then those of every four words of the result.
[[clang::always_inline]] static Words addNeighbours(Words A, Words B) {
  return __builtin_shufflevector(A, B, 0, 8, 2, 10, 4, 12, 6, 14) +
         __builtin_shufflevector(A, B, 1, 9, 3, 11, 5, 13, 7, 15);
}
[[clang::always_inline]] static Words addPairs(Words A, Words B) {
  return __builtin_shufflevector(A, B, 0, 1, 4, 5, 8, 9, 12, 13) +
         __builtin_shufflevector(A, B, 2, 3, 6, 7, 10, 11, 14, 15);
}

/// Eight lines, \p Stride bytes apart, each onto its seed.
[[clang::always_inline]] static Words hashLines(const uint8_t *Line, size_t Stride, Words Seeds) {
  auto Two = [&](unsigned I) __attribute__((always_inline)) {
    return addNeighbours(multiplyHalves(Line + I * Stride),
                         multiplyHalves(Line + (I + 1) * Stride));
  };
  Words H = Seeds + addPairs(addPairs(Two(0), Two(2)), addPairs(Two(4), Two(6)));
  H = (H ^ H >> 32) * Keys[1];
  return H ^ H >> 32;
}

#if defined(__x86_64__)
__attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#endif
void hashChunks(const uint8_t *Chunks, size_t Count, size_t Bytes, uint64_t Seed, uint64_t *Out) {
  const Words Seeds = Words(0) + fold(Seed ^ Keys[8], Bytes ^ Keys[9]);
  size_t I = 0;
  if (Bytes == 64)
    for (; I + 8 <= Count; I += 8) {
      Words H = hashLines(Chunks + 64 * I, 64, Seeds);
      memcpy(Out + I, &H, 64);
    }
  for (; I < Count; I += 8) {
    // Of the eight, some may be none, and each may end within a line.
    const size_t N = std::min<size_t>(8, Count - I);
    Words H = Seeds;
    for (size_t At = 0; At < Bytes; At += 64) {
      uint8_t Eight[8 * 64] = {};
      for (size_t K = 0; K != N; ++K)
        memcpy(Eight + 64 * K, Chunks + (I + K) * Bytes + At, std::min<size_t>(64, Bytes - At));
      H = hashLines(Eight, 64, H);
    }
    memcpy(Out + I, &H, 8 * N);
  }
}

} // namespace whittle
