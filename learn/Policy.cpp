//===- learn/Policy.cpp - The learned order of opcode classes ---------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "learn/Policy.h"
#include "learn/Work.h"
#include <algorithm>
#include <tuple>

using namespace llvm;

namespace whittle {

Expected<std::unique_ptr<Policy>> Policy::create(const TargetIsa &Isa, PolicyData P,
                                                 StringRef Name) {
  auto Fail = [&](const Twine &Why) {
    return createStringError(inconvertibleErrorCode(), Name + ": " + Why);
  };
  if (P.Target != Isa.arch())
    return Fail("policy for target '" + P.Target + "', not '" + Isa.arch() + "'");
  OpTable Table(Isa);
  if (P.TableHash != Table.hash() || !equal(P.Meanings, Table.meanings())) {
    unsigned Gone = 0, New = 0;
    for (const Hash128 &H : P.Meanings)
      Gone += !std::binary_search(Table.meanings().begin(), Table.meanings().end(), H);
    for (const Hash128 &H : Table.meanings())
      New += !is_contained(P.Meanings, H);
    return Fail("policy for another opcode table (" + Twine(Gone) + " of its " +
                Twine(P.Meanings.size()) + " opcode classes are not in this build, " + Twine(New) +
                " of this build's are not in it); train again");
  }
  NetShape Want{FeatureLayout(Table.size()).size(), P.N.Shape.Hidden, Table.size()};
  if (!(P.N.Shape == Want))
    return Fail("corrupt policy file: its weights do not fit its opcode table");
  return std::unique_ptr<Policy>(new Policy(std::move(Table), std::move(P)));
}

std::vector<const OpClass *> Policy::order(const Window &W, ArrayRef<const OpClass *> Pool) {
  std::vector<float> Logits = Data.N.forward(featuresOf(W, Table));
  struct Ranked {
    bool Unknown;
    float Score;
    unsigned Weight;
    size_t Place; ///< in Pool: makes the order total
    const OpClass *C;
  };
  std::vector<Ranked> All;
  for (const OpClass *C : Pool) {
    std::optional<unsigned> Index = Table.indexOf(*C);
    float Score = Index ? Logits[*Index] - float(workPenalty(C->leader())) : 0;
    All.push_back({!Index, Score, C->leader().Weight, All.size(), C});
  }
  std::sort(All.begin(), All.end(), [](const Ranked &A, const Ranked &B) {
    if (A.Unknown != B.Unknown)
      return B.Unknown;
    if (A.Unknown)
      return std::tuple(A.Weight, A.C->Id, A.Place) < std::tuple(B.Weight, B.C->Id, B.Place);
    if (A.Score != B.Score)
      return A.Score > B.Score;
    return std::pair(A.C->Id, A.Place) < std::pair(B.C->Id, B.Place);
  });
  std::vector<const OpClass *> Order;
  for (const Ranked &R : All)
    Order.push_back(R.C);
  return Order;
}

} // namespace whittle
