//===- tests/verify/FuzzTest.cpp - Verdicts against a second opinion
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Random rules are verified, and what the prover says is held against compiled
// code on concrete inputs: a proved rule on which an input differs is a failure,
// and so is a counterexample on which nothing differs. Both verdicts must come
// often, or the test would say nothing.
//
// WHITTLE_FUZZ_CASES (rules per target) and WHITTLE_FUZZ_SEED make longer runs.
//
//===----------------------------------------------------------------------===//

#include "ConcreteRun.h"
#include "RandomRules.h"
#include <cstdlib>

using namespace llvm;
using namespace whittle;
using namespace whittle::test;

namespace {

/// True ones, most of them for some $i and $j only. $S: how a width is named.
const char *const X86Identities[] = {
    "%0:$V\n%1:$V\n%2:$V = VPADD$E$Srr %0, %1\n%3:$V = VPSUB$E$Srr %2, %1\nyield %3\n=>\nyield "
    "%0\n",
    "%0:$V\n%1:$V\n%2:$V\n%3:$V = VPADD$E$Srr %0, %1\n%4:$V = VPADD$E$Srr %3, %2\nyield %4\n=>\n"
    "%3:$V = VPADD$E$Srr %1, %2\n%4:$V = VPADD$E$Srr %0, %3\nyield %4\n",
    "%0:$V\n%1:$V\n%2:$V = VPMINUB$Srr %0, %1\n%3:$V = VPMAXUB$Srr %0, %1\n%4:$V = VPADDB$Srr %2, "
    "%3\nyield %4\n=>\n"
    "%2:$V = VPADDB$Srr %0, %1\nyield %2\n",
    "%0:$V\n%1:$V\n%2:$V = VPMAXU$F$Srr %0, %1\n%3:$V = VPMINU$F$Srr %0, %1\n%4:$V = VPSUB$F$Srr "
    "%2, %3\nyield %4\n=>\n"
    "%2:$V = VPSUBUS$F$Srr %0, %1\n%3:$V = VPSUBUS$F$Srr %1, %0\n%4:$V = VPOR$D$Srr %2, %3\nyield "
    "%4\n",
    "%0:$V\n%1:$V\n%2:$V = VPMAXU$F$Srr %0, %1\n%3:$V = VPSUB$F$Srr %2, %1\nyield %3\n=>\n"
    "%2:$V = VPSUBUS$F$Srr %0, %1\nyield %2\n",
    "%0:$V\n%1:$V = VPSRL$G$Sri %0, $i\n%2:$V = VPSRL$G$Sri %1, $j\nyield %2\n=>\n"
    "%1:$V = VPSRL$G$Sri %0, $sum\nyield %1\n",
    "%0:$V\n%1:$V = VPSRA$G$Sri %0, $i\n%2:$V = VPSRA$G$Sri %1, $j\nyield %2\n=>\n"
    "%1:$V = VPSRA$G$Sri %0, $sum\nyield %1\n",
    "%0:$V\n%1:$V\n%2:$V = VPSLLD$Sri %0, $i\n%3:$V = VPSLLD$Sri %1, $i\n%4:$V = VPXOR$D$Srr %2, "
    "%3\nyield %4\n=>\n"
    "%2:$V = VPXOR$D$Srr %0, %1\n%3:$V = VPSLLD$Sri %2, $i\nyield %3\n",
    "%0:$V\n%1:$V = const splat(i16 $m)\n%2:$V = VPMULLW$Srr %0, %1\nyield %2\n=>\n"
    "%2:$V = VPSLLW$Sri %0, $i\nyield %2\n",
    "%0:v512\n%1:v512 = VPSLLDZri %0, $i\n%2:v512 = VPSRLDZri %0, $-i\n%3:v512 = VPORDZrr %1, "
    "%2\nyield %3\n=>\n"
    "%1:v512 = VPROLDZri %0, $i\nyield %1\n",
    "%0:$V zeros=splat(i8 $f)\n%1:$V = const splat(i8 0x0f)\n%2:$V = VPAND$D$Srr %0, %1\nyield "
    "%2\n=>\nyield %0\n",
    "%0:v512 zeros=splat(i8 $f)\n%1:v512\n%2:v512\n%3:v512 = const splat(i16 1)\n%4:v512 = "
    "VPMADDUBSWZrr %0, %1\n"
    "%5:v512 = VPMADDWDZrr %4, %3\n%6:v512 = VPADDDZrr %2, %5\nyield %6\n=>\n%4:v512 = VPDPBUSDZrr "
    "%2, %0, %1\nyield %4\n",
    "%0:$V zeros=splat(i32 0xffff8000)\n%1:$V zeros=splat(i32 0xffff8000)\n%2:$V = VPMULLD$Srr %0, "
    "%1\nyield %2\n=>\n"
    "%2:$V = VPMADDWD$Srr %0, %1\nyield %2\n",
    "%0:v512\n%1:v512\n%2:v512\n%3:v512 = VPMADDWDZrr %0, %1\n%4:v512 = VPADDDZrr %3, %2\nyield "
    "%4\n=>\n"
    "%3:v512 = VPDPWSSDZrr %2, %0, %1\nyield %3\n",
    "%0:$V\n%1:$V\n%2:$V = VPOR$D$Srr %0, %1\n%3:$V = VPXOR$D$Srr %0, %1\n%4:$V = VPSRLW$Sri %3, "
    "1\n"
    "%5:$V = VPSUBW$Srr %2, %4\nyield %5\n=>\n%2:$V = VPAVGW$Srr %0, %1\nyield %2\n",
    "%0:$V\n%1:$V\n%2:$V = const splat(i8 255)\n%3:$V = VPXOR$D$Srr %1, %2\n%4:$V = VPMINUB$Srr "
    "%0, %3\n"
    "%5:$V = VPADDB$Srr %4, %1\nyield %5\n=>\n%3:$V = VPADDUSB$Srr %0, %1\nyield %3\n",
    "%0:v512\n%1:v512\n%2:v512\n%3:v512 = VPANDDZrr %0, %1\n%4:v512 = VPANDNDZrr %0, %2\n%5:v512 = "
    "VPORDZrr %3, %4\n"
    "yield %5\n=>\n%3:v512 = VPTERNLOGDZrri %0, %1, %2, 202\nyield %3\n",
    "%0:k64\n%1:v512\n%2:v512\n%3:v512 = VPADDDZrrkz %0, %1, %2\nyield %3\n=>\n%3:v512 = VPADDDZrr "
    "%1, %2\n"
    "%4:v512 = AVX512_512_SEXT_MASK_32 %0\n%5:v512 = VPANDQZrr %3, %4\nyield %5\n",
    "%0:k64\n%1:k64\n%2:k64 = KANDWkk %0, %1\n%3:k64 = KNOTWkk %2\nyield %3\n=>\n%2:k64 = KNOTWkk "
    "%0\n"
    "%3:k64 = KNOTQkk %1\n%4:k64 = KMOVWkk %3\n%5:k64 = KORQkk %2, %4\nyield %5\n",
    "%0:v512\n%1:v512\n%2:k64 = VPCMPUDZrri %0, %1, 6\nyield %2\n=>\n%2:k64 = VPCMPUDZrri %1, %0, "
    "1\nyield %2\n",
    "%0:v512\n%1:v512\n%2:k64 = VPCMPEQBZrr %0, %1\n%3:k64 = KNOTQkk %2\nyield %3\n=>\n"
    "%2:k64 = VPCMPBZrri %0, %1, 4\nyield %2\n",
    "%0:$V\n%1:$V = const splat(i8 0)\n%2:$V = VPSUBD$Srr %1, %0\n%3:$V = VPMAXSD$Srr %0, "
    "%2\nyield %3\n=>\n"
    "%2:$V = VPABSD$Srr %0\nyield %2\n",
    "%0:v128\n%1:v128 = const splat(i8 0)\n%2:v128 = VPUNPCKLBWrr %0, %1\nyield %2\n=>\n%2:v128 = "
    "VPMOVZXBWrr %0\nyield %2\n",
    "%0:v128 = undef\n%1:v128\n%2:v128 = VPUNPCKLWDrr %0, %1\n%3:v128 = VPSRADri %2, 16\nyield "
    "%3\n=>\n"
    "%2:v128 = VPMOVSXWDrr %1\nyield %2\n",
    "%0:v256\n%1:v256 = const splat(i8 0)\n%2:v256 = VPCMPGTDYrr %1, %0\nyield %2\n=>\n%2:v256 = "
    "VPSRADYri %0, 31\nyield %2\n",
    "%0:r32\n%1:r32 = const splat(i32 0xffffffff)\n%2:r32 = ADD32rr %0, %1\n%3:r32 = AND32rr %0, "
    "%2\nyield %3\n=>\n"
    "%2:r32 = BLSR32rr %0\nyield %2\n",
    "%0:r64\n%1:r64\n%2:r64 = NOT64r %0\n%3:r64 = AND64rr %2, %1\nyield %3\n=>\n%2:r64 = ANDN64rr "
    "%0, %1\nyield %2\n",
    "%0:r32\n%1:r32 = SHL32ri %0, $i\n%2:r32 = SHR32ri %1, $i\n%3:r32 = SHL32ri %2, $i\nyield "
    "%3\n=>\n"
    "%1:r32 = SHL32ri %0, $i\nyield %1\n",
    "%0:v512\n%1:v512\n%2:v512 = VPSHUFDZri %0, 78\n%3:v512 = VPSHUFDZri %2, 78\n%4:v512 = "
    "VPADDQZrr %3, %1\nyield %4\n=>\n"
    "%2:v512 = VPADDQZrr %0, %1\nyield %2\n",
    "%0:$V\n%1:$V\n%2:$V = VPUNPCKLBW$Srr %0, %1\n%3:$V = VPUNPCKHBW$Srr %0, %1\n%4:$V = "
    "VPSRLW$Sri %2, 8\n"
    "%5:$V = VPSRLW$Sri %3, 8\n%6:$V = VPACKUSWB$Srr %4, %5\nyield %6\n=>\nyield %1\n",
};

const char *const AMDGPUIdentities[] = {
    "%0:l64\n%1:l32 = EXTRACT %0, 32\n%2:l32 = V_MOV_B32_e32 %1\nyield %2\n=>\n%1:l32 = EXTRACT "
    "%0, 32\nyield %1\n",
    "%0:l64\n%1:l64 zeros=splat(i8 $f)\n%2:l128 = const splat(i8 $j)\n%3:l128 = "
    "V_MFMA_I32_16X16X32I8_e64 %0, %1, %2\n"
    "%4:l32 = EXTRACT %3, 0\n%5:l32 = V_MOV_B32_e32 %4\nyield %5\n=>\n"
    "%3:l128 = V_MFMA_I32_16X16X32I8_vgprcd_e64 %0, %1, %2\n%4:l32 = EXTRACT %3, 0\nyield %4\n",
    "%0:l32\n%1:l32\n%2:l32\n%3:l32 = V_ADD_U32_e64 %0, %1\n%4:l32 = V_ADD_U32_e32 %3, %2\nyield "
    "%4\n=>\n"
    "%3:l32 = V_ADD3_U32_e64 %2, %0, %1\nyield %3\n",
    "%0:l32\n%1:s32\n%2:l32\n%3:l32 = V_LSHLREV_B32_e64 %1, %0\n%4:l32 = V_ADD_U32_e64 %3, "
    "%2\nyield %4\n=>\n"
    "%3:l32 = V_LSHL_ADD_U32_e64 %0, %1, %2\nyield %3\n",
    "%0:l32\n%1:l32\n%2:l32\n%3:l32 = V_NOT_B32_e32 %0\n%4:l32 = V_AND_B32_e64 %0, %1\n%5:l32 = "
    "V_AND_B32_e64 %3, %2\n"
    "%6:l32 = V_OR_B32_e64 %4, %5\nyield %6\n=>\n%3:l32 = V_BFI_B32_e64 %0, %1, %2\nyield %3\n",
    "%0:l32\n%1:l32\n%2:l32 = V_XOR_B32_e64 %0, %1\n%3:l32 = V_NOT_B32_e64 %2\nyield %3\n=>\n"
    "%2:l32 = V_XNOR_B32_e64 %0, %1\nyield %2\n",
    "%0:l32\n%1:l32 = const splat(i32 $i)\n%2:l32 = const splat(i32 $j)\n%3:l32 = const splat(i32 "
    "$sum)\n"
    "%4:l32 = V_LSHRREV_B32_e64 %1, %0\n%5:l32 = V_LSHRREV_B32_e64 %2, %4\nyield %5\n=>\n"
    "%4:l32 = V_LSHRREV_B32_e64 %3, %0\nyield %4\n",
    "%0:l32 zeros=splat(i32 0xff000000)\n%1:l32 zeros=splat(i32 0xff000000)\n%2:l32 = "
    "V_MUL_LO_U32_e64 %0, %1\nyield %2\n=>\n"
    "%2:l32 = V_MUL_U32_U24_e64 %0, %1\nyield %2\n",
    "%0:l32\n%1:l32\n%2:l32\n%3:l32 = const splat(i32 0)\n%4:l32 = V_DOT4_I32_I8 %0, %1, %3\n"
    "%5:l32 = V_ADD_U32_e64 %4, %2\nyield %5\n=>\n%4:l32 = V_DOT4_I32_I8 %0, %1, %2\nyield %4\n",
    "%0:l32\n%1:l32\n%2:l32 = V_MIN_I32_e64 %0, %1\n%3:l32 = V_MAX_I32_e64 %0, %1\n%4:l32 = "
    "V_ADD_U32_e64 %2, %3\nyield %4\n"
    "=>\n%2:l32 = V_ADD_U32_e64 %1, %0\nyield %2\n",
    "%0:l64\n%1:l32 = EXTRACT %0, 0\n%2:l32 = EXTRACT %0, 32\n%3:l32 = V_MOV_B32_e32 %1\n%4:l32 = "
    "V_MOV_B32_e32 %2\n"
    "%5:l64 = CONCAT %3, %4\nyield %5\n=>\nyield %0\n",
    "%0:l64\n%1:l32 = EXTRACT %0, 0\n%2:l32 = EXTRACT %0, 32\n%3:l64 = CONCAT %1, %2\nyield "
    "%3\n=>\nyield %0\n",
    "%0:l32\n%1:l32 = const splat(i32 $i)\n%2:l32 = const splat(i32 $-i)\n"
    "%3:l32 = V_ALIGNBIT_B32_opsel_e64 %0, %0, %1\n%4:l32 = V_ALIGNBIT_B32_opsel_e64 %3, %3, "
    "%2\nyield %4\n=>\nyield %0\n",
    "%0:l32\n%1:l32\n%2:l32\n%3:l32 = V_MAX_U32_e64 %0, %1\n%4:l32 = V_MIN_U32_e64 %0, %1\n%5:l32 "
    "= V_SUB_U32_e64 %3, %4\n"
    "%6:l32 = V_ADD_U32_e64 %5, %2\nyield %6\n=>\n%3:l32 = V_SAD_U32_e64 %1, %0, %2\nyield %3\n",
    "%0:l64\n%1:l64\n%2:l128\n%3:l128 = const splat(i8 0)\n%4:l128 = V_MFMA_I32_16X16X32I8_e64 %0, "
    "%1, %3\n"
    "%5:l32 = EXTRACT %4, 32\n%6:l32 = EXTRACT %2, 32\n%7:l32 = V_ADD_U32_e64 %5, %6\nyield "
    "%7\n=>\n"
    "%4:l128 = V_MFMA_I32_16X16X32I8_e64 %0, %1, %2\n%5:l32 = EXTRACT %4, 32\nyield %5\n",
    "%0:l64\n%1:l64\n%2:l64\n%3:l128\n%4:l128 = V_MFMA_I32_16X16X32I8_e64 %0, %1, %3\n"
    "%5:l128 = V_MFMA_I32_16X16X32I8_e64 %2, %1, %4\nyield %5\n=>\n%4:l128 = "
    "V_MFMA_I32_16X16X32I8_e64 %2, %1, %3\n"
    "%5:l128 = V_MFMA_I32_16X16X32I8_e64 %0, %1, %4\nyield %5\n",
    // Lane masks, of which compares clear the lanes that are off, and open high halves.
    "%0:l32\n%1:l32\n%2:l32\n%3:l1 = V_CMP_EQ_U32_e64 %0, %1\n%4:l1 = S_NOT_B64:mask %3\n%5:l1 = "
    "V_CMP_LT_U32_e64 %0, %2\n%6:l1 = S_AND_B64:mask %4, %5\nyield %6\n=>\n%3:l1 = "
    "V_CMP_NE_U32_e64 %0, %1\n%4:l1 = V_CMP_LT_U32_e64 %0, %2\n%5:l1 = S_AND_B64:mask %3, "
    "%4\nyield %5\n",
    "%0:l1\n%1:l32 = const splat(i32 0)\n%2:l32 = const splat(i32 $i)\n%3:l32 = V_CNDMASK_B32_e64 "
    "%1, %2, %0\n%4:l1 = V_CMP_NE_U32_e64 %3, %1\n%5:l1 = S_AND_B64:mask %4, %0\nyield %5\n=>\n"
    "%3:l32 = V_CNDMASK_B32_e64 %1, %2, %0\n%4:l1 = V_CMP_NE_U32_e64 %3, %1\nyield %4\n",
    "%0:l32\n%1:l32\n%2:l1\n%3:l1 = S_NOT_B64:mask %2\n%4:l32 = V_CNDMASK_B32_e64 %0, %1, "
    "%3\nyield %4\n=>\n%3:l32 = V_CNDMASK_B32_e64 %1, %0, %2\nyield %3\n",
    "%0:l1\n%1:l1\n%2:l1 = S_ANDN2_B64:mask %0, %1\n%3:l1 = S_OR_B64:mask %2, %1\nyield %3\n=>\n"
    "%2:l1 = S_OR_B64:mask %1, %0\nyield %2\n",
    "%0:l32\n%1:l32\n%2:l32 = V_ADD_NC_U16_fake16_e64 %0, %1\nyield %2\n=>\n%2:l32 = "
    "V_ADD_U16_e64 %1, %0\nyield %2\n",
    "%0:l32\n%1:l32\n%2:l32 = const splat(i32 0xffff)\n%3:l32 = V_ADD_NC_U16_fake16_e64 %0, "
    "%1\n%4:l32 = V_AND_B32_e64 %3, %2\nyield %4\n=>\n%3:l32 = V_ADD_U32_e64 %0, %1\n%4:l32 = "
    "V_AND_B32_e64 %3, %2\nyield %4\n",
};

struct Tally {
  unsigned Proved = 0, BySolver = 0, Refuted = 0, Unknown = 0, Killed = 0;
};

unsigned fromEnvironment(const char *Name, unsigned Default) {
  const char *Text = std::getenv(Name);
  unsigned N;
  return Text && !StringRef(Text).getAsInteger(10, N) ? N : Default;
}

class Fuzz {
public:
  Fuzz(StringRef Arch, ArrayRef<std::string> Identities, unsigned Cases)
      : Isa(*cantFail(TargetIsa::get(Arch))), Cases(fromEnvironment("WHITTLE_FUZZ_CASES", Cases)),
        Seed(fromEnvironment("WHITTLE_FUZZ_SEED", 1)), Run(Isa), R(Seed),
        Rules(Isa, Identities, 100 + this->Cases / 10, Seed) {
    O.RLimit = 400'000;
    O.WatchdogMs = 20'000;
  }

  Tally run() {
    for (unsigned I = 0; I < Cases && !testing::Test::HasFailure(); ++I) {
      Rule X = Rules.next();
      SCOPED_TRACE("case " + std::to_string(I) + "\n" + printRule(X));
      VerifyResult V = verified(X, O);
      judge(X, V);
      // Once in a while without our normal forms: the verdicts must not clash.
      if (I % 8 == 0) {
        VerifyOptions Z = O;
        Z.NormalForms = false;
        VerifyResult W = verified(X, Z);
        std::string Both = (verdictName(V.V) + verdictName(W.V)).str();
        EXPECT_TRUE(Both != "provedrefuted" && Both != "refutedproved") << Both;
      }
    }
    outs() << Isa.arch() << ": " << T.Proved << " proved (" << T.BySolver << " with a solver), "
           << T.Refuted << " refuted, " << T.Unknown << " unknown, " << T.Killed << " killed\n";
    // Neither verdict may be rare.
    EXPECT_GE(T.Proved, Cases / 8);
    EXPECT_GE(T.Refuted, Cases / 4);
    EXPECT_LE(T.Unknown + T.Killed, Cases / 4);
    return T;
  }

private:
  void judge(const Rule &X, const VerifyResult &V) {
    if (auto *C = std::get_if<Counterexample>(&V.V)) {
      ++T.Refuted;
      EXPECT_TRUE(reallyDiffers(X, *C)) << "the counterexample shows nothing";
    } else if (std::holds_alternative<Proved>(V.V)) {
      ++T.Proved;
      T.BySolver += V.E.BySolver > 0;
      for (unsigned Round = 0; Round < 4; ++Round) {
        Inputs In = Run.inputs(X.W, 512, R);
        std::vector<Concrete> S = Run.run(X.W, X.W.Source, In, R),
                              Y = Run.run(X.W, X.Target, In, R);
        // What follows a choice of the source is open, however it got there.
        for (unsigned Again = 0; Again < 4 && Isa.arch() == "amdgcn"; ++Again) {
          std::vector<Concrete> Other = Run.run(X.W, X.W.Source, In, R);
          for (unsigned I = 0; I < S.size(); ++I)
            for (size_t B = 0; B < S[I].Bytes.size(); ++B)
              S[I].Open[B] |= S[I].Bytes[B] ^ Other[I].Bytes[B] ? 0xff : 0;
        }
        for (unsigned I = 0; I < S.size(); ++I)
          EXPECT_EQ(ConcreteRun::difference(S[I], Y[I]), -1)
              << "proved, but output " << I << " differs: " << V.Method;
      }
    } else {
      T.Unknown += std::holds_alternative<Unknown>(V.V);
      T.Killed += std::holds_alternative<Killed>(V.V);
    }
  }

  bool reallyDiffers(const Rule &X, const Counterexample &C) {
    Inputs In = Run.inputs(X.W, C);
    EXPECT_TRUE(ConcreteRun::satisfies(X.W, In)) << "the counterexample breaks a fact";
    // What lanes that are off hold is not part of it: any value may show it.
    for (unsigned Try = 0; Try < 8; ++Try) {
      const Concrete S = Run.run(X.W, X.W.Source, In, R)[C.Output],
                     Y = Run.run(X.W, X.Target, In, R)[C.Output];
      if (Isa.arch() == "x86_64") {
        unsigned Bits = C.SourceValue.getBitWidth(), Whole = S.Bytes.size() * 8;
        EXPECT_EQ(ConcreteRun::bits(S.Bytes.data(), Whole).extractBits(Bits, C.ChunkBit),
                  C.SourceValue);
        EXPECT_EQ(ConcreteRun::bits(Y.Bytes.data(), Whole).extractBits(Bits, C.ChunkBit),
                  C.TargetValue);
      }
      if (ConcreteRun::difference(S, Y) >= 0)
        return true;
    }
    // Of the half that a row of the target leaves open one value in 65536 may do, which
    // only the solver knows.
    return any_of(X.Target.Nodes, [](const Node &N) { return N.R->DefinedBits != 0; });
  }

  const TargetIsa &Isa;
  unsigned Cases;
  uint64_t Seed;
  ConcreteRun Run;
  Random R;
  RandomRules Rules;
  VerifyOptions O;
  Tally T;
};

TEST(Fuzz, X86) {
  Tally T = Fuzz("x86_64",
                 std::vector<std::string>(std::begin(X86Identities), std::end(X86Identities)), 1000)
                .run();
  EXPECT_GE(T.BySolver, 20u);
}

TEST(Fuzz, AMDGPU) {
  Fuzz("amdgcn", std::vector<std::string>(std::begin(AMDGPUIdentities), std::end(AMDGPUIdentities)),
       120)
      .run();
}

/// The test itself is tested: identities as they stand must parse, and mostly hold.
TEST(Fuzz, IdentitiesParse) {
  for (auto [Arch, List] : {std::pair("x86_64", ArrayRef(X86Identities)),
                            std::pair("amdgcn", ArrayRef(AMDGPUIdentities))})
    for (std::string Text : List) {
      auto Put = [&](const std::string &Token, const std::string &Value) {
        for (size_t At; (At = Text.find(Token)) != std::string::npos;)
          Text.replace(At, Token.size(), Value);
      };
      Put("$V", "v512"), Put("$S", "Z"), Put("$D", "D"), Put("$E", "W"), Put("$F", "W"),
          Put("$G", "D");
      Put("$i", "5"), Put("$j", "7"), Put("$sum", "12"), Put("$-i", "27"), Put("$m", "32"),
          Put("$f", "0xf0");
      EXPECT_NE(verdict(rule(Arch, Text)), "unknown") << Text;
    }
}

} // namespace
