//===- tests/isa-amdgpu/IntegerTest.cpp - Values out of the documents -----===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Cases that a row and its reference could get wrong in the same way.
//
//===----------------------------------------------------------------------===//

#include "isa/conformance/IsaEval.h"
#include "tests/isa-amdgpu/TestTools.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "gtest/gtest.h"

using namespace llvm;
using namespace whittle;

namespace {

const TargetIsa &isa() { return openIsa("amdgcn"); }

const Row &row(StringRef Name) {
  const Row *R = isa().find(Name);
  if (!R)
    report_fatal_error("no row " + Name);
  return *R;
}

/// What 64 lanes with the same operands give. An operand of more than 64 bits
/// repeats its value.
EvalReply run(StringRef Name, ArrayRef<uint64_t> In, ArrayRef<int64_t> Imm = {},
              uint64_t Exec = ~uint64_t(0)) {
  const Row &R = row(Name);
  EXPECT_EQ(In.size(), R.Ins.size()) << Name.str();
  std::vector<std::vector<uint8_t>> Bytes;
  for (auto [Value, Ty] : zip_equal(In, R.Ins)) {
    auto &Operand = Bytes.emplace_back(wholeRegisterBytes(Ty, 64));
    for (size_t I = 0; I != Operand.size(); ++I)
      Operand[I] = uint8_t(Value >> (8 * (I % Ty.bytes() % 8)));
  }
  auto F = RowFunction::cached(R);
  if (!F)
    report_fatal_error(F.takeError());
  return (*F)->run(Bytes, Imm.vec(), Exec, 64);
}

/// The result's 64-bit word \p Word in one lane.
uint64_t valueIn(const EvalReply &Reply, StringRef Name, unsigned Lane, unsigned Word = 0) {
  const unsigned Size = row(Name).Def.bytes();
  uint64_t Value = 0;
  for (unsigned I = 8 * Word; I < std::min(Size, 8 * Word + 8); ++I)
    Value |= uint64_t(Reply.Out[0][Lane * Size + I]) << (8 * (I % 8));
  return Value;
}

uint64_t eval(StringRef Name, ArrayRef<uint64_t> In, ArrayRef<int64_t> Imm = {},
              unsigned Lane = 0) {
  return valueIn(run(Name, In, Imm), Name, Lane);
}

TEST(AMDGPUInteger, CountsWrapAtTheWidth) {
  EXPECT_EQ(eval("V_LSHLREV_B32_e32", {33, 3}), 6u);
  EXPECT_EQ(eval("V_LSHLREV_B64_e64", {65, 3}), 6u);
  EXPECT_EQ(eval("V_LSHLREV_B64_pseudo_e32", {32, 3}), 0x300000000u);
  EXPECT_EQ(eval("V_LSHRREV_B64_e64", {64, 0x8000000000000001}), 0x8000000000000001u);
  EXPECT_EQ(eval("V_LSHRREV_B64_e64", {63, 0x8000000000000001}), 1u);
  EXPECT_EQ(eval("V_ASHRREV_I64_e64", {63, 0x8000000000000001}), ~0ull);
  EXPECT_EQ(eval("V_BFM_B32_e64", {32, 4}), 0u) << "a field of width 0";
  EXPECT_EQ(eval("V_BFE_I32_e64", {0xf0000000, 28, 8}), 0xffffffffu);
}

TEST(AMDGPUInteger, CountsPastFourShiftALongSumByNothing) {
  for (auto [Count, Want] : {std::pair(0, 11), {1, 12}, {4, 26}, {5, 11}, {7, 11}})
    EXPECT_EQ(eval("V_LSHL_ADD_U64_e64", {1, uint64_t(Count), 10}), uint64_t(Want)) << Count;
  EXPECT_EQ(eval("V_LSHL_ADD_U64_e64", {0xffffffffffffffff, 0, 2}), 1u);
}

TEST(AMDGPUInteger, AlignedWordsComeFromBothOperands) {
  for (const char *Form : {"_opsel_e64", "_t16_e64", "_fake16_e64"}) {
    const std::string Bit = std::string("V_ALIGNBIT_B32") + Form,
                      Byte = std::string("V_ALIGNBYTE_B32") + Form;
    EXPECT_EQ(eval(Bit, {0x11223344, 0x55667788, 0}), 0x55667788u);
    EXPECT_EQ(eval(Bit, {0x11223344, 0x55667788, 36}), 0x45566778u);
    EXPECT_EQ(eval(Byte, {0x11223344, 0x55667788, 7}), 0x22334455u);
  }
}

TEST(AMDGPUInteger, TruthTablesCountTheFirstOperandHighest) {
  const uint64_t A = 0x0f0f1234, B = 0x33335678, C = 0x55559abc;
  auto Look = [&](int Table) { return eval("V_BITOP3_B32_e64", {A, B, C}, {Table}); };
  EXPECT_EQ(Look(0xf0), A);
  EXPECT_EQ(Look(0xcc), B);
  EXPECT_EQ(Look(0xaa), C);
  // Out of the document's table of equivalences.
  EXPECT_EQ(Look(0xea), (A & B) | C);
  EXPECT_EQ(Look(0xfe), A | B | C);
  EXPECT_EQ(Look(0x96), A ^ B ^ C);
}

TEST(AMDGPUInteger, ClampSaturatesInTheDomainOfTheName) {
  EXPECT_EQ(eval("V_ADD_U32_e64:clamp", {0xfffffff0, 0x20}), 0xffffffffu);
  EXPECT_EQ(eval("V_SUB_U32_e64:clamp", {3, 5}), 0u);
  EXPECT_EQ(eval("V_SUBREV_U32_e64:clamp", {3, 5}), 2u);
  EXPECT_EQ(eval("V_SUBREV_U32_e64:clamp", {5, 3}), 0u);
  EXPECT_EQ(eval("V_ADD_I32_e64:clamp", {0x7ffffff0, 0x20}), 0x7fffffffu);
  EXPECT_EQ(eval("V_ADD_I32_e64:clamp", {0xfffffff0, 0x20}), 0x10u);
  EXPECT_EQ(eval("V_SUB_I32_e64:clamp", {0x80000000, 1}), 0x80000000u);
  EXPECT_EQ(eval("V_MUL_I32_I24_e64:clamp", {0x7fffff, 0x800000}), 0x80000000u);
  EXPECT_EQ(eval("V_MUL_I32_I24_e64:clamp", {0xff800000, 0x12800000}), 0x7fffffffu);
  EXPECT_EQ(eval("V_MUL_U32_U24_e64:clamp", {0x1010000, 0x10000}), 0xffffffffu);
  EXPECT_EQ(eval("V_MUL_U32_U24_e64", {0x1010000, 0x10000}), 0u);
  EXPECT_EQ(eval("V_MAD_I32_I24_e64:clamp", {0xffffff, 1, 0x80000000}), 0x80000000u);
  EXPECT_EQ(eval("V_MAD_U32_U24_e64:clamp", {0xffffff, 1, 0xff000000}), 0xffffffffu);
  EXPECT_EQ(eval("V_MAD_U32_U24_e64:clamp", {0xffffff, 1, 0xff000001}), 0xffffffffu);
  EXPECT_EQ(eval("V_SAD_U32_e64:clamp", {0, 0xffffffff, 1}), 0xffffffffu);
  EXPECT_EQ(eval("V_SAD_U32_e64", {0, 0xffffffff, 1}), 0u);
}

TEST(AMDGPUInteger, CarriesAndBorrows) {
  EXPECT_EQ(eval("V_ADD_CO_U32_e64:carry", {0xffffffff, 1}), 1u);
  EXPECT_EQ(eval("V_ADD_CO_U32_e32:carry", {0xffffffff, 0}), 0u);
  EXPECT_EQ(eval("V_SUB_CO_U32_e64:carry", {3, 5}), 1u);
  EXPECT_EQ(eval("V_SUBREV_CO_U32_e64:carry", {3, 5}), 0u);
  for (const char *Form : {"_e64", "_e32"}) {
    auto Name = [&](const char *Base, const char *Variant = "") {
      return std::string(Base) + Form + Variant;
    };
    EXPECT_EQ(eval(Name("V_ADDC_U32"), {0xffffffff, 0, 1}), 0u);
    EXPECT_EQ(eval(Name("V_ADDC_U32", ":carry"), {0xffffffff, 0, 1}), 1u);
    EXPECT_EQ(eval(Name("V_ADDC_U32", ":carry"), {0xffffffff, 0xffffffff, 0}), 1u);
    EXPECT_EQ(eval(Name("V_SUBB_U32"), {0xffffffff, 0xffffffff, 1}), 0xffffffffu);
    EXPECT_EQ(eval(Name("V_SUBB_U32", ":carry"), {0xffffffff, 0xffffffff, 1}), 1u);
    EXPECT_EQ(eval(Name("V_SUBB_U32", ":carry"), {0, 0xffffffff, 1}), 1u);
    EXPECT_EQ(eval(Name("V_SUBBREV_U32"), {3, 5, 1}), 1u);
    EXPECT_EQ(eval(Name("V_SUBBREV_U32", ":carry"), {3, 5, 1}), 0u);
  }
  EXPECT_EQ(eval("V_SUBB_U32_e64:clamp", {5, 5, 1}), 0u);
  EXPECT_EQ(eval("V_ADDC_U32_e64:clamp", {0xffffffff, 0xffffffff, 1}), 0xffffffffu);
}

TEST(AMDGPUInteger, CarriesOfLanesThatAreOffAreZero) {
  for (const char *Name : {"V_ADD_CO_U32_e64:carry", "V_ADD_CO_U32_e32:carry"}) {
    const EvalReply Reply = run(Name, {0xffffffff, 1}, {}, 0x5);
    for (unsigned Lane : {0u, 1u, 2u, 63u}) {
      EXPECT_EQ(valueIn(Reply, Name, Lane), Lane == 0 || Lane == 2);
      EXPECT_EQ(Reply.Defined[0][Lane] & 1, 1) << "a mask is written whole";
    }
  }
}

TEST(AMDGPUInteger, WideMultiplyAdds) {
  EXPECT_EQ(eval("V_MAD_U64_U32_e64", {0xffffffff, 0xffffffff, 1}), 0xfffffffe00000002u);
  EXPECT_EQ(eval("V_MAD_I64_I32_e64", {0xffffffff, 0xffffffff, 1}), 2u);
  EXPECT_EQ(eval("V_MAD_U64_U32_gfx11_e64:carry", {0xffffffff, 0xffffffff, ~0ull}), 1u);
  EXPECT_EQ(eval("V_MAD_U64_U32_e64:carry", {0xffffffff, 0xffffffff, 0x1fffffffe}), 0u);
  // Bit 64 of the exact sum is its sign, whatever happens to bit 63.
  EXPECT_EQ(eval("V_MAD_I64_I32_e64:carry", {0xffffffff, 1, 0}), 1u);
  EXPECT_EQ(eval("V_MAD_I64_I32_e64:carry", {0x80000000, 0x80000000, 0x7fffffffffffffff}), 0u);
  EXPECT_EQ(eval("V_MAD_I64_I32_e64:clamp", {0x80000000, 0x80000000, 0x7fffffffffffffff}),
            0x7fffffffffffffffu);
  EXPECT_EQ(eval("V_MAD_I64_I32_e64:clamp", {0x80000000, 0x7fffffff, 0x8000000000000000}),
            0x8000000000000000u);
}

TEST(AMDGPUInteger, SelectionsTakeTheSecondOperandWhereTheMaskIsSet) {
  for (const char *Name : {"V_CNDMASK_B32_e64", "V_CNDMASK_B32_e32"}) {
    EXPECT_EQ(eval(Name, {10, 20, 0}), 10u);
    EXPECT_EQ(eval(Name, {10, 20, 1}), 20u);
  }
  const uint64_t Nan = 0x7fc00001;
  EXPECT_EQ(eval("V_CNDMASK_B32_e64:mods", {Nan, 0x80000000, 0}, {1, 0}), Nan | 0x80000000);
  EXPECT_EQ(eval("V_CNDMASK_B32_e64:mods", {Nan, 0x80000001, 1}, {1, 2}), 1u);
  EXPECT_EQ(eval("V_CNDMASK_B32_e64:mods", {Nan, 0x80000001, 1}, {0, 1}), 1u);
  EXPECT_EQ(eval("V_CNDMASK_B32_e64:mods", {Nan, 0x80000001, 1}, {0, 3}), 0x80000001u);
}

TEST(AMDGPUInteger, PacksSaturate) {
  EXPECT_EQ(eval("V_CVT_PK_I16_I32_e64", {40000, uint32_t(-40000)}), 0x80007fffu);
  EXPECT_EQ(eval("V_CVT_PK_U16_U32_e64", {0xffffffff, 0x1234}), 0x1234ffffu);
  // 0x8000 >> 4 and -1000 >> 4.
  EXPECT_EQ(eval("V_ASHR_PK_I8_I32_e64", {0x8000, uint32_t(-1000), 36}), 0xc17fu);
  EXPECT_EQ(eval("V_ASHR_PK_U8_I32_e64", {0x8000, uint32_t(-1000), 4}), 0x00ffu);
  const EvalReply Reply = run("V_ASHR_PK_I8_I32_e64", {0, 0, 0});
  EXPECT_EQ(ArrayRef(Reply.Defined[0]).take_front(4), ArrayRef<uint8_t>({0xff, 0xff, 0, 0}));
}

TEST(AMDGPUInteger, CountsOfBits) {
  EXPECT_EQ(eval("V_FFBH_U32_e32", {0}), 0xffffffffu);
  EXPECT_EQ(eval("V_FFBH_I32_e32", {0xffffffff}), 0xffffffffu);
  EXPECT_EQ(eval("V_FFBH_I32_e32", {0xffffff00}), 24u);
  EXPECT_EQ(eval("V_FFBL_B32_e32", {0x80000000}), 31u);
  EXPECT_EQ(eval("V_PRNG_B32_e32", {0x80000001}), 199u);
  EXPECT_EQ(eval("V_PRNG_B32_e64", {0x40000000}), 0x80000000u);
  const std::pair<unsigned, std::pair<unsigned, unsigned>> Lanes[] = {
      {0, {0, 0}}, {5, {5, 0}}, {31, {31, 0}}, {32, {32, 0}}, {40, {32, 8}}, {63, {32, 31}}};
  for (auto [Lane, Want] : Lanes) {
    EXPECT_EQ(eval("V_MBCNT_LO_U32_B32_e64", {0xffffffff, 100}, {}, Lane), 100 + Want.first);
    EXPECT_EQ(eval("V_MBCNT_HI_U32_B32_e64", {0xffffffff, 100}, {}, Lane), 100 + Want.second);
  }
  EXPECT_EQ(eval("V_MBCNT_LO_U32_B32_e64", {0x30, 0}, {}, 5), 1u) << "the lane's own bit is not in";
}

TEST(AMDGPUInteger, BoundsInTheWrongOrder) {
  // The upper bound is below the lower one: not the median, which is 3.
  EXPECT_EQ(eval("V_MINMAX_I32_e64", {2, 3, 5}), 5u);
  EXPECT_EQ(eval("V_MAXMIN_I32_e64", {5, 3, 2}), 2u);
  EXPECT_EQ(eval("V_MED3_I32_e64", {5, 3, 2}), 3u);
  EXPECT_EQ(eval("V_MINMAX_U32_e64", {0xffffffff, 1, 0}), 1u);
  EXPECT_EQ(eval("V_MAXMIN_I32_e64", {0xffffffff, 0, 1}), 0u);
}

TEST(AMDGPUInteger, DifferencesAtFourPlaces) {
  const uint64_t Bytes = 0x0706050403020100;
  EXPECT_EQ(eval("V_QSAD_PK_U16_U8_e64", {Bytes, 0, 0}), 0x0012000e000a0006u);
  EXPECT_EQ(eval("V_QSAD_PK_U16_U8_e64", {Bytes, 0x03020100, 0xffff}), 0x000c00080004ffffu);
  EXPECT_EQ(eval("V_QSAD_PK_U16_U8_e64", {Bytes, 0, 0xffff}), 0x0012000e000a0005u);
  EXPECT_EQ(eval("V_QSAD_PK_U16_U8_e64:clamp", {Bytes, 0, 0xffff}), 0x0012000e000affffu);
  // Only where the second operand's byte is not 0: byte 3 against 1.
  EXPECT_EQ(eval("V_MQSAD_PK_U16_U8_e64", {Bytes, 0x01000000, 0}), 0x0005000400030002u);
  EXPECT_EQ(eval("V_MSAD_U8_e64", {0x01000000, 0xff, 0}), 0xffu);
  EXPECT_EQ(eval("V_MSAD_U8_e64", {0xff, 0x01000000, 0}), 1u);
  const char *Wide = "V_MQSAD_U32_U8_e64";
  const EvalReply Reply = run(Wide, {Bytes, 0x01000000, 0x00000000fffffffe});
  EXPECT_EQ(valueIn(Reply, Wide, 7, 0), 0x0000000300000000u);
  EXPECT_EQ(valueIn(Reply, Wide, 7, 1), 0x0000000500000002u);
}

TEST(AMDGPUInteger, Constants) {
  EXPECT_EQ(eval("AV_MOV_B64_IMM_PSEUDO", {}, {-2}), uint64_t(-2));
  EXPECT_EQ(eval("AV_MOV_B64_IMM_PSEUDO", {}, {0x123456789abcdef0}), 0x123456789abcdef0u);
}

//===----------------------------------------------------------------------===//
// Generations
//===----------------------------------------------------------------------===//

TEST(AMDGPUInteger, ExistWhereTheyExist) {
  const StringRef Cpus[] = {"gfx90a", "gfx942", "gfx950", "gfx1100", "gfx1200"};
  auto On = [&](StringRef Name) {
    const Row &R = row(Name);
    std::string Text;
    for (StringRef Cpu : Cpus) {
      auto Sub = isa().subtarget(Cpu);
      EXPECT_TRUE(bool(Sub));
      if (R.Features.empty() || (*Sub)->checkFeatures(R.Features))
        Text += (Text.empty() ? "" : " ") + Cpu.str();
    }
    return Text;
  };
  const char *All = "gfx90a gfx942 gfx950 gfx1100 gfx1200", *Gfx9 = "gfx90a gfx942 gfx950";
  for (const char *Name :
       {"V_ADD_U32_e32", "V_ADD_I32_e64", "V_ADD_CO_U32_e64", "V_ADD_CO_U32_e64:clamp",
        "V_ADDC_U32_e32", "V_ADD3_U32_e64", "V_OR3_B32_e64", "V_XAD_U32_e64", "V_XNOR_B32_e64",
        "V_PERM_B32_e64", "V_LERP_U8_e64", "V_SAD_U8_e64", "V_MSAD_U8_e64", "V_QSAD_PK_U16_U8_e64",
        "V_MQSAD_PK_U16_U8_e64", "V_MQSAD_U32_U8_e64", "V_MUL_I32_I24_e64:clamp",
        "V_LSHRREV_B64_e64"})
    EXPECT_EQ(On(Name), All) << Name;
  for (const char *Name : {"V_ADD_CO_U32_e32", "V_ALIGNBIT_B32_opsel_e64", "V_MUL_LO_I32_e64",
                           "V_ACCVGPR_READ_B32_e64", "AV_MOV_B32_IMM_PSEUDO"})
    EXPECT_EQ(On(Name), Gfx9) << Name;
  for (const char *Name : {"V_XOR3_B32_e64", "V_MINMAX_I32_e64"})
    EXPECT_EQ(On(Name), "gfx1100 gfx1200") << Name;
  EXPECT_EQ(On("V_ALIGNBIT_B32_t16_e64"), "gfx1100");
  EXPECT_EQ(On("V_ALIGNBIT_B32_fake16_e64"), "gfx1200");
  for (const char *Name : {"V_MOV_B64_e32", "V_LSHL_ADD_U64_e64"})
    EXPECT_EQ(On(Name), "gfx942 gfx950") << Name;
  for (const char *Name : {"V_BITOP3_B32_e64", "V_PRNG_B32_e32", "V_ASHR_PK_I8_I32_e64"})
    EXPECT_EQ(On(Name), "gfx950") << Name;
  EXPECT_EQ(On("V_LSHLREV_B64_e64"), "gfx90a gfx942 gfx950 gfx1100");
  EXPECT_EQ(On("V_LSHLREV_B64_pseudo_e32"), "gfx1200");
  EXPECT_EQ(On("V_MAD_U64_U32_e64"), "gfx90a gfx942 gfx950 gfx1200");
  EXPECT_EQ(On("V_MAD_I64_I32_gfx11_e64"), "gfx1100");
}

} // namespace
