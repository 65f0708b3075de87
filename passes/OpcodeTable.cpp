//===- passes/OpcodeTable.cpp - What an opcode is to the passes ------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/OpcodeTable.h"
#include "isa/Meaning.h"
#include "llvm/CodeGen/TargetInstrInfo.h"
#include "llvm/CodeGen/TargetRegisterInfo.h"
#include "llvm/MC/MCSubtargetInfo.h"

using namespace llvm;

namespace whittle {

void OpcodeTable::enter(const MCSubtargetInfo &Now) {
  STI = &Now;
  if (Isa.arch() != "amdgcn" || (!Infos.empty() && Features == Now.getFeatureBits()))
    return;
  Features = Now.getFeatureBits();
  Infos.clear();
  RowLists.clear();
}

bool OpcodeTable::has(const MCSubtargetInfo &STI, const Row &R) {
  const bool OneSize = R.isMatrix() || R.OneWaveSize;
  return (R.Features.empty() || STI.checkFeatures(R.Features)) &&
         (!OneSize || STI.checkFeatures("+wavefrontsize32") == (R.WaveLanes == 32));
}

/// X86InstrInfo::copyPhysReg: of the mask's class nothing is asked. Copies to masks are
/// leaves: with the move in the window, proofs about masks get much harder.
SmallVector<const Row *, 4> OpcodeTable::maskMoves() const {
  SmallVector<const Row *, 4> Rows;
  for (StringRef Name : MaskMoves)
    if (const Row *R = Isa.find(Name))
      Rows.push_back(R);
  return Rows;
}

const Row *OpcodeTable::moveBetween(ValueType To, ValueType From) const {
  for (const Row *R : maskMoves())
    if (R->Def == To && R->Ins[0] == From && STI && has(*STI, *R))
      return R;
  return nullptr;
}

OpcodeInfo OpcodeTable::info(unsigned Opcode, const TargetInstrInfo &TII) {
  auto [It, New] = Infos.try_emplace(Opcode);
  if (New)
    fill(It->second, Opcode, TII);
  return It->second;
}

static bool hasAny(StringRef Name, ArrayRef<StringRef> Parts) {
  return any_of(Parts, [&](StringRef P) { return Name.contains(P); });
}

static OpcodeInfo::ConstKind x86ConstKind(StringRef Name) {
  if (Name == "MOV32r0")
    return OpcodeInfo::Zero;
  if (Name == "MOV8ri" || Name == "MOV16ri" || Name == "MOV32ri" || Name == "MOV64ri" ||
      Name == "MOV64ri32")
    return OpcodeInfo::MovOperand;
  // Loads of an element that is the whole of an FR register.
  for (StringRef Scalar : {"MOVSSrm_alt", "MOVSDrm_alt", "VMOVSSrm_alt", "VMOVSDrm_alt",
                           "VMOVSSZrm_alt", "VMOVSDZrm_alt", "VMOVSHZrm_alt"})
    if (Name == Scalar)
      return OpcodeInfo::LoadPlain;
  // Masked and zero-extending loads (VMOVQI2PQIrm, MOVSSrm, ..rmk, ..rmkz) are
  // not whole registers and are left out on purpose.
  if (!Name.consume_back("rm"))
    return OpcodeInfo::NotConst;
  Name.consume_front("V");
  for (StringRef Width : {"Z128", "Z256", "Z", "Y"})
    if (Name.consume_back(Width))
      break;
  for (StringRef Plain : {"MOVDQA", "MOVDQU", "MOVDQA32", "MOVDQA64", "MOVDQU8", "MOVDQU16",
                          "MOVDQU32", "MOVDQU64", "MOVAPS", "MOVAPD", "MOVUPS", "MOVUPD", "LDDQU"})
    if (Name == Plain)
      return OpcodeInfo::LoadPlain;
  if (Name.starts_with("BROADCAST") || Name.starts_with("PBROADCAST"))
    return OpcodeInfo::LoadBroadcast;
  return OpcodeInfo::NotConst;
}

static void fillAMDGPU(OpcodeInfo &I, StringRef Name) {
  for (StringRef Mov :
       {"S_MOV_B32", "S_MOV_B64", "S_MOV_B64_IMM_PSEUDO", "V_MOV_B32_e32", "V_MOV_B32_e64",
        "V_MOV_B64_PSEUDO", "S_MOVK_I32", "V_ACCVGPR_WRITE_B32_e64", "AV_MOV_B32_IMM_PSEUDO"})
    if (Name == Mov)
      I.Const = OpcodeInfo::MovOperand;
  if (Name == "V_MOV_B16_t16_e64")
    I.Const = OpcodeInfo::MovModified;
  I.WholeWave = hasAny(
      Name, {"WWM", "WQM", "STRICT_", "SET_INACTIVE", "INIT_EXEC", "WHOLE_WAVE", "INIT_WHOLE"});
  // V_CMP and carry-outs write zeros for lanes that are off: they read none.
  I.CrossLane = I.WholeWave || hasAny(Name, {"LANE", "PERM", "DPP", "dpp", "SWIZZLE", "MFMA",
                                             "SMFMAC", "WMMA", "SWMMAC", "INTERP", "BALLOT",
                                             "MOVREL", "INDIRECT", "DS_GWS", "DS_ADD_GS"});
  // V_PERM_B32 permutes bytes of one lane.
  if (Name.starts_with("V_PERM_B32"))
    I.CrossLane = false;
}

void OpcodeTable::fill(OpcodeInfo &I, unsigned Opcode, const TargetInstrInfo &TII) {
  if (Isa.arch() == "amdgcn") {
    auto &List = RowLists.emplace_back();
    for (const Row *R : Isa.rowsOf(Opcode))
      if (R->inWindows() && (!STI || has(*STI, *R)))
        List.push_back(R);
    I.Rows = List;
    I.R = List.empty() ? nullptr : List.front();
  } else {
    I.R = Isa.find(Opcode);
  }
  if (I.R && I.R->readsMemory()) {
    const auto *At =
        find_if(I.R->Uses, [](const OperandSpec &U) { return U.K == OperandSpec::Mem; });
    I.LoadOperand = 1 + int(At - I.R->Uses.begin());
  } else if (!I.R && TII.get(Opcode).mayLoad()) {
    unsigned LoadIndex = 0;
    unsigned RegForm = TII.getOpcodeAfterMemoryUnfold(Opcode, /*UnfoldLoad=*/true,
                                                      /*UnfoldStore=*/false, &LoadIndex);
    // What a plain load gives is a leaf, not a move of one.
    if (RegForm && !TII.get(RegForm).isMoveReg())
      I.R = Isa.find(RegForm);
    if (I.R)
      I.LoadOperand = int(LoadIndex);
  }
  if (I.R && !I.R->inWindows()) {
    I.R = nullptr;
    I.LoadOperand = -1;
  }
  StringRef Name = TII.getName(Opcode);
  if (Isa.arch() == "amdgcn")
    fillAMDGPU(I, Name);
  else
    I.Const = x86ConstKind(Name);
  if (I.Const == OpcodeInfo::LoadPlain)
    I.R = nullptr;
  if (I.R && I.LoadOperand < 0 && I.R->Ins.empty() && !I.R->NumImms && !I.R->isWave())
    I.Const = OpcodeInfo::RowConstant;
}

unsigned OpcodeTable::opcodeNamed(StringRef Name, const TargetInstrInfo &TII) {
  auto [It, New] = Named.try_emplace(Name, 0);
  if (New)
    for (unsigned Op = 0, E = TII.getNumOpcodes(); Op != E && !It->second; ++Op)
      if (TII.getName(Op) == Name)
        It->second = Op;
  return It->second;
}

std::optional<ValueType> OpcodeTable::typeOf(const TargetRegisterClass &RC) {
  if (Types.size() <= RC.getID())
    Types.resize(RC.getID() + 1);
  auto &[Known, T] = Types[RC.getID()];
  if (!Known) {
    Known = true;
    T = Isa.typeOfRegClass(RC.getID());
  }
  return T;
}

const APInt &OpcodeTable::rowConstant(const Row &R) {
  auto It = RowConstants.find(&R);
  if (It != RowConstants.end())
    return It->second;
  Window W;
  W.Isa = &Isa;
  Node N;
  N.R = &R;
  N.Ty = R.Def;
  W.Source.Nodes.push_back(N);
  W.Source.Outputs.push_back(0);
  KnownBits K = knownBits(W);
  assert(K.isConstant() && "a row without operands is a constant");
  return RowConstants.try_emplace(&R, K.getConstant()).first->second;
}

ArrayRef<const Row *> OpcodeTable::constantRows() {
  if (!ConstRowsKnown) {
    ConstRowsKnown = true;
    for (const Row &R : Isa.rows())
      if (R.Ins.empty() && !R.NumImms && !R.isWave())
        ConstRows.push_back(&R);
  }
  return ConstRows;
}

unsigned OpcodeTable::subRegIndex(const TargetRegisterClass &RC, unsigned Offset, unsigned Bits,
                                  const TargetRegisterInfo &TRI) {
  for (unsigned Idx = 1, E = TRI.getNumSubRegIndices(); Idx != E; ++Idx)
    if (TRI.getSubRegIdxOffset(Idx) == Offset && TRI.getSubRegIdxSize(Idx) == Bits &&
        TRI.getSubClassWithSubReg(&RC, Idx))
      return Idx;
  return 0;
}

} // namespace whittle
