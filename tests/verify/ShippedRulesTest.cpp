//===- tests/verify/ShippedRulesTest.cpp - A sample of the shipped rules ---===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tests/verify/ShippedRules.h"

using namespace whittle;
using namespace whittle::test;

namespace {

// All of them: ShippedRulesSlowTest.cpp.
struct ShippedSample : testing::TestWithParam<const char *> {};

TEST_P(ShippedSample, IsProvedAgain) { proveAgain(shippedRules(GetParam()), 50); }

INSTANTIATE_TEST_SUITE_P(Verify, ShippedSample, testing::Values("x86_64", "amdgcn"),
                         [](const auto &Info) { return Info.param; });

} // namespace
