//===- passes/ValueFacts.cpp - Constants and known bits of values ----------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Constants count wherever in the function they were made. Known bits come
// from the last few rows that made a value.
//
//===----------------------------------------------------------------------===//

#include "isa/Meaning.h"
#include "passes/ValueView.h"
#include "passes/WindowBuilder.h"
#include "llvm/CodeGen/MachineConstantPool.h"
#include "llvm/CodeGen/MachineFunction.h"
#include "llvm/CodeGen/MachineInstr.h"
#include "llvm/CodeGen/MachineMemOperand.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"
#include "llvm/CodeGen/TargetInstrInfo.h"
#include "llvm/CodeGen/TargetRegisterInfo.h"
#include "llvm/CodeGen/TargetSubtargetInfo.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/Function.h"

using namespace llvm;

namespace whittle {

/// Copies, moves and sequences between a read and its constant.
static constexpr unsigned MaxConstantDepth = 8;
/// Rows looked at for the facts of one value.
static constexpr unsigned MaxFactNodes = 6;

std::optional<APInt> constantBits(const Constant &C) {
  Type *T = C.getType();
  if (auto *CI = dyn_cast<ConstantInt>(&C); CI && !T->isVectorTy())
    return CI->getValue();
  if (auto *CF = dyn_cast<ConstantFP>(&C); CF && !T->isVectorTy())
    return CF->getValueAPF().bitcastToAPInt();
  auto *VT = dyn_cast<FixedVectorType>(T);
  if (!VT) {
    auto *AT = dyn_cast<ArrayType>(T);
    if (!AT)
      return std::nullopt;
  }
  unsigned N = VT ? VT->getNumElements() : unsigned(cast<ArrayType>(T)->getNumElements());
  Type *Elt = VT ? VT->getElementType() : cast<ArrayType>(T)->getElementType();
  unsigned Bits = unsigned(Elt->getPrimitiveSizeInBits());
  if (!Bits || Bits % 8 || !N)
    return std::nullopt;
  APInt All(N * Bits, 0);
  for (unsigned I = 0; I != N; ++I) {
    Constant *E = C.getAggregateElement(I);
    std::optional<APInt> V = E ? constantBits(*E) : std::nullopt;
    if (!V || V->getBitWidth() != Bits)
      return std::nullopt;
    All.insertBits(*V, I * Bits);
  }
  return All;
}

std::optional<APInt> ValueView::loadedConstant(const MachineInstr &MI, unsigned Address,
                                               unsigned Bits, bool Broadcast) const {
  // $rip or nothing, 1, $noreg, constant-pool entry, $noreg.
  if (MI.getNumExplicitOperands() < Address + 5 || !MI.hasOneMemOperand())
    return std::nullopt;
  const MachineOperand &Base = MI.getOperand(Address), &Index = MI.getOperand(Address + 2),
                       &Disp = MI.getOperand(Address + 3), &Segment = MI.getOperand(Address + 4);
  if (!Disp.isCPI() || !Base.isReg() || Base.getReg().isVirtual() || !Index.isReg() ||
      Index.getReg() || !Segment.isReg() || Segment.getReg())
    return std::nullopt;
  const MachineConstantPoolEntry &E =
      MF.getConstantPool()->getConstants()[unsigned(Disp.getIndex())];
  if (E.isMachineConstantPoolEntry())
    return std::nullopt;
  LocationSize Size = (*MI.memoperands_begin())->getSizeInBits();
  if (!Size.hasValue() || Size.isScalable())
    return std::nullopt;
  unsigned Read = unsigned(Size.getValue().getFixedValue());
  if (!Read || Bits % Read || (Read != Bits && !Broadcast))
    return std::nullopt;
  std::optional<APInt> C = constantBits(*E.Val.ConstVal);
  uint64_t Offset = uint64_t(Disp.getOffset()) * 8;
  if (!C || Disp.getOffset() < 0 || Offset + Read > C->getBitWidth())
    return std::nullopt;
  return APInt::getSplat(Bits, C->extractBits(Read, unsigned(Offset)));
}

std::optional<APInt> ValueView::constant(const ValueRef &V) {
  switch (V.K) {
  case ValueRef::None:
  case ValueRef::Undef:
    return std::nullopt;
  case ValueRef::Imm:
    return APInt(V.Ty.Bits, uint64_t(V.Value), /*isSigned=*/true, /*implicitTrunc=*/true);
  case ValueRef::Load: {
    OpcodeInfo I = Table.info(V.MI->getOpcode(), TII);
    // Both `rm` and `rmb` (`m`, `mb`) unfold to one row; only the latter repeats
    // what it reads.
    StringRef Name = TII.getName(V.MI->getOpcode());
    bool Broadcast = any_of(ArrayRef<StringRef>{"rmb", "Zmb", "Z128mb", "Z256mb"},
                            [&](StringRef Form) { return Name.contains(Form); });
    return loadedConstant(*V.MI, unsigned(I.LoadOperand), V.Ty.Bits, Broadcast);
  }
  case ValueRef::Reg: {
    std::optional<APInt> C = constantOfReg(V.R, V.SubReg, 0);
    if (C && V.Ty.isLaneMask())
      return C->isZero() || C->isAllOnes() ? std::optional(C->trunc(1)) : std::nullopt;
    return C && C->getBitWidth() == V.Ty.Bits ? C : std::nullopt;
  }
  }
  return std::nullopt;
}

std::optional<APInt> ValueView::constantOfReg(Register R, unsigned SubReg, unsigned Depth) {
  if (!R.isVirtual() || Depth > MaxConstantDepth)
    return std::nullopt;
  std::optional<ValueType> T = typeOf(R);
  if (!T)
    return std::nullopt;
  std::optional<APInt> C;
  if (auto It = Constants.find(R); It != Constants.end()) {
    C = It->second;
  } else {
    if (const MachineInstr *Def = MRI.getVRegDef(R))
      C = constantOfDef(*Def, T->Bits, Depth);
    // A chain cut short at a greater depth may be found from nearer.
    if (C || Depth == 0)
      Constants[R] = C;
  }
  if (!C || !SubReg)
    return C;
  unsigned Offset = TRI.getSubRegIdxOffset(SubReg), Bits = TRI.getSubRegIdxSize(SubReg);
  if (Offset + Bits > C->getBitWidth())
    return std::nullopt;
  return C->extractBits(Bits, Offset);
}

/// The low half of a scalar register, which a half operand reads, if that is a
/// constant. LLVM copies it on the way: `%1:sreg_32 = COPY %0.lo16`.
std::optional<APInt> ValueView::scalarHalf(const MachineOperand &MO) {
  Register R = MO.getReg();
  for (unsigned Depth = 0; Depth != MaxConstantDepth; ++Depth) {
    std::optional<ValueType> T = typeOf(R);
    if (MO.getSubReg() || !T || *T != ValueType{RegKind::Sgpr, 32})
      return std::nullopt;
    const MachineInstr *Def = MRI.getVRegDef(R);
    if (!Def || !Def->isCopy() || Def->getOperand(1).isUndef() || Def->getOperand(0).getSubReg())
      break;
    const MachineOperand &Src = Def->getOperand(1);
    const unsigned Sub = Src.getSubReg();
    if (Sub && (offsetOf(Sub) || TRI.getSubRegIdxSize(Sub) != 16))
      return std::nullopt;
    R = Src.getReg();
  }
  std::optional<APInt> C = constantOfReg(R, 0, 0);
  return C && C->getBitWidth() == 32 ? std::optional<APInt>(C->trunc(16)) : std::nullopt;
}

std::optional<APInt> ValueView::constantOfDef(const MachineInstr &Def, unsigned Bits,
                                              unsigned Depth) {
  if (Def.getOperand(0).isReg() && Def.getOperand(0).getSubReg())
    return std::nullopt;
  auto Operand = [&](const MachineOperand &MO) -> std::optional<APInt> {
    if (MO.isImm())
      return APInt(Bits, uint64_t(MO.getImm()), /*isSigned=*/true, /*implicitTrunc=*/true);
    if (!MO.isReg() || MO.isUndef())
      return std::nullopt;
    std::optional<APInt> C = constantOfReg(MO.getReg(), MO.getSubReg(), Depth + 1);
    return C && C->getBitWidth() == Bits ? C : std::nullopt;
  };
  if (Def.isCopy()) {
    // A copy of an XMM to an FR register takes the low element. The way back is
    // no constant: nothing is promised above.
    const MachineOperand &Src = Def.getOperand(1);
    std::optional<ValueType> From = typeOf(Src.getReg(), Src.getSubReg());
    if (From && From->Kind == RegKind::Vec && Bits < 128 && From->Bits > Bits && !Src.isUndef() &&
        typeOf(Def.getOperand(0).getReg())->Kind == RegKind::Vec) {
      std::optional<APInt> C = constantOfReg(Src.getReg(), Src.getSubReg(), Depth + 1);
      return C ? std::optional<APInt>(C->trunc(Bits)) : std::nullopt;
    }
    return Operand(Src);
  }
  if (Def.isRegSequence()) {
    APInt All(Bits, 0);
    unsigned Sum = 0;
    for (unsigned I = 1; I + 1 < Def.getNumOperands(); I += 2) {
      unsigned Idx = unsigned(Def.getOperand(I + 1).getImm());
      unsigned Offset = TRI.getSubRegIdxOffset(Idx), Size = TRI.getSubRegIdxSize(Idx);
      const MachineOperand &Piece = Def.getOperand(I);
      if (Piece.isUndef())
        return std::nullopt;
      std::optional<APInt> C = constantOfReg(Piece.getReg(), Piece.getSubReg(), Depth + 1);
      if (!C || C->getBitWidth() != Size || Offset + Size > Bits)
        return std::nullopt;
      All.insertBits(*C, Offset);
      Sum += Size;
    }
    return Sum == Bits ? std::optional<APInt>(All) : std::nullopt;
  }
  if (Def.isSubregToReg() && TRI.getSubRegIdxOffset(unsigned(Def.getOperand(3).getImm())) == 0) {
    // Asserts that the bits above are zero.
    const MachineOperand &Low = Def.getOperand(2);
    std::optional<APInt> C =
        Low.isUndef() ? std::nullopt : constantOfReg(Low.getReg(), Low.getSubReg(), Depth + 1);
    return C && C->getBitWidth() < Bits ? std::optional<APInt>(C->zext(Bits)) : std::nullopt;
  }
  OpcodeInfo I = Table.info(Def.getOpcode(), TII);
  switch (I.Const) {
  case OpcodeInfo::NotConst:
    return std::nullopt;
  case OpcodeInfo::MovOperand:
    // Of V_MOV_B32_e64 and its like, operand 1 is the source as well.
    return Operand(Def.getOperand(1));
  case OpcodeInfo::MovModified:
    return Def.getOperand(1).getImm() ? std::nullopt : Operand(Def.getOperand(2));
  case OpcodeInfo::Zero:
    return APInt(Bits, 0);
  case OpcodeInfo::RowConstant:
    return I.R->Def.Bits == Bits ? std::optional<APInt>(Table.rowConstant(*I.R)) : std::nullopt;
  case OpcodeInfo::LoadPlain:
  case OpcodeInfo::LoadBroadcast:
    return loadedConstant(Def, 1, Bits, I.Const == OpcodeInfo::LoadBroadcast);
  }
  return std::nullopt;
}

/// Adds what makes \p V to \p B, at most \p Budget rows, all of \p Block on
/// AMDGPU (an SGPR that is read in two blocks may differ between the reads).
unsigned ValueView::cone(const ValueRef &V, WindowBuilder &B, unsigned &Budget,
                         const MachineBasicBlock *Block, ConeIds &Ids) {
  bool Keyed = V.K == ValueRef::Reg;
  std::pair<unsigned, unsigned> Key{V.R.id(), V.SubReg << 12 | V.Ty.Bits};
  if (Keyed)
    if (auto It = Ids.find(Key); It != Ids.end())
      return It->second;
  auto AddLeaf = [&](std::optional<APInt> C) {
    Leaf L;
    L.Ty = V.Ty;
    L.Const = std::move(C);
    return B.addLeaf(std::move(L));
  };
  auto Build = [&]() -> unsigned {
    if (std::optional<APInt> C = constant(V))
      return AddLeaf(std::move(C));
    const NodeView *N = nullptr;
    if (Keyed && Budget)
      if (MachineInstr *Def = MRI.getVRegDef(V.R); Def && (!AMDGPU || Def->getParent() == Block))
        N = producer(V, Def->getParent());
    if (!N || N->R->isWave() || N->R->Def != V.Ty)
      return AddLeaf(std::nullopt);
    --Budget;
    Node Out;
    Out.R = N->R;
    Out.Ty = N->R->Def;
    Out.Imms = N->Imms;
    for (const ValueRef &Op : N->Ops)
      Out.Ops.push_back(cone(Op, B, Budget, Block, Ids));
    return B.addNode(std::move(Out));
  };
  unsigned Id = Build();
  if (Keyed)
    Ids[Key] = Id;
  return Id;
}

const KnownBits &ValueView::facts(const ValueRef &V) {
  // A bit that is known of a number is one lane's, not every lane's.
  if (V.K != ValueRef::Reg || V.Ty.isLaneMask()) {
    NoFacts = KnownBits(V.Ty.Bits);
    return NoFacts;
  }
  std::pair<Register, unsigned> Key{V.R, V.SubReg};
  if (auto It = Facts.find(Key); It != Facts.end())
    return It->second;
  KnownBits K(V.Ty.Bits);
  std::optional<ValueType> Full = typeOf(V.R);
  MachineInstr *Def = MRI.getVRegDef(V.R);
  if (Full && Def) {
    ValueRef Whole = V;
    Whole.SubReg = 0;
    Whole.Ty = *Full;
    if (const NodeView *N = producer(Whole, Def->getParent()); N && !N->R->isWave()) {
      WindowBuilder B(Table.isa());
      unsigned Budget = MaxFactNodes;
      ConeIds Ids;
      unsigned Root = cone(Whole, B, Budget, Def->getParent(), Ids);
      K = knownBits(B.finish(Root));
      if (V.SubReg)
        K = K.extractBits(V.Ty.Bits, offsetOf(V.SubReg));
    }
  }
  return Facts.try_emplace(Key, std::move(K)).first->second;
}

/// True if nothing but a return reads the physical register that \p Copy writes.
static bool isReturned(const MachineInstr &Copy) {
  const Register Reg = Copy.getOperand(0).getReg();
  const TargetRegisterInfo &TRI = *Copy.getMF()->getSubtarget().getRegisterInfo();
  for (const MachineInstr *MI = Copy.getNextNode(); MI; MI = MI->getNextNode()) {
    if (MI->readsRegister(Reg, &TRI))
      return MI->isReturn();
    if (MI->isCall() || MI->modifiesRegister(Reg, &TRI))
      return false;
  }
  return false;
}

/// True if operand \p Operand of \p User, a 32-bit register, is read in its low half
/// only.
static bool readsLowHalf(const MachineInstr &User, unsigned Operand, const NodeView *N,
                         OpcodeTable &Table, const TargetInstrInfo &TII) {
  // The value that goes to memory, not the address.
  StringRef Name = TII.getName(User.getOpcode());
  if ((Name.contains("_STORE_SHORT") || Name.starts_with("DS_WRITE_B16")) &&
      !Name.contains("_D16_HI"))
    return Operand == (Name.starts_with("SCRATCH") ? 0u : 1u) && !Name.starts_with("BUFFER");
  if (!N || N->R->isWave())
    return false;
  unsigned In = 0, Op = N->R->NumDefs;
  for (const OperandSpec &U : N->R->Uses) {
    if (Op++ == Operand)
      return U.K == OperandSpec::Reg && readsLowHalfOnly(*N->R, In);
    In += U.K == OperandSpec::Reg;
  }
  return false;
}

/// The highest bit of \p R, a general register, that its readers name, if none reads
/// all of it.
static unsigned lowPartRead(Register R, const MachineRegisterInfo &MRI,
                            const TargetRegisterInfo &TRI) {
  unsigned Most = 0;
  for (const MachineOperand &MO : MRI.use_nodbg_operands(R)) {
    if (!MO.getSubReg() || TRI.getSubRegIdxOffset(MO.getSubReg()))
      return 0;
    Most = std::max(Most, TRI.getSubRegIdxSize(MO.getSubReg()));
  }
  return Most <= 16 ? Most : 0;
}

unsigned ValueView::lowBitsRead(Register R) {
  if (!AMDGPU) {
    std::optional<ValueType> T = typeOf(R);
    return T && T->Kind == RegKind::Gpr && T->Bits >= 32 ? lowPartRead(R, MRI, TRI) : 0;
  }
  SmallVector<Register, 4> Todo{R};
  while (!Todo.empty()) {
    for (MachineOperand &MO : MRI.use_nodbg_operands(Todo.pop_back_val())) {
      MachineInstr &User = *MO.getParent();
      if (MO.getSubReg())
        return 0;
      if (User.isCopy() && !User.getOperand(0).getSubReg()) {
        Register To = User.getOperand(0).getReg();
        if (To.isVirtual()) {
          Todo.push_back(To);
          continue;
        }
        // The ABI leaves what is above a returned i16 or half open.
        const Function &F = MF.getFunction();
        if (F.getReturnType()->getPrimitiveSizeInBits() == 16 && !F.getReturnType()->isVectorTy() &&
            !F.hasRetAttribute(Attribute::ZExt) && !F.hasRetAttribute(Attribute::SExt) &&
            isReturned(User))
          continue;
        return 0;
      }
      if (!readsLowHalf(User, MO.getOperandNo(), node(User), Table, TII))
        return 0;
    }
  }
  return 16;
}

} // namespace whittle
