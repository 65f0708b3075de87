//===- verify/CutPoints.cpp - Equal inner values, proved first ------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "verify/CutPoints.h"
#include "llvm/ADT/STLExtras.h"
#include <unordered_map>

using namespace llvm;

namespace whittle {

namespace {
class Merger {
public:
  Merger(TermGraph &G, const Cone &C, function_ref<bool(Term, Term)> Prove, const CutLimits &L)
      : G(G), C(C), Prove(Prove), L(L) {}

  Merged run() {
    Result = {C.source(), C.target()};
    if (C.order().size() > L.Terms)
      return Result;
    takeFingerprints();
    // Lower terms first; a term's class never has one that contains it in its place.
    std::vector<unsigned> Level, Order;
    for (auto [I, T] : enumerate(C.order())) {
      unsigned Above = 0;
      for (Term O : G.operands(T))
        Above = std::max(Above, Level[C.indexOf(O)] + 1);
      Level.push_back(Above);
      Order.push_back(I);
    }
    llvm::sort(Order, [&](unsigned A, unsigned B) {
      return std::pair(Level[A], A) < std::pair(Level[B], B);
    });
    Now.assign(Order.size(), Term());
    for (unsigned I : Order)
      Now[I] = settle(I);
    Result.Source = Now[C.indexOf(C.source())];
    Result.Target = Now[C.indexOf(C.target())];
    return Result;
  }

private:
  void takeFingerprints() {
    Prints.resize(C.order().size());
    C.forEachTest(L.Tests, [&](ArrayRef<APInt> Atoms) {
      for (auto [Print, V] : zip_equal(Prints, C.values(Atoms)))
        Print.append(reinterpret_cast<const char *>(V.getRawData()), (V.getBitWidth() + 7) / 8);
      return false;
    });
    for (auto [Print, T] : zip_equal(Prints, C.order()))
      Print += std::to_string(G.width(T));
  }

  /// What stands for the \p I-th term from now on.
  Term settle(unsigned I) {
    const Term T = C.order()[I];
    if (G.isConst(T) || G.op(T) == TermOp::Var)
      return T;
    SmallVector<Term, 8> Ops;
    for (Term O : G.operands(T))
      Ops.push_back(Now[C.indexOf(O)]);
    const Term Mine = G.rebuild(T, Ops);
    auto [First, New] = Classes.try_emplace(Prints[I], Mine);
    return New || !proved(First->second, Mine) ? Mine : First->second;
  }

  bool proved(Term A, Term B) {
    if (A == B)
      return true;
    auto [Known, New] = Asked.try_emplace(Cone(G, A, B).key(), false);
    if (!New)
      return Known->second;
    if (Asked.size() > L.Pairs || Failed >= L.Failures)
      return false;
    Known->second = Prove(A, B);
    ++(Known->second ? Result.Proved : Failed);
    return Known->second;
  }

  TermGraph &G;
  const Cone &C;
  function_ref<bool(Term, Term)> Prove;
  const CutLimits &L;
  Merged Result;
  unsigned Failed = 0;
  std::vector<Term> Now;                         ///< by index in the cone's order
  std::vector<std::string> Prints;               ///< the values on all tests, and the width
  std::unordered_map<std::string, Term> Classes; ///< the lowest term of each fingerprint
  std::unordered_map<std::string, bool> Asked;   ///< by the key of the pair's cone
};
} // namespace

Merged mergeEqualTerms(TermGraph &G, const Cone &C, function_ref<bool(Term, Term)> Prove,
                       const CutLimits &L) {
  return Merger(G, C, Prove, L).run();
}

} // namespace whittle
