//===- passes/ConstantPool.cpp - Constants from memory on x86 --------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/ConstantPool.h"
#include "llvm/CodeGen/MachineConstantPool.h"
#include "llvm/CodeGen/MachineFunction.h"
#include "llvm/CodeGen/MachineInstrBuilder.h"
#include "llvm/CodeGen/MachineMemOperand.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"
#include "llvm/CodeGen/TargetInstrInfo.h"
#include "llvm/CodeGen/TargetRegisterInfo.h"
#include "llvm/CodeGen/TargetSubtargetInfo.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/Function.h"
#include "llvm/Target/TargetMachine.h"

using namespace llvm;

namespace whittle {

namespace {
struct LoadForm {
  unsigned Bits;
  StringRef Features, Opcode;
};
} // namespace

/// Aligned loads, EVEX before VEX before SSE; FR registers last.
static constexpr LoadForm LoadForms[] = {
    {512, "+avx512f", "VMOVDQA64Zrm"}, {256, "+avx512vl", "VMOVDQA64Z256rm"},
    {256, "+avx", "VMOVDQAYrm"},       {128, "+avx512vl", "VMOVDQA64Z128rm"},
    {128, "+avx", "VMOVDQArm"},        {128, "+sse2", "MOVDQArm"},
    {64, "+avx512f", "VMOVSDZrm_alt"}, {64, "+avx", "VMOVSDrm_alt"},
    {64, "+sse2", "MOVSDrm_alt"},      {32, "+avx512f", "VMOVSSZrm_alt"},
    {32, "+avx", "VMOVSSrm_alt"},      {32, "+sse", "MOVSSrm_alt"},
};

static MCRegister registerNamed(StringRef Name, const TargetRegisterInfo &TRI) {
  for (unsigned R = 1; R != TRI.getNumRegs(); ++R)
    if (TRI.getName(R) == Name)
      return R;
  return MCRegister();
}

/// The form that loads \p Bits in \p MF, or nullptr.
static const LoadForm *loadForm(unsigned Bits, const MachineFunction &MF,
                                const OpcodeTable &Table) {
  const CodeModel::Model Model = MF.getTarget().getCodeModel();
  if (Table.isa().arch() != "x86_64" || (Model != CodeModel::Small && Model != CodeModel::Medium))
    return nullptr;
  const LoadForm *Form = find_if(LoadForms, [&](const LoadForm &F) {
    return F.Bits == Bits && MF.getSubtarget().checkFeatures(F.Features);
  });
  return Form == std::end(LoadForms) ? nullptr : Form;
}

bool mayPoolConstant(unsigned Bits, const MachineFunction &MF, const OpcodeTable &Table) {
  return loadForm(Bits, MF, Table);
}

MachineInstr *loadPooledConstant(const APInt &C, MachineInstr &Before, const DebugLoc &DL,
                                 OpcodeTable &Table) {
  MachineFunction &MF = *Before.getMF();
  const TargetSubtargetInfo &STI = MF.getSubtarget();
  const TargetInstrInfo &TII = *STI.getInstrInfo();
  const TargetRegisterInfo &TRI = *STI.getRegisterInfo();
  const LoadForm *Form = loadForm(C.getBitWidth(), MF, Table);
  if (!Form)
    return nullptr;
  unsigned Opcode = Table.opcodeNamed(Form->Opcode, TII);
  MCRegister Rip = registerNamed("RIP", TRI);
  if (!Opcode || !Rip)
    return nullptr;

  SmallVector<uint32_t, 16> Words;
  for (unsigned At = 0; At != C.getBitWidth(); At += 32)
    Words.push_back(uint32_t(C.extractBitsAsZExtValue(32, At)));
  Align Alignment(C.getBitWidth() / 8);
  unsigned Index = MF.getConstantPool()->getConstantPoolIndex(
      ConstantDataVector::get(MF.getFunction().getContext(), Words), Alignment);
  MachineMemOperand *Memory =
      MF.getMachineMemOperand(MachinePointerInfo::getConstantPool(MF),
                              MachineMemOperand::MOLoad | MachineMemOperand::MODereferenceable |
                                  MachineMemOperand::MOInvariant,
                              LocationSize::precise(C.getBitWidth() / 8), Alignment);
  Register R = MF.getRegInfo().createVirtualRegister(
      TRI.getAllocatableClass(TII.getRegClass(TII.get(Opcode), 0)));
  return BuildMI(*Before.getParent(), Before, DL, TII.get(Opcode), R)
      .addReg(Rip)
      .addImm(1)
      .addReg(0)
      .addConstantPoolIndex(Index)
      .addReg(0)
      .addMemOperand(Memory);
}

} // namespace whittle
