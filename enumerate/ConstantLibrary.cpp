//===- enumerate/ConstantLibrary.cpp - Constants worth trying -------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "enumerate/ConstantLibrary.h"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;

namespace whittle {

bool loadable(ValueType T) {
  return (T.Kind == RegKind::Vec && T.Bits >= 128) ||
         (T.Kind == RegKind::Lane && (T.Bits == 32 || T.Bits == 16));
}

std::vector<uint64_t> libraryUnits(unsigned Bits) {
  std::vector<uint64_t> Units;
  uint64_t Mask = Bits == 64 ? ~0ull : (1ull << Bits) - 1;
  auto Add = [&](uint64_t X) {
    if (!is_contained(Units, X & Mask))
      Units.push_back(X & Mask);
  };
  uint64_t Sign = 1ull << (Bits - 1);
  for (uint64_t X : {uint64_t(0), ~uint64_t(0), uint64_t(1), Sign, Sign - 1, uint64_t(2)})
    Add(X);
  // Low halves and bytes, also repeated: 0x0f0f.., 0x00ff...
  for (unsigned Half = Bits / 2; Half >= 4; Half /= 2) {
    uint64_t Low = (1ull << Half) - 1, Repeated = 0;
    for (unsigned At = 0; At < Bits; At += 2 * Half)
      Repeated |= Low << At;
    Add(Low);
    Add(~Low);
    Add(Repeated);
    Add(~Repeated);
  }
  for (unsigned K = 0; K != Bits; ++K)
    Add(1ull << K);
  for (unsigned K = 1; K != Bits; ++K) {
    Add((1ull << K) - 1);
    Add(~((1ull << K) - 1));
  }
  for (uint64_t X = 3; X <= 10; ++X)
    Add(X);
  // Floating point: infinity and the mantissa below it.
  if (Bits == 32)
    Add(0x7f800000), Add(0x7fffff);
  if (Bits == 64)
    Add(0x7ff0000000000000), Add(0xfffffffffffff);
  return Units;
}

std::vector<APInt> libraryConstants(ValueType T) {
  std::vector<APInt> Constants;
  auto Splat = [&](unsigned Bits, uint64_t X) {
    APInt C = APInt::getSplat(T.Bits, APInt(Bits, X));
    if (!is_contained(Constants, C))
      Constants.push_back(C);
  };
  Splat(8, 0);
  Splat(8, 0xff);
  if (T.Kind == RegKind::Lane) {
    for (uint64_t X = 1; X <= 16; ++X) // offsets, widths, counts
      Splat(32, X);
    for (uint64_t X : {24u, 31u, 0xffu, 0xffffu, 0xff00u, 0xff00ffu, 0xffff0000u, 0x80000000u,
                       0x7fffffffu, 0x01010101u})
      Splat(32, X);
    return Constants;
  }
  for (unsigned Bits : {8u, 16u, 32u, 64u}) {
    uint64_t Sign = 1ull << (Bits - 1);
    for (uint64_t X : {uint64_t(1), Sign, Sign - 1, (uint64_t(1) << Bits / 2) - 1})
      Splat(Bits, X);
  }
  for (uint64_t X : {2, 4, 0x33, 0x55})
    Splat(8, X);
  Splat(64, 0x0102040810204080); // the identity of GF2P8AFFINEQB
  APInt Iota(T.Bits, 0);
  for (unsigned I = 0; I != T.Bits / 8; ++I)
    Iota.insertBits(I, I * 8, 8);
  Constants.push_back(Iota);
  return Constants;
}

std::vector<APInt> shiftedConstants(const APInt &C) {
  std::vector<APInt> Constants;
  unsigned Bits = 8;
  while (Bits <= 64 && Bits <= C.getBitWidth() && !C.isSplat(Bits))
    Bits *= 2;
  if (Bits > 64 || Bits > C.getBitWidth())
    return Constants;
  const APInt X = C.trunc(Bits), Sign = APInt::getSignMask(Bits);
  for (const APInt &Near : {-X, -X - 1, X, X + 1, 1 - X})
    for (const APInt &Moved : {Near, Near ^ Sign}) {
      APInt All = APInt::getSplat(C.getBitWidth(), Moved);
      if (!Moved.isZero() && All != C && !is_contained(Constants, All))
        Constants.push_back(std::move(All));
    }
  return Constants;
}

} // namespace whittle
