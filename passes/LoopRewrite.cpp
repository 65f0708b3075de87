//===- passes/LoopRewrite.cpp - Starting accumulators with an addend -------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/LoopRewrite.h"
#include "passes/ConstantPool.h"
#include "llvm/CodeGen/MachineFunction.h"
#include "llvm/CodeGen/MachineInstrBuilder.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"
#include "llvm/CodeGen/TargetInstrInfo.h"
#include "llvm/CodeGen/TargetOpcodes.h"
#include "llvm/CodeGen/TargetRegisterInfo.h"

using namespace llvm;

namespace whittle {

Obstacle LoopRewriter::match(MachineInstr &Add, bool &Matched) {
  Matched = false;
  const NodeView *N = View.node(Add);
  if (!N || N->Ops.size() != 2 || N->R->NumImms)
    return Obstacle::Illegal;
  auto MayStep = [&](const NodeView &Step, unsigned Operand) {
    return any_of(Set.loops(), [&](const RuleSet::Loop &L) {
      return sameSymbol(*L.Lemma.Add, *N->R) && Set.isStep(L.Lemma, Step, Operand);
    });
  };
  Obstacle Last = Obstacle::Illegal;
  for (unsigned K = 0; K != 2; ++K) {
    switch (Finder.find(*N, K, MayStep, Found, /*TellOtherUse=*/true)) {
    case NoAccumulator::Found:
      if (!haveRules())
        continue;
      Matched = true;
      Last = check();
      if (Last == Obstacle::None)
        return Last;
      continue;
    case NoAccumulator::OtherUse:
    case NoAccumulator::Available:
      Matched = true;
      Last = Obstacle::OtherUse;
      continue;
    case NoAccumulator::Shape:
      continue;
    }
  }
  return Last;
}

/// For each step the rule that starts as this accumulator does.
bool LoopRewriter::haveRules() {
  Used.clear();
  for (const Accumulator::Step &S : Found.Steps) {
    const RuleSet::Loop *Rule = nullptr;
    // The addition first: starts of one width only can be compared.
    for (const RuleSet::Loop &L : Set.loops())
      if (!Rule && sameSymbol(*L.Lemma.Add, *Found.Add) && L.Lemma.Start == Found.Start &&
          Set.isStep(L.Lemma, *S.N, S.Operand))
        Rule = &L;
    if (!Rule)
      return false;
    if (!is_contained(Used, Rule))
      Used.push_back(Rule);
  }
  return true;
}

Obstacle LoopRewriter::check() {
  // What comes out of a PHI or a step may have anything above it.
  if (!View.isAMDGPU())
    for (MachineOperand *End : Found.Ends)
      if (Legal.demandsZerosAbove(End->getParent()->getOperand(0).getReg()))
        return Obstacle::Illegal;
  return lanesAllow() ? Obstacle::None : Obstacle::Exec;
}

/// A matrix step writes all lanes, and from now on into registers that may hold c
/// for lanes of another branch: all of it must stand where EXEC is the entry EXEC.
/// What a step leaves in lanes that are off was not compared, so nobody may read it.
bool LoopRewriter::lanesAllow() {
  if (none_of(Found.Steps, [](const Accumulator::Step &S) { return S.N->R->isWave(); }))
    return true;
  for (const Accumulator::Use &U : Found.Entries) {
    const MachineBasicBlock &MBB = blockOf(*U.MO);
    const MachineBasicBlock::const_iterator At = placeOf(*U.MO);
    // Of a block that falls through, its last instruction is asked.
    if (At != MBB.end() ? !Exec.isEntryExecAt(*At)
                        : MBB.empty() || !Exec.isEntryExecAt(MBB.back()) || changesExec(MBB.back()))
      return false;
  }
  for (const Accumulator::Step &S : Found.Steps)
    if (!Exec.isEntryExecAt(*S.N->MI) ||
        lanesMayBeRead(S.N->MI->getOperand(0).getReg(), View.function(), View.table(), {}))
      return false;
  for (MachineOperand *End : Found.Ends)
    if (!Exec.isEntryExecAt(*End->getParent()) ||
        lanesMayBeRead(End->getParent()->getOperand(0).getReg(), View.function(), View.table(), {}))
      return false;
  return true;
}

/// The constant c in a register, made in front of \p Before.
Register LoopRewriter::makeConstant(MachineInstr &Before) {
  const DebugLoc &DL = Before.getDebugLoc();
  if (!View.isAMDGPU())
    return loadPooledConstant(*Found.Constant, Before, DL, View.table())->getOperand(0).getReg();
  const TargetInstrInfo &TII = View.instrInfo();
  const MCInstrDesc &Move = TII.get(View.table().opcodeNamed(
      Found.Ty.Kind == RegKind::Lane ? "V_MOV_B32_e32" : "S_MOV_B32", TII));
  const Register R = View.regInfo().createVirtualRegister(
      View.targetRegInfo().getAllocatableClass(TII.getRegClass(Move, 0)));
  BuildMI(*Before.getParent(), Before, DL, Move, R).addImm(Found.Constant->getSExtValue());
  return R;
}

/// Has \p U's user read c.
void LoopRewriter::enter(const Accumulator::Use &U) {
  MachineRegisterInfo &MRI = View.regInfo();
  const TargetRegisterInfo &TRI = View.targetRegInfo();
  const MCInstrDesc &Copy = View.instrInfo().get(TargetOpcode::COPY);
  MachineOperand &MO = *U.MO;
  const Register Old = MO.getReg();
  const TargetRegisterClass *RC = MRI.getRegClass(Old);
  if (MO.getSubReg())
    RC = TRI.getSubRegisterClass(RC, MO.getSubReg());
  RC = TRI.getAllocatableClass(RC);
  MachineBasicBlock &MBB = blockOf(MO);
  const MachineBasicBlock::iterator At = placeOf(MO);
  const DebugLoc DL = MO.getParent()->getDebugLoc();
  auto CopyOf = [&](const TargetRegisterClass *Class, Register R, unsigned SubReg) {
    const Register To = MRI.createVirtualRegister(Class);
    BuildMI(MBB, At, DL, Copy, To).addReg(R, {}, SubReg);
    return To;
  };
  const ValueRef &C = Found.Addend;
  auto CopyOfAddend = [&](const TargetRegisterClass *Class) {
    if (!Found.Constant)
      return CopyOf(Class, C.R, C.SubReg);
    const Register To = MRI.createVirtualRegister(Class);
    MachineInstrBuilder B = BuildMI(MBB, At, DL, Copy, To);
    B.addReg(makeConstant(*B));
    return To;
  };
  const unsigned Bits = Found.Ty.Bits, All = TRI.getRegSizeInBits(*RC);
  Register New;
  if (All == Bits) {
    New = CopyOfAddend(RC);
  } else {
    // One register of a tuple; the others stay.
    SmallVector<std::pair<Register, unsigned>, 16> Pieces;
    for (unsigned Offset = 0; Offset != All; Offset += Bits) {
      const unsigned Idx = View.table().subRegIndex(*RC, Offset, Bits, TRI);
      const TargetRegisterClass *PieceRC =
          TRI.getAllocatableClass(TRI.getSubRegisterClass(RC, Idx));
      Register Piece;
      if (Offset == U.Offset) {
        Piece = CopyOfAddend(PieceRC);
      } else {
        const unsigned From = View.table().subRegIndex(
            *MRI.getRegClass(Old), View.offsetOf(MO.getSubReg()) + Offset, Bits, TRI);
        const MachineInstr *Def = MRI.getVRegDef(Old);
        // A tuple that an earlier rewrite put together is not read in turn.
        for (unsigned I = 1; Def->isRegSequence() && I + 1 < Def->getNumOperands(); I += 2)
          if (unsigned(Def->getOperand(I + 1).getImm()) == From &&
              !Def->getOperand(I).getSubReg() && !Def->getOperand(I).isUndef() &&
              TRI.getCommonSubClass(MRI.getRegClass(Def->getOperand(I).getReg()), PieceRC))
            Piece = Def->getOperand(I).getReg();
        if (Piece)
          MRI.clearKillFlags(Piece);
        else
          Piece = CopyOf(PieceRC, Old, From);
      }
      Pieces.push_back({Piece, Idx});
    }
    New = MRI.createVirtualRegister(RC);
    MachineInstrBuilder B =
        BuildMI(MBB, At, DL, View.instrInfo().get(TargetOpcode::REG_SEQUENCE), New);
    for (auto [R, Idx] : Pieces)
      B.addReg(R).addImm(Idx);
  }
  if (!Found.Constant)
    MRI.clearKillFlags(C.R);
  MRI.clearKillFlags(Old);
  MO.setReg(New);
  MO.setSubReg(0);
  MO.setIsKill(false);
  View.eraseUnread(Old);
}

void LoopRewriter::commit() {
  MachineRegisterInfo &MRI = View.regInfo();
  MachineFunction &MF = View.function();
  for (const Accumulator::Use &U : Found.Entries)
    enter(U);
  // Sums that did not wrap may do so now, and debuggers would show them.
  for (const Accumulator::Step &S : Found.Steps)
    for (MachineInstr::MIFlag Flag :
         {MachineInstr::NoUWrap, MachineInstr::NoSWrap, MachineInstr::IsExact,
          MachineInstr::Disjoint, MachineInstr::NoUSWrap, MachineInstr::InBounds})
      S.N->MI->clearFlag(Flag);
  for (auto [R, Offset] : Found.Parts) {
    MRI.markUsesInDebugValueAsUndef(R);
    MRI.getVRegDef(R)->dropDebugNumber();
  }
  for (MachineOperand *End : Found.Ends) {
    MachineInstr &Add = *End->getParent();
    const Register Out = Add.getOperand(0).getReg();
    MRI.clearKillFlags(End->getReg());
    MachineInstr *Copy = BuildMI(*Add.getParent(), Add, Add.getDebugLoc(),
                                 View.instrInfo().get(TargetOpcode::COPY), Out)
                             .addReg(End->getReg(), {}, End->getSubReg());
    if (Add.peekDebugInstrNum())
      MF.substituteDebugValuesForInst(Add, *Copy, 1);
    Add.eraseFromParent();
  }
  if (Found.Addend.K == ValueRef::Reg)
    View.eraseUnread(Found.Addend.R);
  View.invalidate();
  Finder.forget();
}

} // namespace whittle
