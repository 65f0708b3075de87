//===- isa/conformance/TileReference.cpp - A second source of AMX ---------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/conformance/TileReference.h"
#include <algorithm>

namespace whittle {

static constexpr int MaxRows = 16, BytesPerRow = 64;

/// TDPB??D, with the signedness of the bytes of each operand.
static void multiplyBytes(bool SignedA, bool SignedB, const TileShape &Shape, TileBytes &Tile,
                          const TileBytes &A, const TileBytes &B) {
  // The configuration holds a byte for the rows.
  const int NumRows = std::min<int>(Shape.M % 256, MaxRows);
  const int RowBytes = std::min<int>(Shape.N, BytesPerRow);
  const int BytesOfA = std::min<int>(Shape.K, BytesPerRow);
  auto Extend = [](uint8_t Byte, bool Signed) -> int64_t {
    return Signed && Byte >= 128 ? int64_t(Byte) - 256 : int64_t(Byte);
  };
  for (int Row = 0; Row < NumRows; ++Row) {
    for (int Byte = 0; Byte + 4 <= RowBytes; Byte += 4) {
      int64_t Total = 0;
      for (int Along = 0; Along + 4 <= BytesOfA; Along += 4)
        for (int Part = 0; Part < 4; ++Part)
          Total += Extend(A[size_t(Row) * BytesPerRow + size_t(Along + Part)], SignedA) *
                   Extend(B[size_t(Along / 4) * BytesPerRow + size_t(Byte + Part)], SignedB);
      // Little-endian, carries out of the dword are lost.
      int64_t Carry = 0;
      for (int Part = 0; Part < 4; ++Part) {
        uint8_t &Place = Tile[size_t(Row) * BytesPerRow + size_t(Byte + Part)];
        Carry += Place + (Total & 0xff);
        Place = uint8_t(Carry & 0xff);
        Carry >>= 8;
        Total >>= 8;
      }
    }
    // write_row_and_zero
    for (int Byte = RowBytes; Byte < BytesPerRow; ++Byte)
      Tile[size_t(Row) * BytesPerRow + size_t(Byte)] = 0;
  }
  // zero_upper_rows
  for (int Row = NumRows; Row < MaxRows; ++Row)
    for (int Byte = 0; Byte < BytesPerRow; ++Byte)
      Tile[size_t(Row) * BytesPerRow + size_t(Byte)] = 0;
}

bool executeTile(std::string_view Opcode, const TileShape &Shape, TileBytes &Tile,
                 const TileBytes &A, const TileBytes &B) {
  if (Opcode == "PTILEZEROV")
    Tile.fill(0);
  else if (Opcode == "PTDPBSSDV")
    multiplyBytes(true, true, Shape, Tile, A, B);
  else if (Opcode == "PTDPBSUDV")
    multiplyBytes(true, false, Shape, Tile, A, B);
  else if (Opcode == "PTDPBUSDV")
    multiplyBytes(false, true, Shape, Tile, A, B);
  else if (Opcode == "PTDPBUUDV")
    multiplyBytes(false, false, Shape, Tile, A, B);
  else
    return false;
  return true;
}

} // namespace whittle
