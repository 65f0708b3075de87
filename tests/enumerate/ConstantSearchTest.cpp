//===- tests/enumerate/ConstantSearchTest.cpp - New constants in answers ---===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Windows that need a constant which they have not got.
//
//===----------------------------------------------------------------------===//

#include "enumerate/ConstantLibrary.h"
#include "tests/enumerate/TestSupport.h"

using namespace llvm;
using namespace whittle;
using namespace whittle::test;

namespace {
struct Need {
  const char *Text, *Cpu, *Opcode; ///< what is found starts so
  unsigned Bits;
  uint64_t Unit;       ///< the constant, the same in all units
  unsigned Depth = 1;  ///< instructions in it
  unsigned Period = 0; ///< 128: a selector, 4 more in each next unit
};
const Need Needs[] = {
    // Shifts there and back are a mask.
    {R"(window x86_64
  %0:v512
  %1:v512 = VPSRLDZri %0, 8
  %2:v512 = VPSLLDZri %1, 8
  yield %2
end
)",
     "icelake-server", "VPAND", 32, 0xffffff00},
    {R"(window x86_64
  %0:v256
  %1:v256 = VPSLLWYri %0, 9
  %2:v256 = VPSRLWYri %1, 9
  yield %2
end
)",
     "x86-64-v3", "VPAND", 16, 0x7f},
    {R"(window amdgcn
  %0:l32
  %1:l32 = const splat(i32 20)
  %2:l32 = V_LSHLREV_B32_e64 %1, %0
  %3:l32 = V_LSHRREV_B32_e64 %1, %2
  yield %3
end
)",
     "gfx942", "V_AND_B32", 32, 0xfff},
    // One number for a pair of registers, and one of 16 bits.
    {R"(window amdgcn
  %0:l64
  %1:l32 = const splat(i32 0)
  %2:l64
  %3:l64 = V_LSHL_ADD_U64_e64 %0, %1, %2
  %4:l64 = V_LSHL_ADD_U64_e64 %3, %1, %2
  yield %4
end
)",
     "gfx942", "V_LSHL_ADD_U64", 32, 1},
    {R"(window amdgcn
  %0:l16 = const splat(i16 3)
  %1:l16
  %2:l16
  %3:l16 = V_LSHLREV_B16_t16_e64 %0, %1
  %4:l16 = V_SUB_I16_t16_e64 %3, %2
  %5:l16 = V_ADD_I16_t16_e64 %4, %2
  %6:l16 = V_ADD_I16_t16_e64 %5, %2
  yield %6
end
)",
     "gfx1100", "V_MAD_U16_gfx9", 16, 8},
    // Bytes of a word added, and words of a dword: products with ones.
    {R"(window x86_64
  %0:v256
  %1:v256 = const splat(i16 255)
  %2:v256 = VPANDYrr %0, %1
  %3:v256 = VPSRLWYri %0, 8
  %4:v256 = VPADDWYrr %2, %3
  yield %4
end
)",
     "x86-64-v3", "VPMADDUBSW", 8, 1},
    {R"(window x86_64
  %0:v512
  %1:v512 = VPSLLDZri %0, 16
  %2:v512 = VPSRADZri %1, 16
  %3:v512 = VPSRADZri %0, 16
  %4:v512 = VPADDDZrr %2, %3
  yield %4
end
)",
     "icelake-server", "VPMADDWD", 16, 1},
    // Any function of four bits is a table: hexadecimal digits.
    {R"(window x86_64
  %0:v256 zeros=splat(i8 0xf0)
  %1:v256 = const splat(i8 9)
  %2:v256 = const splat(i8 39)
  %3:v256 = const splat(i8 48)
  %4:v256 = VPCMPGTBYrr %0, %1
  %5:v256 = VPANDYrr %4, %2
  %6:v256 = VPADDBYrr %0, %5
  %7:v256 = VPADDBYrr %6, %3
  yield %7
end
)",
     "x86-64-v3", "VPSHUFB", 128, 0},
    // Different counts in words and their neighbours: the upper half of a product.
    {R"(window x86_64
  %0:v256
  %1:v256 = VPSRLWYri %0, 3
  %2:v256 = VPSRLWYri %0, 5
  %3:v256 = VPBLENDWYrri %1, %2, -86
  yield %3
end
)",
     "x86-64-v3", "VPMULHUW", 32, 0x08002000},
    // High bits tested after a shift.
    {R"(window x86_64
  %0:v512
  %1:v512 = VPSRLDZri %0, 28
  %2:k64 = VPTESTMDZrr %1, %1
  yield %2
end
)",
     "icelake-server", "VPTESTMD", 32, 0xf0000000},
    // A rotation by bytes is a shuffle of bytes.
    {R"(window x86_64
  %0:v256
  %1:v256 = VPSLLDYri %0, 8
  %2:v256 = VPSRLDYri %0, 24
  %3:v256 = VPORYrr %1, %2
  yield %3
end
)",
     "x86-64-v3", "VPSHUFB", 32, 0x02010003, 1, 128},
    // Some bits of one value, some of two.
    {R"(window x86_64
  %0:v512
  %1:v512
  %2:v512 = VPSRLDZri %0, 8
  %3:v512 = VPSLLDZri %2, 8
  %4:v512 = VPXORDZrr %3, %1
  yield %4
end
)",
     "icelake-server", "VPTERNLOG", 32, 0x000000ff},
    // The bytes of a dword and a third value: differences from zero.
    {R"(window amdgcn
  %0:l32
  %1:l32 = const splat(i32 0x10)
  %2:l32 = const splat(i32 0x8)
  %3:l32 = const splat(i32 0x18)
  %4:l32 = const splat(i32 0xff)
  %5:l32
  %6:l32 = V_BFE_U32_e64 %0, %1, %2
  %7:l32 = V_LSHRREV_B32_e64 %3, %0
  %8:l32 = V_ADD_U32_e64 %6, %7
  %9:l32 = V_AND_B32_e64 %0, %4
  %10:l32 = V_BFE_U32_e64 %0, %2, %2
  %11:l32 = V_ADD_U32_e64 %9, %10
  %12:l32 = V_ADD3_U32_e64 %8, %11, %5
  yield %12
end
)",
     "gfx1100", "V_SAD_U8", 32, 0},
    // The constant is not the last instruction's: a sum and an exclusive or undone.
    {R"(window x86_64
  %0:v128
  %1:v128
  %2:v128 = VPSRLDri %0, 31
  %3:v128 = VPSLLDri %2, 31
  %4:v128 = VPXORrr %3, %1
  yield %4
end
)",
     "x86-64-v3", "VPAND", 32, 0x80000000, 2},
    {R"(window x86_64
  %0:v512
  %1:v512
  %2:v512 = VPSRLDZri %0, 12
  %3:v512 = VPSLLDZri %2, 12
  %4:v512 = VPSUBDZrr %1, %3
  yield %4
end
)",
     "icelake-server", "VPAND", 32, 0xfffff000, 2},
    {R"(window amdgcn
  %0:l32
  %1:l32 = const splat(i32 23)
  %2:l32
  %3:l32 = V_LSHRREV_B32_e64 %1, %0
  %4:l32 = V_LSHLREV_B32_e64 %1, %3
  %5:l32 = V_SUB_U32_e64 %4, %2
  yield %5
end
)",
     "gfx942", "V_AND_B32", 32, 0xff800000, 2},
    // Nor can the last one be undone: constants of the library.
    {R"(window x86_64
  %0:v256
  %1:v256
  %2:v256 = VPSLLDYri %0, 1
  %3:v256 = VPSRLDYri %2, 1
  %4:v256 = VPMAXSDYrr %3, %1
  yield %4
end
)",
     "x86-64-v3", "VPAND", 32, 0x7fffffff, 2},
    {R"(window amdgcn
  %0:l32
  %1:l32 = const splat(i32 24)
  %2:l32
  %3:l32 = V_LSHLREV_B32_e64 %1, %0
  %4:l32 = V_LSHRREV_B32_e64 %1, %3
  %5:l32 = V_MIN_U32_e64 %4, %2
  yield %5
end
)",
     "gfx942", "V_AND_B32", 32, 0xff, 2},
    // One of two that the last one takes: the mean rounded down is the one rounded up
    // less the lowest bit that differs.
    {R"(window x86_64
  %0:v512
  %1:v512
  %2:v512 = const splat(i64 0x204081020408000)
  %3:v512 = VPANDDZrr %0, %1
  %4:v512 = VPXORDZrr %0, %1
  %5:v512 = VGF2P8AFFINEQBZrri %4, %2, 0
  %6:v512 = VPADDBZrr %3, %5
  yield %6
end
)",
     "znver5", "VP", 8, 1, 3},
};

SearchResult findFor(const Need &N, const SearchOptions &Given, const VerifyFn &Verify) {
  Window W = window(N.Text);
  auto STI = cpu(W, N.Cpu);
  SearchOptions O = Given;
  O.STI = STI.get();
  O.Seconds = 60;
  O.MaxInstructions = std::max(N.Depth, 2u);
  O.FirstSolution = true;
  return find(W, O, Verify);
}

/// The new constant of a rule's target.
std::optional<APInt> newConstant(const Rule &R) {
  std::vector<bool> InSource(R.W.numLeaves());
  for (const Node &N : R.W.Source.Nodes)
    for (unsigned Op : N.Ops)
      if (Op < InSource.size())
        InSource[Op] = true;
  for (const Node &N : R.Target.Nodes)
    for (unsigned Op : N.Ops)
      if (Op < InSource.size() && !InSource[Op])
        return R.W.Leaves[Op].Const;
  return std::nullopt;
}
} // namespace

static void expectFound(unsigned Depth) {
  for (const Need &N : Needs) {
    if (N.Depth != Depth)
      continue;
    RandomChecker Check;
    SearchResult R = findFor(N, {}, Check.fn());
    ASSERT_FALSE(R.Proved.empty()) << N.Text;
    EXPECT_TRUE(StringRef(opcodes(R)).starts_with(N.Opcode)) << N.Text << opcodes(R);
    auto K = newConstant(R.Proved.front());
    ASSERT_TRUE(K) << printRule(R.Proved.front());
    APInt Unit(std::max(N.Period, N.Bits), 0);
    if (N.Bits == 128) { // the digits
      for (unsigned I = 0; I != 16; ++I)
        Unit.insertBits(uint64_t("0123456789abcdef"[I]), I * 8, 8);
      EXPECT_EQ(*K, APInt::getSplat(K->getBitWidth(), Unit)) << printRule(R.Proved.front());
      continue;
    }
    for (unsigned I = 0; I * N.Bits != Unit.getBitWidth(); ++I)
      Unit.insertBits(N.Unit + 0x04040404 * I, I * N.Bits, N.Bits);
    EXPECT_EQ(*K, APInt::getSplat(K->getBitWidth(), Unit)) << printRule(R.Proved.front());
  }
}

TEST(Constants, SearchFindsThemInTheLastInstruction) { expectFound(1); }
TEST(Constants, SearchFindsThemBeforeTheLastInstruction) { expectFound(2); }
TEST(Constants, SearchFindsThemInOneOfTwo) { expectFound(3); }

// Neither constant is the window's: (x + a) < b as signed numbers.
TEST(Constants, SearchFindsARangeAsOneComparison) {
  const Need Ranges[] = {{R"(window x86_64
  %0:v256
  %1:v256 = const splat(i8 208)
  %2:v256 = const splat(i8 9)
  %3:v256 = VPADDBYrr %0, %1
  %4:v256 = VPMINUBYrr %3, %2
  %5:v256 = VPCMPEQBYrr %3, %4
  yield %5
end
)",
                          "x86-64-v3", "", 8, 0},
                         {R"(window x86_64
  %0:v256
  %1:v256 = const splat(i16 65525)
  %2:v256 = const splat(i16 100)
  %3:v256 = VPCMPGTWYrr %0, %1
  %4:v256 = VPCMPGTWYrr %0, %2
  %5:v256 = VPANDNYrr %4, %3
  yield %5
end
)",
                          "x86-64-v3", "", 16, 0}};
  for (const Need &N : Ranges) {
    RandomChecker Check;
    SearchResult R = findFor(N, {}, Check.fn());
    ASSERT_FALSE(R.Proved.empty()) << N.Text;
    EXPECT_EQ(R.Proved.front().Target.Nodes.size(), 2u) << printRule(R.Proved.front());
    EXPECT_TRUE(StringRef(opcodes(R)).contains("VPCMPGT")) << opcodes(R);
  }
}

TEST(Constants, ShiftedConstantsHaveTheirUnit) {
  auto Has = [](const APInt &C, unsigned Bits, uint64_t X) {
    return is_contained(shiftedConstants(C), APInt::getSplat(C.getBitWidth(), APInt(Bits, X)));
  };
  // x - 48 is below 10 without signs where x + 80 is below -118 with signs.
  EXPECT_TRUE(Has(APInt::getSplat(256, APInt(8, 208)), 8, 80));
  EXPECT_TRUE(Has(APInt::getSplat(128, APInt(16, 65525)), 16, 0x800a));
  APInt Odd = APInt::getSplat(128, APInt(8, 3));
  Odd.setBit(127);
  EXPECT_TRUE(shiftedConstants(Odd).empty());
  EXPECT_TRUE(Has(APInt(32, 7), 32, uint32_t(-7)));
}

TEST(Constants, WithoutTheSolversNothingIsFound) {
  SearchOptions O;
  O.SolveConstants = false;
  for (const Need &N : Needs) {
    if (N.Depth == 3)
      continue; // another answer has none
    RandomChecker Check;
    // 0 and -1 are tried anyway.
    for (const Rule &Found : findFor(N, O, Check.fn()).Proved)
      if (std::optional<APInt> K = newConstant(Found))
        EXPECT_TRUE(K->isZero() || K->isAllOnes()) << printRule(Found);
  }
}

namespace {
/// Agrees with the random tests, and knows an input that they do not have: the value
/// 0x13579bdf in all elements of the first leaf.
class RareChecker {
public:
  unsigned Refuted = 0;
  CandidateVerdict operator()(const Rule &R) {
    CandidateVerdict V = Random(R);
    if (V.K != CandidateVerdict::Proved)
      return V;
    TestSet Tests(R.W.Leaves, 64, 1);
    for (const Leaf &L : R.W.Leaves) {
      APInt Rare = APInt::getSplat(L.Ty.Bits, APInt(32, 0x13579bdf));
      V.Counterexample.push_back(L.Const ? *L.Const : Rare);
    }
    EXPECT_TRUE(Tests.add(V.Counterexample));
    auto A = values(R.W, R.W.Source, Tests), B = values(R.W, R.Target, Tests);
    if (A == B)
      return {CandidateVerdict::Proved, {}};
    ++Refuted;
    V.K = CandidateVerdict::Refuted;
    return V;
  }
  VerifyFn fn() {
    return [this](const Rule &R) { return (*this)(R); };
  }

private:
  RandomChecker Random;
};
} // namespace

TEST(Constants, WhatHoldsOnTheTestsAloneIsRefuted) {
  // The windows of above, but for one value of an element that no test has.
  const char *const ForVectors = R"(  %m:k64 = VPCMPEQDZrr %0, %r
  %v:v512 = VPMOVM2DZrk %m
  %x:v512 = VPXORDZrr %last, %v
  yield %x
end
)";
  const char *const ForMasks = R"(  %m:k64 = VPCMPEQDZrr %0, %r
  %x:k64 = KXORQkk %last, %m
  yield %x
end
)";
  unsigned Seen = 0;
  for (const Need &N : Needs) {
    StringRef Text(N.Text);
    if (!Text.contains("v512"))
      continue;
    auto [Body, End] = Text.split("  yield %");
    unsigned Last = unsigned(End[0] - '0');
    std::string Rare = Text.contains("k64") ? ForMasks : ForVectors;
    std::string All = Body.str() + Rare;
    All.insert(All.find('\n') + 1, "  %r:v512 = const splat(i32 0x13579bdf)\n");
    auto Rename = [&](StringRef From, unsigned To) {
      for (size_t At; (At = All.find(From)) != std::string::npos;)
        All.replace(At, From.size(), "%" + std::to_string(To));
    };
    Rename("%last", Last);
    Rename("%r", 20), Rename("%m", 21), Rename("%v", 22), Rename("%x", 23);
    Window W = window(All);
    auto STI = cpu(W, N.Cpu);
    SearchOptions O;
    O.STI = STI.get();
    O.Seconds = 60;
    O.MaxInstructions = N.Depth;
    RareChecker Check;
    SearchResult R = find(W, O, Check.fn());
    EXPECT_GT(Check.Refuted, 0u) << All;
    EXPECT_TRUE(R.Proved.empty()) << printRule(R.Proved.front());
    ++Seen;
  }
  EXPECT_GE(Seen, 4u);
}
