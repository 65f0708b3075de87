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
  Impl(const TargetIsa &Isa, std::unique_ptr<HostJit> Jit) : Reals(Isa), Jit(std::move(Jit)) {}

  RealInstructions Reals;
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
  const RealInstruction *realOf(const Row &R);
  bool agrees(const Row &R, const RealInstruction &Candidate);

  std::mutex RealLock;
  DenseMap<const Row *, const RealInstruction *> Real; ///< null: the meaning
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
    auto &Slot = Entries[K.key()];
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

/// Values with whatever decides a meaning: few bits, many, all of a kind.
static std::vector<uint8_t> trialValues(size_t Bytes, uint64_t Seed) {
  std::vector<uint8_t> Values(Bytes);
  uint64_t X = Seed;
  for (size_t I = 0; I != Bytes; ++I) {
    X = X * 6364136223846793005u + 1442695040888963407u;
    uint8_t Byte = uint8_t(X >> 56);
    switch (I / 64 % 4) {
    case 0:
      Values[I] = Byte;
      break;
    case 1:
      Values[I] = Byte & 0x8f; // selectors, most of them in range
      break;
    case 2:
      Values[I] = Byte & 1 ? 0xff : uint8_t(X >> 48 & 0x80);
      break;
    default:
      Values[I] = uint8_t(X >> 40) < 200 ? 0 : Byte;
    }
  }
  return Values;
}

/// The instruction itself for a row whose meaning is slow, if it gives the same on a
/// thousand values: once a process, whatever was found elsewhere.
const RealInstruction *Evaluator::Impl::realOf(const Row &R) {
  {
    std::lock_guard<std::mutex> Guard(RealLock);
    if (auto It = Real.find(&R); It != Real.end())
      return It->second;
  }
  const RealInstruction *Found = nullptr;
  const RealInstruction *Candidate = R.isGeneric() ? nullptr : Reals.find(R);
  if (Candidate && isSlow(R) && agrees(R, *Candidate))
    Found = Candidate;
  std::lock_guard<std::mutex> Guard(RealLock);
  return Real.try_emplace(&R, Found).first->second;
}

bool Evaluator::Impl::agrees(const Row &R, const RealInstruction &Candidate) {
  // Every immediate, where each has a meaning of its own.
  std::vector<int64_t> Trials;
  for (const auto &Form : Candidate.Forms)
    Trials.push_back(Form.first);
  for (int64_t Imm = 1; R.NumImms && !Candidate.ImmMask && Imm != 256; ++Imm)
    Trials.push_back(Imm);
  const size_t Tests = Trials.size() > 16 ? 64 : 1024;
  Node N;
  N.R = &R;
  Kernel Meant = rowsKernel(N, R.Ins), Done = Meant;
  Done.Real = &Candidate;
  auto MeantFn = get(Meant), DoneFn = get(Done);
  if (!MeantFn || !DoneFn) {
    consumeError(joinErrors(MeantFn.takeError(), DoneFn.takeError()));
    return false;
  }
  std::vector<std::vector<uint8_t>> Values;
  const uint8_t *In[8];
  for (auto [K, Ty] : enumerate(R.Ins)) {
    Values.push_back(trialValues(Tests * Ty.bytes(), K + 1));
    In[K] = Values.back().data();
  }
  std::vector<uint8_t> Expected(Tests * R.Def.bytes()), Got(Expected.size());
  for (int64_t Imm : Trials) {
    reinterpret_cast<RowFn>(*MeantFn)(In, Expected.data(), &Imm, Tests);
    reinterpret_cast<RowFn>(*DoneFn)(In, Got.data(), &Imm, Tests);
    if (Expected != Got)
      return false;
  }
  return true;
}

Evaluator::Evaluator() = default;
Evaluator::~Evaluator() = default;

Expected<std::unique_ptr<Evaluator>> Evaluator::create(const TargetIsa &Isa) {
  auto Jit = HostJit::create(CodeGenOptLevel::Default);
  if (!Jit)
    return Jit.takeError();
  std::unique_ptr<Evaluator> E(new Evaluator());
  E->I = std::make_unique<Impl>(Isa, std::move(*Jit));
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

Expected<Evaluator::RowFn> Evaluator::function(const Node &N, ArrayRef<ValueType> OpTypes) {
  Kernel K = rowsKernel(N, OpTypes);
  K.Real = I->realOf(*N.R);
  auto Address = I->get(K);
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
  K.Real = I->realOf(R);
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

bool Evaluator::agrees(const Row &R, const RealInstruction &Real) { return I->agrees(R, Real); }

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
