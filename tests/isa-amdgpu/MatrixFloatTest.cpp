//===- tests/isa-amdgpu/MatrixFloatTest.cpp - Float matrix products -------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// No reference has these rows, since the order of their sums is not documented. On
// small whole numbers nothing rounds: matrices of them are packed, multiplied by the
// row, and compared, which says that the layout and the formats are right.
//
//===----------------------------------------------------------------------===//

#include "isa/conformance/AMDGPUReference.h"
#include "isa/conformance/Confirmed.h"
#include "isa/conformance/IsaEval.h"
#include "tests/isa-amdgpu/TestTools.h"
#include "gtest/gtest.h"
#include <random>

using namespace llvm;
using namespace whittle;

namespace {

struct Format {
  unsigned Bits, Mantissa;
  int Bias;

  /// A whole number that it has exactly.
  uint64_t encode(int Number) const {
    if (Number == 0)
      return 0;
    const unsigned Magnitude = unsigned(std::abs(Number));
    int Exponent = 31;
    while (!(Magnitude >> Exponent))
      --Exponent;
    const uint64_t Fraction = uint64_t(Magnitude) << (Mantissa - unsigned(Exponent));
    return (uint64_t(Number < 0) << (Bits - 1)) | (uint64_t(Exponent + Bias) << Mantissa) |
           (Fraction & ((uint64_t(1) << Mantissa) - 1));
  }
};

constexpr Format Double = {64, 52, 1023}, Single = {32, 23, 127}, Half = {16, 10, 15},
                 Brain = {16, 7, 127}, Fp8 = {8, 3, 7}, Bf8 = {8, 2, 15}, Fp8Fnuz = {8, 3, 8},
                 Bf8Fnuz = {8, 2, 16};

/// The Index-th element that a lane holds.
struct Place {
  unsigned Lane, Index;
};

struct Product {
  unsigned Size, Depth, Blocks;
  Format A, B, D;
  /// Where an element of A (row Line) and of B (column Line) is, once or more often.
  std::function<std::vector<Place>(unsigned Block, unsigned Line, unsigned K)> Source;
  std::function<Place(unsigned Block, unsigned Row, unsigned Column)> Result;
};

using Bytes = std::vector<uint8_t>;

void expectProduct(const std::string &Name, const Product &P) {
  const Row *R = openIsa("amdgcn").find(Name);
  ASSERT_TRUE(R) << Name;
  EXPECT_FALSE(knowsAMDGPU(Name)) << Name;
  EXPECT_FALSE(unconfirmedReason(*R).empty()) << Name;
  std::vector<Bytes> In;
  for (ValueType Ty : R->Ins)
    In.emplace_back(size_t(R->WaveLanes) * Ty.Bits / 8);
  auto Store = [&](Bytes &To, const Format &F, Place At, int Number) {
    const uint64_t Bits = F.encode(Number);
    memcpy(&To[At.Lane * To.size() / R->WaveLanes + At.Index * F.Bits / 8], &Bits, F.Bits / 8);
  };
  std::minstd_rand Random(7);
  auto Small = [&] { return int(Random() >> 8) % 7 - 3; };
  // What is no element of C stays, and so it does in D.
  for (uint8_t &B : In[2])
    B = 0xa5;
  std::vector<std::pair<Place, int>> Sums;
  for (unsigned Block = 0; Block != P.Blocks; ++Block) {
    std::vector<std::vector<int>> Lines[2]; // A's rows, B's columns
    for (unsigned Operand : {0, 1})
      for (unsigned Line = 0; Line != P.Size; ++Line) {
        auto &Elements = Lines[Operand].emplace_back();
        for (unsigned K = 0; K != P.Depth; ++K) {
          Elements.push_back(Small());
          for (Place At : P.Source(Block, Line, K))
            Store(In[Operand], Operand ? P.B : P.A, At, Elements[K]);
        }
      }
    for (unsigned I = 0; I != P.Size; ++I)
      for (unsigned J = 0; J != P.Size; ++J) {
        int Sum = Small();
        const Place At = P.Result(Block, I, J);
        Store(In[2], P.D, At, Sum);
        for (unsigned K = 0; K != P.Depth; ++K)
          Sum += Lines[0][I][K] * Lines[1][J][K];
        Sums.push_back({At, Sum});
      }
  }
  Bytes Want = In[2];
  for (auto [At, Sum] : Sums)
    Store(Want, P.D, At, Sum);
  auto F = RowFunction::cached(*R);
  ASSERT_TRUE(bool(F)) << toString(F.takeError());
  EXPECT_EQ((*F)->run(In, {}, /*Exec=*/0, R->WaveLanes).Out[0], Want) << Name;
}

Product mfma(unsigned Size, unsigned Depth, unsigned Blocks, Format A, Format B) {
  Product P = {Size, Depth, Blocks, A, B, A.Bits == 64 ? Double : Single, {}, {}};
  // The lanes are first the lines of each block, then further parts of K.
  const unsigned Held = Size * Depth * Blocks / 64;
  P.Source = [=](unsigned Block, unsigned Line, unsigned K) {
    return std::vector<Place>{{Line + Size * Block + Size * Blocks * (K / Held), K % Held}};
  };
  P.Result = [=](unsigned Block, unsigned I, unsigned J) -> Place {
    if (A.Bits == 64)
      return Size == 4 ? Place{16 * I + 4 * Block + J, 0} : Place{16 * (I % 4) + J, I / 4};
    if (Size == 4)
      return {4 * Block + J, I};
    const unsigned Groups = 64 / Size;
    return {Size * (I / 4 % Groups) + J, Size * Size / 64 * Block + I / (4 * Groups) * 4 + I % 4};
  };
  return P;
}

void expectMfma(const std::string &Name, const Product &P, const std::string &Variant = "") {
  for (const char *Form : {"_e64", "_vgprcd_e64", "_mac_e64", "_mac_vgprcd_e64"})
    if (openIsa("amdgcn").find(Name + Form + Variant))
      expectProduct(Name + Form + Variant, P);
  EXPECT_TRUE(openIsa("amdgcn").find(Name + "_vgprcd_e64" + Variant)) << Name << Variant;
}

TEST(AMDGPUMatrixFloat, MfmaOfSinglesAndDoubles) {
  expectMfma("V_MFMA_F32_4X4X1F32", mfma(4, 1, 16, Single, Single));
  expectMfma("V_MFMA_F32_16X16X1F32", mfma(16, 1, 4, Single, Single));
  expectMfma("V_MFMA_F32_32X32X1F32", mfma(32, 1, 2, Single, Single));
  expectMfma("V_MFMA_F32_16X16X4F32", mfma(16, 4, 1, Single, Single));
  expectMfma("V_MFMA_F32_32X32X2F32", mfma(32, 2, 1, Single, Single));
  expectMfma("V_MFMA_F32_16X16X8XF32", mfma(16, 8, 1, Single, Single));
  expectMfma("V_MFMA_F32_32X32X4XF32", mfma(32, 4, 1, Single, Single));
  expectMfma("V_MFMA_F64_4X4X4F64", mfma(4, 4, 4, Double, Double));
  expectMfma("V_MFMA_F64_16X16X4F64", mfma(16, 4, 1, Double, Double));
}

TEST(AMDGPUMatrixFloat, MfmaOf16Bits) {
  for (auto [Suffix, F] : {std::pair("F16", Half), std::pair("BF16_1K", Brain)}) {
    auto Expect = [&, Suffix = std::string(Suffix), F = F](const char *Shape, unsigned Size,
                                                           unsigned Depth, unsigned Blocks) {
      expectMfma("V_MFMA_F32_" + (Shape + Suffix), mfma(Size, Depth, Blocks, F, F));
    };
    Expect("4X4X4", 4, 4, 16);
    Expect("16X16X4", 16, 4, 4);
    Expect("32X32X4", 32, 4, 2);
    Expect("16X16X16", 16, 16, 1);
    Expect("32X32X8", 32, 8, 1);
  }
  expectMfma("V_MFMA_F32_4X4X2BF16", mfma(4, 2, 16, Brain, Brain));
  expectMfma("V_MFMA_F32_16X16X2BF16", mfma(16, 2, 4, Brain, Brain));
  expectMfma("V_MFMA_F32_32X32X2BF16", mfma(32, 2, 2, Brain, Brain));
  expectMfma("V_MFMA_F32_16X16X8BF16", mfma(16, 8, 1, Brain, Brain));
  expectMfma("V_MFMA_F32_32X32X4BF16", mfma(32, 4, 1, Brain, Brain));
  expectMfma("V_MFMA_F32_16X16X32_F16", mfma(16, 32, 1, Half, Half));
  expectMfma("V_MFMA_F32_32X32X16_F16", mfma(32, 16, 1, Half, Half));
  expectMfma("V_MFMA_F32_16X16X32_BF16", mfma(16, 32, 1, Brain, Brain));
  expectMfma("V_MFMA_F32_32X32X16_BF16", mfma(32, 16, 1, Brain, Brain));
}

TEST(AMDGPUMatrixFloat, MfmaOf8Bits) {
  for (bool Fnuz : {false, true}) {
    const std::pair<std::string, Format> Types[] = {{"FP8", Fnuz ? Fp8Fnuz : Fp8},
                                                    {"BF8", Fnuz ? Bf8Fnuz : Bf8}};
    for (const auto &[NameA, A] : Types)
      for (const auto &[NameB, B] : Types) {
        const std::string Variant = Fnuz ? ":fnuz" : "", To = NameA + "_" + NameB;
        expectMfma("V_MFMA_F32_16X16X32_" + To, mfma(16, 32, 1, A, B), Variant);
        expectMfma("V_MFMA_F32_32X32X16_" + To, mfma(32, 16, 1, A, B), Variant);
      }
  }
}

Product wmma(unsigned Lanes, bool Gfx12, Format A, Format B, Format D) {
  Product P = {16, 16, 1, A, B, D, {}, {}};
  const unsigned Groups = Lanes / 16;
  P.Source = [=](unsigned, unsigned Line, unsigned K) {
    std::vector<Place> Places;
    const unsigned Held = 16 / Groups;
    if (Gfx12)
      Places.push_back({16 * (K / Held) + Line, K % Held});
    else
      for (unsigned Group = 0; Group != Groups; ++Group)
        Places.push_back({16 * Group + Line, K});
    return Places;
  };
  P.Result = [=](unsigned, unsigned I, unsigned J) -> Place {
    if (Gfx12)
      return {16 * (I / (16 / Groups)) + J, I % (16 / Groups)};
    // A half has a register to itself.
    return {16 * (I % Groups) + J, I / Groups * (32 / D.Bits)};
  };
  return P;
}

TEST(AMDGPUMatrixFloat, Wmma) {
  for (unsigned Lanes : {32u, 64u}) {
    const std::string Wave = "_w" + std::to_string(Lanes);
    for (auto [Type, F] :
         {std::pair(std::string("F16"), Half), std::pair(std::string("BF16"), Brain)}) {
      const std::string To = "_16X16X16_" + Type;
      for (std::string Form : {"_twoaddr", "_threeaddr"}) {
        expectProduct("V_WMMA_F32" + To + Form + Wave, wmma(Lanes, false, F, F, Single));
        expectProduct("V_WMMA_F32" + To + Wave + Form, wmma(Lanes, true, F, F, Single));
        expectProduct("V_WMMA_" + Type + To + Wave + Form, wmma(Lanes, true, F, F, F));
      }
      expectProduct("V_WMMA_" + Type + To + "_TIED_twoaddr" + Wave, wmma(Lanes, false, F, F, F));
    }
    const std::pair<std::string, Format> Types[] = {{"FP8", Fp8}, {"BF8", Bf8}};
    for (const auto &[NameA, A] : Types)
      for (const auto &[NameB, B] : Types)
        for (std::string Form : {"_twoaddr", "_threeaddr"})
          expectProduct("V_WMMA_F32_16X16X16_" + NameA + "_" + NameB + Wave + Form,
                        wmma(Lanes, true, A, B, Single));
  }
}

} // namespace
