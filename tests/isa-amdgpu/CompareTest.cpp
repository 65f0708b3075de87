//===- tests/isa-amdgpu/CompareTest.cpp - Traps of vector compares --------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/Meaning.h"
#include "isa/conformance/AMDGPUConform.h"
#include "tests/isa-amdgpu/RowRuns.h"

using namespace llvm;
using namespace whittle;

namespace {

const TargetIsa &isa() { return openIsa("amdgcn"); }

/// A format's values in ascending order, then NaNs.
struct Format {
  unsigned Bits;
  std::vector<uint64_t> Ascending; ///< -infinity .. -0, +0, .. +infinity
  std::vector<uint64_t> Nans;      ///< signalling and quiet of both signs
};

std::vector<Format> formats() {
  return {{16,
           {0xfc00, 0xfbff, 0xbc00, 0x8400, 0x83ff, 0x8001, 0x8000, 0x0000, 0x0001, 0x03ff, 0x0400,
            0x3c00, 0x7bff, 0x7c00},
           {0x7c01, 0x7e00, 0xfc01, 0xffff}},
          {32,
           {0xff800000, 0xff7fffff, 0xbf800000, 0x80800000, 0x807fffff, 0x80000001, 0x80000000,
            0x00000000, 0x00000001, 0x007fffff, 0x00800000, 0x3f800000, 0x7f7fffff, 0x7f800000},
           {0x7f800001, 0x7fc00000, 0xff800001, 0xffffffff}},
          {64,
           {0xfff0000000000000, 0xffefffffffffffff, 0xbff0000000000000, 0x8010000000000000,
            0x800fffffffffffff, 0x8000000000000001, 0x8000000000000000, 0x0000000000000000,
            0x0000000000000001, 0x000fffffffffffff, 0x0010000000000000, 0x3ff0000000000000,
            0x7fefffffffffffff, 0x7ff0000000000000},
           {0x7ff0000000000001, 0x7ff8000000000000, 0xfff0000000000001, 0xffffffffffffffff}}};
}

/// The class of each ascending value: bit numbers of a class mask.
constexpr unsigned ClassOf[] = {2, 3, 3, 3, 4, 4, 5, 6, 7, 7, 8, 8, 8, 9};
constexpr unsigned ClassOfNan[] = {0, 1, 0, 1};
constexpr size_t MinusZero = 6, PlusZero = 7;

/// The forms of one compare: those with registers of its own width or wider ones.
std::vector<std::string> namesOf(StringRef Operation, unsigned Bits) {
  std::vector<std::string> Names;
  for (StringRef Form : {"", "_t16", "_fake16"})
    for (StringRef Encoding : {"_e64", "_e32"})
      if (Bits == 16 || Form.empty())
        if (std::string Name = (Operation + Form + Encoding).str(); isa().find(Name))
          Names.push_back(Name);
  return Names;
}

TEST(AMDGPUCompare, EveryConditionOnEveryPairOfSpecialNumbers) {
  // What each condition says of less, equal, greater and unordered.
  struct {
    const char *Name;
    bool Less, Equal, Greater, Unordered;
  } const Conditions[] = {
      {"F", false, false, false, false}, {"LT", true, false, false, false},
      {"EQ", false, true, false, false}, {"LE", true, true, false, false},
      {"GT", false, false, true, false}, {"LG", true, false, true, false},
      {"GE", false, true, true, false},  {"O", true, true, true, false},
      {"U", false, false, false, true},  {"NGE", true, false, false, true},
      {"NLG", false, true, false, true}, {"NGT", true, true, false, true},
      {"NLE", false, false, true, true}, {"NEQ", true, false, true, true},
      {"NLT", false, true, true, true},  {"TRU", true, true, true, true},
  };
  unsigned Opcodes = 0;
  for (const Format &F : formats())
    for (const auto &C : Conditions)
      for (const std::string &Name :
           namesOf("V_CMP_" + (C.Name + ("_F" + Twine(F.Bits))).str(), F.Bits)) {
        ++Opcodes;
        std::vector<uint64_t> All = F.Ascending;
        All.insert(All.end(), F.Nans.begin(), F.Nans.end());
        const size_t Numbers = F.Ascending.size();
        // The low half is read, whatever is above.
        const bool Wide = isa().find(Name)->Ins[0].Bits == 32 && F.Bits == 16;
        const uint64_t Above = Wide ? 0x7e000000 : 0;
        for (size_t X = 0; X != All.size(); ++X) {
          std::vector<uint64_t> B = All;
          for (uint64_t &Y : B)
            Y |= Above;
          const LaneResults R = runRow(Name, {All[X] | Above / 2, LaneValues(B)});
          for (size_t Y = 0; Y != All.size(); ++Y) {
            auto Rank = [](size_t N) { return N == MinusZero ? PlusZero : N; };
            const bool Want = X >= Numbers || Y >= Numbers ? C.Unordered
                              : Rank(X) < Rank(Y)          ? C.Less
                              : Rank(X) > Rank(Y)          ? C.Greater
                                                           : C.Equal;
            ASSERT_EQ(R.Row[Y], uint64_t(Want)) << Name << " of numbers " << X << " and " << Y;
            ASSERT_EQ(R.Reference[Y], uint64_t(Want)) << "reference, " << Name;
          }
        }
      }
  EXPECT_EQ(Opcodes, 2u * (16 * (1 + 1 + 1 + 1) + 14)) << "none of constants on whole registers";
}

TEST(AMDGPUCompare, EveryClassOfSpecialNumbers) {
  for (const Format &F : formats())
    for (const std::string &Name : namesOf(("V_CMP_CLASS_F" + Twine(F.Bits)).str(), F.Bits)) {
      // Lane N asks for class N; lanes from 10 on for nothing, or for all others.
      std::vector<uint64_t> Masks;
      for (unsigned N = 0; N != 10; ++N)
        Masks.push_back(uint64_t(1) << N);
      Masks.push_back(0xfc00); // bits that ask for nothing
      auto Expect = [&](uint64_t X, unsigned Class) {
        const LaneResults R = runRow(Name, {X, LaneValues(Masks)});
        for (unsigned N = 0; N != Masks.size(); ++N) {
          EXPECT_EQ(R.Row[N], uint64_t(N == Class)) << Name << " of " << X << ", class " << N;
          EXPECT_EQ(R.Reference[N], uint64_t(N == Class)) << "reference, " << Name;
        }
      };
      for (size_t I = 0; I != F.Ascending.size(); ++I)
        Expect(F.Ascending[I], ClassOf[I]);
      for (size_t I = 0; I != F.Nans.size(); ++I)
        Expect(F.Nans[I], ClassOfNan[I]);
    }
}

TEST(AMDGPUCompare, ModifiersActOnTheSignOnly) {
  const uint64_t One = 0x3f800000, MinusOne = 0xbf800000, Nan = 0x7fc00000;
  expectResult("V_CMP_EQ_F32_e64:mods", {One, MinusOne}, 0, {0, 0});
  expectResult("V_CMP_EQ_F32_e64:mods", {One, MinusOne}, 1, {1, 0});
  expectResult("V_CMP_EQ_F32_e64:mods", {One, MinusOne}, 1, {0, 1});
  expectResult("V_CMP_EQ_F32_e64:mods", {One, MinusOne}, 1, {0, 2});
  // Negation comes after the absolute value.
  expectResult("V_CMP_EQ_F32_e64:mods", {MinusOne, MinusOne}, 1, {3, 0});
  expectResult("V_CMP_EQ_F32_e64:mods", {One, MinusOne}, 1, {3, 0});
  expectResult("V_CMP_U_F32_e64:mods", {Nan, One}, 1, {3, 0});
  expectResult("V_CMP_EQ_F32_e64:mods", {0, 0}, 1, {1, 0}); // -0 is 0
  expectResult("V_CMP_LT_F16_e64:mods", {0x3c00, 0x4000}, 1, {1, 0});
  expectResult("V_CMP_GT_F64_e64:mods", {0xbff0000000000000, 0}, 1, {2, 0});
  // A class sees the sign that the modifiers leave.
  expectResult("V_CMP_CLASS_F32_e64:mods", {0, 1 << 5}, 1, {1});
  expectResult("V_CMP_CLASS_F32_e64:mods", {0, 1 << 6}, 0, {1});
  expectResult("V_CMP_CLASS_F64_e64:mods", {0xfff0000000000000, 1 << 9}, 1, {2});
}

TEST(AMDGPUCompare, IntegersOfEveryWidth) {
  for (unsigned Bits : {16u, 32u, 64u}) {
    const uint64_t Ones = ~uint64_t(0) >> (64 - Bits), Top = Ones / 2 + 1;
    struct {
      const char *Name;
      uint64_t A, B;
      bool Want;
    } const Cases[] = {
        {"LT_I", Ones, 0, true},   {"LT_U", Ones, 0, false}, {"GT_I", Top, Ones, false},
        {"GT_U", Ones, Top, true}, {"GE_I", Top, Top, true}, {"LE_U", Top, Ones, true},
        {"LE_I", 1, Top, false},   {"NE_U", Top, 0, true},   {"EQ_I", Top, Top, true},
        {"F_I", 0, 0, false},      {"T_U", 0, 0, true},      {"GE_U", 0, 0, true}};
    for (const auto &C : Cases)
      for (const std::string &Name :
           namesOf(("V_CMP_" + Twine(C.Name) + Twine(Bits)).str(), Bits)) {
        expectResult(Name, {C.A, C.B}, C.Want);
        // In a register of 32 bits the high half does not count.
        if (Bits == 16 && isa().find(Name)->Ins[0].Bits == 32)
          expectResult(Name, {C.A | 0x70000000, C.B | 0x90000000}, C.Want);
      }
  }
  EXPECT_EQ(isa().find("V_CMP_T_I16_t16_e64"), nullptr) << "GFX11 has none";
}

TEST(AMDGPUCompare, InactiveLanesBecomeZero) {
  const uint64_t Exec = 0xf0f0f0f0f0f0f0f0;
  for (StringRef Name : {"V_CMP_EQ_U32_e64", "V_CMP_EQ_U32_e32", "V_CMP_T_U32_e64",
                         "V_CMP_NLT_F32_e64", "V_CMP_NGE_F16_t16_e32", "V_CMP_EQ_I64_e64"}) {
    const LaneResults R = runRow(Name, {uint64_t(0), uint64_t(0)}, {}, Exec);
    const bool Holds = Name != "V_CMP_NGE_F16_t16_e32";
    for (unsigned L = 0; L != WaveLanes; ++L) {
      EXPECT_EQ(R.Row[L], (Exec >> L & 1) && Holds) << Name.str() << " lane " << L;
      EXPECT_EQ(R.Reference[L], (Exec >> L & 1) && Holds) << Name.str() << " lane " << L;
    }
    const Row &Found = *isa().find(Name);
    EXPECT_EQ(Found.Off, OffLanes::Zero);
    EXPECT_TRUE(Found.Def.isLaneMask());
  }
}

TEST(AMDGPUCompare, EncodingsAreOneSymbol) {
  auto Class = [](StringRef Name) { return isa().classOf(*isa().find(Name)).Id; };
  EXPECT_EQ(Class("V_CMP_LT_F32_e64"), Class("V_CMP_LT_F32_e32"));
  EXPECT_EQ(Class("V_CMP_EQ_I16_e64"), Class("V_CMP_EQ_U16_fake16_e32"));
  EXPECT_NE(Class("V_CMP_EQ_I16_e64"), Class("V_CMP_EQ_I16_t16_e64"));
  EXPECT_NE(Class("V_CMP_LT_F32_e64"), Class("V_CMP_NGE_F32_e64"));
  EXPECT_TRUE(isa().find("V_CMP_LT_F32_e64")->inWindows());
  EXPECT_FALSE(isa().find("V_CMP_LT_F32_e32")->inWindows());
}

TEST(AMDGPUCompare, BrokenRowsAreCaught) {
  auto Mismatches = [](StringRef Name, SemFn Wrong, OffLanes Off) {
    Row Broken = *isa().find(Name);
    Broken.Meaning = std::move(Wrong);
    Broken.Off = Off;
    auto Entry = conformAMDGPURow(Broken);
    EXPECT_TRUE(bool(Entry));
    return Entry->Mismatches;
  };
  auto Less = [](Sem &S) { S.out(cmp(CmpInst::ICMP_SLT, S.in(0, 32), S.in(1, 32))); };
  auto LessUnsigned = [](Sem &S) { S.out(cmp(CmpInst::ICMP_ULT, S.in(0, 32), S.in(1, 32))); };
  EXPECT_EQ(Mismatches("V_CMP_LT_I32_e64", Less, OffLanes::Zero), 0u);
  EXPECT_GT(Mismatches("V_CMP_LT_I32_e64", LessUnsigned, OffLanes::Zero), 0u);
  EXPECT_GT(Mismatches("V_CMP_LT_I32_e64", Less, OffLanes::Computed), 0u);
  EXPECT_GT(Mismatches("V_CMP_LT_F32_e64", Less, OffLanes::Zero), 0u);
  EXPECT_GT(Mismatches("V_CMP_LT_I16_e64", Less, OffLanes::Zero), 0u);
}

} // namespace
