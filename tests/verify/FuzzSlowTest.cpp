//===- tests/verify/FuzzSlowTest.cpp - The trusted base against Z3, at length
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "Fuzz.h"

using namespace whittle::test;

namespace {

TEST(Fuzz, Constructors) { fuzzConstructors(10'000, 10'900); }
TEST(Fuzz, NormalForms) { fuzzNormalForms(20'000, 21'500); }
TEST(Fuzz, Arithmetic) { fuzzArithmetic(30'000, 30'600); }
TEST(Fuzz, Inside) { fuzzInside(40'000, 40'600); }

} // namespace
