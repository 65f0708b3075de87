//===- passes/ExecMask.cpp - Where EXEC is what it was at entry ------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/ExecMask.h"
#include "isa/Meaning.h"
#include "llvm/ADT/PostOrderIterator.h"
#include "llvm/CodeGen/MachineFunction.h"
#include "llvm/CodeGen/MachineInstr.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"
#include "llvm/CodeGen/TargetInstrInfo.h"
#include "llvm/CodeGen/TargetRegisterInfo.h"
#include "llvm/CodeGen/TargetSubtargetInfo.h"
#include "llvm/IR/Module.h"

using namespace llvm;

namespace whittle {

bool changesExec(const MachineInstr &MI) {
  const TargetRegisterInfo &TRI = *MI.getMF()->getSubtarget().getRegisterInfo();
  for (const MachineOperand &MO : MI.operands())
    if (MO.isReg() && MO.isDef() && MO.getReg().isPhysical() &&
        StringRef(TRI.getName(MO.getReg())).starts_with("EXEC"))
      return true;
  const TargetInstrInfo &TII = *MI.getMF()->getSubtarget().getInstrInfo();
  StringRef Name = TII.getName(MI.getOpcode());
  return Name.starts_with("SI_KILL") || Name.starts_with("SI_DEMOTE") ||
         Name.contains("INIT_EXEC") || Name.contains("WHOLE_WAVE");
}

bool usesWholeWaveModes(const MachineFunction &MF, OpcodeTable &Table) {
  const TargetInstrInfo &TII = *MF.getSubtarget().getInstrInfo();
  for (const MachineBasicBlock &MBB : MF)
    for (const MachineInstr &MI : MBB)
      if (Table.info(MI.getOpcode(), TII).WholeWave)
        return true;
  return false;
}

bool ExecMask::State::merge(const State &O) {
  if (!O.Reached)
    return false;
  bool Changed = !Reached || (O.Lost && !Lost);
  Reached = true;
  Lost |= O.Lost;
  for (unsigned R : O.Open)
    if (!is_contained(Open, R)) {
      Open.push_back(R);
      Changed = true;
    }
  return Changed;
}

void ExecMask::step(State &S, const MachineInstr &MI) {
  if (!changesExec(MI))
    return;
  StringRef Name = MI.getMF()->getSubtarget().getInstrInfo()->getName(MI.getOpcode());
  auto OpenMask = [&](Register R) {
    if (!is_contained(S.Open, R.id()))
      S.Open.push_back(R.id());
  };
  auto CloseMask = [&](Register R) { erase(S.Open, R.id()); };
  if (Name == "SI_IF") {
    OpenMask(MI.getOperand(0).getReg());
  } else if (Name == "SI_ELSE") {
    CloseMask(MI.getOperand(1).getReg());
    OpenMask(MI.getOperand(0).getReg());
  } else if (Name == "SI_LOOP") {
    OpenMask(MI.getOperand(0).getReg());
  } else if (Name == "SI_END_CF") {
    CloseMask(MI.getOperand(0).getReg());
  } else {
    S.Lost = true;
  }
}

void ExecMask::solve() {
  Solved = true;
  In.assign(MF.getNumBlockIDs(), State());
  In[unsigned(MF.front().getNumber())].Reached = true;
  ReversePostOrderTraversal<MachineFunction *> Order(&MF);
  for (bool Changed = true; Changed;) {
    Changed = false;
    for (MachineBasicBlock *MBB : Order) {
      State S = In[unsigned(MBB->getNumber())];
      for (const MachineInstr &MI : *MBB)
        step(S, MI);
      for (MachineBasicBlock *Succ : MBB->successors())
        Changed |= In[unsigned(Succ->getNumber())].merge(S);
    }
  }
}

bool ExecMask::isEntryExecAt(const MachineInstr &MI) {
  if (!Solved)
    solve();
  const MachineBasicBlock &MBB = *MI.getParent();
  State S = In[unsigned(MBB.getNumber())];
  if (!S.Reached)
    return false;
  for (const MachineInstr &Each : MBB) {
    if (&Each == &MI)
      break;
    step(S, Each);
  }
  return !S.Lost && S.Open.empty();
}

/// True if a matrix row's output in a lane depends on operand \p K of that lane
/// only, as an accumulator does.
static bool readsOwnLane(const Row &R, unsigned K) {
  LLVMContext Ctx;
  Module M("lanes", Ctx);
  Type *I32 = Type::getInt32Ty(Ctx);
  SmallVector<Type *, 8> Params(2, I32);
  Params.append(R.NumImms, Type::getInt64Ty(Ctx));
  Function *F = Function::Create(FunctionType::get(I32, Params, false),
                                 GlobalValue::ExternalLinkage, "element", M);
  IRBuilder<> B(BasicBlock::Create(Ctx, "", F));
  bool Own = true;
  Value *Lane = F->getArg(0);
  auto Read = [&](unsigned Op, Value *From, Value *) -> Value * {
    Own &= Op != K || From == Lane;
    return B.getInt32(0);
  };
  SmallVector<Value *, 6> Imms;
  for (Argument &A : drop_begin(F->args(), 2))
    Imms.push_back(&A);
  buildElement(B, R, Read, Lane, F->getArg(1), Imms);
  return Own;
}

bool lanesMayBeRead(Register R, MachineFunction &MF, OpcodeTable &Table,
                    ArrayRef<MachineInstr *> Inside) {
  const MachineRegisterInfo &MRI = MF.getRegInfo();
  const TargetInstrInfo &TII = *MF.getSubtarget().getInstrInfo();
  const TargetRegisterInfo &TRI = *MF.getSubtarget().getRegisterInfo();
  SmallVector<Register, 8> Todo{R};
  DenseSet<Register> Seen{R};
  while (!Todo.empty()) {
    Register Next = Todo.pop_back_val();
    for (const MachineOperand &MO : MRI.use_nodbg_operands(Next)) {
      const MachineInstr &User = *MO.getParent();
      if (is_contained(Inside, &User))
        continue;
      if (User.isCopyLike() || User.isPHI() || User.isRegSequence() || User.isInsertSubreg()) {
        Register To = User.getOperand(0).getReg();
        // A physical register carries an argument or a result: the callee's and
        // the caller's EXEC is this one.
        if (To.isVirtual() && Seen.insert(To).second)
          Todo.push_back(To);
        continue;
      }
      OpcodeInfo I = Table.info(User.getOpcode(), TII);
      if (I.R && I.R->isMatrix()) {
        unsigned K = 0, Op = 1;
        for (const OperandSpec &U : I.R->Uses) {
          if (&User.getOperand(Op++) == &MO)
            break;
          K += U.K == OperandSpec::Reg;
        }
        if (!readsOwnLane(*I.R, K))
          return true;
        Register To = User.getOperand(0).getReg();
        if (To.isVirtual() && Seen.insert(To).second)
          Todo.push_back(To);
        continue;
      }
      bool UnderExec = any_of(User.all_uses(), [&](const MachineOperand &Use) {
        return Use.getReg().isPhysical() &&
               StringRef(TRI.getName(Use.getReg())).starts_with("EXEC");
      });
      if (I.CrossLane || !UnderExec)
        return true;
    }
  }
  return false;
}

} // namespace whittle
