//===- learn/Groups.cpp - Equal programs, cheapest first --------------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "learn/Groups.h"
#include "llvm/ADT/DenseMap.h"
#include <algorithm>
#include <bit>
#include <set>
#include <tuple>

using namespace llvm;

namespace whittle {

static auto key(const Member &M) {
  return std::tuple(M.Fingerprint, M.Weight, M.Instructions, M.R.Op, M.R.Args);
}

Groups::Groups(Closure &C, const OpTable &Table) : C(C), Table(Table) {
  Variables = uint16_t((1u << C.space().NumVariables) - 1);
  std::vector<Member> &All = C.members();
  std::sort(All.begin(), All.end(),
            [](const Member &A, const Member &B) { return key(A) < key(B); });
  // Pools overlap.
  All.erase(std::unique(All.begin(), All.end(),
                        [](const Member &A, const Member &B) { return key(A) == key(B); }),
            All.end());
}

Groups::Range Groups::find(uint64_t Fingerprint) const {
  const std::vector<Member> &All = C.members();
  auto Begin = std::lower_bound(All.begin(), All.end(), Fingerprint,
                                [](const Member &M, uint64_t F) { return M.Fingerprint < F; });
  auto End = Begin;
  while (End != All.end() && End->Fingerprint == Fingerprint)
    ++End;
  return Range(&*Begin, size_t(End - Begin));
}

std::vector<Groups::Range> Groups::reducible() const {
  std::vector<Range> Out;
  std::set<uint64_t> OfLeaves;
  for (unsigned I = 0; I != C.space().Leaves.size(); ++I)
    OfLeaves.insert(C.values()[I].Fingerprint);
  const std::vector<Member> &All = C.members();
  for (size_t I = 0, J; I < All.size(); I = J) {
    for (J = I + 1; J < All.size() && All[J].Fingerprint == All[I].Fingerprint;)
      ++J;
    if (J - I > 1 && All[J - 1].Weight > All[I].Weight && !OfLeaves.count(All[I].Fingerprint))
      Out.push_back(Range(&All[I], J - I));
  }
  return Out;
}

unsigned Groups::costFor(const Member &Answer, uint16_t Leaves) const {
  unsigned NewConstants = unsigned(Answer.Leaves & ~Leaves);
  return Answer.Weight + unsigned(std::popcount(NewConstants));
}

std::vector<std::vector<unsigned>> Groups::classSets(const Recipe &R, unsigned Depth) const {
  const Space &S = C.space();
  std::vector<std::vector<unsigned>> Sets = {{Table.indexOf(*S.Ops[R.Op].R)}};
  SmallVector<uint32_t, 4> Inner;
  for (unsigned K = 0; K != S.Ops[R.Op].R->Ins.size(); ++K)
    if (R.Args[K] >= S.Leaves.size() && !is_contained(Inner, R.Args[K]))
      Inner.push_back(R.Args[K]);
  for (uint32_t Id : Inner) {
    const PoolValue &V = C.values()[Id];
    std::set<std::vector<unsigned>> Ways;
    if (Depth)
      for (const Member &M : find(V.Fingerprint)) {
        if (M.Weight > V.Weight || Ways.size() >= LabelledWindow::MaxAnswers)
          break;
        if (M.Leaves & ~V.Leaves)
          continue;
        for (auto &Set : classSets(M.R, Depth - 1))
          Ways.insert(Set);
      }
    if (Ways.empty())
      for (auto &Set : classSets(V.R, 0))
        Ways.insert(Set);
    std::vector<std::vector<unsigned>> Longer;
    for (const auto &Set : Sets)
      for (const auto &Way : Ways) {
        std::vector<unsigned> Both;
        std::set_union(Set.begin(), Set.end(), Way.begin(), Way.end(), std::back_inserter(Both));
        Longer.push_back(std::move(Both));
      }
    llvm::sort(Longer);
    Longer.erase(std::unique(Longer.begin(), Longer.end()), Longer.end());
    if (Longer.size() > LabelledWindow::MaxAnswers)
      Longer.resize(LabelledWindow::MaxAnswers);
    Sets = std::move(Longer);
  }
  return Sets;
}

Program Groups::program(const Recipe &R) const {
  const Space &S = C.space();
  Program P;
  DenseMap<uint32_t, unsigned> Placed;
  auto Place = [&](const Recipe &At, auto &Self) -> unsigned {
    Node N;
    N.R = S.Ops[At.Op].R;
    N.Ty = N.R->Def;
    N.Imms.assign(S.Ops[At.Op].Imms.begin(), S.Ops[At.Op].Imms.end());
    for (unsigned K = 0; K != N.R->Ins.size(); ++K) {
      uint32_t Id = At.Args[K];
      if (Id < S.Leaves.size()) {
        N.Ops.push_back(Id);
        continue;
      }
      auto It = Placed.find(Id);
      unsigned Where = It != Placed.end() ? It->second : Self(C.values()[Id].R, Self);
      Placed[Id] = Where;
      N.Ops.push_back(Where);
    }
    P.Nodes.push_back(std::move(N));
    return unsigned(S.Leaves.size() + P.Nodes.size() - 1);
  };
  P.Outputs.push_back(Place(R, Place));
  return P;
}

std::optional<LabelledWindow> Groups::window(const Member &M, Range G) const {
  unsigned Best = M.Weight;
  for (const Member &A : G)
    if (!(A.Leaves & Variables & ~M.Leaves))
      Best = std::min(Best, costFor(A, M.Leaves));
  if (Best == M.Weight)
    return std::nullopt;

  LabelledWindow Out;
  const Member *First = nullptr;
  std::set<std::vector<unsigned>> Sets;
  for (const Member &A : G) {
    if (A.Weight > Best || Sets.size() >= LabelledWindow::MaxAnswers)
      break;
    if ((A.Leaves & Variables & ~M.Leaves) || costFor(A, M.Leaves) != Best)
      continue;
    if (!First || A.Instructions < First->Instructions)
      First = &A;
    for (auto &Set : classSets(A.R, 2))
      Sets.insert(Set);
  }
  for (auto &Set : Sets)
    if (Out.Answers.size() < LabelledWindow::MaxAnswers)
      Out.Answers.push_back(Set);
  Out.AnswerInstructions = First->Instructions;

  Rule R;
  R.W.Isa = &Table.isa();
  R.W.Leaves = C.space().Leaves;
  R.W.Source = program(M.R);
  R.Target = program(First->R);
  canonicalize(R);
  // A constant that only the answer uses is no leaf of the window.
  Out.W = R.W;
  canonicalize(Out.W);
  Out.Known = std::move(R);
  Out.Skeleton = skeleton(Out.W);
  Out.Side = splitOf(Out.Skeleton);
  return Out;
}

} // namespace whittle
