//===- tests/isa-x86/FloatTrapsTest.cpp - Where floating point goes wrong ===//
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

constexpr uint32_t One = 0x3f800000, Two = 0x40000000, Three = 0x40400000, Half = 0x3f000000,
                   MinusZero = 0x80000000, Infinity = 0x7f800000, MinusInfinity = 0xff800000,
                   Indefinite = 0xffc00000, Nan1 = 0x7fc00001, Nan2 = 0xffc00002,
                   Signalling = 0x7f800003, Quieted = 0x7fc00003;

Bytes ps(std::vector<uint32_t> Elements) { return reg<uint32_t>(128, std::move(Elements)); }
uint32_t low(const Bytes &B) {
  uint32_t X;
  std::memcpy(&X, B.data(), 4);
  return X;
}
/// The low single of \p Opcode of singles.
uint32_t of(StringRef Opcode, std::vector<uint32_t> In, ArrayRef<int64_t> Imm = {}) {
  std::vector<Bytes> Registers;
  for (uint32_t X : In)
    Registers.push_back(ps({X}));
  return low(run(Opcode, Registers, Imm));
}

TEST(FloatTraps, TheFirstNanComesThroughQuieted) {
  for (const char *Op : {"ADDPSrr", "VSUBPSrr", "VMULPSZ128rr", "DIVPSrr"}) {
    EXPECT_EQ(of(Op, {Nan1, Nan2}), Nan1) << Op;
    EXPECT_EQ(of(Op, {Nan2, Nan1}), Nan2) << Op;
    EXPECT_EQ(of(Op, {One, Signalling}), Quieted) << Op;
    // A signalling one has no precedence.
    EXPECT_EQ(of(Op, {Nan2, Signalling}), Nan2) << Op;
  }
}

TEST(FloatTraps, InvalidOperationsGiveTheNegativeNan) {
  EXPECT_EQ(of("VADDPSrr", {Infinity, MinusInfinity}), Indefinite);
  EXPECT_EQ(of("VSUBPSrr", {Infinity, Infinity}), Indefinite);
  EXPECT_EQ(of("VMULPSrr", {0, Infinity}), Indefinite);
  EXPECT_EQ(of("VDIVPSrr", {0, MinusZero}), Indefinite);
  EXPECT_EQ(of("VSQRTPSr", {0xbf800000}), Indefinite);
  EXPECT_EQ(of("VSQRTPSr", {MinusZero}), MinusZero);
}

TEST(FloatTraps, MinimumTakesTheSecondUnlessTheFirstIsLess) {
  for (const char *Op : {"MINPSrr", "VMAXPSrr", "VMINCPSZ128rr", "MAXSSrr_Int"}) {
    EXPECT_EQ(of(Op, {0, MinusZero}), MinusZero) << Op;
    EXPECT_EQ(of(Op, {MinusZero, 0}), 0u) << Op;
    EXPECT_EQ(of(Op, {Nan1, One}), One) << Op;
    // As it is, not quieted.
    EXPECT_EQ(of(Op, {One, Signalling}), Signalling) << Op;
  }
}

TEST(FloatTraps, AddSubSubtractsInEvenLanes) {
  EXPECT_EQ(run("ADDSUBPSrr", {ps({Two}), ps({One})}), ps({One, Three, One, Three}));
  EXPECT_EQ(run("VFMADDSUB213PSr", {ps({One}), ps({Two}), ps({One})}),
            ps({One, Three, One, Three}));
  EXPECT_EQ(run("VFMSUBADD213PSr", {ps({One}), ps({Two}), ps({One})}),
            ps({Three, One, Three, One}));
}

TEST(FloatTraps, FusedOperandsByNumber) {
  // 132 multiplies 1 by 3, 213 multiplies 2 by 1, 231 multiplies 2 by 3.
  EXPECT_EQ(of("VFMADD132PSr", {Two, One, Half}), Two);
  EXPECT_EQ(of("VFMADD213PSr", {Two, Half, One}), Two);
  EXPECT_EQ(of("VFMADD231PSr", {One, Two, Half}), Two);
  // Rounded once: (1 + 2^-12)^2 - 1 keeps what a product would lose.
  EXPECT_EQ(of("VFMSUB213PSr", {One + 0x800, One + 0x800, One}), 0x3a000400u);
  // NaNs: the factors of the name's order, then the addend.
  EXPECT_EQ(of("VFMADD231PSr", {Nan1, Nan2, One}), Nan2);
  EXPECT_EQ(of("VFMADD213PSr", {Nan1, Nan2, One}), Nan2);
  EXPECT_EQ(of("VFMADD132PSr", {Nan1, Nan2, One}), Nan1);
  // What is negated is no NaN's sign.
  EXPECT_EQ(of("VFNMSUB213PSr", {One, Two, Nan1}), Nan1);
}

TEST(FloatTraps, PredicatesTellUnordered) {
  auto Of = [](int64_t Predicate, uint32_t A, uint32_t B) {
    return asMask(run("VCMPPSZ128rri", {ps({A}), ps({B})}, {Predicate})) == 0xf;
  };
  for (int64_t P : {3, 4, 5, 6, 8, 9, 10, 15}) // unordered, and the negated ones
    EXPECT_TRUE(Of(P, Nan1, One)) << P;
  for (int64_t P : {0, 1, 2, 7, 11, 12, 13, 14})
    EXPECT_FALSE(Of(P, One, Nan1)) << P;
  EXPECT_TRUE(Of(0, 0, MinusZero));
  EXPECT_FALSE(Of(12, 0, MinusZero));
  EXPECT_TRUE(Of(13, One, One));
  EXPECT_FALSE(Of(14, One, One));
  EXPECT_TRUE(Of(30, Two, One)); // bit 4 changes no result
  // The legacy form reads three bits.
  EXPECT_EQ(run("CMPPSrri", {ps({One}), ps({Two})}, {9}), ps({0xffffffff}));
  // Above a compare's bits the mask is zero.
  EXPECT_EQ(asMask(run("VCMPSSZrri", {reg<uint32_t>(32, {One}), reg<uint32_t>(32, {One})}, {0})),
            1u);
}

TEST(FloatTraps, ScalarsKeepTheFirstOperandAbove) {
  Bytes A = ps({One, 11, 12, 13}), B = ps({Two, 21, 22, 23});
  EXPECT_EQ(run("ADDSSrr_Int", {A, B}), ps({Three, 11, 12, 13}));
  EXPECT_EQ(run("VSQRTSSr_Int", {A, ps({0x40800000, 1, 2, 3})}), ps({Two, 11, 12, 13}));
  EXPECT_EQ(run("VADDSSZrrk_Int", {ps({7, 8, 9, 10}), mask(~1ull), A, B}), ps({7, 11, 12, 13}));
  EXPECT_EQ(run("VADDSSZrrkz_Int", {mask(0), A, B}), ps({0, 11, 12, 13}));
  // What a fused one is tied to stays above, whether or not it is added.
  EXPECT_EQ(run("VFMADD231SSZrkz_Int", {A, mask(2), B, B}), ps({0, 11, 12, 13}));
  // On FR registers there is nothing above.
  EXPECT_EQ(run("ADDSSrr", {reg<uint32_t>(32, {One}), reg<uint32_t>(32, {Two})}),
            reg<uint32_t>(32, {Three}));
}

TEST(FloatTraps, ConversionsOutOfRange) {
  EXPECT_EQ(of("CVTPS2DQrr", {0x4f000000}), 0x80000000u); // 2^31
  EXPECT_EQ(of("CVTTPS2DQrr", {Nan1}), 0x80000000u);
  EXPECT_EQ(of("CVTTPS2DQrr", {0xcf000000}), 0x80000000u);      // -2^31, which is in range
  EXPECT_EQ(of("VCVTPS2UDQZ128rr", {0xbf800000}), 0xffffffffu); // -1
  EXPECT_EQ(of("VCVTPS2UDQZ128rr", {0xbf000000}), 0u);          // -0.5 rounds to 0
  EXPECT_EQ(of("VCVTTPS2UDQZ128rr", {0xbf7fffff}), 0u);
  EXPECT_EQ(of("VCVTPS2UDQZ128rr", {0x4f800000}), 0xffffffffu); // 2^32
  // To nearest even, or towards zero.
  EXPECT_EQ(of("CVTPS2DQrr", {0x40200000}), 2u); // 2.5
  EXPECT_EQ(of("CVTPS2DQrr", {0x40600000}), 4u); // 3.5
  EXPECT_EQ(of("CVTTPS2DQrr", {0x40600000}), 3u);
  // A result narrower than its source has zeros above.
  EXPECT_EQ(run("CVTPD2DQrr", {reg<uint64_t>(128, {0x3ff0000000000000})}), ps({1, 1, 0, 0}));
}

TEST(FloatTraps, HalvesRoundAsTheImmediateSays) {
  auto Of = [](uint32_t X, int64_t Imm) {
    return low(run("VCVTPS2PHrr", {ps({X, 0, 0, 0})}, {Imm}));
  };
  EXPECT_EQ(Of(0x3f801000, 0), 0x3c00u); // a tie, to even
  EXPECT_EQ(Of(0x3f803000, 0), 0x3c02u);
  EXPECT_EQ(Of(0x3f800001, 2), 0x3c01u); // up
  EXPECT_EQ(Of(0xbf800001, 2), 0xbc00u);
  EXPECT_EQ(Of(0x3f801001, 3), 0x3c00u); // towards zero
  EXPECT_EQ(Of(0x477ff000, 0), 0x7c00u); // 65520
  EXPECT_EQ(Of(0x477ff000, 3), 0x7bffu);
  EXPECT_EQ(Of(0x7f000000, 1), 0x7bffu); // down, far too large
  EXPECT_EQ(Of(0x7f000000, 5), 0x7c00u); // bit 2: MXCSR's mode
  EXPECT_EQ(Of(0x33000001, 0), 0x0001u); // above half of the least denormal
  EXPECT_EQ(Of(0x33000000, 0), 0x0000u);
  EXPECT_EQ(Of(0x7f802000, 0), 0x7e01u); // a signalling NaN
}

TEST(FloatTraps, RoundingByImmediate) {
  constexpr uint32_t TwoAndAHalf = 0x40200000, MinusTwoAndAHalf = 0xc0200000;
  auto Of = [](uint32_t X, int64_t Imm) { return of("ROUNDPSri", {X}, {Imm}); };
  EXPECT_EQ(Of(TwoAndAHalf, 0), Two);
  EXPECT_EQ(Of(TwoAndAHalf, 2), Three);
  EXPECT_EQ(Of(MinusTwoAndAHalf, 1), Three | MinusZero);
  EXPECT_EQ(Of(MinusTwoAndAHalf, 3), Two | MinusZero);
  EXPECT_EQ(Of(TwoAndAHalf, 4 | 2), Two);
  EXPECT_EQ(Of(0x80000001, 1), One | MinusZero);
  EXPECT_EQ(Of(0x80000001, 0), MinusZero);
  // Fraction bits are kept.
  EXPECT_EQ(of("VRNDSCALEPSZ128rri", {0x3fb00000}, {0x10}), 0x3fc00000u); // 1.375 to halves
  EXPECT_EQ(of("VRNDSCALEPSZ128rri", {0x7f7fffff}, {0xf0}), 0x7f7fffffu);
  EXPECT_EQ(of("VREDUCEPSZ128rri", {0x3fb00000}, {0x10}), 0xbe000000u); // -0.125
  EXPECT_EQ(of("VREDUCEPSZ128rri", {MinusInfinity}, {0}), 0u);
}

TEST(FloatTraps, ExponentsAndMantissas) {
  EXPECT_EQ(of("VGETEXPPSZ128r", {1}), 0xc3150000u);  // 2^-149
  EXPECT_EQ(of("VGETEXPPSZ128r", {0xc0a00000}), Two); // -5
  EXPECT_EQ(of("VGETEXPPSZ128r", {MinusZero}), MinusInfinity);
  EXPECT_EQ(of("VGETEXPPSZ128r", {MinusInfinity}), Infinity);
  EXPECT_EQ(of("VGETMANTPSZ128rri", {0xc0a00000}, {0}), 0xbfa00000u); // -1.25
  EXPECT_EQ(of("VGETMANTPSZ128rri", {0xc0a00000}, {4}), 0x3fa00000u);
  EXPECT_EQ(of("VGETMANTPSZ128rri", {0xc0a00000}, {8}), Indefinite);
  EXPECT_EQ(of("VGETMANTPSZ128rri", {Three}, {2}), 0x3f400000u);      // 0.75
  EXPECT_EQ(of("VSCALEFPSZ128rr", {Three, 0xbfc00000}), 0x3f400000u); // 3 * 2^-2
  EXPECT_EQ(of("VSCALEFPSZ128rr", {Nan1, MinusInfinity}), 0u);
  EXPECT_EQ(of("VSCALEFPSZ128rr", {0, Infinity}), Indefinite);
}

TEST(FloatTraps, ClassesAndRanges) {
  auto Is = [](uint32_t X, int64_t Classes) {
    return asMask(run("VFPCLASSPSZ128ri", {ps({X})}, {Classes})) == 0xf;
  };
  EXPECT_TRUE(Is(Nan1, 0x01) && !Is(Signalling, 0x01) && Is(Signalling, 0x80));
  EXPECT_TRUE(Is(0, 0x02) && Is(MinusZero, 0x04) && !Is(MinusZero, 0x40));
  EXPECT_TRUE(Is(Infinity, 0x08) && Is(MinusInfinity, 0x10) && !Is(MinusInfinity, 0x40));
  EXPECT_TRUE(Is(0x80000001, 0x20) && Is(0x80000001, 0x40));
  // The minimum of zeros is the negative one, whatever their order; a number
  // wins over a quiet NaN.
  EXPECT_EQ(of("VRANGEPSZ128rri", {0, MinusZero}, {4}), MinusZero);
  EXPECT_EQ(of("VRANGEPSZ128rri", {Nan1, One}, {4}), One);
  EXPECT_EQ(of("VRANGEPSZ128rri", {0xc0400000, Two}, {7}), 0xc0400000u); // greater magnitude
  EXPECT_EQ(of("VRANGEPSZ128rri", {0xc0400000, Two}, {11}), Three);      // sign cleared
}

} // namespace
