//===- passes/Legality.cpp - May a matched rule be applied here? -----------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Legality.h"
#include "llvm/CodeGen/MachineFunction.h"
#include "llvm/CodeGen/MachineInstr.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"
#include "llvm/CodeGen/TargetInstrInfo.h"
#include "llvm/CodeGen/TargetRegisterInfo.h"
#include "llvm/CodeGen/TargetSubtargetInfo.h"

using namespace llvm;

namespace whittle {

/// Instructions moved up for one rewrite.
static constexpr unsigned MaxHoisted = 64;

/// AMDGPU: sets rounding, denormal or similar modes.
static bool writesMode(const MachineInstr &MI) {
  const TargetRegisterInfo &TRI = *MI.getMF()->getSubtarget().getRegisterInfo();
  return any_of(MI.operands(), [&](const MachineOperand &MO) {
    return MO.isReg() && MO.isDef() && MO.getReg().isPhysical() &&
           StringRef(TRI.getName(MO.getReg())) == "MODE";
  });
}

bool Legality::factsHold(const Match &M) {
  const Window &W = M.window();
  for (unsigned I = 0; I != W.numLeaves(); ++I) {
    const Leaf &Want = W.Leaves[I];
    if (!Want.hasFacts())
      continue;
    KnownBits Have(Want.Ty.Bits);
    auto Learn = [&](const ValueRef &V, unsigned Offset) {
      std::optional<APInt> C = View.constant(V);
      Have.insertBits(C ? KnownBits::makeConstant(*C) : View.facts(V), Offset);
    };
    if (M.Leaves[I].Whole)
      Learn(M.Leaves[I].Whole, 0);
    for (const auto &[Offset, V] : M.Leaves[I].Parts)
      Learn(V, Offset);
    if (!Want.Zeros.isZero() && !Want.Zeros.isSubsetOf(Have.Zero))
      return false;
    if (!Want.Ones.isZero() && !Want.Ones.isSubsetOf(Have.One))
      return false;
  }
  return true;
}

/// No reader looks at bits of an output that were not compared.
bool Legality::readersAllow(const Match &M) {
  const Window &W = M.window();
  for (unsigned I = 0; I != W.Source.Outputs.size(); ++I)
    if (unsigned Low = W.lowBits(I)) {
      unsigned Read = View.lowBitsRead(M.output(I)->getOperand(0).getReg());
      if (!Read || Read > Low)
        return false;
    }
  return true;
}

/// True if \p R is, or is put together from, what a matched instruction gives.
bool Legality::holdsMatched(Register R, const RewritePlan &Plan) const {
  SmallVector<Register, 8> Todo{R};
  DenseSet<Register> Seen;
  while (!Todo.empty()) {
    Register Next = Todo.pop_back_val();
    MachineInstr *Def = Next.isVirtual() ? View.regInfo().getVRegDef(Next) : nullptr;
    if (!Def || !Seen.insert(Next).second)
      continue;
    if (Plan.Matched.contains(Def))
      return true;
    if (Def->isCopy() || Def->isRegSequence())
      for (const MachineOperand &MO : Def->all_uses())
        Todo.push_back(MO.getReg());
  }
  return false;
}

bool Legality::usesAllow(const Match &M, const RewritePlan &Plan) {
  const Window &W = M.window();
  for (unsigned I = 0; I != M.NodeMI.size(); ++I) {
    MachineInstr *MI = M.NodeMI[I];
    if (MI && !is_contained(W.Source.Outputs, W.numLeaves() + I) && !Plan.Stay.contains(MI) &&
        !View.onlyReadBy(MI->getOperand(0).getReg(), Plan.Matched, M.Block))
      return false;
  }
  // Two outputs have two results to replace.
  SmallPtrSet<MachineInstr *, 4> Outputs;
  for (unsigned I = 0; I != W.Source.Outputs.size(); ++I)
    if (!Outputs.insert(M.output(I)).second || M.output(I)->getParent() != M.Block)
      return false;
  // A leaf must outlive the match.
  auto DefinedInside = [&](const ValueRef &V) {
    return V.K == ValueRef::Reg && Plan.Matched.contains(View.regInfo().getVRegDef(V.R));
  };
  // So must the tuple that it is, of which a register may be an inner result.
  std::vector<bool> Used = readLeaves(W, M.rule().Target);
  auto HoldsMatched = [&](const ValueRef &V) {
    return V.K == ValueRef::Reg && holdsMatched(V.R, Plan);
  };
  for (unsigned I = 0; I != W.numLeaves(); ++I)
    if (Used[I] &&
        (HoldsMatched(M.Leaves[I].Whole) ||
         any_of(M.Leaves[I].Parts, [&](const auto &P) { return HoldsMatched(P.second); })))
      return false;
  for (const LeafBinding &B : M.Leaves) {
    if (DefinedInside(B.Whole))
      return false;
    for (const auto &[Offset, V] : B.Parts)
      if (DefinedInside(V))
        return false;
  }
  return true;
}

/// Puts \p MI and what it needs from behind Plan.Before into Plan.Hoist; false if
/// it must stay where it is.
bool Legality::collectHoist(MachineInstr &MI, const BlockOrder &Order, RewritePlan &Plan) {
  if (is_contained(Plan.Hoist, &MI))
    return true;
  bool SawStore = false;
  if (MI.isPHI() || Plan.Matched.contains(&MI) || Plan.Hoist.size() >= MaxHoisted ||
      !MI.isSafeToMove(SawStore) || MI.hasOrderedMemoryRef() || MI.isConvergent())
    return false;
  for (const MachineOperand &MO : MI.operands()) {
    if (!MO.isReg() || !MO.getReg())
      continue;
    if (MO.getReg().isPhysical()) {
      // EXEC and MODE do not change in between: place() sees to it.
      StringRef Name = View.targetRegInfo().getName(MO.getReg());
      if (MO.isDef() || !(View.regInfo().isConstantPhysReg(MO.getReg()) ||
                          (View.isAMDGPU() && (Name == "EXEC" || Name == "MODE")) || Name == "RIP"))
        return false;
    } else if (MO.isUse()) {
      MachineInstr *Def = View.regInfo().getVRegDef(MO.getReg());
      // What replaces an output comes after all that is moved up.
      if (Plan.Matched.contains(Def))
        return false;
      if (Def && Def->getParent() == MI.getParent() &&
          Order.lookup(Def) >= Order.lookup(Plan.Before) && !collectHoist(*Def, Order, Plan))
        return false;
    }
  }
  Plan.Hoist.push_back(&MI);
  return true;
}

/// True if nothing between Plan.Before and the instructions to hoist may write
/// what they read.
bool Legality::mayHoist(const BlockOrder &Order, const RewritePlan &Plan) {
  for (MachineInstr *MI : Plan.Hoist) {
    for (MachineInstr &Passed :
         make_range(MachineBasicBlock::iterator(Plan.Before), MachineBasicBlock::iterator(MI))) {
      if (Passed.isDebugInstr() || Passed.isPHI())
        continue;
      if (View.isAMDGPU() && (changesExec(Passed) || writesMode(Passed)))
        return false;
      if (!MI->mayLoad() || MI->isDereferenceableInvariantLoad())
        continue;
      if (Passed.isCall() || Passed.hasUnmodeledSideEffects() ||
          (Passed.mayLoadOrStore() && Passed.hasOrderedMemoryRef()) ||
          (Passed.mayStore() &&
           MI->mayAlias(static_cast<AAResults *>(nullptr), Passed, /*UseTBAA=*/false)))
        return false;
    }
  }
  return true;
}

/// The target goes where all leaves are there already, or may be moved to, and
/// no reader of an output has passed.
bool Legality::place(const Match &M, RewritePlan &Plan) {
  const Window &W = M.window();
  BlockOrder Order;
  unsigned N = 0;
  for (const MachineInstr &MI : *M.Block)
    Order[&MI] = N++;

  MachineInstr *Before = nullptr;
  auto Earlier = [&](const MachineInstr *A, const MachineInstr *B) { return Order[A] < Order[B]; };
  for (unsigned I = 0; I != W.Source.Outputs.size(); ++I)
    if (MachineInstr *Root = M.output(I); !Before || Earlier(Before, Root))
      Before = Root;
  for (unsigned I = 0; I != W.Source.Outputs.size(); ++I)
    for (MachineInstr &User :
         View.regInfo().use_nodbg_instructions(M.output(I)->getOperand(0).getReg()))
      if (User.getParent() == M.Block && !User.isPHI() && !Plan.Matched.contains(&User) &&
          Earlier(&User, Before))
        Before = &User;
  Plan.Before = Before;

  std::vector<bool> Used = readLeaves(W, M.rule().Target);
  auto Ready = [&](const ValueRef &V) {
    if (V.K == ValueRef::Load) // of another block: a constant
      return V.MI->getParent() != M.Block || !Earlier(Before, V.MI);
    if (V.K != ValueRef::Reg)
      return true;
    MachineInstr *Def = View.regInfo().getVRegDef(V.R);
    return !Def || Def->getParent() != M.Block || Earlier(Def, Before) ||
           collectHoist(*Def, Order, Plan);
  };
  for (unsigned I = 0; I != W.numLeaves(); ++I) {
    if (!Used[I])
      continue;
    if (!Ready(M.Leaves[I].Whole))
      return false;
    for (const auto &[Offset, V] : M.Leaves[I].Parts)
      if (!Ready(V))
        return false;
  }
  llvm::sort(Plan.Hoist, Earlier);
  if (!mayHoist(Order, Plan))
    return false;
  // One window has one EXEC value.
  if (View.isAMDGPU()) {
    unsigned First = Order[Before], Last = First;
    for (const MachineInstr *MI : concat<MachineInstr *const>(Plan.Matched, M.Kept)) {
      First = std::min(First, Order[MI]);
      Last = std::max(Last, Order[MI]);
    }
    for (const MachineInstr &MI : *M.Block)
      if (Order[&MI] > First && Order[&MI] < Last && changesExec(MI))
        return false;
  }
  return true;
}

bool Legality::isAvailable(const Row &R) {
  auto [It, New] = Available.try_emplace(&R, false);
  if (!New)
    return It->second;
  const TargetSubtargetInfo &STI = View.function().getSubtarget();
  bool Has = OpcodeTable::has(STI, R);
  // A legacy SSE instruction between VEX ones merges into the upper bits.
  if (Has && !View.isAMDGPU() && R.LegacySse && STI.checkFeatures("+avx"))
    Has = false;
  return Available[&R] = Has;
}

/// Registers of \p M's leaves and outputs that would have to be copied to another
/// bank (VGPR, AGPR) if target node \p Index became \p R.
unsigned Legality::bankCopies(const Row &R, unsigned Index, const Match &M) {
  const Window &W = M.window();
  const Program &P = M.rule().Target;
  const TargetRegisterInfo &TRI = View.targetRegInfo();
  const MCInstrDesc &D = View.instrInfo().get(R.Opcode);
  MachineRegisterInfo &MRI = View.regInfo();
  unsigned L = W.numLeaves(), Copies = 0;
  auto Differ = [&](const TargetRegisterClass *A, const TargetRegisterClass *B) {
    return A && B && !TRI.getCommonSubClass(A, B);
  };
  auto ClassOf = [&](const ValueRef &V) -> const TargetRegisterClass * {
    if (V.K != ValueRef::Reg)
      return nullptr;
    const TargetRegisterClass *RC = MRI.getRegClass(V.R);
    return V.SubReg ? TRI.getSubRegisterClass(RC, V.SubReg) : RC;
  };
  auto Read = [&](auto &&Self, unsigned Id, const TargetRegisterClass *Want) -> void {
    if (Id >= L) {
      if (P.Nodes[Id - L].R->Generic == GenericOp::Concat)
        for (auto [I, Op] : enumerate(P.Nodes[Id - L].Ops))
          if (unsigned Idx = View.table().subRegIndex(*Want, 32 * unsigned(I), 32, TRI))
            Self(Self, Op, TRI.getSubRegisterClass(Want, Idx));
      return;
    }
    const LeafBinding &B = M.Leaves[Id];
    if (Differ(ClassOf(B.Whole), Want))
      Copies += W.Leaves[Id].Ty.Bits / 32;
    for (const auto &[Offset, V] : B.Parts)
      if (unsigned Idx = View.table().subRegIndex(*Want, Offset, V.Ty.Bits, TRI))
        Copies += Differ(ClassOf(V), TRI.getSubRegisterClass(Want, Idx));
  };
  unsigned Operand = R.NumDefs, In = 0;
  for (const OperandSpec &U : R.Uses) {
    if (U.K == OperandSpec::Reg)
      if (const TargetRegisterClass *Want = View.instrInfo().getRegClass(D, Operand))
        Read(Read, P.Nodes[Index].Ops[In], Want);
    In += U.K == OperandSpec::Reg;
    ++Operand;
  }
  const TargetRegisterClass *Def = View.instrInfo().getRegClass(D, 0);
  for (unsigned I = 0; I != P.Outputs.size() && Def; ++I) {
    unsigned Id = P.Outputs[I];
    const TargetRegisterClass *Old = MRI.getRegClass(M.output(I)->getOperand(0).getReg());
    if (Id == L + Index) {
      Copies += Differ(Old, Def) ? R.Def.Bits / 32 : 0;
    } else if (Id >= L && P.Nodes[Id - L].R->Generic == GenericOp::Extract &&
               P.Nodes[Id - L].Ops[0] == L + Index) {
      const Node &E = P.Nodes[Id - L];
      if (unsigned Idx = View.table().subRegIndex(*Def, unsigned(E.Imms[0]), E.Ty.Bits, TRI))
        Copies += Differ(Old, TRI.getSubRegisterClass(Def, Idx));
    }
  }
  return Copies;
}

/// The member of the class of target node \p Index to emit: the fewest copies
/// between banks, then an opcode of the source, then the rule's own, then
/// EVEX, VEX, SSE in this order as far as the subtarget has them.
const Row *Legality::member(unsigned Index, const Match &M) {
  const Row &R = *M.rule().Target.Nodes[Index].R;
  if (R.isGeneric())
    return &R;
  // A load is the source's own opcode.
  if (R.readsMemory()) {
    const ValueRef &V = M.Leaves[M.rule().Target.Nodes[Index].Ops[unsigned(R.MemUse)]].Whole;
    return V.K == ValueRef::Load ? View.table().info(V.MI->getOpcode(), View.instrInfo()).R
                                 : nullptr;
  }
  // Classes are compared by hashing meanings: ask as few as possible.
  if (!View.isAMDGPU()) {
    for (MachineInstr *MI : M.NodeMI) {
      const Row *Same = MI ? View.table().info(MI->getOpcode(), View.instrInfo()).R : nullptr;
      // What stands here in a legacy encoding (SHA has no other) may stand here again.
      if (Same && sameSymbol(*Same, R) &&
          (isAvailable(*Same) ||
           (Same->LegacySse && OpcodeTable::has(View.function().getSubtarget(), *Same))))
        return Same;
    }
    if (isAvailable(R))
      return &R;
  }
  auto Rank = [&](const Row &C) {
    bool InSource = any_of(M.NodeMI, [&](MachineInstr *MI) {
      const NodeView *N = MI && !MI->isRegSequence() ? View.node(*MI) : nullptr;
      return N && N->R == &C;
    });
    unsigned Encoding = InSource                                   ? 0
                        : &C == &R                                 ? 1
                        : StringRef(C.Features).contains("avx512") ? 2
                        : StringRef(C.Features).contains("avx")    ? 3
                                                                   : 4;
    return std::make_pair(View.isAMDGPU() ? bankCopies(C, Index, M) : 0, Encoding);
  };
  const Row *Best = nullptr;
  for (const Row &C : View.table().isa().rows())
    if (C.inWindows() && isAvailable(C) && sameSymbol(C, R) && (!Best || Rank(C) < Rank(*Best)))
      Best = &C;
  return Best;
}

/// A matrix instruction writes all lanes, whatever EXEC says.
bool Legality::lanesAllow(const Match &M, const RewritePlan &Plan) {
  const Window &W = M.window();
  bool Matrix = false;
  for (size_t I = 0; I != Plan.Rows.size(); ++I)
    Matrix |= Plan.Live[I] && Plan.Rows[I]->isWave() && Plan.Rows[I]->Def.Kind == RegKind::Lane &&
              Plan.Rows[I]->Off == OffLanes::Computed;
  if (!Matrix)
    return true;
  if (!Exec.isEntryExecAt(*Plan.Before))
    return false;
  SmallVector<MachineInstr *, 16> Inside(Plan.Matched.begin(), Plan.Matched.end());
  for (unsigned I = 0; I != W.Source.Outputs.size(); ++I) {
    const Node &N = W.Source.Nodes[W.Source.Outputs[I] - W.numLeaves()];
    // A result that the source computes in all lanes was compared in all.
    if (N.R->Off != OffLanes::Computed &&
        lanesMayBeRead(M.output(I)->getOperand(0).getReg(), View.function(), View.table(), Inside))
      return false;
  }
  return true;
}

/// SUBREG_TO_REG, INSERT_SUBREG and copies to wider classes assert that what
/// defines their operand zeroed the bits above it.
bool Legality::demandsZerosAbove(Register R) {
  MachineRegisterInfo &MRI = View.regInfo();
  SmallVector<Register, 4> Todo{R};
  DenseSet<Register> Seen{R};
  while (!Todo.empty()) {
    Register Next = Todo.pop_back_val();
    for (const MachineInstr &User : MRI.use_nodbg_instructions(Next)) {
      if (User.isSubregToReg() || User.isInsertSubreg())
        return true;
      if (!User.isCopy() && !User.isPHI())
        continue;
      Register To = User.getOperand(0).getReg();
      if (!To.isVirtual())
        continue;
      if (User.isCopy() && !User.getOperand(1).getSubReg()) {
        const TargetRegisterInfo &TRI = View.targetRegInfo();
        if (TRI.getRegSizeInBits(*MRI.getRegClass(To)) >
            TRI.getRegSizeInBits(*MRI.getRegClass(Next)))
          return true;
      }
      if (Seen.insert(To).second)
        Todo.push_back(To);
    }
  }
  return false;
}

bool Legality::zeroesAbove(const Match &M, const RewritePlan &Plan, unsigned Id) {
  const Window &W = M.window();
  if (Id >= W.numLeaves()) {
    const Row &R = *Plan.Rows[Id - W.numLeaves()];
    return !R.isGeneric() && R.ZeroesAbove;
  }
  const ValueRef &V = M.Leaves[Id].Whole;
  if (V.K != ValueRef::Reg || V.SubReg)
    return false;
  const MachineInstr *Def = View.regInfo().getVRegDef(V.R);
  OpcodeInfo I = View.table().info(Def->getOpcode(), View.instrInfo());
  return I.R && I.R->ZeroesAbove;
}

Obstacle Legality::check(const Match &M, RewritePlan &Plan) {
  const Window &W = M.window();
  const Program &Target = M.rule().Target;
  if (!factsHold(M) || !readersAllow(M))
    return Obstacle::NoFacts;
  for (MachineInstr *MI : M.NodeMI)
    if (MI)
      Plan.Matched.insert(MI);
  if (!usesAllow(M, Plan))
    return Obstacle::OtherUse;
  Plan.Live = liveNodes(W, Target);
  for (size_t I = 0; I != Target.Nodes.size(); ++I) {
    const Row *R = Plan.Live[I] ? member(unsigned(I), M) : Target.Nodes[I].R;
    // The source need not read the mode that the target would read.
    if (!R || (Plan.Live[I] && R->ReadsMXCSR && !View.roundsAsRowsDo()))
      return Obstacle::Illegal;
    Plan.Rows.push_back(R);
  }
  if (!place(M, Plan))
    return Obstacle::OtherUse;
  // Mask values are compared on all their bits, and so are lanes.
  for (unsigned I = 0; I != Target.Outputs.size(); ++I) {
    ValueType T = W.typeOf(W.Source, W.Source.Outputs[I]);
    if ((T.Kind == RegKind::Vec || T.Kind == RegKind::Gpr) &&
        demandsZerosAbove(M.output(I)->getOperand(0).getReg()) &&
        !zeroesAbove(M, Plan, Target.Outputs[I]))
      return Obstacle::Illegal;
  }
  if (View.isAMDGPU() && !lanesAllow(M, Plan))
    return Obstacle::Exec;
  return Obstacle::None;
}

} // namespace whittle
