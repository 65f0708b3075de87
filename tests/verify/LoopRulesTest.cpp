//===- tests/verify/LoopRulesTest.cpp - Which steps commute with additions -===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RuleTools.h"
#include "isa/LoopRule.h"

using namespace llvm;
using namespace whittle;
using namespace whittle::test;

namespace {

const TargetIsa &isa(StringRef Arch) { return *cantFail(TargetIsa::get(Arch)); }

/// The verdict on the lemma; \p Start is in every byte.
std::string lemma(StringRef Arch, StringRef Step, unsigned Operand, StringRef Add,
                  std::optional<APInt> Start = std::nullopt, const VerifyOptions &O = {}) {
  LoopLemma L;
  L.Step = isa(Arch).find(Step);
  L.Add = isa(Arch).find(Add);
  if (!L.Step || !L.Add)
    return "no row";
  L.AccOperand = Operand;
  L.Imms.resize(L.Step->NumImms);
  L.Start = Start ? *Start : APInt(L.Add->Def.Bits, 0);
  if (!mayBeLoopAdd(*L.Add) || !mayBeLoopStep(*L.Step, Operand, *L.Add))
    return "no lemma";
  return verdict(loopRule(isa(Arch), L), O);
}
std::string x86Lemma(StringRef Step, unsigned Operand, StringRef Add,
                     std::optional<APInt> Start = std::nullopt) {
  return lemma("x86_64", Step, Operand, Add, std::move(Start));
}
std::string amdLemma(StringRef Step, unsigned Operand, StringRef Add = "V_ADD_U32_e64") {
  return lemma("amdgcn", Step, Operand, Add);
}

TEST(LoopRules, X86DotProducts) {
  unsigned Proved = 0, Refuted = 0;
  for (const char *Kind : {"BUSD", "BSSD", "BSUD", "BUUD", "WSSD", "WSUD", "WUSD", "WUUD"})
    for (auto [Width, Add] : {std::pair("", "VPADDDrr"),
                              {"Y", "VPADDDYrr"},
                              {"Z", "VPADDDZrr"},
                              {"Z128", "VPADDDZ128rr"},
                              {"Z256", "VPADDDZ256rr"}}) {
      const std::string Name = std::string("VPDP") + Kind;
      for (bool Saturates : {false, true}) {
        const std::string Step = Name + (Saturates ? "S" : "") + Width + "rr";
        if (!isa("x86_64").find(Step))
          continue;
        std::string V = x86Lemma(Step, 0, Add);
        EXPECT_EQ(V, Saturates ? "refuted" : "proved") << Step;
        ++(Saturates ? Refuted : Proved);
      }
    }
  EXPECT_GE(Proved, 25u);
  EXPECT_EQ(Proved, Refuted);
  EXPECT_EQ(x86Lemma("VPDPBUSDZrrk", 0, "VPADDDZrr"), "proved");
  EXPECT_EQ(lemma("x86_64", "VPDPBUSDZrr", 0, "VPADDDZrr", std::nullopt, solverOnly()), "proved");
  // The operands of the products do not accumulate.
  EXPECT_EQ(x86Lemma("VPDPBUSDZrr", 1, "VPADDDZrr"), "refuted");
  EXPECT_EQ(x86Lemma("VPDPWSSDZrr", 2, "VPADDDZrr"), "refuted");
  // Carries of the wider addition cross what the step adds to.
  EXPECT_EQ(x86Lemma("VPDPBUSDZrr", 0, "VPADDQZrr"), "refuted");
  EXPECT_EQ(x86Lemma("VPDPBUSDZrr", 0, "VPXORDZrr"), "refuted");
}

TEST(LoopRules, X86PlainSteps) {
  EXPECT_EQ(x86Lemma("VPADDBYrr", 0, "VPADDBYrr"), "proved");
  EXPECT_EQ(x86Lemma("VPADDQZrr", 1, "VPADDQZrr"), "proved");
  EXPECT_EQ(x86Lemma("VPSUBWYrr", 0, "VPADDWYrr"), "proved");
  EXPECT_EQ(x86Lemma("VPSUBWYrr", 1, "VPADDWYrr"), "refuted");
  EXPECT_EQ(x86Lemma("ADD64rr", 0, "ADD64rr"), "proved");
  EXPECT_EQ(x86Lemma("VPXORDZrr", 0, "VPXORDZrr"), "proved");
  EXPECT_EQ(x86Lemma("VPMULLDZrr", 0, "VPADDDZrr"), "refuted");
  // Sums that saturate upwards do so in any order; those that may go both ways do not.
  EXPECT_EQ(x86Lemma("VPADDUSBZrr", 0, "VPADDUSBZrr"), "proved");
  EXPECT_EQ(x86Lemma("VPADDSBZrr", 0, "VPADDSBZrr"), "refuted");
  EXPECT_EQ(x86Lemma("VPADDUSBZrr", 0, "VPADDBZrr"), "refuted");
}

TEST(LoopRules, TheStartIsPartOfThem) {
  const APInt Zero(512, 0), Ones = APInt::getAllOnes(512),
                            Lowest = APInt::getSplat(512, APInt::getSignedMinValue(32));
  EXPECT_EQ(x86Lemma("VPDPBUSDZrr", 0, "VPADDDZrr", APInt::getSplat(512, APInt(32, 1))), "refuted");
  EXPECT_EQ(x86Lemma("VPMAXSDZrr", 0, "VPMAXSDZrr", Lowest), "proved");
  EXPECT_EQ(x86Lemma("VPMAXSDZrr", 0, "VPMAXSDZrr", Zero), "refuted");
  EXPECT_EQ(x86Lemma("VPMINUBZrr", 0, "VPMINUBZrr", Ones), "proved");
  EXPECT_EQ(x86Lemma("VPANDDZrr", 0, "VPANDDZrr", Ones), "proved");
  EXPECT_EQ(x86Lemma("VPANDDZrr", 0, "VPANDDZrr", Zero), "refuted");
}

TEST(LoopRules, FloatsNever) {
  EXPECT_EQ(x86Lemma("VADDPSZrr", 0, "VADDPSZrr"), "no lemma");
  EXPECT_EQ(amdLemma("V_ADD_F32_e64", 0, "V_ADD_F32_e64"), "no lemma");
  EXPECT_EQ(amdLemma("V_MFMA_F32_16X16X16F16_e64", 2, "V_ADD_F32_e64"), "no lemma");
  EXPECT_NE(x86Lemma("VADDPSZrr", 0, "VPADDDZrr"), "proved");
}

TEST(LoopRules, AMDGPUSteps) {
  for (const char *Step :
       {"V_DOT4_I32_I8", "V_DOT4_U32_U8", "V_DOT2_I32_I16", "V_DOT2_U32_U16", "V_DOT8_I32_I4",
        "V_DOT8_U32_U4", "V_DOT4_I32_IU8", "V_DOT8_I32_IU4", "V_SAD_U8_e64", "V_SAD_HI_U8_e64",
        "V_SAD_U16_e64", "V_SAD_U32_e64", "V_MSAD_U8_e64", "V_MAD_U32_U24_e64", "V_MAD_I32_I24_e64",
        "V_MAD_U32_U16_e64", "V_ADD3_U32_e64"})
    EXPECT_EQ(amdLemma(Step, 2), "proved") << Step;
  for (const char *Step : {"V_DOT4C_I32_I8_e32", "V_DOT2C_I32_I16_e32", "V_DOT8C_I32_I4_e32"})
    EXPECT_EQ(amdLemma(Step, 2), "proved") << Step;
  EXPECT_EQ(amdLemma("V_BCNT_U32_B32_e64", 1), "proved");
  EXPECT_EQ(amdLemma("V_ADD_U32_e64", 0), "proved");
  EXPECT_EQ(amdLemma("V_SUB_U32_e64", 0), "proved");
  EXPECT_EQ(amdLemma("S_ADD_I32", 0, "S_ADD_I32"), "proved");
  EXPECT_EQ(amdLemma("V_SUB_U32_e64", 1), "refuted");
  EXPECT_EQ(amdLemma("V_MAD_U32_U24_e64", 0), "refuted");
  // Clamped ones keep their places.
  for (const char *Step : {"V_DOT4_I32_I8:clamp", "V_DOT4_U32_U8:clamp", "V_SAD_U8_e64:clamp",
                           "V_MAD_U32_U24_e64:clamp", "V_DOT4_I32_IU8:ss_clamp"})
    EXPECT_EQ(amdLemma(Step, 2), "refuted") << Step;
  EXPECT_EQ(amdLemma("V_ADD_U32_e64:clamp", 0), "refuted");
}

TEST(LoopRules, MatrixSteps) {
  for (const char *Step :
       {"V_MFMA_I32_16X16X32I8_e64", "V_MFMA_I32_32X32X16I8_e64", "V_MFMA_I32_16X16X64_I8_e64",
        "V_MFMA_I32_4X4X4I8_e64", "V_WMMA_I32_16X16X16_IU8_twoaddr_w32",
        "V_WMMA_I32_16X16X16_IU8_w64_twoaddr:ss"})
    EXPECT_EQ(amdLemma(Step, 2), "proved") << Step;
  EXPECT_EQ(amdLemma("V_WMMA_I32_16X16X16_IU8_twoaddr_w32:clamp", 2), "refuted");
  EXPECT_EQ(amdLemma("V_SMFMAC_I32_16X16X64_I8_e64", 3), "proved");
  EXPECT_EQ(amdLemma("V_SWMMAC_I32_16X16X32_IU8_w32_twoaddr:ss", 2), "proved");
}

} // namespace
