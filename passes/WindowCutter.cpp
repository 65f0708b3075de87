//===- passes/WindowCutter.cpp - The windows at one block ------------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/WindowCutter.h"
#include "isa/Meaning.h"
#include "passes/ExecMask.h"
#include "passes/WindowBuilder.h"
#include "llvm/CodeGen/MachineFunction.h"
#include "llvm/CodeGen/MachineInstr.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"
#include "llvm/CodeGen/TargetInstrInfo.h"
#include <map>
#include <set>
#include <tuple>

using namespace llvm;

namespace whittle {

WindowCutter::WindowCutter(ValueView &View, MachineBasicBlock &Block, Limits L)
    : View(View), Block(Block), Limit(L) {
  if (!View.isAMDGPU()) {
    for (MachineInstr &MI : Block)
      Places[&MI] = unsigned(Places.size());
    return;
  }
  // One window has one EXEC value.
  int Segment = 0;
  for (MachineInstr &MI : Block) {
    Segment += changesExec(MI);
    if (Segment)
      Segments[&MI] = Segment;
  }
}

int WindowCutter::segmentOf(const MachineInstr *MI) const { return Segments.lookup(MI); }

unsigned WindowCutter::pieceOf(const Bundle &B) {
  if (B.size() == 1)
    if (auto It = Singles.find(B[0]); It != Singles.end())
      return It->second;
  if (B.size() > 1)
    for (unsigned P = 0; P != Pieces.size(); ++P)
      if (Pieces[P].MIs == B)
        return P;
  Pieces.push_back({B, {}, false});
  if (B.size() == 1)
    Singles[B[0]] = unsigned(Pieces.size()) - 1;
  return unsigned(Pieces.size()) - 1;
}

/// The same row and immediates, all different instructions of one EXEC.
bool WindowCutter::isomorphic(ArrayRef<MachineInstr *> MIs) {
  const NodeView *First = MIs[0] ? View.node(*MIs[0]) : nullptr;
  if (!First || First->R->isWave() || First->R->readsMemory())
    return false;
  SmallPtrSet<MachineInstr *, 16> Distinct;
  for (MachineInstr *MI : MIs) {
    const NodeView *N = MI ? View.node(*MI) : nullptr;
    if (!N || N->R != First->R || N->Imms != First->Imms || !Distinct.insert(MI).second ||
        MI->getParent() != &Block || segmentOf(MI) != segmentOf(MIs[0]))
      return false;
  }
  return true;
}

/// Operand values that differ from instruction to instruction: a tuple's
/// registers in order, isomorphic results, or unrelated.
void WindowCutter::joinParts(Operand &O) {
  ArrayRef<ValueRef> Vs = O.Values;
  unsigned N = unsigned(Vs.size());
  auto IsShared = [&] {
    std::optional<APInt> C = View.constant(Vs[0]);
    return all_of(Vs, [&](const ValueRef &V) { return C ? View.constant(V) == C : V.same(Vs[0]); });
  };
  if (IsShared()) {
    ValueRef Only = Vs[0];
    O.K = Operand::Shared;
    O.Values.assign(1, Only);
    if (!View.constant(Only))
      if (const NodeView *P = View.producer(Only, &Block))
        O.Producer = int(pieceOf({P->MI}));
    return;
  }
  O.K = Operand::Each;
  bool IsTuple = Vs[0].K == ValueRef::Reg;
  for (unsigned I = 0; I != N && IsTuple; ++I)
    IsTuple = Vs[I].K == ValueRef::Reg && Vs[I].SubReg && Vs[I].R == Vs[0].R &&
              Vs[I].Ty.Bits == 32 && View.offsetOf(Vs[I].SubReg) == 32 * I;
  if (IsTuple) {
    std::optional<ValueType> T = View.typeOf(Vs[0].R);
    if (T && T->Bits == 32 * N) {
      ValueRef Whole = Vs[0];
      Whole.SubReg = 0;
      Whole.Ty = {RegKind::Lane, T->Bits};
      O.K = Operand::Tuple;
      O.Values.assign(1, Whole);
      if (const NodeView *P = View.producer(Whole, &Block))
        O.Producer = int(pieceOf({P->MI}));
      return;
    }
  }
  Bundle Producers;
  for (const ValueRef &V : Vs) {
    const NodeView *P = View.constant(V) ? nullptr : View.producer(V, &Block);
    Producers.push_back(P ? P->MI : nullptr);
  }
  if (isomorphic(Producers))
    O.Producer = int(pieceOf(Producers));
}

/// What makes operands of isomorphic instructions belong together: the tuple
/// that they are registers of, or the row that made them.
static std::pair<unsigned, const Row *> family(ValueView &View, const ValueRef &V,
                                               const MachineBasicBlock *Block) {
  if (V.K != ValueRef::Reg || View.constant(V))
    return {0, nullptr};
  if (V.SubReg)
    return {V.R.id(), nullptr};
  const NodeView *P = View.producer(V, Block);
  return {0, P ? P->R : nullptr};
}

/// Operand order of \p MI that puts its operands beside those of \p First,
/// where the row lets two be exchanged.
SmallVector<unsigned, 4> WindowCutter::orderLike(MachineInstr &First, MachineInstr &MI) {
  const NodeView *A = View.node(First), *B = View.node(MI);
  SmallVector<unsigned, 4> Order;
  for (unsigned I = 0; I != B->Ops.size(); ++I)
    Order.push_back(I);
  for (auto [I, J] : commutativeInputs(*A->R)) {
    auto Of = [&](const NodeView *N, unsigned K) { return family(View, N->Ops[K], &Block); };
    if (Of(B, Order[I]) != Of(A, I) && Of(B, Order[I]) == Of(A, J) && Of(B, Order[J]) == Of(A, I))
      std::swap(Order[I], Order[J]);
  }
  return Order;
}

/// True for a sequence of the two halves of a register (GPUs with 16-bit registers).
bool WindowCutter::joinsHalves(const MachineInstr &MI, SmallVectorImpl<ValueRef> &Halves) const {
  if (!View.isAMDGPU() || !MI.isRegSequence() || MI.getNumOperands() != 5)
    return false;
  ValueRef V;
  V.K = ValueRef::Reg;
  V.R = MI.getOperand(0).getReg();
  V.Ty = {RegKind::Lane, 32};
  return View.typeOf(V.R) == V.Ty && View.concat(V, &Block, Halves) && Halves.size() == 2;
}

WindowCutter::Operand WindowCutter::operand(const Bundle &B, unsigned Index) {
  Operand O;
  for (MachineInstr *MI : B)
    O.Values.push_back(View.node(*MI)->Ops[orderLike(*B[0], *MI)[Index]]);
  if (B.size() > 1)
    joinParts(O);
  else
    findProducer(O);
  return O;
}

/// What makes the one value of \p O.
void WindowCutter::findProducer(Operand &O) {
  const ValueRef &V = O.Values[0];
  if (V.K != ValueRef::Reg || View.constant(V))
    return;
  if (const NodeView *P = View.producer(V, &Block)) {
    O.Producer = int(pieceOf({P->MI}));
    return;
  }
  SmallVector<ValueRef, 2> Halves;
  if (V.Ty == ValueType{RegKind::Lane, 16} && V.SubReg &&
      View.typeOf(V.R) == ValueType{RegKind::Lane, 32}) {
    O.Offset = View.offsetOf(V.SubReg);
    O.Whole = V;
    O.Whole.SubReg = 0;
    O.Whole.Ty = {RegKind::Lane, 32};
    if (const NodeView *P = View.producer(O.Whole, &Block))
      O.Producer = int(pieceOf({P->MI}));
    return;
  }
  Operand Sequence;
  MachineInstr *Concat = View.concat(V, &Block, Sequence.Values);
  if (!Concat)
    return;
  if (joinsHalves(*Concat, Halves) && V.Ty.Bits == 32) {
    O.Producer = int(pieceOf({Concat}));
    return;
  }
  if (Sequence.Values.size() > Limit.MaxTuple ||
      !all_of(Sequence.Values, [](const ValueRef &P) { return P.Ty.Bits == 32; }))
    return;
  joinParts(Sequence);
  if (Sequence.K == Operand::Each && Sequence.Producer >= 0) {
    O.Producer = Sequence.Producer;
    O.ViaConcat = Concat;
  }
}

ArrayRef<WindowCutter::Operand> WindowCutter::operandsOf(unsigned P) {
  if (!Pieces[P].OpsKnown) {
    Bundle B = Pieces[P].MIs;
    SmallVector<Operand, 3> Ops;
    SmallVector<ValueRef, 2> Halves;
    if (joinsHalves(*B[0], Halves)) {
      for (const ValueRef &V : Halves) {
        Operand &O = Ops.emplace_back();
        O.Values.push_back(V);
        findProducer(O);
      }
    } else {
      for (unsigned I = 0, E = unsigned(View.node(*B[0])->Ops.size()); I != E; ++I)
        Ops.push_back(operand(B, I));
    }
    Pieces[P].Ops = std::move(Ops);
    Pieces[P].OpsKnown = true;
  }
  return Pieces[P].Ops;
}

/// True if every read of piece \p P's results is by a chosen instruction.
bool WindowCutter::ownsReads(const Chosen &C, unsigned P) {
  SmallPtrSet<MachineInstr *, 16> Set;
  for (unsigned Q : C.Pieces)
    Set.insert(Pieces[Q].MIs.begin(), Pieces[Q].MIs.end());
  for (unsigned Q : C.Pieces)
    for (const Operand &O : operandsOf(Q))
      if (O.ViaConcat && O.Producer == int(P) &&
          View.onlyReadBy(O.ViaConcat->getOperand(0).getReg(), Set, &Block))
        Set.insert(O.ViaConcat);
  return all_of(Pieces[P].MIs, [&](MachineInstr *MI) {
    return View.onlyReadBy(MI->getOperand(0).getReg(), Set, &Block);
  });
}

void WindowCutter::cutRoot(const Bundle &Root, Sink S) {
  unsigned RootPiece = pieceOf(Root);
  std::vector<Chosen> Level{{{RootPiece}, -1}};
  std::set<std::pair<SmallVector<unsigned, 6>, int>> Seen;
  unsigned Given = 0;
  for (unsigned Size = 1; Size <= Limit.MaxNodes && !Level.empty(); ++Size) {
    std::vector<Chosen> Next;
    // Plain windows before those with a second output, and last those that share.
    std::vector<Chosen> Sorted;
    for (unsigned Kind : {0, 1, 2})
      copy_if(Level, std::back_inserter(Sorted), [&](const Chosen &C) { return C.kind() == Kind; });
    Level = std::move(Sorted);
    for (const Chosen &C : Level) {
      // A group of registers is worth a window only around what ties it.
      bool Tied = Root.size() == 1 ||
                  any_of(C.Pieces, [&](unsigned P) { return Pieces[P].MIs.size() == 1; });
      if (Tied) {
        Window W = build(C);
        if (isWorthwhile(W, C)) {
          S(std::move(W));
          if (++Given == Limit.MaxWindows)
            return;
        }
      }
      SmallVector<int, 8> Candidates;
      for (unsigned P : C.Pieces)
        for (const Operand &O : operandsOf(P))
          if (O.Producer >= 0 && !is_contained(C.Pieces, unsigned(O.Producer)) &&
              !is_contained(Candidates, O.Producer))
            Candidates.push_back(O.Producer);
      for (int P : Candidates) {
        if (segmentOf(Pieces[unsigned(P)].MIs[0]) != segmentOf(Root[0]))
          continue;
        auto Add = [&](int Kept, bool Shares) {
          Chosen D = C;
          D.Pieces.push_back(unsigned(P));
          D.Kept = Kept;
          D.Shares = Shares;
          auto Key = std::make_pair(D.Pieces, D.Kept);
          llvm::sort(Key.first);
          if (Next.size() < Limit.MaxWindows && Seen.insert(std::move(Key)).second)
            Next.push_back(std::move(D));
        };
        if (ownsReads(C, unsigned(P))) {
          Add(C.Kept, C.Shares);
          continue;
        }
        if (C.Kept >= 0 || Pieces[unsigned(P)].MIs.size() != 1 || Root.size() != 1 ||
            Pieces[unsigned(P)].MIs[0]->getParent() != &Block)
          continue;
        if (!C.Shares)
          Add(P, false);
        if (hasFewReaders(C, unsigned(P)))
          Add(-1, true);
      }
    }
    Level = std::move(Next);
  }
}

/// The largest window of one output over few values, if it is larger than those
/// that cutRoot gives; then the largest of all.
void WindowCutter::cutLong(unsigned RootPiece, Sink S) {
  Chosen C{{RootPiece}, -1};
  std::optional<Window> Best, Longest;
  for (bool Grew = true; Grew && C.Pieces.size() < Limit.MaxLongest;) {
    Grew = false;
    for (unsigned I = 0; I != C.Pieces.size() && !Grew; ++I)
      for (const Operand &O : operandsOf(C.Pieces[I])) {
        if (O.Producer < 0 || is_contained(C.Pieces, unsigned(O.Producer)) ||
            segmentOf(Pieces[unsigned(O.Producer)].MIs[0]) != segmentOf(Pieces[RootPiece].MIs[0]) ||
            !ownsReads(C, unsigned(O.Producer)))
          continue;
        C.Pieces.push_back(unsigned(O.Producer));
        Grew = true;
        break;
      }
    if (!Grew || C.Pieces.size() <= Limit.MaxNodes)
      continue;
    Window W = build(C);
    if (count_if(W.Leaves, [](const Leaf &L) { return !L.Const; }) <= Limit.MaxInputs)
      (C.Pieces.size() <= Limit.MaxLong ? Best : Longest) = std::move(W);
  }
  if (Best)
    S(std::move(*Best));
  if (Longest)
    S(std::move(*Longest));
}

/// A single cheap instruction over unknown values has nothing to give.
bool WindowCutter::isWorthwhile(const Window &W, const Chosen &C) const {
  if (all_of(W.Source.Nodes, [](const Node &N) { return N.R->isGeneric(); }))
    return false;
  if (C.Kept >= 0 && C.Pieces.size() == 1)
    return false;
  if (C.Pieces.size() > 1)
    return true;
  SmallVector<unsigned, 4> Seen;
  for (const Node &N : W.Source.Nodes) {
    if (N.R->isGeneric())
      continue;
    if (N.R->Weight > 2 || !N.Imms.empty())
      return true;
    for (unsigned Op : N.Ops) {
      if (is_contained(Seen, Op))
        return true;
      Seen.push_back(Op);
    }
  }
  return any_of(W.Leaves, [](const Leaf &L) { return L.Const || L.Choice || L.hasFacts(); });
}

namespace {
/// Adds leaves and nodes for the values of one window.
struct Emitter {
  ValueView &View;
  WindowBuilder B;
  SmallVector<std::pair<SmallVector<ValueRef, 4>, unsigned>, 8> Leaves;
  std::map<std::tuple<unsigned, unsigned, unsigned>, unsigned> Extracts;

  const MachineBasicBlock *Block;

  Emitter(ValueView &View, const MachineBasicBlock *Block)
      : View(View), B(View.table().isa()), Block(Block) {}

  /// A leaf for one value, or for the registers of a tuple one by one.
  unsigned leaf(ArrayRef<ValueRef> Vs) {
    ValueType Ty = Vs[0].Ty;
    Ty.Bits = uint16_t(Ty.Bits * Vs.size());
    Leaf L;
    L.Ty = Ty;
    if (Vs.size() == 1 && Vs[0].K == ValueRef::Undef) {
      L.Choice = true;
      return B.addLeaf(std::move(L));
    }
    std::optional<APInt> C = Vs.size() == 1 ? View.constant(Vs[0]) : std::nullopt;
    // A tuple that was put together is its registers: another operand may be those.
    SmallVector<ValueRef, 4> Key;
    if (C || Vs.size() != 1 || Ty.Kind != RegKind::Lane || Ty.Bits == 32 ||
        !View.concat(Vs[0], Block, Key))
      Key.assign(Vs.begin(), Vs.end());
    for (auto &[Have, Id] : Leaves) {
      Leaf &Old = B.leaf(Id);
      bool Same =
          C ? (Old.Ty == Ty && Old.Const == C)
            : !Old.Const && Old.Ty.Bits == Ty.Bits && Have.size() == Key.size() &&
                  equal(Have, Key, [](const ValueRef &A, const ValueRef &B) { return A.same(B); });
      if (!Same)
        continue;
      // Read as a scalar once, it is a scalar: lanes may read those too.
      if (Ty.Kind == RegKind::Sgpr)
        Old.Ty = Ty;
      return Id;
    }
    if (C) {
      L.Const = C;
    } else {
      KnownBits K(Ty.Bits);
      unsigned At = 0;
      for (const ValueRef &V : Vs) {
        K.insertBits(View.facts(V), At);
        At += V.Ty.Bits;
      }
      if (!K.isUnknown()) {
        L.Zeros = K.Zero;
        L.Ones = K.One;
      }
    }
    unsigned Id = B.addLeaf(std::move(L));
    Leaves.push_back({std::move(Key), Id});
    return Id;
  }

  unsigned extract(unsigned Whole, unsigned Offset, uint16_t Bits) {
    auto [It, New] = Extracts.try_emplace({Whole, Offset, Bits}, 0);
    if (New) {
      Node N;
      N.R = &View.table().isa().generic(GenericOp::Extract);
      N.Ty = {RegKind::Lane, Bits};
      N.Ops = {Whole};
      N.Imms = {int64_t(Offset)};
      It->second = B.addNode(std::move(N));
    }
    return It->second;
  }
};
} // namespace

Window WindowCutter::build(const Chosen &C) {
  Emitter E(View, &Block);
  std::map<unsigned, SmallVector<unsigned, 4>> Done;
  // Windows are small and acyclic: recursion ends at leaves.
  auto Emit = [&](auto &&Self, unsigned P) -> ArrayRef<unsigned> {
    if (auto It = Done.find(P); It != Done.end())
      return It->second;
    unsigned N = unsigned(Pieces[P].MIs.size());
    std::vector<SmallVector<unsigned, 4>> Ids(N);
    SmallVector<Operand, 3> Ops(operandsOf(P));
    for (const Operand &O : Ops) {
      bool In = O.Producer >= 0 && is_contained(C.Pieces, unsigned(O.Producer));
      if (In && O.ViaConcat) {
        Node Join;
        Join.R = &View.table().isa().generic(GenericOp::Concat);
        Join.Ty = O.Values[0].Ty;
        append_range(Join.Ops, Self(Self, unsigned(O.Producer)));
        Ids[0].push_back(E.B.addNode(std::move(Join)));
        continue;
      }
      if (O.K == Operand::Each && In) {
        ArrayRef<unsigned> From = Self(Self, unsigned(O.Producer));
        for (unsigned I = 0; I != N; ++I)
          Ids[I].push_back(From[I]);
        continue;
      }
      if (O.K == Operand::Shared) {
        unsigned Id = In        ? Self(Self, unsigned(O.Producer))[0]
                      : O.Whole ? E.leaf(O.Whole)
                                : E.leaf(O.Values);
        if (O.Whole)
          Id = E.extract(Id, O.Offset, O.Values[0].Ty.Bits);
        for (unsigned I = 0; I != N; ++I)
          Ids[I].push_back(Id);
        continue;
      }
      bool Plain = all_of(O.Values, [](const ValueRef &V) { return V.K != ValueRef::Undef; });
      if (O.K == Operand::Each && !Plain) {
        for (unsigned I = 0; I != N; ++I)
          Ids[I].push_back(E.leaf(O.Values[I]));
        continue;
      }
      unsigned Whole = In ? Self(Self, unsigned(O.Producer))[0] : E.leaf(O.Values);
      for (unsigned I = 0; I != N; ++I)
        Ids[I].push_back(E.extract(Whole, 32 * I, 32));
    }
    SmallVector<unsigned, 4> Out;
    for (unsigned I = 0; I != N; ++I) {
      const NodeView *V = View.node(*Pieces[P].MIs[I]);
      Node New;
      New.R = V ? V->R : &View.table().isa().generic(GenericOp::Concat);
      New.Ty = V ? V->R->Def : ValueType{RegKind::Lane, 32};
      if (V)
        New.Imms = V->Imms;
      New.Ops.assign(Ids[I].begin(), Ids[I].end());
      Out.push_back(E.B.addNode(std::move(New)));
    }
    return Done[P] = std::move(Out);
  };
  SmallVector<unsigned, 4> Outputs(Emit(Emit, C.Pieces[0]));
  if (C.Kept >= 0)
    append_range(Outputs, Emit(Emit, unsigned(C.Kept)));
  Window W = E.B.finish(Outputs);
  for (unsigned I = 0; I != W.Source.Outputs.size(); ++I) {
    // One instruction gives each output: those of the root, then the one kept.
    const Bundle &Root = Pieces[C.Pieces[0]].MIs;
    MachineInstr *MI = I < Root.size() ? Root[I] : Pieces[unsigned(C.Kept)].MIs[0];
    const ValueType Ty = W.typeOf(W.Source, W.Source.Outputs[I]);
    if (Ty != ValueType{RegKind::Lane, 32} && Ty.Kind != RegKind::Gpr)
      continue;
    if (unsigned Low = View.lowBitsRead(MI->getOperand(0).getReg())) {
      W.LowBits.resize(W.Source.Outputs.size());
      W.LowBits[I] = uint16_t(Low);
    }
  }
  return W;
}

/// The one instruction that reads each part (or whole register), if those are
/// isomorphic.
bool WindowCutter::readersOf(ArrayRef<std::pair<Register, unsigned>> Parts, bool Whole,
                             Bundle &Out) {
  for (auto [R, Offset] : Parts) {
    SmallVector<MachineInstr *, 4> Found;
    View.readers(R, Offset, Whole ? 0 : 32, &Block, Found);
    if (Found.size() != 1)
      return false;
    Out.push_back(Found[0]);
  }
  return isomorphic(Out);
}

SmallVector<WindowCutter::Bundle, 4> WindowCutter::tupleRoots(MachineInstr &Tuple) {
  SmallVector<Bundle, 4> Roots;
  const NodeView *T = View.node(Tuple);
  unsigned N = T->R->Def.Bits / 32;
  if (T->R->Def.Kind != RegKind::Lane || N < 2 || N > Limit.MaxTuple)
    return Roots;
  SmallVector<std::pair<Register, unsigned>, 16> Parts;
  for (unsigned I = 0; I != N; ++I)
    Parts.push_back({Tuple.getOperand(0).getReg(), 32 * I});
  bool Whole = false;
  while (Roots.size() + 1 < Limit.MaxNodes) {
    Bundle Next;
    if (!readersOf(Parts, Whole, Next))
      break;
    Roots.push_back(Next);
    Parts.clear();
    for (MachineInstr *MI : Next)
      Parts.push_back({MI->getOperand(0).getReg(), 0});
    Whole = true;
  }
  return Roots;
}

void WindowCutter::run(Sink S) {
  std::set<std::vector<MachineInstr *>> DoneGroups;
  for (MachineInstr &MI : Block) {
    if (SmallVector<ValueRef, 2> Halves; joinsHalves(MI, Halves)) {
      cutRoot({&MI}, S);
      cutLong(pieceOf({&MI}), S);
      continue;
    }
    // Of a load whose row reads memory, search could only write the same again.
    const NodeView *N = View.node(MI);
    if (!N || N->R->readsMemory())
      continue;
    ValueRef V;
    V.K = ValueRef::Reg;
    V.R = MI.getOperand(0).getReg();
    V.Ty = N->R->Def;
    if (View.constant(V))
      continue;
    cutRoot({&MI}, S);
    cutLong(pieceOf({&MI}), S);
    if (!View.isAMDGPU())
      cutTwins(MI, S);
    if (View.isAMDGPU())
      for (const Bundle &Root : tupleRoots(MI))
        if (DoneGroups.insert(std::vector<MachineInstr *>(Root.begin(), Root.end())).second)
          cutRoot(Root, S);
  }
}

} // namespace whittle
