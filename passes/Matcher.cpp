//===- passes/Matcher.cpp - One rule at one place --------------------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/Matcher.h"
#include "isa/Meaning.h"
#include "llvm/CodeGen/MachineBasicBlock.h"
#include "llvm/CodeGen/MachineInstr.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"
#include "llvm/CodeGen/TargetInstrInfo.h"
#include "llvm/CodeGen/TargetOpcodes.h"
#include "llvm/CodeGen/TargetRegisterInfo.h"

using namespace llvm;

namespace whittle {

/// Backtracking steps for one rule at one root: far more than any real match
/// needs, and a bound on code made to be slow.
static constexpr unsigned MaxSteps = 20000;

/// Immediates of \p R are compared as far as it reads them.
static bool sameImms(const Row &R, ArrayRef<int64_t> A, ArrayRef<int64_t> B) {
  unsigned K = 0;
  for (const OperandSpec &U : R.Uses) {
    if (U.K != OperandSpec::Imm)
      continue;
    uint64_t Mask = U.ImmBits >= 64 ? ~0ull : (1ull << U.ImmBits) - 1;
    if ((uint64_t(A[K]) ^ uint64_t(B[K])) & Mask)
      return false;
    ++K;
  }
  return true;
}

//===----------------------------------------------------------------------===//
// One attempt
//===----------------------------------------------------------------------===//

class MatchRun {
public:
  MatchRun(ValueView &View, const LoadedRule &Rule, function_ref<bool(const Match &)> Accept)
      : View(View), W(Rule.R.W), Accept(Accept), L(W.numLeaves()) {
    M.Rule = &Rule;
    M.Leaves.resize(L);
    M.NodeMI.resize(W.Source.Nodes.size());
    M.Symbols = SymbolBinding(W);
  }

  bool at(MachineInstr &Root) {
    M.Block = Root.getParent();
    return tryOutput(0, Root);
  }

private:
  struct Goal {
    unsigned Id;
    ValueRef V;
  };
  using Goals = SmallVector<Goal, 8>;

  const Node &node(unsigned Id) const { return W.Source.Nodes[Id - L]; }

  bool tryOutput(unsigned Index, MachineInstr &Root) {
    const MachineOperand &Def = Root.getOperand(0);
    if (!Def.isReg() || !Def.isDef() || !Def.getReg().isVirtual() || Def.getSubReg())
      return false;
    ValueRef V;
    V.K = ValueRef::Reg;
    V.R = Def.getReg();
    unsigned Id = W.Source.Outputs[Index];
    V.Ty = W.typeOf(W.Source, Id);
    Match Saved = M;
    if (run({{Id, V}}, Index + 1))
      return true;
    M = std::move(Saved);
    return false;
  }

  /// Solves the goals, then the outputs from NextOutput on, then asks Accept.
  bool run(Goals Todo, unsigned NextOutput) {
    while (!Todo.empty()) {
      if (++Steps > MaxSteps)
        return false;
      Goal G = Todo.pop_back_val();
      if (!G.V)
        return false;
      if (G.Id < L) {
        if (!bindLeaf(G.Id, G.V))
          return false;
        continue;
      }
      const Node &N = node(G.Id);
      switch (N.R->Generic) {
      case GenericOp::Extract:
        if (!extract(N, G.V, Todo))
          return false;
        break;
      case GenericOp::Concat:
        if (!concat(G.Id, N, G.V, Todo))
          return false;
        break;
      case GenericOp::None: {
        const NodeView *P = View.producer(G.V, M.Block);
        MachineInstr *&Slot = M.NodeMI[G.Id - L];
        if (!P || (Slot && Slot != P->MI))
          return false;
        if (Slot)
          break;
        // Two nodes are two instructions: the target was weighed against both.
        if (!sameSymbol(*P->R, *N.R) || !M.Symbols.bindImms(N, P->Imms) ||
            is_contained(M.NodeMI, P->MI))
          return false;
        Slot = P->MI;
        const auto &Orders = operandOrders(*N.R);
        if (Orders.size() == 1) {
          pushOperands(N, *P, Orders[0], Todo);
          break;
        }
        for (const auto &Order : Orders) {
          if (!plausible(N, *P, Order))
            continue;
          Match Saved = M;
          Goals Branch = Todo;
          pushOperands(N, *P, Order, Branch);
          if (run(std::move(Branch), NextOutput))
            return true;
          M = std::move(Saved);
        }
        return false;
      }
      }
    }
    if (NextOutput == W.Source.Outputs.size())
      return accept();
    return nextOutput(NextOutput);
  }

  /// A general rule is tried as the instance that the code asks for.
  bool accept() {
    if (!W.isGeneral())
      return Accept(M);
    std::optional<Rule> Instance = M.Symbols.instance(M.Rule->R);
    if (!Instance)
      return false;
    M.Instance = std::make_shared<const Rule>(std::move(*Instance));
    bool Done = Accept(M);
    M.Instance = nullptr;
    return Done;
  }

  bool bindConstant(const Leaf &L, const std::optional<APInt> &C) {
    return C && M.Symbols.bindConstant(L, *C);
  }

  /// Operand \p I of the rule's node is operand Order[I] of the instruction.
  void pushOperands(const Node &N, const NodeView &P, ArrayRef<unsigned> Order, Goals &Todo) {
    // Nodes are solved before leaves: they fail sooner.
    for (bool Leaves : {true, false})
      for (unsigned I = 0; I != N.Ops.size(); ++I)
        if ((N.Ops[I] < L) == Leaves)
          Todo.push_back({N.Ops[I], P.Ops[Order[I]]});
  }

  bool plausible(const Node &N, const NodeView &P, ArrayRef<unsigned> Order) {
    for (unsigned I = 0; I != N.Ops.size(); ++I) {
      unsigned Id = N.Ops[I];
      const ValueRef &V = P.Ops[Order[I]];
      if (Id < L) {
        const Leaf &Want = W.Leaves[Id];
        if (Want.Const && View.constant(V) != Want.Const)
          return false;
        if (Want.Symbolic)
          if (std::optional<APInt> C = View.constant(V); !C || !SymbolBinding::isRepeated(Want, *C))
            return false;
        continue;
      }
      if (node(Id).R->isGeneric())
        continue;
      const NodeView *Q = View.producer(V, M.Block);
      if (!Q || !sameSymbol(*Q->R, *node(Id).R))
        return false;
    }
    return true;
  }

  bool bindLeaf(unsigned Id, const ValueRef &V) {
    const Leaf &Want = W.Leaves[Id];
    LeafBinding &B = M.Leaves[Id];
    bool Wave = Want.Ty.Kind == RegKind::Lane || Want.Ty.Kind == RegKind::Sgpr;
    if (Want.Ty.Bits != V.Ty.Bits || (!Wave && Want.Ty.Kind != V.Ty.Kind))
      return false;
    // A scalar leaf is the same in all lanes: only an SGPR surely is.
    if (Want.Ty.Kind == RegKind::Sgpr && !isScalar(V) && !Want.isConstant())
      return false;
    if (Want.isConstant()) {
      if (Want.Symbolic ? !bindConstant(Want, View.constant(V)) : View.constant(V) != Want.Const)
        return false;
      if (!B.Whole)
        B.Whole = V;
      return true;
    }
    if (Want.Choice != (V.K == ValueRef::Undef))
      return false;
    if (B.Whole)
      return !Want.Choice && B.Whole.same(V);
    for (auto &[Offset, P] : B.Parts)
      if (!View.part(V, Offset, P.Ty, M.Block).same(P))
        return false;
    B.Parts.clear();
    B.Whole = V;
    return true;
  }

  bool isScalar(const ValueRef &V) const {
    if (V.K != ValueRef::Reg)
      return V.K == ValueRef::Imm;
    std::optional<ValueType> T = View.typeOf(V.R, V.SubReg);
    return T && T->Kind == RegKind::Sgpr;
  }

  /// \p V stands for [Offset, Offset + Ty.Bits) of a leaf.
  bool bindPart(unsigned Id, unsigned Offset, const ValueRef &V) {
    const Leaf &Want = W.Leaves[Id];
    LeafBinding &B = M.Leaves[Id];
    if (Want.Choice || V.K == ValueRef::Undef)
      return false;
    if (Want.Symbolic)
      return bindConstant(Want, View.constant(V));
    if (Want.Const) {
      std::optional<APInt> C = View.constant(V);
      return C && *C == Want.Const->extractBits(V.Ty.Bits, Offset);
    }
    if (Want.Ty.Kind == RegKind::Sgpr && !isScalar(V))
      return false;
    if (B.Whole)
      return View.part(B.Whole, Offset, V.Ty, M.Block).same(V);
    // Registers make a tuple where they are; halves of several would have to be moved
    // into one.
    if (V.Ty.Bits < 32)
      return bindWholeOf(Id, Offset, V);
    for (auto &[At, P] : B.Parts) {
      if (At == Offset && P.Ty.Bits == V.Ty.Bits)
        return P.same(V);
      // Overlapping parts of different sizes are not followed.
      if (At < Offset + V.Ty.Bits && Offset < At + P.Ty.Bits)
        return false;
    }
    B.Parts.push_back({Offset, V});
    return true;
  }

  /// The leaf is the register of which \p V is the half at \p Offset.
  bool bindWholeOf(unsigned Id, unsigned Offset, const ValueRef &V) {
    if (V.K != ValueRef::Reg || !V.SubReg || View.offsetOf(V.SubReg) != Offset)
      return false;
    ValueRef Whole = V;
    Whole.SubReg = 0;
    Whole.Ty = W.Leaves[Id].Ty;
    std::optional<ValueType> T = View.typeOf(V.R);
    return T && T->Bits == Whole.Ty.Bits && bindLeaf(Id, Whole);
  }

  bool extract(const Node &N, const ValueRef &V, Goals &Todo) {
    unsigned Whole = N.Ops[0], Offset = unsigned(N.Imms[0]);
    if (V.Ty.Bits != N.Ty.Bits)
      return false;
    if (Whole < L)
      return bindPart(Whole, Offset, V);
    // A part of a node's result: a sub-register of that instruction's result.
    if (V.K != ValueRef::Reg || !V.SubReg || View.offsetOf(V.SubReg) != Offset ||
        View.targetRegInfo().getSubRegIdxSize(V.SubReg) != N.Ty.Bits)
      return false;
    ValueRef Full = V;
    Full.SubReg = 0;
    std::optional<ValueType> T = View.typeOf(V.R);
    if (!T || T->Bits != W.typeOf(W.Source, Whole).Bits)
      return false;
    Full.Ty = *T;
    Todo.push_back({Whole, Full});
    return true;
  }

  bool concat(unsigned Id, const Node &N, const ValueRef &V, Goals &Todo) {
    SmallVector<ValueRef, 16> Pieces;
    MachineInstr *MI = View.concat(V, M.Block, Pieces);
    MachineInstr *&Slot = M.NodeMI[Id - L];
    if (!MI || Pieces.size() != N.Ops.size() || (Slot && Slot != MI))
      return false;
    Slot = MI;
    for (unsigned I = 0; I != N.Ops.size(); ++I) {
      if (Pieces[I].Ty.Bits != W.typeOf(W.Source, N.Ops[I]).Bits)
        return false;
      Todo.push_back({N.Ops[I], Pieces[I]});
    }
    return true;
  }

  /// The instructions that may be node \p Id, found upwards from what is bound.
  void candidates(unsigned Id, SmallVectorImpl<MachineInstr *> &Out) {
    const Node &N = node(Id);
    auto From = [&](Register R, unsigned Offset, unsigned Bits) {
      View.readers(R, Offset, Bits, M.Block, Out);
    };
    for (bool ByNodes : {true, false}) {
      for (unsigned Op : N.Ops) {
        unsigned Offset = 0, Bits = 0;
        if (Op >= L && node(Op).R->Generic == GenericOp::Extract) {
          Offset = unsigned(node(Op).Imms[0]);
          Bits = node(Op).Ty.Bits;
          Op = node(Op).Ops[0];
        }
        if (ByNodes && Op >= L) {
          if (MachineInstr *MI = M.NodeMI[Op - L]) {
            From(MI->getOperand(0).getReg(), Offset, Bits);
          } else if (!Bits) {
            SmallVector<MachineInstr *, 8> Inner;
            candidates(Op, Inner);
            for (MachineInstr *I : Inner)
              if (I->getNumOperands() && I->getOperand(0).isReg() && I->getOperand(0).isDef() &&
                  I->getOperand(0).getReg().isVirtual())
                From(I->getOperand(0).getReg(), 0, 0);
          }
        } else if (!ByNodes && Op < L && !Bits && M.Leaves[Op].Whole.K == ValueRef::Reg) {
          const ValueRef &V = M.Leaves[Op].Whole;
          From(V.R, View.offsetOf(V.SubReg), V.SubReg ? V.Ty.Bits : 0);
        }
      }
      if (!Out.empty())
        return;
    }
  }

  bool nextOutput(unsigned Index) {
    unsigned Id = W.Source.Outputs[Index];
    if (Id < L)
      return false;
    if (M.NodeMI[Id - L]) // an inner node that is an output as well
      return run({}, Index + 1);
    SmallVector<MachineInstr *, 8> Found;
    candidates(Id, Found);
    for (MachineInstr *MI : Found)
      if (tryOutput(Index, *MI))
        return true;
    return false;
  }

  ValueView &View;
  const Window &W;
  function_ref<bool(const Match &)> Accept;
  unsigned L;
  unsigned Steps = 0;
  Match M;
};

bool RuleSet::isStep(const LoopLemma &L, const NodeView &N, unsigned Operand) {
  return sameSymbol(*L.Step, *N.R) && sameImms(*N.R, L.Imms, N.Imms) &&
         any_of(operandOrders(*L.Step),
                [&](const auto &Order) { return Order[L.AccOperand] == Operand; });
}

bool RuleSet::match(ValueView &View, MachineInstr &Root, unsigned Rule,
                    function_ref<bool(const Match &)> Accept) {
  return MatchRun(View, Rules[Rule].R, Accept).at(Root);
}

} // namespace whittle
