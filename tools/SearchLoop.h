//===- tools/SearchLoop.h - Search, prove, store, window by window -*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_TOOLS_SEARCHLOOP_H
#define WHITTLE_TOOLS_SEARCHLOOP_H

#include "enumerate/Search.h"
#include "rulesdb/RuleDb.h"
#include "verify/Verify.h"
#include <atomic>
#include <memory>
#include <string>

namespace whittle {

class RewriteSet;

struct LoopOptions {
  double Seconds = 60;       ///< for all windows; 0: no limit
  double WindowSeconds = 20; ///< at most, for one window and round; 0: no limit
  uint64_t Candidates = 0;   ///< at most, for one window and round; 0: no limit
  unsigned Jobs = 2;
  unsigned MaxInstructions = 3;
  uint64_t Seed = 1;
  size_t MaxTableBytes = size_t(1) << 30; ///< of one window's search
  bool Resume = false; ///< leaves out what was searched before with the same settings
  unsigned Shard = 0, Shards = 1;
  bool Generalize = true; ///< look for a general form of each rule found
  bool Lift = false;      ///< prove it for other opcodes of its families too
  /// Rules that need not be found again: only what is cheaper than they make a window is
  /// looked for.
  std::shared_ptr<const RewriteSet> Known;
  std::string Policy;    ///< a file of `whittle train`
  bool Progress = false; ///< lines on stderr
};

struct LoopSummary {
  unsigned Windows = 0, Known = 0, Solved = 0, Proved = 0, Refuted = 0, Unknown = 0, General = 0,
           Lifted = 0, RulesAdded = 0;
  uint64_t Candidates = 0;
  double Seconds = 0;
  bool Interrupted = false;
};

/// Searches the windows of \p Db (shard and state as told), proves, weakens
/// facts, generalises, and stores each window's outcome in one transaction. An interrupt
/// (SIGINT, SIGTERM) ends it after the window in work. With no limit of time the
/// rules depend on the queue, the seed and the budget only, on any number of shards.
llvm::Expected<LoopSummary> searchWindows(RuleDb &Db, const LoopOptions &O);

/// What a search needs to know of a proof.
CandidateVerdict candidateVerdict(const VerifyResult &V);

/// Evidence for the database from a proof.
RuleEvidence evidenceOf(const Rule &R, const VerifyResult &V, llvm::StringRef FoundBy);

/// True for rows with an executed comparison or a second source.
bool isConfirmed(const TargetIsa &Isa, const Row &R);

/// Set by SIGINT and SIGTERM while a search runs.
std::atomic<bool> &interruptFlag();
void catchInterrupts();

} // namespace whittle

#endif // WHITTLE_TOOLS_SEARCHLOOP_H
