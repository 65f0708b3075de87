//===- tests/passes/ProfitTest.cpp - What was measured decides ------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "MirFixture.h"
#include "isa/Measured.h"
#include "gmock/gmock.h"

using namespace whittle;
using testing::HasSubstr;

namespace {

// LLVM's models have VPERMQ slower than the other two together, in both respects.
const char ToPermute[] = R"(
rule x86_64
  %0:v256
  %1:v256 = VPANDYrr %0, %0
  %2:v256 = VPSHUFDYri %1, 78
  yield %2
=>
  %1:v256 = VPERMQYri %0, 177
  yield %1
end
)";
const char FromPermute[] = R"(
rule x86_64
  %0:v256
  %1:v256 = VPANDYrr %0, %0
  %2:v256 = VPERMQYri %1, 177
  yield %2
=>
  %1:v256 = VPSHUFDYri %0, 78
  yield %1
end
)";
const char Swap[] = "    %2:vr256 = VPSHUFDYri %1, 78\n";
const char Permute[] = "    %2:vr256 = VPERMQYri %1, 177\n";

std::string around(const std::string &Middle) {
  return "  bb.0:\n    liveins: $ymm0\n    %0:vr256 = COPY $ymm0\n"
         "    %1:vr256 = VPANDYrr %0, %0\n" +
         Middle + "    $ymm0 = COPY %2\n    RET64 implicit $ymm0\n";
}

/// The opposite of what the model says.
std::shared_ptr<const MeasuredTable> opposite(const char *CPU) {
  auto T = std::make_shared<MeasuredTable>(CPU, "test");
  T->set("VPANDYrr", {1.0, 0.25});
  T->set("VPERMQYri", {1.0, 0.25});
  T->set("VPSHUFDYri", {7.0, 2.0});
  return T;
}

std::string apply(const std::string &Body, const char *Rule, const char *CPU,
                  std::shared_ptr<const MeasuredTable> T, bool &Vetoed) {
  ApplyStats S;
  std::string Out = applyTo(around(Body), Rule, x86(CPU), &S, "", std::move(T));
  EXPECT_GE(S.Matched, 1u);
  Vetoed = S.Unprofitable != 0;
  EXPECT_NE(Vetoed, S.Rewrites.size() == 1);
  return Out;
}

TEST(Profit, TheModelDecidesWithoutAList) {
  bool Vetoed;
  EXPECT_THAT(apply(Swap, ToPermute, "icelake-server", nullptr, Vetoed), HasSubstr("VPSHUFDYri"));
  EXPECT_TRUE(Vetoed);
  EXPECT_THAT(apply(Permute, FromPermute, "icelake-server", nullptr, Vetoed),
              HasSubstr("VPSHUFDYri"));
  EXPECT_FALSE(Vetoed);
}

TEST(Profit, TheListOfTheCpuComesBeforeTheModel) {
  for (const char *CPU : {"icelake-server", "znver3"}) { // without and with a list that ships
    bool Vetoed;
    EXPECT_THAT(apply(Swap, ToPermute, CPU, opposite(CPU), Vetoed), HasSubstr("VPERMQYri"));
    EXPECT_FALSE(Vetoed);
    EXPECT_THAT(apply(Permute, FromPermute, CPU, opposite(CPU), Vetoed), HasSubstr("VPERMQYri"));
    EXPECT_TRUE(Vetoed);
  }
}

TEST(Profit, TheListOfAnotherCpuDoesNot) {
  bool Vetoed;
  EXPECT_THAT(apply(Swap, ToPermute, "icelake-server", opposite("znver4"), Vetoed),
              HasSubstr("VPSHUFDYri"));
  EXPECT_TRUE(Vetoed);
}

/// What other readers keep gives no unit back.
TEST(Profit, WhatStaysIsNoGain) {
  const char ToSum[] = R"(
rule x86_64
  %0:v256
  %1:v256 = VPANDYrr %0, %0
  %2:v256 = VPMULLDYrr %1, %0
  yield %2
=>
  %1:v256 = VPADDDYrr %0, %0
  yield %1
end
)";
  auto T = std::make_shared<MeasuredTable>("icelake-server", "test");
  T->set("VPANDYrr", {1.0, 1.5});
  T->set("VPMULLDYrr", {3.0, 1.0});
  T->set("VPADDDYrr", {9.0, 2.0}); // less than both together, more than the product
  bool Vetoed;
  const std::string Product = "    %2:vr256 = VPMULLDYrr %1, %0\n";
  EXPECT_THAT(apply(Product, ToSum, "icelake-server", T, Vetoed), HasSubstr("VPADDDYrr"));
  EXPECT_FALSE(Vetoed);
  EXPECT_THAT(apply(Product + "    $ymm1 = COPY %1\n", ToSum, "icelake-server", T, Vetoed),
              HasSubstr("VPMULLDYrr"));
  EXPECT_TRUE(Vetoed);
  T->set("VPADDDYrr", {9.0, 0.5});
  EXPECT_THAT(apply(Product + "    $ymm1 = COPY %1\n", ToSum, "icelake-server", T, Vetoed),
              HasSubstr("VPADDDYrr"));
  EXPECT_FALSE(Vetoed);
}

} // namespace
