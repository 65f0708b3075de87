//===- enumerate/Hash.cpp - Fingerprints of bytes -------------------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "enumerate/Hash.h"
#include "llvm/Support/Endian.h"
#include <algorithm>
#include <cstring>

using namespace llvm;

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
[[clang::always_inline]] static uint64_t fold(uint64_t A, uint64_t B) {
  unsigned __int128 P = static_cast<unsigned __int128>(A) * B;
  return uint64_t(P) ^ uint64_t(P >> 64);
}

/// One line. The four products do not wait for each other, and no two words share a
/// key, so that exchanged words show.
[[clang::always_inline]] static uint64_t hashLine(const uint8_t *B, uint64_t Seed) {
  auto Word = [&](unsigned I) { return support::endian::read64le(B + 8 * I) ^ Keys[I]; };
  uint64_t P = fold(Word(0) ^ Seed, Word(1)), Q = fold(Word(2), Word(3) ^ Seed);
  uint64_t R = fold(Word(4) ^ Seed, Word(5)), S = fold(Word(6), Word(7) ^ Seed);
  return fold((P + Q) ^ Keys[8], (R + S) ^ Keys[9]);
}

#if defined(__x86_64__)
__attribute__((target_clones("default", "arch=x86-64-v3")))
#endif
void hashChunks(const uint8_t *Chunks, size_t Count, size_t Bytes, uint64_t Seed, uint64_t *Out) {
  Seed = fold(Seed ^ Keys[8], Bytes ^ Keys[9]);
  if (Bytes == 64) {
    for (size_t I = 0; I != Count; ++I)
      Out[I] = hashLine(Chunks + 64 * I, Seed);
    return;
  }
  for (size_t I = 0; I != Count; ++I, Chunks += Bytes) {
    uint64_t H = Seed;
    size_t At = 0;
    for (; At + 64 <= Bytes; At += 64)
      H = hashLine(Chunks + At, H);
    if (At != Bytes) {
      uint8_t Rest[64] = {};
      memcpy(Rest, Chunks + At, Bytes - At);
      H = hashLine(Rest, H);
    }
    Out[I] = H;
  }
}

} // namespace whittle
