//===- isa/conformance/X86Inputs.cpp - Telling inputs for x86 rows -----------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/conformance/X86Inputs.h"
#include "llvm/Support/MathExtras.h"
#include <cstring>

using namespace llvm;

namespace whittle {

static void putElement(uint8_t *At, unsigned Index, unsigned Bytes, uint64_t Value) {
  std::memcpy(At + Index * Bytes, &Value, Bytes);
}

/// A value at which an operation on W bits changes its manner.
static uint64_t corner(Random &Rng, unsigned W) {
  uint64_t Top = uint64_t(1) << (W - 1);
  switch (Rng.below(12)) {
  case 0:
    return 0;
  case 1:
    return 1;
  case 2:
    return ~uint64_t(0);
  case 3:
    return Top;
  case 4:
    return Top - 1;
  case 5:
    return Top + 1;
  case 6: // about half the width, where narrowing saturates
    return (uint64_t(1) << (W / 2)) - 1 + Rng.below(3);
  case 7:
    return (uint64_t(1) << (W / 2 - 1)) - 1 + Rng.below(3);
  case 8:
    return -(uint64_t(1) << (W / 2 - 1)) - 1 + Rng.below(3);
  case 9: // a count near the width
    return W - 2 + Rng.below(5);
  case 10:
    return uint64_t(1) << Rng.below(W);
  default:
    return Rng.next();
  }
}

/// The ends of the ranges: where sums of products of all operands overflow.
static uint64_t extreme(Random &Rng, unsigned W) {
  uint64_t Top = uint64_t(1) << (W - 1);
  const uint64_t Values[] = {Top, Top - 1, ~uint64_t(0), Rng.below(2)};
  return Values[Rng.below(4)];
}

static void fillVector(Random &Rng, uint8_t *To, const uint8_t *Other) {
  unsigned Bytes = 1u << Rng.below(4), W = 8 * Bytes, N = 64 / Bytes;
  auto Each = [&](auto Make) {
    for (unsigned I = 0; I != N; ++I)
      putElement(To, I, Bytes, Make(I));
  };
  auto Qwords = [&](auto Make) {
    for (unsigned I = 0; I != 8; ++I)
      putElement(To, I, 8, Make());
  };
  switch (Rng.below(Other ? 16 : 14)) {
  case 0:
  case 1:
  case 2:
    return Qwords([&] { return Rng.next(); });
  case 3:
  case 4:
    return Each([&](unsigned) { return corner(Rng, W); });
  case 5: // counts and indices
  case 6:
    return Each([&](unsigned) { return Rng.below(2 * W + 3); });
  case 7:
    return Qwords([&] { return Rng.next() & Rng.next() & Rng.next(); });
  case 8:
    return Qwords([&] { return Rng.next() | Rng.next() | Rng.next(); });
  case 9: {
    uint64_t Value = corner(Rng, W);
    return Each([&](unsigned) { return Value; });
  }
  case 10: { // one of two values
    uint64_t A = corner(Rng, W), B = corner(Rng, W);
    return Each([&](unsigned) { return Rng.below(2) ? A : B; });
  }
  case 11: { // numbers in order
    uint64_t Start = Rng.next();
    return Each([&](unsigned I) { return Start + I; });
  }
  case 12: // a count that the whole low quadword gives
  case 13:
    return Qwords([&] { return Rng.below(72); });
  default: // another operand with a few elements one off
    std::memcpy(To, Other, 64);
    for (unsigned I = 0; I != N; ++I)
      if (Rng.below(4) == 0) {
        uint64_t Value = 0;
        std::memcpy(&Value, Other + I * Bytes, Bytes);
        putElement(To, I, Bytes, Value + Rng.below(3) - 1);
      }
  }
}

/// A mask or general register: 8 bytes.
static void fillScalar(Random &Rng, uint8_t *To, unsigned W) {
  uint64_t Value = 0;
  switch (Rng.below(8)) {
  case 0:
    Value = 0;
    break;
  case 1:
    Value = ~uint64_t(0);
    break;
  case 2:
    Value = corner(Rng, W);
    break;
  case 3: // the low bits set
    Value = maskTrailingOnes<uint64_t>(Rng.below(65));
    break;
  case 4:
    Value = Rng.next() & Rng.next();
    break;
  default:
    Value = Rng.next();
  }
  putElement(To, 0, 8, Value);
}

void fillInputs(Random &Rng, const Row &R, MachineState &S) {
  // Sometimes all operands at once, so that extremes meet.
  bool Extreme = Rng.below(8) == 0;
  unsigned Bytes = 1u << Rng.below(4);
  const uint8_t *Other = nullptr;
  for (auto [I, Ty] : enumerate(R.Ins)) {
    if (Ty.Kind != RegKind::Vec) {
      fillScalar(Rng, S.In[I], Ty.Kind == RegKind::Mask ? 64 : Ty.Bits);
      continue;
    }
    if (Extreme)
      for (unsigned E = 0; E != 64 / Bytes; ++E)
        putElement(S.In[I], E, Bytes, extreme(Rng, 8 * Bytes));
    else
      fillVector(Rng, S.In[I], Other);
    Other = S.In[I];
  }
  for (unsigned I = 0; I != 8; ++I)
    putElement(S.Before, I, 8, Rng.next());
}

} // namespace whittle
