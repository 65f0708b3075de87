//===- tests/verify/ShippedRules.h - The rules under rulesdb/rules --*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_TESTS_VERIFY_SHIPPEDRULES_H
#define WHITTLE_TESTS_VERIFY_SHIPPEDRULES_H

#include "verify/Verify.h"
#include "llvm/Support/MemoryBuffer.h"
#include "gtest/gtest.h"

namespace whittle::test {

inline std::vector<Rule> shippedRules(llvm::StringRef Target) {
  std::string Path = std::string(WHITTLE_SOURCE_DIR "/rulesdb/rules/") + Target.str() + ".rules";
  auto Text = llvm::MemoryBuffer::getFile(Path);
  if (!Text) {
    ADD_FAILURE() << Path << ": " << Text.getError().message();
    return {};
  }
  return cantFail(parseRules((*Text)->getBuffer(), Path));
}

/// Proves every \p Step-th rule again.
inline void proveAgain(llvm::ArrayRef<Rule> Rules, size_t Step) {
  for (size_t I = 0; I < Rules.size(); I += Step) {
    llvm::Expected<VerifyResult> V = verify(Rules[I]);
    ASSERT_TRUE(bool(V)) << toString(V.takeError());
    EXPECT_TRUE(std::holds_alternative<Proved>(V->V)) << V->Method << "\n" << printRule(Rules[I]);
  }
}

} // namespace whittle::test

#endif // WHITTLE_TESTS_VERIFY_SHIPPEDRULES_H
