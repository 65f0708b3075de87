//===- enumerate/FingerprintTable.cpp - Values seen, by fingerprint -------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An entry, from its highest bit: 36 bits of the fingerprint, 20 of the owner, 8 of the
// cost and one. A line's entries lie side by side from its beginning.
//
//===----------------------------------------------------------------------===//

#include "enumerate/FingerprintTable.h"
#include "llvm/Support/ErrorHandling.h"
#include <algorithm>
#include <sys/mman.h>

using namespace llvm;

namespace whittle {

static constexpr size_t HugePage = size_t(2) << 20;
/// Lines that are on their way while one is looked at.
static constexpr size_t Ahead = 32;
static constexpr unsigned TagShift = 28;

FingerprintTable::FingerprintTable(size_t MaxBytes, size_t Entries) {
  size_t Most = MaxBytes / Shards / LineBytes;
  Lines = std::max<size_t>(2, std::min(Most, Entries * 3 / 2 / Shards / LineEntries + 2));
  for (;; Lines /= 2) {
    // Whole huge pages, where they are worth it.
    size_t Bytes = Shards * Lines * LineBytes, Slack = Bytes < HugePage ? 0 : HugePage;
    MappedBytes = Bytes + Slack;
    Mapped = mmap(nullptr, MappedBytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
    if (Mapped == MAP_FAILED) {
      if (Lines < 4)
        report_bad_alloc_error("table of fingerprints: no memory");
      continue;
    }
    uintptr_t At = reinterpret_cast<uintptr_t>(Mapped);
    if (Slack)
      At = (At + HugePage - 1) / HugePage * HugePage;
    Slots = reinterpret_cast<uint64_t *>(At);
#ifdef MADV_HUGEPAGE
    if (Slack)
      madvise(Slots, Bytes, MADV_HUGEPAGE);
#endif
    return;
  }
}

FingerprintTable::~FingerprintTable() { munmap(Mapped, MappedBytes); }

#if defined(__x86_64__)
__attribute__((target_clones("default", "arch=x86-64-v3", "arch=x86-64-v4")))
#endif
void FingerprintTable::insert(unsigned Shard, ArrayRef<Print> Batch, uint8_t *Marks) {
  typedef uint64_t Line __attribute__((ext_vector_type(8)));
  typedef bool Bits __attribute__((ext_vector_type(8)));
  uint64_t *First = lines(Shard);
  size_t Used = 0;
  auto Home = [&](const Print &P) __attribute__((always_inline)) {
    return ((P.Fingerprint << ShardBits >> 32) * Lines >> 32) * LineEntries;
  };
  for (size_t I = 0; I < std::min(Ahead, Batch.size()); ++I)
    __builtin_prefetch(First + Home(Batch[I]), 1);
  for (size_t I = 0; I != Batch.size(); ++I) {
    if (I + Ahead < Batch.size())
      __builtin_prefetch(First + Home(Batch[I + Ahead]), 1);
    const Print &P = Batch[I];
    const uint64_t Tag = P.Fingerprint << TagShift, Cost = P.OwnerCost & 0xff;
    if (!Cost) {
      Marks[P.Index] = Fresh;
      continue;
    }
    size_t At = Home(P);
    Marks[P.Index] = Fresh;
    for (unsigned Try = 0; Try != 2; ++Try) {
      uint64_t *L = First + At;
      Line X = *reinterpret_cast<const Line *>(L);
      // The entry, or else the first empty one: without a branch, which half of all
      // would take.
      unsigned Equal = __builtin_bit_cast(
          uint8_t, __builtin_convertvector((X ^ Tag) >> TagShift == Line(0), Bits));
      unsigned Empty = __builtin_bit_cast(uint8_t, __builtin_convertvector(X == Line(0), Bits));
      Equal &= ~Empty; // a tag of zeros
      unsigned Some = Equal ? Equal : Empty;
      if (!Some) { // full
        At = At + LineEntries == Lines * LineEntries ? 0 : At + LineEntries;
        continue;
      }
      uint64_t &E = L[__builtin_ctz(Some)];
      const uint64_t Old = E, OldCost = Old & 0xff;
      const bool IsFresh = !OldCost || Cost < OldCost;
      const bool Same = ((Old ^ P.OwnerCost) & 0x0fffff00) == 0;
      E = Tag | (P.OwnerCost & 0x0fffff00) | (IsFresh ? Cost : OldCost);
      Marks[P.Index] = uint8_t(IsFresh ? Fresh : Same ? Seen : Other);
      Used += !OldCost;
      break;
    }
  }
  this->Used[Shard] += Used;
}

size_t FingerprintTable::size() const {
  size_t N = 0;
  for (size_t U : Used)
    N += U;
  return N;
}

size_t FingerprintTable::bytes() const { return Shards * Lines * LineBytes; }

} // namespace whittle
