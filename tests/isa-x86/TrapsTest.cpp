//===- tests/isa-x86/TrapsTest.cpp - Where x86 meanings go wrong ---------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Registers.h"

using namespace llvm;
using namespace whittle;
using namespace whittle::test;

namespace {

TEST(X86Traps, ImmediateShiftPastTheWidth) {
  Bytes A = reg<uint32_t>(512, {0x80000001});
  EXPECT_EQ(run("VPSLLDZri", {A}, {31}), reg<uint32_t>(512, {0x80000000}));
  EXPECT_EQ(run("VPSLLDZri", {A}, {32}), reg<uint32_t>(512, {0}));
  EXPECT_EQ(run("VPSRLDZri", {A}, {255}), reg<uint32_t>(512, {0}));
  EXPECT_EQ(run("VPSRADZri", {A}, {200}), reg<uint32_t>(512, {0xffffffff}));
  EXPECT_EQ(run("PSRAWri", {reg<uint16_t>(128, {0x8000})}, {16}), reg<uint16_t>(128, {0xffff}));
}

TEST(X86Traps, ACountRegisterIsItsWholeLowQuadword) {
  Bytes A = reg<uint32_t>(128, {0x80000010});
  EXPECT_EQ(run("PSLLDrr", {A, reg<uint64_t>(128, {1, ~0ull})}), reg<uint32_t>(128, {0x20}));
  // Bit 32 of the count: far past the width, though the low dword says 1.
  Bytes Far = reg<uint64_t>(128, {0x100000001, 0});
  EXPECT_EQ(run("PSLLDrr", {A, Far}), reg<uint32_t>(128, {0}));
  EXPECT_EQ(run("PSRADrr", {A, Far}), reg<uint32_t>(128, {0xffffffff}));
  EXPECT_EQ(run("VPSRLWZrr", {reg<uint16_t>(512, {0xffff}), Far}), reg<uint16_t>(512, {0}));
}

TEST(X86Traps, VariableShiftPastTheWidth) {
  Bytes A = reg<uint32_t>(256, {0x80000000, 0x40000000}),
        Count = reg<uint32_t>(256, {32, 0xffffffff});
  EXPECT_EQ(run("VPSRAVDYrr", {A, Count}), reg<uint32_t>(256, {0xffffffff, 0}));
  EXPECT_EQ(run("VPSRLVDYrr", {A, Count}), reg<uint32_t>(256, {0}));
  EXPECT_EQ(run("VPSLLVWZrr", {reg<uint16_t>(512, {1}), reg<uint16_t>(512, {16, 15})}),
            reg<uint16_t>(512, {0, 0x8000}));
}

TEST(X86Traps, RotatesAndFunnelsReduceTheCount) {
  Bytes A = reg<uint32_t>(512, {0x80000001}), B = reg<uint32_t>(512, {0xf0000000});
  EXPECT_EQ(run("VPROLDZri", {A}, {33}), reg<uint32_t>(512, {3}));
  EXPECT_EQ(run("VPRORVDZrr", {A, reg<uint32_t>(512, {65})}), reg<uint32_t>(512, {0xc0000000}));
  // The first operand is the upper half of VPSHLD and the lower of VPSHRD.
  EXPECT_EQ(run("VPSHLDDZrri", {A, B}, {36}), reg<uint32_t>(512, {0x1f}));
  EXPECT_EQ(run("VPSHRDDZrri", {A, B}, {32}), A);
  EXPECT_EQ(run("VPSHRDDZrri", {A, B}, {4}), reg<uint32_t>(512, {0x08000000}));
}

TEST(X86Traps, ByteShuffleClearsOnTheTopBitOnly) {
  Bytes Table = reg<uint8_t>(128, {10, 11, 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, 22, 23, 24, 25});
  EXPECT_EQ(run("PSHUFBrr", {Table, reg<uint8_t>(128, {0x80, 0xff, 0x71, 15, 0})}),
            reg<uint8_t>(128, {0, 0, 11, 25, 10}));
  // Lanes do not see each other.
  Bytes Wide = reg<uint64_t>(256, {1, 2, 3, 4});
  EXPECT_EQ(run("VPSHUFBYrr", {Wide, reg<uint8_t>(256, {0, 0x80, 0x80, 0x80})})[16], 0);
  EXPECT_EQ(
      run("VPSHUFBYrr", {Wide, reg<uint8_t>(256, {8})}),
      run("VPERMQYri", {reg<uint64_t>(256, {0x0202020202020202, 0x0404040404040404})}, {0x50}));
}

TEST(X86Traps, TernaryLogicNumbersInputsFromTheTop) {
  std::vector<Bytes> In = {reg<uint32_t>(512, {0x12345678}), reg<uint32_t>(512, {0x0f0f3355}),
                           reg<uint32_t>(512, {0xdeadbeef})};
  EXPECT_EQ(run("VPTERNLOGDZrri", In, {0xf0}), In[0]);
  EXPECT_EQ(run("VPTERNLOGDZrri", In, {0xcc}), In[1]);
  EXPECT_EQ(run("VPTERNLOGDZrri", In, {0xaa}), In[2]);
  EXPECT_EQ(run("VPTERNLOGQZrri", In, {0xca}),
            reg<uint32_t>(512, {(0x12345678u & 0x0f0f3355u) | (~0x12345678u & 0xdeadbeefu)}));
  // MIR may hold the byte with either sign.
  EXPECT_EQ(run("VPTERNLOGDZrri", In, {int64_t(int8_t(0xca))}), run("VPTERNLOGDZrri", In, {0xca}));
}

TEST(X86Traps, MaskingKeepsOrClears) {
  Bytes Kept = reg<uint32_t>(512, {7}), A = reg<uint32_t>(512, {1}), B = reg<uint32_t>(512, {2});
  // Bits of the mask above the elements do not count.
  Bytes K = mask(0xffff0000'0000fffd);
  EXPECT_EQ(run("VPADDDZrrk", {Kept, K, A, B}), reg<uint32_t>(512, {3, 7, 3}));
  EXPECT_EQ(run("VPADDDZrrkz", {K, A, B}), reg<uint32_t>(512, {3, 0, 3}));
  // The accumulator is what stays.
  Bytes Ones = reg<uint8_t>(512, {1});
  EXPECT_EQ(run("VPDPBUSDZrrk", {Kept, K, Ones, Ones}), reg<uint32_t>(512, {11, 7, 11}));
  EXPECT_EQ(run("VPDPBUSDZrrkz", {Kept, K, Ones, Ones}), reg<uint32_t>(512, {11, 0, 11}));
  // A blend takes the second source where the bit is set.
  EXPECT_EQ(run("VPBLENDMDZrrk", {K, A, B}), reg<uint32_t>(512, {2, 1, 2}));
  // A truncation's mask counts source elements; what is above is zero anyway.
  Bytes Narrow = reg<uint8_t>(128, {9});
  EXPECT_EQ(run("VPMOVDBZ256rrk", {Narrow, mask(0xfd), reg<uint32_t>(256, {0x101})}),
            reg<uint8_t>(128, {1, 9, 1, 1, 1, 1, 1, 1, 0}));
}

TEST(X86Traps, MaskInstructionsWriteZerosAboveTheirWidth) {
  EXPECT_EQ(asMask(run("VPCMPEQDZ128rr", {Bytes(16), Bytes(16)})), 0xfu);
  EXPECT_EQ(asMask(run("VPCMPDZ256rri", {Bytes(32), Bytes(32)}, {7})), 0xffu);
  EXPECT_EQ(asMask(run("VPTESTNMQZ128rr", {Bytes(16), Bytes(16)})), 0x3u);
  EXPECT_EQ(asMask(run("KNOTBkk", {mask(0)})), 0xffu);
  EXPECT_EQ(asMask(run("KXNORWkk", {mask(~0ull), mask(~0ull)})), 0xffffu);
  EXPECT_EQ(asMask(run("KADDBkk", {mask(0xff), mask(1)})), 0u);
  EXPECT_EQ(asMask(run("KMOVWkk", {mask(0xabcd1234)})), 0x1234u);
  // LLVM expands this one to KXNORB.
  EXPECT_EQ(asMask(run("KSET1B", {})), 0xffu);
}

TEST(X86Traps, MaskShiftPastTheWidth) {
  EXPECT_EQ(asMask(run("KSHIFTLBki", {mask(0xff)}, {7})), 0x80u);
  EXPECT_EQ(asMask(run("KSHIFTLBki", {mask(0xff)}, {8})), 0u);
  EXPECT_EQ(asMask(run("KSHIFTLQki", {mask(1)}, {64})), 0u);
  // What stands above the width never comes down.
  EXPECT_EQ(asMask(run("KSHIFTRBki", {mask(0xff00)}, {4})), 0u);
  EXPECT_EQ(asMask(run("KSHIFTRWki", {mask(0xffffff00)}, {255})), 0u);
}

TEST(X86Traps, ComparePredicates) {
  Bytes A = reg<int32_t>(128, {-1, 0, 1, 5}), B = reg<int32_t>(128, {0, 0, 0, 5});
  const uint64_t Signed[8] = {10, 1, 11, 0, 5, 14, 4, 15};
  const uint64_t Unsigned[8] = {10, 0, 10, 0, 5, 15, 5, 15};
  for (unsigned P = 0; P != 8; ++P) {
    EXPECT_EQ(asMask(run("VPCMPDZ128rri", {A, B}, {P})), Signed[P]) << P;
    EXPECT_EQ(asMask(run("VPCMPUDZ128rri", {A, B}, {P})), Unsigned[P]) << P;
    EXPECT_EQ(asMask(run("VPCMPDZ128rri", {A, B}, {P + 0xf8})), Signed[P]) << P;
  }
  EXPECT_EQ(asMask(run("VPCMPDZ128rrik", {mask(~2ull), A, B}, {7})), 13u);
}

TEST(X86Traps, MultiplyAddOfBytesSaturatesAndMixesSigns) {
  auto Madd = [](uint8_t A, uint8_t B) {
    Bytes Out = run("VPMADDUBSWZrr", {reg<uint8_t>(512, {A}), reg<uint8_t>(512, {B})});
    int16_t First;
    std::memcpy(&First, Out.data(), 2);
    return int(First);
  };
  EXPECT_EQ(Madd(255, 127), 32767);
  EXPECT_EQ(Madd(255, 0x80), -32768);
  // The first operand is the unsigned one.
  EXPECT_EQ(Madd(0x80, 1), 256);
  EXPECT_EQ(Madd(1, 0x80), -256);
  EXPECT_EQ(Madd(15, 0x80), -3840);
}

TEST(X86Traps, DotProductsSaturateTheWholeSumOnly) {
  Bytes Min = reg<int16_t>(512, {-32768});
  // Both products are 2^30; their sum alone would not fit.
  EXPECT_EQ(run("VPDPWSSDSZrr", {reg<int32_t>(512, {-1}), Min, Min}),
            reg<uint32_t>(512, {0x7fffffff}));
  EXPECT_EQ(run("VPDPWSSDSZrr", {reg<int32_t>(512, {-2}), Min, Min}),
            reg<uint32_t>(512, {0x7ffffffe}));
  EXPECT_EQ(run("VPDPWSSDZrr", {reg<int32_t>(512, {1}), Min, Min}),
            reg<uint32_t>(512, {0x80000001}));
  EXPECT_EQ(run("VPMADDWDZrr", {Min, Min}), reg<uint32_t>(512, {0x80000000}));
  // Four products of 255 * -128 stay far from the border; the sum with the
  // accumulator saturates in the S form and wraps in the other.
  Bytes A = reg<uint8_t>(512, {255}), B = reg<uint8_t>(512, {0x80}),
        Low = reg<uint32_t>(512, {0x80000000});
  EXPECT_EQ(run("VPDPBUSDSZrr", {Low, A, B}), Low);
  EXPECT_EQ(run("VPDPBUSDZrr", {Low, A, B}), reg<uint32_t>(512, {0x80000000u - 4 * 255 * 128}));
}

TEST(X86Traps, TwoTablePermutesOverwriteDifferentOperands) {
  Bytes Low = reg<uint64_t>(256, {100, 101, 102, 103}),
        High = reg<uint64_t>(256, {200, 201, 202, 203});
  Bytes Index = reg<uint64_t>(256, {0, 5, 8, 7});
  Bytes Want = reg<uint64_t>(256, {100, 201, 100, 203});
  EXPECT_EQ(run("VPERMI2QZ256rr", {Index, Low, High}), Want);
  EXPECT_EQ(run("VPERMT2QZ256rr", {Low, Index, High}), Want);
  // In a one-table permute the index comes first.
  EXPECT_EQ(run("VPERMQZ256rr", {Index, Low}), reg<uint64_t>(256, {100, 101, 100, 103}));
}

TEST(X86Traps, ByteAlignments) {
  Bytes Hi(16), Lo(16);
  for (unsigned I = 0; I != 16; ++I)
    Lo[I] = uint8_t(I), Hi[I] = uint8_t(16 + I);
  EXPECT_EQ(run("PALIGNRrri", {Hi, Lo}, {3})[15], 18);
  EXPECT_EQ(run("PALIGNRrri", {Hi, Lo}, {31}), reg<uint8_t>(128, {31, 0}));
  EXPECT_EQ(run("PALIGNRrri", {Hi, Lo}, {32}), Bytes(16));
  EXPECT_EQ(run("PSRLDQri", {Hi}, {15}), reg<uint8_t>(128, {31, 0}));
  EXPECT_EQ(run("PSLLDQri", {Hi}, {16}), Bytes(16));
  // Element alignment takes the count modulo the number of elements.
  EXPECT_EQ(run("VALIGNQZ128rri", {Hi, Lo}, {2}), Lo);
}

TEST(X86Traps, GaloisFieldIsThatOfAES) {
  // The S-box is an affine map of the inverse.
  Bytes Matrix = reg<uint64_t>(128, {0xf1e3c78f1f3e7cf8});
  EXPECT_EQ(
      run("GF2P8AFFINEINVQBrri", {reg<uint8_t>(128, {0x00, 0x01, 0x53, 0xff}), Matrix}, {0x63}),
      reg<uint8_t>(128, {0x63, 0x7c, 0xed, 0x16}));
  EXPECT_EQ(run("GF2P8MULBrr", {reg<uint8_t>(128, {0x57}), reg<uint8_t>(128, {0x83})}),
            reg<uint8_t>(128, {0xc1}));
  // The identity matrix has its rows from the top.
  Bytes X = reg<uint8_t>(128, {0x01, 0x80, 0x5a});
  EXPECT_EQ(run("GF2P8AFFINEQBrri", {X, reg<uint64_t>(128, {0x0102040810204080})}, {0}), X);
}

TEST(X86Traps, VexAndEvexZeroAboveWhatSseKeeps) {
  for (const char *Name : {"VPANDrr", "VPADDDZ128rr", "VPADDDZ256rrk", "VMOVDQA64Z128rr", "MOV32rr",
                           "VMOVDI2PDIrr", "VGF2P8MULBrr", "VPDPBUSDrr", "AVX_SET0"})
    EXPECT_TRUE(row(Name).ZeroesAbove) << Name;
  for (const char *Name :
       {"PANDrr", "PADDDrr", "MOVDQArr", "PSHUFDri", "GF2P8MULBrr", "V_SET0", "MOVDI2PDIrr"})
    EXPECT_FALSE(row(Name).ZeroesAbove) << Name;
}

TEST(X86Rows, FlagsAreKnownToBeClobbered) {
  for (const char *Name : {"AND32rr", "XOR64rr", "SHL32ri", "NEG32r", "MOV32r0"})
    EXPECT_TRUE(row(Name).DefsFlags) << Name;
  for (const char *Name : {"NOT32r", "SHLX32rr", "RORX64ri", "MOV64rr", "VPADDDZrr"})
    EXPECT_FALSE(row(Name).DefsFlags) << Name;
  // Counts are modulo the width, unlike a vector's.
  EXPECT_EQ(run("SHL32ri", {reg<uint32_t>(32, {1})}, {33}), reg<uint32_t>(32, {2}));
  EXPECT_EQ(run("TZCNT64rr", {Bytes(8)}), reg<uint64_t>(64, {64}));
}

TEST(X86Rows, TheTenAndsOf128BitsAreOneClass) {
  const OpClass &C = x86().classOf(row("PANDrr"));
  std::vector<std::string> Names;
  for (const Row *R : C.Members)
    Names.push_back(R->Name);
  std::sort(Names.begin(), Names.end());
  EXPECT_EQ(Names, (std::vector<std::string>{"ANDPDrr", "ANDPSrr", "PANDrr", "VANDPDZ128rr",
                                             "VANDPDrr", "VANDPSZ128rr", "VANDPSrr", "VPANDDZ128rr",
                                             "VPANDQZ128rr", "VPANDrr"}));
  EXPECT_EQ(&x86().classOf(row("VPSHUFDri")), &x86().classOf(row("VPERMILPSri")));
  EXPECT_EQ(&x86().classOf(row("PUNPCKLQDQrr")), &x86().classOf(row("MOVLHPSrr")));
  // Masks tell the element apart.
  EXPECT_NE(&x86().classOf(row("VPANDDZrrk")), &x86().classOf(row("VPANDQZrrk")));
  EXPECT_NE(&x86().classOf(row("VPERMI2DZrr")), &x86().classOf(row("VPERMT2DZrr")));
}

TEST(X86Rows, WhatCommutes) {
  using Pairs = std::vector<std::pair<unsigned, unsigned>>;
  auto Of = [](const char *Name) { return commutativeInputs(row(Name)).vec(); };
  EXPECT_EQ(Of("VPADDDZrr"), (Pairs{{0, 1}}));
  EXPECT_EQ(Of("VPADDDZrrk"), (Pairs{{2, 3}}));
  EXPECT_EQ(Of("VPMADDWDZrr"), (Pairs{{0, 1}}));
  EXPECT_EQ(Of("VPDPWSSDZrr"), (Pairs{{1, 2}}));
  EXPECT_EQ(Of("KANDWkk"), (Pairs{{0, 1}}));
  for (const char *Name : {"VPSUBDZrr", "VPMADDUBSWZrr", "VPDPBUSDZrr", "VPANDNDZrr", "KANDNWkk",
                           "VPTERNLOGDZrri", "VPSHUFBZrr", "VPCMPGTDZrr"})
    EXPECT_EQ(Of(Name), Pairs{}) << Name;
}
} // namespace
