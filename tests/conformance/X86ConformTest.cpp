//===- tests/conformance/X86ConformTest.cpp - Rows against this CPU --------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/conformance/X86Conform.h"
#include "isa/conformance/BochsMachine.h"
#include "isa/conformance/Confirmed.h"
#include "isa/conformance/X86Machine.h"
#include "llvm/MC/MCInstrInfo.h"
#include "llvm/Support/Program.h"
#include "gmock/gmock.h"
#include <csignal>
#include <map>

using namespace llvm;
using namespace whittle;
using testing::HasSubstr;

namespace {
const TargetIsa &x86() { return *cantFail(TargetIsa::get("x86_64")); }

bool hasAvx512() {
  auto M = cantFail(X86Machine::create(x86()));
  return M->missing(*x86().find("VPADDBZ256rr")).empty();
}

TEST(X86Conform, EveryRowAgreesWithThisCpu) {
  ConformReport Report = cantFail(conformX86(x86(), {.Inputs = 600, .Seed = 5}));
  EXPECT_EQ(Report.Entries.size(), x86().rows().size());
  std::map<std::string, unsigned> Skipped;
  for (const ConformEntry &E : Report.Entries) {
    EXPECT_EQ(E.Mismatches, 0u) << E.Opcode << ": " << E.FirstMismatch;
    if (E.H == ConformEntry::Unconfirmed)
      ++Skipped[E.Reason];
    else
      EXPECT_EQ(E.Inputs, 600u);
  }
  for (const auto &[Reason, N] : Skipped)
    std::cout << N << " rows skipped: " << Reason << "\n";
  if (hasAvx512())
    EXPECT_GT(Report.executed(), 2000u);
}

ConformReport instead(X86Executor &On, const std::string &Opcode, SemFn Meaning) {
  ConformOptions O{.Inputs = 3000, .Only = Opcode};
  O.Instead[Opcode] = std::move(Meaning);
  return cantFail(conformX86(x86(), On, O));
}

TEST(X86Conform, ARowBrokenOnPurposeIsCaught) {
  // On AVX-512 where there is any.
  std::unique_ptr<X86Executor> On;
  if (hasAvx512())
    On = cantFail(X86Machine::create(x86()));
  else if (sys::findProgramByName("bochs"))
    On = cantFail(BochsMachine::create(x86()));
  else
    GTEST_SKIP() << "this CPU lacks AVX-512, and Bochs is not installed";
  auto Caught = [&](const std::string &Opcode, SemFn Meaning) {
    if (!hasAvx512() && !BochsMachine::knownFault(Opcode).empty())
      return;
    ConformReport R = instead(*On, Opcode, std::move(Meaning));
    ASSERT_EQ(R.Entries.size(), 1u);
    EXPECT_GT(R.mismatches(), 0u) << Opcode;
    EXPECT_FALSE(R.Entries[0].confirmed());
    EXPECT_THAT(R.Entries[0].FirstMismatch, HasSubstr(On->label().str() + "="));
  };
  Caught("VPADDDZrr", [](Sem &S) { S.out(S.in(0, 32) - S.in(1, 32)); });
  Caught("VPSUBDZrr", [](Sem &S) { S.out(S.in(1, 32) - S.in(0, 32)); });
  // Lanes in another order.
  Caught("VPADDDZrr", [](Sem &S) {
    V Sum = S.in(0, 32) + S.in(1, 32);
    S.out(concat(slice(Sum, 8, 8), slice(Sum, 0, 8)));
  });
  // A count read as a dword is right for all but one input in a billion.
  Caught("PSLLDrr", [](Sem &S) { S.out(shl(S.in(0, 32), S.in(1, 32)[0])); });
  // Saturation in the wrong place.
  Caught("VPDPWSSDSZrr", [](Sem &S) {
    S.out(saddSat(S.in(0, 32), sumGroups(sext(S.in(1, 16), 32) * sext(S.in(2, 16), 32), 2)));
  });
  Caught("VPDPBUSDSZrr", [](Sem &S) {
    V Products = zext(S.in(1, 8), 32) * sext(S.in(2, 8), 32), Sum = S.in(0, 32);
    for (unsigned I = 0; I != 4; ++I)
      Sum = saddSat(Sum, slice(Products, I, 16, 4));
    S.out(Sum);
  });
  Caught("VPMADDUBSWZrr",
         [](Sem &S) { S.out(sumGroups(zext(S.in(0, 8), 16) * sext(S.in(1, 8), 16), 2)); });
  Caught("VPMULHRSWZrr", [](Sem &S) {
    V Twice = saddSat(sext(S.in(0, 16), 32) * sext(S.in(1, 16), 32),
                      S.constantLike(sext(S.in(0, 16), 32), 0));
    S.out(trunc(smin(lshr(Twice + 0x4000, 15u), S.constantLike(Twice, 0x7fff)), 16));
  });
  // The merge keeps the wrong operand.
  Caught("VPADDDZrrk",
         [](Sem &S) { S.out(select(S.mask(1, 16), S.in(2, 32) + S.in(3, 32), S.in(2, 32))); });
  // A mask that keeps what stands above.
  Caught("KNOTBkk", [](Sem &S) { S.out(~S.raw(0)); });
  // One value of the immediate.
  Caught("KSHIFTLBki", [](Sem &S) { S.out(shl(S.raw(0), zext(S.imm(0) & 7, 64)) & 0xff); });
}

TEST(X86Conform, WhatStandsAboveIsCompared) {
  // The same meaning fails when the row claims the wrong thing of the bits above.
  auto M = cantFail(X86Machine::create(x86()));
  if (M->vectorBits() == 128)
    GTEST_SKIP() << "this CPU lacks AVX";
  std::vector<MachineState> S(1);
  std::memset(&S[0], 0xa5, sizeof(MachineState));
  std::string Why;
  ASSERT_TRUE(M->load(*x86().find("PADDDrr"), Why)) << Why;
  ASSERT_EQ(M->run(S, 0), 0);
  EXPECT_EQ(S[0].After[16], 0xa5);
  ASSERT_TRUE(M->load(*x86().find("VPADDDrr"), Why)) << Why;
  ASSERT_EQ(M->run(S, 0), 0);
  EXPECT_EQ(S[0].After[16], 0);
}

TEST(X86Conform, AnInstructionThatFaultsIsReported) {
  auto M = cantFail(X86Machine::create(x86()));
  // XOP: gone from every CPU of the last years.
  Row R = *x86().find("VPBLENDVBrrr");
  R.Features = "+xop";
  if (M->missing(R).empty())
    GTEST_SKIP() << "this CPU has XOP";
  EXPECT_EQ(M->missing(R), "+xop");
  for (unsigned Op = 0; Op != x86().instrInfo().getNumOpcodes(); ++Op)
    if (x86().instrInfo().getName(Op) == "VPCMOVrrr")
      R.Opcode = Op;
  std::string Why;
  ASSERT_TRUE(M->load(R, Why)) << Why;
  std::vector<MachineState> S(3);
  EXPECT_EQ(M->run(S, 0), SIGILL);
  // And the machine goes on.
  ASSERT_TRUE(M->load(*x86().find("PADDDrr"), Why));
  EXPECT_EQ(M->run(S, 0), 0);
}

TEST(X86Conform, SameSeedSameReport) {
  ConformOptions O{.Inputs = 64, .Seed = 9, .Only = "PADDDrr"};
  O.Instead["PADDDrr"] = [](Sem &S) { S.out(S.in(0, 16) + S.in(1, 16)); };
  ConformReport A = cantFail(conformX86(x86(), O)), B = cantFail(conformX86(x86(), O));
  EXPECT_EQ(A.Entries[0].FirstMismatch, B.Entries[0].FirstMismatch);
  EXPECT_EQ(A.mismatches(), B.mismatches());
  O.Seed = 10;
  EXPECT_NE(cantFail(conformX86(x86(), O)).Entries[0].FirstMismatch, A.Entries[0].FirstMismatch);
}

TEST(X86Conform, BadRequestsAreNamed) {
  auto Message = [](const ConformOptions &O, const char *Arch = "x86_64") {
    auto R = conformX86(*cantFail(TargetIsa::get(Arch)), O);
    return R ? std::string("no error") : toString(R.takeError());
  };
  EXPECT_THAT(Message({.Only = "V("}), HasSubstr("bad regular expression 'V('"));
  ConformOptions O;
  O.Instead["VPFOOZrr"] = [](Sem &S) { S.out(S.raw(0)); };
  EXPECT_EQ(Message(O), "no row for opcode 'VPFOOZrr'");
  EXPECT_THAT(Message({}, "amdgcn"), HasSubstr("x86_64"));
}

TEST(Confirmed, EveryRowIsConfirmedAsItIsWrittenNowOrSaysWhyNot) {
  for (const char *Arch : {"x86_64", "amdgcn"}) {
    const TargetIsa &Isa = *cantFail(TargetIsa::get(Arch));
    unsigned Lost = 0;
    std::string First;
    for (const Row &R : Isa.rows())
      if (confirmation(Isa, R) == ConformEntry::Unconfirmed && unconfirmedReason(R).empty() &&
          !Lost++)
        First = R.Name;
    EXPECT_EQ(Lost, 0u) << Arch << " rows are new or changed since they were confirmed, first "
                        << First << "; run whittle isa conform --target " << Arch
                        << " --write-confirmed isa/conformance/confirmed-" << Arch << ".inc";
  }
}

TEST(Confirmed, OnlyWhatNothingExecutesHasAReason) {
  Row R = *x86().find("VPADDDZrr");
  EXPECT_EQ(unconfirmedReason(R), "");
  R.Features = "+avx512vl,+avx512fp16";
  EXPECT_THAT(unconfirmedReason(R).str(), HasSubstr("AVX512-FP16"));
  R.Features = "+amx-int8";
  EXPECT_THAT(unconfirmedReason(R).str(), HasSubstr("AMX"));
}

// Intel's CPUs add the higher product to the lower one in the higher lane, AMD's the other way
// round: seen where both are NaN.
TEST(Confirmed, WhereCPUsDifferNoneConfirms) {
  for (const char *Name : {"DPPSrri", "VDPPSrri", "VDPPSYrri", "DPPDrri", "VDPPDrri"}) {
    EXPECT_EQ(confirmation(x86(), *x86().find(Name)), ConformEntry::Unconfirmed) << Name;
    EXPECT_THAT(unconfirmedReason(*x86().find(Name)).str(), HasSubstr("NaN")) << Name;
  }
  ConformReport Run = cantFail(conformX86(x86(), {.Inputs = 10, .Only = "DPPSrri"}));
  ASSERT_EQ(Run.Entries.size(), 1u);
  EXPECT_EQ(Run.Entries[0].Inputs, 0u);
  EXPECT_THAT(Run.Entries[0].Reason, HasSubstr("NaN"));
  ConformEntry Agreed;
  Agreed.Opcode = "DPPSrri";
  Agreed.H = ConformEntry::Silicon;
  Agreed.Inputs = 10;
  ConformReport Report;
  Report.Entries.push_back(Agreed);
  EXPECT_EQ(confirmedList(x86(), Report), confirmedList(x86(), {}));
}

TEST(Confirmed, ASecondSourceNeverReplacesSilicon) {
  ConformEntry E;
  E.Opcode = "PADDDrr";
  E.H = ConformEntry::SecondSource;
  E.Inputs = 10;
  ConformReport Report;
  Report.Entries.push_back(E);
  EXPECT_EQ(confirmedList(x86(), Report), confirmedList(x86(), {}));
  Report.Entries[0].Mismatches = 1;
  EXPECT_EQ(confirmedList(x86(), Report), confirmedList(x86(), {}));
}

TEST(Confirmed, AChangedRowLosesItsConfirmation) {
  Row Changed = *x86().find("VPADDDZrr");
  Changed.Meaning = [](Sem &S) { S.out(S.in(0, 32) - S.in(1, 32)); };
  EXPECT_EQ(confirmation(x86(), Changed), ConformEntry::Unconfirmed);
  EXPECT_EQ(confirmation(x86(), *x86().find("VPADDDZrr")), ConformEntry::Silicon);
}

TEST(Confirmed, AListKeepsWhatDidNotRunAndDropsWhatDisagreed) {
  std::string Before = confirmedList(x86(), {});
  EXPECT_THAT(Before, HasSubstr("CONFIRMED(PADDDrr, Silicon, 0x"));
  ConformEntry Bad;
  Bad.Opcode = "PADDDrr";
  Bad.H = ConformEntry::Silicon;
  Bad.Inputs = 10;
  Bad.Mismatches = 1;
  ConformReport Report;
  Report.Entries.push_back(Bad);
  std::string After = confirmedList(x86(), Report);
  EXPECT_EQ(After.find("(PADDDrr,"), std::string::npos);
  EXPECT_THAT(After, HasSubstr("CONFIRMED(PADDQrr, Silicon, 0x"));
  EXPECT_EQ(StringRef(Before).count('\n'), StringRef(After).count('\n') + 1);
}
} // namespace
