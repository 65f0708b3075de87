//===- verify/Weaken.cpp - The facts that a proof needs
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "verify/Verify.h"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;

namespace whittle {

static Expected<bool> isProved(const Rule &R, const VerifyOptions &O) {
  Expected<VerifyResult> V = verify(R, O);
  if (!V)
    return V.takeError();
  return std::holds_alternative<Proved>(V->V);
}

/// The smallest lane width at which the mask repeats, else its whole width.
static unsigned laneOf(const APInt &Mask) {
  for (unsigned N : {8u, 16u, 32u, 64u})
    if (Mask.getBitWidth() % N == 0 && Mask.isSplat(N))
      return N;
  return Mask.getBitWidth();
}

Expected<Rule> weakenFacts(const Rule &R, const VerifyOptions &O) {
  Expected<VerifyResult> Start = verify(R, O);
  if (!Start)
    return Start.takeError();
  if (std::holds_alternative<Killed>(Start->V))
    return R; // there was no time for it
  if (!std::holds_alternative<Proved>(Start->V))
    return createStringError(inconvertibleErrorCode(),
                             "the facts of a rule that is not proved cannot be weakened");

  Rule Best = R;
  // Keeps the change that Edit makes to the leaf if the rule still holds.
  auto Try = [&](unsigned Leaf, function_ref<void(whittle::Leaf &)> Edit) -> Expected<bool> {
    Rule Candidate = Best;
    Edit(Candidate.W.Leaves[Leaf]);
    Expected<bool> Holds = isProved(Candidate, O);
    if (Holds && *Holds)
      Best = std::move(Candidate);
    return Holds;
  };
  auto None = [] { return APInt(0, uint64_t(0)); };

  if (!Best.W.LowBits.empty()) {
    Rule Candidate = Best;
    Candidate.W.LowBits.clear();
    Expected<bool> Holds = isProved(Candidate, O);
    if (!Holds)
      return Holds.takeError();
    if (*Holds)
      Best = std::move(Candidate);
  }
  for (unsigned I = 0; I < Best.W.numLeaves(); ++I) {
    if (!Best.W.Leaves[I].hasFacts())
      continue;
    Expected<bool> All = Try(I, [&](Leaf &L) { L.Zeros = L.Ones = None(); });
    if (!All)
      return All.takeError();
    if (*All)
      continue;
    for (APInt Leaf::*Mask : {&Leaf::Zeros, &Leaf::Ones}) {
      const APInt Known = Best.W.Leaves[I].*Mask;
      if (Known.isZero())
        continue;
      Expected<bool> Whole = Try(I, [&](Leaf &L) { L.*Mask = None(); });
      if (!Whole)
        return Whole.takeError();
      if (*Whole)
        continue;
      // Low bits first: what a proof needs is mostly a bound, and its highest
      // bit says most.
      unsigned Lane = laneOf(Known);
      for (unsigned Bit = 0; Bit < Lane; ++Bit) {
        if (!Known[Bit])
          continue;
        APInt Drop = APInt::getZero(Known.getBitWidth());
        for (unsigned At = Bit; At < Drop.getBitWidth(); At += Lane)
          Drop.setBit(At);
        Expected<bool> One = Try(I, [&](Leaf &L) { L.*Mask &= ~Drop; });
        if (!One)
          return One.takeError();
      }
    }
  }
  return Best;
}

} // namespace whittle
