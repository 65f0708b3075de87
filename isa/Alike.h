//===- isa/Alike.h - What both sides of a rule compute ----------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ISA_ALIKE_H
#define WHITTLE_ISA_ALIKE_H

#include "isa/Program.h"
#include <optional>

namespace whittle {

/// Which values both programs of a rule compute alike: the same operation on the same
/// values, operands in any order that the operation allows. Refers to the rule.
class Alike {
public:
  explicit Alike(const Rule &R);

  /// The value of the source that value \p T of the target is.
  std::optional<unsigned> operator[](unsigned T) const { return OfTarget[T]; }
  bool isSource(unsigned S) const;

  /// The operands of two instructions in which they differ, if they are one operation
  /// and there are as many as \p Allowed.
  std::optional<llvm::SmallVector<std::pair<unsigned, unsigned>, 2>>
  differing(const Node &S, const Node &T, unsigned Allowed) const;

  /// Instructions of the source that both have and that something else reads, be it an
  /// output that is not the same.
  std::vector<unsigned> frontier() const;
  bool hasSameOutput() const;

  /// The rule with \p Values of the source, which both have, as leaves behind its own, and
  /// without the outputs that are the same. Nodes that nothing reads are still there.
  Rule withLeaves(llvm::ArrayRef<unsigned> Values) const;

private:
  const Rule &R;
  unsigned L;
  std::vector<std::optional<unsigned>> OfTarget; ///< by value
};

} // namespace whittle

#endif // WHITTLE_ISA_ALIKE_H
