//===- isa/Program.cpp - Windows, programs and rules as values -------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/Program.h"
#include "isa/LoopRule.h"
#include "isa/Meaning.h"
#include "isa/TargetIsa.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"

using namespace llvm;

namespace whittle {

unsigned Node::immBits(unsigned K) const {
  for (const OperandSpec &U : R->Uses)
    if (U.K == OperandSpec::Imm && K-- == 0)
      return U.ImmBits;
  llvm_unreachable("no such immediate");
}

bool Leaf::factsHoldFor(const Leaf &Given) const {
  auto Implied = [](const APInt &Want, const APInt &Have) {
    return Want.isZero() || (Have.getBitWidth() == Want.getBitWidth() && Want.isSubsetOf(Have));
  };
  if (Given.Const)
    return Implied(Zeros, ~*Given.Const) && Implied(Ones, *Given.Const);
  return Implied(Zeros, Given.Zeros) && Implied(Ones, Given.Ones);
}

bool Window::hasMatrix() const {
  for (const Node &N : Source.Nodes)
    if (N.R->isMatrix())
      return true;
  return false;
}

std::vector<bool> liveNodes(const Window &W, const Program &P) {
  unsigned L = W.numLeaves();
  std::vector<bool> Live(P.Nodes.size());
  for (unsigned Id : P.Outputs)
    if (Id >= L)
      Live[Id - L] = true;
  for (size_t I = P.Nodes.size(); I-- > 0;)
    if (Live[I])
      for (unsigned Op : P.Nodes[I].Ops)
        if (Op >= L)
          Live[Op - L] = true;
  return Live;
}

std::vector<bool> readLeaves(const Window &W, const Program &P) {
  unsigned L = W.numLeaves();
  std::vector<bool> Used(L), Live = liveNodes(W, P);
  for (unsigned Id : P.Outputs)
    if (Id < L)
      Used[Id] = true;
  for (size_t I = 0; I < P.Nodes.size(); ++I)
    if (Live[I])
      for (unsigned Op : P.Nodes[I].Ops)
        if (Op < L)
          Used[Op] = true;
  return Used;
}

/// True if \p N loads a constant: a short one that the instruction widens or repeats.
static bool loadsConstant(const Window &W, const Node &N) {
  return !N.R->isGeneric() && N.R->readsMemory() && all_of(N.Ops, [&](unsigned Op) {
    return Op < W.numLeaves() && W.Leaves[Op].isConstant();
  });
}

StaticCost staticCost(const Window &W, const Program &P) {
  StaticCost C;
  std::vector<bool> Live = liveNodes(W, P);
  for (auto [I, N] : enumerate(P.Nodes)) {
    if (!Live[I] || N.R->isGeneric())
      continue;
    if (loadsConstant(W, N)) {
      C.ConstantBytes += W.Leaves[N.Ops[0]].Ty.bytes();
      C.Weight += 1;
      continue;
    }
    C.Weight += N.R->Weight;
    ++C.Instructions;
  }
  std::vector<bool> InSource = readLeaves(W, W.Source), InP = readLeaves(W, P);
  for (unsigned I = 0; I < W.numLeaves(); ++I)
    if (InP[I] && !InSource[I] && W.Leaves[I].isConstant()) {
      C.ConstantBytes += W.Leaves[I].Ty.bytes();
      C.Weight += 1; // a load that a loop hoists, as those above
    }
  return C;
}

bool readsMXCSR(const Program &P) {
  return any_of(P.Nodes, [](const Node &N) { return N.R->ReadsMXCSR; });
}

bool runsWhere(const Rule &A, const Rule &B) {
  StringSet<> Has;
  for (const Program *P : {&B.W.Source, &B.Target})
    for (const Node &N : P->Nodes)
      for (StringRef F : split(N.R->Features, ','))
        Has.insert(F);
  for (const Node &N : A.Target.Nodes)
    for (StringRef F : split(N.R->Features, ','))
      if (!F.empty() && !Has.contains(F))
        return false;
  return true;
}

void removeDeadNodes(const Window &W, Program &P) {
  unsigned L = W.numLeaves();
  std::vector<bool> Live = liveNodes(W, P);
  std::vector<unsigned> NewId(L + P.Nodes.size());
  for (unsigned I = 0; I < L; ++I)
    NewId[I] = I;
  std::vector<Node> Kept;
  for (size_t I = 0; I < P.Nodes.size(); ++I) {
    if (!Live[I])
      continue;
    NewId[L + I] = L + unsigned(Kept.size());
    Kept.push_back(std::move(P.Nodes[I]));
    for (unsigned &Op : Kept.back().Ops)
      Op = NewId[Op];
  }
  P.Nodes = std::move(Kept);
  for (unsigned &Id : P.Outputs)
    Id = NewId[Id];
}

static Error makeError(const Twine &Message) {
  return createStringError(inconvertibleErrorCode(), Message);
}

static Error checkGeneric(const Window &W, const Program &P, const Node &N, const Twine &Where) {
  if (N.R->Generic == GenericOp::Extract) {
    if (N.Ops.size() != 1 || N.Imms.size() != 1)
      return makeError(Where + "takes one operand and one bit offset");
    ValueType In = W.typeOf(P, N.Ops[0]);
    // Of what is narrower than a dword, halves of lane values alone stand elsewhere
    // than at the low end.
    const bool Half = N.Ty == ValueType{RegKind::Lane, 16};
    if (In.Kind != N.Ty.Kind || N.Imms[0] < 0 || N.Imms[0] % (Half ? 16 : 32) ||
        (N.Ty.Bits < 32 && !Half && N.Imms[0]) || uint64_t(N.Imms[0]) + N.Ty.Bits > In.Bits)
      return makeError(Where + "reads " + N.Ty.str() + " at bit " + Twine(N.Imms[0]) + " of " +
                       In.str());
    return Error::success();
  }
  unsigned Sum = 0;
  for (unsigned Op : N.Ops) {
    ValueType T = W.typeOf(P, Op);
    Sum += T.Bits;
    if (T.Kind != N.Ty.Kind || (T.Kind != RegKind::Lane && T.Kind != RegKind::Sgpr))
      return makeError(Where + "joins " + T.str() + " into " + N.Ty.str());
    if (T.Bits % 32 && (T.Bits != 16 || N.Ty.Bits != 32))
      return makeError(Where + "joins " + T.str() + " into " + N.Ty.str());
  }
  if (Sum != N.Ty.Bits)
    return makeError(Where + "pieces have " + Twine(Sum) + " bits, the result " + Twine(N.Ty.Bits));
  return Error::success();
}

/// An SGPR may stand where a lane value is read: the same in every lane.
static bool mayRead(ValueType Want, ValueType Have) {
  return Want == Have ||
         (Want.Kind == RegKind::Lane && Have.Kind == RegKind::Sgpr && Want.Bits == Have.Bits);
}

/// What stands in memory is a leaf that nothing but one kind of load reads.
static Error checkMemory(const Window &W, const Program &P) {
  unsigned L = W.numLeaves();
  std::vector<const Node *> Loads(L), Others(L);
  for (const Node &N : P.Nodes)
    for (auto [K, Op] : enumerate(N.Ops)) {
      bool Read = !N.R->isGeneric() && int(K) == N.R->MemUse;
      if (Read && Op >= L)
        return makeError(N.R->Name + ": reads %" + Twine(Op) + " from memory, which is no leaf");
      if (Op < L)
        (Read ? Loads : Others)[Op] = &N;
    }
  for (unsigned I = 0; I != L; ++I)
    if (Loads[I] && (Others[I] || is_contained(P.Outputs, I)))
      return makeError(Loads[I]->R->Name + ": %" + Twine(I) +
                       " is in memory and also read as a register");
  return Error::success();
}

/// A target may do again what a load of the source does, where it stands: the
/// same opcode of the same place, and of a masked load under the same mask.
static Error checkLoads(const Rule &R) {
  const Window &W = R.W;
  unsigned L = W.numLeaves();
  auto IsSame = [&](const Node &S, const Node &T) {
    const Row &Row = *T.R;
    if (S.R->isGeneric() || S.R->MemUse != Row.MemUse || S.Imms.size() != T.Imms.size() ||
        meaningHash(*S.R) != meaningHash(Row))
      return false;
    for (unsigned K = 0; K != Row.Ins.size(); ++K)
      if ((int(K) == Row.MemUse || (Row.MaskedLoad && int(K) != Row.TiedUse)) &&
          S.Ops[K] != T.Ops[K])
        return false;
    return true;
  };
  std::vector<bool> InMemory(L);
  for (const Node &N : W.Source.Nodes)
    if (!N.R->isGeneric() && N.R->readsMemory())
      InMemory[N.Ops[unsigned(N.R->MemUse)]] = true;
  for (const Node &T : R.Target.Nodes) {
    bool Load = !T.R->isGeneric() && T.R->readsMemory();
    if (Load && none_of(W.Source.Nodes, [&](const Node &S) { return IsSame(S, T); }))
      return makeError(T.R->Name + ": the source has no such load of %" +
                       Twine(T.Ops[unsigned(T.R->MemUse)]));
    for (auto [K, Op] : enumerate(T.Ops)) {
      if (Op < L && InMemory[Op] && !(Load && int(K) == T.R->MemUse))
        return makeError(T.R->Name + ": reads %" + Twine(Op) +
                         " as a register, which the source has in memory");
      // It is done where it stood, when nothing of the target is there yet.
      if (Load && Op >= L)
        return makeError(T.R->Name + ": %" + Twine(Op) + " comes after the load's place");
    }
  }
  for (unsigned Id : R.Target.Outputs)
    if (Id < L && InMemory[Id])
      return makeError("output %" + Twine(Id) + " is in memory");
  return Error::success();
}

Error checkProgram(const Window &W, const Program &P) {
  unsigned L = W.numLeaves();
  for (size_t I = 0; I < P.Nodes.size(); ++I) {
    const Node &N = P.Nodes[I];
    std::string Where = "%" + std::to_string(L + I) + " = " + N.R->Name + ": ";
    for (unsigned Op : N.Ops)
      if (Op >= L + I)
        return makeError(Where + "operand %" + Twine(Op) + " is not bound before it");
    if (N.R->isGeneric()) {
      if (Error E = checkGeneric(W, P, N, Where))
        return E;
      continue;
    }
    if (N.R->GivesFlags)
      return makeError(Where + "gives flags, which programs do not hold");
    if (N.R->Ordered)
      return makeError(Where + "depends on the order of instructions, which a window has not");
    if (!N.R->inWindows())
      return makeError(Where + "reads or gives a register that it does not name, which no window "
                               "has");
    if (!(N.Ty == N.R->Def))
      return makeError(Where + "result is " + N.R->Def.str() + ", not " + N.Ty.str());
    if (N.Ops.size() != N.R->Ins.size())
      return makeError(Where + "takes " + Twine(N.R->Ins.size()) + " operands, not " +
                       Twine(N.Ops.size()));
    if (N.Imms.size() != N.R->NumImms)
      return makeError(Where + "takes " + Twine(N.R->NumImms) + " immediates, not " +
                       Twine(N.Imms.size()));
    for (auto [K, Op] : enumerate(N.Ops))
      if (ValueType T = W.typeOf(P, Op); !mayRead(N.R->Ins[K], T))
        return makeError(Where + "operand %" + Twine(Op) + " is " + T.str() + ", not " +
                         N.R->Ins[K].str());
    unsigned K = 0;
    for (const OperandSpec &U : N.R->Uses)
      if (U.K == OperandSpec::Imm) {
        int64_t Imm = N.Imms[K++];
        if (!isIntN(U.ImmBits + 1, Imm))
          return makeError(Where + "immediate " + Twine(Imm) + " does not fit " +
                           Twine(unsigned(U.ImmBits)) + " bits");
      }
  }
  if (P.Outputs.empty())
    return makeError("no outputs");
  for (unsigned Id : P.Outputs)
    if (Id >= L + P.Nodes.size())
      return makeError("output %" + Twine(Id) + " is not bound");
  return checkMemory(W, P);
}

Error checkWindow(const Window &W) {
  for (auto [I, L] : enumerate(W.Leaves)) {
    if (L.Const && L.Const->getBitWidth() != L.Ty.Bits)
      return makeError("%" + Twine(I) + ": constant has " + Twine(L.Const->getBitWidth()) +
                       " bits, not " + Twine(L.Ty.Bits));
    if (L.hasFacts() && (L.Const || L.Choice))
      return makeError("%" + Twine(I) + ": a constant or undef leaf has no facts");
    if (!L.Zeros.isZero() && !L.Ones.isZero() && L.Zeros.intersects(L.Ones))
      return makeError("%" + Twine(I) + ": a bit is said to be both 0 and 1");
    if (L.Loop && (L.Const || L.Choice || L.hasFacts()))
      return makeError("%" + Twine(I) + ": nothing more is known of what a loop accumulates");
  }
  if (Error E = checkProgram(W, W.Source))
    return E;
  if (!W.isLoop())
    return Error::success();
  Expected<LoopLemma> Lemma = loopLemma(W);
  return Lemma ? Error::success() : Lemma.takeError();
}

Error checkRule(const Rule &R) {
  const Window &W = R.W;
  if (Error E = checkWindow(W))
    return E;
  if (Error E = checkProgram(W, R.Target))
    return E;
  if (Error E = checkLoads(R))
    return E;
  if (Error E = checkSymbols(R))
    return E;
  if (W.Source.Outputs.size() != R.Target.Outputs.size())
    return makeError("source yields " + Twine(W.Source.Outputs.size()) + " values, target " +
                     Twine(R.Target.Outputs.size()));
  for (auto [S, T] : zip(W.Source.Outputs, R.Target.Outputs)) {
    ValueType A = W.typeOf(W.Source, S), B = W.typeOf(R.Target, T);
    if (!mayRead(A, B))
      return makeError("output %" + Twine(S) + " is " + A.str() + ", its replacement %" + Twine(T) +
                       " " + B.str());
  }
  std::vector<bool> InSource = readLeaves(W, W.Source), InTarget = readLeaves(W, R.Target);
  for (unsigned I = 0; I < W.numLeaves(); ++I)
    if (InTarget[I] && !InSource[I] && !W.Leaves[I].isConstant())
      return makeError("operand %" + Twine(I) + " of the target is not bound by the source");
  if (W.isLoop()) {
    Rule Given = R;
    canonicalize(Given);
    if (printRule(Given) != printRule(loopRule(*W.Isa, cantFail(loopLemma(W)))))
      return makeError("the target of a rule with a loop leaf is step(add(a, c), x..) and c");
  }
  return Error::success();
}

//===----------------------------------------------------------------------===//
// Canonical form
//===----------------------------------------------------------------------===//

namespace {
/// A value's text by structure alone, so that commutative operands can be put
/// in an order that does not depend on numbering.
class StructureKeys {
public:
  StructureKeys(const Window &W, const Program &P) {
    for (const Leaf &L : W.Leaves) {
      std::string K = "~" + L.Ty.str() + (L.Choice ? "u" : "") + (L.Loop ? "l" : "");
      if (L.Const)
        K += "c" + toString(*L.Const, 16, false);
      // Not by name: symbols are numbered last.
      if (L.Symbolic)
        K += "s" + std::to_string(L.ElementBits) + (L.Symbolic->isSymbol() ? "" : "e");
      if (L.hasFacts())
        K += "f" + toString(L.Zeros, 16, false) + "." + toString(L.Ones, 16, false);
      Keys.push_back(K);
    }
    for (const Node &N : P.Nodes) {
      std::string K = N.R->Name;
      for (unsigned Op : N.Ops)
        K += "(" + Keys[Op] + ")";
      for (auto [I, Imm] : enumerate(N.Imms))
        K += N.symbolic(unsigned(I)) ? ",s" : "," + std::to_string(Imm);
      Keys.push_back(Hash128::of(K).hex());
    }
  }
  std::vector<std::string> Keys;
};

class Renumber {
public:
  explicit Renumber(Window &W) : W(W), LeafIds(W.numLeaves(), ~0u) {}

  /// Visits P from its outputs; leaves keep the numbers of earlier visits.
  Program visit(Program P) {
    sortCommutative(P);
    Old = &P;
    NodeIds.assign(P.Nodes.size(), ~0u);
    Nodes.clear();
    for (unsigned Id : P.Outputs)
      walk(Id);
    Program New;
    New.Outputs = P.Outputs;
    New.Nodes = std::move(Nodes);
    return New;
  }
  void apply(Program &P, const std::vector<unsigned> &NodeIdsOf) {
    unsigned L = W.numLeaves();
    auto Map = [&](unsigned Id) { return Id < L ? LeafIds[Id] : NumLeaves + NodeIdsOf[Id - L]; };
    for (Node &N : P.Nodes)
      for (unsigned &Op : N.Ops)
        Op = Map(Op);
    for (unsigned &Id : P.Outputs)
      Id = Map(Id);
  }
  std::vector<Leaf> leaves() const {
    std::vector<Leaf> New(NumLeaves);
    for (unsigned I = 0; I < LeafIds.size(); ++I)
      if (LeafIds[I] != ~0u)
        New[LeafIds[I]] = W.Leaves[I];
    return New;
  }
  std::vector<unsigned> takeNodeIds() { return std::move(NodeIds); }

private:
  void walk(unsigned Id) {
    unsigned L = W.numLeaves();
    if (Id < L) {
      if (LeafIds[Id] == ~0u)
        LeafIds[Id] = NumLeaves++;
      return;
    }
    if (NodeIds[Id - L] != ~0u)
      return;
    for (unsigned Op : Old->Nodes[Id - L].Ops)
      walk(Op);
    NodeIds[Id - L] = unsigned(Nodes.size());
    Nodes.push_back(Old->Nodes[Id - L]);
  }
  void sortCommutative(Program &P) {
    for (Node &N : P.Nodes) {
      auto Pairs = commutativeInputs(*N.R);
      if (Pairs.empty())
        continue;
      std::vector<std::string> Keys = StructureKeys(W, P).Keys;
      for (auto [I, J] : Pairs)
        if (Keys[N.Ops[J]] < Keys[N.Ops[I]])
          std::swap(N.Ops[I], N.Ops[J]);
    }
  }

  Window &W;
  const Program *Old = nullptr;
  std::vector<unsigned> LeafIds, NodeIds;
  unsigned NumLeaves = 0;
  std::vector<Node> Nodes;
};
} // namespace

void canonicalize(Window &W) {
  Renumber Re(W);
  Program Source = Re.visit(W.Source);
  Re.apply(Source, Re.takeNodeIds());
  W.Leaves = Re.leaves();
  W.Source = std::move(Source);
}

void canonicalize(Rule &R) {
  Renumber Re(R.W);
  Program Source = Re.visit(R.W.Source);
  std::vector<unsigned> SourceIds = Re.takeNodeIds();
  Program Target = Re.visit(R.Target);
  std::vector<unsigned> TargetIds = Re.takeNodeIds();
  Re.apply(Source, SourceIds);
  Re.apply(Target, TargetIds);
  R.W.Leaves = Re.leaves();
  R.W.Source = std::move(Source);
  R.Target = std::move(Target);
  canonicalizeSymbols(R);
}

void useClassLeaders(Program &P, const TargetIsa &Isa) {
  for (Node &N : P.Nodes)
    if (!N.R->isGeneric())
      N.R = &Isa.classOf(*N.R).leader();
}

} // namespace whittle
