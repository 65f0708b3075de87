//===- passes/Rewriter.cpp - Emitting a rule's target ----------------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Rewriter.h"
#include "passes/ConstantPool.h"
#include "llvm/CodeGen/MachineFunction.h"
#include "llvm/CodeGen/MachineInstrBuilder.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"
#include "llvm/CodeGen/TargetInstrInfo.h"
#include "llvm/CodeGen/TargetOpcodes.h"
#include "llvm/CodeGen/TargetRegisterInfo.h"
#include "llvm/CodeGen/TargetSubtargetInfo.h"
#include <map>

using namespace llvm;

namespace whittle {

Rewriter::Rewriter(ValueView &View, Legality &Legal, const Match &M, const RewritePlan &Plan)
    : View(View), Legal(Legal), M(M), Plan(Plan), W(M.window()), Target(M.rule().Target),
      MF(View.function()), MRI(View.regInfo()), TII(View.instrInfo()), TRI(View.targetRegInfo()),
      DL(M.output(0)->getDebugLoc()) {
  Leaves.resize(W.numLeaves());
  Nodes.resize(Target.Nodes.size());
  NodeMI.resize(Target.Nodes.size());
}

MachineInstr *Rewriter::made(MachineInstr *MI) {
  New.push_back(MI);
  return MI;
}

/// A class for new registers in the place of an opcode's operand.
const TargetRegisterClass *Rewriter::allocatable(unsigned Opcode, unsigned Operand) const {
  const TargetRegisterClass *RC = TII.getRegClass(TII.get(Opcode), Operand);
  return RC ? TRI.getAllocatableClass(RC) : nullptr;
}

Register Rewriter::copyTo(const TargetRegisterClass *RC, Register R, unsigned SubReg) {
  RC = TRI.getAllocatableClass(RC);
  if (!RC)
    return Register();
  Register To = MRI.createVirtualRegister(RC);
  made(BuildMI(*M.Block, Plan.Before, DL, TII.get(TargetOpcode::COPY), To).addReg(R, {}, SubReg));
  return To;
}

//===----------------------------------------------------------------------===//
// Leaves
//===----------------------------------------------------------------------===//

Rewriter::Value Rewriter::refValue(const ValueRef &V) {
  Value Out;
  Out.Bits = V.Ty.Bits;
  switch (V.K) {
  case ValueRef::Reg:
    Out.R = V.R;
    Out.SubReg = V.SubReg;
    // It may be read further down than before.
    MRI.clearKillFlags(V.R);
    return Out;
  case ValueRef::Load:
    return unfoldLoad(V);
  case ValueRef::Imm:
    if (std::optional<APInt> C = View.constant(V))
      return constantValue(*C, V.Ty);
    return Out;
  case ValueRef::None:
  case ValueRef::Undef:
    return Out;
  }
  return Out;
}

Rewriter::Value Rewriter::leafValue(unsigned Id) {
  Value &Known = Leaves[Id];
  if (Known.valid())
    return Known;
  const Leaf &L = W.Leaves[Id];
  const LeafBinding &B = M.Leaves[Id];
  Value Out;
  if (L.Choice) {
    // Fresh for the one read that the target may make.
    const TargetRegisterClass *RC = nullptr;
    for (const TargetRegisterClass *C : TRI.regclasses())
      if (!RC && C->isAllocatable() && View.table().typeOf(*C) == L.Ty)
        RC = C;
    if (!RC)
      return Out;
    Out.R = MRI.createVirtualRegister(RC);
    Out.Bits = L.Ty.Bits;
    made(BuildMI(*M.Block, Plan.Before, DL, TII.get(TargetOpcode::IMPLICIT_DEF), Out.R));
    return Out;
  }
  // What the scalar unit is to read may have been seen as a constant of lanes.
  auto Read = [&](const ValueRef &V) {
    std::optional<APInt> C;
    if (L.Ty.Kind == RegKind::Sgpr &&
        (V.K != ValueRef::Reg || View.typeOf(V.R)->Kind != RegKind::Sgpr))
      C = View.constant(V);
    return C ? constantValue(*C, {RegKind::Sgpr, V.Ty.Bits}) : refValue(V);
  };
  if (B.Whole) {
    Out = Read(B.Whole);
    // A constant in a place that cannot be read again is made anew.
    if (!Out.valid() && L.Const)
      Out = constantValue(*L.Const, L.Ty);
  } else if (L.Const) {
    Out = constantValue(*L.Const, L.Ty);
  } else if (!B.Parts.empty()) {
    unsigned Sum = 0;
    for (const auto &[Offset, V] : B.Parts) {
      Value P = Read(V);
      if (!P.valid())
        return Value();
      Out.Pieces.push_back({Offset, std::move(P)});
      Sum += V.Ty.Bits;
    }
    // The rest of the tuple is not known to the source.
    if (Sum != L.Ty.Bits)
      return Value();
    llvm::sort(Out.Pieces, [](const Piece &A, const Piece &B) { return A.Offset < B.Offset; });
    Out.Bits = L.Ty.Bits;
  }
  return Known = std::move(Out);
}

//===----------------------------------------------------------------------===//
// Constants
//===----------------------------------------------------------------------===//

Rewriter::Value Rewriter::constantValue(const APInt &C, ValueType Ty) {
  Value Out;
  Out.Bits = Ty.Bits;
  auto Move = [&](StringRef Name, int64_t Imm) -> Register {
    unsigned Opcode = View.table().opcodeNamed(Name, TII);
    const TargetRegisterClass *RC = Opcode ? allocatable(Opcode, 0) : nullptr;
    if (!RC)
      return Register();
    Register R = MRI.createVirtualRegister(RC);
    made(BuildMI(*M.Block, Plan.Before, DL, TII.get(Opcode), R).addImm(Imm));
    return R;
  };
  switch (Ty.Kind) {
  case RegKind::Lane:
  case RegKind::Sgpr: {
    if (Ty.isLaneMask()) {
      const bool Wave32 = MF.getSubtarget().checkFeatures("+wavefrontsize32");
      Out.R = Move(Wave32 ? "S_MOV_B32" : "S_MOV_B64", C.isZero() ? 0 : -1);
      return Out;
    }
    if (Ty.Bits == 16) {
      // As selection makes it: later passes take it for an immediate.
      const unsigned Opcode = View.table().opcodeNamed("V_MOV_B16_t16_e64", TII);
      const TargetRegisterClass *RC = Opcode ? allocatable(Opcode, 0) : nullptr;
      if (!RC)
        return Value();
      Out.R = MRI.createVirtualRegister(RC);
      made(BuildMI(*M.Block, Plan.Before, DL, TII.get(Opcode), Out.R)
               .addImm(0)
               .addImm(C.getSExtValue())
               .addImm(0));
      return Out;
    }
    StringRef Name = Ty.Kind == RegKind::Lane ? "V_MOV_B32_e32" : "S_MOV_B32";
    if (Ty.Bits == 32) {
      Out.R = Move(Name, C.getSExtValue());
      return Out;
    }
    std::map<uint32_t, Register> Made;
    for (unsigned At = 0; At != Ty.Bits; At += 32) {
      uint32_t Word = uint32_t(C.extractBitsAsZExtValue(32, At));
      Register &R = Made[Word];
      if (!R)
        R = Move(Name, int32_t(Word));
      if (!R)
        return Value();
      Value P;
      P.R = R;
      P.Bits = 32;
      Out.Pieces.push_back({At, P});
    }
    return Out;
  }
  case RegKind::Gpr:
    Out.R = Move("MOV" + std::to_string(Ty.Bits) + "ri", C.getSExtValue());
    return Out;
  case RegKind::Vec:
  case RegKind::Mask:
    for (const Row *R : View.table().constantRows())
      if (R->Def == Ty && !R->DefsFlags && Legal.isAvailable(*R) &&
          View.table().rowConstant(*R) == C) {
        Out.R = MRI.createVirtualRegister(allocatable(R->Opcode, 0));
        made(BuildMI(*M.Block, Plan.Before, DL, TII.get(R->Opcode), Out.R));
        return Out;
      }
    if (MachineInstr *Load = Ty.Kind == RegKind::Vec
                                 ? loadPooledConstant(C, *Plan.Before, DL, View.table())
                                 : nullptr)
      Out.R = made(Load)->getOperand(0).getReg();
    return Out;
  case RegKind::Flags: // no program's values
  case RegKind::Tile:
    break;
  }
  return Value();
}

//===----------------------------------------------------------------------===//
// Values in registers
//===----------------------------------------------------------------------===//

Rewriter::Value Rewriter::extract(const Value &V, unsigned Offset, uint16_t Bits) {
  Value Out;
  if (V.R.isValid()) {
    unsigned Idx = View.table().subRegIndex(*MRI.getRegClass(V.R), Offset + View.offsetOf(V.SubReg),
                                            Bits, TRI);
    if (Idx) {
      Out.R = V.R;
      Out.SubReg = Idx;
      Out.Bits = Bits;
    }
    return Out;
  }
  for (const auto &[At, P] : V.Pieces) {
    if (At == Offset && P.Bits == Bits)
      return P;
    if (At <= Offset && Offset + Bits <= At + P.Bits)
      return extract(P, Offset - At, Bits);
  }
  return Out;
}

Register Rewriter::inClass(const Value &V, const TargetRegisterClass *RC) {
  if (!V.valid() || !RC)
    return Register();
  if (!V.Pieces.empty())
    return sequence(V, RC);
  if (!V.SubReg && MRI.constrainRegClass(V.R, RC))
    return V.R;
  return copyTo(RC, V.R, V.SubReg);
}

Register Rewriter::sequence(const Value &V, const TargetRegisterClass *RC) {
  // The registers of one tuple in order are that tuple.
  Register From = V.Pieces[0].V.R;
  bool InOrder = From.isValid();
  unsigned First = InOrder ? View.offsetOf(V.Pieces[0].V.SubReg) : 0;
  for (const auto &[Offset, P] : V.Pieces)
    InOrder &=
        P.Pieces.empty() && P.R == From && P.SubReg && View.offsetOf(P.SubReg) == First + Offset;
  if (InOrder) {
    Value Whole;
    Whole.R = From;
    Whole.Bits = V.Bits;
    if (TRI.getRegSizeInBits(*MRI.getRegClass(From)) == V.Bits)
      return inClass(Whole, RC);
    Whole = extract(Whole, First, V.Bits);
    if (Whole.valid())
      return inClass(Whole, RC);
  }
  RC = TRI.getAllocatableClass(RC);
  if (!RC)
    return Register();
  SmallVector<std::pair<Register, unsigned>, 16> Parts;
  for (const auto &[Offset, P] : V.Pieces) {
    unsigned Idx = View.table().subRegIndex(*RC, Offset, P.Bits, TRI);
    const TargetRegisterClass *PartRC = Idx ? TRI.getSubRegisterClass(RC, Idx) : nullptr;
    if (!PartRC)
      return Register();
    Register R;
    // Pieces keep their class where it fits: constraining them gains nothing.
    if (P.R.isValid() && !P.SubReg && TRI.getCommonSubClass(MRI.getRegClass(P.R), PartRC))
      R = P.R;
    else
      R = inClass(P, PartRC);
    if (!R)
      return Register();
    Parts.push_back({R, Idx});
  }
  Register To = MRI.createVirtualRegister(RC);
  MachineInstrBuilder B =
      BuildMI(*M.Block, Plan.Before, DL, TII.get(TargetOpcode::REG_SEQUENCE), To);
  for (auto [R, Idx] : Parts)
    B.addReg(R).addImm(Idx);
  made(B);
  return To;
}

//===----------------------------------------------------------------------===//
// Nodes
//===----------------------------------------------------------------------===//

/// True if \p V holds a matrix result: all its lanes have a value, which a copy
/// under EXEC would lose in some.
bool Rewriter::holdsMatrixResult(const Value &V) const {
  if (!V.Pieces.empty())
    return any_of(V.Pieces, [&](const Piece &P) { return holdsMatrixResult(P.V); });
  const MachineInstr *Def = V.R.isVirtual() ? MRI.getVRegDef(V.R) : nullptr;
  if (!Def)
    return false;
  OpcodeInfo I = View.table().info(Def->getOpcode(), TII);
  return I.R && I.R->isMatrix();
}

/// Bits of a short field that the row does not read are another's (op_sel of the
/// result in source modifiers), and what was proved holds for those it reads. Short
/// constants of the scalar unit are signed.
static int64_t immediate(int64_t Value, const OperandSpec &U, const Row &R) {
  if (U.ImmBits == 16 && R.Def.Kind == RegKind::Sgpr)
    return SignExtend64<16>(uint64_t(Value));
  return U.ImmBits < 8 ? Value & ((1 << U.ImmBits) - 1) : Value;
}

bool Rewriter::emitNode(unsigned Index) {
  const Node &N = Target.Nodes[Index];
  auto Operand = [&](unsigned Id) {
    return Id < W.numLeaves() ? leafValue(Id) : Nodes[Id - W.numLeaves()];
  };
  Value &Out = Nodes[Index];
  Out.Bits = N.Ty.Bits;
  if (N.R->Generic == GenericOp::Extract) {
    Out = extract(Operand(N.Ops[0]), unsigned(N.Imms[0]), N.Ty.Bits);
    return Out.valid();
  }
  if (N.R->Generic == GenericOp::Concat) {
    unsigned At = 0;
    for (unsigned Id : N.Ops) {
      Value P = Operand(Id);
      if (!P.valid())
        return false;
      P.Bits = W.typeOf(Target, Id).Bits;
      At += P.Bits;
      Out.Pieces.push_back({At - P.Bits, std::move(P)});
    }
    return true;
  }
  const Row &R = *Plan.Rows[Index];
  if (R.readsMemory())
    return emitLoad(Index);
  const MCInstrDesc &D = TII.get(R.Opcode);
  const TargetRegisterClass *DefRC = allocatable(R.Opcode, 0);
  if (!DefRC)
    return false;
  SmallVector<Register, 4> Regs;
  unsigned OpIdx = R.NumDefs, In = 0, Imm = 0;
  for (const OperandSpec &U : R.Uses) {
    if (U.K == OperandSpec::Reg) {
      Value V = Operand(N.Ops[In++]);
      Register Reg = inClass(V, TII.getRegClass(D, OpIdx));
      bool Same = V.Pieces.empty() ? Reg == V.R
                                   : all_of(V.Pieces, [&](const Piece &P) { return P.V.R == Reg; });
      if (!Reg || (R.isWave() && !Same && holdsMatrixResult(V)))
        return false;
      Regs.push_back(Reg);
    }
    ++OpIdx;
  }
  Out.R = MRI.createVirtualRegister(DefRC);
  auto Build = [&] {
    MachineInstrBuilder B = BuildMI(*M.Block, Plan.Before, DL, D, Out.R);
    for (unsigned I = 1; I != R.NumDefs; ++I)
      if (const TargetRegisterClass *RC = allocatable(R.Opcode, I))
        B.addReg(MRI.createVirtualRegister(RC), RegState::Define | RegState::Dead);
    In = Imm = 0;
    for (const OperandSpec &U : R.Uses)
      if (U.K == OperandSpec::Reg)
        B.addReg(Regs[In++]);
      else
        B.addImm(U.K == OperandSpec::Fixed ? U.Value : immediate(N.Imms[Imm++], U, R));
    return B.getInstr();
  };
  MachineInstr *MI = Build();
  StringRef Why;
  if (View.isAMDGPU() && !TII.verifyInstruction(*MI, Why)) {
    // One scalar too many for the constant bus, most likely: scalars to lanes.
    MI->eraseFromParent();
    for (auto [K, Reg] : enumerate(Regs))
      if (R.Ins[K].Kind == RegKind::Lane && View.typeOf(Reg) &&
          View.typeOf(Reg)->Kind == RegKind::Sgpr)
        if (const TargetRegisterClass *RC = TRI.getAllocatableClass(
                TII.getRegClass(TII.get(View.table().opcodeNamed("V_MOV_B32_e32", TII)), 0));
            RC && R.Ins[K].Bits == 32)
          Reg = copyTo(RC, Reg, 0);
    MI = Build();
  }
  NodeMI[Index] = made(MI);
  return TII.verifyInstruction(*MI, Why);
}

/// Flags that a new instruction writes must be dead behind it. All that write
/// some stand right in front of Plan.Before.
Obstacle Rewriter::checkMade() {
  for (MachineInstr *MI : New)
    for (MachineOperand &MO : MI->implicit_operands()) {
      if (!MO.isReg() || !MO.isDef() || MO.isDead())
        continue;
      // Far enough to see the whole of any real block.
      if (M.Block->computeRegisterLiveness(&TRI, MO.getReg(),
                                           MachineBasicBlock::iterator(Plan.Before),
                                           1u << 16) != MachineBasicBlock::LQR_Dead)
        return Obstacle::Flags;
    }
  for (MachineInstr *MI : New)
    for (MachineOperand &MO : MI->implicit_operands())
      if (MO.isReg() && MO.isDef())
        MO.setIsDead();
  return Obstacle::None;
}

bool Rewriter::outputs() {
  SmallVector<unsigned, 4> Taken;
  for (unsigned I = 0; I != Target.Outputs.size(); ++I) {
    unsigned Id = Target.Outputs[I];
    const TargetRegisterClass *Old = MRI.getRegClass(M.output(I)->getOperand(0).getReg());
    Register R;
    if (Id >= W.numLeaves() && NodeMI[Id - W.numLeaves()] && !is_contained(Taken, Id)) {
      Register Def = NodeMI[Id - W.numLeaves()]->getOperand(0).getReg();
      if (TRI.getCommonSubClass(Old, MRI.getRegClass(Def))) {
        R = Def;
        Taken.push_back(Id);
      }
    }
    if (!R) {
      Value V = Id < W.numLeaves() ? leafValue(Id) : Nodes[Id - W.numLeaves()];
      if (!V.valid())
        return false;
      // A register of its own: others may name the value as well.
      if (V.Pieces.empty()) {
        R = copyTo(Old, V.R, V.SubReg);
      } else {
        R = sequence(V, Old);
        if (R)
          R = copyTo(Old, R, 0);
      }
    }
    if (!R)
      return false;
    NewOutputs.push_back(R);
  }
  return true;
}

Obstacle Rewriter::emit() {
  for (unsigned I = 0; I != Target.Nodes.size(); ++I)
    if (Plan.Live[I] && !emitNode(I))
      return Obstacle::Illegal;
  if (!outputs())
    return Obstacle::Illegal;
  return checkMade();
}

void Rewriter::rollback() {
  for (MachineInstr *MI : reverse(New))
    MI->eraseFromParent();
  New.clear();
}

//===----------------------------------------------------------------------===//
// Replacing the source
//===----------------------------------------------------------------------===//

void Rewriter::eraseSource() {
  SmallVector<Register, 16> Freed, Inner;
  SmallVector<MachineInstr *, 8> Outputs;
  for (unsigned I = 0; I != NewOutputs.size(); ++I) {
    MachineInstr *Old = M.output(I), *Made = MRI.getVRegDef(NewOutputs[I]);
    Outputs.push_back(Old);
    if (Old->peekDebugInstrNum())
      MF.substituteDebugValuesForInst(*Old, *Made, 1);
    // Debug values between the old place and the new one come too early.
    Register R = Old->getOperand(0).getReg();
    SmallVector<MachineInstr *, 4> Early;
    for (MachineInstr &Each : make_range(MachineBasicBlock::iterator(Old), M.Block->end())) {
      if (&Each == Plan.Before) {
        for (MachineInstr *Value : Early)
          Value->setDebugValueUndef();
        break;
      }
      if (Each.isDebugValue() && Each.hasDebugOperandForReg(R))
        Early.push_back(&Each);
    }
  }
  for (MachineInstr *MI : M.NodeMI) {
    if (!MI || !Plan.Matched.contains(MI) || Plan.Stay.contains(MI))
      continue;
    for (const MachineOperand &MO : MI->all_uses())
      Freed.push_back(MO.getReg());
    if (!is_contained(Outputs, MI))
      Inner.push_back(MI->getOperand(0).getReg());
  }
  for (Register R : Inner)
    MRI.markUsesInDebugValueAsUndef(R);
  SmallPtrSet<MachineInstr *, 16> Erased;
  for (MachineInstr *MI : M.NodeMI)
    if (MI && !Plan.Stay.contains(MI) && Erased.insert(MI).second) {
      Register R = MI->getOperand(0).getReg();
      bool IsOutput = is_contained(Outputs, MI);
      // Inner values are read by copies that die with them.
      if (!IsOutput) {
        Freed.push_back(R);
        // And by tuples that live on for their other registers.
        BuildMI(*MI->getParent(), MI, DL, TII.get(TargetOpcode::IMPLICIT_DEF), R);
      }
      MI->eraseFromParent();
    }
  // Copies of erased results that only erased instructions read.
  for (Register R : Inner)
    for (MachineInstr &Copy : make_early_inc_range(MRI.use_instructions(R)))
      if (Copy.isCopy() && MRI.use_nodbg_empty(Copy.getOperand(0).getReg()))
        Freed.push_back(Copy.getOperand(0).getReg());
  for (Register R : Freed)
    View.eraseUnread(R);
}

/// Sequences of all registers of one tuple, in order, become copies of it.
void Rewriter::tidySequences() {
  if (!View.isAMDGPU())
    return;
  SmallVector<MachineInstr *, 4> Sequences;
  for (unsigned I = 0; I != NewOutputs.size(); ++I)
    for (MachineInstr &User : MRI.use_nodbg_instructions(NewOutputs[I]))
      if (User.isRegSequence() && User.getParent() == M.Block && !is_contained(Sequences, &User))
        Sequences.push_back(&User);
  for (MachineInstr *MI : Sequences) {
    Register Tuple, To = MI->getOperand(0).getReg();
    bool InOrder = !MI->getOperand(0).getSubReg();
    unsigned Bits = 0;
    SmallVector<Register, 16> Freed;
    for (unsigned K = 1; K + 1 < MI->getNumOperands() && InOrder; K += 2) {
      unsigned Idx = unsigned(MI->getOperand(K + 1).getImm());
      std::optional<ValueType> Whole = View.typeOf(To);
      ValueType Ty{Whole ? Whole->Kind : RegKind::Lane, uint16_t(TRI.getSubRegIdxSize(Idx))};
      ValueRef V =
          View.resolve(MI->getOperand(K).getReg(), MI->getOperand(K).getSubReg(), Ty, M.Block);
      InOrder = V.K == ValueRef::Reg && V.SubReg == Idx && (!Tuple || Tuple == V.R);
      Tuple = V.R;
      Bits += Ty.Bits;
      Freed.push_back(MI->getOperand(K).getReg());
    }
    if (!InOrder || !Tuple || View.typeOf(Tuple) != View.typeOf(To) ||
        Bits != View.typeOf(To)->Bits)
      continue;
    MRI.clearKillFlags(Tuple);
    BuildMI(*M.Block, MI, MI->getDebugLoc(), TII.get(TargetOpcode::COPY), To).addReg(Tuple);
    MI->eraseFromParent();
    for (Register R : Freed)
      View.eraseUnread(R);
  }
}

void Rewriter::commit() {
  auto Made = find_if(New, [&](MachineInstr *MI) { return !is_contained(Loads, MI); });
  MachineInstr *First = Made == New.end() ? Plan.Before : *Made;
  for (MachineInstr *MI : Plan.Hoist) {
    for (const MachineOperand &MO : MI->all_uses())
      if (MO.getReg().isVirtual())
        MRI.clearKillFlags(MO.getReg());
    MI->moveBefore(First);
  }
  SmallVector<Register, 2> Old;
  for (unsigned I = 0; I != NewOutputs.size(); ++I)
    Old.push_back(M.output(I)->getOperand(0).getReg());
  eraseSource();
  for (unsigned I = 0; I != NewOutputs.size(); ++I) {
    // Readers keep the register that they name.
    const TargetRegisterClass *RC = MRI.getRegClass(NewOutputs[I]);
    [[maybe_unused]] const TargetRegisterClass *Common = MRI.constrainRegClass(Old[I], RC);
    assert(Common && "outputs were checked for a common class");
    MRI.replaceRegWith(NewOutputs[I], Old[I]);
    MRI.clearKillFlags(Old[I]);
    NewOutputs[I] = Old[I];
  }
  View.invalidate();
  tidySequences();
  View.invalidate();
}

} // namespace whittle
