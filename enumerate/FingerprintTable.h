//===- enumerate/FingerprintTable.h - Values seen, by fingerprint -*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ENUMERATE_FINGERPRINTTABLE_H
#define WHITTLE_ENUMERATE_FINGERPRINTTABLE_H

#include "llvm/ADT/STLFunctionalExtras.h"
#include <cstddef>
#include <cstdint>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

namespace whittle {

/// Says of each of many fingerprints whether an equal one came before it, and whether the last
/// one was the same owner's; no value: whoever needs one computes it again.
///
/// A table of a gigabyte costs a line from memory for each fingerprint. So they come in
/// batches, all of a level if there is room: first they are distributed by their first bits
/// to parts whose tables the second-level cache holds, then each part is looked through alone.
/// Of a fingerprint its part's bits and 44 more are kept: one that was never seen is taken for
/// another with a probability of some 1e-9. Where a level takes several batches, the parts'
/// tables stay until it ends.
///
/// Fingerprints have an order: by batch, strip and place. What is said does not depend on the
/// number of threads.
class FingerprintTable {
public:
  /// A tile is so many owners, a strip some steps of one tile: place Owners * step + owner.
  static constexpr unsigned Owners = 64, StripSteps = 32, StripPlaces = Owners * StripSteps;
  static constexpr unsigned LotStrips = 8; ///< of one tile, that are placed together, at most
  enum Mark : uint8_t {
    Seen = 0,  ///< before, the last time by this owner; or there is none at this place
    Fresh = 1, ///< not before
    Other = 2, ///< before, the last time by another owner
  };
  /// Runs a function of a number below Count, and of a thread, on all threads.
  using ParallelFn = llvm::function_ref<void(size_t, llvm::function_ref<void(size_t, unsigned)>)>;

  /// \p MaxBytes: for all that is kept, but for one lot at least. Tables that stay are smaller
  /// where the system has less; if it has no room for a batch, that ends the process.
  FingerprintTable(size_t MaxBytes, unsigned Threads);
  ~FingerprintTable();
  FingerprintTable(const FingerprintTable &) = delete;
  FingerprintTable &operator=(const FingerprintTable &) = delete;

  /// A new level: of so many places in its strips, and of some \p Expected fingerprints.
  void start(uint64_t Places, uint64_t Expected);

  /// A new batch, behind the ones before.
  void startBatch();
  /// A lot at the batch's end: \p Strips of \p Tile. The first one's number, or none if the
  /// batch has no room for them.
  std::optional<uint32_t> place(unsigned Strips, uint32_t Tile);
  /// All lots of a stretch are one thread's, in order.
  unsigned stretchOf(uint32_t Strip) const { return Strip / StretchStrips; }
  /// \p Count fingerprints at \p Place, counted from \p Strip on, and the following ones.
  void add(unsigned Thread, uint32_t Strip, uint32_t Place, const uint64_t *Prints, size_t Count);
  /// Once the batch is complete. Where a table is full, what is new is forgotten, so that it
  /// counts as fresh again: more work, and nothing lost.
  void insert(ParallelFn Parallel);
  /// After that: a strip's marks, and behind them those of the lot's next strips.
  const uint8_t *marks(uint32_t Strip) const {
    return Stretches[stretchOf(Strip)].Marks + Strip % StretchStrips * StripPlaces;
  }

  /// In use since the level began, at most.
  size_t bytes() const { return MostBytes; }

private:
  /// Memory that grows by pages.
  class Pages {
  public:
    Pages() = default;
    Pages(Pages &&From) noexcept { *this = std::move(From); }
    Pages &operator=(Pages &&From) noexcept;
    ~Pages() { release(); }
    uint8_t *data() const { return Data; }
    uint8_t *end() const { return Data + Bytes; }
    size_t size() const { return Bytes; }
    bool tryReserve(size_t N); ///< loses what was there; false if there is no memory
    void reserve(size_t N);    ///< ends the process instead
    void release();

  private:
    uint8_t *Data = nullptr;
    void *Mapped = nullptr;
    size_t Bytes = 0, MappedBytes = 0;
  };
  struct Spare;

  static constexpr unsigned StripBits = 11, IndexBits = 20, MostPartBits = 11;
  static_assert(StripPlaces == 1u << StripBits);
  static constexpr uint64_t IndexMask = (1u << IndexBits) - 1;
  static constexpr uint32_t MostStrips = 1u << (IndexBits - StripBits); ///< of a stretch
  static constexpr size_t LineEntries = 8, LineBytes = 64;
  static constexpr unsigned SlowLines = 4; ///< that an entry may lie in, side by side
  /// 44 bits of a fingerprint above the place's number in the stretch. The first bits are
  /// its line in the part's table.
  using Print = uint64_t;
  static constexpr size_t MostLines = size_t(1) << 20;
  static constexpr unsigned HomeShift = 64 - 20 - 6;
  /// A line with the next one's address, then prints of one part, or survivors.
  static constexpr size_t ChunkBytes = 512, ChunkHeader = 64;
  static constexpr size_t ChunkPrints = (ChunkBytes - ChunkHeader) / sizeof(Print);
  struct Chunk {
    Chunk *Next;
    uint32_t *End; ///< of survivors, once it is not the last
  };

  /// Memory for chunks and marks. What was in use once is kept for other tables too, up to a
  /// limit: the system takes longer to clear it than a part takes to be looked through.
  static constexpr size_t Segment = size_t(32) << 20, MostSpare = 16;
  static Pages takeSegment();

  /// Lots side by side. By part:
  struct Stretch {
    std::vector<Print *> At; ///< where the next one goes
    std::vector<Chunk *> First;
    std::vector<uint32_t> Chunks; ///< how many
    uint8_t *Marks = nullptr;
  };
  /// What is not Seen, of one thread and stretch: numbers, twice, and one more for Fresh.
  struct Survivors {
    uint32_t *At = nullptr, *Limit = nullptr;
    Chunk *First = nullptr, *Last = nullptr;
  };
  struct Thread {
    Chunk *Free = nullptr;
    uint8_t *Block = nullptr, *BlockEnd = nullptr;
    std::vector<Survivors> Kept; ///< by stretch
    Pages Table;
  };

  uint8_t *allocate(size_t N);
  Chunk *chunk(Thread &T);
  Print *nextChunk(Thread &T, Stretch &S, size_t Part);
  void moreRoom(Thread &T, Survivors &S);
  void distribute(Stretch &S, Thread &T, uint32_t Index, const uint64_t *Prints, size_t Count);
  void insertPart(size_t Part, Thread &T);
  static uint32_t *insertPrints(uint8_t *Lines, size_t Mask, const Print *From, const Print *End,
                                const Print *Ahead, const uint32_t *Tiles, uint32_t *Out);
  static uint64_t *findSlowly(uint8_t *Lines, size_t Mask, size_t Home, uint64_t Entry);
  void countBytes();

  const size_t MaxBytes;
  const size_t BlockBytes;
  unsigned PartBits = 1;
  uint64_t BatchPlaces = 0;
  uint32_t StretchStrips = 1;
  bool Stays = false;   ///< tables are needed in the next batch
  Pages Tables;         ///< of all parts, if they stay
  size_t PartLines = 0; ///< of each, then

  std::vector<uint32_t> Tiles; ///< by strip, as they stand in an entry
  std::vector<Stretch> Stretches;
  std::vector<Thread> Threads;
  std::mutex Lock; ///< of what follows
  std::vector<Pages> Segments;
  size_t SegmentsUsed = 0, SegmentLeft = 0; ///< bytes of the last one in use
  size_t BytesUsed = 0;
  size_t MostBytes = 0;
};

} // namespace whittle

#endif // WHITTLE_ENUMERATE_FINGERPRINTTABLE_H
