//===- enumerate/Evaluator.cpp - Programs on concrete values --------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "enumerate/Evaluator.h"
#include "enumerate/Kernels.h"
#include "isa/HostJit.h"
#include <map>
#include <mutex>

using namespace llvm;

namespace whittle {

struct Evaluator::Impl {
  explicit Impl(std::unique_ptr<HostJit> Jit) : Jit(std::move(Jit)) {}

  std::unique_ptr<HostJit> Jit;
  struct Entry {
    std::mutex Lock;
    void *Address = nullptr;
    std::string Failure;
  };
  std::mutex Lock;
  std::map<std::string, std::unique_ptr<Entry>> Entries;

  Expected<void *> get(const Kernel &K);
  Expected<void *> make(const Kernel &K);
};

Expected<void *> Evaluator::Impl::make(const Kernel &K) {
  auto Found = Jit->get(K.key(), {K.name()}, [&](TargetMachine &TM) { return compile(K, TM); });
  if (!Found)
    return Found.takeError();
  return Found->front();
}

Expected<void *> Evaluator::Impl::get(const Kernel &K) {
  Entry *E;
  {
    std::lock_guard<std::mutex> Guard(Lock);
    auto &Slot = Entries[K.name()];
    if (!Slot)
      Slot = std::make_unique<Entry>();
    E = Slot.get();
  }
  std::lock_guard<std::mutex> Guard(E->Lock);
  if (!E->Address && E->Failure.empty()) {
    if (auto Made = make(K))
      E->Address = *Made;
    else
      E->Failure = toString(Made.takeError());
  }
  if (!E->Address)
    return createStringError(inconvertibleErrorCode(), K.name() + ": " + E->Failure);
  return E->Address;
}

Evaluator::Evaluator() = default;
Evaluator::~Evaluator() = default;

Expected<std::unique_ptr<Evaluator>> Evaluator::create(const TargetIsa &) {
  auto Jit = HostJit::create(CodeGenOptLevel::Default);
  if (!Jit)
    return Jit.takeError();
  std::unique_ptr<Evaluator> E(new Evaluator());
  E->I = std::make_unique<Impl>(std::move(*Jit));
  return E;
}

Expected<Evaluator *> Evaluator::shared(const TargetIsa &Isa) {
  static std::mutex Lock;
  static std::map<const TargetIsa *, std::unique_ptr<Evaluator>> Open;
  std::lock_guard<std::mutex> Guard(Lock);
  auto It = Open.find(&Isa);
  if (It != Open.end())
    return It->second.get();
  auto Made = create(Isa);
  if (!Made)
    return Made.takeError();
  return (Open[&Isa] = std::move(*Made)).get();
}

static Kernel rowsKernel(const Node &N, ArrayRef<ValueType> OpTypes) {
  Kernel K;
  K.N.R = N.R;
  K.N.Ty = N.R->isGeneric() ? N.Ty : N.R->Def;
  if (N.R->isGeneric()) {
    K.N.Imms = N.Imms;
    K.OpTypes.assign(OpTypes.begin(), OpTypes.end());
  } else {
    K.OpTypes = N.R->Ins;
  }
  return K;
}

Expected<Evaluator::RowFn> Evaluator::function(const Node &N, ArrayRef<ValueType> OpTypes) {
  auto Address = I->get(rowsKernel(N, OpTypes));
  if (!Address)
    return Address.takeError();
  return reinterpret_cast<RowFn>(*Address);
}

Expected<Evaluator::ProbeFn> Evaluator::probe(const Row &R, unsigned InnerOperand, unsigned Tests) {
  assert(!R.isGeneric() && InnerOperand < R.Ins.size());
  if (R.isWave())
    return createStringError(inconvertibleErrorCode(),
                             R.Name + ": a row over the whole wave has no probe");
  Kernel K;
  K.K = Kernel::Probe;
  K.N.R = &R;
  K.N.Ty = R.Def;
  K.OpTypes = R.Ins;
  K.Inner = InnerOperand;
  K.Tests = Tests ? Tests : naturalTests(R);
  auto Address = I->get(K);
  if (!Address)
    return Address.takeError();
  return reinterpret_cast<ProbeFn>(*Address);
}

Expected<Evaluator::TernaryFn> Evaluator::ternary(unsigned Bytes) {
  assert((Bytes == 4 || Bytes % 8 == 0) && "not a chunk's size");
  Kernel K;
  K.K = Kernel::Ternary;
  K.Tests = Bytes;
  auto Address = I->get(K);
  if (!Address)
    return Address.takeError();
  return reinterpret_cast<TernaryFn>(*Address);
}

std::string Evaluator::cachePath(const Row &R) const {
  Node N;
  N.R = &R;
  return I->Jit->cachePath(rowsKernel(N, R.Ins).key());
}
unsigned Evaluator::compiled() const { return I->Jit->compiled(); }

static void runGeneric(const Node &N, ArrayRef<const uint8_t *> In, ArrayRef<unsigned> InBytes,
                       uint8_t *Out, size_t NumTests) {
  size_t Bytes = N.Ty.bytes();
  if (N.R->Generic == GenericOp::Extract) {
    assert(N.Imms[0] % 8 == 0 && "sub-registers start at bytes");
    size_t Offset = size_t(N.Imms[0]) / 8;
    for (size_t T = 0; T != NumTests; ++T)
      memcpy(Out + T * Bytes, In[0] + T * InBytes[0] + Offset, Bytes);
    return;
  }
  for (size_t T = 0; T != NumTests; ++T) {
    uint8_t *P = Out + T * Bytes;
    for (auto [From, Size] : zip(In, InBytes)) {
      memcpy(P, From + T * Size, Size);
      P += Size;
    }
  }
}

Error Evaluator::run(const Window &W, const Program &P, ArrayRef<const uint8_t *> Leaves,
                     ArrayRef<uint8_t *> Out, size_t NumTests) {
  assert(Leaves.size() == W.numLeaves() && Out.size() == P.Outputs.size());
  SmallVector<const uint8_t *, 16> Values(Leaves);
  std::vector<std::unique_ptr<uint8_t[]>> Temps;
  for (const Node &N : P.Nodes) {
    Temps.push_back(std::make_unique<uint8_t[]>(N.Ty.bytes() * NumTests));
    SmallVector<const uint8_t *, 4> In;
    SmallVector<unsigned, 4> InBytes;
    SmallVector<ValueType, 4> Types;
    for (unsigned Op : N.Ops) {
      In.push_back(Values[Op]);
      Types.push_back(W.typeOf(P, Op));
      InBytes.push_back(Types.back().bytes());
    }
    if (N.R->isGeneric()) {
      runGeneric(N, In, InBytes, Temps.back().get(), NumTests);
    } else {
      assert((!N.R->isWave() || NumTests % N.R->WaveLanes == 0) && "a wave is 64 tests");
      auto Fn = function(N, Types);
      if (!Fn)
        return Fn.takeError();
      (*Fn)(In.data(), Temps.back().get(), N.Imms.data(), NumTests);
    }
    Values.push_back(Temps.back().get());
  }
  for (auto [Id, To] : zip(P.Outputs, Out))
    memcpy(To, Values[Id], W.typeOf(P, Id).bytes() * NumTests);
  return Error::success();
}

} // namespace whittle
