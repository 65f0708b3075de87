//===- enumerate/SearchState.cpp - What the tasks of one search share -----===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "enumerate/SearchState.h"
#include <thread>

using namespace llvm;

namespace whittle {

static unsigned widestBytes(const Window &W, ArrayRef<PoolRow> Pool) {
  unsigned Bytes = 4;
  for (const Leaf &L : W.Leaves)
    Bytes = std::max(Bytes, L.Ty.bytes());
  for (const Node &N : W.Source.Nodes)
    Bytes = std::max(Bytes, N.Ty.bytes());
  for (const PoolRow &P : Pool)
    Bytes = std::max(Bytes, P.R->Def.bytes());
  return Bytes;
}

/// True if a vector inside is all zeros or all ones, byte by byte, and not always one of
/// them: what code without mask registers has in their place.
static bool goesThroughTruths(const Window &W, Evaluator &E) {
  if (W.Isa->arch() != "x86_64")
    return false;
  Program P = W.Source;
  P.Outputs.clear();
  for (auto [I, N] : enumerate(W.Source.Nodes))
    if (const unsigned Id = W.numLeaves() + unsigned(I);
        N.Ty.Kind == RegKind::Vec && N.Ty.Bits >= 128 && !is_contained(W.Source.Outputs, Id))
      P.Outputs.push_back(Id);
  if (P.Outputs.empty())
    return false;
  TestSet Tests(W.Leaves, widestBytes(W, {}), /*Seed=*/1, readsMXCSR(W.Source));
  std::vector<std::vector<uint8_t>> Values;
  std::vector<uint8_t *> Out;
  Out.reserve(P.Outputs.size());
  for (unsigned Id : P.Outputs)
    Values.emplace_back(W.typeOf(P, Id).bytes() * Tests.size());
  for (std::vector<uint8_t> &V : Values)
    Out.push_back(V.data());
  if (Error Err = E.run(W, P, Tests.leaves(), Out, Tests.size())) {
    consumeError(std::move(Err)); // the search will say so
    return false;
  }
  return any_of(Values, [](const std::vector<uint8_t> &V) {
    return all_of(V, [](uint8_t X) { return X == 0 || X == 0xff; }) && is_contained(V, 0) &&
           is_contained(V, 0xff);
  });
}

SearchState::SearchState(Window Win, const SearchOptions &O, const VerifyFn &Verify, Evaluator &E,
                         CandidateRanker &Ranker)
    : W(std::move(Win)), O(O), Eval(E), Pool(makePool(W, O, Ranker, goesThroughTruths(W, E))),
      Tests(W.Leaves, widestBytes(W, Pool), O.Seed, readsMXCSR(W.Source)),
      Bound(staticCost(W, W.Source)), Verify(Verify) {
  if (O.Below)
    Bound = std::min(Bound, *O.Below);
  ChunkTests = std::max(1u, 64 / widestBytes(W, Pool));
  for (const Node &N : W.Source.Nodes)
    if (!N.R->isGeneric())
      WindowImms.append(N.Imms.begin(), N.Imms.end());
}

double SearchState::seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - Start).count();
}

/// The steady clock, some milliseconds late where that costs less to look at.
static std::chrono::steady_clock::time_point coarseNow() {
#if defined(__linux__) && defined(CLOCK_MONOTONIC_COARSE)
  timespec T;
  if (clock_gettime(CLOCK_MONOTONIC_COARSE, &T) == 0)
    return std::chrono::steady_clock::time_point(std::chrono::seconds(T.tv_sec) +
                                                 std::chrono::nanoseconds(T.tv_nsec));
#endif
  return std::chrono::steady_clock::now();
}

bool SearchState::expired() const {
  if (Late.load(std::memory_order_relaxed))
    return true;
  if (!(O.Stop && O.Stop->load(std::memory_order_relaxed)) &&
      std::chrono::duration<double>(coarseNow() - Start).count() < O.Seconds)
    return false;
  Late.store(true, std::memory_order_relaxed);
  return true;
}

bool SearchState::done() {
  if (!Finished)
    Finished = expired() || (O.CandidateBudget && Result.Candidates >= O.CandidateBudget) ||
               Result.Unknown >= O.MaxUnknown;
  return Finished;
}

void SearchState::retract(size_t Proved, StaticCost Old) {
  Result.Proved.resize(Proved);
  if (!Proved)
    Result.CandidatesToFirst = 0;
  Bound = Old;
  Finished = false; // what else ended it is seen again
}

void SearchState::fail(Error E) {
  Failure = joinErrors(std::move(Failure), std::move(E));
  Finished = true;
}

/// Values of one instruction that \p R's target goes through and its source does not.
static SmallVector<std::string, 2> innerValues(const Rule &R) {
  SmallVector<std::string, 2> Values;
  const unsigned L = R.W.numLeaves();
  for (auto [I, N] : enumerate(R.Target.Nodes)) {
    const Node &Here = N;
    if (is_contained(R.Target.Outputs, L + unsigned(I)) ||
        any_of(Here.Ops, [&](unsigned Op) { return Op >= L; }) ||
        any_of(R.W.Source.Nodes, [&](const Node &S) {
          return S.R == Here.R && S.Ops == Here.Ops && S.Imms == Here.Imms;
        }))
      continue;
    std::string Text = Here.R->Name;
    for (unsigned Op : Here.Ops)
      Text += " %" + (R.W.Leaves[Op].Const ? toString(*R.W.Leaves[Op].Const, 16, false)
                                           : std::to_string(Op));
    for (int64_t Imm : Here.Imms)
      Text += " " + std::to_string(Imm);
    Values.push_back(std::move(Text));
  }
  return Values;
}

SearchState::Outcome SearchState::ask(Rule R, uint64_t At) {
  if (done() || !Asked.insert(ruleId(R)).second)
    return Outcome::Rejected;
  // What the prover does not see through, it does not in the next candidate either.
  const SmallVector<std::string, 2> Inner = innerValues(R);
  if (any_of(Inner, [&](const std::string &X) { return Undecided[X] >= MaxUndecided; }))
    return Outcome::Rejected;
  CandidateVerdict V = Verify(R);
  switch (V.K) {
  case CandidateVerdict::Proved:
    if (Result.Proved.empty())
      Result.CandidatesToFirst = At;
    Bound = staticCost(R.W, R.Target);
    Result.Proved.push_back(std::move(R));
    Finished |= O.FirstSolution;
    return Outcome::Accepted;
  case CandidateVerdict::Refuted:
    ++Result.Refuted;
    return Tests.add(V.Counterexample) ? Outcome::NewTest : Outcome::Rejected;
  case CandidateVerdict::Unknown:
  case CandidateVerdict::Killed:
    ++Result.Unknown;
    for (const std::string &X : Inner)
      ++Undecided[X];
    return Outcome::Rejected;
  }
  llvm_unreachable("a verdict of no kind");
}

void parallelFor(unsigned Threads, size_t Count, function_ref<void(size_t, unsigned)> Fn) {
  Threads = unsigned(std::min<size_t>(std::max(1u, Threads), Count));
  std::atomic<size_t> Next{0};
  auto Work = [&](unsigned Thread) {
    for (size_t I; (I = Next.fetch_add(1)) < Count;)
      Fn(I, Thread);
  };
  std::vector<std::thread> Others;
  for (unsigned T = 1; T < Threads; ++T)
    Others.emplace_back(Work, T);
  Work(0);
  for (std::thread &T : Others)
    T.join();
}

} // namespace whittle
