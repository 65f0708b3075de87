//===- enumerate/FingerprintTable.cpp - Values seen, by fingerprint -------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An entry of a table is a print whose owner stands where its number did, 0 for none. Eight
// of them lie in a line, side by side from its beginning.
//
//===----------------------------------------------------------------------===//

#include "enumerate/FingerprintTable.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>
#include <cstring>
#include <sys/mman.h>

#if defined(__x86_64__)
#define WHITTLE_CLONES __attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#else
#define WHITTLE_CLONES
#endif

using namespace llvm;

namespace whittle {

static constexpr size_t HugePage = size_t(2) << 20;
/// A part has so many prints, and less than twice as many where there are parts enough: its
/// table takes half of a second-level cache of 1 MiB at most.
static constexpr size_t PartPrints = size_t(1) << 14;
/// What a print takes with its mark, its chunk's header, and chunks that are not full. What
/// survives goes into chunks that were looked through.
static constexpr size_t BytesPerPlace = 12;
/// Of a level: enough for many threads, whatever they are.
static constexpr size_t ManyStretches = 64;

//===----------------------------------------------------------------------===//
// Memory
//===----------------------------------------------------------------------===//

bool FingerprintTable::Pages::tryReserve(size_t N) {
  if (N <= Bytes)
    return true;
  release();
  // Whole huge pages, where they are worth it.
  const size_t Slack = N < HugePage ? 0 : HugePage;
  void *To = mmap(nullptr, N + Slack, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (To == MAP_FAILED)
    return false;
  Mapped = To;
  MappedBytes = N + Slack;
  Bytes = N;
  Data = static_cast<uint8_t *>(To);
  if (!Slack)
    return true;
  Data += (HugePage - reinterpret_cast<uintptr_t>(To) % HugePage) % HugePage;
#ifdef MADV_HUGEPAGE
  madvise(Data, N, MADV_HUGEPAGE);
#endif
  return true;
}

void FingerprintTable::Pages::reserve(size_t N) {
  if (!tryReserve(N))
    report_bad_alloc_error("table of fingerprints: no memory");
}

FingerprintTable::Pages &FingerprintTable::Pages::operator=(Pages &&From) noexcept {
  std::swap(Data, From.Data);
  std::swap(Mapped, From.Mapped);
  std::swap(Bytes, From.Bytes);
  std::swap(MappedBytes, From.MappedBytes);
  return *this;
}

void FingerprintTable::Pages::release() {
  if (Mapped)
    munmap(Mapped, MappedBytes);
  Mapped = nullptr, Data = nullptr;
  Bytes = MappedBytes = 0;
}

FingerprintTable::FingerprintTable(size_t MaxBytes, unsigned NumThreads)
    : MaxBytes(MaxBytes),
      BlockBytes(std::clamp<size_t>(bit_floor(MaxBytes / 64 / NumThreads), 4 * ChunkBytes, 65536)),
      Threads(NumThreads) {}

/// Segments that no table uses.
struct FingerprintTable::Spare {
  std::mutex Lock;
  std::vector<Pages> Segments;

  static Spare &get() {
    static Spare S;
    return S;
  }
};

FingerprintTable::~FingerprintTable() {
  Spare &S = Spare::get();
  std::lock_guard Guard(S.Lock);
  for (Pages &P : Segments)
    if (S.Segments.size() < MostSpare)
      S.Segments.push_back(std::move(P));
}

FingerprintTable::Pages FingerprintTable::takeSegment() {
  Spare &S = Spare::get();
  {
    std::lock_guard Guard(S.Lock);
    if (!S.Segments.empty()) {
      Pages P = std::move(S.Segments.back());
      S.Segments.pop_back();
      return P;
    }
  }
  Pages P;
  P.reserve(Segment);
  return P;
}

/// \p N: at most a segment. Until the next batch.
uint8_t *FingerprintTable::allocate(size_t N) {
  std::lock_guard Guard(Lock);
  if (SegmentLeft < N) {
    if (SegmentsUsed == Segments.size())
      Segments.push_back(takeSegment());
    SegmentLeft = Segments[SegmentsUsed++].size();
  }
  uint8_t *At = Segments[SegmentsUsed - 1].end() - SegmentLeft;
  SegmentLeft -= N;
  BytesUsed += N;
  return At;
}

/// Chunks come from the thread's own ones that were looked through, then from blocks.
FingerprintTable::Chunk *FingerprintTable::chunk(Thread &T) {
  Chunk *C = T.Free;
  if (C) {
    T.Free = C->Next;
  } else {
    if (T.Block == T.BlockEnd) {
      T.Block = allocate(BlockBytes);
      T.BlockEnd = T.Block + BlockBytes;
    }
    C = reinterpret_cast<Chunk *>(T.Block);
    T.Block += ChunkBytes;
    // A later one: stores that miss the cache wait for one another.
    for (size_t At = 0; At != ChunkBytes; At += LineBytes)
      __builtin_prefetch(T.Block + 7 * ChunkBytes + At, 1);
  }
  *C = {};
  return C;
}

void FingerprintTable::countBytes() {
  size_t N = BytesUsed + Tables.size();
  for (const Thread &T : Threads)
    N += T.Table.size();
  MostBytes = std::max(MostBytes, N);
}

//===----------------------------------------------------------------------===//
// Batches
//===----------------------------------------------------------------------===//

void FingerprintTable::start(uint64_t Places, uint64_t Expected) {
  MostBytes = 0;
  Stays = Places > MaxBytes / BytesPerPlace;
  BatchPlaces = Stays ? MaxBytes / 2 / BytesPerPlace : ~uint64_t(0);
  const uint64_t Parts = std::min(Expected, BatchPlaces) / PartPrints;
  PartBits = std::clamp<unsigned>(Log2_64(Parts | 1), 1, MostPartBits);
  const uint64_t Strips = divideCeil(std::min(Places, BatchPlaces), StripPlaces);
  StretchStrips = uint32_t(std::clamp<uint64_t>(Strips / ManyStretches, LotStrips, MostStrips));
  Tables.release();
  PartLines = 0;
  if (!Stays)
    return;
  const size_t TableBytes = std::min<uint64_t>(MaxBytes / 2, Expected * 2 * sizeof(Print));
  PartLines = std::clamp<size_t>(bit_floor((TableBytes >> PartBits) / LineBytes), 1, MostLines);
  // Less where the system has no more.
  while (PartLines > 1 && !Tables.tryReserve(PartLines * LineBytes << PartBits))
    PartLines /= 2;
  Tables.reserve(PartLines * LineBytes << PartBits);
}

void FingerprintTable::startBatch() {
  Tiles.clear();
  Stretches.clear();
  SegmentsUsed = SegmentLeft = BytesUsed = 0;
  for (Thread &T : Threads) {
    T.Free = nullptr;
    T.Block = T.BlockEnd = nullptr;
    T.Kept.clear();
  }
}

std::optional<uint32_t> FingerprintTable::place(unsigned Strips, uint32_t Tile) {
  // A lot lies in one stretch.
  size_t First = Tiles.size(), Left = StretchStrips - First % StretchStrips;
  if (Strips > Left)
    First += Left;
  if (!Tiles.empty() && (First + Strips) * uint64_t(StripPlaces) > BatchPlaces)
    return std::nullopt;
  Tiles.resize(First, 0);
  // From 1 on, so that no entry is 0; numbers that do not fit begin there again.
  Tiles.resize(First + Strips, (1 + Tile % (IndexMask / Owners)) * Owners);
  Stretches.resize(stretchOf(uint32_t(First)) + 1);
  return uint32_t(First);
}

FingerprintTable::Print *FingerprintTable::nextChunk(Thread &T, Stretch &S, size_t Part) {
  Chunk *C = chunk(T);
  ++S.Chunks[Part];
  if (Print *Full = S.At[Part])
    reinterpret_cast<Chunk *>(reinterpret_cast<uint8_t *>(Full) - ChunkBytes)->Next = C;
  else
    S.First[Part] = C;
  return reinterpret_cast<Print *>(reinterpret_cast<uint8_t *>(C) + ChunkHeader);
}

WHITTLE_CLONES
void FingerprintTable::distribute(Stretch &S, Thread &T, uint32_t Index, const uint64_t *Prints,
                                  size_t Count) {
  Print **const Ends = S.At.data();
  const unsigned Bits = PartBits, ToPart = 64 - Bits;
  for (size_t I = 0; I != Count; ++I) {
    const uint64_t F = Prints[I];
    const size_t Part = F >> ToPart;
    Print *At = Ends[Part];
    // Full, or none yet.
    if (reinterpret_cast<uintptr_t>(At) % ChunkBytes == 0)
      At = nextChunk(T, S, Part);
    *At = ((F << Bits) & ~IndexMask) | (Index + I);
    Ends[Part] = At + 1;
  }
}

void FingerprintTable::add(unsigned Thread, uint32_t Strip, uint32_t Place, const uint64_t *Prints,
                           size_t Count) {
  Stretch &S = Stretches[stretchOf(Strip)];
  if (S.At.empty()) {
    S.At.resize(size_t(1) << PartBits);
    S.First.resize(size_t(1) << PartBits);
    S.Chunks.resize(size_t(1) << PartBits);
  }
  distribute(S, Threads[Thread], Strip % StretchStrips * StripPlaces + Place, Prints, Count);
}

//===----------------------------------------------------------------------===//
// Parts
//===----------------------------------------------------------------------===//

void FingerprintTable::moreRoom(Thread &T, Survivors &S) {
  Chunk *C = chunk(T);
  if (S.Last) {
    S.Last->Next = C;
    S.Last->End = S.At;
  } else {
    S.First = C;
  }
  S.Last = C;
  uint8_t *From = reinterpret_cast<uint8_t *>(C);
  S.At = reinterpret_cast<uint32_t *>(From + ChunkHeader);
  S.Limit = reinterpret_cast<uint32_t *>(From + ChunkBytes);
}

/// The entry, or else the first empty one; null if there is no room.
uint64_t *FingerprintTable::findSlowly(uint8_t *Lines, size_t Mask, size_t Home, uint64_t Entry) {
  for (unsigned L = 0; L != SlowLines; ++L) {
    uint64_t *E = reinterpret_cast<uint64_t *>(Lines + ((Home + L * LineBytes) & Mask));
    for (size_t I = 0; I != LineEntries; ++I)
      if (!E[I] || (E[I] ^ Entry) >> IndexBits == 0)
        return E + I;
  }
  return nullptr;
}

/// Prints of one chunk, whose strips have these \p Tiles; \p Ahead will be needed soon. \p Out
/// has room for one more than there are prints. The new end of it.
WHITTLE_CLONES
uint32_t *FingerprintTable::insertPrints(uint8_t *Lines, size_t Mask, const Print *From,
                                         const Print *End, const Print *Ahead,
                                         const uint32_t *Tiles, uint32_t *Out) {
  using Line = uint64_t __attribute__((ext_vector_type(8)));
  using Bits = bool __attribute__((ext_vector_type(8)));
  auto Home = [Mask](Print P) __attribute__((always_inline)) { return P >> HomeShift & Mask; };
  constexpr uint64_t Keep = ~IndexMask | (Owners - 1);
  const size_t Count = size_t(End - From);
  // Eight at a time: first where they belong, as if they were alone, which the processor does
  // for all of them at once; then one after the other. A chunk holds a multiple of eight, so
  // that behind the last one there is something.
  for (size_t At = 0; At < Count; At += 8) {
    __builtin_prefetch(Ahead + At);
    uint64_t *Places[8];
    uint64_t Entries[8];
    for (unsigned I = 0; I != 8; ++I) {
      const Print P = From[At + I];
      const uint64_t Entry = (P & Keep) | Tiles[(P & IndexMask) >> StripBits];
      uint8_t *Here = Lines + Home(P);
      const Line X = *reinterpret_cast<const Line *>(Here);
      // What is empty lies behind what is not.
      const Bits Some = __builtin_convertvector((X ^ Entry) < Line(1u << IndexBits), Bits) |
                        __builtin_convertvector(X == Line(0), Bits);
      Entries[I] = Entry;
      Places[I] = reinterpret_cast<uint64_t *>(Here) +
                  __builtin_ctz(__builtin_bit_cast(uint8_t, Some) | 1u << (LineEntries - 1));
    }
    const size_t N = std::min<size_t>(8, Count - At);
    for (size_t I = 0; I != N; ++I) {
      const uint64_t Entry = Entries[I];
      uint64_t *E = Places[I], Old = *E;
      // Neither is 0: taken by one of the seven, or the line is full.
      if (__builtin_expect(std::min(Old, (Old ^ Entry) >> IndexBits) != 0, 0)) {
        E = findSlowly(Lines, Mask, Home(From[At + I]), Entry);
        Old = E ? *E : 0;
      }
      if (__builtin_expect(E != nullptr, 1))
        *E = Entry;
      *Out = uint32_t(From[At + I]) << 1 | uint32_t(Old == 0);
      Out += Old != Entry;
    }
  }
  return Out;
}

void FingerprintTable::insertPart(size_t Part, Thread &T) {
  uint8_t *Lines;
  size_t Mask;
  if (Stays) {
    Lines = Tables.data() + Part * PartLines * LineBytes;
    Mask = (PartLines - 1) * LineBytes;
  } else {
    size_t Most = 0;
    for (const Stretch &S : Stretches)
      Most += S.First.empty() ? 0 : S.Chunks[Part] * ChunkPrints;
    // Seven eighths full at most, and half of that as a rule.
    const size_t Bytes = std::clamp<size_t>(bit_ceil(Most / 7), 2, MostLines) * LineBytes;
    T.Table.reserve(Bytes);
    Lines = T.Table.data();
    Mask = Bytes - LineBytes;
    memset(Lines, 0, Bytes);
  }
  for (size_t I = 0; I != Stretches.size(); ++I) {
    const Stretch &S = Stretches[I];
    if (S.First.empty())
      continue;
    const uint32_t *Here = Tiles.data() + I * StretchStrips;
    Survivors &Kept = T.Kept[I];
    for (Chunk *C = S.First[Part]; C;) {
      Chunk *Next = C->Next, *Ahead = Next;
      if (!Ahead && I + 1 != Stretches.size() && !Stretches[I + 1].First.empty())
        Ahead = Stretches[I + 1].First[Part];
      auto Prints = [](Chunk *C) {
        return reinterpret_cast<Print *>(reinterpret_cast<uint8_t *>(C) + ChunkHeader);
      };
      __builtin_prefetch(Ahead);
      const Print *End = Next ? Prints(C) + ChunkPrints : S.At[Part];
      if (size_t(Kept.Limit - Kept.At) <= ChunkPrints)
        moreRoom(T, Kept);
      Kept.At = insertPrints(Lines, Mask, Prints(C), End, Prints(Ahead ? Ahead : C), Here, Kept.At);
      C->Next = T.Free;
      T.Free = C;
      C = Next;
    }
  }
}

void FingerprintTable::insert(ParallelFn Parallel) {
  for (Thread &T : Threads)
    T.Kept.resize(Stretches.size());
  // What lies behind the last print of a chunk may have any number.
  Tiles.resize(Stretches.size() * StretchStrips + MostStrips, 0);
  Parallel(size_t(1) << PartBits,
           [&](size_t Part, unsigned Thread) { insertPart(Part, Threads[Thread]); });
  const size_t Places = size_t(StretchStrips) * StripPlaces;
  Parallel(Stretches.size(), [&](size_t I, unsigned) {
    uint8_t *To = Stretches[I].Marks = allocate(Places);
    memset(To, Seen, Places);
    for (const Thread &T : Threads) {
      const Survivors &S = T.Kept[I];
      for (const Chunk *C = S.First; C; C = C->Next) {
        if (const uint8_t *Ahead = reinterpret_cast<const uint8_t *>(C->Next))
          for (size_t At = 0; At != ChunkBytes; At += LineBytes)
            __builtin_prefetch(Ahead + At);
        const uint32_t *At =
            reinterpret_cast<const uint32_t *>(reinterpret_cast<const uint8_t *>(C) + ChunkHeader);
        for (const uint32_t *End = C == S.Last ? S.At : C->End; At != End; ++At)
          To[*At >> 1 & IndexMask] = *At & 1 ? Fresh : Other;
      }
    }
  });
  countBytes();
}

} // namespace whittle
