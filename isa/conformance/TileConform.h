//===- isa/conformance/TileConform.h - AMX rows held against a reference -*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ISA_CONFORMANCE_TILECONFORM_H
#define WHITTLE_ISA_CONFORMANCE_TILECONFORM_H

#include "isa/conformance/Conformance.h"

namespace whittle {

/// Whether \p R computes a tile: such rows are compared here and not with
/// silicon, which takes them only in a process that configured its tiles.
bool isTileRow(const Row &R);

/// Compares a tile row, compiled, with TileReference, on random, corner and
/// structured tiles and shapes. An opcode that the reference does not know is
/// Unconfirmed. Fails if the row does not compile.
llvm::Error conformTile(const Row &R, const ConformOptions &Options, ConformEntry &E);

} // namespace whittle

#endif // WHITTLE_ISA_CONFORMANCE_TILECONFORM_H
