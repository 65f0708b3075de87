//===- learn/Net.h - A small multi-label network ----------------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sparse features -> hidden layer -> one logit per opcode class, and a direct
// path from "the source has this class" to the class's logit. LibTorch fits it
// (NetTorch.cpp, the only file with torch headers); what is kept is a block of
// floats, and the forward pass is a fixed-order loop over it, so that one policy
// file gives one order on every machine. This header is shared with NetTorch.cpp
// and stays C++17.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_LEARN_NET_H
#define WHITTLE_LEARN_NET_H

#include "llvm/Support/Error.h"
#include <cstdint>
#include <functional>
#include <vector>

namespace whittle {

/// The non-zero features of one window, by ascending index, each once.
struct FeatureVector {
  std::vector<uint32_t> Index;
  std::vector<float> Value;
};

/// Inputs 0..Outputs-1 and Outputs..2*Outputs-1 belong to the outputs of these
/// numbers (a class in the source, a class at its root).
struct NetShape {
  static constexpr unsigned Direct = 2;
  uint32_t Inputs = 0, Hidden = 0, Outputs = 0;

  bool operator==(const NetShape &O) const {
    return Inputs == O.Inputs && Hidden == O.Hidden && Outputs == O.Outputs;
  }
  /// Floats of all weights.
  uint64_t numWeights() const {
    return uint64_t(Inputs) * Hidden + Hidden + uint64_t(Outputs) * Hidden + Outputs + Direct;
  }
};

/// h = relu(In^T x + HiddenBias); logit c = Out h + OutBias + Direct[0] x[c] +
/// Direct[1] x[Outputs + c]. Weights holds, one after the other: In
/// [Inputs][Hidden], HiddenBias, Out [Outputs][Hidden], OutBias, Direct.
struct Net {
  NetShape Shape;
  std::vector<float> Weights;

  /// One logit per output. Every index of \p X is below Shape.Inputs.
  std::vector<float> forward(const FeatureVector &X) const;
};

/// A window's features and the outputs that are right for it, each once.
struct Example {
  struct Label {
    uint32_t Output;
    float Share; ///< of the right answers, how many have it: 0 < Share <= 1
  };
  FeatureVector X;
  std::vector<Label> Labels;
};

struct FitOptions {
  uint64_t Seed = 1;
  unsigned Threads = 2;
  unsigned MaxEpochs = 40;
  unsigned Patience = 4; ///< epochs without a better validation loss
  unsigned BatchSize = 256;
  float LearningRate = 2e-3f;
  double Dropout = 0.3; ///< of hidden units
  double Seconds = 300; ///< no epoch is begun later than this
  /// Called after each epoch with its number and the two mean losses.
  std::function<void(unsigned, double, double)> Progress;
};

/// Fits with binary cross-entropy per output and Adam, and returns the weights
/// of the epoch with the lowest validation loss (training loss if \p Validation
/// is empty). The same inputs, seed and number of threads give the same
/// weights, if time suffices. A LibTorch failure is an error.
llvm::Expected<Net> fitNet(NetShape Shape, const std::vector<Example> &Train,
                           const std::vector<Example> &Validation, const FitOptions &O);

/// What LibTorch computes for \p X with the weights of \p N: forward() up to
/// rounding. For tests.
llvm::Expected<std::vector<float>> torchForward(const Net &N, const FeatureVector &X);

} // namespace whittle

#endif // WHITTLE_LEARN_NET_H
