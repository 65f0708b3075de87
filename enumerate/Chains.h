//===- enumerate/Chains.h - Chains of two instructions ----------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A chain is a step over a parent: a row over one instruction's value and free
// values. There are too many to keep one by one, so that what is kept is implied by
// position: a lot is some parents times some steps, and a chain's number in it is
// step * TileParents + parent.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ENUMERATE_CHAINS_H
#define WHITTLE_ENUMERATE_CHAINS_H

#include "enumerate/TaskSearch.h"
#include <deque>

namespace whittle {

/// Parents that a row's function takes at a time: they and what it gives stay in the
/// first-level cache.
constexpr size_t TileParents = FingerprintTable::Owners;
constexpr size_t LotSteps =
    FingerprintTable::LotStrips * FingerprintTable::StripSteps; ///< in a lot at most

/// A row over a parent (InnerOp) and free values, with one immediate. What is needed for
/// each chain stands here too: rows and values lie far apart.
struct TaskSearch::Step {
  Expr E;
  Evaluator::RowFn Fn;
  const int64_t *Imms; ///< null: E's
  uint8_t Arity;
  bool Apart; ///< parents one by one: waves, and lanes that know their number
  ValueType Ty;
  size_t Tests, Bytes;                 ///< that fingerprints are of
  uint32_t Reads;                      ///< needed leaves, of the free operands
  unsigned Rest;                       ///< least weight of what leads from here to the goal
  std::array<const uint8_t *, 4> Free; ///< free operands on them, TileParents times
};

/// Chains of one cost.
struct TaskSearch::Lot {
  const Bucket *B;
  size_t Begin, Count; ///< parents, in the bucket
  llvm::ArrayRef<const Step *> Steps;
  unsigned Weight;
  unsigned Tile;      ///< number of these parents
  uint32_t Strip = 0; ///< in the table's batch
};

/// All chains of a round.
struct TaskSearch::ChainLevel {
  std::vector<std::pair<ValueType, std::vector<Step>>> Steps; ///< by the parent's type
  std::map<std::pair<uint32_t, size_t>, Bytes64> Free;        ///< by value and tests
  std::deque<std::vector<const Step *>> Useful;               ///< by bucket
  std::vector<Lot> Lots;                                      ///< by cost
  uint64_t Chains = 0, Strips = 0;
};

/// What is to be probed of a lot.
struct TaskSearch::Block {
  /// Chains of one type and cost, those over one parent side by side.
  struct Part {
    ValueType Ty;
    unsigned Weight, Instructions;
    uint32_t Reads;
    bool New;   ///< a row in them ranks where the last round did not reach
    bool Fresh; ///< else only with their parents as other operand
    Bytes64 Chunks;
    std::vector<Expr> Exprs;
    std::vector<std::pair<uint32_t, size_t>> Runs; ///< parent, where it begins
  };
  std::vector<Part> Parts;
};

} // namespace whittle

#endif // WHITTLE_ENUMERATE_CHAINS_H
