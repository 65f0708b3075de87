//===- enumerate/FingerprintTable.h - Values seen, by fingerprint -*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ENUMERATE_FINGERPRINTTABLE_H
#define WHITTLE_ENUMERATE_FINGERPRINTTABLE_H

#include "llvm/ADT/ArrayRef.h"
#include <array>
#include <cstdint>

namespace whittle {

/// The least cost at which each fingerprint was seen, and for whom last; no value:
/// whoever needs one computes it again.
///
/// 8 bytes an entry. A fingerprint's first bits are its place, a line of eight entries,
/// its last 36 are kept; it may also lie in the next line. So one that was never seen is
/// taken for another with a probability of at most 16 in 2^36 (2e-10) in tables of up to
/// 16 GiB: of 100 million, 0.02 are. Huge pages where the system has them.
///
/// Shards go by the first bits of the fingerprint, however many threads there are: each
/// may be in one thread's hands at a time, without locks, and what comes out depends on
/// the order within each shard only.
class FingerprintTable {
public:
  static constexpr unsigned ShardBits = 4, Shards = 1u << ShardBits;
  static unsigned shardOf(uint64_t Fingerprint) {
    return unsigned(Fingerprint >> (64 - ShardBits));
  }

  /// Costs above MaxCost are not kept: they count as new each time.
  static constexpr unsigned MaxCost = 254, Owners = 1u << 20;
  struct Print {
    uint64_t Fingerprint;
    uint32_t OwnerCost; ///< as in an entry; cost 0: not kept
    uint32_t Index;     ///< of its mark
    Print() = default;
    /// \p Owner counts modulo Owners.
    Print(uint64_t Fingerprint, unsigned Cost, unsigned Owner, uint32_t Index)
        : Fingerprint(Fingerprint),
          OwnerCost((Owner % Owners) << 8 | (Cost > MaxCost ? 0 : Cost + 1)), Index(Index) {}
  };
  enum Mark : uint8_t {
    Seen = 0,  ///< at this cost or less, last for this owner
    Fresh = 1, ///< not at this cost or less
    Other = 2, ///< at this cost or less, last for another owner
  };

  /// Room for \p Entries to be two thirds full, but for at most \p MaxBytes; a shard takes two
  /// lines at least. Less where the system has no more.
  FingerprintTable(size_t MaxBytes, size_t Entries);
  ~FingerprintTable();
  FingerprintTable(const FingerprintTable &) = delete;
  FingerprintTable &operator=(const FingerprintTable &) = delete;

  /// In order, for each of \p Batch: Marks[Index] = what it is. All have to be of shard
  /// \p Shard. Where both lines are full, what is new is forgotten, so that it counts as
  /// fresh again: more work, and nothing lost.
  void insert(unsigned Shard, llvm::ArrayRef<Print> Batch, uint8_t *Marks);

  size_t size() const;  ///< entries
  size_t bytes() const; ///< allocated

private:
  static constexpr size_t LineEntries = 8, LineBytes = 64;
  uint64_t *lines(unsigned Shard) const { return Slots + Shard * Lines * LineEntries; }

  uint64_t *Slots = nullptr; ///< 0: none
  size_t Lines = 0;          ///< of a shard
  void *Mapped = nullptr;
  size_t MappedBytes = 0;
  std::array<size_t, Shards> Used{};
};

} // namespace whittle

#endif // WHITTLE_ENUMERATE_FINGERPRINTTABLE_H
