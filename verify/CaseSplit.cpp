//===- verify/CaseSplit.cpp - Equal for each value of a mask --------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "verify/CaseSplit.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"
#include <set>

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
    S = Forms.run(S), T = Forms.run(T);
    if (S == T || Equal.contains({S, T}))
      return true;
    for (; !Bits.empty(); Bits = Bits.drop_front()) {
      if (++Cases > L.Cases || G.size() > LastTerm || L.Stop())
        return false;
      const Term S0 = with(S, Bits[0], false), T0 = with(T, Bits[0], false);
      if (S0 == S && T0 == T)
        continue; // the bit has no say any more
      const ArrayRef<ControlBit> Rest = Bits.drop_front();
      if (!run(S0, T0, Rest) || !run(with(S, Bits[0], true), with(T, Bits[0], true), Rest))
        return false;
      Equal.insert({S, T});
      return true;
    }
    return false;
  }

private:
  Term with(Term X, const ControlBit &Bit, bool Value) {
    return substitute(G, X, [&](Term Var) -> std::optional<Term> {
      const VarKey Key = G.key(Var);
      const unsigned Lo = G.lo(Var), End = Lo + G.width(Var), At = Bit.Bit;
      if (Key != Bit.Key || At < Lo || At >= End)
        return std::nullopt;
      SmallVector<Term, 3> Parts;
      if (At != Lo)
        Parts.push_back(G.var(Key, Lo, At - Lo));
      Parts.push_back(G.bit(Value));
      if (At + 1 != End)
        Parts.push_back(G.var(Key, At + 1, End - At - 1));
      return G.concat(Parts);
    });
  }

  TermGraph &G;
  NormalForm &Forms;
  const CaseLimits &L;
  size_t LastTerm;
  unsigned Cases = 0;
  /// Pairs that every case has settled. Masks that leave the same to do, such as those
  /// with as many ones so far, lead to one of them.
  std::set<std::pair<Term, Term>> Equal;
};
} // namespace

bool equalInEveryCase(TermGraph &G, NormalForm &Forms, Term Source, Term Target,
                      ArrayRef<ControlBit> Bits, const CaseLimits &L) {
  return Splitter(G, Forms, L).run(Source, Target, Bits);
}

} // namespace whittle
