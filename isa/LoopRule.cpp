//===- isa/LoopRule.cpp - Rules about what a loop accumulates --------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/LoopRule.h"
#include "isa/Meaning.h"
#include "isa/TargetIsa.h"

using namespace llvm;

namespace whittle {

bool Window::isLoop() const {
  return any_of(Leaves, [](const Leaf &L) { return L.Loop; });
}

bool mayBeLoopAdd(const Row &R) {
  // With bits left unspecified, parts to which nothing is added would lose them.
  return !R.isGeneric() && R.inWindows() && !R.isWave() && !R.readsMemory() && !R.ReadsMXCSR &&
         !R.DefinedBits && !R.NumImms && !R.Def.isLaneMask() && R.Ins.size() == 2 &&
         R.Ins[0] == R.Def && R.Ins[1] == R.Def &&
         is_contained(commutativeInputs(R), std::pair<unsigned, unsigned>(0, 1));
}

bool mayBeLoopStep(const Row &Step, unsigned Operand, const Row &Add) {
  if (Step.isGeneric() || !Step.inWindows() || Step.Form == Shape::CrossLane ||
      Step.readsMemory() || Step.DefinedBits || Operand >= Step.Ins.size() ||
      Step.Ins[Operand] != Step.Def || Step.Def.Kind != Add.Def.Kind)
    return false;
  if (Step.Def.Bits == Add.Def.Bits)
    return true;
  return Step.Def.Kind == RegKind::Lane && Add.Def.Bits == 32 && Step.Def.Bits % 32 == 0;
}

namespace {
/// Builds one side: values get their numbers as they are added.
struct Side {
  const TargetIsa &Isa;
  const Window &W;
  Program P;

  unsigned add(const Row &R, ArrayRef<unsigned> Ops, ArrayRef<int64_t> Imms = {}) {
    return node(R, R.Def, Ops, Imms);
  }
  unsigned node(const Row &R, ValueType Ty, ArrayRef<unsigned> Ops, ArrayRef<int64_t> Imms) {
    Node N;
    N.R = &R;
    N.Ty = Ty;
    N.Ops.assign(Ops.begin(), Ops.end());
    N.Imms.assign(Imms.begin(), Imms.end());
    P.Nodes.push_back(std::move(N));
    return W.numLeaves() + unsigned(P.Nodes.size()) - 1;
  }
  /// Register \p K of \p Value, or all of it if it is no tuple.
  unsigned part(unsigned Value, unsigned K, ValueType Ty) {
    if (W.typeOf(P, Value) == Ty)
      return Value;
    for (auto [I, N] : enumerate(P.Nodes))
      if (N.R->Generic == GenericOp::Extract && N.Ops[0] == Value &&
          N.Imms[0] == int64_t(Ty.Bits) * K)
        return W.numLeaves() + unsigned(I);
    return node(Isa.generic(GenericOp::Extract), Ty, {Value}, {int64_t(Ty.Bits) * K});
  }
};
} // namespace

Rule loopRule(const TargetIsa &Isa, const LoopLemma &L) {
  const Row &Step = *L.Step, &Add = *L.Add;
  Rule R;
  R.W.Isa = &Isa;
  auto NewLeaf = [&](ValueType Ty) -> Leaf & {
    Leaf New;
    New.Ty = Ty;
    New.Zeros = New.Ones = APInt(Ty.Bits, 0);
    R.W.Leaves.push_back(std::move(New));
    return R.W.Leaves.back();
  };
  SmallVector<unsigned, 4> Operands;
  for (auto [K, Ty] : enumerate(Step.Ins)) {
    NewLeaf(Ty).Loop = K == L.AccOperand;
    Operands.push_back(unsigned(K));
  }
  const unsigned C = R.W.numLeaves(), Z = C + 1, Parts = Step.Def.Bits / Add.Def.Bits;
  NewLeaf(Step.Def);
  NewLeaf(Add.Def).Const = L.Start;

  Side Source{Isa, R.W, {}};
  const unsigned Stepped = Source.add(Step, Operands, L.Imms);
  for (unsigned K = 0; K != Parts; ++K)
    Source.P.Outputs.push_back(
        Source.add(Add, {Source.part(Stepped, K, Add.Def), Source.part(C, K, Add.Def)}));
  Source.P.Outputs.push_back(Source.add(Add, {Z, Source.part(C, 0, Add.Def)}));

  Side Target{Isa, R.W, {}};
  SmallVector<unsigned, 4> Sums;
  for (unsigned K = 0; K != Parts; ++K)
    Sums.push_back(
        Target.add(Add, {Target.part(L.AccOperand, K, Add.Def), Target.part(C, K, Add.Def)}));
  Operands[L.AccOperand] =
      Parts == 1 ? Sums[0] : Target.node(Isa.generic(GenericOp::Concat), Step.Def, Sums, {});
  const unsigned Result = Target.add(Step, Operands, L.Imms);
  for (unsigned K = 0; K != Parts; ++K)
    Target.P.Outputs.push_back(Target.part(Result, K, Add.Def));
  Target.P.Outputs.push_back(Target.part(C, 0, Add.Def));

  R.W.Source = std::move(Source.P);
  R.Target = std::move(Target.P);
  canonicalize(R);
  return R;
}

Window loopWindow(const TargetIsa &Isa, const LoopLemma &L) {
  Window W = loopRule(Isa, L).W;
  canonicalize(W);
  return W;
}

Expected<LoopLemma> loopLemma(const Window &W) {
  auto Fail = [](const Twine &Why) {
    return createStringError(inconvertibleErrorCode(), "a rule with a loop leaf " + Why);
  };
  LoopLemma L;
  unsigned Acc = ~0u;
  for (auto [I, Each] : enumerate(W.Leaves)) {
    if (!Each.Loop)
      continue;
    if (Acc != ~0u)
      return Fail("has one only, not %" + Twine(Acc) + " and %" + Twine(I));
    Acc = unsigned(I);
  }
  if (Acc == ~0u)
    return Fail("has none here");
  for (const Node &N : W.Source.Nodes)
    for (auto [K, Op] : enumerate(N.Ops)) {
      if (Op != Acc)
        continue;
      if (L.Step)
        return Fail("reads it once, as the accumulator of its step");
      L.Step = N.R;
      L.AccOperand = unsigned(K);
      L.Imms.assign(N.Imms.begin(), N.Imms.end());
    }
  if (!L.Step || L.Step->isGeneric())
    return Fail("has a step that reads it");
  unsigned First = W.Source.Outputs.empty() ? 0 : W.Source.Outputs[0];
  if (First < W.numLeaves() || W.Source.Nodes[First - W.numLeaves()].R->isGeneric())
    return Fail("yields a sum");
  L.Add = W.Source.Nodes[First - W.numLeaves()].R;
  if (!mayBeLoopAdd(*L.Add))
    return Fail("ends with an addition; " + L.Add->Name + " is none");
  if (!mayBeLoopStep(*L.Step, L.AccOperand, *L.Add))
    return Fail("has an accumulating step; " + L.Step->Name + " is none for " + L.Add->Name);
  for (const Leaf &Each : W.Leaves)
    if (Each.Const && Each.Ty == L.Add->Def)
      L.Start = *Each.Const;
  if (L.Start.getBitWidth() != L.Add->Def.Bits)
    return Fail("says with a constant where the accumulator starts");
  Window Given = W;
  canonicalize(Given);
  if (printWindow(Given) != printWindow(loopWindow(*W.Isa, L)))
    return Fail("is add(step(a, x..), c) and add(z, c), no more and no less");
  return L;
}

} // namespace whittle
