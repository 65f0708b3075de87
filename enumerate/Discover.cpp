//===- enumerate/Discover.cpp - Rules of a set of opcodes -----------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Programs are met in the order of their weights. Each is one instruction over
// values that were kept: the cheapest programs of each value, all of them if several
// cost the same. One that gives what a cheaper one gives is the source of a rule,
// unless an earlier rule already improves it; it is not kept, for whatever holds it
// is improved by that rule.
//
//===----------------------------------------------------------------------===//

#include "enumerate/Discover.h"
#include "enumerate/Evaluator.h"
#include "enumerate/Rewrite.h"
#include "enumerate/TestSet.h"
#include "isa/Meaning.h"
#include "llvm/Support/xxhash.h"
#include <chrono>
#include <map>
#include <optional>

using namespace llvm;

namespace whittle {

std::vector<Leaf> leavesFor(ArrayRef<const Row *> Rows, unsigned Variables) {
  std::vector<ValueType> Types;
  for (const Row *R : Rows)
    for (ValueType T : R->Ins)
      if (!is_contained(Types, T))
        Types.push_back(T);
  std::vector<Leaf> Leaves;
  for (ValueType T : Types) {
    Leaf L;
    L.Ty = T;
    Leaves.insert(Leaves.end(), Variables, L);
    for (const APInt &C : {APInt::getZero(T.Bits), APInt::getAllOnes(T.Bits)}) {
      L.Const = C;
      Leaves.push_back(L);
    }
  }
  return Leaves;
}

namespace {

/// A row with one choice of immediates.
struct Operation {
  const Row *R;
  SmallVector<int64_t, 2> Imms;
  Evaluator::RowFn Fn;
};

/// A leaf, or an operation over earlier values.
struct Value {
  ValueType Ty;
  unsigned Op = ~0u; ///< none: a leaf
  SmallVector<unsigned, 4> Args;
  StaticCost Cost;
  SmallVector<unsigned, 8> Nodes; ///< the values it is made of, itself too, in order
  std::vector<uint8_t> Tests;     ///< the value on each test; empty: computed again
  uint64_t Print = 0;
};

/// Of a value besides itself: where its fingerprint is looked up.
constexpr size_t EntryBytes = 64;

class Discovery {
public:
  Discovery(const TargetIsa &Isa, const DiscoverOptions &O, const VerifyFn &Verify, Evaluator &E)
      : O(O), Verify(Verify), Eval(E), Tests(O.Leaves, widest(O), O.Seed) {
    W.Isa = &Isa;
    W.Leaves = O.Leaves;
  }

  Expected<DiscoverResult> run() {
    for (auto [I, L] : enumerate(O.Leaves)) {
      Value V;
      V.Ty = L.Ty;
      V.Tests.assign(Tests.leaf(I), Tests.leaf(I) + Tests.size() * L.Ty.bytes());
      V.Print = print(V);
      enter(std::move(V));
    }
    if (Error E = operations())
      return std::move(E);
    // Each instruction weighs something, so that operands come before their uses.
    unsigned Heaviest = 0;
    for (const Operation &Op : Ops)
      Heaviest = std::max(Heaviest, Op.R->Weight);
    for (Weight = 1; Weight <= Heaviest * O.Length && !over(); ++Weight) {
      const size_t First = Result.Rules.size();
      for (unsigned Op = 0; Op != Ops.size() && !over(); ++Op)
        if (Ops[Op].R->Weight <= Weight)
          operand(Op, 0);
      minimise(First);
      for (const Rule &R : ArrayRef(Result.Rules).drop_front(First))
        if (O.Found)
          O.Found(R);
    }
    if (Error E = std::exchange(Failure, Error::success()))
      return std::move(E);
    Result.Values = Cheapest.size();
    Result.Exhausted = !Full && !over();
    return std::move(Result);
  }

  ~Discovery() { consumeError(std::move(Failure)); }

private:
  static unsigned widest(const DiscoverOptions &O) {
    unsigned Bytes = 1;
    for (const Leaf &L : O.Leaves)
      Bytes = std::max(Bytes, L.Ty.bytes());
    for (const Row *R : O.Rows)
      Bytes = std::max(Bytes, R->Def.bytes());
    return Bytes;
  }

  Error operations() {
    for (const Row *R : O.Rows) {
      if (!R->inWindows() || R->isWave() || R->readsMemory() || R->isGeneric() || R->DefinedBits ||
          R->ReadsLaneId)
        return createStringError("%s: not an opcode whose programs can be listed (it reads memory "
                                 "or other lanes, or its result is not whole)",
                                 R->Name.c_str());
      std::vector<SmallVector<int64_t, 2>> All{{}};
      for (unsigned I = 0; I != R->NumImms; ++I) {
        std::vector<SmallVector<int64_t, 2>> Longer;
        for (const auto &Imms : All)
          for (int64_t Imm : O.Immediates) {
            Longer.push_back(Imms);
            Longer.back().push_back(Imm);
          }
        All = std::move(Longer);
      }
      for (const auto &Imms : All) {
        Node N;
        N.R = R;
        N.Ty = R->Def;
        N.Imms = Imms;
        Expected<Evaluator::RowFn> Fn = Eval.function(N, R->Ins);
        if (!Fn)
          return Fn.takeError();
        Ops.push_back({R, Imms, *Fn});
      }
    }
    return Error::success();
  }

  bool over() {
    if (!Ended && ((O.Stop && *O.Stop) || (O.Seconds > 0 && seconds() > O.Seconds)))
      Ended = true;
    return Ended || Full;
  }
  double seconds() const {
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - Start).count();
  }

  uint64_t print(const Value &V) const {
    uint64_t Type = uint64_t(V.Ty.Kind) << 16 | V.Ty.Bits;
    return xxh3_64bits(ArrayRef(V.Tests)) + Type * 0x9e3779b97f4a7c15ull;
  }

  /// Chooses operands from \p K on; then the program is met. Only those of the
  /// present weight: lighter ones were met, heavier ones will be.
  void operand(unsigned Op, unsigned K) {
    const Operation &Now = Ops[Op];
    if (K == Now.R->Ins.size()) {
      program(Op);
      return;
    }
    // New values may appear while this runs: those are as heavy as what is met now.
    for (unsigned V = 0, N = unsigned(Values.size()); V != N && !over(); ++V) {
      if (!(Values[V].Ty == Now.R->Ins[K]) || Values[V].Cost.Weight + Now.R->Weight > Weight ||
          (Values[V].Op != ~0u && Values[V].Nodes.size() + 1 > O.Length))
        continue;
      bool Swapped = any_of(commutativeInputs(*Now.R), [&](auto P) {
        auto [I, J] = P;
        return std::max(I, J) == K && V < Args[std::min(I, J)];
      });
      if (Swapped)
        continue;
      Args.resize(K);
      Args.push_back(V);
      operand(Op, K + 1);
    }
  }

  void program(unsigned Op) {
    const Operation &Now = Ops[Op];
    Value V;
    V.Ty = Now.R->Def;
    V.Op = Op;
    V.Args = Args;
    bool Variable = false;
    for (unsigned A : Args) {
      Variable |= Values[A].Op != ~0u || !O.Leaves[A].Const;
      for (unsigned N : Values[A].Nodes)
        if (!is_contained(V.Nodes, N))
          V.Nodes.push_back(N);
    }
    V.Nodes.push_back(unsigned(Values.size()));
    // Instructions over constants alone are for the compiler that makes constants.
    if (!Variable || V.Nodes.size() > O.Length)
      return;
    llvm::sort(V.Nodes);
    Program P = programOf(V);
    V.Cost = staticCost(W, P);
    if (V.Cost.Weight != Weight)
      return;
    ++Result.Programs;
    evaluate(V, 0);
    V.Print = print(V);
    meet(std::move(V), std::move(P));
  }

  /// What \p V gives on the tests from \p First on, after those in \p Out.
  void run(const Value &V, size_t First, std::vector<uint8_t> &Out) const {
    const Operation &Now = Ops[V.Op];
    const uint8_t *In[8];
    std::vector<uint8_t> Rooms[8];
    for (auto [K, A] : enumerate(V.Args)) {
      const std::vector<uint8_t> *All = &Values[A].Tests;
      if (All->empty()) {
        run(Values[A], 0, Rooms[K]);
        All = &Rooms[K];
      }
      In[K] = All->data() + First * Values[A].Ty.bytes();
    }
    Out.resize(Tests.size() * V.Ty.bytes());
    Now.Fn(In, Out.data() + First * V.Ty.bytes(), Now.Imms.data(), Tests.size() - First);
  }
  void evaluate(Value &V, size_t First) const { run(V, First, V.Tests); }

  /// \p V, which need not have been entered, as a program over all leaves.
  Program programOf(const Value &V) const {
    Program P;
    std::map<unsigned, unsigned> Ids;
    auto Id = [&](unsigned Value) { return Values[Value].Op == ~0u ? Value : Ids.at(Value); };
    auto Add = [&](const Value &X) {
      Node N;
      N.R = Ops[X.Op].R;
      N.Ty = X.Ty;
      N.Imms = Ops[X.Op].Imms;
      for (unsigned A : X.Args)
        N.Ops.push_back(Id(A));
      P.Nodes.push_back(std::move(N));
      return W.numLeaves() + unsigned(P.Nodes.size()) - 1;
    };
    for (unsigned N : V.Nodes)
      if (N < Values.size() && &Values[N] != &V)
        Ids[N] = Add(Values[N]);
    P.Outputs = {V.Op == ~0u ? unsigned(&V - Values.data()) : Add(V)};
    return P;
  }

  void meet(Value V, Program P) {
    // An improvement by an earlier rule; what it gives was met before.
    const unsigned Root = P.Outputs[0];
    bool Improved = Rules.applyAt(W, P, Root).has_value();
    if (Improved && O.Pruned) {
      ++Result.Derived;
      return;
    }
    // Equal on all tests: with each counterexample one more.
    SmallVector<unsigned, 4> Apart;
    while (std::optional<unsigned> Best = cheaperEqual(V, Apart)) {
      Apart.push_back(*Best);
      Rule R = ruleOf(P, *Best);
      CandidateVerdict A = Verify(R);
      if (A.K == CandidateVerdict::Proved) {
        if (!Improved)
          accept(std::move(R));
        if (!O.Pruned)
          enter(std::move(V));
        return;
      }
      Result.Refuted += A.K == CandidateVerdict::Refuted;
      Result.Unknown += A.K != CandidateVerdict::Refuted;
      if (A.K == CandidateVerdict::Refuted)
        newTest(A.Counterexample, V);
      if (over())
        return;
    }
    enter(std::move(V));
  }

  /// A value that all tests take for \p V, and that costs less.
  std::optional<unsigned> cheaperEqual(const Value &V, ArrayRef<unsigned> Apart) const {
    auto It = Cheapest.find(V.Print);
    if (It == Cheapest.end())
      return std::nullopt;
    for (unsigned I : It->second)
      if (Values[I].Cost < V.Cost && !is_contained(Apart, I))
        return I;
    return std::nullopt;
  }

  Rule ruleOf(const Program &P, unsigned Best) const {
    Rule R;
    R.W.Isa = W.Isa;
    R.W.Leaves = W.Leaves;
    R.W.Source = P;
    R.Target = programOf(Values[Best]);
    return R;
  }

  void accept(Rule R) {
    canonicalize(R);
    Numbers.push_back(Rules.add(R));
    Result.Rules.push_back(std::move(R));
  }

  /// Drops rules from \p First on, all of one weight, that the others make superfluous,
  /// the most special first: one that holds for a value twice may have been met before
  /// the one for any two. A lighter rule is not: a heavier source
  /// has more instructions to match than it has, or dearer ones.
  void minimise(size_t First) {
    std::vector<std::pair<unsigned, size_t>> Order;
    for (size_t I = First; I != Result.Rules.size(); ++I) {
      auto Open = count_if(Result.Rules[I].W.Leaves, [](const Leaf &L) { return !L.Const; });
      Order.push_back({unsigned(Open), I});
    }
    llvm::sort(Order);
    std::vector<bool> Drop(Result.Rules.size());
    for (auto [Open, I] : Order) {
      const Rule &R = Result.Rules[I];
      Rules.remove(Numbers[I]);
      Window Wider = R.W;
      Program Least = Rules.reduce(Wider, R.W.Source);
      Drop[I] = staticCost(Wider, Least) <= staticCost(R.W, R.Target);
      if (!Drop[I])
        Rules.restore(Numbers[I]);
      else
        ++Result.Derived;
    }
    size_t I = 0, J = 0;
    llvm::erase_if(Numbers, [&](size_t) { return Drop[J++]; });
    llvm::erase_if(Result.Rules, [&](const Rule &) { return Drop[I++]; });
  }

  /// A counterexample as a further test of every value, if it can be one: not if only
  /// another EXEC shows it.
  void newTest(ArrayRef<APInt> Counterexample, Value &V) {
    const size_t First = Tests.size();
    if (!Tests.add(Counterexample))
      return;
    for (unsigned I = 0; I != Values.size(); ++I) {
      Value &X = Values[I];
      const bool Keep = !X.Tests.empty();
      if (X.Op == ~0u)
        X.Tests.assign(Tests.leaf(I), Tests.leaf(I) + Tests.size() * X.Ty.bytes());
      else
        evaluate(X, Keep ? First : 0);
      X.Print = print(X);
      if (!Keep)
        std::vector<uint8_t>().swap(X.Tests);
    }
    evaluate(V, First);
    V.Print = print(V);
    Cheapest.clear();
    for (unsigned I = 0; I != Values.size(); ++I)
      Cheapest[Values[I].Print].push_back(I);
  }

  /// Half of the memory is for what values are on the tests, half for how they are made.
  void enter(Value V) {
    Recipes += sizeof(Value) + EntryBytes;
    if (Recipes > O.MaxBytes / 2) {
      Full = true;
      return;
    }
    if (V.Op != ~0u && Kept + V.Tests.size() > O.MaxBytes / 2)
      std::vector<uint8_t>().swap(V.Tests);
    Kept += V.Tests.size();
    Cheapest[V.Print].push_back(unsigned(Values.size()));
    Values.push_back(std::move(V));
  }

  const DiscoverOptions &O;
  const VerifyFn &Verify;
  Evaluator &Eval;
  Window W; ///< leaves only
  TestSet Tests;
  std::vector<Operation> Ops;
  std::vector<Value> Values;                             ///< leaves first
  std::map<uint64_t, SmallVector<unsigned, 2>> Cheapest; ///< by fingerprint
  RewriteSet Rules;
  std::vector<size_t> Numbers; ///< in Rules, of each of the result's
  DiscoverResult Result;
  SmallVector<unsigned, 4> Args; ///< chosen so far
  unsigned Weight = 0;           ///< of the programs being met
  size_t Kept = 0, Recipes = 0;  ///< bytes
  bool Full = false, Ended = false;
  std::chrono::steady_clock::time_point Start = std::chrono::steady_clock::now();
  Error Failure = Error::success();
};

} // namespace

Expected<DiscoverResult> discover(const TargetIsa &Isa, const DiscoverOptions &O,
                                  const VerifyFn &Verify) {
  Expected<Evaluator *> Eval = Evaluator::shared(Isa);
  if (!Eval)
    return Eval.takeError();
  return Discovery(Isa, O, Verify, **Eval).run();
}

} // namespace whittle
