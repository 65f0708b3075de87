//===- passes/Profit.cpp - Does a rewrite pay on this CPU? -----------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Profit.h"
#include "llvm/CodeGen/MachineFunction.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"
#include "llvm/CodeGen/TargetSubtargetInfo.h"

using namespace llvm;

namespace whittle {

/// False if nothing is known of this CPU.
bool Profit::open() {
  if (!Model) {
    const TargetSubtargetInfo &STI = MF.getSubtarget();
    Model = std::make_unique<TargetSchedModel>();
    Model->init(&STI);
    // The model is that of the CPU that code is tuned for, and so is the list.
    StringRef CPU = STI.getTuneCPU().empty() ? STI.getCPU() : STI.getTuneCPU();
    Measured = Own && Own->cpu() == CPU ? Own : MeasuredTable::shipped(CPU);
  }
  return Model->hasInstrSchedModel();
}

Profit::Cycles Profit::cycles(const MachineInstr &MI) {
  Cycles C{double(Model->computeInstrLatency(&MI)), Model->computeReciprocalThroughput(&MI)};
  if (!Measured)
    return C;
  OpcodeInfo Info = Table.info(MI.getOpcode(), *MF.getSubtarget().getInstrInfo());
  std::optional<MeasuredCost> M = Info.R ? Measured->find(Info.R->Name) : std::nullopt;
  if (!M)
    return C;
  // Lists are of register forms. A memory form takes longer by what the model says
  // its load adds.
  Cycles Load{0, 0};
  if (Info.LoadOperand >= 0) {
    unsigned RegForm = Info.R->Opcode;
    Load.Latency = std::max(0.0, C.Latency - double(Model->computeInstrLatency(RegForm)));
    Load.Throughput = std::max(0.0, C.Throughput - Model->computeReciprocalThroughput(RegForm));
  }
  if (M->Latency)
    C.Latency = *M->Latency + Load.Latency;
  C.Throughput = M->RThroughput + Load.Throughput;
  return C;
}

void Profit::add(Time &T, SmallVectorImpl<double> &Ready, const Node &N, unsigned NumLeaves,
                 ArrayRef<double> LeafReady, const MachineInstr *MI, double Extra) {
  double Start = 0;
  for (unsigned Op : N.Ops)
    Start = std::max(Start, Op < NumLeaves ? LeafReady[Op] : Ready[Op - NumLeaves]);
  double End = Start + Extra;
  if (MI && !N.R->isGeneric()) {
    Cycles C = cycles(*MI);
    End += C.Latency;
    T.Throughput += C.Throughput;
  }
  Ready.push_back(End);
  T.Latency = std::max(T.Latency, End);
}

/// True if an AMDGPU instruction holds the constant itself.
static bool isInline(const APInt &C) {
  return C.getBitWidth() > 32 ? C.isZero() : C.getSExtValue() >= -16 && C.getSExtValue() <= 64;
}

namespace {
/// Instructions of a program, and constants that none of them holds itself.
struct Demand {
  unsigned Instructions = 0, Constants = 0;
  Demand(const Window &W, const Program &P) {
    std::vector<bool> Read(W.numLeaves());
    for (const Node &N : P.Nodes) {
      Instructions += !N.R->isGeneric();
      for (unsigned Op : N.Ops)
        if (Op < W.numLeaves())
          Read[Op] = true;
    }
    for (auto [I, L] : enumerate(W.Leaves))
      Constants += Read[I] && L.Const && !isInline(*L.Const);
  }
  unsigned all() const { return Instructions + Constants; }
};
} // namespace

bool Profit::pays(ValueView &View, const Match &M, const RewritePlan &Plan, const Rewriter &R) {
  // Where an instruction takes no literal, a new constant is a move, and a register
  // from there on: not worth an instruction that is gone.
  if (Table.isa().arch() == "amdgcn" && !MF.getSubtarget().checkFeatures("+vop3-literal")) {
    Demand Before(M.window(), M.window().Source), After(M.window(), M.rule().Target);
    if (After.Constants > Before.Constants && After.all() >= Before.all())
      return false;
  }
  if (!open())
    return true;
  const Window &W = M.window();
  unsigned L = W.numLeaves();
  double Issue = 1.0 / std::max(1u, Model->getIssueWidth());

  Time Source, Target;
  SmallVector<double, 8> Start(L, 0.0), Ready;
  for (size_t I = 0; I != W.Source.Nodes.size(); ++I)
    add(Source, Ready, W.Source.Nodes[I], L, Start, M.NodeMI[I], 0);

  // What a memory form loaded is a load of its own now.
  for (const MachineInstr *Load : R.loads()) {
    bool IsNode = false;
    for (unsigned I = 0; I != M.rule().Target.Nodes.size(); ++I)
      IsNode |= R.made(I) == Load;
    if (IsNode)
      continue;
    double Latency = Model->computeInstrLatency(Load);
    Target.Throughput += Model->computeReciprocalThroughput(Load);
    for (unsigned I = 0; I != L; ++I)
      if (M.Leaves[I].Whole.K == ValueRef::Load)
        Start[I] = std::max(Start[I], Latency);
  }
  const Program &P = M.rule().Target;
  Ready.clear();
  for (size_t I = 0; I != P.Nodes.size(); ++I) {
    double Copy = 0;
    int Tied = Plan.Live[I] ? Plan.Rows[I]->TiedUse : -1;
    if (Tied >= 0) {
      // A tied operand with readers beside this one is copied first.
      unsigned Id = P.Nodes[I].Ops[unsigned(Tied)];
      const ValueRef *V = Id < L ? &M.Leaves[Id].Whole : nullptr;
      if (V && V->K == ValueRef::Reg && !View.onlyReadBy(V->R, Plan.Matched, M.Block) &&
          any_of(View.regInfo().use_nodbg_instructions(V->R), [&](const MachineInstr &User) {
            return !Plan.Matched.contains(&User) && &User != R.made(unsigned(I));
          })) {
        Copy = 1;
        Target.Throughput += Issue;
      }
    }
    add(Target, Ready, P.Nodes[I], L, Start, Plan.Live[I] ? R.made(unsigned(I)) : nullptr, Copy);
  }
  return !(Target.Latency > Source.Latency && Target.Throughput > Source.Throughput);
}

} // namespace whittle
