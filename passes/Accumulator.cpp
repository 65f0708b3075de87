//===- passes/Accumulator.cpp - What a loop accumulates --------------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Accumulator.h"
#include "passes/Matcher.h"
#include "llvm/ADT/MapVector.h"
#include "llvm/CodeGen/MachineDominators.h"
#include "llvm/CodeGen/MachineFunction.h"
#include "llvm/CodeGen/MachineInstr.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"
#include "llvm/CodeGen/TargetRegisterInfo.h"

using namespace llvm;

namespace whittle {

/// Registers visited for one addition, over all ways that are tried.
static constexpr unsigned MaxVisits = 4096;

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
  AccumulatorRun(ValueView &View, const NodeView &Add, const ValueRef &Addend,
                 AccumulatorFinder::StepFilter MayStep)
      : View(View), MRI(View.regInfo()), TRI(View.targetRegInfo()), Add(Add), MayStep(MayStep) {
    Now.A.Addend = Addend;
    Now.A.Ty = Add.R->Def;
    Now.A.Add = Add.R;
  }

  /// Looks for all of it, from what the addition reads.
  bool run(MachineOperand &Read) {
    Now.Ends[Add.MI] = &Read;
    return holds(Read, 0) && grow();
  }
  /// After a run that failed: all is there, and something else reads it.
  bool sawOtherUse() const { return SawOtherUse; }
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
    bool Phi = false, OtherUse = false;
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

  /// Solves what is still to do; the state is the answer, or as it was.
  bool grow() {
    while (!Now.Todo.empty()) {
      if (++Visits > MaxVisits)
        return false;
      const auto [R, Offset] = Now.Todo.pop_back_val();
      uses(R, Offset);
      MachineInstr &Def = *MRI.getVRegDef(R);
      if (Def.getOperand(0).getSubReg())
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
    SawOtherUse |= Now.OtherUse;
    return !Now.OtherUse;
  }

  /// \p N gives a register of the web, so one of its operands accumulates.
  bool chooseStep(const NodeView &N, unsigned Offset) {
    for (unsigned K = 0; K != N.Ops.size(); ++K) {
      MachineOperand *MO = registerOperand(N, info(*N.MI), K);
      if (!MO || !accepts(N, K))
        continue;
      // What was taken for the addition at the end changes the accumulator.
      auto End = Now.Ends.find(N.MI);
      if (End != Now.Ends.end() && End->second != MO)
        continue;
      State Saved = Now;
      Now.Ends.erase(N.MI);
      addStep(N, K);
      if (holds(*MO, Offset) && grow())
        return true;
      Now = std::move(Saved);
    }
    return false;
  }

  bool accepts(const NodeView &N, unsigned Operand) const {
    return N.MI->getOperand(0).getReg().isVirtual() && MayStep(N, Operand);
  }
  void addStep(const NodeView &N, unsigned Operand) {
    Now.Steps[N.MI] = Operand;
    Now.A.Steps.push_back({&N, Operand});
  }

  /// Every reader of the part is of the web too, or adds c.
  void uses(Register R, unsigned Offset) {
    const unsigned Bits = Now.A.Ty.Bits;
    for (MachineOperand &MO : MRI.use_nodbg_operands(R)) {
      const unsigned Sub = MO.getSubReg(), From = View.offsetOf(Sub);
      const unsigned Size = Sub ? TRI.getSubRegIdxSize(Sub) : View.typeOf(R)->Bits;
      if (Offset + Bits <= From || From + Size <= Offset)
        continue;
      if (Offset < From || Offset + Bits > From + Size || !use(MO, Offset - From))
        Now.OtherUse = true;
    }
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
    if (N->Ops.size() == 2 && sameSymbol(*N->R, *Add.R) && N->Ops[1 - K].same(Now.A.Addend)) {
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
  const NodeView &Add;
  AccumulatorFinder::StepFilter MayStep;
  State Now;
  unsigned Visits = 0;
  bool SawOtherUse = false;
};

AccumulatorFinder::AccumulatorFinder(ValueView &View) : View(View) {}
AccumulatorFinder::~AccumulatorFinder() = default;

bool AccumulatorFinder::isAvailable(const Accumulator &A) {
  MachineInstr *Def = View.regInfo().getVRegDef(A.Addend.R);
  if (!Dominators)
    Dominators = std::make_unique<MachineDominatorTree>(View.function());
  for (const Accumulator::Use &U : A.Entries) {
    MachineInstr &User = *U.MO->getParent();
    if (User.isPHI() ? !Dominators->dominates(Def->getParent(), &blockOf(*U.MO)) ||
                           (Def->getParent() == &blockOf(*U.MO) && Def->isTerminator())
                     : !Dominators->dominates(Def, &User))
      return false;
  }
  return true;
}

NoAccumulator AccumulatorFinder::find(const NodeView &Add, unsigned Operand, StepFilter MayStep,
                                      Accumulator &Out) {
  const ValueRef &Addend = Add.Ops[1 - Operand];
  MachineOperand *Read =
      registerOperand(Add, View.table().info(Add.MI->getOpcode(), View.instrInfo()), Operand);
  if (!Read)
    return NoAccumulator::Shape;
  AccumulatorRun Run(View, Add, Addend, MayStep);
  if (!Run.run(*Read))
    return Run.sawOtherUse() ? NoAccumulator::OtherUse : NoAccumulator::Shape;
  Out = Run.take();
  // What is loaded, or known, only here cannot be there before the loop.
  if (Addend.K != ValueRef::Reg || !isAvailable(Out))
    return NoAccumulator::Available;
  return NoAccumulator::Found;
}

} // namespace whittle
