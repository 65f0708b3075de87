//===- tests/passes/LaneFixture.h - Rules on AMDGPU code --------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_TESTS_PASSES_LANEFIXTURE_H
#define WHITTLE_TESTS_PASSES_LANEFIXTURE_H

#include "MirFixture.h"
#include "gmock/gmock.h"

namespace whittle {

inline MirTarget gpu(const char *Name, const char *Features = "") {
  return {"amdgcn-amd-amdhsa", Name, Features, std::nullopt, ""};
}

/// How often \p Rule fires in a function of three VGPRs, two SGPRs and \p Body.
inline size_t rewrites(const std::string &Rule, const std::string &Body,
                       const MirTarget &Target = gfx942(), std::string *Text = nullptr) {
  ApplyStats S;
  std::string Out = applyTo(R"(
  bb.0:
    liveins: $vgpr0, $vgpr1, $vgpr2, $sgpr4, $sgpr6_sgpr7
    %0:vgpr_32 = COPY $vgpr0
    %1:vgpr_32 = COPY $vgpr1
    %2:vgpr_32 = COPY $vgpr2
    %8:sreg_32 = COPY $sgpr4
    %9:sreg_64 = COPY $sgpr6_sgpr7
)" + Body,
                            Rule, Target, &S);
  if (Text)
    *Text = Out;
  return S.Rewrites.size();
}

/// Returns %4.
inline const std::string Return = "    $vgpr0 = COPY %4\n    SI_RETURN implicit $vgpr0\n";

} // namespace whittle

#endif // WHITTLE_TESTS_PASSES_LANEFIXTURE_H
