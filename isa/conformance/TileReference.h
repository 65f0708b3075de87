//===- isa/conformance/TileReference.h - A second source of AMX --*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What AMX instructions compute, written a second time as plain loops over bytes
// in the manner of the pseudo-code of Intel's Software Developer's Manual. Shares
// no code with the rows, nor with LLVM.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ISA_CONFORMANCE_TILEREFERENCE_H
#define WHITTLE_ISA_CONFORMANCE_TILEREFERENCE_H

#include <array>
#include <cstdint>
#include <string_view>
#include <vector>

namespace whittle {

/// A tile register in memory order: 16 rows of 64 bytes.
using TileBytes = std::array<uint8_t, 1024>;

/// The shape operands as LLVM has them: rows, and bytes in a row.
struct TileShape {
  uint16_t M = 0, N = 0, K = 0;
};

/// Executes \p Opcode (LLVM's name, of the form with shape operands) on \p Tile,
/// in which products accumulate. False if the reference does not know the
/// opcode, and then \p Tile is unchanged.
bool executeTile(std::string_view Opcode, const TileShape &Shape, TileBytes &Tile,
                 const TileBytes &A, const TileBytes &B);

} // namespace whittle

#endif // WHITTLE_ISA_CONFORMANCE_TILEREFERENCE_H
