//===- passes/PartAccess.h - Bytes and halves read in place -----*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// SDWA forms of GFX9 read a byte or a half of a register, and write one. LLVM
// makes them behind our pass: a mask or a shift that selects a part goes into
// the one instruction that reads it, if that has such a form. What replaces a
// few instructions may not have one, and then saves less than it seems to.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_PASSES_PARTACCESS_H
#define WHITTLE_PASSES_PARTACCESS_H

#include "passes/Rewriter.h"

namespace whittle {

/// Instructions that go into others, among those of a match, those that make its
/// leaves and those that read its outputs.
struct PartAccess {
  unsigned Source = 0; ///< as the code is
  unsigned Target = 0; ///< with the rule's target in place of the source
};

/// \p R has emitted the target beside the source. Nothing on a GPU without SDWA.
PartAccess countPartAccess(ValueView &View, const Match &M, const RewritePlan &Plan,
                           const Rewriter &R);

} // namespace whittle

#endif // WHITTLE_PASSES_PARTACCESS_H
