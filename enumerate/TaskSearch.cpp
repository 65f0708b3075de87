//===- enumerate/TaskSearch.cpp - Bottom-up search for one value ----------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "enumerate/TaskSearch.h"
#include "enumerate/Solvers.h"

using namespace llvm;

namespace whittle {

static std::pair<unsigned, unsigned> key(ValueType T) { return {unsigned(T.Kind), T.Bits}; }

TaskSearch::TaskSearch(SearchState &S, const Task &T)
    : S(S), T(T), C(S.ChunkTests), Table(S.ChunkTests, S.O.MaxTableBytes / 8 * 7),
      Rooms(std::max(1u, S.O.Threads)), Assignments(S.Pool.size()), FirstTests(S.Tests.size()) {
  auto Lower = [](auto &Map, ValueType T, unsigned W) {
    auto [It, New] = Map.try_emplace(key(T), W);
    It->second = std::min(It->second, W);
  };
  for (const PoolRow &R : S.Pool)
    if (R.R->Def == T.GoalTy)
      for (ValueType In : R.R->Ins)
        Lower(OneStep, In, R.weight());
  for (const PoolRow &R : S.Pool)
    if (auto It = OneStep.find(key(R.R->Def)); It != OneStep.end())
      for (ValueType In : R.R->Ins)
        Lower(TwoSteps, In, R.weight() + It->second);
}

void TaskSearch::run() {
  if (S.done() || !fillFree())
    return;
  sizeZero();
  if (S.O.MaxInstructions >= 1 && !S.done() && !sizeOne(/*Search=*/true))
    return;
  if (S.O.MaxInstructions >= 1 && !S.done() && !constantLast(/*OverTable=*/false))
    return;
  if (S.O.MaxInstructions >= 1 && !S.done() && !withTuples())
    return;
  if (S.O.MaxInstructions >= 2 && !S.done() && !sizeTwo())
    return;
  if (S.O.MaxInstructions >= 2 && !S.done() && !constantLast(/*OverTable=*/true))
    return;
  if (S.O.MaxInstructions >= 2 && !S.done() && !constantInner())
    return;
  if (S.O.MaxInstructions >= 3 && !S.done() && !constantInPair())
    return;
  if (S.O.MaxInstructions >= 2 && !S.done() && !withLibrary())
    return;
  if (S.O.MaxInstructions >= 2 && !S.done() && !withShifted())
    return;
  if (S.O.MaxInstructions >= 3 && !S.done())
    sizeThree();
  if (S.O.MaxInstructions > 3 && fits(4, 4))
    S.Incomplete = true; // larger programs are not built
}

/// True if a target with this much besides what is kept is cheap enough.
bool TaskSearch::fits(unsigned Weight, unsigned Instructions, unsigned ConstantBytes) const {
  StaticCost Cost = T.Kept;
  Cost.ConstantBytes += ConstantBytes;
  Cost.Weight += Weight;
  Cost.Instructions += Instructions;
  return Cost < S.Bound;
}

//===----------------------------------------------------------------------===//
// Goal and free values
//===----------------------------------------------------------------------===//

std::vector<std::vector<uint8_t>> TaskSearch::runOnTests(const Window &W, const Program &P) const {
  std::vector<std::vector<uint8_t>> Constants;
  SmallVector<const uint8_t *, 8> Leaves = S.Tests.leaves();
  for (unsigned I = S.W.numLeaves(); I < W.numLeaves(); ++I) {
    unsigned Bytes = W.Leaves[I].Ty.bytes();
    std::vector<uint8_t> &B = Constants.emplace_back(S.Tests.size() * Bytes);
    for (size_t K = 0; K != B.size(); ++K)
      B[K] = uint8_t(W.Leaves[I].Const->extractBitsAsZExtValue(8, K % Bytes * 8));
  }
  for (auto &B : Constants)
    Leaves.push_back(B.data());
  std::vector<std::vector<uint8_t>> Out;
  SmallVector<uint8_t *, 4> To;
  for (unsigned Id : P.Outputs)
    Out.emplace_back(S.Tests.size() * W.typeOf(P, Id).bytes());
  for (auto &B : Out)
    To.push_back(B.data());
  if (Error E = S.Eval.run(W, P, Leaves, To, S.Tests.size()))
    S.fail(std::move(E));
  return Out;
}

/// The low bits of the goal that its row specifies and its readers look at; 0: all.
static unsigned goalBits(const Window &W, const Task &T) {
  unsigned Id = T.Goal.Outputs[0];
  unsigned Defined = Id < W.numLeaves() ? 0 : T.Goal.Nodes[Id - W.numLeaves()].R->DefinedBits;
  unsigned Read = T.Tuple ? 0 : W.lowBits(T.Replaced);
  return Defined && Read ? std::min(Defined, Read) : std::max(Defined, Read);
}

void TaskSearch::readGoal() {
  if (GoalTests == S.Tests.size())
    return;
  GoalTests = S.Tests.size();
  Goal = runOnTests(S.W, T.Goal)[0];
  Care.assign(Goal.size(), 0xff);
  CareAll = true;
  if (unsigned Low = goalBits(S.W, T))
    for (size_t K = 0; K != Care.size(); ++K)
      if (K % T.GoalTy.bytes() >= Low / 8)
        CareAll = Care[K] = 0;
  // Bits that follow an unspecified value are no part of the goal: a target
  // need not reproduce them, and the prover decides what it may do.
  if (none_of(S.W.Leaves, [](const Leaf &L) { return L.Choice; }))
    return;
  for (uint64_t Round = 1; Round != 4; ++Round) {
    SmallVector<const uint8_t *, 8> Leaves = S.Tests.leaves();
    std::vector<std::vector<uint8_t>> Other;
    Other.reserve(Leaves.size());
    Random R(S.O.Seed + Round);
    for (auto [I, L] : enumerate(S.W.Leaves))
      if (L.Choice) {
        auto &B = Other.emplace_back(GoalTests * L.Ty.bytes());
        for (size_t K = 0; K != B.size(); ++K) // first the opposite, which shows most
          B[K] = Round == 1 ? uint8_t(~Leaves[I][K]) : uint8_t(R.next());
        Leaves[I] = B.data();
      }
    std::vector<uint8_t> Again(Goal.size());
    uint8_t *To[] = {Again.data()};
    if (Error E = S.Eval.run(S.W, T.Goal, Leaves, To, GoalTests))
      return S.fail(std::move(E));
    for (size_t K = 0; K != Goal.size(); ++K)
      Care[K] &= uint8_t(~(Again[K] ^ Goal[K]));
  }
  CareAll = all_of(Care, [](uint8_t X) { return X == 0xff; });
}

bool TaskSearch::fillFree() {
  readGoal();
  findNeeded();
  Table.reset(S.Tests.size());
  for (Scratch &X : Rooms)
    X.Functions.clear();
  TableFull = false;
  Program P = T.Base;
  P.Outputs.assign(T.Free.begin(), T.Free.end());
  auto Values = runOnTests(S.W, P);
  if (S.done())
    return false;
  for (auto [Id, Full] : zip(T.Free, Values)) {
    Value V;
    V.Ty = S.W.typeOf(P, Id);
    V.BaseId = Id;
    V.Reads = readsBelow(Id);
    V.Constant = Id < S.W.numLeaves() && S.W.Leaves[Id].Const;
    Table.addFree(V, Full.data());
  }
  for (const auto &[Ty, Bits] : Library) {
    std::vector<uint8_t> Full(Table.numTests() * Ty.bytes());
    for (size_t K = 0; K != Full.size(); ++K)
      Full[K] = uint8_t(Bits.extractBitsAsZExtValue(8, unsigned(K % Ty.bytes()) * 8));
    Value V;
    V.Ty = Ty;
    V.Constant = V.Pooled = true;
    V.Weight = 1;
    Table.addFree(V, Full.data());
  }
  return true;
}

/// No instruction: a free value, or a constant.
void TaskSearch::sizeZero() {
  std::vector<Hit> Hits;
  S.Result.Candidates += Table.numFree() + 1;
  for (uint32_t I = 0; I != Table.numFree(); ++I)
    if (Table[I].Ty == T.GoalTy && matches(Table[I].Full)) {
      Hit H;
      H.Root.Ops[0] = I;
      Hits.push_back(H);
    }
  size_t Bytes = T.GoalTy.bytes();
  bool Same = CareAll;
  for (size_t K = Bytes; Same && K < Goal.size(); ++K)
    Same = Goal[K] == Goal[K - Bytes];
  if (Same && T.GoalTy.Kind != RegKind::Mask) {
    Hit H;
    H.Root.Ops[0] = ConstOp;
    H.Const = APInt(T.GoalTy.Bits, 0);
    for (size_t K = 0; K != Bytes; ++K)
      H.Const->insertBits(Goal[K], unsigned(K * 8), 8);
    H.Weight = 1;
    Hits.push_back(H);
  }
  for (Hit &H : Hits)
    H.At = S.Result.Candidates;
  settle(std::move(Hits));
}

bool TaskSearch::matches(const uint8_t *Full) const {
  size_t N = Table.numTests() * T.GoalTy.bytes();
  if (CareAll)
    return memcmp(Full, Goal.data(), N) == 0;
  for (size_t K = 0; K != N; ++K)
    if ((Full[K] ^ Goal[K]) & Care[K])
      return false;
  return true;
}

bool TaskSearch::matchesChunk(const uint8_t *Chunk) const {
  size_t N = Table.chunkBytes(T.GoalTy), K = 0;
  uint32_t A, B, M;
  for (; K + 4 <= N; K += 4) {
    memcpy(&A, Chunk + K, 4);
    memcpy(&B, Goal.data() + K, 4);
    memcpy(&M, Care.data() + K, 4);
    if ((A ^ B) & M)
      return false;
  }
  for (; K != N; ++K)
    if ((Chunk[K] ^ Goal[K]) & Care[K])
      return false;
  return true;
}

//===----------------------------------------------------------------------===//
// From a hit to a rule
//===----------------------------------------------------------------------===//

namespace {
/// Writes a hit's instructions after the base's.
class TargetWriter {
public:
  TargetWriter(const Window &W, const Task &T, const ValueTable &Table, const Hit &H)
      : Table(Table), H(H), Win(W), L(W.numLeaves()) {
    if (H.Const)
      constant(ConstOp, *H.Const, constantType(T));
    collect(H.Root);
    if (H.Inner)
      collect(*H.Inner);
    Shift = Win.numLeaves() - L;
    P = T.Base;
    shift(P);
    shift(Win.Source);
  }

  unsigned write() { return H.Root.Row ? node(H.Root) : value(H.Root.Ops[0]); }

  Program P;
  Window takeWindow() { return std::move(Win); }
  unsigned Shift = 0;

private:
  void shift(Program &Of) {
    auto Move = [&](unsigned &Id) { Id += Id < L ? 0 : Shift; };
    for (Node &N : Of.Nodes)
      for (unsigned &Op : N.Ops)
        Move(Op);
    for (unsigned &Id : Of.Outputs)
      Move(Id);
  }

  ValueType constantType(const Task &T) const {
    for (const Expr *E : {&H.Root, H.Inner ? &*H.Inner : &H.Root})
      for (unsigned K = 0; E->Row && K != E->Row->arity(); ++K)
        if (E->Ops[K] == ConstOp)
          return E->Row->R->Ins[K];
    return T.GoalTy;
  }

  void constant(uint32_t Op, const APInt &Bits, ValueType Ty) {
    for (unsigned I = 0; I != Win.numLeaves(); ++I)
      if (const Leaf &X = Win.Leaves[I]; X.Const && X.Ty == Ty && *X.Const == Bits) {
        Ids[Op] = I;
        return;
      }
    Leaf X;
    X.Ty = Ty;
    X.Const = Bits;
    Ids[Op] = Win.numLeaves();
    Win.Leaves.push_back(X);
  }

  void collect(const Expr &E) {
    if (!E.Row)
      return collectOp(E.Ops[0]);
    for (unsigned K = 0; K != E.Row->arity(); ++K)
      collectOp(E.Ops[K]);
  }
  void collectOp(uint32_t Op) {
    if (Op >= ConstOp || (!Table[Op].E.Row && !Table[Op].Pooled))
      return;
    const Value &V = Table[Op];
    if (!V.Constant)
      return collect(V.E);
    APInt Bits(V.Ty.Bits, 0);
    for (unsigned K = 0; K != V.Ty.bytes(); ++K)
      Bits.insertBits(V.Full[K], K * 8, 8);
    constant(Op, Bits, V.Ty);
  }

  unsigned value(uint32_t Op) {
    if (auto It = Ids.find(Op); It != Ids.end())
      return It->second;
    unsigned Id;
    if (Op == InnerOp)
      Id = node(*H.Inner);
    else if (const Value &V = Table[Op]; V.E.Row)
      Id = node(V.E);
    else
      Id = V.BaseId < L ? V.BaseId : V.BaseId + Shift;
    return Ids[Op] = Id;
  }
  unsigned node(const Expr &E) {
    Node N;
    N.R = E.Row->R;
    N.Ty = N.R->Def;
    for (unsigned K = 0; K != E.Row->arity(); ++K)
      N.Ops.push_back(value(E.Ops[K]));
    const int64_t *Imms = E.Row->immediates(E.Imm);
    N.Imms.assign(Imms, Imms + N.R->NumImms);
    P.Nodes.push_back(std::move(N));
    return Win.numLeaves() + unsigned(P.Nodes.size()) - 1;
  }

  const ValueTable &Table;
  const Hit &H;
  Window Win;
  unsigned L;
  std::map<uint32_t, unsigned> Ids;
};
} // namespace

TaskSearch::Built TaskSearch::build(const Hit &H) const {
  TargetWriter W(S.W, T, Table, H);
  unsigned Root = W.write(), L = S.W.numLeaves(), Shift = W.Shift;
  Built B;
  B.R.Target = B.Value = W.P;
  B.R.W = W.takeWindow();
  B.Value.Outputs = {Root};
  T.finish(B.R.Target, Root, L, Shift);
  removeDeadNodes(B.R.W, B.R.Target);
  return B;
}

/// A choice is fresh at every read, so a program may read it once.
bool TaskSearch::usesChoiceTwice(const Window &W, const Program &P) const {
  std::vector<unsigned> Uses(W.numLeaves());
  auto Use = [&](unsigned Id) { return Id < Uses.size() && W.Leaves[Id].Choice && ++Uses[Id] > 1; };
  bool Twice = false;
  for (const Node &N : P.Nodes)
    for (unsigned Op : N.Ops)
      Twice |= Use(Op);
  for (unsigned Id : P.Outputs)
    Twice |= Use(Id);
  return Twice;
}

bool TaskSearch::replay(const Built &B) const {
  auto Out = runOnTests(B.R.W, B.Value);
  for (size_t K = 0; K != Goal.size(); ++K)
    if ((Out[0][K] ^ Goal[K]) & Care[K])
      return false;
  return true;
}

/// Solves the parameters again on all tests. False if there are none, or the
/// same as before.
bool TaskSearch::resolve(Hit &H, const Built &B) const {
  if (H.Inner && is_contained(H.Inner->Ops, ConstOp))
    return resolveInner(H, B);
  Program P = B.Value;
  const Node Root = P.Nodes.back();
  P.Outputs.assign(Root.Ops.begin(), Root.Ops.end());
  auto In = runOnTests(B.R.W, P);
  const uint8_t *CarePtr = CareAll ? nullptr : Care.data();
  if (H.Const && (H.Root.Row->K == PoolRow::Plain || H.Root.Row->K == PoolRow::Ternary)) {
    SmallVector<const uint8_t *, 4> Ptrs;
    for (auto &V : In)
      Ptrs.push_back(V.data());
    return resolveOperand(H, H.Root, Ptrs, goalAim());
  }
  if (H.Root.Row->K == PoolRow::Ternary) {
    auto Table8 =
        solveTernary(In[0].data(), In[1].data(), In[2].data(), Goal.data(), CarePtr, Goal.size());
    if (!Table8 || *Table8 == H.Root.Imm)
      return false;
    H.Root.Imm = *Table8;
    return true;
  }
  if (H.Root.Row->K == PoolRow::Permute) {
    auto Selector = solveSelector(In[0].data(), In[1].data(), Goal.data(), CarePtr, Goal.size());
    if (!Selector || !H.Const || *H.Const == *Selector)
      return false;
    H.Const = APInt(32, *Selector);
    return true;
  }
  auto Map = solveAffine(In[0].data(), Goal.data(), CarePtr, Goal.size(), H.Root.Row->Before);
  if (!Map || !H.Const)
    return false;
  APInt Matrix = APInt::getSplat(T.GoalTy.Bits, APInt(64, Map->Matrix));
  if (Matrix == *H.Const && Map->Constant == H.Root.Imm)
    return false;
  H.Const = Matrix;
  H.Root.Imm = Map->Constant;
  return true;
}

void TaskSearch::consider(Hit H) {
  for (unsigned Try = 0; Try != 32 && !S.done(); ++Try) {
    Built B = build(H);
    if (!(staticCost(B.R.W, B.R.Target) < S.Bound) || usesChoiceTwice(B.R.W, B.R.Target))
      return;
    if (Error E = checkRule(B.R)) {
      consumeError(std::move(E)); // an operand that text and rewriter do not take
      return;
    }
    // Tests that came since the table was filled.
    readGoal();
    bool Agrees = Table.numTests() == S.Tests.size() || replay(B);
    if (S.done())
      return;
    if (Agrees) {
      Rule R = B.R;
      canonicalize(R);
      const SearchState::Outcome Is = S.ask(std::move(R), H.At);
      if (Is == SearchState::Outcome::Accepted)
        S.Last = std::move(B.R);
      if (Is != SearchState::Outcome::NewTest)
        return;
      readGoal();
    }
    if (!H.Solved || !resolve(H, B))
      return;
  }
}

void TaskSearch::settle(std::vector<Hit> Hits) {
  // The cheapest first, then as they were found.
  std::vector<std::tuple<unsigned, unsigned, size_t>> Order;
  for (auto [I, H] : enumerate(Hits))
    Order.push_back({H.Weight, H.Instructions, I});
  llvm::sort(Order);
  for (auto [Weight, Instructions, I] : Order) {
    if (S.done())
      return;
    if (fits(Weight, Instructions))
      consider(std::move(Hits[I]));
  }
}

void TaskSearch::add(ItemResult &Out, Hit H) const {
  if (fits(H.Weight, H.Instructions))
    Out.Hits.push_back(std::move(H));
}

} // namespace whittle
