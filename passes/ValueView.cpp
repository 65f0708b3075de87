//===- passes/ValueView.cpp - MachineIR as values and rows -----------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/ValueView.h"
#include "llvm/CodeGen/MachineFunction.h"
#include "llvm/CodeGen/MachineInstr.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"
#include "llvm/CodeGen/TargetInstrInfo.h"
#include "llvm/CodeGen/TargetRegisterInfo.h"
#include "llvm/CodeGen/TargetSubtargetInfo.h"
#include "llvm/IR/Function.h"

using namespace llvm;

namespace whittle {

/// Copies and pieces looked through for one operand.
static constexpr unsigned MaxChain = 64;

/// Rows that round do it as programs start: a function may be compiled for other
/// modes, or for code that changes or looks at them.
static bool roundsByDefault(const Function &F) {
  return !F.hasFnAttribute(Attribute::StrictFP) &&
         F.getDenormalMode(APFloat::IEEEsingle()) == DenormalMode::getIEEE() &&
         F.getDenormalMode(APFloat::IEEEdouble()) == DenormalMode::getIEEE();
}

/// AMDGPU: IEEE and DX10_CLAMP are off in shaders and by attribute; and code may
/// set MODE itself.
static bool keepsMode(const MachineFunction &MF, const TargetRegisterInfo &TRI) {
  const Function &F = MF.getFunction();
  auto Off = [&](StringRef Name) {
    Attribute A = F.getFnAttribute(Name);
    return A.isValid() && A.getValueAsString() == "false";
  };
  static constexpr CallingConv::ID Compute[] = {CallingConv::AMDGPU_KERNEL,
                                                CallingConv::SPIR_KERNEL, CallingConv::C,
                                                CallingConv::Fast, CallingConv::Cold};
  if (Off("amdgpu-ieee") || Off("amdgpu-dx10-clamp") || !is_contained(Compute, F.getCallingConv()))
    return false;
  for (const MachineBasicBlock &MBB : MF)
    for (const MachineInstr &MI : MBB)
      for (const MachineOperand &MO : MI.implicit_operands())
        if (MO.isReg() && MO.isDef() && MO.getReg().isPhysical() &&
            StringRef(TRI.getName(MO.getReg())) == "MODE")
          return false;
  return true;
}

bool ValueView::roundsAsRowsDo() {
  if (!DefaultRounding)
    DefaultRounding = roundsByDefault(MF.getFunction()) && (!AMDGPU || keepsMode(MF, TRI));
  return *DefaultRounding;
}

ValueView::ValueView(MachineFunction &MF, OpcodeTable &Table)
    : MF(MF), Table(Table), MRI(MF.getRegInfo()), TII(*MF.getSubtarget().getInstrInfo()),
      TRI(*MF.getSubtarget().getRegisterInfo()), AMDGPU(Table.isa().arch() == "amdgcn"),
      WaveSize(AMDGPU && MF.getSubtarget().checkFeatures("+wavefrontsize32") ? 32 : 64) {
  Table.enter(MF.getSubtarget());
}

void ValueView::eraseUnread(Register R) {
  SmallVector<Register, 8> Todo{R};
  while (!Todo.empty()) {
    Register Next = Todo.pop_back_val();
    if (!Next.isVirtual() || !MRI.use_nodbg_empty(Next))
      continue;
    MachineInstr *Def = MRI.getVRegDef(Next);
    if (!Def || Def->isPHI() || !Def->isDead(MRI))
      continue;
    MRI.markUsesInDebugValueAsUndef(Next);
    for (const MachineOperand &MO : Def->all_uses())
      Todo.push_back(MO.getReg());
    Def->eraseFromParent();
  }
}

void ValueView::invalidate() {
  Nodes.clear();
  Constants.clear();
  Facts.clear();
}

unsigned ValueView::offsetOf(unsigned SubReg) const {
  return SubReg ? TRI.getSubRegIdxOffset(SubReg) : 0;
}

std::optional<ValueType> ValueView::typeOf(Register R, unsigned SubReg) const {
  if (!R.isVirtual())
    return std::nullopt;
  const TargetRegisterClass *RC = MRI.getRegClassOrNull(R);
  if (!RC)
    return std::nullopt;
  std::optional<ValueType> T = Table.typeOf(*RC);
  if (!T || !SubReg)
    return T;
  unsigned Bits = TRI.getSubRegIdxSize(SubReg), Offset = TRI.getSubRegIdxOffset(SubReg);
  // The low byte and word of a general register are values, AH and its like are
  // not; a vector register has no part that LLVM names below 128 bits.
  bool LowPart = (T->Kind == RegKind::Gpr && !Offset && (Bits == 8 || Bits == 16)) ||
                 (T->Kind == RegKind::Lane && Bits == 16); // halves of a VGPR
  if (T->Kind == RegKind::Mask || (!LowPart && (Bits % 32 || Offset % 32)) ||
      Offset + Bits > T->Bits || (T->Kind == RegKind::Vec && Bits < 128))
    return std::nullopt;
  T->Bits = uint16_t(Bits);
  return T;
}

/// An SGPR may be read where lanes are expected: the same value in each; or as one
/// bit for each lane of a wave of that many.
static bool readsAs(ValueType Have, ValueType Want) {
  return Have == Want ||
         (Have.Kind == RegKind::Sgpr && Want.Kind == RegKind::Lane &&
          (Have.Bits == Want.Bits || (Want.isLaneMask() && (Have.Bits == 32 || Have.Bits == 64))));
}

/// The immediate fits what the row reads of it.
static bool fits(int64_t Imm, const OperandSpec &U) {
  return U.ImmBits >= 64 || isIntN(U.ImmBits, Imm) || isUIntN(U.ImmBits, uint64_t(Imm));
}

/// Whether an immediate in operand \p In of \p R is read as the same bits
/// everywhere. In packed and mixed operands that depends on the generation.
static bool takesImmediate(const Row &R, ValueType Want, int64_t Value) {
  StringRef Name = R.opcodeName();
  if (Name.starts_with("V_PK_") || Name.starts_with("V_DOT2") || Name.contains("_MIX"))
    return Value == 0;
  // A literal for a 64-bit operand may be extended in more than one way.
  // In a tuple of registers a 0 is 0 in all of them.
  return Want.Bits == 32 || Want.Bits == 16 || Value == 0 ||
         (Want.Bits == 64 && Value >= -16 && Value <= 64);
}

bool ValueView::isTransparentCopy(const MachineInstr &MI, const MachineBasicBlock *Reader) const {
  if (!MI.isCopy() || MI.getOperand(0).getSubReg())
    return false;
  const MachineOperand &Src = MI.getOperand(1);
  if (Src.isUndef() || !Src.getReg().isVirtual() || (AMDGPU && MI.getParent() != Reader))
    return false;
  std::optional<ValueType> To = typeOf(MI.getOperand(0).getReg()),
                           From = typeOf(Src.getReg(), Src.getSubReg());
  return To && From && readsAs(*From, *To);
}

/// True if a part of the REG_SEQUENCE or INSERT_SUBREG is unspecified. Where
/// LLVM tracks sub-registers, two reads of such a part may differ.
static bool hasUndefPart(const MachineInstr &Def, const MachineRegisterInfo &MRI) {
  if (Def.isInsertSubreg())
    return true;
  if (!Def.isRegSequence())
    return false;
  for (unsigned I = 1; I + 1 < Def.getNumOperands(); I += 2) {
    const MachineOperand &Piece = Def.getOperand(I);
    const MachineInstr *D = Piece.getReg().isVirtual() ? MRI.getVRegDef(Piece.getReg()) : nullptr;
    for (unsigned Depth = 0; D && D->isCopy() && Depth < MaxChain; ++Depth) {
      const MachineOperand &Src = D->getOperand(1);
      if (Src.isUndef())
        return true;
      D = Src.getReg().isVirtual() ? MRI.getVRegDef(Src.getReg()) : nullptr;
    }
    if (Piece.isUndef() || (D && D->isImplicitDef()))
      return true;
  }
  return false;
}

ValueRef ValueView::resolve(Register R, unsigned SubReg, ValueType Want,
                            const MachineBasicBlock *Reader) const {
  ValueRef Out;
  ValueRef Unspecified;
  Unspecified.K = ValueRef::Undef;
  Unspecified.Ty = Want;
  for (unsigned Depth = 0; Depth != MaxChain; ++Depth) {
    if (!R.isVirtual())
      return Out;
    MachineInstr *Def = MRI.getVRegDef(R);
    if (!Def || Def->isImplicitDef())
      return Unspecified;
    if (Def->isCopy() && Def->getOperand(1).isUndef())
      return Unspecified;
    if (isTransparentCopy(*Def, Reader)) {
      const MachineOperand &Src = Def->getOperand(1);
      SubReg = TRI.composeSubRegIndices(Src.getSubReg(), SubReg);
      R = Src.getReg();
      continue;
    }
    if (Def->isRegSequence() && SubReg && (!AMDGPU || Def->getParent() == Reader)) {
      unsigned Offset = TRI.getSubRegIdxOffset(SubReg), Bits = TRI.getSubRegIdxSize(SubReg);
      bool Moved = false;
      for (unsigned I = 1; I + 1 < Def->getNumOperands() && !Moved; I += 2) {
        const MachineOperand &Piece = Def->getOperand(I);
        unsigned Idx = unsigned(Def->getOperand(I + 1).getImm());
        unsigned From = TRI.getSubRegIdxOffset(Idx), Size = TRI.getSubRegIdxSize(Idx);
        if (Offset < From || Offset + Bits > From + Size)
          continue;
        if (Piece.isUndef())
          return Unspecified;
        std::optional<ValueType> PieceTy = typeOf(Piece.getReg(), Piece.getSubReg()),
                                 WholeTy = typeOf(R, Idx);
        if (!PieceTy || !WholeTy || PieceTy->Bits != Size)
          break;
        if (!readsAs(*PieceTy, *WholeTy))
          break;
        unsigned Inner = 0;
        if (Bits != Size) {
          const TargetRegisterClass *RC = MRI.getRegClass(Piece.getReg());
          Inner = Table.subRegIndex(*RC, Offset - From + offsetOf(Piece.getSubReg()), Bits, TRI);
          if (!Inner)
            break;
        } else {
          Inner = Piece.getSubReg();
        }
        R = Piece.getReg();
        SubReg = Inner;
        Moved = true;
      }
      if (Moved)
        continue;
    }
    std::optional<ValueType> T = typeOf(R, SubReg);
    if (!T || !readsAs(*T, Want))
      return Out;
    if (AMDGPU && hasUndefPart(*Def, MRI))
      return Out;
    Out.K = ValueRef::Reg;
    Out.R = R;
    Out.SubReg = SubReg;
    Out.Ty = Want;
    return Out;
  }
  return Out;
}

ValueRef ValueView::part(const ValueRef &V, unsigned Offset, ValueType Ty,
                         const MachineBasicBlock *Reader) const {
  if (V.K != ValueRef::Reg)
    return {};
  unsigned Idx =
      Table.subRegIndex(*MRI.getRegClass(V.R), Offset + offsetOf(V.SubReg), Ty.Bits, TRI);
  return Idx ? resolve(V.R, Idx, Ty, Reader) : ValueRef();
}

const NodeView *ValueView::node(MachineInstr &MI) {
  auto [It, New] = Nodes.try_emplace(&MI);
  if (New) {
    auto N = std::make_unique<NodeView>();
    // fillNode may ask for other nodes: look the entry up again.
    if (fillNode(MI, *N))
      Nodes[&MI] = std::move(N);
    return Nodes[&MI].get();
  }
  return It->second.get();
}

/// True if what \p MI gives is a mask of lanes rather than a number: it is made of
/// masks, or read as one.
bool ValueView::holdsLaneMask(const MachineInstr &MI) {
  for (const MachineOperand &MO : MI.explicit_uses()) {
    MachineInstr *Def =
        MO.isReg() && MO.getReg().isVirtual() ? MRI.getVRegDef(MO.getReg()) : nullptr;
    const NodeView *N = Def && !Def->isPHI() ? node(*Def) : nullptr;
    if (N && N->R->Def.isLaneMask())
      return true;
  }
  for (const MachineOperand &MO : MRI.use_nodbg_operands(MI.getOperand(0).getReg())) {
    const MachineInstr &User = *MO.getParent();
    OpcodeInfo I = Table.info(User.getOpcode(), TII);
    const unsigned At = MO.getOperandNo();
    if (I.R && At >= I.R->NumDefs && At - I.R->NumDefs < I.R->Uses.size() &&
        I.R->Uses[At - I.R->NumDefs].Ty.isLaneMask())
      return true;
  }
  return false;
}

/// A copy of a mask to a general register is the move that it becomes.
bool ValueView::fillCopy(MachineInstr &MI, NodeView &N) {
  const MachineOperand &Def = MI.getOperand(0), &Src = MI.getOperand(1);
  if (AMDGPU || !Def.getReg().isVirtual() || Def.getSubReg() || !Src.getReg().isVirtual() ||
      Src.isUndef())
    return false;
  std::optional<ValueType> To = typeOf(Def.getReg()), From = typeOf(Src.getReg(), Src.getSubReg());
  const Row *R = To && From ? Table.moveBetween(*To, *From) : nullptr;
  ValueRef V = R ? resolve(Src.getReg(), Src.getSubReg(), *From, MI.getParent()) : ValueRef();
  if (!V)
    return false;
  N.MI = &MI;
  N.R = R;
  N.Ops.push_back(V);
  return true;
}

bool ValueView::fillNode(MachineInstr &MI, NodeView &N) {
  if (MI.isCopy())
    return fillCopy(MI, N);
  OpcodeInfo Info = Table.info(MI.getOpcode(), TII);
  if (!Info.R || MI.isBundled())
    return false;
  if (Info.Rows.size() < 2)
    return fillNode(MI, Info, *Info.R, N);
  // Logic on scalars that are masks is another row than on numbers.
  const bool HasMaskRow = any_of(
      Info.Rows, [](const Row *R) { return R->Def.isLaneMask() && R->Off == OffLanes::Computed; });
  const bool Masks = HasMaskRow && holdsLaneMask(MI);
  for (const Row *R : Info.Rows) {
    if (HasMaskRow && R->Def.isLaneMask() != Masks)
      continue;
    NodeView Attempt;
    if (fillNode(MI, Info, *R, Attempt)) {
      N = std::move(Attempt);
      return true;
    }
  }
  return false;
}

bool ValueView::fillNode(MachineInstr &MI, const OpcodeInfo &Info, const Row &R, NodeView &N) {
  if (R.ReadsMXCSR && !roundsAsRowsDo())
    return false;
  if (MI.getNumExplicitOperands() < R.NumDefs || !R.NumDefs)
    return false;
  const MachineOperand &Def = MI.getOperand(R.DefIndex);
  if (!Def.isReg() || !Def.getReg().isVirtual() || Def.getSubReg())
    return false;
  std::optional<ValueType> DefTy = typeOf(Def.getReg());
  if (R.Def.isLaneMask() ? !DefTy || DefTy->Kind != RegKind::Sgpr || DefTy->Bits != WaveSize
                         : DefTy != R.Def)
    return false;
  // A second result (a carry) must be dead, and so must EFLAGS, SCC and any other
  // register that it writes.
  for (unsigned I = 0; I != R.NumDefs; ++I) {
    const MachineOperand &Other = MI.getOperand(I);
    if (I != R.DefIndex &&
        (!Other.isReg() || !Other.getReg().isVirtual() || !MRI.use_nodbg_empty(Other.getReg())))
      return false;
  }
  for (const MachineOperand &MO : MI.implicit_operands())
    if (MO.isReg() && MO.isDef() && !MO.isDead())
      return false;
  if (Info.LoadOperand >= 0 && (MI.hasOrderedMemoryRef() || MI.mayStore()))
    return false;

  N.MI = &MI;
  N.R = &R;
  unsigned Op = R.NumDefs, In = 0;
  bool Masked = false;
  for (const OperandSpec &U : R.Uses) {
    Masked |= U.K == OperandSpec::Reg && U.Ty.Kind == RegKind::Mask;
    if (int(Op) == Info.LoadOperand) {
      if (U.K != (R.readsMemory() ? OperandSpec::Mem : OperandSpec::Reg))
        return false;
      ValueRef V;
      V.K = ValueRef::Load;
      V.MI = &MI;
      V.Ty = U.Ty;
      N.Ops.push_back(V);
      ++In;
      Op += 5; // base, scale, index, displacement, segment
      continue;
    }
    if (Op >= MI.getNumExplicitOperands())
      return false;
    const MachineOperand &MO = MI.getOperand(Op++);
    if (U.K != OperandSpec::Reg) {
      if (!MO.isImm() || (U.K == OperandSpec::Fixed && MO.getImm() != U.Value))
        return false;
      if (U.K == OperandSpec::Imm) {
        // Of one bit, LLVM writes 1 or -1 for the same.
        if (AMDGPU && !fits(MO.getImm(), U))
          return false;
        N.Imms.push_back(AMDGPU && U.ImmBits < 64
                             ? int64_t(uint64_t(MO.getImm()) & ((uint64_t(1) << U.ImmBits) - 1))
                             : MO.getImm());
      }
      continue;
    }
    ValueType Want = R.Ins[In++];
    ValueRef V;
    if (MO.isImm()) {
      V.K = ValueRef::Imm;
      V.Value = MO.getImm();
      V.Ty = Want;
      if (!AMDGPU || Want.isLaneMask() || !takesImmediate(R, Want, V.Value))
        return false;
    } else if (!MO.isReg()) {
      return false;
    } else if (MO.isUndef()) {
      V.K = ValueRef::Undef;
      V.Ty = Want;
    } else {
      V = resolve(MO.getReg(), MO.getSubReg(), Want, MI.getParent());
      if (std::optional<APInt> C;
          !V && AMDGPU && Want == ValueType{RegKind::Lane, 16} && (C = scalarHalf(MO))) {
        V.K = ValueRef::Imm;
        V.Value = C->getSExtValue();
        V.Ty = Want;
      }
    }
    if (!V)
      return false;
    N.Ops.push_back(V);
  }
  if (Op != MI.getNumExplicitOperands())
    return false;
  // A masked load suppresses faults: seen as a full load only if it reads a
  // constant of ours.
  if (Info.LoadOperand >= 0 && Masked && !R.readsMemory())
    for (const ValueRef &V : N.Ops)
      if (V.K == ValueRef::Load && !constant(V))
        return false;
  return true;
}

const NodeView *ValueView::producer(const ValueRef &V, const MachineBasicBlock *Block) {
  if (V.K != ValueRef::Reg || V.SubReg)
    return nullptr;
  MachineInstr *Def = MRI.getVRegDef(V.R);
  if (!Def || (AMDGPU && Def->getParent() != Block))
    return nullptr;
  const NodeView *N = node(*Def);
  // What was loaded there may be something else here.
  if (N && Def->getParent() != Block &&
      (N->R->readsMemory() ||
       any_of(N->Ops, [&](const ValueRef &Op) { return Op.K == ValueRef::Load && !constant(Op); })))
    return nullptr;
  // A number that is read as a mask is a value of its own.
  return N && N->R->Def.Bits == V.Ty.Bits && readsAs(N->R->Def, V.Ty) ? N : nullptr;
}

MachineInstr *ValueView::concat(const ValueRef &V, const MachineBasicBlock *Block,
                                SmallVectorImpl<ValueRef> &Pieces) const {
  if (V.K != ValueRef::Reg || V.SubReg)
    return nullptr;
  MachineInstr *Def = MRI.getVRegDef(V.R);
  if (!Def || Def->getParent() != Block || !Def->isRegSequence() || Def->getOperand(0).getSubReg())
    return nullptr;
  SmallVector<std::pair<unsigned, ValueRef>, 16> Found;
  unsigned Sum = 0;
  for (unsigned I = 1; I + 1 < Def->getNumOperands(); I += 2) {
    const MachineOperand &Piece = Def->getOperand(I);
    unsigned Idx = unsigned(Def->getOperand(I + 1).getImm());
    ValueType Ty = V.Ty;
    Ty.Bits = uint16_t(TRI.getSubRegIdxSize(Idx));
    if (Piece.isUndef())
      return nullptr;
    ValueRef P = resolve(Piece.getReg(), Piece.getSubReg(), Ty, Block);
    if (!P || P.K == ValueRef::Undef)
      return nullptr;
    Found.push_back({TRI.getSubRegIdxOffset(Idx), P});
    Sum += Ty.Bits;
  }
  if (Sum != V.Ty.Bits)
    return nullptr;
  llvm::sort(Found, [](const auto &A, const auto &B) { return A.first < B.first; });
  for (auto &[Offset, P] : Found)
    Pieces.push_back(P);
  return Def;
}

bool ValueView::onlyReadBy(Register R, const SmallPtrSetImpl<MachineInstr *> &Set,
                           const MachineBasicBlock *Block) const {
  // A register, and the part of it that holds the value; no bits: all of it.
  struct Item {
    Register R;
    unsigned Offset = 0, Bits = 0;
  };
  SmallVector<Item, 4> Todo{{R}};
  while (!Todo.empty()) {
    Item I = Todo.pop_back_val();
    for (MachineOperand &MO : MRI.use_nodbg_operands(I.R)) {
      const unsigned Sub = MO.getSubReg(), Offset = offsetOf(Sub),
                     Bits = Sub ? TRI.getSubRegIdxSize(Sub) : 0;
      if (I.Bits && Sub && (Offset >= I.Offset + I.Bits || I.Offset >= Offset + Bits))
        continue;
      MachineInstr &User = *MO.getParent();
      if (Set.contains(&User))
        continue;
      const bool Exactly = I.Bits ? Sub && Offset == I.Offset && Bits == I.Bits : !Sub;
      if (isTransparentCopy(User, Block)) {
        if (!I.Bits || Exactly)
          Todo.push_back({User.getOperand(0).getReg()});
        else if (!Sub)
          Todo.push_back({User.getOperand(0).getReg(), I.Offset, I.Bits});
        else
          return false;
        continue;
      }
      // A tuple of which this part is read by those of the set only.
      if (!AMDGPU || !User.isRegSequence() || User.getParent() != Block || !Exactly)
        return false;
      const unsigned Idx = unsigned(User.getOperand(MO.getOperandNo() + 1).getImm());
      Todo.push_back(
          {User.getOperand(0).getReg(), TRI.getSubRegIdxOffset(Idx), TRI.getSubRegIdxSize(Idx)});
    }
  }
  return true;
}

void ValueView::readers(Register R, unsigned Offset, unsigned Bits, const MachineBasicBlock *Block,
                        SmallVectorImpl<MachineInstr *> &Out) const {
  auto Add = [&](MachineInstr &MI) {
    if (MI.getParent() == Block && !is_contained(Out, &MI))
      Out.push_back(&MI);
  };
  // A register to look at, and the part of it that is asked for.
  struct Item {
    Register R;
    unsigned Offset, Bits;
  };
  SmallVector<Item, 8> Todo{{R, Offset, Bits}};
  for (unsigned Steps = 0; !Todo.empty() && Steps < 4096; ++Steps) {
    Item I = Todo.pop_back_val();
    for (MachineOperand &MO : MRI.use_nodbg_operands(I.R)) {
      unsigned Sub = MO.getSubReg();
      unsigned SubBits = Sub ? TRI.getSubRegIdxSize(Sub) : 0, SubOffset = offsetOf(Sub);
      MachineInstr &User = *MO.getParent();
      if (!I.Bits && Sub)
        continue;
      if (isTransparentCopy(User, Block)) {
        if (!Sub)
          Todo.push_back({User.getOperand(0).getReg(), I.Offset, I.Bits});
        else if (SubOffset == I.Offset && SubBits == I.Bits)
          Todo.push_back({User.getOperand(0).getReg(), 0, 0});
        continue;
      }
      if (I.Bits ? (Sub && SubOffset == I.Offset && SubBits == I.Bits) : !Sub)
        Add(User);
    }
  }
}

} // namespace whittle
