//===- passes/CountPass.cpp - How much of selected code has a meaning ------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/CountPass.h"
#include "llvm/CodeGen/MachineFunction.h"
#include "llvm/CodeGen/MachineFunctionPass.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"
#include "llvm/CodeGen/TargetInstrInfo.h"
#include "llvm/CodeGen/TargetRegisterInfo.h"
#include "llvm/CodeGen/TargetSubtargetInfo.h"
#include "llvm/Target/TargetMachine.h"

using namespace llvm;

namespace whittle {

namespace {
/// What an opcode is to the count.
struct OpcodeUse {
  enum Kind : uint8_t { Unknown, Plain, Row, Unfolds, Missing } K = Unknown;
  SmallVector<const whittle::Row *, 2> Rows = {}; ///< Row
  unsigned RegForm = 0;                           ///< Missing: what LLVM unfolds to
};

bool isOneOf(StringRef Name, ArrayRef<StringRef> List) { return is_contained(List, Name); }

/// x86: a load or store of a whole register, or a store of its low part.
bool isPlainX86(StringRef Name) {
  if (Name.starts_with("KMOV")) {
    Name.consume_back("_EVEX");
    return Name.ends_with("km") || Name.ends_with("mk");
  }
  if (isOneOf(Name, {"MMX_MOVQ64rm", "MMX_MOVQ64mr", "MMX_MOVNTQmr"}))
    return true;
  Name.consume_front("V");
  // Into the class of a scalar: nothing is zeroed above what is loaded.
  bool Scalar = Name.consume_back("_alt");
  bool Load = Name.consume_back("rm");
  if (!Load && !Name.consume_back("mr"))
    return false;
  for (StringRef Width : {"Z128", "Z256", "Z", "Y"})
    if (Name.consume_back(Width))
      break;
  if (Load && Scalar)
    return isOneOf(Name, {"MOVSH", "MOVSS", "MOVSD"});
  if (!Load && isOneOf(Name, {"MOVSH", "MOVSS", "MOVSD", "MOVLPS", "MOVLPD", "MOVPQI2QI",
                              "MOVPDI2DI", "MOVNTPS", "MOVNTPD", "MOVNTDQ"}))
    return true;
  return isOneOf(Name, {"MOVAPS", "MOVAPD", "MOVUPS", "MOVUPD", "MOVDQA", "MOVDQU", "MOVDQA32",
                        "MOVDQA64", "MOVDQU8", "MOVDQU16", "MOVDQU32", "MOVDQU64"}) ||
         (Load && isOneOf(Name, {"LDDQU", "MOVNTDQA"}));
}

/// AMDGPU: what moves between registers and memory. Vector instructions compute in
/// registers only, so that memory is leaves and sinks; but a load that keeps the
/// other half of its register also merges.
bool isPlainAMDGPU(StringRef Name, const MCInstrDesc &D) {
  static constexpr StringRef Units[] = {"GLOBAL_", "FLAT_",    "SCRATCH_", "BUFFER_",
                                        "DS_",     "TBUFFER_", "IMAGE_"};
  if (none_of(Units, [&](StringRef U) { return Name.starts_with(U); }) ||
      !(D.mayLoad() || D.mayStore()))
    return false;
  const bool Merges = Name.contains("_D16") && D.mayLoad() && !D.mayStore() &&
                      any_of(D.operands(), [](const MCOperandInfo &O) {
                        return O.Constraints & (1 << MCOI::TIED_TO);
                      });
  return !Merges;
}

class CountPass final : public MachineFunctionPass {
public:
  CountPass(const TargetIsa &Isa, SelectionCount &Into)
      : MachineFunctionPass(ID), Isa(Isa), X86(Isa.arch() == "x86_64"), Into(Into) {}

  StringRef getPassName() const override { return "Whittle count"; }
  void getAnalysisUsage(AnalysisUsage &AU) const override {
    AU.setPreservesAll();
    MachineFunctionPass::getAnalysisUsage(AU);
  }

  bool runOnMachineFunction(MachineFunction &MF) override {
    Expected<const TargetIsa *> Of = TargetIsa::forTriple(MF.getTarget().getTargetTriple().str());
    if (!Of) {
      consumeError(Of.takeError());
      return false;
    }
    if (*Of != &Isa)
      return false;
    const TargetInstrInfo &TII = *MF.getSubtarget().getInstrInfo();
    for (const MachineBasicBlock &MBB : MF)
      for (const MachineInstr &MI : MBB)
        if (isCounted(MI))
          count(MI, TII);
    return false;
  }

private:
  bool isCounted(const MachineInstr &MI) const {
    // Generic opcodes: copies, PHIs, debug values, inline assembly, labels, ..
    if (MI.getOpcode() <= TargetOpcode::GENERIC_OP_END || MI.isCall() || MI.isReturn())
      return false;
    const MachineFunction &MF = *MI.getMF();
    const TargetRegisterInfo &TRI = *MF.getSubtarget().getRegisterInfo();
    for (const MachineOperand &MO : MI.explicit_operands()) {
      if (!MO.isReg() || !MO.getReg())
        continue;
      const TargetRegisterClass *RC = MO.getReg().isVirtual()
                                          ? MF.getRegInfo().getRegClassOrNull(MO.getReg())
                                          : TRI.getMinimalPhysRegClass(MO.getReg());
      if (RC && holdsVectors(TRI.getRegClassName(RC)))
        return true;
    }
    return false;
  }

  /// By LLVM's names: x86's FR16X..VR512, VK1..VK64PAIR and TILE; AMDGPU's VGPR_32,
  /// VReg_64, AGPR_32, AReg_64, AV_32, ..
  bool holdsVectors(StringRef Class) const {
    return X86 ? Class.starts_with("FR") || Class.starts_with("VR") || Class.starts_with("VK") ||
                     Class.starts_with("TILE")
               : Class.starts_with("V") || Class.starts_with("A");
  }

  OpcodeUse classify(unsigned Opcode, const TargetInstrInfo &TII) const {
    StringRef Name = TII.getName(Opcode);
    const MCInstrDesc &D = TII.get(Opcode);
    if (X86 ? isPlainX86(Name) : isPlainAMDGPU(Name, D))
      return {OpcodeUse::Plain, {}};
    if (X86) {
      if (const Row *R = Isa.find(Name))
        return {OpcodeUse::Row, {R}};
    } else if (auto Rows = Isa.rowsOf(Opcode); !Rows.empty()) {
      return {OpcodeUse::Row, Rows};
    }
    OpcodeUse U{OpcodeUse::Missing, {}};
    if (D.mayLoad() || D.mayStore())
      for (bool Store : {false, true}) {
        unsigned RegForm = TII.getOpcodeAfterMemoryUnfold(Opcode, !Store, Store);
        if (!RegForm)
          continue;
        if (TII.get(RegForm).isMoveReg())
          return {OpcodeUse::Plain, {}};
        if (Isa.find(RegForm))
          return {OpcodeUse::Unfolds};
        U.RegForm = RegForm;
      }
    return U;
  }

  /// The row means \p MI only with the modifiers that it was written for.
  static bool fits(const Row &R, const MachineInstr &MI) {
    unsigned At = MI.getNumExplicitDefs();
    for (const OperandSpec &S : R.Uses) {
      const MachineOperand &MO = MI.getOperand(At);
      if (S.K == OperandSpec::Fixed && (!MO.isImm() || MO.getImm() != S.Value))
        return false;
      if (S.K == OperandSpec::Imm && MO.isImm() && S.ImmBits < 64 &&
          !isIntN(S.ImmBits, MO.getImm()) && !isUIntN(S.ImmBits, uint64_t(MO.getImm())))
        return false;
      At += S.K == OperandSpec::Mem ? 5 : 1; // an x86 address
    }
    return true;
  }

  void count(const MachineInstr &MI, const TargetInstrInfo &TII) {
    if (Uses.size() <= MI.getOpcode())
      Uses.resize(TII.getNumOpcodes());
    OpcodeUse &U = Uses[MI.getOpcode()];
    if (U.K == OpcodeUse::Unknown)
      U = classify(MI.getOpcode(), TII);
    if (U.K == OpcodeUse::Plain) {
      ++Into.PlainMoves;
      return;
    }
    ++Into.Instructions;
    if (U.K == OpcodeUse::Unfolds ||
        (U.K == OpcodeUse::Row && any_of(U.Rows, [&](const Row *R) { return fits(*R, MI); })))
      ++Into.WithMeaning;
    else {
      SelectionCount::MissingOpcode &M = Into.Missing[TII.getName(MI.getOpcode()).str()];
      ++M.Count;
      if (U.RegForm)
        M.RegForm = TII.getName(U.RegForm).str();
    }
  }

  static char ID;
  const TargetIsa &Isa;
  bool X86;
  SelectionCount &Into;
  std::vector<OpcodeUse> Uses; ///< by opcode
};
char CountPass::ID = 0;
} // namespace

MachineFunctionPass *createCountPass(const TargetIsa &Isa, SelectionCount &Into) {
  return new CountPass(Isa, Into);
}

} // namespace whittle
