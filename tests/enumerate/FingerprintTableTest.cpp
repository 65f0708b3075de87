//===- tests/enumerate/FingerprintTableTest.cpp - What was seen -----------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "enumerate/FingerprintTable.h"
#include "enumerate/SearchState.h"
#include "enumerate/TestSet.h"
#include "llvm/ADT/STLExtras.h"
#include "gtest/gtest.h"
#include <map>

using namespace llvm;

namespace whittle {
namespace {

using Marks = std::vector<uint8_t>;
constexpr uint8_t Seen = FingerprintTable::Seen, Fresh = FingerprintTable::Fresh,
                  Other = FingerprintTable::Other;
constexpr unsigned Owners = FingerprintTable::Owners, Places = FingerprintTable::StripPlaces;

/// Fingerprints of a lot's places from 0 on.
struct Lot {
  unsigned Tile;
  std::vector<uint64_t> Prints;
};

struct Said {
  Marks M; ///< of all lots' fingerprints
  unsigned Batches = 0;
  size_t Bytes = 0;
};

Said level(ArrayRef<Lot> Lots, size_t MaxBytes, unsigned Threads = 1) {
  FingerprintTable T(MaxBytes, Threads);
  auto Parallel = [&](size_t N, function_ref<void(size_t, unsigned)> Do) {
    parallelFor(Threads, N, Do);
  };
  auto Strips = [](const Lot &L) { return unsigned(divideCeil(L.Prints.size(), Places)); };
  uint64_t All = 0, Prints = 0;
  for (const Lot &L : Lots) {
    All += uint64_t(Strips(L)) * Places;
    Prints += L.Prints.size();
  }
  T.start(All, Prints);
  Said Result;
  for (size_t At = 0, End; At != Lots.size(); At = End) {
    T.startBatch();
    ++Result.Batches;
    std::vector<uint32_t> First;
    for (End = At; End != Lots.size(); ++End) {
      auto Strip = T.place(Strips(Lots[End]), Lots[End].Tile);
      if (!Strip)
        break;
      First.push_back(*Strip);
    }
    EXPECT_GT(End, At);
    Parallel(T.stretchOf(First.back()) + 1, [&](size_t Stretch, unsigned Thread) {
      for (size_t I = 0; I != First.size(); ++I)
        if (T.stretchOf(First[I]) == Stretch) {
          // In two pieces.
          const std::vector<uint64_t> &P = Lots[At + I].Prints;
          const size_t Half = P.size() / 3;
          T.add(Thread, First[I], 0, P.data(), Half);
          T.add(Thread, First[I], uint32_t(Half), P.data() + Half, P.size() - Half);
        }
    });
    T.insert(Parallel);
    for (size_t I = 0; I != First.size(); ++I) {
      const size_t N = Lots[At + I].Prints.size();
      const uint8_t *M = T.marks(First[I]);
      Result.M.insert(Result.M.end(), M, M + N);
      for (size_t K = N; K % Places; ++K)
        EXPECT_EQ(M[K], Seen) << "nothing is there";
    }
  }
  Result.Bytes = T.bytes();
  return Result;
}

/// In a map.
Marks reference(ArrayRef<Lot> Lots) {
  std::map<uint64_t, std::pair<unsigned, size_t>> Last;
  Marks M;
  for (const Lot &L : Lots)
    for (size_t I = 0; I != L.Prints.size(); ++I) {
      const std::pair<unsigned, size_t> Owner(L.Tile, I % Owners);
      auto [It, New] = Last.try_emplace(L.Prints[I], Owner);
      M.push_back(New ? Fresh : It->second == Owner ? Seen : Other);
      It->second = Owner;
    }
  return M;
}

std::vector<uint64_t> distinct(size_t N, uint64_t Seed) {
  Random R(Seed);
  std::vector<uint64_t> All(N);
  for (uint64_t &F : All)
    F = R.next();
  return All;
}

/// Of several lengths, over few or many fingerprints.
std::vector<Lot> randomLots(unsigned N, uint64_t Different, unsigned Tiles, uint64_t Seed) {
  Random R(Seed);
  std::vector<Lot> Lots;
  for (unsigned I = 0; I != N; ++I) {
    Lot &L = Lots.emplace_back();
    L.Tile = unsigned(R.below(Tiles));
    L.Prints.resize(1 + R.below(R.below(2) ? 70 : FingerprintTable::LotStrips * Places));
    for (uint64_t &F : L.Prints)
      F = R.below(Different) * 0x9e3779b97f4a7c15u;
  }
  return Lots;
}

constexpr size_t Much = size_t(1) << 30;

TEST(FingerprintTable, TakesTheFirst) {
  // 0 is like any other.
  constexpr uint64_t A = 5ull << 40, B = 6ull << 40;
  EXPECT_EQ(level({{3, {A}}, {3, {A}}, {3, {B}}, {3, {0}}, {3, {A}}, {3, {0}}}, Much).M,
            (Marks{Fresh, Seen, Fresh, Fresh, Seen, Seen}));
}

TEST(FingerprintTable, SaysWhenTheOwnerChanges) {
  constexpr uint64_t A = 5ull << 40, B = 6ull << 40;
  // Another tile; another owner of one tile; the last one counts.
  EXPECT_EQ(level({{0, {A, B}}, {1, {A, B}}, {1, {B, A}}, {1, {B, A}}, {0, {A, A}}}, Much).M,
            (Marks{Fresh, Fresh, Other, Other, Other, Other, Seen, Seen, Other, Other}));
  // Steps of one owner lie Owners places apart.
  std::vector<uint64_t> Prints = distinct(3 * Owners, 1);
  Prints[Owners + 7] = Prints[2 * Owners + 7] = Prints[7];
  Prints[2 * Owners + 8] = Prints[9];
  Marks Want(3 * Owners, Fresh);
  Want[Owners + 7] = Want[2 * Owners + 7] = Seen;
  Want[2 * Owners + 8] = Other;
  EXPECT_EQ(level({{12345678, Prints}}, Much).M, Want);
}

TEST(FingerprintTable, TellsBitsApart) {
  // Of the 44 first bits each counts.
  std::vector<uint64_t> Prints{0};
  for (unsigned Bit = 20; Bit != 64; ++Bit)
    Prints.push_back(1ull << Bit);
  EXPECT_EQ(level({{0, Prints}}, Much).M, Marks(Prints.size(), Fresh));
}

TEST(FingerprintTable, AgreesWithAMap) {
  for (uint64_t Different : {3u, 1000u, 100000000u}) {
    std::vector<Lot> Lots = randomLots(150, Different, 4, Different);
    Marks Want = reference(Lots);
    Said All = level(Lots, Much);
    EXPECT_EQ(All.Batches, 1u);
    EXPECT_TRUE(All.M == Want) << Different;
    // A table that stays.
    Said Parts = level(Lots, 8 << 20);
    EXPECT_GT(Parts.Batches, 2u);
    if (Different < 10000) {
      EXPECT_TRUE(Parts.M == Want) << Different;
    }
  }
}

TEST(FingerprintTable, ThreadsDoNotMatter) {
  std::vector<Lot> Lots = randomLots(400, 300000, 100, 1);
  for (size_t MaxBytes : {Much, size_t(8) << 20}) {
    Marks One = level(Lots, MaxBytes).M;
    EXPECT_TRUE(level(Lots, MaxBytes, 2).M == One);
    EXPECT_TRUE(level(Lots, MaxBytes, 5).M == One);
  }
}

TEST(FingerprintTable, ForgetsNothingThatItHasRoomFor) {
  std::vector<Lot> Lots;
  for (uint64_t I = 0; I != 100; ++I)
    Lots.push_back({unsigned(I % 50), distinct(FingerprintTable::LotStrips * Places, I % 50)});
  // The second time by the same owners, and all are different.
  Marks M = level(Lots, Much).M;
  const auto Half = M.begin() + long(M.size() / 2);
  EXPECT_EQ(size_t(std::count(M.begin(), Half, Fresh)), M.size() / 2);
  EXPECT_EQ(size_t(std::count(Half, M.end(), Seen)), M.size() / 2);
}

TEST(FingerprintTable, AFullOneCountsWhatIsNewAsFreshAgain) {
  std::vector<Lot> Lots;
  for (uint64_t I = 0; I != 100; ++I)
    Lots.push_back({unsigned(I % 50), distinct(Places, I % 50)});
  constexpr size_t Little = 400000; // 102,400 different ones would take 819,200
  Said S = level(Lots, Little);
  EXPECT_LE(S.Bytes, Little);
  const auto Half = S.M.begin() + long(S.M.size() / 2);
  EXPECT_EQ(size_t(std::count(S.M.begin(), Half, Fresh)), S.M.size() / 2);
  const size_t Kept = size_t(std::count(Half, S.M.end(), Seen));
  EXPECT_GT(Kept, 10000u);
  EXPECT_EQ(size_t(std::count(Half, S.M.end(), Fresh)), S.M.size() / 2 - Kept);
}

TEST(FingerprintTable, OneLotAlwaysHasRoom) {
  std::vector<Lot> Lots = randomLots(5, 1000, 3, 9);
  Said S = level(Lots, 0);
  EXPECT_EQ(S.Batches, 5u);
  EXPECT_EQ(S.M[0], Fresh);
}

TEST(FingerprintTable, MayAllBeEqual) {
  std::vector<Lot> Lots(60, {7, std::vector<uint64_t>(FingerprintTable::LotStrips * Places, 42)});
  Marks M = level(Lots, Much, 2).M;
  EXPECT_EQ(M[0], Fresh);
  EXPECT_EQ(size_t(llvm::count(M, Other)), M.size() - 1);
}

} // namespace
} // namespace whittle
