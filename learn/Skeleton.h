//===- learn/Skeleton.h - What a program is but for its form ----*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_LEARN_SKELETON_H
#define WHITTLE_LEARN_SKELETON_H

#include "isa/Program.h"
#include <string>

namespace whittle {

/// An opcode name without register width, element width, mask form, VEX or EVEX
/// encoding and operand form: VPSUBDZ128rrkz and PSUBBrr are "PSUB"; V_ADD_U32_e64
/// is "V_ADD". A key, not always readable.
std::string opcodeFamily(llvm::StringRef Arch, llvm::StringRef Name);

/// The source as a tree of opcode families. Also erased: operand order,
/// immediates, which leaf is which, and the mask and pass-through operands of
/// masked forms. Too coarse on purpose: windows that differ only in what is
/// erased always land on the same side of the split.
std::string skeleton(const Window &W);

enum class Split : uint8_t { Train, Validation, Test };
/// Eight, one and one of ten, by a hash of the skeleton alone: no seed moves a
/// skeleton to the other side.
Split splitOf(llvm::StringRef Skeleton);

} // namespace whittle

#endif // WHITTLE_LEARN_SKELETON_H
