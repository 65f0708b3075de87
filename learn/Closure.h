//===- learn/Closure.h - All small programs over a pool ---------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_LEARN_CLOSURE_H
#define WHITTLE_LEARN_CLOSURE_H

#include "learn/Space.h"
#include <array>

namespace whittle {

/// An instruction over values: ids below the number of leaves are leaves, the
/// others index Closure::values().
struct Recipe {
  static constexpr uint32_t LeafOp = ~0u;
  uint32_t Op = LeafOp; ///< index in Space::Ops
  std::array<uint32_t, 4> Args{};
};

/// A program that was met: its last instruction, the fingerprint of its value
/// on all tests (and its type), its cost. Equal fingerprints are taken for
/// equal values: enough for a training label, never for a rule.
struct Member {
  uint64_t Fingerprint = 0;
  Recipe R;
  uint16_t Weight = 0;
  uint16_t Leaves = 0; ///< bit set of leaves used
  uint8_t Instructions = 0;
};

/// The value that stands for its fingerprint in a pool: the first met, hence of
/// the fewest instructions. Larger programs are built on such values only, so
/// that no source holds a part that is itself reducible to fewer instructions.
struct PoolValue {
  Recipe R;
  uint64_t Fingerprint = 0;
  uint16_t Weight = 0;
  uint16_t Leaves = 0;
};

/// Enumerates over one space; what several pools find adds up. Deterministic
/// for any number of threads.
class Closure {
public:
  Closure(const Space &S, unsigned Threads);

  /// All programs of up to \p Depth (at most 3) instructions, shared
  /// subexpressions counted once, over the instances \p Pool and \p Leaves, and
  /// \p Extra random programs of one instruction more. Stops at about \p Limit
  /// programs.
  void run(llvm::ArrayRef<uint32_t> Pool, llvm::ArrayRef<unsigned> Leaves, unsigned Depth,
           size_t Limit, size_t Extra, uint64_t Seed);

  /// About how many programs of up to two instructions run() would meet.
  double estimate(llvm::ArrayRef<uint32_t> Pool, llvm::ArrayRef<unsigned> Leaves) const;

  const Space &space() const { return S; }
  const std::vector<Member> &members() const { return Members; }
  std::vector<Member> &members() { return Members; }
  const std::vector<PoolValue> &values() const { return Values; }

private:
  struct Pass;

  const Space &S;
  unsigned Threads;
  std::vector<Member> Members;
  std::vector<PoolValue> Values; ///< leaves first
};

} // namespace whittle

#endif // WHITTLE_LEARN_CLOSURE_H
