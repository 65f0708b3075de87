//===- enumerate/ValueTable.h - Values built so far -------------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ENUMERATE_VALUETABLE_H
#define WHITTLE_ENUMERATE_VALUETABLE_H

#include "enumerate/Pool.h"
#include "llvm/ADT/DenseMap.h"

namespace whittle {

using Operands = std::array<uint32_t, 4>;
/// Operand ids that are not values of the table.
constexpr uint32_t InnerOp = ~0u;     ///< the value that ranges
constexpr uint32_t OtherOp = ~0u - 1; ///< a second inner value, fixed meanwhile
constexpr uint32_t ConstOp = ~0u - 2; ///< a constant that the window has not got

/// An instruction over values.
struct Expr {
  const PoolRow *Row = nullptr;
  int64_t Imm = 0;
  Operands Ops{};
};

/// A free value (E.Row is null) or one instruction over free values.
struct Value {
  Expr E;
  ValueType Ty;
  unsigned BaseId = 0;   ///< free: its id in the task's base
  bool Constant = false; ///< made of constants only: becomes one
  bool Pooled = false;   ///< free: a constant that the window has not got, at its weight
  bool Hidden = false;   ///< in no bucket: others that are equal to it are left out
  uint16_t Weight = 0;   ///< static cost
  uint8_t Instructions = 0;
  uint32_t Reads = 0;            ///< needed leaves that it reads: Reads.cpp
  const uint8_t *Full = nullptr; ///< on all tests of the table
  uint64_t Fingerprint = 0;      ///< of Full

  /// What it adds to a program's constants.
  unsigned constantBytes() const { return (Constant && E.Row) || Pooled ? Ty.bytes() : 0; }
};

/// 64-byte aligned bytes that grow.
class Bytes64 {
public:
  uint8_t *append(size_t N) {
    size_t At = Used;
    Used += N;
    Lines.resize((Used + 63) / 64);
    return data() + At;
  }
  uint8_t *data() { return Lines.empty() ? nullptr : Lines.data()->B; }
  const uint8_t *data() const { return Lines.empty() ? nullptr : Lines.data()->B; }
  size_t size() const { return Used; }
  void clear() { Lines.clear(), Used = 0; }

private:
  struct alignas(64) Line {
    uint8_t B[64];
  };
  /// Leaves new lines as they are.
  struct Uninitialised : std::allocator<Line> {
    template <typename T> struct rebind {
      using other = Uninitialised;
    };
    void construct(Line *) {}
    void construct(Line *To, const Line &From) { *To = From; }
  };
  std::vector<Line, Uninitialised> Lines;
  size_t Used = 0;
};

/// Values of one type and cost that read the same leaves: their first chunks side by side, to be
/// probed.
struct Bucket {
  ValueType Ty;
  unsigned Weight = 0, Instructions = 0;
  uint32_t Reads = 0;
  Bytes64 Chunks;
  std::vector<uint32_t> Ids; ///< ascending

  /// Values that take no instruction are constants.
  unsigned constantBytes() const { return Instructions ? 0 : Ty.bytes(); }
};

/// Values that differ on the tests, each with the first recipe that was found.
/// A value equal on all tests to a cheaper or equally cheap one over the same leaves is left out;
/// when there are new tests the table is filled again, so that those which the
/// tests now tell apart come back.
class ValueTable {
public:
  ValueTable(unsigned ChunkTests, size_t MaxBytes) : ChunkTests(ChunkTests), MaxBytes(MaxBytes) {}

  void reset(size_t NumTests);
  /// Free values are never merged.
  uint32_t addFree(Value V, const uint8_t *Full);
  /// False if the table is full.
  bool add(Value V, const uint8_t *Full, uint64_t Fingerprint);
  /// True if a value that is no dearer has this fingerprint.
  bool has(uint64_t Fingerprint, unsigned Weight, unsigned Instructions) const;

  size_t size() const { return Values.size(); }
  unsigned numFree() const { return NumFree; }
  size_t numTests() const { return NumTests; }
  const Value &operator[](uint32_t Id) const { return Values[Id]; }
  llvm::ArrayRef<Bucket> buckets() const { return Buckets; }
  size_t chunkBytes(ValueType T) const { return size_t(ChunkTests) * T.bytes(); }
  size_t usedBytes() const { return UsedBytes; }

  /// What fingerprints of a type, and of what reads these leaves, start with.
  static uint64_t seedOf(ValueType T, uint32_t Reads) {
    return uint64_t(Reads) << 24 | uint64_t(T.Kind) << 16 | T.Bits;
  }
  /// Of a value's bytes on all tests, and the rest.
  static uint64_t fingerprint(const uint8_t *Full, size_t Bytes, ValueType T, uint32_t Reads);

private:
  const uint8_t *keep(const uint8_t *Full, size_t N);

  unsigned ChunkTests;
  size_t MaxBytes, NumTests = 0, UsedBytes = 0;
  unsigned NumFree = 0;
  std::vector<Value> Values;
  std::vector<Bucket> Buckets;
  llvm::DenseMap<uint64_t, llvm::SmallVector<uint32_t, 1>> ByFingerprint;
  struct alignas(64) Line {
    uint8_t B[64];
  };
  std::vector<std::unique_ptr<Line[]>> Blocks;
};

} // namespace whittle

#endif // WHITTLE_ENUMERATE_VALUETABLE_H
