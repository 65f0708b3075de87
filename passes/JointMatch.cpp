//===- passes/JointMatch.cpp - Matches that share instructions -------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/JointMatch.h"
#include "llvm/CodeGen/MachineInstr.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"
#include "llvm/CodeGen/TargetInstrInfo.h"

using namespace llvm;

namespace whittle {

/// Matches of one group: a value with more readers is hardly ever gone in all of them.
static constexpr size_t MaxParts = 4;

static bool isOutput(const Match &M, size_t Node) {
  return is_contained(M.window().Source.Outputs, M.window().numLeaves() + unsigned(Node));
}

bool leaveInPlace(ValueView &View, const Match &M, RewritePlan &Plan) {
  auto IsNeeded = [&](MachineInstr *MI) {
    return any_of(View.regInfo().use_nodbg_instructions(MI->getOperand(0).getReg()),
                  [&](MachineInstr &User) {
                    return !is_contained(M.NodeMI, &User) || Plan.Stay.contains(&User);
                  });
  };
  // Operands stand before what reads them.
  for (size_t I = M.NodeMI.size(); I-- > 0;)
    if (MachineInstr *MI = M.NodeMI[I]; MI && !isOutput(M, I) && IsNeeded(MI))
      Plan.Stay.insert(MI);
  // Lanes that are off hold something, but where lanes read no others none looks at it.
  const Window &W = M.window();
  auto IsOpen = [&](const auto &NodeOf) {
    const auto &[N, MI] = NodeOf;
    return N.R->isWave() || (N.R->DefinedBits && Plan.Stay.contains(MI));
  };
  // What reads memory would read it twice.
  if (any_of(Plan.Stay, [](const MachineInstr *MI) { return MI->mayLoad(); }))
    return false;
  return Plan.Stay.empty() || (none_of(W.Leaves, [](const Leaf &L) { return L.Choice; }) &&
                               none_of(zip(W.Source.Nodes, M.NodeMI), IsOpen));
}

/// Adds \p N, which stands for \p MI.
static void add(StaticCost &Cost, const Node &N, const MachineInstr *MI) {
  if (!MI || N.R->isGeneric())
    return;
  Cost.Weight += N.R->Weight;
  ++Cost.Instructions;
}

bool gainsBesides(const Match &M, const RewritePlan &Plan) {
  StaticCost Source;
  for (auto [N, MI] : zip(M.window().Source.Nodes, M.NodeMI))
    if (!Plan.Stay.contains(MI))
      add(Source, N, MI);
  return staticCost(M.window(), M.rule().Target) < Source;
}

namespace {
class Group {
public:
  Group(RuleSet &Set, ValueView &View, Legality &Legal) : Set(Set), View(View), Legal(Legal) {}

  std::vector<JointPart> around(const Match &First, unsigned Rule) {
    if (!add(First, Rule))
      return {};
    while (MachineInstr *Reader = otherReader())
      if (Parts.size() == MaxParts || !addAt(*Reader))
        return {};
    if (Parts.size() < 2 || readsInner() || !isCheaper() || !areLegal())
      return {};
    return std::move(Parts);
  }

private:
  bool add(const Match &M, unsigned Rule) {
    if (M.window().Source.Outputs.size() != 1 || M.output(0)->isRegSequence())
      return false;
    for (auto [I, MI] : enumerate(M.NodeMI)) {
      if (!MI)
        continue;
      // What replaces an output takes its place: nobody may do without it.
      if (MI->getParent() != M.Block || (isOutput(M, I) ? Inner : Roots).contains(MI))
        return false;
    }
    for (auto [I, MI] : enumerate(M.NodeMI))
      if (MI)
        (isOutput(M, I) ? Roots : Inner).insert(MI);
    Parts.push_back({M, Rule});
    return true;
  }

  /// The first match there is at \p Root: those with the greatest gain come first.
  bool addAt(MachineInstr &Root) {
    if (Root.getParent() != Parts[0].M.Block)
      return false;
    return any_of(Set.rulesFor(Root.getOpcode(), View.instrInfo()), [&](unsigned Rule) {
      return Set.match(View, Root, Rule, [&](const Match &M) { return add(M, Rule); });
    });
  }

  /// What reads an inner instruction and is in no match.
  MachineInstr *otherReader() const {
    for (const JointPart &P : Parts)
      for (auto [I, MI] : enumerate(P.M.NodeMI))
        if (MI && !isOutput(P.M, I))
          for (MachineInstr &User :
               View.regInfo().use_nodbg_instructions(MI->getOperand(0).getReg()))
            if (!Inner.contains(&User) && !Roots.contains(&User))
              return &User;
    return nullptr;
  }

  /// True if a target reads what is to go.
  bool readsInner() const {
    auto IsInner = [&](const ValueRef &V) {
      return V.K == ValueRef::Reg && Inner.contains(View.regInfo().getVRegDef(V.R));
    };
    return any_of(Parts, [&](const JointPart &P) {
      return any_of(P.M.Leaves, [&](const LeafBinding &B) {
        return IsInner(B.Whole) ||
               any_of(B.Parts, [&](const auto &Part) { return IsInner(Part.second); });
      });
    });
  }

  /// True if the targets together are cheaper than the instructions that go, each of
  /// which is there once.
  bool isCheaper() const {
    StaticCost Source, Target;
    SmallPtrSet<MachineInstr *, 16> Seen;
    for (const JointPart &P : Parts) {
      const Window &W = P.M.window();
      for (auto [N, MI] : zip(W.Source.Nodes, P.M.NodeMI))
        if (Seen.insert(MI).second)
          whittle::add(Source, N, MI);
      const StaticCost Cost = staticCost(W, P.M.rule().Target);
      Target.Weight += Cost.Weight;
      Target.Instructions += Cost.Instructions;
      Target.ConstantBytes += Cost.ConstantBytes;
    }
    return Target < Source;
  }

  bool areLegal() {
    return all_of(Parts, [&](const JointPart &P) {
      RewritePlan Plan;
      return leaveInPlace(View, P.M, Plan) && Legal.check(P.M, Plan) == Obstacle::None;
    });
  }

  RuleSet &Set;
  ValueView &View;
  Legality &Legal;
  std::vector<JointPart> Parts;
  SmallPtrSet<MachineInstr *, 16> Inner, Roots;
};
} // namespace

std::vector<JointPart> jointMatches(RuleSet &Set, ValueView &View, Legality &Legal,
                                    const Match &First, unsigned Rule) {
  return Group(Set, View, Legal).around(First, Rule);
}

} // namespace whittle
