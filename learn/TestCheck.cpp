//===- learn/TestCheck.cpp - Two programs on fresh tests --------------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "learn/TestCheck.h"
#include "learn/Space.h"
#include <cstring>

using namespace llvm;

namespace whittle {

Expected<std::optional<std::vector<APInt>>>
findDifference(const Rule &R, Evaluator &E, size_t NumTests, std::mt19937_64 &Random) {
  std::vector<std::vector<uint8_t>> Leaves;
  std::vector<const uint8_t *> In;
  for (const Leaf &L : R.W.Leaves)
    Leaves.push_back(
        testValues(L, NumTests, Leaves.empty() ? std::vector<uint8_t>() : Leaves[0], Random));
  for (const auto &B : Leaves)
    In.push_back(B.data());
  const Program *Programs[2] = {&R.W.Source, &R.Target};
  std::vector<uint8_t> Out[2];
  size_t Bytes = R.W.typeOf(R.W.Source, R.W.Source.Outputs[0]).bytes();
  for (unsigned K : {0, 1}) {
    Out[K].resize(Bytes * NumTests);
    if (Error Err = E.run(R.W, *Programs[K], In, Out[K].data(), NumTests))
      return std::move(Err);
  }
  for (size_t T = 0; T != NumTests; ++T) {
    if (!memcmp(&Out[0][T * Bytes], &Out[1][T * Bytes], Bytes))
      continue;
    std::vector<APInt> Values;
    for (size_t L = 0; L != Leaves.size(); ++L) {
      ValueType Ty = R.W.Leaves[L].Ty;
      APInt V(Ty.Bits, 0);
      for (unsigned I = 0; I != Ty.bytes(); ++I)
        V.insertBits(uint64_t(Leaves[L][T * Ty.bytes() + I]), I * 8, 8);
      Values.push_back(std::move(V));
    }
    return Values;
  }
  return std::nullopt;
}

VerifyFn acceptByTests(Evaluator &E, unsigned MaxWeight, uint64_t Seed) {
  return [&E, MaxWeight, Seed](const Rule &R) {
    CandidateVerdict V;
    if (staticCost(R.W, R.Target).Weight > MaxWeight)
      return V;
    std::mt19937_64 Random(Seed);
    auto Difference = findDifference(R, E, 512, Random);
    if (!Difference) {
      consumeError(Difference.takeError()); // undecided, like any tool failure
      return V;
    }
    V.K = *Difference ? CandidateVerdict::Refuted : CandidateVerdict::Proved;
    if (*Difference)
      V.Counterexample = std::move(**Difference);
    return V;
  };
}

} // namespace whittle
