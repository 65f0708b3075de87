//===- tests/conformance/BochsSlowTest.cpp - Every row in the emulator ---------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/conformance/BochsMachine.h"
#include "isa/conformance/X86Conform.h"
#include "llvm/Support/Program.h"
#include "gtest/gtest.h"
#include <iostream>
#include <map>

using namespace llvm;
using namespace whittle;

TEST(Bochs, EveryRowThatItExecutesAgrees) {
  if (!sys::findProgramByName("bochs"))
    GTEST_SKIP() << "the emulator Bochs is not installed (Debian's package bochs)";
  const TargetIsa &Isa = *cantFail(TargetIsa::get("x86_64"));
  auto Machine = cantFail(BochsMachine::create(Isa));
  Machine->acceptFaulty();
  ConformReport Report = cantFail(conformX86(Isa, *Machine, {.Inputs = 1000, .Seed = 3}));
  std::map<std::string, unsigned> Skipped, Wrong;
  for (const ConformEntry &E : Report.Entries) {
    StringRef Fault = BochsMachine::knownFault(E.Opcode);
    if (Fault.empty())
      EXPECT_EQ(E.Mismatches, 0u) << E.Opcode << ": " << E.FirstMismatch;
    else
      Wrong[Fault.str()] += E.Mismatches != 0;
    if (E.H == ConformEntry::Unconfirmed)
      ++Skipped[E.Reason];
  }
  // A fault that is gone is to be taken off the list.
  for (const auto &[Fault, Rows] : Wrong) {
    EXPECT_GT(Rows, 0u) << Fault;
    std::cout << Rows << " rows are wrong in Bochs: " << Fault << "\n";
  }
  for (const auto &[Reason, N] : Skipped)
    std::cout << N << " rows skipped: " << Reason << "\n";
  EXPECT_GT(Report.executed(), 3000u);
}
