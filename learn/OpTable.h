//===- learn/OpTable.h - Opcode classes as a policy numbers them -*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_LEARN_OPTABLE_H
#define WHITTLE_LEARN_OPTABLE_H

#include "isa/TargetIsa.h"
#include <vector>

namespace whittle {

/// The classes of one target sorted by meaning hash. A class keeps its number
/// when rows are moved or renamed; when a meaning is added, removed or changed,
/// hash() changes and policies of the old table are refused.
class OpTable {
public:
  explicit OpTable(const TargetIsa &Isa);

  const TargetIsa &isa() const { return *Isa; }
  unsigned size() const { return unsigned(Meanings.size()); }
  llvm::ArrayRef<Hash128> meanings() const { return Meanings; }
  const Hash128 &hash() const { return TableHash; }

  /// \p R is a plain row of this target.
  unsigned indexOf(const Row &R) const { return IndexOfId[Isa->classOf(R).Id]; }
  /// Nothing for a class that is not of this table.
  std::optional<unsigned> indexOf(const OpClass &C) const;
  const OpClass &classAt(unsigned Index) const { return Isa->classes()[IdOfIndex[Index]]; }

private:
  const TargetIsa *Isa;
  std::vector<Hash128> Meanings;
  std::vector<unsigned> IndexOfId, IdOfIndex;
  Hash128 TableHash;
};

/// The hash of a table with these sorted meanings.
Hash128 tableHash(llvm::ArrayRef<Hash128> Meanings);

} // namespace whittle

#endif // WHITTLE_LEARN_OPTABLE_H
