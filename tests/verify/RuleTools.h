//===- tests/verify/RuleTools.h - Rules written as text ----------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_TESTS_VERIFY_RULETOOLS_H
#define WHITTLE_TESTS_VERIFY_RULETOOLS_H

#include "isa/TargetIsa.h"
#include "verify/Verify.h"
#include <gtest/gtest.h>

namespace whittle::test {

/// "rule ARCH" and "end" are added.
inline Rule rule(llvm::StringRef Arch, const std::string &Body) {
  llvm::Expected<Rule> R = parseRule("rule " + Arch.str() + "\n" + Body + "end\n");
  if (!R) {
    ADD_FAILURE() << llvm::toString(R.takeError()) << "\n" << Body;
    return {};
  }
  return *R;
}
inline Rule x86(const std::string &Body) { return rule("x86_64", Body); }
inline Rule amd(const std::string &Body) { return rule("amdgcn", Body); }

inline VerifyResult verified(const Rule &R, const VerifyOptions &O = {}) {
  llvm::Expected<VerifyResult> V = verify(R, O);
  if (!V) {
    ADD_FAILURE() << llvm::toString(V.takeError());
    return {Unknown{"error"}, {}, ""};
  }
  return *V;
}
inline std::string verdict(const Rule &R, const VerifyOptions &O = {}) {
  return verdictName(verified(R, O).V).str();
}
/// Z3 alone.
inline VerifyOptions solverOnly() {
  VerifyOptions O;
  O.NormalForms = false;
  return O;
}

} // namespace whittle::test

#endif // WHITTLE_TESTS_VERIFY_RULETOOLS_H
