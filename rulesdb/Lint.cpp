//===- rulesdb/Lint.cpp - Is the rule set as a whole in order? --*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "rulesdb/Lint.h"
#include "isa/Meaning.h"
#include "isa/TargetIsa.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/Sequence.h"
#include "llvm/ADT/StringExtras.h"
#include <map>
#include <tuple>

using namespace llvm;

namespace whittle {

namespace {

enum class LeafTest : uint8_t {
  Weaker, ///< whatever the one leaf admits the other does too
  Kind,   ///< types, constants and choices only
};

/// Programs over one window's leaves.
struct View {
  const Window &W;
  SmallVector<const Program *, 2> Programs;
  bool isLeaf(unsigned Id) const { return Id < W.numLeaves(); }
  const Node &node(unsigned Program, unsigned Id) const {
    return Programs[Program]->Nodes[Id - W.numLeaves()];
  }
};

/// Looks for a way to lay a pattern over other programs of the same size: leaves
/// on leaves (one assignment for all programs), instructions on instructions of
/// the same class.
class Overlay {
public:
  Overlay(View Pattern, View Subject, LeafTest Test)
      : Pattern(std::move(Pattern)), Subject(std::move(Subject)), Test(Test) {}

  bool exists() {
    if (Pattern.W.Isa != Subject.W.Isa)
      return false;
    std::vector<Pair> Pending;
    for (auto [Index, P, S] : enumerate(Pattern.Programs, Subject.Programs)) {
      if (P->Outputs.size() != S->Outputs.size())
        return false;
      for (auto [A, B] : zip(P->Outputs, S->Outputs))
        Pending.push_back({unsigned(Index), A, B});
    }
    return solve(std::move(Pending), {});
  }

private:
  struct Pair {
    unsigned Program, A, B;
  };
  /// Pattern value -> subject value; leaves are of no program.
  using Binding = std::map<std::pair<unsigned, unsigned>, unsigned>;

  /// Every choice is tried with all that is still pending, so none is missed.
  bool solve(std::vector<Pair> Pending, Binding Bound) {
    while (!Pending.empty()) {
      auto [Program, A, B] = Pending.back();
      Pending.pop_back();
      bool Leaf = Pattern.isLeaf(A);
      if (Leaf != Subject.isLeaf(B))
        return false;
      auto [It, New] = Bound.try_emplace({Leaf ? ~0u : Program, A}, B);
      if (!New) {
        if (It->second != B)
          return false;
        continue;
      }
      if (Leaf) {
        if (!admits(Pattern.W.Leaves[A], Subject.W.Leaves[B]))
          return false;
        continue;
      }
      const Node &X = Pattern.node(Program, A), &Y = Subject.node(Program, B);
      if (!sameOperation(X, Y))
        return false;
      auto Try = [&](ArrayRef<unsigned> Order) {
        std::vector<Pair> Next = Pending;
        for (auto [K, From] : enumerate(Order))
          Next.push_back({Program, X.Ops[From], Y.Ops[K]});
        return solve(std::move(Next), Bound);
      };
      if (X.R->isGeneric())
        return Try(to_vector<4>(seq<unsigned>(X.Ops.size())));
      return any_of(operandOrders(*X.R), Try);
    }
    return true;
  }

  static bool sameOperation(const Node &X, const Node &Y) {
    if (X.Ty != Y.Ty || X.Imms != Y.Imms || X.Symbolic != Y.Symbolic ||
        X.Ops.size() != Y.Ops.size())
      return false;
    if (X.R == Y.R)
      return true;
    return !X.R->isGeneric() && !Y.R->isGeneric() && meaningHash(*X.R) == meaningHash(*Y.R);
  }

  /// Every value that \p Given stands for is one that \p Wanted takes.
  bool admits(const Leaf &Wanted, const Leaf &Given) const {
    if (Wanted.Ty != Given.Ty || Wanted.Choice != Given.Choice || Wanted.Loop != Given.Loop)
      return false;
    if (Wanted.Symbolic)
      return Given.Symbolic == Wanted.Symbolic && Given.ElementBits == Wanted.ElementBits;
    if (Wanted.Const)
      return Given.Const && *Wanted.Const == *Given.Const;
    if (Test == LeafTest::Kind || !Wanted.hasFacts())
      return true;
    return Wanted.factsHoldFor(Given);
  }

  View Pattern, Subject;
  LeafTest Test;
};

class Linter {
public:
  explicit Linter(ArrayRef<Rule> Given) {
    for (const Rule &R : Given) {
      Rule Canonical = R;
      if (Error E = checkRule(R))
        Broken[ruleId(R)] = toString(std::move(E));
      else
        canonicalize(Canonical);
      Rules.push_back({ruleId(Canonical), std::move(Canonical)});
    }
    llvm::sort(Rules, [](const Item &A, const Item &B) { return A.Id < B.Id; });
  }

  std::vector<LintFinding> run() {
    std::vector<bool> Usable;
    Usable.reserve(Rules.size());
    for (const Item &R : Rules)
      Usable.push_back(checkAlone(R));
    for (size_t I = 0; I < Rules.size(); ++I)
      for (size_t J = 0; J < Rules.size(); ++J)
        if (I != J && Usable[I] && Usable[J])
          checkPair(Rules[I], Rules[J], I < J);
    llvm::sort(Findings, [](const LintFinding &A, const LintFinding &B) {
      return std::tie(A.Rule, A.K, A.Other) < std::tie(B.Rule, B.K, B.Other);
    });
    return std::move(Findings);
  }

private:
  struct Item {
    Hash128 Id;
    Rule R;
    View source() const { return {R.W, {&R.W.Source}}; }
    View target() const { return {R.W, {&R.Target}}; }
    View both() const { return {R.W, {&R.W.Source, &R.Target}}; }
  };

  bool checkAlone(const Item &R) {
    if (auto It = Broken.find(R.Id); It != Broken.end()) {
      add(LintFinding::Malformed, R, {}, name(R) + ": " + It->second);
      return false;
    }
    StaticCost Before = staticCost(R.R.W, R.R.W.Source);
    StaticCost After = staticCost(R.R.W, R.R.Target);
    if (!(After < Before))
      add(LintFinding::NotCheaper, R, {},
          name(R) + ": the right side is not cheaper than the left (" + costText(Before) + " -> " +
              costText(After) + ")");
    return true;
  }

  /// \p A asks no more of an output's readers, and of its symbols, than \p B. A
  /// rule and its instances are not compared: the instance is kept as a witness.
  static bool asksNoMore(const Item &A, const Item &B) {
    const Window &X = A.R.W, &Y = B.R.W;
    return (X.LowBits.empty() || X.LowBits == Y.LowBits) &&
           (!X.isGeneral() || (X.Symbols == Y.Symbols && (X.Where.empty() || X.Where == Y.Where)));
  }

  /// What \p A does to \p B. \p First: the pair is seen for the first time.
  void checkPair(const Item &A, const Item &B, bool First) {
    bool Covers = asksNoMore(A, B) && Overlay(A.source(), B.source(), LeafTest::Weaker).exists();
    bool Covered =
        Covers && asksNoMore(B, A) && Overlay(B.source(), A.source(), LeafTest::Weaker).exists();
    if (Covers) {
      StaticCost CostA = staticCost(A.R.W, A.R.Target), CostB = staticCost(B.R.W, B.R.Target);
      bool Same = Covered && Overlay(A.both(), B.both(), LeafTest::Weaker).exists() &&
                  Overlay(B.both(), A.both(), LeafTest::Weaker).exists();
      // Of two that cover each other and cost the same the first stays.
      bool Better = CostA < CostB || (CostA == CostB && (!Covered || First));
      if (Same) {
        if (First)
          add(LintFinding::Duplicate, B, A.Id, name(B) + " is " + name(A) + " once more");
      } else if (Better && runsWhere(A.R, B.R)) {
        add(LintFinding::Shadowed, B, A.Id,
            name(B) + " can never fire: " + name(A) + " matches the same source with " +
                (Covered ? "the same precondition" : "a weaker precondition"));
      }
    }
    if (First && Overlay(B.source(), A.target(), LeafTest::Weaker).exists() &&
        Overlay(A.source(), B.target(), LeafTest::Kind).exists())
      add(LintFinding::Cycle, A, B.Id, name(A) + " and " + name(B) + " undo each other");
  }

  static std::string costText(const StaticCost &C) {
    return std::to_string(C.Weight) + "/" + std::to_string(C.Instructions) + "/" +
           std::to_string(C.ConstantBytes);
  }

  static std::string name(const Item &R) {
    std::vector<std::string> Opcodes;
    for (const Node &N : R.R.W.Source.Nodes)
      if (!is_contained(Opcodes, N.R->Name))
        Opcodes.push_back(N.R->Name);
    return "rule " + R.Id.hex().substr(0, 8) + " '" + join(Opcodes, "+") + "'";
  }

  void add(LintFinding::Kind K, const Item &R, Hash128 Other, std::string Message) {
    Findings.push_back({K, R.Id, Other, std::move(Message)});
  }

  std::vector<Item> Rules;
  std::map<Hash128, std::string> Broken; ///< what checkRule says of them
  std::vector<LintFinding> Findings;
};

} // namespace

std::vector<LintFinding> lint(ArrayRef<Rule> Rules) { return Linter(Rules).run(); }

} // namespace whittle
