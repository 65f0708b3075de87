//===- enumerate/Task.cpp - What is searched for in a window --------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "enumerate/Task.h"
#include "isa/TargetIsa.h"
#include "llvm/ADT/SetVector.h"
#include <map>

using namespace llvm;

namespace whittle {

void Task::finish(Program &Target, unsigned Root, unsigned NumLeaves, unsigned Shift) const {
  if (!Tuple) {
    for (unsigned Id : Outputs)
      Target.Outputs.push_back(Id < NumLeaves ? Id : Id + Shift);
    Target.Outputs[Replaced] = Root;
    return;
  }
  unsigned Offset = 0;
  for (ValueType T : Parts) {
    Node N;
    N.R = ExtractRow;
    N.Ty = T;
    N.Ops = {Root};
    N.Imms = {int64_t(Offset)};
    Offset += T.Bits;
    Target.Nodes.push_back(N);
    Target.Outputs.push_back(NumLeaves + Shift + unsigned(Target.Nodes.size()) - 1);
  }
}

namespace {
class TaskMaker {
public:
  explicit TaskMaker(const Window &W) : W(W), L(W.numLeaves()) {}

  std::vector<Task> make() {
    const Program &S = W.Source;
    std::vector<Task> Tasks;
    bool EqualLanes = S.Outputs.size() > 1;
    unsigned Bits = 0;
    for (unsigned Id : S.Outputs) {
      ValueType T = W.typeOf(S, Id);
      EqualLanes &= T == W.typeOf(S, S.Outputs[0]) && T.Kind == RegKind::Lane;
      Bits += T.Bits;
    }
    if (EqualLanes && Bits <= 1024)
      Tasks.push_back(tupleOfOutputs(Bits));
    for (unsigned J = 0; J != S.Outputs.size(); ++J)
      Tasks.push_back(oneOutput(J));
    return Tasks;
  }

  std::vector<Task> makeApart() {
    const Program &S = W.Source;
    if (S.Outputs.size() != 2 || any_of(S.Outputs, [&](unsigned Id) {
          return Id < L || W.typeOf(S, Id).Kind == RegKind::Lane;
        }))
      return {};
    bool Shares = false;
    std::vector<bool> Of[2];
    for (unsigned J : {0u, 1u}) {
      Program One = S;
      One.Outputs = {S.Outputs[J]};
      Of[J] = liveNodes(W, One);
    }
    for (unsigned I = 0; I != S.Nodes.size(); ++I)
      Shares |= Of[0][I] && Of[1][I];
    // Of an output inside the other nothing is saved by both that is not by one.
    if (!Shares || Of[0][S.Outputs[1] - L] || Of[1][S.Outputs[0] - L])
      return {};
    return {oneOutput(0, /*Apart=*/true), oneOutput(1, /*Apart=*/true)};
  }

private:
  const Node *node(unsigned Id) const { return Id < L ? nullptr : &W.Source.Nodes[Id - L]; }

  /// A leaf, or generic nodes over leaves only. So is a load of the source over
  /// leaves: a target may do it again, and pays for it if it does.
  bool isFree(unsigned Id) const {
    const Node *N = node(Id);
    return !N || ((N->R->isGeneric() || N->R->readsMemory()) &&
                  all_of(N->Ops, [&](unsigned Op) { return isFree(Op); }));
  }

  /// What stands in memory is no operand of anything but its load.
  bool isInMemory(unsigned Leaf) const {
    return any_of(W.Source.Nodes, [&](const Node &N) {
      return N.R->readsMemory() && N.Ops[unsigned(N.R->MemUse)] == Leaf;
    });
  }

  /// Copies a source value into the task's base.
  unsigned import(Task &T, std::map<unsigned, unsigned> &Ids, unsigned Id) {
    if (Id < L)
      return Id;
    if (auto It = Ids.find(Id); It != Ids.end())
      return It->second;
    Node N = *node(Id);
    for (unsigned &Op : N.Ops)
      Op = import(T, Ids, Op);
    T.Base.Nodes.push_back(N);
    unsigned New = L + unsigned(T.Base.Nodes.size()) - 1;
    Ids[Id] = New;
    T.Free.push_back(New);
    return New;
  }

  Task start() {
    Task T;
    T.ExtractRow = &W.Isa->generic(GenericOp::Extract);
    for (unsigned I = 0; I != L; ++I)
      if (!isInMemory(I))
        T.Free.push_back(I);
    return T;
  }

  void importFreeNodes(Task &T, std::map<unsigned, unsigned> &Ids) {
    for (unsigned I = 0; I != W.Source.Nodes.size(); ++I)
      if (isFree(L + I))
        import(T, Ids, L + I);
  }

  Task tupleOfOutputs(unsigned Bits) {
    const Program &S = W.Source;
    Task T = start();
    std::map<unsigned, unsigned> Ids;
    importFreeNodes(T, Ids);
    Node C;
    C.R = &W.Isa->generic(GenericOp::Concat);
    C.Ty = T.GoalTy = {RegKind::Lane, uint16_t(Bits)};
    C.Ops.assign(S.Outputs.begin(), S.Outputs.end());
    T.Goal = S;
    T.Goal.Nodes.push_back(C);
    T.Goal.Outputs = {L + unsigned(S.Nodes.size())};
    T.Tuple = true;
    for (unsigned Id : S.Outputs)
      T.Parts.push_back(W.typeOf(S, Id));
    addTuples(T, Ids, S.Outputs);
    return T;
  }

  Task oneOutput(unsigned J, bool Apart = false) {
    const Program &S = W.Source;
    Task T = start();
    std::map<unsigned, unsigned> Ids;
    if (Apart)
      importFreeNodes(T, Ids);
    const size_t Free = T.Free.size();
    for (auto [K, Id] : enumerate(S.Outputs))
      T.Outputs.push_back(K == J ? 0 : import(T, Ids, Id));
    if (Apart)
      T.Free.resize(Free);
    else
      importFreeNodes(T, Ids);
    T.Replaced = J;
    T.Goal = S;
    T.Goal.Outputs = {S.Outputs[J]};
    T.GoalTy = W.typeOf(S, S.Outputs[J]);
    Program Kept = S;
    Kept.Outputs.erase(Kept.Outputs.begin() + J);
    if (!Kept.Outputs.empty())
      T.Kept = staticCost(W, Kept);
    const Node *Root = node(S.Outputs[J]);
    if (Root && Root->R->Generic == GenericOp::Concat)
      addTuples(T, Ids, Root->Ops);
    return T;
  }

  /// Leaves, and sub-register reads of leaves, below \p Id in order of first
  /// visit.
  void atomsOf(unsigned Id, SetVector<unsigned> &Atoms, DenseSet<unsigned> &Seen) const {
    if (!Seen.insert(Id).second)
      return;
    const Node *N = node(Id);
    if (!N || (N->R->Generic == GenericOp::Extract && N->Ops[0] < L)) {
      Atoms.insert(Id);
      return;
    }
    for (unsigned Op : N->Ops)
      atomsOf(Op, Atoms, Seen);
  }

  /// Where each part of a tuple reads values that no other part reads, those
  /// values of all parts are tuples that the answer may take whole.
  void addTuples(Task &T, std::map<unsigned, unsigned> &Ids, ArrayRef<unsigned> PartIds) {
    std::vector<SetVector<unsigned>> Atoms(PartIds.size());
    std::map<unsigned, unsigned> Readers;
    for (auto [Part, Id] : enumerate(PartIds)) {
      DenseSet<unsigned> Seen;
      atomsOf(Id, Atoms[Part], Seen);
      for (unsigned A : Atoms[Part])
        ++Readers[A];
    }
    std::vector<std::vector<unsigned>> Private(PartIds.size());
    for (auto [Part, Set] : enumerate(Atoms))
      for (unsigned A : Set)
        if (Readers[A] == 1)
          Private[Part].push_back(A);
    size_t Count = Private[0].size();
    if (!all_of(Private, [&](auto &P) { return P.size() == Count; }))
      return;
    for (size_t K = 0; K != Count; ++K) {
      SmallVector<unsigned, 16> Pieces;
      for (auto &P : Private)
        Pieces.push_back(P[K]);
      addTuple(T, Ids, Pieces);
    }
  }

  void addTuple(Task &T, std::map<unsigned, unsigned> &Ids, ArrayRef<unsigned> Pieces) {
    unsigned Bits = 0;
    bool WholeLeaf = true;
    for (unsigned P : Pieces) {
      ValueType Ty = W.typeOf(W.Source, P);
      // Registers make a tuple where they are; halves of several are moved into one.
      if (Ty.Kind != RegKind::Lane || Ty.Bits < 32)
        return;
      const Node *N = node(P);
      WholeLeaf =
          WholeLeaf && N && N->Ops[0] == node(Pieces[0])->Ops[0] && N->Imms[0] == int64_t(Bits);
      Bits += Ty.Bits;
    }
    // All of a leaf piece by piece is the leaf, which is free already.
    if (WholeLeaf && W.Leaves[node(Pieces[0])->Ops[0]].Ty.Bits == Bits)
      return;
    if (Bits > 1024)
      return;
    Node C;
    C.R = &W.Isa->generic(GenericOp::Concat);
    C.Ty = {RegKind::Lane, uint16_t(Bits)};
    for (unsigned P : Pieces)
      C.Ops.push_back(import(T, Ids, P));
    T.Base.Nodes.push_back(C);
    T.Free.push_back(L + unsigned(T.Base.Nodes.size()) - 1);
  }

  const Window &W;
  unsigned L;
};
} // namespace

std::vector<Task> tasksOf(const Window &W) { return TaskMaker(W).make(); }
std::vector<Task> tasksApart(const Window &W) { return TaskMaker(W).makeApart(); }

} // namespace whittle
