//===- tests/isa-x86/IntegerTrapsTest.cpp - Where integer meanings go wrong ===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Registers.h"
#include "llvm/ADT/StringExtras.h"
#include <algorithm>
#include <bit>
#include <random>

using namespace llvm;
using namespace whittle;
using namespace whittle::test;

namespace {

/// A register from hexadecimal digits, highest byte first.
Bytes hex(StringRef Digits) {
  std::string Text = fromHex(Digits);
  return Bytes(Text.rbegin(), Text.rend());
}
Bytes gpr(uint64_t X, unsigned Bits = 64) {
  Bytes B(Bits / 8);
  std::memcpy(B.data(), &X, B.size());
  return B;
}
template <typename T> T elementOf(const Bytes &B, size_t I) {
  T X;
  std::memcpy(&X, &B[I * sizeof(T)], sizeof(T));
  return X;
}
Bytes randomBytes(std::mt19937_64 &Rng, size_t N) {
  Bytes B(N);
  for (uint8_t &X : B)
    X = uint8_t(Rng());
  return B;
}
Bytes joined(Bytes A, const Bytes &B) {
  A.insert(A.end(), B.begin(), B.end());
  return A;
}

TEST(X86IntegerTraps, CompressAndExpandStopAtTheCount) {
  Bytes A = reg<uint16_t>(512, {0, 1, 2, 3, 4, 5, 6, 7}), Kept = reg<uint16_t>(512, {99});
  // Above the last element taken, what was there, or zeros.
  EXPECT_EQ(run("VPCOMPRESSWZrrk", {Kept, mask(0b10100100), A}), reg<uint16_t>(512, {2, 5, 7, 99}));
  EXPECT_EQ(run("VPCOMPRESSWZrrkz", {mask(0b10100100), A}), reg<uint16_t>(512, {2, 5, 7, 0}));
  EXPECT_EQ(run("VPEXPANDWZrrk", {Kept, mask(0b10100100), A}),
            reg<uint16_t>(512, {99, 99, 0, 99, 99, 1, 99, 2, 99}));
  EXPECT_EQ(run("VPCOMPRESSWZrrk", {Kept, mask(0), A}), Kept);
  // All of them, and mask bits above the elements do not count.
  Bytes B = reg<uint32_t>(128, {1, 2, 3, 4});
  EXPECT_EQ(run("VPCOMPRESSDZ128rrkz", {mask(~0ull), B}), B);
  EXPECT_EQ(run("VPEXPANDDZ128rrkz", {mask(0xf0), B}), Bytes(16));
}

TEST(X86IntegerTraps, ElementAlignmentReducesTheCount) {
  Bytes Hi = reg<uint32_t>(512, {7}), Lo = reg<uint32_t>(512, {0, 1, 2});
  EXPECT_EQ(run("VALIGNDZrri", {Hi, Lo}, {17}), run("VALIGNDZrri", {Hi, Lo}, {1}));
  EXPECT_EQ(run("VALIGNDZ128rri", {reg<uint32_t>(128, {7}), reg<uint32_t>(128, {0, 1, 2, 3})}, {7}),
            reg<uint32_t>(128, {3, 7}));
}

TEST(X86IntegerTraps, MultishiftWrapsInTheQuadword) {
  Bytes Index = reg<uint8_t>(512, {60, 64, 4, 255, 0}),
        Data = reg<uint64_t>(512, {0xf00000000000000a});
  Bytes R = run("VPMULTISHIFTQBZrr", {Index, Data});
  EXPECT_EQ(R[0], 0xaf);
  EXPECT_EQ(R[1], 0x0a);
  EXPECT_EQ(R[2], 0x00);
  EXPECT_EQ(R[3], 0x15);
}

TEST(X86IntegerTraps, TruncationsSaturateAndClearWhatIsAbove) {
  Bytes A = reg<uint32_t>(128, {0x80000000, 0x7fffffff, 200, uint32_t(-200)});
  EXPECT_EQ(run("VPMOVSDBZ128rr", {A}), reg<uint8_t>(128, {0x80, 0x7f, 0x7f, 0x80, 0}));
  EXPECT_EQ(run("VPMOVUSDBZ128rr", {A}), reg<uint8_t>(128, {0xff, 0xff, 200, 0xff, 0}));
  EXPECT_EQ(run("VPMOVDBZ128rr", {A}), reg<uint8_t>(128, {0, 0xff, 200, 56, 0}));
  // Of what is kept only the elements of the result; above them zeros all the same.
  EXPECT_EQ(run("VPMOVDBZ128rrk", {Bytes(16, 9), mask(0b0101), A}),
            reg<uint8_t>(128, {0, 9, 200, 9, 0}));
}

TEST(X86IntegerTraps, MaskedScalarMovesReadOneBit) {
  Bytes Kept = reg<uint32_t>(128, {1, 2, 3, 4}), A = reg<uint32_t>(128, {5, 6, 7, 8}),
        B = reg<uint32_t>(128, {9, 10, 11, 12});
  // Above the low element the first source's, not what is kept.
  EXPECT_EQ(run("VMOVSSZrrk", {Kept, mask(3), A, B}), reg<uint32_t>(128, {9, 6, 7, 8}));
  EXPECT_EQ(run("VMOVSSZrrk", {Kept, mask(2), A, B}), reg<uint32_t>(128, {1, 6, 7, 8}));
  EXPECT_EQ(run("VMOVSSZrrkz", {mask(2), A, B}), reg<uint32_t>(128, {0, 6, 7, 8}));
  EXPECT_EQ(run("VMOVSDZrrk", {Kept, mask(0), A, B}), reg<uint32_t>(128, {1, 2, 7, 8}));
}

TEST(X86IntegerTraps, CarrylessProductReadsTwoBitsOfTheImmediate) {
  Bytes A = reg<uint64_t>(128, {3, 0x8000000000000001}), B = reg<uint64_t>(128, {5, 7});
  EXPECT_EQ(run("PCLMULQDQrri", {A, B}, {0x00}), reg<uint64_t>(128, {15, 0}));
  EXPECT_EQ(run("PCLMULQDQrri", {A, B}, {0x10}), reg<uint64_t>(128, {9, 0}));
  EXPECT_EQ(run("PCLMULQDQrri", {A, B}, {0x01}), reg<uint64_t>(128, {0x8000000000000005, 2}));
  EXPECT_EQ(run("PCLMULQDQrri", {A, B}, {0x11}), reg<uint64_t>(128, {0x8000000000000007, 3}));
  for (unsigned Imm = 0; Imm != 256; ++Imm)
    EXPECT_EQ(run("PCLMULQDQrri", {A, B}, {Imm}), run("PCLMULQDQrri", {A, B}, {Imm & 0x11})) << Imm;
  EXPECT_EQ(run("VPCLMULQDQYrri", {joined(A, B), joined(B, A)}, {1}),
            joined(run("PCLMULQDQrri", {A, B}, {1}), run("PCLMULQDQrri", {B, A}, {1})));
}

// The values are those of Intel's white paper on the AES instructions.
TEST(X86IntegerTraps, AesRoundsAddTheKeyLast) {
  Bytes State = hex("7b5b54657374566563746f725d53475d"),
        Key = hex("48692853686179295b477565726f6e5d");
  EXPECT_EQ(run("AESENCrr", {State, Key}), hex("a8311c2f9fdba3c58b104b58ded7e595"));
  EXPECT_EQ(run("AESENCLASTrr", {State, Key}), hex("c7fb881e938c5964177ec42553fdc611"));
  EXPECT_EQ(run("AESDECrr", {State, Key}), hex("138ac342faea2787b58eb95eb730392a"));
  EXPECT_EQ(run("AESDECLASTrr", {State, Key}), hex("c5a391ef6b317f95d410637b72a593d0"));
  // The other steps of a decrypting round undo the last encrypting one.
  Bytes Encrypted = run("AESENCLASTrr", {Key, Bytes(16)});
  EXPECT_EQ(run("AESIMCrr", {Key}), run("AESDECrr", {Encrypted, Bytes(16)}));
  EXPECT_EQ(run("AESKEYGENASSISTrri", {hex("3c4fcf098815f7aba6d2ae2816157e2b")}, {1}),
            hex("01eb848beb848a013424b5e524b5e434"));
  // The first operand is the state: the key may come in afterwards.
  for (StringRef Name : {"AESENC", "AESENCLAST", "AESDEC", "AESDECLAST"}) {
    std::string Rr = (Name + "rr").str();
    EXPECT_EQ(run("PXORrr", {run(Rr, {State, Bytes(16)}), Key}), run(Rr, {State, Key})) << Rr;
    // Every lane of the wide forms is a state of its own.
    Bytes Wide = run(("V" + Name + "Zrr").str(), {joined(joined(State, Key), joined(Key, State)),
                                                  joined(joined(Key, State), joined(State, Key))});
    Bytes One = run(Rr, {State, Key}), Other = run(Rr, {Key, State});
    EXPECT_EQ(Wide, joined(joined(One, Other), joined(Other, One))) << Rr;
  }
}

TEST(X86IntegerTraps, SlidingSumsOfDifferences) {
  std::mt19937_64 Rng(1);
  Bytes A = randomBytes(Rng, 32), B = randomBytes(Rng, 32);
  for (unsigned Imm = 0; Imm != 256; ++Imm) {
    std::vector<uint16_t> Want;
    for (unsigned Lane = 0; Lane != 2; ++Lane) {
      unsigned Bits = Imm >> (3 * Lane), From = (Bits >> 2 & 1) * 4, Block = (Bits & 3) * 4;
      for (unsigned I = 0; I != 8; ++I) {
        unsigned Sum = 0;
        for (unsigned K = 0; K != 4; ++K)
          Sum += unsigned(std::abs(A[16 * Lane + From + I + K] - B[16 * Lane + Block + K]));
        Want.push_back(uint16_t(Sum));
      }
    }
    EXPECT_EQ(run("VMPSADBWYrri", {A, B}, {Imm}), reg<uint16_t>(256, Want)) << Imm;
    EXPECT_EQ(run("VMPSADBWZ256rri", {A, B}, {Imm}), reg<uint16_t>(256, Want)) << Imm;
  }
}

TEST(X86IntegerTraps, TheLeastWordIsTheFirstSuch) {
  EXPECT_EQ(run("PHMINPOSUWrr", {reg<uint16_t>(128, {9, 0x8000, 4, 7, 4, 4, 0xffff, 5})}),
            reg<uint16_t>(128, {4, 2, 0}));
  EXPECT_EQ(run("PHMINPOSUWrr", {Bytes(16, 0xff)}), reg<uint16_t>(128, {0xffff, 0, 0}));
}

/// The elements of a dot product, its accumulator and how it saturates.
template <typename First, typename Second, typename Sum>
void checkDot(StringRef Stem, std::mt19937_64 &Rng) {
  for (unsigned Round = 0; Round != 200; ++Round) {
    Bytes A = randomBytes(Rng, 16), B = randomBytes(Rng, 16), C = randomBytes(Rng, 16);
    for (Bytes *X : {&A, &B, &C}) // often ends of the ranges
      for (size_t I = 0; I != 16; I += sizeof(First))
        if (Rng() % 2)
          for (size_t K = 0; K != sizeof(First); ++K)
            (*X)[I + K] = Rng() % 2 ? 0xff : K + 1 == sizeof(First) ? 0x80 : 0;
    std::vector<uint32_t> Plain, Saturated;
    for (unsigned I = 0; I != 4; ++I) {
      int64_t S = elementOf<Sum>(A, I);
      for (unsigned K = 0; K != 4 / sizeof(First); ++K)
        S += int64_t(elementOf<First>(B, I * 4 / sizeof(First) + K)) *
             elementOf<Second>(C, I * 4 / sizeof(First) + K);
      Plain.push_back(uint32_t(S));
      Saturated.push_back(uint32_t(std::clamp<int64_t>(S, std::numeric_limits<Sum>::min(),
                                                       std::numeric_limits<Sum>::max())));
    }
    ASSERT_EQ(run((Stem + "rr").str(), {A, B, C}), reg<uint32_t>(128, Plain)) << Stem.str();
    ASSERT_EQ(run((Stem + "Srr").str(), {A, B, C}), reg<uint32_t>(128, Saturated)) << Stem.str();
    ASSERT_EQ(run((Stem + "SZ128rrk").str(), {A, mask(0b0110), B, C}),
              reg<uint32_t>(128, {elementOf<uint32_t>(A, 0), Saturated[1], Saturated[2],
                                  elementOf<uint32_t>(A, 3)}));
  }
}

TEST(X86IntegerTraps, DotProductsOfEverySignedness) {
  std::mt19937_64 Rng(2);
  checkDot<int8_t, int8_t, int32_t>("VPDPBSSD", Rng);
  checkDot<int8_t, uint8_t, int32_t>("VPDPBSUD", Rng);
  checkDot<uint8_t, uint8_t, uint32_t>("VPDPBUUD", Rng);
  checkDot<int16_t, uint16_t, int32_t>("VPDPWSUD", Rng);
  checkDot<uint16_t, int16_t, int32_t>("VPDPWUSD", Rng);
  checkDot<uint16_t, uint16_t, uint32_t>("VPDPWUUD", Rng);
}

TEST(X86IntegerTraps, FieldsPastTheWidth) {
  Bytes A = gpr(0x123456789abcdef0);
  EXPECT_EQ(run("BZHI64rr", {A, gpr(8)}), gpr(0xf0));
  EXPECT_EQ(run("BZHI64rr", {A, gpr(64)}), A);
  EXPECT_EQ(run("BZHI64rr", {A, gpr(255)}), A);
  EXPECT_EQ(run("BZHI64rr", {A, gpr(0x100)}), gpr(0)) << "only the low byte counts";
  EXPECT_EQ(run("BEXTR64rr", {A, gpr(0x0804)}), gpr(0xef));
  EXPECT_EQ(run("BEXTR64rr", {A, gpr(0xff04)}), gpr(0x123456789abcdef));
  EXPECT_EQ(run("BEXTR64rr", {A, gpr(0x0840)}), gpr(0));
  EXPECT_EQ(run("BTS64rr", {gpr(0), gpr(65)}), gpr(2));
  EXPECT_EQ(run("SHLD32rri8", {gpr(1, 32), gpr(0x80000000, 32)}, {33}), gpr(3, 32));
  EXPECT_EQ(run("SHRD32rri8", {gpr(2, 32), gpr(1, 32)}, {1}), gpr(0x80000001, 32));
}

TEST(X86IntegerTraps, BitsAreDepositedAndExtractedInOrder) {
  std::mt19937_64 Rng(3);
  for (unsigned Round = 0; Round != 200; ++Round) {
    uint64_t A = Rng(), Mask = Round == 0 ? 0 : Round == 1 ? ~0ull : Rng() & Rng();
    uint64_t Deposited = 0, Extracted = 0, Next = 0;
    for (unsigned I = 0; I != 64; ++I)
      if (Mask >> I & 1) {
        Deposited |= (A >> Next & 1) << I;
        Extracted |= (A >> I & 1) << Next++;
      }
    ASSERT_EQ(run("PDEP64rr", {gpr(A), gpr(Mask)}), gpr(Deposited));
    ASSERT_EQ(run("PEXT64rr", {gpr(A), gpr(Mask)}), gpr(Extracted));
  }
}

TEST(X86IntegerTraps, Crc32IsThatOfCastagnoli) {
  // Of "123456789" with initial value and result inverted: 0xe3069283.
  Bytes Sum = gpr(0xffffffff);
  Sum = run("CRC32r64r64", {Sum, gpr(0x3837363534333231)});
  EXPECT_EQ(elementOf<uint32_t>(Sum, 1), 0u);
  Sum = run("CRC32r32r8", {Bytes(Sum.begin(), Sum.begin() + 4), Bytes{'9'}});
  EXPECT_EQ(elementOf<uint32_t>(Sum, 0), 0xe3069283 ^ 0xffffffff);
}

/// The first 64 bits of the fraction of the K-th root of \p N.
uint64_t rootFraction(unsigned N, unsigned K) {
  APInt Target = APInt(512, N).shl(64 * K), Root(512, 0);
  for (unsigned Bit = 72; Bit-- != 0;) {
    APInt Try = Root, Power(512, 1);
    Try.setBit(Bit);
    for (unsigned I = 0; I != K; ++I)
      Power *= Try;
    if (Power.ule(Target))
      Root = Try;
  }
  return Root.extractBitsAsZExtValue(64, 0);
}

// SHA-512 of "abc", as FIPS 180-4's example has it.
TEST(X86IntegerTraps, ShaRoundsHash) {
  std::vector<unsigned> Primes;
  for (unsigned N = 2; Primes.size() != 80; ++N)
    if (none_of(Primes, [&](unsigned P) { return N % P == 0; }))
      Primes.push_back(N);
  std::vector<uint64_t> W = {0x6162638000000000, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 24};
  auto Four = [&](size_t I) { return reg<uint64_t>(256, {W[I], W[I + 1], W[I + 2], W[I + 3]}); };
  while (W.size() != 80) {
    size_t T = W.size();
    Bytes X = run("VSHA512MSG1rr", {Four(T - 16), reg<uint64_t>(128, {W[T - 12], W[T - 11]})});
    X = run("VPADDQYrr", {X, reg<uint64_t>(256, {W[T - 7], W[T - 6], W[T - 5], W[T - 4]})});
    X = run("VSHA512MSG2rr", {X, Four(T - 4)});
    for (size_t I = 0; I != 4; ++I)
      W.push_back(elementOf<uint64_t>(X, I));
  }
  uint64_t H[8];
  for (unsigned I = 0; I != 8; ++I)
    H[I] = rootFraction(Primes[I], 2);
  Bytes Abef = reg<uint64_t>(256, {H[5], H[4], H[1], H[0]}),
        Cdgh = reg<uint64_t>(256, {H[7], H[6], H[3], H[2]});
  const Bytes First = Abef, Second = Cdgh;
  for (unsigned T = 0; T != 80; T += 2) {
    Bytes Wk = reg<uint64_t>(
        128, {W[T] + rootFraction(Primes[T], 3), W[T + 1] + rootFraction(Primes[T + 1], 3)});
    Bytes Next = run("VSHA512RNDS2rr", {Cdgh, Abef, Wk});
    Cdgh = Abef;
    Abef = Next;
  }
  Abef = run("VPADDQYrr", {Abef, First});
  Cdgh = run("VPADDQYrr", {Cdgh, Second});
  EXPECT_EQ(Abef, reg<uint64_t>(256, {0x36ba3c23a3feebbd, 0x2192992a274fc1a8, 0xcc417349ae204131,
                                      0xddaf35a193617aba}));
  EXPECT_EQ(Cdgh, reg<uint64_t>(256, {0x2a9ac94fa54ca49f, 0x454d4423643ce80e, 0x0a9eeee64b55d39a,
                                      0x12e6fa4e89a97ea2}));
}

// Bits of a value of kind Flags.
constexpr uint8_t CF = 1, PF = 2, AF = 4, ZF = 8, SF = 16, OF = 32;

uint8_t flags(StringRef Opcode, ArrayRef<Bytes> In, ArrayRef<int64_t> Imm = {}) {
  EXPECT_EQ(row(Opcode).Def.str(), "f8");
  return run(Opcode, In, Imm)[0];
}

TEST(X86FlagTraps, TestsAskForNoneAndForAll) {
  Bytes None(16), A(16), B(16, 0x0f);
  A[15] = 0x80; // every bit of the register counts, not only signs
  EXPECT_EQ(flags("PTESTrr", {A, A}), CF);
  EXPECT_EQ(flags("PTESTrr", {A, B}), ZF);
  EXPECT_EQ(flags("PTESTrr", {A, None}), CF | ZF);
  // All bits of the second operand in the first, not the other way round.
  EXPECT_EQ(flags("PTESTrr", {Bytes(16, 0xff), A}), CF);
  EXPECT_EQ(flags("PTESTrr", {A, Bytes(16, 0xff)}), 0);
  // Signs alone; a double's is that of its upper half.
  Bytes Signs = reg<uint32_t>(128, {0x7fffffff, 0x80000000, 0x80000000, 0x80000000});
  Bytes Upper = reg<uint64_t>(128, {~0ull});
  EXPECT_EQ(flags("VTESTPSrr", {Signs, Upper}), 0);
  EXPECT_EQ(flags("VTESTPDrr", {Signs, Upper}), CF);
  EXPECT_EQ(flags("VTESTPSrr", {B, Signs}), ZF);
}

TEST(X86FlagTraps, MaskTestsReadTheirWidth) {
  EXPECT_EQ(flags("KORTESTBkk", {mask(0xff0f), mask(0x00f0)}), CF);
  EXPECT_EQ(flags("KORTESTBkk", {mask(0xff00), mask(0x100)}), ZF);
  EXPECT_EQ(flags("KORTESTWkk", {mask(0xff0f), mask(0)}), 0);
  EXPECT_EQ(flags("KORTESTQkk", {mask(~0ull), mask(0)}), CF);
  EXPECT_EQ(flags("KTESTBkk", {mask(0x0f), mask(0xff0)}), ZF);
  EXPECT_EQ(flags("KTESTWkk", {mask(0x0f), mask(0x03)}), CF);
  EXPECT_EQ(flags("KTESTDkk", {mask(0x03), mask(0x0f)}), 0);
}

TEST(X86FlagTraps, ComparesAreDifferences) {
  EXPECT_EQ(flags("CMP32rr", {gpr(5, 32), gpr(5, 32)}), ZF | PF);
  EXPECT_EQ(flags("CMP32rr", {gpr(0, 32), gpr(1, 32)}), CF | PF | AF | SF);
  EXPECT_EQ(flags("CMP32rr", {gpr(0x80000000, 32), gpr(1, 32)}), PF | AF | OF);
  EXPECT_EQ(flags("CMP8rr", {{0x7f}, {0xff}}), CF | SF | OF);
  // Parity is the low byte's.
  EXPECT_EQ(flags("TEST64rr", {gpr(0x8000000000000100), gpr(~0ull)}), PF | SF);
  EXPECT_EQ(flags("BT64rr", {gpr(4), gpr(66)}), CF);
  EXPECT_EQ(flags("BT32ri8", {gpr(4, 32)}, {1}), 0);
}

TEST(X86FlagTraps, FloatComparesAreUnsignedOnes) {
  auto Of = [](float A, float B) {
    return flags("UCOMISSrr",
                 {gpr(std::bit_cast<uint32_t>(A), 32), gpr(std::bit_cast<uint32_t>(B), 32)});
  };
  EXPECT_EQ(Of(2, 1), 0);
  EXPECT_EQ(Of(-2, 1), CF);
  EXPECT_EQ(Of(0.0f, -0.0f), ZF);
  EXPECT_EQ(Of(1, std::numeric_limits<float>::quiet_NaN()), CF | PF | ZF);
  // Of an XMM register only the low element.
  EXPECT_EQ(flags("VCOMISDZrr_Int", {reg<double>(128, {1, 5}), reg<double>(128, {3, 0})}), CF);
}

TEST(X86FlagTraps, UndefinedFlagsAreSaidToBe) {
  auto Defined = [](StringRef Name, ArrayRef<Bytes> In) {
    return cantFail(RowFunction::cached(row(Name)))->run(In, {}, ~uint64_t(0), 1).Defined[0][0];
  };
  EXPECT_EQ(Defined("CMP32rr", {gpr(0, 32), gpr(0, 32)}), CF | PF | AF | ZF | SF | OF);
  EXPECT_EQ(Defined("TEST32rr", {gpr(0, 32), gpr(0, 32)}), CF | PF | ZF | SF | OF);
  EXPECT_EQ(Defined("BT32rr", {gpr(0, 32), gpr(0, 32)}), CF);
}

// Their only result is no value of a program: no rule can have one.
TEST(X86FlagTraps, ProgramsHoldNoFlags) {
  Window W;
  W.Isa = &x86();
  const Row &R = row("PTESTrr");
  EXPECT_TRUE(R.GivesFlags);
  Node N;
  N.R = &R;
  N.Ty = R.Def;
  for (ValueType T : R.Ins) {
    N.Ops.push_back(W.Leaves.size());
    W.Leaves.emplace_back().Ty = T;
  }
  W.Source.Nodes.push_back(N);
  W.Source.Outputs.push_back(W.numLeaves());
  Error E = checkProgram(W, W.Source);
  EXPECT_EQ(toString(std::move(E)), "%2 = PTESTrr: gives flags, which programs do not hold");
  EXPECT_FALSE(ValueType::parse(R.Def.str()));
}

} // namespace
