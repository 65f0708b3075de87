//===- enumerate/Search.h - Cheaper programs with equal tests ---*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ENUMERATE_SEARCH_H
#define WHITTLE_ENUMERATE_SEARCH_H

#include "isa/Program.h"
#include "isa/TargetIsa.h"
#include <atomic>
#include <functional>
#include <memory>
#include <vector>

namespace llvm {
class MCSubtargetInfo;
}

namespace whittle {

/// Orders the opcode classes for one window. A ranker decides *when* an opcode
/// is tried, never *whether*: order() returns a permutation of Pool.
class CandidateRanker {
public:
  virtual ~CandidateRanker() = default;
  virtual llvm::StringRef name() const = 0;
  virtual std::vector<const OpClass *> order(const Window &W,
                                             llvm::ArrayRef<const OpClass *> Pool) = 0;
};

/// Cheapest weight first, then class id.
std::unique_ptr<CandidateRanker> makeCostRanker();

/// What the caller's prover said of a candidate. A counterexample has one
/// value per leaf, shaped as verify/Verify.h says, and becomes a new test.
struct CandidateVerdict {
  enum Kind : uint8_t { Proved, Refuted, Unknown, Killed } K = Unknown;
  std::vector<llvm::APInt> Counterexample;
};
using VerifyFn = std::function<CandidateVerdict(const Rule &)>;

struct SearchOptions {
  unsigned MaxInstructions = 3; ///< of a candidate; depth counts distinct nodes
  double Seconds = 10;          ///< wall clock for this window
  unsigned Threads = 2;
  uint64_t Seed = 1; ///< of the tests
  /// For values kept (seven eighths at most) and fingerprints. With too little, equal
  /// programs are tried again, or values are left out and the search is not exhausted.
  size_t MaxTableBytes = size_t(1) << 30;
  unsigned MaxOpcodes = 0;                 ///< 0: all; else the ranker's first so many
  size_t CandidateBudget = 0;              ///< 0: none; else stop after that many (eval)
  bool FirstSolution = false;              ///< stop at the first proved; else cheapest
  bool SolveConstants = true;              ///< of the last instruction: new ones
  std::optional<StaticCost> Below;         ///< what answers have to be cheaper than, too
  unsigned MaxUnknown = 8;                 ///< give up after so many undecided candidates
  const std::atomic<bool> *Stop = nullptr; ///< set by an interrupt
  /// Only classes with a member legal here; nullptr: all rows of the target.
  const llvm::MCSubtargetInfo *STI = nullptr;
};

struct SearchResult {
  std::vector<Rule> Proved;       ///< cheapest first, each strictly cheaper than W
  uint64_t Candidates = 0;        ///< evaluated or solved (a solved immediate once)
  uint64_t CandidatesToFirst = 0; ///< candidates until the first proved; 0: none
  unsigned Refuted = 0, Unknown = 0;
  double Seconds = 0;
  bool Exhausted = false; ///< whole space to MaxInstructions (over MaxOpcodes) seen
  /// Of the last levels alone (two and more instructions): candidates probed,
  /// and the wall clock that took without compiling and proving.
  uint64_t Probed = 0;
  double ProbeSeconds = 0;
  /// Of the levels before the last one: programs evaluated on the first tests and
  /// looked up in the table of fingerprints, the wall clock that took, and the bytes of
  /// the largest such table.
  uint64_t Inserted = 0;
  double InsertSeconds = 0, EvaluateSeconds = 0; ///< the latter without the table
  size_t InsertBytes = 0;
  /// Programs equal on the first tests to one that fitted there: tried on all tests.
  uint64_t Split = 0;
};

/// Bottom-up enumeration in the ranker's order, all opcodes in the end. Results
/// depend on (W, Options except Seconds/Threads/Stop) only, if time suffices.
llvm::Expected<SearchResult> search(const Window &W, const SearchOptions &O,
                                    CandidateRanker &Ranker, const VerifyFn &Verify);

} // namespace whittle

#endif // WHITTLE_ENUMERATE_SEARCH_H
