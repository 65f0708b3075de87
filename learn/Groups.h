//===- learn/Groups.h - Equal programs, cheapest first ----------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_LEARN_GROUPS_H
#define WHITTLE_LEARN_GROUPS_H

#include "learn/Closure.h"
#include "learn/Dataset.h"

namespace whittle {

/// The members of a closure by fingerprint, and windows made of them.
class Groups {
public:
  /// Sorts \p C's members.
  Groups(Closure &C, const OpTable &Table);

  using Range = llvm::ArrayRef<Member>;
  /// Groups of at least two members that no leaf is equal to, by fingerprint.
  std::vector<Range> reducible() const;

  /// \p M as a window with its answers, or nothing if no member of \p G is
  /// cheaper for it: an answer may use the variables that M uses, and pays for
  /// constants that M does not.
  std::optional<LabelledWindow> window(const Member &M, Range G) const;

private:
  Range find(uint64_t Fingerprint) const;
  unsigned costFor(const Member &Answer, uint16_t Leaves) const;
  /// The classes of every cheapest way to write \p M, inner values included.
  std::vector<std::vector<unsigned>> classSets(const Recipe &R, unsigned Depth) const;
  Program program(const Recipe &R) const;

  const Closure &C;
  const OpTable &Table;
  uint16_t Variables = 0; ///< bit set
};

} // namespace whittle

#endif // WHITTLE_LEARN_GROUPS_H
