//===- tests/verify/JitTest.cpp - Terms against compiled code
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Consumers of the same meanings: what a row's terms evaluate to, what Z3 says of
// them, and what its compiled functions compute.
//
//===----------------------------------------------------------------------===//

#include "RowsAgree.h"
#include <gtest/gtest.h>
#include <random>

using namespace llvm;
using namespace whittle;
using namespace whittle::test;

namespace {

using Buffers = std::vector<std::vector<uint8_t>>;

/// What hardware gives is not known, and not folded.
bool readsApproximation(const TermGraph &G, Term T) {
  return (G.op(T) == TermOp::Apply && isApproximate(G.function(T))) ||
         any_of(G.operands(T), [&](Term O) { return readsApproximation(G, O); });
}

void compare(const TargetIsa &Isa, Evaluator &E, const Row &R, std::mt19937_64 &Random) {
  SmallVector<int64_t, 2> Imms;
  for (const OperandSpec &U : R.Uses)
    if (U.K == OperandSpec::Imm)
      Imms.push_back(int64_t(Random() & ((1u << std::min<unsigned>(U.ImmBits, 8)) - 1)));
  Window W = windowOf(Isa, R, Imms);
  unsigned Tests = R.isWave() ? R.WaveLanes : 4;
  Buffers In(W.numLeaves());
  SmallVector<const uint8_t *> Pointers;
  for (unsigned I = 0; I < W.numLeaves(); ++I) {
    ValueType T = W.Leaves[I].Ty;
    for (unsigned B = 0; B < Tests * T.bytes(); ++B)
      In[I].push_back(Random() % 4 ? uint8_t(Random()) : uint8_t(Random() % 2 ? 0x80 : 0xff));
    if (T.isLaneMask())
      for (uint8_t &Bit : In[I])
        Bit &= 1;
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
      if (K.K == VarKey::LaneId)
        return G.constant(Width, laneOfTest(Test));
      if (K.K != VarKey::Leaf) // what a lane that is off would hold
        return G.zero(Width);
      unsigned Bytes = W.Leaves[K.Index].Ty.bytes(), At = R.isWave() ? K.Lane : Test;
      return G.constant(bitsOf(In[K.Index].data() + At * Bytes, Bytes * 8).extractBits(Width, Lo));
    };
    ProgramTerms P(G, M, W, W.Source, VarKey::SourceChoice, ExecMode::AllOn, R.isWave() ? Tests : 0,
                   Vars);
    Expected<TermList> V = P.value(W.Source.Outputs[0], R.isWave() ? Test : 0);
    ASSERT_TRUE(bool(V)) << toString(V.takeError());
    Term Whole = G.concat(*V);
    if (!G.isConst(Whole) && readsApproximation(G, Whole))
      continue;
    ASSERT_TRUE(G.isConst(Whole)) << R.Name;
    ASSERT_EQ(G.value(Whole), bitsOf(Out.data() + Test * OutTy.bytes(), OutTy.Bits))
        << R.Name << " test " << Test;
  }
}

TEST(Jit, TermsAgreeOnAMDGPURows) {
  const TargetIsa *Isa = cantFail(TargetIsa::get("amdgcn"));
  Expected<std::unique_ptr<Evaluator>> E = Evaluator::create(*Isa);
  ASSERT_TRUE(bool(E)) << toString(E.takeError());
  std::mt19937_64 Random(7);
  for (const Row &R : Isa->rows())
    if (R.inWindows())
      compare(*Isa, **E, R, Random);
}

const TargetIsa &x86() { return *cantFail(TargetIsa::get("x86_64")); }

TEST(RowsAgree, OnEveryX86Row) {
  withPlainCode(distinctRows(x86()), [](const Row &R, MeaningJit::Fn Code) {
    EXPECT_EQ(disagreement(x86(), R, Code, {}), "") << R.Name;
  });
}

// Optimising and solving take longer: of these a sample, RowsAgreeSlowTest has all.
TEST(RowsAgree, WithSearchAndZ3OnASample) {
  std::vector<const Row *> Rows;
  for (auto [I, R] : enumerate(distinctRows(x86())))
    if (I % 24 == 7)
      Rows.push_back(R);
  Consumers All{cantFail(Evaluator::shared(x86())), true};
  withPlainCode(Rows, [&](const Row &R, MeaningJit::Fn Code) {
    EXPECT_EQ(disagreement(x86(), R, Code, All), "") << R.Name;
  });
}

TEST(RowsAgree, ADifferenceIsFound) {
  // A row's code compared with terms of another that differs in one place.
  auto Of = [](const char *Name) { return x86().find(Name); };
  auto Compare = [&](const char *Compiled, const char *Terms, const Consumers &With) {
    std::string Told;
    withPlainCode({Of(Compiled)}, [&](const Row &, MeaningJit::Fn Code) {
      Told = disagreement(x86(), *Of(Terms), Code, With);
    });
    return StringRef(Told).take_until([](char C) { return C == ' '; }).str();
  };
  EXPECT_EQ(Compare("VPADDDZrr", "VPADDDZrr", {}), "");
  EXPECT_EQ(Compare("VPSUBDZrr", "VPADDDZrr", {}), "terms");
  EXPECT_EQ(Compare("VPMULHUWrr", "VPMULHWrr", {}), "terms");
  EXPECT_EQ(Compare("VPSRLDri", "VPSRADri", {}), "terms");
  EXPECT_EQ(Compare("VPMAXUBZrr", "VPMAXSBZrr", {}), "terms");

  // Z3's answers follow the result as well.
  whittle::Random Rng(3);
  for (const char *Name : {"VPADDDZrr", "VPMADDWDYrr", "VPERMDZrr", "VPSRAVDYrr"}) {
    MachineState S;
    fillInputs(Rng, InputKind::Random, *Of(Name), S);
    RowTerms T(x86(), *Of(Name), {});
    ASSERT_EQ(T.Problem, "");
    APInt Out = T.evaluate(S.In[0]);
    for (SelectForm Form : {SelectForm::Array, SelectForm::Mux}) {
      EXPECT_EQ(T.askZ3(S.In[0], Out, Form), "") << Name;
      APInt Wrong = Out;
      Wrong.flipBit(Out.getBitWidth() - 9);
      EXPECT_EQ(T.askZ3(S.In[0], Wrong, Form), "z3 computes something else") << Name;
    }
  }
}

} // namespace
