//===- rulesdb/Browse.h - Rules for readers ---------------------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What `whittle rules list|show|stats` print, as text and as JSON (the keys of
// docs/DATABASE.md). Nothing here reads the database or can fail.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_RULESDB_BROWSE_H
#define WHITTLE_RULESDB_BROWSE_H

#include "rulesdb/RuleDb.h"
#include <nlohmann/json_fwd.hpp>

namespace whittle {

/// The first 8 digits: how messages and tables name a rule.
std::string shortId(const Hash128 &Id);

/// Which rules a list shows; empty members let everything pass.
struct RuleFilter {
  std::string Target;
  std::optional<RuleState> State;
  std::string Opcode; ///< used by the source or the target
  bool passes(const StoredRule &R) const;
};

/// "VPMADDUBSWZrr + VPADDDZrr -> VPDPBUSDZrr", without the generic opcodes; a
/// target without instructions is "a leaf".
std::string opcodeSummary(const Rule &R);

/// What a rule asks of one leaf, in words ("every 8-bit element is at most 15");
/// empty if it takes any value.
std::string describeLeaf(const Leaf &L);
/// What a rule with a loop leaf does, as a sentence; "" for others.
std::string describeLoop(const Rule &R);

/// One line a rule, in the order given, under a heading.
std::string listText(llvm::ArrayRef<StoredRule> Rules, const RuleFilter &F);
nlohmann::json listJson(llvm::ArrayRef<StoredRule> Rules, const RuleFilter &F);

/// Rules of the same file: those that \p R is an instance of, and those that are
/// instances of it.
struct RuleRelations {
  std::vector<Hash128> InstanceOf, Instances;
};
RuleRelations relationsOf(const StoredRule &R, llvm::ArrayRef<StoredRule> All);

/// One rule with all that is known about it. \p DbPath: for the command that
/// checks it again.
std::string showText(const StoredRule &R, llvm::ArrayRef<RuleEvent> History, llvm::StringRef DbPath,
                     const RuleRelations &Related = {});
nlohmann::json showJson(const StoredRule &R, llvm::ArrayRef<RuleEvent> History,
                        llvm::StringRef DbPath, const RuleRelations &Related = {});

/// Keys rules, by_target, by_state, general (the source fixes no immediate and no
/// constant but 0 and -1), confirmed (every row has silicon or a second source)
/// and fires (harvested places that rules which are on improve).
std::string statsText(llvm::ArrayRef<StoredRule> Rules);
nlohmann::json statsJson(llvm::ArrayRef<StoredRule> Rules);

} // namespace whittle

#endif // WHITTLE_RULESDB_BROWSE_H
