//===- tests/enumerate/HashTest.cpp - Fingerprints ------------------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "enumerate/Hash.h"
#include "enumerate/TestSet.h"
#include "gtest/gtest.h"
#include <cmath>
#include <set>

namespace whittle {
namespace {

uint64_t hashChunk(const std::vector<uint8_t> &Bytes, uint64_t Seed = 1) {
  uint64_t F = 0;
  hashChunks(Bytes.data(), 1, Bytes.size(), Seed, &F);
  return F;
}

uint64_t hashWhole(const std::vector<uint8_t> &Bytes, uint64_t Seed = 1) {
  return hashBytes(Bytes.data(), Bytes.size(), Seed);
}

/// Sign bits in two places are what sums and products lose first.
template <typename HashFn> void telling(HashFn Hash, size_t N) {
  std::vector<uint8_t> Bytes(N);
  std::set<uint64_t> Seen{Hash(Bytes, 1)};
  EXPECT_TRUE(Seen.insert(Hash(std::vector<uint8_t>(N - 1), 1)).second);
  EXPECT_TRUE(Seen.insert(Hash(Bytes, 2)).second);
  for (size_t A = 0; A != N; ++A)
    for (unsigned Bit = 0; Bit != 8; ++Bit) {
      Bytes[A] = uint8_t(1u << Bit);
      ASSERT_TRUE(Seen.insert(Hash(Bytes, 1)).second) << A;
      for (size_t B = Bit == 7 ? A + 1 : N; B < N; ++B) {
        Bytes[B] = 0x80;
        ASSERT_TRUE(Seen.insert(Hash(Bytes, 1)).second) << A << " " << B;
        Bytes[B] = 0;
      }
      Bytes[A] = 0;
    }
}

TEST(Hash, TellsBytesApart) {
  telling(hashWhole, 1027);
  for (size_t N : {4, 16, 63, 64, 72, 200})
    telling(hashChunk, N);
}

TEST(Hash, ExchangedWordsShow) {
  std::vector<uint8_t> Bytes(64);
  Random R(5);
  for (uint8_t &B : Bytes)
    B = uint8_t(R.next());
  std::set<uint64_t> Seen{hashChunk(Bytes)};
  std::set<std::vector<uint8_t>> Chunks{Bytes};
  for (size_t Size : {1u, 2u, 4u, 8u, 16u, 32u})
    for (size_t A = 0; A != 64 / Size; ++A)
      for (size_t B = A + 1; B != 64 / Size; ++B) {
        std::vector<uint8_t> Other = Bytes;
        std::swap_ranges(Other.begin() + long(A * Size), Other.begin() + long((A + 1) * Size),
                         Other.begin() + long(B * Size));
        if (Chunks.insert(Other).second) {
          EXPECT_TRUE(Seen.insert(hashChunk(Other)).second) << Size << " " << A << " " << B;
        }
      }
}

/// Each bit of a chunk moves each bit of its fingerprint half of the time.
TEST(Hash, EveryBitReachesEveryBit) {
  constexpr unsigned Rounds = 400;
  Random R(7);
  std::vector<std::array<unsigned, 64>> Flips(512);
  for (unsigned Round = 0; Round != Rounds; ++Round) {
    // Sparse, dense and random chunks.
    std::vector<uint8_t> Bytes(64, Round % 3 ? 0 : 0xff);
    for (unsigned I = 0; I != (Round % 2 ? 64 : 3); ++I)
      Bytes[R.below(64)] = uint8_t(R.next());
    uint64_t F = hashChunk(Bytes);
    for (unsigned Bit = 0; Bit != 512; ++Bit) {
      Bytes[Bit / 8] ^= uint8_t(1u << Bit % 8);
      uint64_t Moved = F ^ hashChunk(Bytes);
      Bytes[Bit / 8] ^= uint8_t(1u << Bit % 8);
      for (unsigned K = 0; K != 64; ++K)
        Flips[Bit][K] += Moved >> K & 1;
    }
  }
  // Six standard deviations: 32768 pairs, one of 30000 such tests fails by chance.
  for (unsigned Bit = 0; Bit != 512; ++Bit)
    for (unsigned K = 0; K != 64; ++K)
      EXPECT_NEAR(Flips[Bit][K], Rounds / 2., 6 * std::sqrt(Rounds) / 2) << Bit << " " << K;
}

/// Chunks alike but for a counter, in any word: no two fingerprints agree in the bits
/// that a table of 2^20 lines keeps, and places are even.
TEST(Hash, CountersSpread) {
  for (unsigned Word = 0; Word != 16; ++Word) {
    std::vector<uint64_t> Prints;
    std::vector<unsigned> Places(64);
    for (uint32_t I = 0; I != 20000; ++I) {
      std::vector<uint8_t> Bytes(64, uint8_t(Word));
      memcpy(Bytes.data() + Word * 4, &I, 4);
      Prints.push_back(hashChunk(Bytes));
      ++Places[Prints.back() >> 58];
    }
    std::set<uint64_t> Low;
    for (uint64_t F : Prints)
      EXPECT_TRUE(Low.insert(F & ((1ull << 46) - 1)).second);
    for (unsigned N : Places)
      EXPECT_NEAR(N, 20000. / 64, 6 * std::sqrt(20000. / 64));
  }
}

TEST(Hash, ChunksAreHashedOneByOne) {
  for (size_t N : {8, 64, 96}) {
    std::vector<uint8_t> Bytes(N * 21);
    Random R(N);
    for (uint8_t &B : Bytes)
      B = uint8_t(R.next());
    uint64_t All[21];
    hashChunks(Bytes.data(), 21, N, 3, All);
    for (size_t I = 0; I != 21; ++I)
      EXPECT_EQ(All[I],
                hashChunk({Bytes.begin() + long(I * N), Bytes.begin() + long(I * N + N)}, 3));
  }
}

/// Databases of two hosts are compared, so that fingerprints must not differ. The numbers
/// come from a second implementation, in Python.
TEST(Hash, IsTheSameEverywhere) {
  std::vector<uint8_t> Bytes(64);
  for (unsigned I = 0; I != 64; ++I)
    Bytes[I] = uint8_t(I * 37);
  EXPECT_EQ(hashChunk(Bytes), 0x71ba4a370340c65fu);
  EXPECT_EQ(hashWhole(Bytes), 0x1a85d526844ccb35u);
  Bytes.resize(24);
  EXPECT_EQ(hashChunk(Bytes), 0x40dd2b30811c6354u);
  Bytes.resize(256);
  for (unsigned I = 0; I != 256; ++I)
    Bytes[I] = uint8_t(I * I + 7);
  EXPECT_EQ(hashChunk(Bytes), 0xe87356852adbe12fu);
}

} // namespace
} // namespace whittle
