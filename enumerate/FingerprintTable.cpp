//===- enumerate/FingerprintTable.cpp - Values seen, by fingerprint -------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "enumerate/FingerprintTable.h"
#include "llvm/ADT/bit.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/MathExtras.h"
#include <algorithm>
#include <cstring>
#include <sys/mman.h>

using namespace llvm;

namespace whittle {

static constexpr size_t LeastSlots = 256;
/// Slots whose lines are on their way while one is looked at.
static constexpr size_t Ahead = 24;

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

FingerprintTable::Entry *FingerprintTable::allocate(size_t Slots) {
  size_t Bytes = Slots * sizeof(Entry);
  void *P = mmap(nullptr, Bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (P == MAP_FAILED)
    return nullptr;
#ifdef MADV_HUGEPAGE
  madvise(P, Bytes, MADV_HUGEPAGE);
#endif
  return static_cast<Entry *>(P);
}

void FingerprintTable::release(Entry *Slots, size_t Count) {
  if (Slots)
    munmap(Slots, Count * sizeof(Entry));
}

FingerprintTable::FingerprintTable(size_t MaxBytes, size_t Reserve)
    : MaxSlots(std::max(LeastSlots, bit_floor(MaxBytes / Shards / sizeof(Entry)))) {
  size_t Slots =
      std::min(MaxSlots, std::max(LeastSlots, bit_floor(Reserve / Shards / sizeof(Entry))));
  for (Part &P : Parts) {
    P.Slots = allocate(Slots);
    if (!P.Slots)
      report_bad_alloc_error("table of fingerprints: no memory");
    P.Mask = Slots - 1;
  }
}

FingerprintTable::~FingerprintTable() {
  for (Part &P : Parts)
    release(P.Slots, P.Mask + 1);
}

/// The entry, or the empty one where it belongs.
FingerprintTable::Entry &FingerprintTable::find(Part &P, uint64_t Fingerprint) {
  size_t I = Fingerprint & P.Mask;
  while (P.Slots[I].CostPlus1 && P.Slots[I].Fingerprint != Fingerprint)
    I = (I + 1) & P.Mask;
  return P.Slots[I];
}

/// Twice the slots, unless they are too many or the system has no more memory.
void FingerprintTable::grow(Part &P) {
  size_t Slots = P.Mask + 1;
  Entry *More = Slots < MaxSlots ? allocate(Slots * 2) : nullptr;
  if (!More)
    return;
  Part Old = P;
  P.Slots = More;
  P.Mask = Slots * 2 - 1;
  for (size_t I = 0; I != Slots; ++I)
    if (Old.Slots[I].CostPlus1)
      find(P, Old.Slots[I].Fingerprint) = Old.Slots[I];
  release(Old.Slots, Slots);
}

void FingerprintTable::insert(unsigned Shard, ArrayRef<Print> Batch, uint8_t *Fresh) {
  Part &P = Parts[Shard];
  // Linear probing: three quarters full at most.
  auto Limit = [&] { return (P.Mask + 1) / 4 * 3; };
  for (size_t I = 0; I != Batch.size(); ++I) {
    if (I + Ahead < Batch.size())
      __builtin_prefetch(&P.Slots[Batch[I + Ahead].Fingerprint & P.Mask], 1);
    const Print &X = Batch[I];
    Entry &E = find(P, X.Fingerprint);
    Fresh[I] = !E.CostPlus1 || X.Cost + 1 < E.CostPlus1;
    if (!Fresh[I])
      continue;
    if (E.CostPlus1) {
      E.CostPlus1 = X.Cost + 1;
      continue;
    }
    if (P.Used == Limit())
      grow(P);
    if (P.Used == Limit())
      continue;
    find(P, X.Fingerprint) = {X.Fingerprint, X.Cost + 1, 0};
    ++P.Used;
  }
}

size_t FingerprintTable::size() const {
  size_t N = 0;
  for (const Part &P : Parts)
    N += P.Used;
  return N;
}

size_t FingerprintTable::bytes() const {
  size_t N = 0;
  for (const Part &P : Parts)
    N += (P.Mask + 1) * sizeof(Entry);
  return N;
}

} // namespace whittle
