//===- enumerate/ValueTable.cpp - Values built so far ---------------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "enumerate/ValueTable.h"
#include "enumerate/Hash.h"

using namespace llvm;

namespace whittle {

uint64_t ValueTable::fingerprint(const uint8_t *Full, size_t Bytes, ValueType T, uint32_t Reads) {
  return hashBytes(Full, Bytes, seedOf(T, Reads));
}

void ValueTable::reset(size_t Tests) {
  NumTests = Tests;
  UsedBytes = 0;
  NumFree = 0;
  Values.clear();
  Buckets.clear();
  ByFingerprint.clear();
  Blocks.clear();
}

const uint8_t *ValueTable::keep(const uint8_t *Full, size_t N) {
  size_t Lines = (N + 63) / 64;
  Blocks.push_back(std::make_unique_for_overwrite<Line[]>(Lines));
  memcpy(Blocks.back()[0].B, Full, N);
  UsedBytes += Lines * 64;
  return Blocks.back()[0].B;
}

uint32_t ValueTable::addFree(Value V, const uint8_t *Full) {
  assert(NumFree == Values.size() && "free values come first");
  size_t N = V.Ty.bytes() * NumTests;
  V.Full = keep(Full, N);
  V.Fingerprint = fingerprint(Full, N, V.Ty, V.Reads);
  ByFingerprint[V.Fingerprint >> 1].push_back(NumFree);
  Values.push_back(V);
  return NumFree++;
}

bool ValueTable::has(uint64_t Fingerprint, unsigned Weight, unsigned Instructions) const {
  auto It = ByFingerprint.find(Fingerprint >> 1);
  return It != ByFingerprint.end() && any_of(It->second, [&](uint32_t Id) {
           return Values[Id].Weight <= Weight && Values[Id].Instructions <= Instructions;
         });
}

bool ValueTable::add(Value V, const uint8_t *Full, uint64_t Fingerprint) {
  size_t N = V.Ty.bytes() * NumTests;
  if (UsedBytes + N + chunkBytes(V.Ty) > MaxBytes)
    return false;
  V.Full = keep(Full, N);
  uint32_t Id = uint32_t(Values.size());
  V.Fingerprint = Fingerprint;
  ByFingerprint[Fingerprint >> 1].push_back(Id); // DenseMap keeps two keys for itself
  if (V.Hidden) {
    Values.push_back(V);
    return true;
  }
  auto B = find_if(Buckets, [&](const Bucket &B) {
    return B.Ty == V.Ty && B.Weight == V.Weight && B.Instructions == V.Instructions &&
           B.Reads == V.Reads;
  });
  if (B == Buckets.end()) {
    Buckets.emplace_back();
    B = std::prev(Buckets.end());
    B->Ty = V.Ty;
    B->Weight = V.Weight;
    B->Instructions = V.Instructions;
    B->Reads = V.Reads;
  }
  B->Ids.push_back(Id);
  memcpy(B->Chunks.append(chunkBytes(V.Ty)), Full, chunkBytes(V.Ty));
  UsedBytes += chunkBytes(V.Ty);
  Values.push_back(V);
  return true;
}

} // namespace whittle
