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

namespace {
/// Elements of \p Bytes in 64 bytes.
class Elements {
public:
  Elements(uint8_t *At, unsigned Bytes) : At(At), Bytes(Bytes) {}
  unsigned count() const { return 64 / Bytes; }
  unsigned width() const { return 8 * Bytes; }
  void put(unsigned I, uint64_t Value) { std::memcpy(At + I * Bytes, &Value, Bytes); }
  uint64_t get(unsigned I) const {
    uint64_t Value = 0;
    std::memcpy(&Value, At + I * Bytes, Bytes);
    return Value;
  }
  template <typename Fn> void each(Fn Make) {
    for (unsigned I = 0; I != count(); ++I)
      put(I, Make(I));
  }

private:
  uint8_t *At;
  unsigned Bytes;
};

/// A binary floating-point format of W bits.
struct Format {
  unsigned W, Fraction;
  unsigned exponentBits() const { return W - 1 - Fraction; }
  uint64_t bias() const { return maskTrailingOnes<uint64_t>(exponentBits() - 1); }
  uint64_t sign() const { return uint64_t(1) << (W - 1); }
  uint64_t infinity() const { return maskTrailingOnes<uint64_t>(exponentBits()) << Fraction; }
  uint64_t quiet() const { return uint64_t(1) << (Fraction - 1); }
  /// 2^E, if that is a normal number.
  uint64_t power(int E) const { return (bias() + uint64_t(int64_t(E))) << Fraction; }
  uint64_t fractionMask() const { return maskTrailingOnes<uint64_t>(Fraction); }
};
} // namespace

static Format formatOf(Random &Rng, unsigned W) {
  if (W == 64)
    return {64, 52};
  if (W == 32)
    return {32, 23};
  return Rng.below(2) ? Format{16, 10} : Format{16, 7}; // half and bfloat16
}

/// A float at which an operation or a conversion changes its manner.
static uint64_t floatCorner(Random &Rng, unsigned W) {
  const Format F = formatOf(Rng, W);
  auto Make = [&]() -> uint64_t {
    // Exponents at which integers end, or lose their fraction.
    static const int Edges[] = {-1, 0, 1, 7, 8, 15, 16, 23, 24, 31, 32, 52, 53, 63, 64};
    const int MaxE = int(F.bias());
    int Edge = std::min(Edges[Rng.below(std::size(Edges))], MaxE);
    switch (Rng.below(16)) {
    case 0:
      return 0;
    case 1:
      return F.infinity();
    case 2: // quiet, default or with a payload
      return F.infinity() | F.quiet() | (Rng.below(2) ? Rng.next() & F.fractionMask() : 0);
    case 3: { // signalling: the top of the fraction is clear, something else is set
      uint64_t Payload = Rng.next() & (F.quiet() - 1);
      return F.infinity() | (Payload ? Payload : 1);
    }
    case 4: // denormals: least, greatest, some
      return 1;
    case 5:
      return F.fractionMask();
    case 6:
      return Rng.next() & F.fractionMask();
    case 7: // least normal and its neighbours
      return F.power(1 - int(F.bias())) + Rng.below(3) - 1;
    case 8: // greatest and near
      return F.infinity() - 1 - Rng.below(2);
    case 9: // n + 1/2 and n, small
      return F.power(int(Rng.below(3))) | (Rng.next() & (uint64_t(7) << (F.Fraction - 3)));
    case 10: // a limit and its neighbours
    case 11:
      return F.power(Edge) + Rng.below(5) - 2;
    case 12:
      return F.power(Edge) | F.quiet();
    case 13: // roots of the least and greatest: products leave the range
      return F.power((Rng.below(2) ? MaxE : 1 - MaxE) / 2) + Rng.below(3) - 1;
    case 14: // one, and what rounds to it
      return F.power(0) + Rng.below(3) - 1;
    default: // ends of the fraction's trailing bits, where wider formats round
      return F.power(int(Rng.below(7)) - 3) + (Rng.next() & F.fractionMask() & ~uint64_t(0xfff)) +
             (uint64_t(1) << Rng.below(F.Fraction));
    }
  };
  return Make() ^ (Rng.below(2) ? F.sign() : 0);
}

/// A float of any fraction whose exponent is near 1's, so that sums round.
static uint64_t moderateFloat(Random &Rng, unsigned W) {
  const Format F = formatOf(Rng, W);
  const int Range = int(std::min<uint64_t>(F.bias() - 1, F.Fraction + 3));
  int E = int(Rng.below(unsigned(2 * Range + 1))) - Range;
  return F.power(E) | (Rng.next() & F.fractionMask()) | (Rng.below(2) ? F.sign() : 0);
}

/// An integer at which an operation on W bits changes its manner.
static uint64_t integerCorner(Random &Rng, unsigned W) {
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

/// The ends of the ranges: where sums of products of all operands overflow. Few
/// different ones, so that they meet in each lane.
namespace {
class Extremes {
public:
  explicit Extremes(Random &Rng) : Rng(Rng) {
    for (unsigned &P : Pick)
      P = Rng.below(4);
  }
  uint64_t value(unsigned W) const {
    uint64_t Top = uint64_t(1) << (W - 1);
    const uint64_t Values[] = {Top, Top - 1, ~uint64_t(0), Rng.below(2)};
    return Values[Pick[Rng.below(3)]];
  }

private:
  Random &Rng;
  unsigned Pick[3];
};
} // namespace

static uint64_t corner(Random &Rng, unsigned W, bool Float) {
  return Float && W >= 16 ? floatCorner(Rng, W) : integerCorner(Rng, W);
}

static void fillRandom(Random &Rng, Elements E) {
  if (E.width() >= 16 && Rng.below(3) == 0)
    return E.each([&](unsigned) { return moderateFloat(Rng, E.width()); });
  E.each([&](unsigned) { return Rng.next(); });
}

static void fillCorner(Random &Rng, Elements E, bool Float) {
  switch (Rng.below(8)) {
  case 0: // counts and indices
    return E.each([&](unsigned) { return Rng.below(2 * E.width() + 3); });
  case 1: // a count that the whole low quadword gives
    E.each([&](unsigned) { return 0; });
    return E.put(0, Rng.below(72));
  case 2: {
    const Extremes X(Rng);
    return E.each([&](unsigned) { return X.value(E.width()); });
  }
  default:
    return E.each([&](unsigned) { return corner(Rng, E.width(), Float); });
  }
}

static void fillStructured(Random &Rng, Elements E, bool Float, const uint8_t *Other) {
  auto Near = [&](uint64_t V) { return V + Rng.below(3) - 1; };
  const unsigned W = E.width();
  switch (Rng.below(Other ? 14 : 9)) {
  case 0: // sparse
    return E.each([&](unsigned) { return Rng.next() & Rng.next() & Rng.next(); });
  case 1: // dense
    return E.each([&](unsigned) { return Rng.next() | Rng.next() | Rng.next(); });
  case 2: { // one value
    uint64_t Value = corner(Rng, W, Float);
    return E.each([&](unsigned) { return Value; });
  }
  case 3: { // one of two values
    uint64_t A = corner(Rng, W, Float), B = corner(Rng, W, Float);
    return E.each([&](unsigned) { return Rng.below(2) ? A : B; });
  }
  case 4: { // numbers in order
    uint64_t Start = Rng.next();
    return E.each([&](unsigned I) { return Start + I; });
  }
  case 5: // small numbers of both signs
    return E.each([&](unsigned) { return uint64_t(Rng.below(17)) - 8; });
  case 6: { // one lane differs
    uint64_t Value = Rng.below(2) ? Rng.next() : corner(Rng, W, Float);
    E.each([&](unsigned) { return Value; });
    return E.put(Rng.below(E.count()), corner(Rng, W, Float));
  }
  case 7: // one bit
    E.each([&](unsigned) { return 0; });
    return E.put(Rng.below(E.count()), uint64_t(1) << Rng.below(W));
  case 8: // a quadword's low bits set
    return E.each([&](unsigned) { return maskTrailingOnes<uint64_t>(Rng.below(65)); });
  default:
    break;
  }
  Elements O(const_cast<uint8_t *>(Other), W / 8);
  switch (Rng.below(5)) {
  case 0: // equal
    return E.each([&](unsigned I) { return O.get(I); });
  case 1: // a few lanes one off
    return E.each([&](unsigned I) { return Rng.below(4) ? O.get(I) : Near(O.get(I)); });
  case 2: // all lanes one off or equal: floats of which differences cancel
    return E.each([&](unsigned I) { return Near(O.get(I)); });
  case 3: // the sign or complement: sums and products of it are 0 or near
    return E.each([&](unsigned I) {
      return Rng.below(2) ? O.get(I) ^ (uint64_t(1) << (W - 1)) : Near(~O.get(I));
    });
  default: { // one lane differs
    E.each([&](unsigned I) { return O.get(I); });
    unsigned I = Rng.below(E.count());
    return E.put(I, Rng.below(2) ? Near(O.get(I)) : corner(Rng, W, Float));
  }
  }
}

void fillInputs(Random &Rng, InputKind Kind, const Row &R, MachineState &S) {
  // Mostly one element size, and extremes in all operands at once, so that they meet.
  const unsigned Common = 1u << Rng.below(4);
  const bool OneSize = Rng.below(4) != 0, Float = Rng.below(2) != 0, Extreme = Rng.below(4) == 0;
  const Extremes Ends(Rng);
  const uint8_t *Other = nullptr;
  RegKind OtherKind = RegKind::Vec;
  for (auto [I, Ty] : enumerate(R.Ins)) {
    unsigned Bytes = OneSize ? Common : 1u << Rng.below(4);
    if (Ty.Kind == RegKind::Gpr)
      Bytes = Ty.bytes();
    else if (Ty.Kind == RegKind::Mask)
      Bytes = 8;
    Elements E(S.In[I], Bytes);
    if (Kind == InputKind::Random)
      fillRandom(Rng, E);
    else if (Kind == InputKind::Structured)
      fillStructured(Rng, E, Float, OtherKind == Ty.Kind ? Other : nullptr);
    else if (Extreme)
      E.each([&](unsigned) { return Ends.value(E.width()); });
    else
      fillCorner(Rng, E, Float);
    Other = S.In[I];
    OtherKind = Ty.Kind;
  }
  for (unsigned I = 0; I != 8; ++I)
    Elements(S.Before, 8).put(I, Rng.next());
  S.FlagsBefore = Rng.next() & MachineState::FlagsMask;
}

} // namespace whittle
