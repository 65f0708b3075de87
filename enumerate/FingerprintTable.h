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

/// Of \p N bytes; the same on every host. Equal fingerprints are necessary for
/// equal bytes, not sufficient.
uint64_t hashBytes(const uint8_t *Bytes, size_t N, uint64_t Seed);

/// The least cost at which each fingerprint was seen, and no value: whoever needs
/// one computes it again. 16 bytes an entry, on huge pages where the system has
/// them. Shards go by the high bits of the fingerprint, however many threads there
/// are: each may be in one thread's hands at a time, without locks, and what comes
/// out depends on the order within each shard only.
class FingerprintTable {
public:
  static constexpr unsigned Shards = 64;
  static unsigned shardOf(uint64_t Fingerprint) { return unsigned(Fingerprint >> 58); }
  struct Print {
    uint64_t Fingerprint;
    uint32_t Cost;
  };

  /// At most \p MaxBytes; a shard takes 4 KiB at least. \p Reserve: so many bytes at once.
  explicit FingerprintTable(size_t MaxBytes, size_t Reserve = 0);
  ~FingerprintTable();
  FingerprintTable(const FingerprintTable &) = delete;
  FingerprintTable &operator=(const FingerprintTable &) = delete;

  /// In order, for each of \p Batch: Fresh[i] = 1 if it was not seen at this cost or
  /// less, else 0. All have to be of shard \p Shard. A full shard forgets what is
  /// new, so that it counts as fresh again: more work, and nothing lost.
  void insert(unsigned Shard, llvm::ArrayRef<Print> Batch, uint8_t *Fresh);

  size_t size() const;
  size_t bytes() const; ///< allocated

private:
  struct Entry {
    uint64_t Fingerprint;
    uint32_t CostPlus1; ///< 0: none
    uint32_t Unused;
  };
  struct Part {
    Entry *Slots = nullptr;
    size_t Mask = 0, Used = 0; ///< slots less one; entries
  };
  static Entry *allocate(size_t Slots);
  static void release(Entry *Slots, size_t Count);
  static Entry &find(Part &P, uint64_t Fingerprint);
  void grow(Part &P);

  size_t MaxSlots; ///< of a shard
  std::array<Part, Shards> Parts;
};

} // namespace whittle

#endif // WHITTLE_ENUMERATE_FINGERPRINTTABLE_H
