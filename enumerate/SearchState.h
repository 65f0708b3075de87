//===- enumerate/SearchState.h - What the tasks of one search share --*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ENUMERATE_SEARCHSTATE_H
#define WHITTLE_ENUMERATE_SEARCHSTATE_H

#include "enumerate/Pool.h"
#include "enumerate/TestSet.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include <atomic>
#include <chrono>
#include <optional>
#include <set>

namespace whittle {

/// Runs \p Fn(0..Count-1) on so many threads; \p Fn gets the thread's number too.
void parallelFor(unsigned Threads, size_t Count, llvm::function_ref<void(size_t, unsigned)> Fn);

/// One window's search: options, opcodes, tests, verdicts so far.
class SearchState {
public:
  SearchState(Window W, const SearchOptions &O, const VerifyFn &Verify, Evaluator &E,
              CandidateRanker &Ranker);

  const Window W; ///< canonical
  const SearchOptions O;
  Evaluator &Eval;
  std::vector<PoolRow> Pool;
  llvm::SmallVector<int64_t, 8> WindowImms;
  TestSet Tests;
  /// Tests side by side in a probed chunk: 64 bytes of the widest type.
  unsigned ChunkTests = 1;
  /// Candidates have to be strictly cheaper.
  StaticCost Bound;
  SearchResult Result;
  /// Some part of the space was left out: not for lack of time.
  bool Incomplete = false;

  /// True once nothing more shall be tried: time, interrupt, budget, first
  /// solution, or too many undecided candidates. Cheap.
  bool done();
  /// Only what an item may notice while others work: time and interrupt.
  bool expired() const;
  double seconds() const;

  enum class Outcome : uint8_t { Accepted, NewTest, Rejected };
  /// Asks the prover, once for each rule. \p At: candidates seen by then.
  Outcome ask(Rule R, uint64_t At);

  /// What was accepted last, with leaves and nodes numbered as W has them: new constants
  /// behind the leaves. A caller may reset it.
  std::optional<Rule> Last;
  /// Takes back what was accepted but for the first \p Proved, with \p Old as bound.
  void retract(size_t Proved, StaticCost Old);

  /// On the search's threads.
  void parallel(size_t Count, llvm::function_ref<void(size_t, unsigned)> Fn) const {
    parallelFor(O.Threads, Count, Fn);
  }

  llvm::Error Failure = llvm::Error::success(); ///< a tool failure ends the search
  ~SearchState() { llvm::consumeError(std::move(Failure)); }
  void fail(llvm::Error E);

private:
  const VerifyFn &Verify;
  std::chrono::steady_clock::time_point Start = std::chrono::steady_clock::now();
  std::set<Hash128> Asked;
  /// Undecided candidates that went through a value, and how many may.
  std::map<std::string, unsigned> Undecided;
  static constexpr unsigned MaxUndecided = 2;
  bool Finished = false;
  mutable std::atomic<bool> Late{false};
};

} // namespace whittle

#endif // WHITTLE_ENUMERATE_SEARCHSTATE_H
