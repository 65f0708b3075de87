//===- isa/ModelCost.cpp - What LLVM's scheduling model says ---------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/ModelCost.h"
#include "llvm/MC/MCInst.h"
#include "llvm/MC/MCInstrInfo.h"
#include "llvm/MC/MCRegisterInfo.h"
#include "llvm/MC/MCSubtargetInfo.h"

using namespace llvm;

namespace whittle {

/// The instruction on registers that all differ, for classes that depend on them.
static MCInst instance(const TargetIsa &Isa, const Row &R) {
  const MCInstrInfo &MII = Isa.instrInfo();
  const MCInstrDesc &D = MII.get(R.Opcode);
  MCInst I;
  I.setOpcode(R.Opcode);
  for (unsigned Op = 0; Op != D.getNumOperands(); ++Op) {
    int Tied = D.getOperandConstraint(Op, MCOI::TIED_TO);
    int Class = int(MII.getOpRegClassID(D.operands()[Op], 0));
    if (Tied >= 0) {
      I.addOperand(I.getOperand(unsigned(Tied)));
    } else if (Class >= 0) {
      const MCRegisterClass &RC = Isa.registerInfo().getRegClass(unsigned(Class));
      I.addOperand(MCOperand::createReg(RC.getRegister(std::min(Op, RC.getNumRegs() - 1u))));
    } else {
      I.addOperand(MCOperand::createImm(1));
    }
  }
  return I;
}

std::optional<ModelCost> modelCost(const TargetIsa &Isa, const Row &R, const MCSubtargetInfo &STI) {
  const MCSchedModel &SM = STI.getSchedModel();
  if (R.isGeneric() || !SM.hasInstrSchedModel() || !STI.checkFeatures(R.Features))
    return std::nullopt;
  MCInst I = instance(Isa, R);
  unsigned Class = Isa.instrInfo().get(R.Opcode).getSchedClass();
  const MCSchedClassDesc *Desc = SM.getSchedClassDesc(Class);
  while (Desc->isValid() && Desc->isVariant()) {
    Class = STI.resolveVariantSchedClass(Class, &I, &Isa.instrInfo(), SM.getProcessorID());
    Desc = SM.getSchedClassDesc(Class);
  }
  if (!Class || !Desc->isValid())
    return std::nullopt;
  return ModelCost{double(MCSchedModel::computeInstrLatency(STI, *Desc)),
                   MCSchedModel::getReciprocalThroughput(STI, *Desc)};
}

} // namespace whittle
