//===- tests/conformance/X86MachineTest.cpp - What runs rows, alike -----------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/conformance/X86Machine.h"
#include "isa/conformance/BochsGuest.h"
#include "isa/conformance/BochsMachine.h"
#include "isa/conformance/X86Conform.h"
#include "isa/conformance/X86Inputs.h"
#include "isa/conformance/X86Reference.h"
#include "llvm/MC/MCInstrInfo.h"
#include "llvm/Support/Program.h"
#include "gmock/gmock.h"
#include <cstdlib>
#include <set>

using namespace llvm;
using namespace whittle;
using testing::AnyOf;
using testing::HasSubstr;

namespace {
const TargetIsa &x86() { return *cantFail(TargetIsa::get("x86_64")); }

unsigned opcode(StringRef Name) {
  for (unsigned Op = 0; Op != x86().instrInfo().getNumOpcodes(); ++Op)
    if (x86().instrInfo().getName(Op) == Name)
      return Op;
  ADD_FAILURE() << "no opcode " << Name.str();
  return 0;
}

/// The row \p Like as another opcode of the same form.
Row as(const char *Like, const char *Opcode) {
  Row R = *x86().find(Like);
  R.Opcode = opcode(Opcode);
  return R;
}

Row loadForm(const char *Opcode, unsigned Bits) {
  Row R = as("VPABSDrr", Opcode);
  R.Features = "";
  R.Uses[0].K = OperandSpec::Mem;
  R.Uses[0].Ty = R.Ins[0] = {RegKind::Vec, uint16_t(Bits)};
  return R;
}

uint16_t word(const uint8_t *At) { return uint16_t(At[0] | At[1] << 8); }

/// Each executor that can be had here.
class Executors : public testing::TestWithParam<const char *> {
protected:
  void SetUp() override {
    if (GetParam() == StringRef("host"))
      On = cantFail(X86Machine::create(x86()));
    else if (sys::findProgramByName("bochs"))
      On = cantFail(BochsMachine::create(x86()));
    else
      GTEST_SKIP() << "the emulator Bochs is not installed (Debian's package bochs)";
  }

  /// Runs rows on copies of the same states, in one call.
  std::vector<std::string> run(ArrayRef<const Row *> Rows, std::vector<MachineState> &States,
                               uint8_t Imm = 0) {
    const size_t N = States.size();
    std::vector<MachineState> All;
    for (size_t I = 0; I != Rows.size(); ++I)
      All.insert(All.end(), States.begin(), States.end());
    std::vector<X86Job> Jobs(Rows.size());
    for (auto [K, R] : enumerate(Rows)) {
      std::string Why;
      EXPECT_TRUE(On->accepts(*R, Why)) << Why;
      Jobs[K].R = R;
      Jobs[K].Imm = Imm;
      Jobs[K].States = MutableArrayRef(All).slice(K * N, N);
    }
    cantFail(On->run(Jobs));
    States = All;
    std::vector<std::string> Faults;
    for (const X86Job &J : Jobs)
      Faults.push_back(J.Fault);
    return Faults;
  }

  std::vector<MachineState> filled(const Row &R, size_t N) {
    std::vector<MachineState> States(N);
    whittle::Random Rng(3);
    for (MachineState &S : States)
      fillInputs(Rng, InputKind::Random, R, S);
    return States;
  }

  std::unique_ptr<X86Executor> On;
};
INSTANTIATE_TEST_SUITE_P(X86, Executors, testing::Values("host", "bochs"),
                         [](const auto &Info) { return std::string(Info.param); });

TEST_P(Executors, AFaultIsReportedAndTheRestRuns) {
  // XOP: gone from every CPU of the last years.
  Row Gone = as("VPBLENDVBrrr", "VPCMOVrrr");
  Gone.Features = "";
  const Row &Add = *x86().find("PADDDrr");
  auto States = filled(Add, 3);
  auto Faults = run({&Gone, &Add}, States);
  EXPECT_THAT(Faults[0], AnyOf("signal 4", "exception 6"));
  EXPECT_EQ(Faults[1], "");
  for (const MachineState &S : ArrayRef(States).drop_front(3)) {
    uint32_t A, B, Sum;
    std::memcpy(&A, S.In[0], 4);
    std::memcpy(&B, S.In[1], 4);
    std::memcpy(&Sum, S.After, 4);
    EXPECT_EQ(Sum, A + B);
  }
}

TEST_P(Executors, FlagsAreSetBeforeAndSeenAfter) {
  const Row &Add = *x86().find("ADD32rr"), &Vector = *x86().find("PADDDrr");
  auto States = filled(Add, 20);
  run({&Add, &Vector}, States);
  std::set<uint64_t> Seen;
  for (const MachineState &S : ArrayRef(States).take_front(20)) {
    uint32_t A, B;
    std::memcpy(&A, S.In[0], 4);
    std::memcpy(&B, S.In[1], 4);
    EXPECT_EQ(S.FlagsAfter & 1, uint64_t(A + B < A)) << "carry";
    EXPECT_EQ(S.FlagsAfter >> 7 & 1, uint64_t((A + B) >> 31)) << "sign";
  }
  for (const MachineState &S : ArrayRef(States).drop_front(20)) {
    EXPECT_EQ(S.FlagsAfter & MachineState::FlagsMask, S.FlagsBefore);
    Seen.insert(S.FlagsBefore);
  }
  EXPECT_GT(Seen.size(), 5u);
}

TEST_P(Executors, AMemoryOperandEndsWhereNothingCanBeRead) {
  Row Load = loadForm("MOVDQUrm", 128), Quad = loadForm("MOVQI2PQIrm", 64),
      Byte = loadForm("PMOVZXBQrm", 16), Beyond = loadForm("MOVDQUrm", 64);
  auto States = filled(Load, 4);
  auto Faults = run({&Load, &Quad, &Byte, &Beyond}, States);
  EXPECT_EQ(Faults[0], "");
  EXPECT_EQ(Faults[1], "");
  EXPECT_EQ(Faults[2], "");
  EXPECT_THAT(Faults[3], AnyOf("signal 11", "signal 7", "exception 14"));
  for (unsigned I = 0; I != 4; ++I) {
    EXPECT_EQ(std::memcmp(States[I].After, States[I].In[0], 16), 0);
    EXPECT_EQ(std::memcmp(States[4 + I].After, States[I].In[0], 8), 0);
    EXPECT_EQ(States[8 + I].After[0], States[I].In[0][0]);
    EXPECT_EQ(States[8 + I].After[8], States[I].In[0][1]);
  }
}

TEST_P(Executors, NarrowRegistersStandInTheWholeOne) {
  Row Add8 = as("ADD32rr", "ADD8rr"), Add16 = as("ADD32rr", "ADD16rr"),
      AddSs = as("PADDDrr", "ADDSSrr");
  Add8.Def = Add8.Ins[0] = Add8.Ins[1] = {RegKind::Gpr, 8};
  Add16.Def = Add16.Ins[0] = Add16.Ins[1] = {RegKind::Gpr, 16};
  AddSs.Def = AddSs.Ins[0] = AddSs.Ins[1] = {RegKind::Vec, 32};
  auto States = filled(Add8, 4);
  const float A = 1.2968731f, B = 0.25194871f;
  for (MachineState &S : States) {
    std::memcpy(S.In[0], &A, 4);
    std::memcpy(S.In[1], &B, 4);
  }
  run({&Add8, &Add16, &AddSs}, States);
  for (unsigned I = 0; I != 4; ++I) {
    const MachineState &N = States[I], &W = States[4 + I], &F = States[8 + I];
    EXPECT_EQ(N.After[0], uint8_t(N.In[0][0] + N.In[1][0]));
    EXPECT_EQ(std::memcmp(N.After + 1, N.In[0] + 1, 7), 0);
    EXPECT_EQ(word(W.After), uint16_t(word(W.In[0]) + word(W.In[1])));
    EXPECT_EQ(std::memcmp(W.After + 2, W.In[0] + 2, 6), 0);
    float Sum;
    std::memcpy(&Sum, F.After, 4);
    EXPECT_EQ(Sum, A + B);
  }
}

/// This CPU, with one flag of every state wrong.
class FlagSpoiler final : public X86Executor {
public:
  ConformEntry::How evidence() const override { return Cpu->evidence(); }
  std::string name() const override { return Cpu->name(); }
  StringRef label() const override { return Cpu->label(); }
  unsigned registerBits(const Row &R) const override { return Cpu->registerBits(R); }
  bool accepts(const Row &R, std::string &Why) override { return Cpu->accepts(R, Why); }
  size_t capacity() const override { return Cpu->capacity(); }
  Error run(MutableArrayRef<X86Job> Jobs) override {
    if (Error E = Cpu->run(Jobs))
      return E;
    for (X86Job &J : Jobs)
      for (MachineState &S : J.States)
        S.FlagsAfter ^= 0x40;
    return Error::success();
  }

private:
  std::unique_ptr<X86Machine> Cpu = cantFail(X86Machine::create(x86()));
};

TEST(X86Conform, ARowThatDoesNotDefineFlagsMustLeaveThem) {
  FlagSpoiler Spoiler;
  ConformReport Report =
      cantFail(conformX86(x86(), Spoiler, {.Inputs = 30, .Only = "PADDDrr|ADD32rr"}));
  ASSERT_EQ(Report.Entries.size(), 2u);
  for (const ConformEntry &E : Report.Entries)
    if (E.Opcode == "PADDDrr") {
      EXPECT_EQ(E.Mismatches, 30u);
      EXPECT_THAT(E.FirstMismatch, HasSubstr("flags were"));
    } else {
      EXPECT_EQ(E.Mismatches, 0u) << "its flags are not part of its meaning";
    }
}

TEST(Bochs, ExecutesAvx512AsRowsOfEachFormSay) {
  if (!sys::findProgramByName("bochs"))
    GTEST_SKIP() << "the emulator Bochs is not installed (Debian's package bochs)";
  auto Machine = cantFail(BochsMachine::create(x86()));
  ConformReport Report = cantFail(
      conformX86(x86(), *Machine,
                 {.Inputs = 300,
                  .Only = "VPADD[BD]Z(128|256)?rr(k|kz)?|VPTERNLOGDZrri(k|kz)?|KADDQkk|VPDPBUSDZrr|"
                          "GF2P8MULBrr|VPERMI2BZrr|VPOPCNTDZrr|VP2INTERSECT.*|PADDDrr|ADD64rr"}));
  EXPECT_GT(Report.executed(), 25u);
  for (const ConformEntry &E : Report.Entries) {
    EXPECT_EQ(E.Mismatches, 0u) << E.Opcode << ": " << E.FirstMismatch;
    EXPECT_EQ(E.H, ConformEntry::SecondSource) << E.Opcode << ": " << E.Reason;
    EXPECT_EQ(E.Reason, "Bochs");
    EXPECT_EQ(E.Inputs, 300u);
  }
}

TEST(Bochs, ItsAbsenceIsNamedWithThePackage) {
  std::string Path = getenv("PATH");
  setenv("PATH", "/nonexistent", 1);
  auto Machine = BochsMachine::create(x86());
  setenv("PATH", Path.c_str(), 1);
  ASSERT_FALSE(bool(Machine));
  EXPECT_THAT(toString(Machine.takeError()), HasSubstr("package bochs"));
}

TEST(Bochs, TheGuestFillsItsRom) {
  std::string Rom = cantFail(assembleBochsGuest(x86()));
  EXPECT_EQ(Rom.size(), 65536u);
  auto Bad = assembleX86(x86(), "nop\nvpfoo %xmm0\n");
  ASSERT_FALSE(bool(Bad));
  EXPECT_THAT(toString(Bad.takeError()), HasSubstr("2:"));
}

TEST(X86Reference, DotProductsAgreeAndAWrongOneIsCaught) {
  X86ReferenceMachine Reference;
  ConformReport Report = cantFail(conformX86(
      x86(), Reference, {.Inputs = 3000, .Only = "VPDP(B|W)[SU][SU]DS?(Z128|Z256|Z|Y)?rr?"}));
  EXPECT_GT(Report.executed(), 15u);
  EXPECT_EQ(Report.mismatches(), 0u);
  EXPECT_EQ(Report.Entries[0].Reason, "scalar reference");
  ConformOptions O{.Inputs = 300, .Only = "VPDPBUSDSZrr"};
  O.Instead["VPDPBUSDSZrr"] = x86().find("VPDPBUSDZrr")->Meaning;
  EXPECT_GT(cantFail(conformX86(x86(), Reference, O)).mismatches(), 0u);
}

TEST(X86Inputs, EachKindIsMadeOfWhatItSays) {
  const Row &R = *x86().find("PADDDrr");
  whittle::Random Rng(1);
  unsigned Equal = 0, QuietNan = 0, SignallingNan = 0, Denormal = 0, Zero = 0, Ones = 0;
  for (unsigned I = 0; I != 10000; ++I) {
    MachineState S{};
    fillInputs(Rng, InputKind::Structured, R, S);
    Equal += std::memcmp(S.In[0], S.In[1], 64) == 0;
    fillInputs(Rng, InputKind::Corner, R, S);
    uint32_t V;
    std::memcpy(&V, S.In[0], 4);
    const uint32_t Exponent = V >> 23 & 0xff, Fraction = V & 0x7fffff;
    QuietNan += Exponent == 0xff && Fraction >> 22;
    SignallingNan += Exponent == 0xff && Fraction && !(Fraction >> 22);
    Denormal += Exponent == 0 && Fraction;
    Zero += V == 0;
    Ones += V == ~0u;
  }
  for (unsigned Count : {Equal, QuietNan, SignallingNan, Denormal, Zero, Ones})
    EXPECT_GT(Count, 50u);
}
} // namespace
