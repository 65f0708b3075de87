//===- passes/RuleSet.cpp - Rules indexed by root --------------------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/Meaning.h"
#include "passes/Matcher.h"
#include "llvm/CodeGen/MachineBasicBlock.h"
#include "llvm/CodeGen/MachineInstr.h"
#include "llvm/CodeGen/TargetInstrInfo.h"
#include "llvm/CodeGen/TargetOpcodes.h"

using namespace llvm;

namespace whittle {

/// So many times the rules of some roots alone; then those of all.
static constexpr unsigned MostReadings = 6;

/// Rules that cannot fire (an output that is no instruction's result) or that
/// would not end (a target that is not cheaper) are left out.
static bool isUsable(const Rule &R) {
  unsigned L = R.W.numLeaves();
  for (unsigned Id : R.W.Source.Outputs)
    if (Id < L || R.W.Source.Nodes[Id - L].R->Generic == GenericOp::Extract)
      return false;
  return staticCost(R.W, R.Target) < staticCost(R.W, R.W.Source);
}

void RuleSet::add(LoadedRule R) {
  if (!Ids.insert(R.Id).second)
    return;
  EndsLoop.clear();
  ByOpcode.clear();
  const Window &W = R.R.W;
  if (W.isLoop()) {
    Expected<LoopLemma> L = loopLemma(W);
    if (!L)
      return consumeError(L.takeError());
    Loops.push_back({R.Id, std::move(*L)});
    llvm::sort(Loops, [](const Loop &A, const Loop &B) { return A.Id < B.Id; });
    return;
  }
  if (!isUsable(R.R))
    return;
  int Gain = int(staticCost(W, W.Source).Weight) - int(staticCost(W, R.R.Target).Weight);
  Rules.push_back({Gain, std::move(R)});
}

/// Whichever rows of the opcode a function's subtarget has: matching looks.
SmallVector<const Row *, 2> RuleSet::rowsOf(unsigned Opcode, const TargetInstrInfo &TII) {
  if (Opcode == TargetOpcode::REG_SEQUENCE)
    return {&Table.isa().generic(GenericOp::Concat)};
  if (Table.isa().arch() == "amdgcn")
    return Table.isa().rowsOf(Opcode);
  if (Opcode == TargetOpcode::COPY) {
    const SmallVector<const Row *, 4> Moves = Table.maskMoves();
    return {Moves.begin(), Moves.end()};
  }
  if (const Row *R = Table.info(Opcode, TII).R)
    return {R};
  return {};
}

bool RuleSet::mayEndLoop(unsigned Opcode, const TargetInstrInfo &TII) {
  if (Loops.empty())
    return false;
  auto [It, New] = EndsLoop.try_emplace(Opcode, false);
  if (!New)
    return It->second;
  const bool Ends = any_of(rowsOf(Opcode, TII), [&](const Row *R) {
    return any_of(Loops, [&](const Loop &L) { return sameSymbol(*L.Lemma.Add, *R); });
  });
  return EndsLoop[Opcode] = Ends;
}

ArrayRef<unsigned> RuleSet::rulesFor(unsigned Opcode, const TargetInstrInfo &TII) {
  auto [It, New] = ByOpcode.try_emplace(Opcode);
  if (!New)
    return It->second;
  SmallVector<unsigned, 2> Found;
  const SmallVector<const Row *, 2> Rows = rowsOf(Opcode, TII);
  for (unsigned I = 0; I != Rules.size(); ++I) {
    const Window &W = Rules[I].R.R.W;
    const Row &Root = *W.Source.Nodes[W.Source.Outputs[0] - W.numLeaves()].R;
    if (any_of(Rows, [&](const Row *R) { return sameSymbol(Root, *R); }))
      Found.push_back(I);
  }
  // Where several match, the greatest gain wins; then the id decides.
  llvm::sort(Found, [&](unsigned A, unsigned B) {
    return Rules[A].Gain != Rules[B].Gain ? Rules[A].Gain > Rules[B].Gain
                                          : Rules[A].R.Id < Rules[B].R.Id;
  });
  return ByOpcode[Opcode] = std::move(Found);
}

Matcher::Matcher(std::vector<LoadedRule> Rules) { add(std::move(Rules)); }

Matcher::Matcher(const std::vector<std::string> &RootNames, LoadRules Load)
    : Load(std::move(Load)) {
  for (const std::string &Name : RootNames)
    Unread.insert(Name);
}

void Matcher::add(std::vector<LoadedRule> Rules) {
  for (LoadedRule &R : Rules) {
    const TargetIsa &Isa = *R.R.W.Isa;
    auto It = find_if(Sets, [&](const auto &S) { return &S->table().isa() == &Isa; });
    if (It == Sets.end())
      It = Sets.insert(Sets.end(), std::make_unique<RuleSet>(Isa));
    (*It)->add(std::move(R));
  }
}

/// The root that an instruction with this opcode may be, or none.
StringRef Matcher::rootOf(unsigned Opcode, const TargetInstrInfo &TII) {
  auto [It, New] = RootOf.try_emplace(Opcode);
  if (!New)
    return It->second;
  StringRef Root = TII.getName(Opcode);
  if (!Unread.contains(Root) && TII.get(Opcode).mayLoad())
    if (unsigned Form = TII.getOpcodeAfterMemoryUnfold(Opcode, /*UnfoldLoad=*/true,
                                                       /*UnfoldStore=*/false))
      Root = TII.getName(Form);
  return RootOf[Opcode] = Unread.contains(Root) ? Root : StringRef();
}

void Matcher::read(const MachineFunction &MF) {
  if (Unread.empty())
    return;
  const TargetInstrInfo &TII = *MF.getSubtarget().getInstrInfo();
  StringSet<> Met;
  auto Meet = [&](StringRef Root) {
    if (Unread.contains(Root))
      Met.insert(Root);
  };
  for (const MachineBasicBlock &MBB : MF)
    for (const MachineInstr &MI : MBB)
      if (MI.isCopy())
        for_each(OpcodeTable::MaskMoves, Meet);
      else
        Meet(rootOf(MI.getOpcode(), TII));
  if (Met.empty())
    return;
  std::vector<std::string> Names;
  if (++Readings > MostReadings) {
    Unread.clear();
  } else {
    for (const auto &E : Met) {
      Names.push_back(E.getKey().str());
      Unread.erase(E.getKey());
    }
    llvm::sort(Names);
  }
  add(Load(Names));
}

RuleSet *Matcher::forFunction(StringRef Arch, const MachineFunction &MF) {
  read(MF);
  for (const std::unique_ptr<RuleSet> &S : Sets)
    if (S->table().isa().arch() == Arch)
      return S.get();
  return nullptr;
}

std::shared_ptr<Matcher> makeMatcher(std::vector<LoadedRule> Rules) {
  return std::make_shared<Matcher>(std::move(Rules));
}

std::shared_ptr<Matcher> makeMatcher(const std::vector<std::string> &Roots, LoadRules Load) {
  return std::make_shared<Matcher>(Roots, std::move(Load));
}

} // namespace whittle
