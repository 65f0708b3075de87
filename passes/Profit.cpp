//===- passes/Profit.cpp - Does a rewrite pay on this CPU? -----------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Profit.h"
#include "passes/PartAccess.h"
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

Profit::Cycles Profit::cycles(const MachineInstr &MI, const Row &R) {
  // A copy is the move that it becomes.
  const bool Copy = MI.isCopy();
  Cycles C{double(Copy ? Model->computeInstrLatency(R.Opcode) : Model->computeInstrLatency(&MI)),
           Copy ? Model->computeReciprocalThroughput(R.Opcode)
                : Model->computeReciprocalThroughput(&MI)};
  if (!Measured)
    return C;
  OpcodeInfo Info = Table.info(Copy ? R.Opcode : MI.getOpcode(), *MF.getSubtarget().getInstrInfo());
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
    Cycles C = cycles(*MI, *N.R);
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
  unsigned Vector = 0; ///< of the instructions, those of AMDGPU's vector unit
  /// Without the nodes that \p Stay says.
  Demand(const Window &W, const Program &P, function_ref<bool(size_t)> Stay) {
    std::vector<bool> Read(W.numLeaves());
    for (auto [I, N] : enumerate(P.Nodes)) {
      if (Stay(I))
        continue;
      Instructions += !N.R->isGeneric();
      Vector += N.R->opcodeName().starts_with("V_");
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

/// True if \p Block may run again without \p Before.
static bool repeatsWithout(const MachineBasicBlock &Block, const MachineBasicBlock &Before) {
  SmallPtrSet<const MachineBasicBlock *, 16> Seen;
  SmallVector<const MachineBasicBlock *, 16> Todo{&Block};
  while (!Todo.empty())
    for (const MachineBasicBlock *Next : Todo.pop_back_val()->successors()) {
      if (Next == &Block)
        return true;
      if (Next != &Before && Seen.insert(Next).second)
        Todo.push_back(Next);
    }
  return false;
}

/// Where source instructions stand in other blocks, what replaces them stands in this one:
/// a loop gets no more to do, and no more values have to live until here.
bool Profit::paysAcross(ValueView &View, const Match &M, const RewritePlan &Plan,
                        const Rewriter &R) {
  const Window &W = M.window();
  const Program &P = M.rule().Target;
  SmallPtrSet<MachineInstr *, 8> Outside;
  DenseSet<Register> Ended;
  unsigned Here = 0, There = 0;
  for (size_t I = 0; I != M.NodeMI.size(); ++I) {
    MachineInstr *MI = M.NodeMI[I];
    if (Plan.Stay.contains(MI))
      continue;
    if (!MI || MI->getParent() == M.Block) {
      Here += W.Source.Nodes[I].R->Weight;
      continue;
    }
    Outside.insert(MI);
    There += repeatsWithout(*M.Block, *MI->getParent());
  }
  if (Outside.empty())
    return true;
  if (There) {
    unsigned Weight = 0;
    for (size_t I = 0; I != P.Nodes.size(); ++I)
      if (Plan.Live[I])
        Weight += P.Nodes[I].R->Weight;
    if (Weight > Here)
      return false;
  }
  auto Reads = [&](MachineInstr *MI, const ValueRef &V) {
    const NodeView *N = View.node(*MI);
    return N && any_of(N->Ops, [&](const ValueRef &Op) { return Op.same(V); });
  };
  for (MachineInstr *MI : M.NodeMI)
    if (const NodeView *N = MI && !Outside.count(MI) ? View.node(*MI) : nullptr)
      for (const ValueRef &Op : N->Ops)
        if (Op.K == ValueRef::Reg && Outside.count(View.regInfo().getVRegDef(Op.R)))
          Ended.insert(Op.R);
  unsigned Longer = 0;
  for (unsigned I = 0; I != W.numLeaves(); ++I) {
    const ValueRef &V = M.Leaves[I].Whole;
    if (W.Leaves[I].isConstant() || V.K != ValueRef::Reg ||
        none_of(P.Nodes, [&](const Node &N) { return is_contained(N.Ops, I); }))
      continue;
    bool LivesHere = any_of(
        M.NodeMI, [&](MachineInstr *MI) { return MI && !Outside.count(MI) && Reads(MI, V); });
    const MachineBasicBlock *From = View.regInfo().getVRegDef(V.R)->getParent();
    for (const MachineInstr &User : View.regInfo().use_nodbg_instructions(V.R))
      LivesHere |= !Plan.Matched.contains(&User) && !R.isNew(User) && User.getParent() != From;
    Longer += !LivesHere;
  }
  return Longer <= Ended.size();
}

/// True if all that is gained is one move of a constant for another.
bool Profit::movesConstantsAgain(ValueView &View, const Match &M) {
  const Program &P = M.rule().Target;
  for (auto [I, Id] : enumerate(P.Outputs)) {
    if (Id >= M.window().numLeaves() || !M.window().Leaves[Id].isConstant())
      continue;
    const OpcodeInfo Info = Table.info(M.output(unsigned(I))->getOpcode(), View.instrInfo());
    if (Info.Const == OpcodeInfo::MovOperand || Info.Const == OpcodeInfo::MovModified)
      return true;
  }
  return false;
}

bool Profit::pays(ValueView &View, const Match &M, const RewritePlan &Plan, const Rewriter &R) {
  if (!paysAcross(View, M, Plan, R) || movesConstantsAgain(View, M))
    return false;
  if (Table.isa().arch() == "amdgcn") {
    auto Stays = [&](size_t I) { return Plan.Stay.contains(M.NodeMI[I]); };
    auto None = [](size_t) { return false; };
    Demand Before(M.window(), M.window().Source, Stays), After(M.window(), M.rule().Target, None);
    // Where an instruction takes no literal, a new constant is a move, and a register
    // from there on: not worth an instruction that is gone.
    if (!MF.getSubtarget().checkFeatures("+vop3-literal") && After.Constants > Before.Constants &&
        After.all() >= Before.all())
      return false;
    // The scalar unit works beside the vector unit, once for a wave.
    if (After.Vector > Before.Vector)
      return false;
    // Nor are instructions that would go into others anyway, if those here will not.
    const PartAccess Parts = countPartAccess(View, M, Plan, R);
    if (Parts.Source > Parts.Target &&
        After.Instructions + Parts.Source >= Before.Instructions + Parts.Target)
      return false;
  }
  if (!open())
    return true;
  const Window &W = M.window();
  unsigned L = W.numLeaves();
  double Issue = 1.0 / std::max(1u, Model->getIssueWidth());

  Time Source, Target;
  SmallVector<double, 8> Start(L, 0.0), Ready;
  for (size_t I = 0; I != W.Source.Nodes.size(); ++I) {
    const double Busy = Source.Throughput;
    add(Source, Ready, W.Source.Nodes[I], L, Start, M.NodeMI[I], 0);
    // What stays is waited for, and gives no unit back.
    if (Plan.Stay.contains(M.NodeMI[I]))
      Source.Throughput = Busy;
  }

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
