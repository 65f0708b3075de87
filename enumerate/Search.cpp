//===- enumerate/Search.cpp - Cheaper programs with equal tests -----------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "enumerate/Search.h"
#include "enumerate/SearchState.h"
#include "enumerate/Task.h"
#include "enumerate/TaskSearch.h"

using namespace llvm;

namespace whittle {

Expected<SearchResult> search(const Window &Given, const SearchOptions &O, CandidateRanker &Ranker,
                              const VerifyFn &Verify) {
  if (Error E = checkProgram(Given, Given.Source))
    return std::move(E);
  Expected<Evaluator *> Eval = Evaluator::shared(*Given.Isa);
  if (!Eval)
    return Eval.takeError();
  Window W = Given;
  canonicalize(W);
  SearchState S(std::move(W), O, Verify, **Eval, Ranker);
  for (const Task &T : tasksOf(S.W)) {
    TaskSearch(S, T).run();
    if (S.done())
      break;
  }
  if (Error E = std::exchange(S.Failure, Error::success()))
    return std::move(E);
  S.Result.Exhausted = !S.done() && !S.Incomplete;
  S.Result.Seconds = S.seconds();
  // Each had to be strictly cheaper than the one before.
  std::reverse(S.Result.Proved.begin(), S.Result.Proved.end());
  return std::move(S.Result);
}

} // namespace whittle
