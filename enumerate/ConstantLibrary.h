//===- enumerate/ConstantLibrary.h - Constants worth trying -----*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ENUMERATE_CONSTANTLIBRARY_H
#define WHITTLE_ENUMERATE_CONSTANTLIBRARY_H

#include "isa/Value.h"
#include "llvm/ADT/APInt.h"
#include <vector>

namespace whittle {

/// True if a constant of the type can be an operand: a vector register, which is
/// loaded, or a value of lanes.
bool loadable(ValueType T);

/// Units of \p Bits bits (8, 16, 32, 64) that programs use, the simplest first: 0, -1,
/// 1, sign and others' masks, powers of two and what is below them, low bytes.
std::vector<uint64_t> libraryUnits(unsigned Bits);

/// Whole constants of a type that loadable() allows, for instructions in the middle of
/// a program: few, since each is an operand of every row.
std::vector<llvm::APInt> libraryConstants(ValueType T);

/// What a sum or an exclusive or moves \p C to 0 or to the least signed number with, or
/// next to it: the ends of a range are moved there to be compared with once. For
/// constants that are the same in units of at most 64 bits.
std::vector<llvm::APInt> shiftedConstants(const llvm::APInt &C);

} // namespace whittle

#endif // WHITTLE_ENUMERATE_CONSTANTLIBRARY_H
