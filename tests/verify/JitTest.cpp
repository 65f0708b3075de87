//===- tests/verify/JitTest.cpp - Terms against compiled code
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Two consumers of the same meanings: what a row's terms evaluate to is what its
// compiled function computes.
//
//===----------------------------------------------------------------------===//

#include "enumerate/Evaluator.h"
#include "verify/ProgramTerms.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include <gtest/gtest.h>
#include <random>

using namespace llvm;
using namespace whittle;

namespace {

using Buffers = std::vector<std::vector<uint8_t>>;

APInt bitsOf(const uint8_t *Data, unsigned Bits) {
  APInt V = APInt::getZero(Bits);
  for (unsigned I = 0; I < Bits; I += 8)
    V.insertBits(APInt(8, Data[I / 8]), I);
  return V;
}

/// A window of one node of \p R over fresh leaves.
Window windowOf(const TargetIsa &Isa, const Row &R, std::mt19937_64 &Random) {
  Window W;
  W.Isa = &Isa;
  Node N;
  N.R = &R;
  N.Ty = R.Def;
  for (ValueType T : R.Ins) {
    N.Ops.push_back(W.Leaves.size());
    W.Leaves.emplace_back().Ty = T;
  }
  for (const OperandSpec &U : R.Uses)
    if (U.K == OperandSpec::Imm)
      N.Imms.push_back(int64_t(Random() & ((1u << std::min<unsigned>(U.ImmBits, 8)) - 1)));
  W.Source.Nodes.push_back(N);
  W.Source.Outputs.push_back(W.numLeaves());
  return W;
}

void compare(const TargetIsa &Isa, Evaluator &E, const Row &R, std::mt19937_64 &Random) {
  Window W = windowOf(Isa, R, Random);
  unsigned Tests = R.isMatrix() ? 64 : 4;
  Buffers In(W.numLeaves());
  SmallVector<const uint8_t *> Pointers;
  for (unsigned I = 0; I < W.numLeaves(); ++I) {
    ValueType T = W.Leaves[I].Ty;
    for (unsigned B = 0; B < Tests * T.bytes(); ++B)
      In[I].push_back(Random() % 4 ? uint8_t(Random()) : uint8_t(Random() % 2 ? 0x80 : 0xff));
    Pointers.push_back(In[I].data());
  }
  ValueType OutTy = W.typeOf(W.Source, W.Source.Outputs[0]);
  std::vector<uint8_t> Out(Tests * OutTy.bytes());
  uint8_t *OutPointer = Out.data();
  if (Error Err = E.run(W, W.Source, Pointers, {OutPointer}, Tests))
    FAIL() << R.Name << ": " << toString(std::move(Err));

  TermGraph G;
  LLVMContext Ctx;
  Module M("test", Ctx);
  for (unsigned Test = 0; Test < Tests; ++Test) {
    auto Vars = [&](const VarKey &K, unsigned Lo, unsigned Width) {
      if (K.K != VarKey::Leaf) // what a lane that is off would hold
        return G.zero(Width);
      unsigned Bytes = W.Leaves[K.Index].Ty.bytes(), At = R.isMatrix() ? K.Lane : Test;
      return G.constant(bitsOf(In[K.Index].data() + At * Bytes, Bytes * 8).extractBits(Width, Lo));
    };
    ProgramTerms P(G, M, W, W.Source, VarKey::SourceChoice, ExecMode::AllOn, Vars);
    Expected<TermList> V = P.value(W.Source.Outputs[0], R.isMatrix() ? Test : 0);
    ASSERT_TRUE(bool(V)) << toString(V.takeError());
    Term Whole = G.concat(*V);
    ASSERT_TRUE(G.isConst(Whole)) << R.Name;
    ASSERT_EQ(G.value(Whole), bitsOf(Out.data() + Test * OutTy.bytes(), OutTy.Bits))
        << R.Name << " test " << Test;
  }
}

void compareRows(StringRef Arch, unsigned Stride) {
  const TargetIsa *Isa = cantFail(TargetIsa::get(Arch));
  Expected<std::unique_ptr<Evaluator>> E = Evaluator::create(*Isa);
  ASSERT_TRUE(bool(E)) << toString(E.takeError());
  std::mt19937_64 Random(7);
  unsigned At = 0;
  for (const Row &R : Isa->rows())
    if (At++ % Stride == 0 && !R.isGeneric())
      compare(*Isa, **E, R, Random);
}

TEST(Jit, TermsAgreeOnX86Rows) { compareRows("x86_64", 5); }
TEST(Jit, TermsAgreeOnAMDGPURows) { compareRows("amdgcn", 1); }

} // namespace
