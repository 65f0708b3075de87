//===- learn/Features.h - A window as numbers -------------------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_LEARN_FEATURES_H
#define WHITTLE_LEARN_FEATURES_H

#include "isa/Program.h"
#include "learn/Net.h"
#include "learn/OpTable.h"
#include <string>

namespace whittle {

/// The layout of the feature vector; a change of it, or of what is written into
/// it, is a new PolicyFormatVersion.
struct FeatureLayout {
  explicit FeatureLayout(unsigned NumClasses) : NumClasses(NumClasses) {}
  static constexpr unsigned EdgeBuckets = 2048, MiscBuckets = 1024;

  unsigned NumClasses;
  unsigned bag() const { return 0; }           ///< how often each class occurs
  unsigned root() const { return NumClasses; } ///< classes that make outputs
  unsigned edges() const { return 2 * NumClasses; }
  unsigned misc() const { return edges() + EdgeBuckets; }
  unsigned size() const { return misc() + MiscBuckets; }
};

/// The features of \p W's source: bag of opcode classes, root classes, hashed
/// (consumer, operand, producer) edges, hashed immediates, and hashed facts of
/// shape: output and leaf types, kinds of constants, known bits, number of
/// nodes. They do not depend on the numbering of leaves and nodes nor on the
/// order of commutative operands, and read classes by meaning only.
FeatureVector featuresOf(const Window &W, const OpTable &Table);

/// "zero", "ones", "splat8 0x0f" (the shortest period of 8 to 64 bits), "other".
std::string constantKind(const llvm::APInt &C);

} // namespace whittle

#endif // WHITTLE_LEARN_FEATURES_H
