//===- passes/ApplyPass.cpp - Match and rewrite ----------------------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/JointMatch.h"
#include "passes/Legality.h"
#include "passes/LoopRewrite.h"
#include "passes/Matcher.h"
#include "passes/Passes.h"
#include "passes/Profit.h"
#include "passes/Rewriter.h"
#include "llvm/CodeGen/MachineFunction.h"
#include "llvm/CodeGen/MachineFunctionPass.h"
#include "llvm/CodeGen/MachineOptimizationRemarkEmitter.h"
#include "llvm/CodeGen/TargetInstrInfo.h"
#include "llvm/CodeGen/TargetSubtargetInfo.h"
#include "llvm/Support/DebugCounter.h"
#include "llvm/Target/TargetMachine.h"

using namespace llvm;

DEBUG_COUNTER(ApplyCounter, "whittle-apply", "Controls which rewrites the Whittle pass makes");

namespace whittle {

namespace {

/// The rewrites of one function.
class Applier {
public:
  Applier(Matcher &Rules, RuleSet &Set, MachineFunction &MF, ApplyStats &Stats,
          const MeasuredTable *Measured)
      : Rules(Rules), Set(Set), MF(MF), Stats(Stats), View(MF, Set.table()), Exec(MF),
        Legal(View, Exec), Loops(Set, View, Exec, Legal), Cost(MF, Set.table(), Measured) {}

  bool run() {
    // Each rewrite lowers the static cost, so this ends; the bound holds
    // whatever a database says.
    unsigned Left = 64 + 4 * MF.getInstructionCount();
    bool Any = false;
    for (bool Changed = true; Changed && Left;) {
      Changed = false;
      // Loops first: other rules may change their steps.
      Loops.forget();
      while (Left && runOnLoops())
        Changed = rewritten(Left);
      for (MachineBasicBlock &MBB : MF)
        while (Left && runOnBlock(MBB))
          Changed = rewritten(Left);
      Any |= Changed;
    }
    return Any;
  }

private:
  bool rewritten(unsigned &Left) {
    --Left;
    Rules.read(MF); // new instructions may be roots of rules not needed before
    return true;
  }

  /// Makes the last rewrite of the block, if there is one: from below, so that a
  /// rule sees what its window was harvested from, and not what a smaller rule
  /// has made of its operands.
  bool runOnBlock(MachineBasicBlock &MBB) {
    for (MachineInstr &MI : reverse(MBB))
      for (unsigned Rule : Set.rulesFor(MI.getOpcode(), View.instrInfo()))
        if (Set.match(View, MI, Rule, [&](const Match &M) { return rewrite(M, Rule); }))
          return true;
    return false;
  }

  bool runOnLoops() {
    for (MachineBasicBlock &MBB : MF)
      for (MachineInstr &MI : MBB)
        if (Set.mayEndLoop(MI.getOpcode(), View.instrInfo()) && rewriteLoop(MI))
          return true;
    return false;
  }

  bool rewriteLoop(MachineInstr &Add) {
    bool Matched = false;
    Obstacle O = Loops.match(Add, Matched);
    Stats.Matched += Matched;
    if (O != Obstacle::None || !DebugCounter::shouldExecute(ApplyCounter)) {
      if (Matched)
        count(O);
      return false;
    }
    for (const RuleSet::Loop *L : Loops.rules()) {
      MachineOptimizationRemarkEmitter(MF, nullptr).emit([&] {
        MachineOptimizationRemark R("whittle", "Rewrite", Add.getDebugLoc(), Add.getParent());
        R << "rule " << StringRef(L->Id).take_front(8).str() << ": a loop starts with what "
          << Loops.addition().Name << " added behind it";
        return R;
      });
      Stats.Rewrites.push_back({L->Id, MF.getName().str()});
    }
    Loops.commit();
    return true;
  }

  void count(Obstacle O) {
    switch (O) {
    case Obstacle::None:
      break;
    case Obstacle::NoFacts:
      ++Stats.NoFacts;
      break;
    case Obstacle::OtherUse:
      ++Stats.OtherUse;
      break;
    case Obstacle::Illegal:
      ++Stats.Illegal;
      break;
    case Obstacle::Flags:
      ++Stats.Flags;
      break;
    case Obstacle::Exec:
      ++Stats.Exec;
      break;
    case Obstacle::Unprofitable:
      ++Stats.Unprofitable;
      break;
    }
  }

  bool rewrite(const Match &M, unsigned Rule) {
    ++Stats.Matched;
    RewritePlan Plan;
    Obstacle O = Legal.check(M, Plan);
    if (O == Obstacle::None)
      return rewrite(M, Plan);
    // What the target has as well may have other readers.
    if (O == Obstacle::OtherUse)
      if (std::optional<Match> Rest = leavingShared(View, M)) {
        Plan = {};
        O = Legal.check(*Rest, Plan);
        if (O == Obstacle::None)
          return rewrite(*Rest, Plan);
      }
    if (O == Obstacle::OtherUse &&
        (rewriteBeside(M) || rewriteAll(jointMatches(Set, View, Legal, M, Rule))))
      return true;
    count(O);
    return false;
  }

  /// Leaves what has other readers where it is, if the rule gains without it.
  bool rewriteBeside(const Match &M) {
    RewritePlan Plan;
    return leaveInPlace(View, M, Plan) && !Plan.Stay.empty() && gainsBesides(M, Plan) &&
           Legal.check(M, Plan) == Obstacle::None && rewrite(M, Plan);
  }

  /// Matches that share instructions, one after the other: the last one takes them away.
  bool rewriteAll(ArrayRef<JointPart> Parts) {
    if (Parts.empty() || !all_of(Parts, [&](const JointPart &P) { return wouldPay(P.M); }))
      return false;
    bool Any = false;
    for (const JointPart &P : Parts)
      // What the others were bound to may be another instruction's result now.
      Any |= Set.match(View, *P.M.output(0), P.Rule, [&](const Match &M) {
        RewritePlan Plan;
        return leaveInPlace(View, M, Plan) && Legal.check(M, Plan) == Obstacle::None &&
               rewrite(M, Plan);
      });
    return Any;
  }

  bool wouldPay(const Match &M) {
    RewritePlan Plan;
    if (!leaveInPlace(View, M, Plan) || Legal.check(M, Plan) != Obstacle::None)
      return false;
    Rewriter R(View, Legal, M, Plan);
    const bool Pays = R.emit() == Obstacle::None && Cost.pays(View, M, Plan, R);
    R.rollback();
    return Pays;
  }

  bool rewrite(const Match &M, const RewritePlan &Plan) {
    Rewriter R(View, Legal, M, Plan);
    Obstacle O = R.emit();
    if (O == Obstacle::None && !Cost.pays(View, M, Plan, R))
      O = Obstacle::Unprofitable;
    if (O != Obstacle::None || !DebugCounter::shouldExecute(ApplyCounter)) {
      R.rollback();
      return count(O), false;
    }
    remark(M, Plan);
    Stats.Rewrites.push_back({M.Rule->Id, MF.getName().str()});
    R.commit();
    return true;
  }

  void remark(const Match &M, const RewritePlan &Plan) {
    MachineOptimizationRemarkEmitter(MF, nullptr).emit([&] {
      MachineOptimizationRemark R("whittle", "Rewrite", M.output(0)->getDebugLoc(), M.Block);
      R << "rule " << StringRef(M.Rule->Id).take_front(8).str() << ": ";
      std::string From, To;
      auto Add = [](std::string &Text, StringRef Name) {
        Text += (Text.empty() ? "" : " ") + Name.str();
      };
      for (const MachineInstr *MI : M.NodeMI)
        if (MI)
          Add(From, View.instrInfo().getName(MI->getOpcode()));
      for (size_t I = 0; I != Plan.Rows.size(); ++I)
        if (Plan.Live[I] && !Plan.Rows[I]->isGeneric())
          Add(To, Plan.Rows[I]->Name);
      R << From << " -> " << (To.empty() ? "an operand" : To);
      return R;
    });
  }

  Matcher &Rules;
  RuleSet &Set;
  MachineFunction &MF;
  ApplyStats &Stats;
  ValueView View;
  ExecMask Exec;
  Legality Legal;
  LoopRewriter Loops;
  Profit Cost;
};

class ApplyPass final : public MachineFunctionPass {
public:
  ApplyPass(std::shared_ptr<Matcher> M, ApplyStats *Stats,
            std::shared_ptr<const MeasuredTable> Measured)
      : MachineFunctionPass(ID), M(std::move(M)), Stats(Stats), Measured(std::move(Measured)) {}

  StringRef getPassName() const override { return "Whittle apply"; }
  void getAnalysisUsage(AnalysisUsage &AU) const override {
    AU.setPreservesCFG();
    MachineFunctionPass::getAnalysisUsage(AU);
  }

  bool runOnMachineFunction(MachineFunction &MF) override {
    if (skipFunction(MF.getFunction()) || !MF.getRegInfo().isSSA())
      return false;
    std::lock_guard<std::mutex> Guard(M->lock());
    RuleSet *Set = rulesFor(MF);
    if (!Set)
      return false;
    Set->table().enter(MF.getSubtarget());
    if (!hasRoot(*Set, MF))
      return false;
    if (Set->table().isa().arch() == "amdgcn" && usesWholeWaveModes(MF, Set->table()))
      return false;
    ApplyStats Unasked;
    return Applier(*M, *Set, MF, Stats ? *Stats : Unasked, Measured.get()).run();
  }

private:
  RuleSet *rulesFor(const MachineFunction &MF) const {
    switch (MF.getTarget().getTargetTriple().getArch()) {
    case Triple::x86_64:
      return M->forFunction("x86_64", MF);
    case Triple::amdgcn:
      return M->forFunction("amdgcn", MF);
    default:
      return nullptr;
    }
  }

  static bool hasRoot(RuleSet &Set, const MachineFunction &MF) {
    const TargetInstrInfo &TII = *MF.getSubtarget().getInstrInfo();
    for (const MachineBasicBlock &MBB : MF)
      for (const MachineInstr &MI : MBB)
        if (!Set.rulesFor(MI.getOpcode(), TII).empty() || Set.mayEndLoop(MI.getOpcode(), TII))
          return true;
    return false;
  }

  static char ID;
  std::shared_ptr<Matcher> M;
  ApplyStats *Stats;
  std::shared_ptr<const MeasuredTable> Measured;
};
char ApplyPass::ID = 0;

} // namespace

MachineFunctionPass *createApplyPass(std::shared_ptr<Matcher> M, ApplyStats *Stats,
                                     std::shared_ptr<const MeasuredTable> Measured) {
  return new ApplyPass(std::move(M), Stats, std::move(Measured));
}

} // namespace whittle
