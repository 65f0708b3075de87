//===- tests/enumerate/FingerprintTableTest.cpp - What was seen -----------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "enumerate/FingerprintTable.h"
#include "enumerate/TestSet.h"
#include "gtest/gtest.h"
#include <set>

using namespace llvm;

namespace whittle {
namespace {

using Print = FingerprintTable::Print;

std::vector<uint8_t> insert(FingerprintTable &T, unsigned Shard, ArrayRef<Print> Batch) {
  std::vector<uint8_t> Fresh(Batch.size(), 7);
  T.insert(Shard, Batch, Fresh.data());
  return Fresh;
}

std::vector<Print> distinct(unsigned Shard, unsigned N) {
  Random R(N);
  std::vector<Print> All;
  for (unsigned I = 0; I != N; ++I)
    All.push_back({uint64_t(Shard) << 58 | R.next() >> 6, 4});
  return All;
}

TEST(FingerprintTable, TakesTheFirstUnlessALaterOneIsCheaper) {
  FingerprintTable T(1 << 20);
  // Equal low bits: neighbours in the table. 0 and cost 0 are like any other.
  EXPECT_EQ(insert(T, 0, {{5, 4}, {5, 4}, {5, 5}, {5, 3}, {5, 3}, {5 + (1ull << 40), 4}}),
            (std::vector<uint8_t>{1, 0, 0, 1, 0, 1}));
  EXPECT_EQ(insert(T, 0, {{0, 0}, {0, 0}, {5, 4}, {5 + (1ull << 40), 3}}),
            (std::vector<uint8_t>{1, 0, 0, 1}));
  EXPECT_EQ(T.size(), 3u);
}

TEST(FingerprintTable, GrowsAndForgetsNothing) {
  FingerprintTable T(size_t(64) << 20);
  std::vector<Print> All = distinct(63, 40000);
  for (uint8_t Fresh : insert(T, 63, All))
    ASSERT_EQ(Fresh, 1);
  for (uint8_t Fresh : insert(T, 63, All))
    ASSERT_EQ(Fresh, 0);
  EXPECT_EQ(T.size(), 40000u);
}

TEST(FingerprintTable, AFullOneCountsWhatIsNewAsFreshAgain) {
  constexpr size_t Bytes = FingerprintTable::Shards * 8192; // 512 entries a shard
  FingerprintTable T(Bytes);
  std::vector<Print> All = distinct(3, 2000);
  for (uint8_t Fresh : insert(T, 3, All))
    ASSERT_EQ(Fresh, 1);
  EXPECT_LE(T.bytes(), Bytes);
  EXPECT_EQ(T.size(), 384u);
  std::vector<uint8_t> Again = insert(T, 3, All);
  for (size_t I = 0; I != Again.size(); ++I)
    ASSERT_EQ(Again[I], I >= 384) << I;
  EXPECT_EQ(insert(T, 4, {{4ull << 58, 1}, {4ull << 58, 1}}), (std::vector<uint8_t>{1, 0}));
}

TEST(FingerprintTable, HashesTellBytesApart) {
  // Sign bits in two places are what sums and products lose first.
  std::vector<uint8_t> Bytes(1027);
  std::set<uint64_t> Seen{hashBytes(Bytes.data(), Bytes.size(), 1)};
  EXPECT_TRUE(Seen.insert(hashBytes(Bytes.data(), Bytes.size() - 1, 1)).second);
  EXPECT_TRUE(Seen.insert(hashBytes(Bytes.data(), Bytes.size(), 2)).second);
  for (size_t A = 0; A != Bytes.size(); ++A)
    for (unsigned Bit = 0; Bit != 8; ++Bit) {
      Bytes[A] = uint8_t(1u << Bit);
      ASSERT_TRUE(Seen.insert(hashBytes(Bytes.data(), Bytes.size(), 1)).second) << A;
      if (Bit == 7)
        for (size_t B = A + 8; B < Bytes.size(); B += 8) {
          Bytes[B] = 0x80;
          ASSERT_TRUE(Seen.insert(hashBytes(Bytes.data(), Bytes.size(), 1)).second)
              << A << " " << B;
          Bytes[B] = 0;
        }
      Bytes[A] = 0;
    }
}

} // namespace
} // namespace whittle
