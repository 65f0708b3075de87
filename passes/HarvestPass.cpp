//===- passes/HarvestPass.cpp - Windows of real code -----------------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/LoopRule.h"
#include "passes/Accumulator.h"
#include "passes/ExecMask.h"
#include "passes/Passes.h"
#include "passes/WindowCutter.h"
#include "llvm/CodeGen/MachineFunction.h"
#include "llvm/CodeGen/MachineFunctionPass.h"
#include "llvm/CodeGen/TargetSubtargetInfo.h"
#include "llvm/Target/TargetMachine.h"
#include <set>

using namespace llvm;

namespace whittle {

namespace {
class HarvestPass final : public MachineFunctionPass {
public:
  HarvestPass(HarvestOptions O, WindowSink Sink)
      : MachineFunctionPass(ID), Options(O), Sink(std::move(Sink)) {}

  StringRef getPassName() const override { return "Whittle harvest"; }
  void getAnalysisUsage(AnalysisUsage &AU) const override {
    AU.setPreservesAll();
    MachineFunctionPass::getAnalysisUsage(AU);
  }

  bool runOnMachineFunction(MachineFunction &MF) override {
    if (!openTarget(MF.getTarget().getTargetTriple().str()))
      return false;
    if (Table->isa().arch() == "amdgcn" && usesWholeWaveModes(MF, *Table))
      return false;
    ValueView View(MF, *Table);
    WindowCutter::Limits L;
    L.MaxNodes = Options.MaxNodes;
    if (Options.MaxNodes < HarvestOptions().MaxNodes)
      L.MaxLong = L.MaxLongest = Options.MaxNodes;
    unsigned Index = 0;
    for (MachineBasicBlock &MBB : MF)
      WindowCutter(View, MBB, L).run([&](Window W) {
        useClassLeaders(W.Source, Table->isa());
        canonicalize(W);
        Sink(std::move(W), MF.getName(), Index++, MF.getSubtarget().getCPU());
      });
    loops(View,
          [&](Window W) { Sink(std::move(W), MF.getName(), Index++, MF.getSubtarget().getCPU()); });
    return false;
  }

private:
  /// A window for each kind of step of each accumulator to which something is added
  /// in the end that might be its start.
  void loops(ValueView &View, function_ref<void(Window)> Give) {
    const TargetIsa &Isa = Table->isa();
    auto LeaderOf = [&](const Row &R) { return &Isa.classOf(R).leader(); };
    AccumulatorFinder Finder(View);
    for (MachineBasicBlock &MBB : View.function())
      for (MachineInstr &MI : MBB) {
        const NodeView *N = View.node(MI);
        if (!N || !mayBeLoopAdd(*N->R))
          continue;
        auto MayStep = [&](const NodeView &Step, unsigned Operand) {
          return mayBeLoopStep(*Step.R, Operand, *N->R) && !Step.R->ReadsMXCSR;
        };
        for (unsigned K = 0; K != 2; ++K) {
          Accumulator A;
          if (Finder.find(*N, K, MayStep, A) != NoAccumulator::Found)
            continue;
          std::set<Hash128> Given;
          for (const Accumulator::Step &S : A.Steps) {
            Window W = loopWindow(
                Isa, {LeaderOf(*S.N->R), S.Operand, S.N->Imms, LeaderOf(*N->R), A.Start});
            if (Given.insert(windowId(W)).second)
              Give(std::move(W));
          }
        }
      }
  }

  /// False for targets without rows: their functions hold no windows.
  bool openTarget(const std::string &Triple) {
    if (Triple == OpenTriple)
      return Table != nullptr;
    OpenTriple = Triple;
    Table.reset();
    Expected<const TargetIsa *> Isa = TargetIsa::forTriple(Triple);
    if (!Isa)
      consumeError(Isa.takeError());
    else
      Table = std::make_unique<OpcodeTable>(**Isa);
    return Table != nullptr;
  }

  static char ID;
  HarvestOptions Options;
  WindowSink Sink;
  std::string OpenTriple;
  std::unique_ptr<OpcodeTable> Table;
};
char HarvestPass::ID = 0;
} // namespace

MachineFunctionPass *createHarvestPass(HarvestOptions O, WindowSink Sink) {
  return new HarvestPass(O, std::move(Sink));
}

} // namespace whittle
