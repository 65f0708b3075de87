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

namespace {
/// The targets of two rules about \p S.W, each for one output, as one rule.
class Joiner {
public:
  explicit Joiner(const Window &W) : Joint{W, {}}, L(W.numLeaves()) {}

  Rule join(ArrayRef<Rule> Parts) {
    for (const Rule &R : Parts)
      for (unsigned I = L; I != R.W.numLeaves(); ++I)
        constant(R.W.Leaves[I]);
    const unsigned Shift = Joint.W.numLeaves() - L;
    auto Move = [&](unsigned &Id) { Id += Id < L ? 0 : Shift; };
    for (Node &N : Joint.W.Source.Nodes)
      for (unsigned &Op : N.Ops)
        Move(Op);
    for (unsigned &Id : Joint.W.Source.Outputs)
      Move(Id);
    for (auto [J, R] : enumerate(Parts))
      Joint.Target.Outputs.push_back(value(R, R.Target.Outputs[J]));
    return std::move(Joint);
  }

private:
  unsigned constant(const Leaf &New) {
    std::vector<Leaf> &Leaves = Joint.W.Leaves;
    auto It =
        find_if(Leaves, [&](const Leaf &X) { return X.Ty == New.Ty && X.Const == New.Const; });
    if (It == Leaves.end())
      It = Leaves.insert(It, New);
    return unsigned(It - Leaves.begin());
  }
  unsigned value(const Rule &R, unsigned Id) {
    if (Id < L)
      return Id;
    if (Id < R.W.numLeaves())
      return constant(R.W.Leaves[Id]);
    Node N = R.Target.Nodes[Id - R.W.numLeaves()];
    for (unsigned &Op : N.Ops)
      Op = value(R, Op);
    std::vector<Node> &Nodes = Joint.Target.Nodes;
    auto It = find_if(
        Nodes, [&](const Node &X) { return X.R == N.R && X.Ops == N.Ops && X.Imms == N.Imms; });
    if (It == Nodes.end())
      It = Nodes.insert(It, N);
    return Joint.W.numLeaves() + unsigned(It - Nodes.begin());
  }

  Rule Joint;
  unsigned L;
};
} // namespace

/// Two outputs of which neither gets cheaper while the other keeps what both read: an
/// answer for each as if it were alone, and both together.
static void searchTogether(SearchState &S) {
  const std::vector<Task> Apart = tasksApart(S.W);
  const StaticCost Whole = S.Bound;
  const size_t Before = S.Result.Proved.size();
  std::vector<Rule> Parts;
  for (const Task &T : Apart) {
    if (S.done())
      return;
    const StaticCost Own = staticCost(S.W, T.Goal);
    S.Bound = {T.Kept.Weight + Own.Weight, T.Kept.Instructions + Own.Instructions,
               T.Kept.ConstantBytes + Own.ConstantBytes};
    S.Last.reset();
    TaskSearch(S, T).run();
    S.retract(Before, Whole);
    if (!S.Last)
      return;
    Parts.push_back(std::move(*S.Last));
  }
  if (Parts.empty() || S.done())
    return;
  Rule R = Joiner(S.W).join(Parts);
  if (!(staticCost(R.W, R.Target) < S.Bound))
    return;
  if (Error E = checkRule(R))
    return consumeError(std::move(E));
  canonicalize(R);
  S.ask(std::move(R), S.Result.Candidates);
}

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
  if (!S.done())
    searchTogether(S);
  if (Error E = std::exchange(S.Failure, Error::success()))
    return std::move(E);
  S.Result.Exhausted = !S.done() && !S.Incomplete;
  S.Result.Seconds = S.seconds();
  // Each had to be strictly cheaper than the one before.
  std::reverse(S.Result.Proved.begin(), S.Result.Proved.end());
  return std::move(S.Result);
}

} // namespace whittle
