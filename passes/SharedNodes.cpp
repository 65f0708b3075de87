//===- passes/SharedNodes.cpp - What a rule does not change ----------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/Alike.h"
#include "passes/Matcher.h"

using namespace llvm;

namespace whittle {

std::optional<Match> leavingShared(ValueView &View, const Match &M) {
  const Rule &R = M.rule();
  // What is unspecified is the target's choice where it computes a value again, and fixed
  // where one stays. What lanes that are off hold is, but matters to other lanes alone.
  auto IsOpen = [](const Node &N) { return N.R->isWave() || N.R->DefinedBits; };
  if (any_of(R.W.Leaves, [](const Leaf &L) { return L.Choice; }) ||
      any_of(R.W.Source.Nodes, IsOpen) || any_of(R.Target.Nodes, IsOpen))
    return std::nullopt;
  const unsigned L = R.W.numLeaves();
  const Alike Same(R);
  const std::vector<unsigned> Shared = Same.frontier();
  if (Shared.empty() && !Same.hasSameOutput())
    return std::nullopt;
  auto Next = std::make_shared<Rule>(Same.withLeaves(Shared));
  const std::vector<bool> Live = liveNodes(Next->W, Next->W.Source);
  removeDeadNodes(Next->W, Next->W.Source);
  removeDeadNodes(Next->W, Next->Target);
  const unsigned Leaves = Next->W.numLeaves();
  if (Next->W.Source.Outputs.empty() ||
      any_of(Next->W.Source.Outputs, [&](unsigned Id) { return Id < Leaves; }))
    return std::nullopt;
  Match Rest = M;
  for (unsigned Id : Shared) {
    MachineInstr *MI = M.NodeMI[Id - L];
    if (!MI || R.W.Source.Nodes[Id - L].R->isGeneric() ||
        (View.isAMDGPU() && MI->getParent() != M.Block))
      return std::nullopt;
    Rest.Kept.push_back(MI);
    LeafBinding B;
    B.Whole = View.resolve(MI->getOperand(0).getReg(), 0, R.W.typeOf(R.W.Source, Id), M.Block);
    if (B.Whole.K != ValueRef::Reg)
      return std::nullopt;
    Rest.Leaves.push_back(std::move(B));
  }
  Rest.NodeMI.clear();
  for (auto [MI, Stays] : zip(M.NodeMI, Live))
    if (Stays)
      Rest.NodeMI.push_back(MI);
  Rest.Instance = std::move(Next);
  return Rest;
}

} // namespace whittle
