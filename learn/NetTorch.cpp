//===- learn/NetTorch.cpp - Fitting the network with LibTorch ---------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The only file with torch headers (they cost 13 s and are C++17). LibTorch's
// exceptions end here.
//
//===----------------------------------------------------------------------===//

#include "learn/Net.h"

#include <torch/torch.h>

#include <chrono>
#include <cmath>
#include <numeric>
#include <random>

namespace F = torch::nn::functional;

namespace whittle {
namespace {

/// Direct: [examples][NetShape::Direct][outputs].
struct Batch {
  torch::Tensor Index, Offsets, Value, Direct, Labels;
};

struct Model : torch::nn::Module {
  Model(NetShape S) : Shape(S) {
    In = register_parameter("in", torch::empty({S.Inputs, S.Hidden}));
    HiddenBias = register_parameter("hidden_bias", torch::zeros({S.Hidden}));
    Out = register_parameter("out", torch::empty({S.Outputs, S.Hidden}));
    OutBias = register_parameter("out_bias", torch::zeros({S.Outputs}));
    Direct = register_parameter("direct", torch::zeros({NetShape::Direct}));
  }

  torch::Tensor forward(const Batch &B, double Dropout = 0) {
    auto Options = F::EmbeddingBagFuncOptions()
                       .offsets(B.Offsets)
                       .mode(torch::kSum)
                       .per_sample_weights(B.Value);
    auto Hidden = torch::relu(F::embedding_bag(B.Index, In, Options) + HiddenBias);
    if (Dropout > 0)
      Hidden = F::dropout(Hidden, F::DropoutFuncOptions().p(Dropout).training(true));
    auto Copied = (B.Direct * Direct.view({1, -1, 1})).sum(1);
    return F::linear(Hidden, Out, OutBias) + Copied;
  }

  std::vector<torch::Tensor> blocks() const { return {In, HiddenBias, Out, OutBias, Direct}; }

  std::vector<float> weights() const {
    std::vector<float> All;
    All.reserve(Shape.numWeights());
    for (const torch::Tensor &T : blocks()) {
      torch::Tensor Flat = T.detach().contiguous();
      const float *Data = Flat.data_ptr<float>();
      All.insert(All.end(), Data, Data + Flat.numel());
    }
    return All;
  }

  void setWeights(const std::vector<float> &All) {
    torch::NoGradGuard NoGrad;
    const float *Data = All.data();
    for (torch::Tensor T : blocks()) {
      std::copy(Data, Data + T.numel(), T.data_ptr<float>());
      Data += T.numel();
    }
  }

  NetShape Shape;
  torch::Tensor In, HiddenBias, Out, OutBias, Direct;
};

/// Examples Order[Begin..End) as tensors.
Batch makeBatch(const std::vector<Example> &Examples, const std::vector<uint32_t> &Order,
                size_t Begin, size_t End, uint32_t Outputs) {
  std::vector<int64_t> Index, Offsets;
  std::vector<float> Value;
  const size_t Inputs = size_t(NetShape::Direct) * Outputs;
  torch::Tensor Labels = torch::zeros({int64_t(End - Begin), Outputs});
  torch::Tensor Direct = torch::zeros({int64_t(End - Begin), NetShape::Direct, Outputs});
  float *Cells = Labels.data_ptr<float>(), *Copied = Direct.data_ptr<float>();
  for (size_t I = Begin; I != End; ++I) {
    const Example &E = Examples[Order[I]];
    Offsets.push_back(int64_t(Index.size()));
    Index.insert(Index.end(), E.X.Index.begin(), E.X.Index.end());
    Value.insert(Value.end(), E.X.Value.begin(), E.X.Value.end());
    for (size_t K = 0; K != E.X.Index.size(); ++K)
      if (E.X.Index[K] < Inputs)
        Copied[(I - Begin) * Inputs + E.X.Index[K]] = E.X.Value[K];
    for (Example::Label L : E.Labels)
      Cells[(I - Begin) * Outputs + L.Output] = L.Share;
  }
  return {torch::tensor(Index, torch::kLong), torch::tensor(Offsets, torch::kLong),
          torch::tensor(Value), Direct, Labels};
}

torch::Tensor lossOf(Model &M, const Batch &B, double Dropout) {
  torch::Tensor Logits = M.forward(B, Dropout);
  // Summed over outputs: a mean would make the step size depend on their number.
  return F::binary_cross_entropy_with_logits(
             Logits, B.Labels,
             F::BinaryCrossEntropyWithLogitsFuncOptions().reduction(torch::kSum)) /
         double(B.Labels.size(0));
}

double logOdds(double Count, double N) {
  double P = Count / N;
  return std::log(P / std::max(1 - P, 0.5 / N));
}

/// The outputs' log odds over the training set, so that the first epochs learn
/// what differs and not what is rare.
void initialise(Model &M, const std::vector<Example> &Train, std::mt19937_64 &Random) {
  torch::NoGradGuard NoGrad;
  size_t Features = 0;
  std::vector<double> Count(M.Shape.Outputs, 0.5);
  for (const Example &E : Train) {
    Features += E.X.Index.size();
    for (Example::Label L : E.Labels)
      Count[L.Output] += L.Share;
  }
  auto Fill = [&](torch::Tensor T, double Deviation) {
    float *Data = T.data_ptr<float>();
    for (int64_t I = 0; I != T.numel(); ++I) {
      double U = double(Random() >> 11) * 0x1p-53;
      Data[I] = float((2 * U - 1) * Deviation);
    }
  };
  Fill(M.In, std::sqrt(3.0 * double(Train.size()) / double(std::max<size_t>(Features, 1))));
  Fill(M.Out, 1 / std::sqrt(double(M.Shape.Hidden)));
  float *Bias = M.OutBias.data_ptr<float>();
  double N = double(Train.size()) + 1;
  for (uint32_t C = 0; C != M.Shape.Outputs; ++C)
    Bias[C] = float(logOdds(Count[C], N));
  // The direct path likewise: how much likelier a class is right once the
  // source has it. Adam's steps alone would take too long to get there.
  double Sources = 1, Right = 0.5, BiasSum = 0;
  for (const Example &E : Train)
    for (uint32_t I : E.X.Index)
      if (I < M.Shape.Outputs) {
        ++Sources;
        for (Example::Label L : E.Labels)
          Right += L.Output == I ? L.Share : 0;
        BiasSum += Bias[I];
      }
  M.Direct.data_ptr<float>()[0] = float(std::max(0.0, logOdds(Right, Sources) - BiasSum / Sources));
}

/// Fisher-Yates, since std::shuffle's result differs between libraries.
void shuffle(std::vector<uint32_t> &Order, std::mt19937_64 &Random) {
  for (size_t I = Order.size(); I > 1; --I)
    std::swap(Order[I - 1], Order[Random() % I]);
}

Net fit(NetShape Shape, const std::vector<Example> &Train, const std::vector<Example> &Validation,
        const FitOptions &O) {
  at::set_num_threads(int(std::max(1u, O.Threads)));
  auto Start = std::chrono::steady_clock::now();
  std::mt19937_64 Random(O.Seed);
  torch::manual_seed(O.Seed); // dropout draws from LibTorch's generator
  Model M(Shape);
  initialise(M, Train, Random);
  torch::optim::Adam Adam(M.parameters(),
                          torch::optim::AdamOptions(O.LearningRate).weight_decay(0));

  std::vector<uint32_t> Order(Train.size()), Fixed(Validation.size());
  std::iota(Order.begin(), Order.end(), 0);
  std::iota(Fixed.begin(), Fixed.end(), 0);
  Net Best{Shape, M.weights()};
  double BestLoss = INFINITY;
  unsigned SinceBest = 0;
  for (unsigned Epoch = 0; Epoch != O.MaxEpochs && SinceBest < O.Patience; ++Epoch) {
    std::chrono::duration<double> Spent = std::chrono::steady_clock::now() - Start;
    if (Spent.count() > O.Seconds)
      break;
    shuffle(Order, Random);
    double TrainLoss = 0, ValidationLoss = 0;
    for (size_t I = 0; I < Train.size(); I += O.BatchSize) {
      size_t End = std::min(Train.size(), I + O.BatchSize);
      Adam.zero_grad();
      torch::Tensor Loss = lossOf(M, makeBatch(Train, Order, I, End, Shape.Outputs), O.Dropout);
      Loss.backward();
      Adam.step();
      TrainLoss += Loss.item<double>() * double(End - I);
    }
    TrainLoss /= double(Train.size());
    torch::NoGradGuard NoGrad;
    for (size_t I = 0; I < Validation.size(); I += O.BatchSize) {
      size_t End = std::min(Validation.size(), I + O.BatchSize);
      ValidationLoss +=
          lossOf(M, makeBatch(Validation, Fixed, I, End, Shape.Outputs), 0).item<double>() *
          double(End - I);
    }
    ValidationLoss = Validation.empty() ? TrainLoss : ValidationLoss / double(Validation.size());
    if (O.Progress)
      O.Progress(Epoch + 1, TrainLoss, ValidationLoss);
    ++SinceBest;
    if (ValidationLoss < BestLoss) {
      BestLoss = ValidationLoss;
      SinceBest = 0;
      Best.Weights = M.weights();
    }
  }
  return Best;
}

llvm::Error torchError(const char *What) {
  return llvm::createStringError(llvm::inconvertibleErrorCode(), std::string("LibTorch: ") + What);
}

} // namespace

llvm::Expected<Net> fitNet(NetShape Shape, const std::vector<Example> &Train,
                           const std::vector<Example> &Validation, const FitOptions &O) {
  if (Train.empty())
    return llvm::createStringError(llvm::inconvertibleErrorCode(), "nothing to train on");
  try {
    return fit(Shape, Train, Validation, O);
  } catch (const c10::Error &E) {
    return torchError(E.what_without_backtrace());
  } catch (const std::exception &E) {
    return torchError(E.what());
  }
}

llvm::Expected<std::vector<float>> torchForward(const Net &N, const FeatureVector &X) {
  try {
    torch::NoGradGuard NoGrad;
    Model M(N.Shape);
    M.setWeights(N.Weights);
    std::vector<Example> One(1);
    One[0].X = X;
    Batch B = makeBatch(One, {0}, 0, 1, N.Shape.Outputs);
    torch::Tensor Logits = M.forward(B).contiguous();
    const float *Data = Logits.data_ptr<float>();
    return std::vector<float>(Data, Data + Logits.numel());
  } catch (const c10::Error &E) {
    return torchError(E.what_without_backtrace());
  } catch (const std::exception &E) {
    return torchError(E.what());
  }
}

} // namespace whittle
