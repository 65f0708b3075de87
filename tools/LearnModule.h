//===- tools/LearnModule.h - Opens lib/WhittleLearn.so ----------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_TOOLS_LEARNMODULE_H
#define WHITTLE_TOOLS_LEARNMODULE_H

#include "learn/Learn.h"

namespace whittle {

/// The module beside this program, opened on first use (0.6 s: LibTorch).
llvm::Expected<LearnModule *> learnModule();

} // namespace whittle

#endif // WHITTLE_TOOLS_LEARNMODULE_H
