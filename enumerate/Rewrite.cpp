//===- enumerate/Rewrite.cpp - Rules on programs --------------------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "enumerate/Rewrite.h"
#include "isa/Meaning.h"
#include "isa/SymbolBinding.h"
#include "isa/TargetIsa.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"
#include <functional>
#include <random>

using namespace llvm;

namespace whittle {

namespace {

using Binding = DenseMap<unsigned, unsigned>;

/// Lays a rule's source over a program, both trees from one value down.
class Overlay {
public:
  struct State {
    Binding Values; ///< of the rule -> of the program
    SymbolBinding Symbols;
  };

  Overlay(const Rule &R, const Window &W, const Program &P) : R(R), W(W), P(P) {}

  std::optional<State> at(unsigned Root) const {
    State Bound;
    Bound.Symbols = SymbolBinding(R.W);
    if (!solve({{R.W.Source.Outputs[0], Root}}, std::move(Bound), Bound))
      return std::nullopt;
    return Bound;
  }

private:
  using Pairs = SmallVector<std::pair<unsigned, unsigned>, 8>;

  bool solve(Pairs Pending, State Bound, State &Out) const {
    while (!Pending.empty()) {
      auto [A, B] = Pending.pop_back_val();
      auto [It, New] = Bound.Values.try_emplace(A, B);
      if (!New) {
        if (It->second != B)
          return false;
        continue;
      }
      if (A < R.W.numLeaves()) {
        if (!admits(R.W.Leaves[A], B, Bound.Symbols))
          return false;
        continue;
      }
      if (B < W.numLeaves())
        return false;
      const Node &X = R.W.Source.Nodes[A - R.W.numLeaves()], &Y = P.Nodes[B - W.numLeaves()];
      if (!sameOperation(X, Y) || !Bound.Symbols.bindImms(X, Y.Imms))
        return false;
      // Each order of commutative operands, with all that is still pending.
      auto Try = [&](ArrayRef<unsigned> Order) {
        Pairs Next = Pending;
        for (auto [K, From] : enumerate(Order))
          Next.push_back({X.Ops[From], Y.Ops[K]});
        return solve(std::move(Next), Bound, Out);
      };
      if (X.R->isGeneric())
        return Try(to_vector<4>(seq<unsigned>(X.Ops.size())));
      return any_of(operandOrders(*X.R), Try);
    }
    Out = std::move(Bound);
    return true;
  }

  bool sameOperation(const Node &X, const Node &Y) const {
    if (X.Ty != Y.Ty || X.Ops.size() != Y.Ops.size())
      return false;
    return X.R == Y.R || (!X.R->isGeneric() && !Y.R->isGeneric() &&
                          &W.Isa->classOf(*X.R) == &W.Isa->classOf(*Y.R));
  }

  bool admits(const Leaf &Wanted, unsigned Value, SymbolBinding &Symbols) const {
    if (W.typeOf(P, Value) != Wanted.Ty)
      return false;
    const Leaf *Given = Value < W.numLeaves() ? &W.Leaves[Value] : nullptr;
    if (Wanted.isConstant()) {
      if (!Given || !Given->Const)
        return false;
      return Wanted.Const ? *Given->Const == *Wanted.Const
                          : Symbols.bindConstant(Wanted, *Given->Const);
    }
    return !Wanted.hasFacts() || (Given && Wanted.factsHoldFor(*Given));
  }

  const Rule &R;
  const Window &W;
  const Program &P;
};

/// The leaf of \p W that is this constant.
std::optional<unsigned> leafFor(const Window &W, const Leaf &Constant) {
  auto It = find_if(W.Leaves, [&](const Leaf &X) {
    return X.Const && X.Ty == Constant.Ty && *X.Const == *Constant.Const;
  });
  if (It == W.Leaves.end())
    return std::nullopt;
  return unsigned(It - W.Leaves.begin());
}

/// Adds a leaf to \p W behind its others; the ids of nodes of both programs move by one.
void addLeaf(Window &W, const Leaf &L, Program &P) {
  const unsigned First = W.numLeaves();
  for (Program *Q : {&W.Source, &P}) {
    for (Node &N : Q->Nodes)
      for (unsigned &Op : N.Ops)
        Op += Op >= First;
    for (unsigned &Id : Q->Outputs)
      Id += Id >= First;
  }
  W.Leaves.push_back(L);
}

/// \p P with what \p R, bound as told, makes of \p Root in the place of Root.
Program replaced(const Window &W, const Program &P, unsigned Root, const Rule &R,
                 const Binding &Bound) {
  Program Out;
  Binding Old, New;
  // What the rule keeps, and something else reads, is there once.
  auto Emit = [&](Node N) {
    for (auto [I, Have] : enumerate(Out.Nodes))
      if (Have.R == N.R && Have.Ops == N.Ops && Have.Imms == N.Imms && Have.Ty == N.Ty)
        return unsigned(W.numLeaves() + I);
    Out.Nodes.push_back(std::move(N));
    return unsigned(W.numLeaves() + Out.Nodes.size() - 1);
  };
  std::function<unsigned(unsigned)> Build, Target;
  Target = [&](unsigned Id) {
    if (Id < R.W.numLeaves())
      return Build(Bound.lookup(Id));
    if (auto It = New.find(Id); It != New.end())
      return It->second;
    Node N = R.Target.Nodes[Id - R.W.numLeaves()];
    for (unsigned &Op : N.Ops)
      Op = Target(Op);
    return New[Id] = Emit(std::move(N));
  };
  Build = [&](unsigned Id) {
    if (Id < W.numLeaves())
      return Id;
    if (auto It = Old.find(Id); It != Old.end())
      return It->second;
    if (Id == Root)
      return Old[Id] = Target(R.Target.Outputs[0]);
    Node N = P.Nodes[Id - W.numLeaves()];
    for (unsigned &Op : N.Ops)
      Op = Build(Op);
    return Old[Id] = Emit(std::move(N));
  };
  for (unsigned Id : P.Outputs)
    Out.Outputs.push_back(Build(Id));
  return Out;
}

/// A rule, without symbols, bound to values of a program.
struct Place {
  Rule R;
  Binding Values;
};

/// Where \p R's source is computed at \p Root. What it reads of constants only in its
/// target is not bound.
std::optional<Place> placeOf(const Rule &R, const Window &W, const Program &P, unsigned Root) {
  std::optional<Overlay::State> Bound = Overlay(R, W, P).at(Root);
  if (!Bound)
    return std::nullopt;
  if (!R.W.isGeneral())
    return Place{R, std::move(Bound->Values)};
  std::optional<Rule> Instance = Bound->Symbols.instance(R);
  if (!Instance)
    return std::nullopt;
  return Place{std::move(*Instance), std::move(Bound->Values)};
}

} // namespace

size_t RewriteSet::add(const Rule &R) {
  Rules.push_back(R);
  enter(Rules.size() - 1);
  return Rules.size() - 1;
}

void RewriteSet::enter(size_t Number) {
  const Rule &R = Rules[Number];
  const unsigned L = R.W.numLeaves();
  if (R.W.isLoop() || R.W.Source.Outputs.size() != 1 || R.W.Source.Outputs[0] < L ||
      !R.W.LowBits.empty() || any_of(R.W.Leaves, [](const Leaf &X) { return X.Choice; }))
    return;
  const Row &Root = *R.W.Source.Nodes[R.W.Source.Outputs[0] - L].R;
  if (!Root.isGeneric())
    ByRoot[&R.W.Isa->classOf(Root)].push_back(Number);
}

void RewriteSet::remove(size_t Number) {
  for (auto &[Root, Numbers] : ByRoot)
    llvm::erase(Numbers, Number);
}

ArrayRef<size_t> RewriteSet::rulesAt(const Window &W, const Program &P, unsigned Root) const {
  if (Root < W.numLeaves() || P.Nodes[Root - W.numLeaves()].R->isGeneric())
    return {};
  auto It = ByRoot.find(&W.Isa->classOf(*P.Nodes[Root - W.numLeaves()].R));
  return It == ByRoot.end() ? ArrayRef<size_t>() : It->second;
}

std::optional<Program> RewriteSet::applyAt(const Window &W, const Program &P, unsigned Root) const {
  for (size_t I : rulesAt(W, P, Root)) {
    std::optional<Place> Here = placeOf(Rules[I], W, P, Root);
    if (!Here)
      continue;
    bool Bound = true;
    for (auto [Id, L] : enumerate(Here->R.W.Leaves))
      if (!Here->Values.count(Id)) {
        std::optional<unsigned> Leaf = leafFor(W, L);
        Bound = Bound && Leaf;
        Here->Values[Id] = Leaf.value_or(0);
      }
    if (!Bound)
      continue;
    Program Next = replaced(W, P, Root, Here->R, Here->Values);
    if (staticCost(W, Next) < staticCost(W, P))
      return Next;
  }
  return std::nullopt;
}

bool RewriteSet::improve(Window &W, Program &P, unsigned Node,
                         function_ref<bool(const Rule &)> Usable) const {
  for (size_t I : rulesAt(W, P, W.numLeaves() + Node)) {
    if (!Usable(Rules[I]))
      continue;
    std::optional<Place> Here = placeOf(Rules[I], W, P, W.numLeaves() + Node);
    if (!Here)
      continue;
    Window Wider = W;
    Program From = P;
    for (auto [Id, L] : enumerate(Here->R.W.Leaves)) {
      if (Here->Values.count(Id))
        continue;
      std::optional<unsigned> Leaf = leafFor(Wider, L);
      if (!Leaf) {
        Leaf = Wider.numLeaves();
        for (auto &[Of, Value] : Here->Values)
          Value += Value >= *Leaf;
        addLeaf(Wider, L, From);
      }
      Here->Values[Id] = *Leaf;
    }
    Program Next = replaced(Wider, From, Wider.numLeaves() + Node, Here->R, Here->Values);
    if (!(staticCost(Wider, Next) < staticCost(W, P)))
      continue;
    W = std::move(Wider);
    P = std::move(Next);
    return true;
  }
  return false;
}

Program RewriteSet::reduce(Window &W, Program P, function_ref<bool(const Rule &)> Usable) const {
  for (unsigned I = 0; I != P.Nodes.size();)
    I = improve(W, P, I, Usable) ? 0 : I + 1;
  return P;
}

/// Some instances of a general rule, or the rule itself.
static std::vector<Rule> instancesOf(const Rule &R) {
  if (!R.W.isGeneral())
    return {R};
  constexpr unsigned Wanted = 16, Tries = 2000;
  std::vector<Rule> Found;
  std::mt19937_64 Random(1);
  for (unsigned T = 0; T != Tries && Found.size() != Wanted; ++T) {
    std::vector<APInt> Values;
    Values.reserve(R.W.Symbols.size());
    for (const SymbolSpec &S : R.W.Symbols) {
      // Small numbers too: counts and selectors are.
      const unsigned Width = 1 + Random() % std::min<unsigned>(S.Bits, 64);
      Values.push_back(APInt(64, Random() >> (64 - Width)).zextOrTrunc(S.Bits));
    }
    if (guardHolds(R.W, Values))
      Found.push_back(instantiate(R, Values));
  }
  return Found;
}

std::vector<bool> superfluous(ArrayRef<Rule> Rules) {
  RewriteSet Set;
  std::vector<std::pair<unsigned, size_t>> Order;
  for (auto [I, R] : enumerate(Rules)) {
    Set.add(R);
    // Constants say less than symbols, and those less than what may be any value.
    auto Open = count_if(R.W.Leaves, [](const Leaf &L) { return !L.Const && !L.hasFacts(); });
    Order.push_back({unsigned(2 * Open + R.W.Symbols.size()), I});
  }
  llvm::sort(Order);
  auto IsDerived = [&](size_t I) {
    auto Follows = [&](const Rule &R) {
      Window Wider = R.W;
      Program Least =
          Set.reduce(Wider, R.W.Source, [&](const Rule &Other) { return runsWhere(Other, R); });
      return staticCost(Wider, Least) <= staticCost(R.W, R.Target);
    };
    std::vector<Rule> Cases = instancesOf(Rules[I]);
    return !Cases.empty() && all_of(Cases, Follows);
  };
  std::vector<bool> Drop(Rules.size());
  for (auto [Open, I] : Order) {
    if (Rules[I].W.isLoop())
      continue;
    Set.remove(I);
    Drop[I] = IsDerived(I);
    if (!Drop[I])
      Set.restore(I);
  }
  // Rewriting takes the first rule that applies: with fewer it may go another way.
  for (auto [Open, I] : Order)
    if (Drop[I] && !IsDerived(I)) {
      Drop[I] = false;
      Set.restore(I);
    }
  return Drop;
}

} // namespace whittle
