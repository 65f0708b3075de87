//===- isa/conformance/TileConform.cpp - AMX rows held against a reference ----===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/conformance/TileConform.h"
#include "isa/conformance/IsaEval.h"
#include "isa/conformance/TileReference.h"
#include "isa/conformance/X86Inputs.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/xxhash.h"
#include <algorithm>

using namespace llvm;

namespace whittle {

bool isTileRow(const Row &R) { return R.Def.Kind == RegKind::Tile; }

namespace {
/// The operands of one comparison. Rows have them in this order.
struct TileInputs {
  TileShape Shape;
  TileBytes Acc{}, A{}, B{};
};
} // namespace

/// All shapes of whole dwords that hardware can be given come first, with the
/// empty ones, in an order that mixes small and large; what follows are other
/// numbers of bytes and numbers past the limits.
static TileShape shapeAt(Random &Rng, uint64_t Input) {
  constexpr unsigned Counts = 17;
  constexpr uint64_t Shapes = Counts * Counts * Counts, Stride = 3037;
  static_assert(Stride % Counts, "every shape is met");
  if (Input < Shapes) {
    uint64_t I = (Input + 1) * Stride % Shapes;
    return {uint16_t(I % Counts), uint16_t(I / Counts % Counts * 4),
            uint16_t(I / Counts / Counts * 4)};
  }
  auto Any = [&](unsigned Limit) {
    switch (Rng.below(8)) {
    case 0:
      return uint16_t(Rng.next());
    case 1:
      return uint16_t(256 + Rng.below(Limit + 2));
    default:
      return uint16_t(Rng.below(Limit + 4));
    }
  };
  return {Any(16), Any(64), Any(64)};
}

static void fillTile(Random &Rng, TileBytes &T) {
  static constexpr uint8_t Corners[] = {0, 1, 0x7f, 0x80, 0x81, 0xff};
  const unsigned Kind = Rng.below(6);
  const uint8_t One = Corners[Rng.below(std::size(Corners))];
  if (Kind < 2) {
    for (uint8_t &Byte : T)
      Byte = uint8_t(Rng.next());
  } else if (Kind == 2) {
    T.fill(One);
  } else if (Kind == 3) {
    for (uint8_t &Byte : T)
      Byte = Corners[Rng.below(std::size(Corners))];
  } else if (Kind == 4) {
    // A single byte shows where it goes.
    T.fill(0);
    T[Rng.below(unsigned(T.size()))] = uint8_t(Rng.next() | 1);
  } else {
    // Each row, or each column, its number.
    const unsigned Shift = Rng.below(2) * 6;
    for (unsigned I = 0; I != T.size(); ++I)
      T[I] = uint8_t((I >> Shift) + One);
  }
}

static std::string describe(const TileInputs &In, const TileBytes &Reference,
                            ArrayRef<uint8_t> Meaning) {
  unsigned At = 0;
  while (Reference[At] == Meaning[At])
    ++At;
  // The bytes that the result's dword is made of, not three whole tiles.
  auto RowHex = [](const TileBytes &T, unsigned Row) {
    return toHex(ArrayRef(T).slice(Row * 64, 64), /*LowerCase=*/true);
  };
  const unsigned Row = At / 64, Dword = At % 64 / 4 * 4 + Row * 64;
  return "m=" + std::to_string(In.Shape.M) + " n=" + std::to_string(In.Shape.N) +
         " k=" + std::to_string(In.Shape.K) + " row=" + std::to_string(Row) +
         " byte=" + std::to_string(At % 64) + " acc.row=" + RowHex(In.Acc, Row) +
         " a.row=" + RowHex(In.A, Row) +
         " reference=" + toHex(ArrayRef(Reference).slice(Dword, 4), /*LowerCase=*/true) +
         " meaning=" + toHex(Meaning.slice(Dword, 4), /*LowerCase=*/true);
}

Error conformTile(const Row &R, const ConformOptions &Options, ConformEntry &E) {
  assert(isTileRow(R));
  const bool Product = R.Ins.size() == 6;
  TileInputs In;
  if (TileBytes Unused; !executeTile(R.Name, In.Shape, Unused, In.A, In.B)) {
    E.Reason = "the reference does not know this opcode";
    return Error::success();
  }
  auto Code = RowFunction::compile(R);
  if (!Code)
    return Code.takeError();
  E.H = ConformEntry::SecondSource;
  E.Reason = "scalar reference";
  Random Rng(Options.Seed ^ xxh3_64bits(R.Name));
  auto Count = [](uint16_t N) {
    std::vector<uint8_t> Bytes(2);
    support::endian::write16le(Bytes.data(), N);
    return Bytes;
  };
  auto Copy = [](const TileBytes &T) { return std::vector<uint8_t>(T.begin(), T.end()); };
  for (; E.Inputs < Options.Inputs; ++E.Inputs) {
    In.Shape = shapeAt(Rng, E.Inputs);
    for (TileBytes *T : {&In.Acc, &In.A, &In.B})
      fillTile(Rng, *T);
    std::vector<std::vector<uint8_t>> Operands = {Count(In.Shape.M), Count(In.Shape.N)};
    if (Product) {
      Operands.push_back(Count(In.Shape.K));
      for (const TileBytes *T : {&In.Acc, &In.A, &In.B})
        Operands.push_back(Copy(*T));
    }
    TileBytes Reference = In.Acc;
    executeTile(R.Name, In.Shape, Reference, In.A, In.B);
    EvalReply Reply = (*Code)->run(Operands, {}, ~uint64_t(0), 1);
    if (!std::equal(Reference.begin(), Reference.end(), Reply.Out[0].begin()) && !E.Mismatches++)
      E.FirstMismatch = describe(In, Reference, Reply.Out[0]);
  }
  return Error::success();
}

} // namespace whittle
