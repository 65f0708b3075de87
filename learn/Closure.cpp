//===- learn/Closure.cpp - All small programs over a pool -------------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "learn/Closure.h"
#include "isa/Meaning.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/Support/xxhash.h"
#include <algorithm>
#include <numeric>
#include <thread>

using namespace llvm;

namespace whittle {

namespace {
using Buffer = std::unique_ptr<uint8_t[]>;

/// A value within one run: its id, its tests (none for the deepest level), and
/// the run's values that its program computes on the way, itself included.
struct Local {
  uint32_t Id = 0;
  ValueType Ty;
  const uint8_t *Tests = nullptr;
  SmallVector<uint32_t, 4> Nodes; ///< locals; empty for a leaf
};

struct Task {
  uint32_t Op;
  std::array<uint32_t, 4> Args; ///< locals
  uint16_t Weight;
};
} // namespace

static uint64_t fingerprint(const uint8_t *Data, size_t Size, ValueType T) {
  uint64_t Type = uint64_t(T.Kind) << 16 | T.Bits;
  return xxh3_64bits(ArrayRef(Data, Size)) + Type * 0x9e3779b97f4a7c15ull;
}

Closure::Closure(const Space &S, unsigned Threads) : S(S), Threads(std::max(1u, Threads)) {
  assert(S.Leaves.size() <= 16 && "Member::Leaves has 16 bits");
  for (unsigned I = 0; I != S.Leaves.size(); ++I) {
    PoolValue V;
    V.Fingerprint = fingerprint(S.Tests[I].data(), S.Tests[I].size(), S.typeOf(I));
    V.Leaves = uint16_t(1u << I);
    Values.push_back(V);
  }
}

struct Closure::Pass {
  Pass(Closure &C, ArrayRef<uint32_t> Pool, ArrayRef<unsigned> Leaves, unsigned Depth, size_t Limit)
      : C(C), S(C.S), Pool(Pool), Depth(Depth), Limit(Limit) {
    for (unsigned L : Leaves) {
      Known.try_emplace(C.Values[L].Fingerprint, uint32_t(Locals.size()));
      Locals.push_back({L, S.typeOf(L), S.Tests[L].data(), {}});
    }
    NumLeaves = uint32_t(Locals.size());
    for (uint32_t Op : Pool)
      Commutes[Op] = commutativeInputs(*S.Ops[Op].R);
  }

  const PoolValue &value(uint32_t L) const { return C.Values[Locals[L].Id]; }

  SmallVector<uint32_t, 16> available(ArrayRef<uint32_t> Free) const {
    SmallVector<uint32_t, 16> Available;
    for (uint32_t L = 0; L != NumLeaves; ++L)
      Available.push_back(L);
    Available.append(Free.begin(), Free.end());
    return Available;
  }

  /// Adds the tasks that apply a pool's instruction to leaves and Free, using
  /// every one of Must. Weight is that of what the operands compute.
  void tasks(ArrayRef<uint32_t> Free, ArrayRef<uint32_t> Must, unsigned Weight) {
    SmallVector<uint32_t, 16> Available = available(Free);
    bool Deep = !Free.empty(); // a flush below moves what Free refers to
    for (uint32_t Op : Pool) {
      const OpInstance &O = S.Ops[Op];
      if ((O.Table == OpInstance::AnyTable && Deep) || O.R->Ins.size() < Must.size())
        continue;
      Task T{Op, {}, uint16_t(Weight + O.R->Weight)};
      operand(T, 0, Available, Must);
      if (Tasks.size() >= BlockSize)
        flush();
      if (done())
        return;
    }
  }

  bool isBaseConstant(uint32_t L) const {
    return L < NumLeaves && !S.isVariable(Locals[L].Id) &&
           Locals[L].Id < S.NumVariables + S.BaseConstants;
  }

  void operand(Task &T, unsigned K, ArrayRef<uint32_t> Available, ArrayRef<uint32_t> Must) {
    const OpInstance &O = S.Ops[T.Op];
    ArrayRef<uint32_t> Chosen = ArrayRef(T.Args).take_front(K);
    if (K == O.R->Ins.size()) {
      bool Variable =
          any_of(Chosen, [&](uint32_t L) { return L >= NumLeaves || S.isVariable(Locals[L].Id); });
      bool All = all_of(Must, [&](uint32_t L) { return is_contained(Chosen, L); });
      if (Variable && All)
        Tasks.push_back(T);
      return;
    }
    for (uint32_t L : Available) {
      if (!(Locals[L].Ty == O.R->Ins[K]))
        continue;
      if (O.Table && (isBaseConstant(L) || (K && L <= T.Args[K - 1])))
        continue;
      bool Swapped = false;
      for (auto [I, J] : Commutes[T.Op])
        Swapped |= J == K && L < T.Args[I];
      if (Swapped)
        continue;
      T.Args[K] = L;
      operand(T, K + 1, Available, Must);
    }
  }

  /// Evaluates the collected tasks and enters them.
  void flush() {
    std::vector<uint64_t> Prints(Tasks.size());
    auto Work = [&](size_t Begin, size_t End) {
      std::vector<uint8_t> Out(widest());
      for (size_t I = Begin; I != End; ++I)
        Prints[I] = evaluate(Tasks[I], Out.data());
    };
    std::vector<std::thread> Others;
    size_t Share = Tasks.size() / C.Threads;
    for (unsigned T = 1; T < C.Threads && Share; ++T)
      Others.emplace_back(Work, T * Share, T + 1 == C.Threads ? Tasks.size() : (T + 1) * Share);
    Work(0, Share && C.Threads > 1 ? Share : Tasks.size());
    for (std::thread &T : Others)
      T.join();
    for (size_t I = 0; I != Tasks.size(); ++I)
      enter(Tasks[I], Prints[I]);
    Met += Tasks.size();
    Tasks.clear();
  }

  size_t widest() const {
    size_t Bytes = 0;
    for (const Leaf &L : S.Leaves)
      Bytes = std::max<size_t>(Bytes, L.Ty.bytes());
    return Bytes * S.NumTests;
  }

  uint64_t evaluate(const Task &T, uint8_t *Out) const {
    const OpInstance &O = S.Ops[T.Op];
    const uint8_t *In[4];
    for (unsigned K = 0; K != O.R->Ins.size(); ++K)
      In[K] = Locals[T.Args[K]].Tests;
    O.Fn(In, Out, O.Imms.data(), S.NumTests);
    return fingerprint(Out, O.R->Def.bytes() * S.NumTests, O.R->Def);
  }

  void enter(const Task &T, uint64_t Print) {
    const OpInstance &O = S.Ops[T.Op];
    Member M;
    M.Fingerprint = Print;
    M.R.Op = T.Op;
    M.Weight = T.Weight;
    M.Instructions = uint8_t(Level);
    for (unsigned K = 0; K != O.R->Ins.size(); ++K) {
      M.R.Args[K] = Locals[T.Args[K]].Id;
      M.Leaves |= value(T.Args[K]).Leaves;
    }
    SmallVector<uint32_t, 4> Nodes;
    for (uint32_t Arg : ArrayRef(T.Args).take_front(O.R->Ins.size()))
      for (uint32_t Node : Locals[Arg].Nodes)
        if (!is_contained(Nodes, Node))
          Nodes.push_back(Node);
    // A program that gives a leaf or one of its own parts teaches no opcode.
    auto [It, New] = Known.try_emplace(Print, uint32_t(Locals.size()));
    if (!New && (It->second < NumLeaves || is_contained(Nodes, It->second)))
      return;
    C.Members.push_back(M);
    if (!New)
      return;
    if (Level > Depth) {
      Known.erase(It);
      return;
    }
    Local L;
    L.Id = uint32_t(C.Values.size());
    L.Ty = O.R->Def;
    C.Values.push_back({M.R, Print, M.Weight, M.Leaves});
    if (Level < 3)
      L.Tests = keep(T);
    L.Nodes = Nodes;
    L.Nodes.push_back(uint32_t(Locals.size()));
    Locals.push_back(std::move(L));
    Keys.push_back(T);
  }

  const uint8_t *keep(const Task &T) {
    size_t Bytes = S.Ops[T.Op].R->Def.bytes() * S.NumTests;
    Kept.push_back(std::make_unique<uint8_t[]>(Bytes));
    evaluate(T, Kept.back().get());
    return Kept.back().get();
  }

  bool done() const { return Met + Tasks.size() >= Limit; }

  void level1() {
    Level = 1;
    tasks({}, {}, 0);
    flush();
    End[1] = uint32_t(Locals.size());
  }

  /// In random order: where the limit cuts, the part that is seen is a sample.
  void deeper(unsigned L, std::mt19937_64 &Random) {
    Level = L;
    std::vector<uint32_t> Order(End[L - 1] - (L == 2 ? NumLeaves : End[L - 2]));
    std::iota(Order.begin(), Order.end(), End[L - 1] - uint32_t(Order.size()));
    for (size_t I = Order.size(); I > 1; --I)
      std::swap(Order[I - 1], Order[Random() % I]);
    for (size_t I = 0; I != Order.size() && !done(); ++I)
      tasks(Locals[Order[I]].Nodes, Order[I], value(Order[I]).Weight);
    // Two values of one instruction each.
    if (L == 3)
      for (uint32_t V = NumLeaves; V != End[1] && !done(); ++V)
        for (uint32_t U = NumLeaves; U != V && !done(); ++U)
          tasks({U, V}, {U, V}, value(U).Weight + value(V).Weight);
    flush();
    End[L] = uint32_t(Locals.size());
  }

  /// Random instructions over random values of the last level.
  void sample(size_t Extra, std::mt19937_64 &Random) {
    if (End[Depth] == End[Depth - 1])
      return;
    Level = Depth + 1;
    std::vector<Task> Some;
    for (size_t I = 0; I != Extra; ++I) {
      uint32_t V = End[Depth - 1] + uint32_t(Random() % (End[Depth] - End[Depth - 1]));
      // One instruction of all that could use the value.
      Tasks.clear();
      Limit = size_t(-1);
      uint32_t Op = Pool[Random() % Pool.size()];
      if (S.Ops[Op].Table == OpInstance::AnyTable || S.Ops[Op].R->Ins.size() > 3)
        continue;
      if (!Locals[V].Tests)
        Locals[V].Tests = keep(Keys[V - NumLeaves]);
      Task T{Op, {}, uint16_t(value(V).Weight + S.Ops[Op].R->Weight)};
      operand(T, 0, available(Locals[V].Nodes), V);
      if (!Tasks.empty())
        Some.push_back(Tasks[Random() % Tasks.size()]);
    }
    Tasks = std::move(Some);
    flush();
  }

  static constexpr size_t BlockSize = 1 << 16;
  Closure &C;
  const Space &S;
  ArrayRef<uint32_t> Pool;
  unsigned Depth, Level = 0;
  size_t Limit, Met = 0;
  uint32_t NumLeaves = 0;
  uint32_t End[5] = {}; ///< of each level in Locals
  std::vector<Local> Locals;
  std::vector<Task> Keys; ///< of each local that is no leaf
  std::vector<Buffer> Kept;
  std::vector<Task> Tasks;
  DenseMap<uint64_t, uint32_t> Known;
  DenseMap<uint32_t, ArrayRef<std::pair<unsigned, unsigned>>> Commutes;
};

void Closure::run(ArrayRef<uint32_t> Pool, ArrayRef<unsigned> Leaves, unsigned Depth, size_t Limit,
                  size_t Extra, uint64_t Seed) {
  assert(Depth >= 1 && Depth <= 3);
  Pass P(*this, Pool, Leaves, Depth, Limit);
  std::mt19937_64 Random(Seed);
  P.level1();
  for (unsigned L = 2; L <= Depth; ++L)
    P.deeper(L, Random);
  if (Extra)
    P.sample(Extra, Random);
}

double Closure::estimate(ArrayRef<uint32_t> Pool, ArrayRef<unsigned> Leaves) const {
  auto Count = [&](unsigned Id, bool WithResult, ValueType Result) {
    const OpInstance &O = S.Ops[Id];
    if (O.Table)
      return !WithResult ? 1.0 : O.Table == OpInstance::AnyTable ? 0.0 : 3.0;
    double All = 1, Without = 1;
    for (ValueType T : O.R->Ins) {
      double N = double(count_if(Leaves, [&](unsigned L) { return S.typeOf(L) == T; }));
      Without *= N;
      All *= N + (WithResult && T == Result ? 1 : 0);
    }
    double N = WithResult ? All - Without : Without;
    return commutativeInputs(*O.R).empty() ? N : N * 0.6;
  };
  double Total = 0;
  DenseMap<unsigned, double> Made; ///< values of each result type
  for (uint32_t Op : Pool) {
    double N = Count(Op, false, {});
    Total += N;
    ValueType T = S.Ops[Op].R->Def;
    Made[unsigned(T.Kind) << 16 | T.Bits] += N;
  }
  for (auto [Key, N] : Made)
    for (uint32_t Op : Pool)
      Total += N * Count(Op, true, ValueType{RegKind(Key >> 16), uint16_t(Key & 0xffff)});
  return Total;
}

} // namespace whittle
