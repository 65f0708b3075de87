//===- passes/Accumulator.cpp - What a loop accumulates --------------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Accumulator.h"
#include "passes/ConstantPool.h"
#include "passes/Matcher.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/CodeGen/MachineDominators.h"
#include "llvm/CodeGen/MachineFunction.h"
#include "llvm/CodeGen/MachineInstr.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"
#include "llvm/CodeGen/TargetRegisterInfo.h"

using namespace llvm;

namespace whittle {

/// Registers visited for one addition, over all ways that are tried; and again, to
/// tell whether other readers alone are in the way.
static constexpr unsigned MaxVisits = 512, MaxVisitsToTell = 64;

MachineBasicBlock &blockOf(const MachineOperand &MO) {
  const MachineInstr &User = *MO.getParent();
  return User.isPHI() ? *User.getOperand(MO.getOperandNo() + 1).getMBB()
                      : *const_cast<MachineBasicBlock *>(User.getParent());
}

MachineBasicBlock::iterator placeOf(const MachineOperand &MO) {
  MachineInstr &User = *const_cast<MachineInstr *>(MO.getParent());
  return User.isPHI() ? blockOf(MO).getFirstTerminator() : MachineBasicBlock::iterator(User);
}

/// Which value operand of \p N the machine operand is, or -1.
static int operandIndex(const NodeView &N, const OpcodeInfo &Info, const MachineOperand &MO) {
  int Op = int(N.R->NumDefs), In = 0;
  for (const OperandSpec &U : N.R->Uses) {
    if (Op == Info.LoadOperand) {
      Op += 5; // an address
      ++In;
      continue;
    }
    if (U.K == OperandSpec::Reg) {
      if (int(MO.getOperandNo()) == Op)
        return In;
      ++In;
    }
    ++Op;
  }
  return -1;
}

/// The register operand behind value operand \p Index, or nullptr.
static MachineOperand *registerOperand(const NodeView &N, const OpcodeInfo &Info, unsigned Index) {
  for (MachineOperand &MO : N.MI->explicit_uses())
    if (MO.isReg() && operandIndex(N, Info, MO) == int(Index))
      return &MO;
  return nullptr;
}

class AccumulatorRun {
public:
  AccumulatorRun(const AccumulatorFinder &Finder, ValueView &View, const NodeView &Add,
                 const ValueRef &Addend, AccumulatorFinder::StepFilter MayStep, bool ToTell)
      : View(View), MRI(View.regInfo()), TRI(View.targetRegInfo()), Finder(Finder), Add(Add),
        MayStep(MayStep), ToTell(ToTell) {
    Now.A.Addend = Addend;
    Now.A.Constant = View.constant(Addend);
    if (!Now.A.Constant && Addend.K == ValueRef::Reg)
      Before = MRI.getVRegDef(Addend.R);
    Now.A.Ty = Add.R->Def;
    Now.A.Add = Add.R;
  }

  /// Looks for all of it, from what the addition reads.
  bool run(MachineOperand &Read) {
    Now.Ends[Add.MI] = &Read;
    return holds(Read, 0) && grow();
  }
  Accumulator take() {
    Now.A.Start = *Now.Start;
    for (auto [MI, MO] : Now.Ends)
      Now.A.Ends.push_back(MO);
    return std::move(Now.A);
  }

private:
  using Part = std::pair<Register, unsigned>;
  struct State {
    Accumulator A;
    SmallVector<Part, 8> Todo;
    DenseMap<MachineInstr *, unsigned> Steps; ///< operand that accumulates
    MapVector<MachineInstr *, MachineOperand *> Ends;
    std::optional<APInt> Start;
    bool Phi = false;
  };

  OpcodeInfo info(const MachineInstr &MI) const {
    return View.table().info(MI.getOpcode(), View.instrInfo());
  }

  bool put(Register R, unsigned Offset) {
    std::optional<ValueType> T = View.typeOf(R);
    const ValueType Ty = Now.A.Ty;
    // Only tuples have parts that are accumulators.
    if (!T || T->Kind != Ty.Kind || (Ty.Kind != RegKind::Lane && T->Bits != Ty.Bits) ||
        Offset % Ty.Bits || Offset + Ty.Bits > T->Bits)
      return false;
    if (Now.A.Parts.insert({R, Offset}))
      Now.Todo.push_back({R, Offset});
    return true;
  }

  /// What \p MO reads, from bit \p Offset of it on, must be the accumulator: z,
  /// unspecified, or a register that becomes one of the web.
  bool holds(MachineOperand &MO, unsigned Offset) {
    if (!MO.isReg() || !MO.getReg().isVirtual())
      return false;
    const MachineInstr *Def = MRI.getVRegDef(MO.getReg());
    if (MO.isUndef() || !Def || Def->isImplicitDef())
      return true;
    const unsigned At = View.offsetOf(MO.getSubReg()) + Offset;
    ValueRef V;
    V.K = ValueRef::Reg;
    V.R = MO.getReg();
    V.Ty = Now.A.Ty;
    std::optional<ValueType> T = View.typeOf(V.R);
    if (T && T->Bits != V.Ty.Bits) {
      V.SubReg = View.table().subRegIndex(*MRI.getRegClass(V.R), At, V.Ty.Bits, TRI);
      if (!V.SubReg)
        return false;
    }
    if (std::optional<APInt> C = View.constant(V)) {
      if (Now.Start && *Now.Start != *C)
        return false;
      Now.Start = C;
      if (Accumulator::Use U{&MO, Offset}; !is_contained(Now.A.Entries, U))
        Now.A.Entries.push_back(U);
      return true;
    }
    return put(MO.getReg(), At);
  }

  /// Solves what is still to do; the state is the answer, or of no use any more.
  bool grow() {
    while (!Now.Todo.empty()) {
      if (++Visits > (ToTell ? MaxVisitsToTell : MaxVisits))
        return false;
      const auto [R, Offset] = Now.Todo.pop_back_val();
      if (!uses(R, Offset))
        return false;
      MachineInstr &Def = *MRI.getVRegDef(R);
      // What c does not dominate holds no sum with it.
      if (Def.getOperand(0).getSubReg() || (Before && !ToTell && !Finder.dominates(*Before, Def)))
        return false;
      if (Def.isPHI()) {
        // An edge to these leaves a block before its end.
        if (Def.getParent()->isEHPad() || Def.getParent()->isInlineAsmBrIndirectTarget())
          return false;
        Now.Phi = true;
        for (unsigned I = 1; I < Def.getNumOperands(); I += 2)
          if (!holds(Def.getOperand(I), Offset))
            return false;
      } else if (Def.isCopy()) {
        if (!holds(Def.getOperand(1), Offset))
          return false;
      } else if (Def.isRegSequence()) {
        MachineOperand *Piece = nullptr;
        unsigned Inner = 0;
        for (unsigned I = 1; I + 1 < Def.getNumOperands(); I += 2) {
          const unsigned Idx = unsigned(Def.getOperand(I + 1).getImm());
          const unsigned From = TRI.getSubRegIdxOffset(Idx), Size = TRI.getSubRegIdxSize(Idx);
          if (Offset < From || Offset + Now.A.Ty.Bits > From + Size)
            continue;
          Piece = &Def.getOperand(I);
          Inner = Offset - From;
        }
        if (!Piece || !holds(*Piece, Inner))
          return false;
      } else {
        const NodeView *N = View.node(Def);
        if (!N)
          return false;
        if (auto It = Now.Steps.find(&Def); It != Now.Steps.end()) {
          if (!holds(*registerOperand(*N, info(Def), It->second), Offset))
            return false;
          continue;
        }
        return chooseStep(*N, Offset);
      }
    }
    if (!Now.Phi || !Now.Start || Now.A.Steps.empty() || !Now.Ends.contains(Add.MI))
      return false;
    return true;
  }

  /// \p N gives a register of the web, so one of its operands accumulates.
  bool chooseStep(const NodeView &N, unsigned Offset) {
    SmallVector<unsigned, 3> Candidates;
    const auto End = Now.Ends.find(N.MI);
    for (unsigned K = 0; K != N.Ops.size(); ++K) {
      const MachineOperand *MO = registerOperand(N, info(*N.MI), K);
      // What was taken for the addition at the end may change the accumulator.
      if (MO && (End == Now.Ends.end() || End->second == MO) &&
          (Finder.Flows.contains(MO->getReg()) || View.constant(N.Ops[K])) && accepts(N, K))
        Candidates.push_back(K);
    }
    auto Try = [&](unsigned K) {
      Now.Ends.erase(N.MI);
      addStep(N, K);
      return holds(*registerOperand(N, info(*N.MI), K), Offset) && grow();
    };
    while (Candidates.size() > 1) {
      State Saved = Now;
      if (Try(Candidates.front()))
        return true;
      Now = std::move(Saved);
      Candidates.erase(Candidates.begin());
    }
    return !Candidates.empty() && Try(Candidates.front());
  }

  bool isAddend(const ValueRef &V) {
    return V.same(Now.A.Addend) || (Now.A.Constant && View.constant(V) == Now.A.Constant);
  }
  bool accepts(const NodeView &N, unsigned Operand) const {
    return N.MI->getOperand(0).getReg().isVirtual() && MayStep(N, Operand);
  }
  void addStep(const NodeView &N, unsigned Operand) {
    Now.Steps[N.MI] = Operand;
    Now.A.Steps.push_back({&N, Operand});
  }

  /// Every reader of the part is of the web too, or adds c.
  bool uses(Register R, unsigned Offset) {
    const unsigned Bits = Now.A.Ty.Bits;
    for (MachineOperand &MO : MRI.use_nodbg_operands(R)) {
      const unsigned Sub = MO.getSubReg(), From = View.offsetOf(Sub);
      const unsigned Size = Sub ? TRI.getSubRegIdxSize(Sub) : View.typeOf(R)->Bits;
      if (Offset + Bits <= From || From + Size <= Offset)
        continue;
      if ((Offset < From || Offset + Bits > From + Size || !use(MO, Offset - From)) && !ToTell)
        return false;
    }
    return true;
  }

  bool use(MachineOperand &MO, unsigned Offset) {
    MachineInstr &User = *MO.getParent();
    const bool Defines = User.getNumOperands() && User.getOperand(0).isReg() &&
                         User.getOperand(0).isDef() && User.getOperand(0).getReg().isVirtual() &&
                         !User.getOperand(0).getSubReg();
    if (!Defines || MO.isImplicit())
      return false;
    const Register To = User.getOperand(0).getReg();
    if (User.isPHI() || User.isCopy())
      return put(To, Offset);
    if (User.isRegSequence()) {
      const unsigned Idx = unsigned(User.getOperand(MO.getOperandNo() + 1).getImm());
      return put(To, TRI.getSubRegIdxOffset(Idx) + Offset);
    }
    const NodeView *N = View.node(User);
    const int K = N ? operandIndex(*N, info(User), MO) : -1;
    if (K < 0)
      return false;
    if (auto It = Now.Steps.find(&User); It != Now.Steps.end())
      return It->second == unsigned(K) && put(To, Offset);
    if (auto It = Now.Ends.find(&User); It != Now.Ends.end())
      return It->second == &MO;
    if (N->Ops.size() == 2 && sameSymbol(*N->R, *Add.R) && isAddend(N->Ops[1 - K])) {
      Now.Ends[&User] = &MO;
      return true;
    }
    if (!accepts(*N, unsigned(K)))
      return false;
    addStep(*N, unsigned(K));
    return put(To, Offset);
  }

  ValueView &View;
  MachineRegisterInfo &MRI;
  const TargetRegisterInfo &TRI;
  const AccumulatorFinder &Finder;
  const MachineInstr *Before = nullptr; ///< what gives c, if it must be there first
  const NodeView &Add;
  AccumulatorFinder::StepFilter MayStep;
  State Now;
  const bool ToTell; ///< whether all would be well but for other readers
  unsigned Visits = 0;
};

AccumulatorFinder::AccumulatorFinder(ValueView &View) : View(View) {}
AccumulatorFinder::~AccumulatorFinder() = default;

void AccumulatorFinder::forget() {
  Flows.clear();
  Order.clear();
}

bool AccumulatorFinder::dominates(const MachineInstr &A, const MachineInstr &B) const {
  return A.getParent() == B.getParent()
             ? Order.lookup(&A) < Order.lookup(&B)
             : Dominators->properlyDominates(A.getParent(), B.getParent());
}

void AccumulatorFinder::prepare() {
  if (!Order.empty())
    return;
  if (!Dominators)
    Dominators = std::make_unique<MachineDominatorTree>(View.function());
  for (MachineBasicBlock &MBB : View.function())
    for (MachineInstr &MI : MBB)
      Order[&MI] = unsigned(Order.size());
  const MachineRegisterInfo &MRI = View.regInfo();
  SmallVector<Register, 32> Todo;
  auto Flow = [&](const MachineInstr &MI) {
    const MachineOperand &Def = MI.getOperand(0);
    if (Def.isReg() && Def.isDef() && Def.getReg().isVirtual() && Flows.insert(Def.getReg()).second)
      Todo.push_back(Def.getReg());
  };
  for (MachineBasicBlock &MBB : View.function())
    for (MachineInstr &Phi : MBB.phis())
      Flow(Phi);
  while (!Todo.empty())
    for (MachineOperand &MO : MRI.use_nodbg_operands(Todo.pop_back_val())) {
      MachineInstr &User = *MO.getParent();
      if (MO.isImplicit() || !User.getNumOperands())
        continue;
      if (User.isCopy() || User.isRegSequence()) {
        Flow(User);
        continue;
      }
      const NodeView *N = User.isPHI() ? nullptr : View.node(User);
      if (N && operandIndex(*N, View.table().info(User.getOpcode(), View.instrInfo()), MO) >= 0)
        Flow(User);
    }
}

bool AccumulatorFinder::isAvailable(const Accumulator &A) {
  const MachineInstr *Def = View.regInfo().getVRegDef(A.Addend.R);
  for (const Accumulator::Use &U : A.Entries) {
    MachineInstr &User = *U.MO->getParent();
    if (User.isPHI() ? !Dominators->dominates(Def->getParent(), &blockOf(*U.MO)) ||
                           (Def->getParent() == &blockOf(*U.MO) && Def->isTerminator())
                     : !dominates(*Def, User))
      return false;
  }
  return true;
}

NoAccumulator AccumulatorFinder::find(const NodeView &Add, unsigned Operand, StepFilter MayStep,
                                      Accumulator &Out, bool TellOtherUse) {
  const ValueRef &Addend = Add.Ops[1 - Operand];
  MachineOperand *Read =
      registerOperand(Add, View.table().info(Add.MI->getOpcode(), View.instrInfo()), Operand);
  if (!Read)
    return NoAccumulator::Shape;
  prepare();
  if (!Flows.contains(Read->getReg()))
    return NoAccumulator::Shape;
  AccumulatorRun Run(*this, View, Add, Addend, MayStep, false);
  if (!Run.run(*Read))
    return TellOtherUse && AccumulatorRun(*this, View, Add, Addend, MayStep, true).run(*Read)
               ? NoAccumulator::OtherUse
               : NoAccumulator::Shape;
  Out = Run.take();
  if (Addend.K == ValueRef::Reg && isAvailable(Out)) {
    Out.Constant = std::nullopt;
    return NoAccumulator::Found;
  }
  // What is loaded only here cannot be there before the loop; a constant can.
  const bool MayMake =
      Out.Constant &&
      (View.isAMDGPU() ? Out.Ty.Bits == 32
                       : Out.Ty.Kind == RegKind::Vec &&
                             mayPoolConstant(Out.Ty.Bits, View.function(), View.table()));
  return MayMake ? NoAccumulator::Found : NoAccumulator::Available;
}

} // namespace whittle
