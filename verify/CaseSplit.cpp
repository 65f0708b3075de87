//===- verify/CaseSplit.cpp - Equal for each value of a mask --------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "verify/CaseSplit.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"

using namespace llvm;

namespace whittle {

Term substitute(TermGraph &G, Term T, function_ref<std::optional<Term>(Term)> With) {
  DenseMap<uint32_t, Term> Done;
  auto Visit = [&](auto &&Self, Term X) -> Term {
    if (auto It = Done.find(X.Id); It != Done.end())
      return It->second;
    Term Out = X;
    if (G.op(X) == TermOp::Var) {
      Out = With(X).value_or(X);
    } else if (!G.isConst(X)) {
      SmallVector<Term, 8> Ops, Old(G.operands(X).begin(), G.operands(X).end());
      for (Term Op : Old)
        Ops.push_back(Self(Self, Op));
      if (!llvm::equal(Ops, Old))
        Out = G.rebuild(X, Ops);
    }
    return Done[X.Id] = Out;
  };
  return Visit(Visit, T);
}

namespace {
class Splitter {
public:
  Splitter(TermGraph &G, NormalForm &Forms, const CaseLimits &L)
      : G(G), Forms(Forms), L(L), LastTerm(G.size() + L.Terms) {}

  bool run(Term S, Term T, ArrayRef<ControlBit> Bits) {
    for (;; Bits = Bits.drop_front()) {
      if (S == T || Forms.run(S) == Forms.run(T))
        return true;
      if (Bits.empty() || ++Cases > L.Cases || G.size() > LastTerm)
        return false;
      auto Side = [&](Term X, bool Value) {
        return substitute(G, X, [&](Term Var) -> std::optional<Term> {
          const VarKey Key = G.key(Var);
          const unsigned Lo = G.lo(Var), End = Lo + G.width(Var), At = Bits[0].Bit;
          if (Key != Bits[0].Key || At < Lo || At >= End)
            return std::nullopt;
          SmallVector<Term, 3> Parts;
          if (At != Lo)
            Parts.push_back(G.var(Key, Lo, At - Lo));
          Parts.push_back(G.bit(Value));
          if (At + 1 != End)
            Parts.push_back(G.var(Key, At + 1, End - At - 1));
          return G.concat(Parts);
        });
      };
      Term S0 = Side(S, false), T0 = Side(T, false);
      if (S0 == S && T0 == T)
        continue; // the bit has no say any more
      if (!run(S0, T0, Bits.drop_front()))
        return false;
      S = Side(S, true), T = Side(T, true);
    }
  }

private:
  TermGraph &G;
  NormalForm &Forms;
  const CaseLimits &L;
  size_t LastTerm;
  unsigned Cases = 0;
};
} // namespace

bool equalInEveryCase(TermGraph &G, NormalForm &Forms, Term Source, Term Target,
                      ArrayRef<ControlBit> Bits, const CaseLimits &L) {
  return Splitter(G, Forms, L).run(Source, Target, Bits);
}

} // namespace whittle
