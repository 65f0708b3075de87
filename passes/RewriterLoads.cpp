//===- passes/RewriterLoads.cpp - Loads stay where they stood --------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Rewriter.h"
#include "llvm/CodeGen/MachineFunction.h"
#include "llvm/CodeGen/MachineInstrBuilder.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"
#include "llvm/CodeGen/TargetInstrInfo.h"
#include "llvm/CodeGen/TargetRegisterInfo.h"

using namespace llvm;

namespace whittle {

/// The load that memory form V.MI folded, as an instruction in that one's
/// place: it must not move over a store.
Rewriter::Value Rewriter::unfoldLoad(const ValueRef &V) {
  Value Out;
  OpcodeInfo I = View.table().info(V.MI->getOpcode(), TII);
  // What a row reads from memory by itself is in no register.
  if (I.R->readsMemory())
    return Out;
  const TargetRegisterClass *RC = allocatable(I.R->Opcode, unsigned(I.LoadOperand));
  if (!RC)
    return Out;
  Register R = MRI.createVirtualRegister(RC);
  SmallVector<MachineInstr *, 4> Parts;
  if (!TII.unfoldMemoryOperand(MF, *V.MI, R, /*UnfoldLoad=*/true, /*UnfoldStore=*/false, Parts))
    return Out;
  bool IsLoad = Parts.size() == 2 && Parts[0]->mayLoad() && !Parts[0]->mayStore() &&
                Parts[0]->getNumExplicitDefs() == 1 && Parts[0]->getOperand(0).getReg() == R;
  for (unsigned K = IsLoad ? 1 : 0; K < Parts.size(); ++K)
    MF.deleteMachineInstr(Parts[K]);
  if (!IsLoad)
    return Out;
  // Address registers stay in use where they were used.
  for (const MachineOperand &MO : Parts[0]->uses())
    if (MO.isReg() && MO.getReg().isVirtual())
      MRI.clearKillFlags(MO.getReg());
  Parts[0]->setDebugLoc(V.MI->getDebugLoc());
  V.MI->getParent()->insert(MachineBasicBlock::iterator(V.MI), Parts[0]);
  Parts[0]->clearKillInfo();
  Loads.push_back(made(Parts[0]));
  Out.R = R;
  Out.Bits = V.Ty.Bits;
  return Out;
}

/// A target node that reads memory is the source instruction that does, done
/// again in that one's place with its address: it never moves over a store, and
/// it reads no more than before. Its other operands must be there already.
bool Rewriter::emitLoad(unsigned Index) {
  const Node &N = Target.Nodes[Index];
  const Row &R = *Plan.Rows[Index];
  MachineInstr *Old = M.Leaves[N.Ops[unsigned(R.MemUse)]].Whole.MI;
  const MCInstrDesc &D = TII.get(R.Opcode);
  const TargetRegisterClass *DefRC = allocatable(R.Opcode, 0);
  if (!Old || Old->getOpcode() != R.Opcode || !DefRC)
    return false;
  SmallVector<Register, 4> Regs;
  unsigned OpIdx = 1, In = 0, Imm = 0;
  for (const OperandSpec &U : R.Uses) {
    OpIdx += U.K == OperandSpec::Mem ? 4 : 0;
    if (U.K == OperandSpec::Reg) {
      const ValueRef &V = M.Leaves[N.Ops[In]].Whole;
      const TargetRegisterClass *RC = TII.getRegClass(D, OpIdx);
      MachineInstr *Def = V.K == ValueRef::Reg ? MRI.getVRegDef(V.R) : nullptr;
      if (!Def || V.SubReg || !RC || !MRI.constrainRegClass(V.R, RC))
        return false;
      if (Def->getParent() == M.Block &&
          none_of(make_range(M.Block->begin(), MachineBasicBlock::iterator(Old)),
                  [&](const MachineInstr &Each) { return &Each == Def; }))
        return false;
      MRI.clearKillFlags(V.R);
      Regs.push_back(V.R);
    }
    In += U.K == OperandSpec::Reg || U.K == OperandSpec::Mem;
    ++OpIdx;
  }
  Register To = MRI.createVirtualRegister(DefRC);
  MachineInstrBuilder B = BuildMI(*M.Block, Old, Old->getDebugLoc(), D, To);
  unsigned At = 1;
  In = 0;
  for (const OperandSpec &U : R.Uses) {
    if (U.K == OperandSpec::Mem) {
      for (unsigned K = 0; K != 5; ++K)
        B.add(Old->getOperand(At + K));
      At += 5;
      continue;
    }
    if (U.K == OperandSpec::Reg)
      B.addReg(Regs[In++]);
    else
      B.addImm(U.K == OperandSpec::Fixed ? U.Value : N.Imms[Imm++]);
    ++At;
  }
  B.cloneMemRefs(*Old);
  for (const MachineOperand &MO : B->uses())
    if (MO.isReg() && MO.getReg().isVirtual())
      MRI.clearKillFlags(MO.getReg());
  NodeMI[Index] = made(B);
  Loads.push_back(B);
  Nodes[Index].R = To;
  Nodes[Index].Bits = N.Ty.Bits;
  return true;
}

} // namespace whittle
