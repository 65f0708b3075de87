//===- tests/verify/TileTermsTest.cpp - Products of tiles as terms --------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/Meaning.h"
#include "isa/conformance/IsaEval.h"
#include "isa/conformance/X86Inputs.h"
#include "verify/Cone.h"
#include "verify/IRToTerms.h"
#include "llvm/IR/Module.h"
#include <gtest/gtest.h>

using namespace llvm;
using namespace whittle;

namespace {

TEST(TileTerms, AnElementIsWhatTheCompiledRowComputes) {
  const TargetIsa &Isa = *cantFail(TargetIsa::get("x86_64"));
  const Row &R = *Isa.find("PTDPBSSDV");
  const RowFunction *Code = cantFail(RowFunction::cached(R));
  LLVMContext Ctx;
  Module M("tile", Ctx);
  TermGraph G;
  // Every operand a variable, the shape too: an element of it each.
  SmallVector<TermList, 6> Args;
  for (auto [K, Ty] : enumerate(R.Ins)) {
    TermList &List = Args.emplace_back();
    VarKey Key;
    Key.K = VarKey::Leaf;
    Key.Index = unsigned(K);
    const unsigned Width = std::min<unsigned>(Ty.Bits, 32);
    for (unsigned At = 0; At != Ty.Bits; At += Width)
      List.push_back(G.var(Key, At, Width));
  }
  TermList Elements = cantFail(executeFunction(G, *buildMeaning(M, R), Args));
  ASSERT_EQ(Elements.size(), 256u);

  Random Rng(11);
  for (unsigned Input = 0; Input != 6; ++Input) {
    std::vector<std::vector<uint8_t>> In;
    for (ValueType Ty : R.Ins) {
      In.emplace_back(Ty.bytes());
      for (uint8_t &Byte : In.back())
        Byte = uint8_t(Rng.next());
    }
    const uint8_t Shapes[][3] = {{16, 64, 64}, {7, 40, 20}, {1, 4, 0},
                                 {9, 64, 60},  {16, 13, 7}, {0, 64, 64}};
    for (unsigned K = 0; K != 3; ++K)
      In[K] = {Shapes[Input][K], 0};
    std::vector<uint8_t> Out = Code->run(In, {}, ~uint64_t(0), 1).Out[0];
    for (unsigned I : {0u, 3u, 16 * 6 + 9u, 16 * 8 + 15u, 255u}) {
      Cone C(G, Elements[I], Elements[I]);
      std::vector<APInt> Values;
      for (const Atom &A : C.atoms()) {
        APInt V = APInt::getZero(A.Width);
        for (unsigned Bit = 0; Bit != A.Width; ++Bit)
          if (In[A.Key.Index][(A.Lo + Bit) / 8] >> (A.Lo + Bit) % 8 & 1)
            V.setBit(Bit);
        Values.push_back(V);
      }
      uint32_t Want = 0;
      for (unsigned Byte = 0; Byte != 4; ++Byte)
        Want |= uint32_t(Out[4 * I + Byte]) << 8 * Byte;
      EXPECT_EQ(C.evaluate(Values).first, APInt(32, Want)) << "input " << Input << " element " << I;
    }
  }
}

} // namespace
