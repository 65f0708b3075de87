//===- tests/enumerate/FingerprintTableTest.cpp - What was seen -----------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "enumerate/FingerprintTable.h"
#include "enumerate/TestSet.h"
#include "gtest/gtest.h"
#include <map>

using namespace llvm;

namespace whittle {
namespace {

using Print = FingerprintTable::Print;
using Marks = std::vector<uint8_t>;
constexpr uint8_t Seen = FingerprintTable::Seen, Fresh = FingerprintTable::Fresh,
                  Other = FingerprintTable::Other;

struct Item {
  uint64_t Fingerprint;
  unsigned Cost, Owner = 0;
};

Marks insert(FingerprintTable &T, unsigned Shard, ArrayRef<Item> Items) {
  std::vector<Print> Batch;
  // Marks may lie in any order.
  uint32_t N = uint32_t(Items.size());
  for (uint32_t I = 0; I != N; ++I)
    Batch.push_back(Print(Items[I].Fingerprint, Items[I].Cost, Items[I].Owner, N - 1 - I));
  Marks M(N, 7);
  T.insert(Shard, Batch, M.data());
  std::reverse(M.begin(), M.end());
  return M;
}

std::vector<Item> distinct(unsigned Shard, unsigned N) {
  Random R(N);
  std::vector<Item> All;
  for (unsigned I = 0; I != N; ++I)
    All.push_back({uint64_t(Shard) << 60 | R.next() >> 4, 4});
  return All;
}

TEST(FingerprintTable, TakesTheFirstUnlessALaterOneIsCheaper) {
  FingerprintTable T(1 << 20, 1000);
  // One line: neighbours in the table. 0 and cost 0 are like any other.
  EXPECT_EQ(insert(T, 0, {{5, 4}, {5, 4}, {5, 5}, {5, 3}, {5, 3}, {6, 4}}),
            (Marks{Fresh, Seen, Seen, Fresh, Seen, Fresh}));
  EXPECT_EQ(insert(T, 0, {{0, 0}, {0, 0}, {5, 4}, {6, 3}}), (Marks{Fresh, Seen, Seen, Fresh}));
  EXPECT_EQ(T.size(), 3u);
}

TEST(FingerprintTable, SaysWhenTheOwnerChanges) {
  FingerprintTable T(1 << 20, 1000);
  EXPECT_EQ(insert(T, 0, {{5, 4, 1}, {5, 4, 2}, {5, 6, 2}, {5, 5, 3}, {5, 5, 1}, {5, 3, 1}}),
            (Marks{Fresh, Other, Seen, Other, Other, Fresh}));
  // The cost stays the least.
  EXPECT_EQ(insert(T, 0, {{5, 3, 1}, {5, 4, 9}, {5, 3, 9}, {5, 2, 10}}),
            (Marks{Seen, Other, Seen, Fresh}));
  EXPECT_EQ(T.size(), 1u);
}

TEST(FingerprintTable, CostsThatDoNotFitAreAlwaysNew) {
  FingerprintTable T(1 << 20, 1000);
  unsigned Most = FingerprintTable::MaxCost;
  EXPECT_EQ(insert(T, 0, {{5, Most + 1}, {5, Most + 1}, {5, Most}, {5, Most}, {5, 100000}}),
            (Marks{Fresh, Fresh, Fresh, Seen, Fresh}));
}

TEST(FingerprintTable, AgreesWithAMap) {
  // Few fingerprints, that differ in single bits of what is kept or of the place.
  FingerprintTable T(1 << 24, 5000);
  std::map<uint64_t, std::pair<unsigned, unsigned>> Reference;
  Random R(3);
  for (unsigned Round = 0; Round != 40; ++Round) {
    std::vector<Item> Items;
    Marks Want;
    for (unsigned I = 0; I != 500; ++I) {
      uint64_t F = uint64_t(9) << 60 | (uint64_t(R.below(8)) << 57 | 1ull << 5 * R.below(8));
      Item X{F, R.below(6), R.below(5)};
      Items.push_back(X);
      auto [It, New] = Reference.try_emplace(F, X.Cost, X.Owner);
      auto &[Cost, Owner] = It->second;
      bool Cheaper = New || X.Cost < Cost;
      Want.push_back(Cheaper ? Fresh : Owner == X.Owner ? Seen : Other);
      Cost = std::min(Cost, X.Cost);
      Owner = X.Owner;
    }
    ASSERT_EQ(insert(T, 9, Items), Want) << Round;
  }
  EXPECT_EQ(T.size(), Reference.size());
}

TEST(FingerprintTable, ForgetsNothingThatItHasRoomFor) {
  FingerprintTable T(size_t(64) << 20, FingerprintTable::Shards * 40000);
  std::vector<Item> All = distinct(15, 40000);
  for (uint8_t M : insert(T, 15, All))
    ASSERT_EQ(M, Fresh);
  unsigned Forgotten = 0;
  for (uint8_t M : insert(T, 15, All))
    Forgotten += M == Fresh;
  EXPECT_LE(Forgotten, 400u) << "two neighbouring lines are full";
  EXPECT_GE(T.size() + Forgotten, 40000u);
}

TEST(FingerprintTable, AFullOneCountsWhatIsNewAsFreshAgain) {
  constexpr size_t Bytes = FingerprintTable::Shards * 4096; // 512 entries a shard
  FingerprintTable T(Bytes, 1 << 20);
  EXPECT_LE(T.bytes(), Bytes);
  std::vector<Item> All = distinct(3, 20000);
  for (uint8_t M : insert(T, 3, All))
    ASSERT_EQ(M, Fresh);
  EXPECT_EQ(T.size(), 512u);
  Marks Again = insert(T, 3, All);
  EXPECT_EQ(size_t(count(Again, uint8_t(Seen))), 512u);
  EXPECT_EQ(size_t(count(Again, uint8_t(Fresh))), All.size() - 512);
  EXPECT_EQ(insert(T, 4, {{4ull << 60, 1}, {4ull << 60, 1}}), (Marks{Fresh, Seen}));
}

} // namespace
} // namespace whittle
