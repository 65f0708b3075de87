//===- tests/verify/RowsAgreeSlowTest.cpp - Every consumer on every row
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RowsAgree.h"
#include <gtest/gtest.h>

using namespace whittle;
using namespace whittle::test;

namespace {

/// One of the parts that ctest runs side by side.
void compareAll(unsigned Part, unsigned Parts) {
  const TargetIsa &X86 = *llvm::cantFail(TargetIsa::get("x86_64"));
  std::vector<const Row *> Rows;
  for (auto [I, R] : llvm::enumerate(distinctRows(X86)))
    if (I % Parts == Part)
      Rows.push_back(R);
  Consumers All{llvm::cantFail(Evaluator::shared(X86)), true};
  withPlainCode(Rows, [&](const Row &R, MeaningJit::Fn Code) {
    EXPECT_EQ(disagreement(X86, R, Code, All), "") << R.Name;
  });
}

TEST(RowsAgree, EveryConsumerPart0) { compareAll(0, 4); }
TEST(RowsAgree, EveryConsumerPart1) { compareAll(1, 4); }
TEST(RowsAgree, EveryConsumerPart2) { compareAll(2, 4); }
TEST(RowsAgree, EveryConsumerPart3) { compareAll(3, 4); }

} // namespace
