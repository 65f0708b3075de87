//===- learn/Features.cpp - A window as numbers -----------------------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "learn/Features.h"
#include "isa/Meaning.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/xxhash.h"
#include <algorithm>
#include <map>

using namespace llvm;

namespace whittle {

std::string constantKind(const APInt &C) {
  if (C.isZero())
    return "zero";
  if (C.isAllOnes())
    return "ones";
  for (unsigned Period : {8u, 16u, 32u, 64u})
    if (Period <= C.getBitWidth() && C.isSplat(Period))
      return "splat" + std::to_string(Period) + " 0x" +
             toString(C.trunc(Period), 16, /*Signed=*/false);
  return "other";
}

namespace {
class Collector {
public:
  Collector(const Window &W, const OpTable &Table) : W(W), Table(Table), Layout(Table.size()) {}

  FeatureVector collect() {
    const Program &P = W.Source;
    for (unsigned Id : P.Outputs) {
      misc("out " + W.typeOf(P, Id).str());
      if (const Node *N = node(Id); N && !N->R->isGeneric())
        Counts[Layout.root() + Table.indexOf(*N->R)] += 1;
    }
    for (const Node &N : P.Nodes)
      addNode(N);
    for (const Leaf &L : W.Leaves)
      addLeaf(L);
    misc("nodes " + std::to_string(std::min<size_t>(P.Nodes.size(), 12)));
    misc("outputs " + std::to_string(std::min<size_t>(P.Outputs.size(), 8)));
    FeatureVector X;
    for (auto [Index, Count] : Counts) {
      X.Index.push_back(Index);
      // The second occurrence says less than the first.
      X.Value.push_back(std::min(1 + 0.5f * float(Count - 1), 3.0f));
    }
    return X;
  }

private:
  const Node *node(unsigned Id) const {
    return Id < W.numLeaves() ? nullptr : &W.Source.Nodes[Id - W.numLeaves()];
  }
  void bucket(unsigned Base, unsigned Buckets, StringRef Token) {
    Counts[Base + unsigned(xxh3_64bits(Token) % Buckets)] += 1;
  }
  void misc(StringRef Token) { bucket(Layout.misc(), FeatureLayout::MiscBuckets, Token); }

  /// What a node does, by meaning.
  std::string symbol(const Node &N) const {
    if (N.R->isGeneric())
      return N.R->Name + " " + N.Ty.str();
    return Table.isa().classOf(*N.R).Meaning.hex();
  }
  /// What an operand is, seen from its user.
  std::string symbol(unsigned Id) const {
    if (const Node *N = node(Id))
      return symbol(*N);
    const Leaf &L = W.Leaves[Id];
    return L.Const ? "const " + constantKind(*L.Const) : L.Choice ? "choice" : "leaf";
  }

  void addNode(const Node &N) {
    if (!N.R->isGeneric())
      Counts[Layout.bag() + Table.indexOf(*N.R)] += 1;
    std::string Name = symbol(N);
    for (unsigned K = 0; K != N.Ops.size(); ++K) {
      unsigned Place = K;
      for (auto [I, J] : commutativeInputs(*N.R))
        if (J == Place)
          Place = I;
      bucket(Layout.edges(), FeatureLayout::EdgeBuckets,
             Name + " " + std::to_string(Place) + " " + symbol(N.Ops[K]));
    }
    for (int64_t Imm : N.Imms)
      misc("imm " + Name + " " + std::to_string(Imm));
    for (unsigned K = 1; K < N.Ops.size(); ++K)
      if (is_contained(ArrayRef(N.Ops).take_front(K), N.Ops[K]))
        misc("repeated " + Name);
  }

  void addLeaf(const Leaf &L) {
    std::string Type = L.Ty.str();
    if (L.Const) {
      misc("const " + Type + " " + constantKind(*L.Const));
      misc("const " + StringRef(constantKind(*L.Const)).split(' ').first.str());
      return;
    }
    misc((L.Choice ? "choice " : "leaf ") + Type);
    if (L.hasFacts()) {
      misc("facts " + Type);
      for (const APInt *Known : {&L.Zeros, &L.Ones})
        if (!Known->isZero())
          misc((Known == &L.Ones ? "ones " : "zeros ") + constantKind(*Known));
    }
  }

  const Window &W;
  const OpTable &Table;
  FeatureLayout Layout;
  std::map<uint32_t, unsigned> Counts;
};
} // namespace

FeatureVector featuresOf(const Window &W, const OpTable &Table) {
  return Collector(W, Table).collect();
}

} // namespace whittle
