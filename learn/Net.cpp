//===- learn/Net.cpp - The forward pass -------------------------------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "learn/Net.h"
#include <cassert>

namespace whittle {

std::vector<float> Net::forward(const FeatureVector &X) const {
  assert(Weights.size() == Shape.numWeights() && "weights of another shape");
  const size_t H = Shape.Hidden;
  const float *In = Weights.data();
  const float *HiddenBias = In + Shape.Inputs * H;
  const float *Out = HiddenBias + H;
  const float *OutBias = Out + Shape.Outputs * H;
  const float *Direct = OutBias + Shape.Outputs;

  std::vector<float> Hidden(HiddenBias, HiddenBias + H);
  for (size_t K = 0; K != X.Index.size(); ++K) {
    assert(X.Index[K] < Shape.Inputs && "feature out of range");
    const float *Row = In + X.Index[K] * H;
    for (size_t J = 0; J != H; ++J)
      Hidden[J] += X.Value[K] * Row[J];
  }
  for (float &Unit : Hidden)
    Unit = Unit > 0 ? Unit : 0;

  std::vector<float> Logits(OutBias, OutBias + Shape.Outputs);
  for (size_t C = 0; C != Logits.size(); ++C) {
    float Sum = 0;
    for (size_t J = 0; J != H; ++J)
      Sum += Out[C * H + J] * Hidden[J];
    Logits[C] += Sum;
  }
  for (size_t K = 0; K != X.Index.size(); ++K)
    if (X.Index[K] < NetShape::Direct * Shape.Outputs)
      Logits[X.Index[K] % Shape.Outputs] += Direct[X.Index[K] / Shape.Outputs] * X.Value[K];
  return Logits;
}

} // namespace whittle
