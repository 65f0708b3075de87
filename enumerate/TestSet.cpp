//===- enumerate/TestSet.cpp - The inputs that candidates are compared on -===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "enumerate/TestSet.h"

using namespace llvm;

namespace whittle {

/// Random bytes are what nearly all operations are told apart by; the others
/// are for saturation, compares, shift counts and sign bits.
enum class Pattern : uint8_t { Any, Corner, Equal, Near, Small, Sparse, Float };
static constexpr Pattern Mix[16] = {Pattern::Any,  Pattern::Corner, Pattern::Any,   Pattern::Near,
                                    Pattern::Any,  Pattern::Equal,  Pattern::Small, Pattern::Any,
                                    Pattern::Any,  Pattern::Sparse, Pattern::Any,   Pattern::Corner,
                                    Pattern::Near, Pattern::Any,    Pattern::Small, Pattern::Any};

static uint64_t corner(Random &R, unsigned EltBits) {
  uint64_t Top = 1ull << (EltBits - 1), Ones = EltBits == 64 ? ~0ull : (1ull << EltBits) - 1;
  const uint64_t Values[] = {0, 1, Ones, Top, Top - 1, Top + 1, Ones - 1, 2, EltBits, EltBits - 1};
  return Values[R.below(std::size(Values))] & Ones;
}

/// A single or double whose sum with another one shows all of both, or a special
/// value; halves are not floating-point numbers here.
static uint64_t floatingPoint(uint64_t X, unsigned Bits) {
  unsigned Mantissa = Bits == 32 ? 23 : 52;
  uint64_t Infinity = (1ull << (Bits - 1)) - (1ull << Mantissa);
  uint64_t Sign = (X & 1) << (Bits - 1), Kind = (X >> 1) % 16;
  if (Kind == 0) {
    const uint64_t Special[] = {
        0, 1, Infinity, Infinity + (1ull << (Mantissa - 1)) + 5, Infinity + 1, Infinity - 1};
    return Sign | Special[(X >> 8) % std::size(Special)];
  }
  uint64_t One = Infinity >> 1 & ~((1ull << Mantissa) - 1);
  uint64_t Exponent = One + (((X >> 8) % 8) << Mantissa) - (4ull << Mantissa);
  return Sign | Exponent | ((X >> 12) % 64) << (Mantissa - 6);
}

/// One element of \p Bytes bytes at \p P by the pattern; \p Shared is the same
/// for all leaves.
static void element(uint8_t *P, unsigned Bytes, Pattern Kind, Random &Own, uint64_t Shared) {
  unsigned Bits = Bytes * 8;
  uint64_t X = Own.next();
  switch (Kind) {
  case Pattern::Any:
    break;
  case Pattern::Corner:
    X = corner(Own, Bits);
    break;
  case Pattern::Equal:
    X = Shared;
    break;
  case Pattern::Near:
    X = X & 1 ? Shared + (X >> 1) % 5 - 2 : Shared ^ (1ull << ((X >> 1) % Bits));
    break;
  case Pattern::Small:
    X = X & 1 ? (X >> 1) % 16 : 0 - (X >> 1) % 16;
    break;
  case Pattern::Sparse:
    X = 1ull << (X % Bits);
    break;
  case Pattern::Float:
    if (Bits >= 32)
      X = floatingPoint(X, Bits);
    break;
  }
  memcpy(P, &X, Bytes);
}

TestSet::TestSet(std::vector<Leaf> L, unsigned WidestBytes, uint64_t Seed, bool Floats)
    : Leaves(std::move(L)), Floats(Floats), Buffers(Leaves.size()) {
  bool Narrow = false;
  for (const Leaf &X : Leaves) {
    Waves |= X.Ty.Kind == RegKind::Lane || X.Ty.Kind == RegKind::Sgpr;
    Narrow |= X.Ty.Kind != RegKind::Vec || X.Ty.isScalar();
  }
  // Values that are not vectors have few lanes a test: more tests then.
  NumTests = Waves ? 256 : std::max(1024 / WidestBytes, Narrow ? 32u : 16u);
  for (unsigned I = 0; I != Leaves.size(); ++I)
    Buffers[I].resize(NumTests * Leaves[I].Ty.bytes());
  Random R(Seed);
  for (size_t T = 0; T != NumTests; ++T)
    fill(R, T);
  for (unsigned I = 0; I != Leaves.size(); ++I)
    for (size_t T = 0; T != NumTests; ++T)
      respectFacts(I, T);
}

void TestSet::fill(Random &R, size_t Test) {
  unsigned Most = 0;
  for (const Leaf &L : Leaves)
    Most = std::max(Most, L.Ty.bytes());
  // A granule has one pattern; larger ones let whole qwords and lanes be equal.
  static constexpr unsigned Granules[4] = {4, 8, 4, 16};
  unsigned Granule = Granules[Test % 4];
  for (unsigned At = 0; At < Most; At += Granule) {
    // Dealt out, so that the first 64 bytes, which are probed, are mixed too.
    Pattern Kind = Mix[(At / Granule + Test * 5) % std::size(Mix)];
    unsigned Elt = 1u << R.below(Granule == 4 ? 3 : 4);
    if (Floats && Kind == Pattern::Any) {
      Kind = Pattern::Float;
      Elt = Test % 4 == 0 ? 4 : std::min(Granule, 8u);
    }
    uint64_t Base = R.next();
    uint64_t Seeds = R.next();
    for (unsigned I = 0; I != Leaves.size(); ++I) {
      unsigned Bytes = Leaves[I].Ty.bytes();
      Random Own(Seeds + I * 0x9e37ull), Shared(Base);
      for (unsigned E = At; E < std::min(At + Granule, Bytes); E += Elt) {
        uint64_t Common = Shared.next();
        element(Buffers[I].data() + Test * Bytes + E, std::min(Elt, Bytes - E), Kind, Own, Common);
      }
    }
  }
}

static uint8_t byteOf(const APInt &X, unsigned Byte) {
  return uint8_t(X.extractBitsAsZExtValue(std::min(8u, X.getBitWidth() - 8 * Byte), Byte * 8));
}

void TestSet::respectFacts(unsigned I, size_t Test) {
  const Leaf &L = Leaves[I];
  unsigned Bytes = L.Ty.bytes();
  uint8_t *P = Buffers[I].data() + Test * Bytes;
  if (L.Ty.Kind == RegKind::Sgpr && Test % 64)
    memcpy(P, P - Bytes, Bytes);
  if (L.Ty.isLaneMask())
    *P &= 1;
  for (unsigned B = 0; B != Bytes; ++B) {
    auto ByteOf = [&](const APInt &X) { return byteOf(X, B); };
    if (L.Const)
      P[B] = ByteOf(*L.Const);
    if (L.Zeros.getBitWidth() == L.Ty.Bits)
      P[B] &= uint8_t(~ByteOf(L.Zeros));
    if (L.Ones.getBitWidth() == L.Ty.Bits)
      P[B] |= ByteOf(L.Ones);
  }
}

SmallVector<const uint8_t *, 8> TestSet::leaves() const {
  SmallVector<const uint8_t *, 8> P;
  for (const auto &B : Buffers)
    P.push_back(B.data());
  return P;
}

bool TestSet::add(ArrayRef<APInt> Values) {
  if (Values.size() < Leaves.size())
    return false;
  size_t Granule = Waves ? 64 : 1;
  for (auto [L, X] : zip(Leaves, Values)) {
    bool Wave = L.Ty.Kind == RegKind::Lane &&
                (X.getBitWidth() == 64u * L.Ty.Bits || X.getBitWidth() == 32u * L.Ty.Bits);
    if (X.getBitWidth() != L.Ty.Bits && !Wave)
      return false;
  }
  for (unsigned I = 0; I != Leaves.size(); ++I) {
    unsigned Bytes = Leaves[I].Ty.bytes();
    const APInt &X = Values[I];
    bool Wave = X.getBitWidth() != Leaves[I].Ty.Bits;
    Buffers[I].resize((NumTests + Granule) * Bytes);
    for (size_t T = 0; T != Granule; ++T) {
      const unsigned Lanes = X.getBitWidth() / Leaves[I].Ty.Bits;
      const APInt One = X.extractBits(Leaves[I].Ty.Bits, Wave ? T % Lanes * Leaves[I].Ty.Bits : 0);
      for (unsigned B = 0; B != Bytes; ++B)
        Buffers[I][(NumTests + T) * Bytes + B] = byteOf(One, B);
      respectFacts(I, NumTests + T);
    }
  }
  NumTests += Granule;
  return true;
}

} // namespace whittle
