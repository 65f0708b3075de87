//===- learn/Space.cpp - What the small enumeration ranges over -------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "learn/Space.h"
#include "learn/Skeleton.h"
#include <cstring>

using namespace llvm;

namespace whittle {

static Leaf variable(ValueType T) {
  Leaf L;
  L.Ty = T;
  return L;
}

static Leaf constant(ValueType T, unsigned EltBits, uint64_t Value) {
  Leaf L;
  L.Ty = T;
  L.Const =
      APInt::getSplat(T.Bits, APInt(EltBits, Value, /*isSigned=*/false, /*implicitTrunc=*/true));
  return L;
}

static Space vectorSpace(unsigned Bits, double Share) {
  ValueType T{RegKind::Vec, uint16_t(Bits)};
  Space S;
  S.Name = T.str();
  S.Share = Share;
  S.Leaves = {variable(T), variable(T), variable(T)};
  S.NumVariables = 3;
  for (uint64_t Value : {0ull, ~0ull})
    S.Leaves.push_back(constant(T, 64, Value));
  S.BaseConstants = 2;
  S.Leaves.push_back(constant(T, 8, 1));
  S.Leaves.push_back(constant(T, 16, 1));
  S.Leaves.push_back(constant(T, 32, 1));
  S.Leaves.push_back(constant(T, 8, 0x0f));
  S.Leaves.push_back(constant(T, 8, 0x80));
  S.Leaves.push_back(constant(T, 16, 0xff));
  return S;
}

std::vector<Space> makeSpaces(const TargetIsa &Isa) {
  std::vector<Space> All;
  if (Isa.arch() == "amdgcn") {
    ValueType T{RegKind::Lane, 32};
    Space S;
    S.Name = T.str();
    S.Leaves = {variable(T), variable(T), variable(T)};
    S.NumVariables = 3;
    S.Leaves.push_back(constant(T, 32, 0));
    S.Leaves.push_back(constant(T, 32, ~0ull));
    S.BaseConstants = 2;
    for (uint64_t Value : {1u, 8u, 16u, 24u, 31u, 0xffu, 0xffffu, 0x01010101u})
      S.Leaves.push_back(constant(T, 32, Value));
    All.push_back(std::move(S));
    return All;
  }
  All.push_back(vectorSpace(512, 0.5));
  All.push_back(vectorSpace(256, 0.1));
  All.push_back(vectorSpace(128, 0.1));

  ValueType V{RegKind::Vec, 512}, K{RegKind::Mask, 64};
  Space Masked;
  Masked.Name = "v512+k64";
  Masked.Share = 0.2;
  Masked.Leaves = {variable(V), variable(V), variable(K), constant(V, 64, 0)};
  Masked.NumVariables = 3;
  Masked.BaseConstants = 1;
  Masked.Leaves.push_back(constant(V, 64, ~0ull));
  All.push_back(std::move(Masked));

  Space Nibbles = vectorSpace(512, 0.1);
  Nibbles.Name = "v512 nibbles";
  Nibbles.Leaves[0].Zeros = APInt::getSplat(512, APInt(8, 0xf0));
  All.push_back(std::move(Nibbles));
  return All;
}

static APInt readElement(const uint8_t *At, unsigned Bytes) {
  uint64_t Word = 0;
  memcpy(&Word, At, Bytes);
  return APInt(Bytes * 8, Word);
}

static void writeElement(uint8_t *At, const APInt &Value) {
  uint64_t Word = Value.getZExtValue();
  memcpy(At, &Word, Value.getBitWidth() / 8);
}

static std::vector<uint8_t> bytesOf(const APInt &Value) {
  std::vector<uint8_t> Bytes(Value.getBitWidth() / 8);
  for (size_t I = 0; I != Bytes.size(); ++I)
    Bytes[I] = uint8_t(Value.extractBitsAsZExtValue(8, unsigned(I * 8)));
  return Bytes;
}

/// One value of \p Size bytes. \p Like may be null.
static void fillTest(uint8_t *At, size_t Size, const uint8_t *Like, size_t Test,
                     std::mt19937_64 &Random) {
  unsigned Elt = std::min<unsigned>(1u << (Random() % 4), unsigned(Size));
  unsigned Bits = Elt * 8;
  auto Uniform = [&] { return APInt(Bits, Random(), false, true); };
  for (size_t I = 0; I != Size; I += Elt) {
    APInt X = Uniform();
    switch (Test % 8) {
    case 1: {
      unsigned Which = unsigned(Random() % 8);
      X = Which == 0   ? APInt::getZero(Bits)
          : Which == 1 ? APInt(Bits, 1)
          : Which == 2 ? APInt::getAllOnes(Bits)
          : Which == 3 ? APInt::getSignedMinValue(Bits)
          : Which == 4 ? APInt::getSignedMaxValue(Bits)
          : Which == 5 ? APInt::getAllOnes(Bits) - 1
          : Which == 6 ? APInt::getOneBitSet(Bits, unsigned(Random() % Bits))
                       : APInt::getSignedMinValue(Bits) + 1;
      break;
    }
    case 2:
      X = X & Uniform() & Uniform();
      break;
    case 3:
      X = X | Uniform() | Uniform();
      break;
    case 4:
      X = X.urem(16);
      break;
    case 5:
      if (Like) {
        X = readElement(Like + I, Elt);
        if (Random() % 2)
          X += APInt(Bits, Random() % 3, false, true) - 1;
      }
      break;
    default:
      break;
    }
    writeElement(At + I, X);
  }
}

std::vector<uint8_t> testValues(const Leaf &L, size_t NumTests, const std::vector<uint8_t> &Like,
                                std::mt19937_64 &Random) {
  size_t Size = L.Ty.bytes();
  std::vector<uint8_t> Out(Size * NumTests);
  if (L.Const) {
    std::vector<uint8_t> One = bytesOf(*L.Const);
    for (size_t T = 0; T != NumTests; ++T)
      memcpy(&Out[T * Size], One.data(), Size);
    return Out;
  }
  std::vector<uint8_t> Zeros(Size), Ones(Size);
  if (!L.Zeros.isZero())
    Zeros = bytesOf(L.Zeros);
  if (!L.Ones.isZero())
    Ones = bytesOf(L.Ones);
  for (size_t T = 0; T != NumTests; ++T) {
    uint8_t *At = &Out[T * Size];
    fillTest(At, Size, Like.size() == Out.size() ? &Like[T * Size] : nullptr, T, Random);
    for (size_t I = 0; I != Size; ++I)
      At[I] = uint8_t((At[I] & ~Zeros[I]) | Ones[I]);
  }
  return Out;
}

/// The immediates that a row is enumerated with, by what they mean.
static std::vector<int64_t> immediates(const Row &R) {
  switch (R.ImmKind) {
  case Row::ImmUse::None:
    return {};
  case Row::ImmUse::Shift:
    return {1, 4, 8, 16, 24, 31};
  case Row::ImmUse::Shuffle:
    return {0x00, 0x1b, 0x4e, 0x88, 0xb1, 0xdd, 0xee};
  case Row::ImmUse::Predicate:
    return {0, 1, 2, 4, 5, 6};
  case Row::ImmUse::Any:
    return {0, 1, 8, 16};
  case Row::ImmUse::Ternary: {
    std::vector<int64_t> All(256);
    for (int64_t I = 0; I != 256; ++I)
      All[size_t(I)] = I;
    return All;
  }
  }
  return {};
}

/// (A op B) op C for and, or, xor, and-not, in any order of the three inputs.
static bool twoInOne(unsigned Table) {
  auto Apply = [](unsigned Op, unsigned X, unsigned Y) {
    return (Op == 0 ? X & Y : Op == 1 ? X | Y : Op == 2 ? X ^ Y : Op == 3 ? ~X & Y : X & ~Y) & 0xff;
  };
  const unsigned In[3] = {0xf0, 0xcc, 0xaa};
  for (unsigned Third = 0; Third != 3; ++Third)
    for (unsigned First = 0; First != 5; ++First)
      for (unsigned Second = 0; Second != 5; ++Second)
        if (Apply(Second, Apply(First, In[(Third + 1) % 3], In[(Third + 2) % 3]), In[Third]) ==
            Table)
          return true;
  return false;
}

static char elementOf(StringRef Name) {
  StringRef Stem = Name.rtrim("rimkz");
  for (StringRef Width : {"Z128", "Z256", "Z", "Y"})
    if (Stem.consume_back(Width))
      break;
  return !Stem.empty() && StringRef("BWDQ").contains(Stem.back()) ? Stem.back() : 0;
}

Error openSpace(Space &S, const TargetIsa &Isa, Evaluator &E, ArrayRef<std::string> OnlyRows,
                uint64_t Seed) {
  SmallVector<ValueType, 4> Types;
  unsigned Widest = 0;
  for (const Leaf &L : S.Leaves) {
    if (!is_contained(Types, L.Ty))
      Types.push_back(L.Ty);
    Widest = std::max(Widest, L.Ty.bytes());
  }
  // At least 256 lanes of 64 bits; a lane value is one lane.
  S.NumTests = S.Leaves[0].Ty.Kind == RegKind::Lane ? 256 : std::max(32u, 2048 / Widest);

  for (const OpClass &C : Isa.classes()) {
    const Row &R = C.leader();
    bool Wanted = OnlyRows.empty() ||
                  any_of(C.Members, [&](const Row *M) { return is_contained(OnlyRows, M->Name); });
    bool Fits = R.inWindows() && !R.isWave() && !R.readsMemory() && !R.DefsFlags &&
                !R.Ins.empty() && R.Ins.size() <= 4 && R.NumImms <= 1 &&
                is_contained(Types, R.Def) &&
                all_of(R.Ins, [&](ValueType T) { return is_contained(Types, T); });
    if (!Wanted || !Fits)
      continue;
    Node N;
    N.R = &R;
    N.Ty = R.Def;
    N.Imms.assign(R.NumImms, 0);
    auto Fn = E.function(N, R.Ins);
    if (!Fn)
      return Fn.takeError();
    OpInstance Op;
    Op.R = &R;
    Op.Family = opcodeFamily(Isa.arch(), R.Name);
    Op.Element = Isa.arch() == "x86_64" ? elementOf(R.Name) : 0;
    Op.Fn = *Fn;
    if (R.NumImms == 0) {
      S.Ops.push_back(Op);
      continue;
    }
    bool Ternary = R.ImmKind == Row::ImmUse::Ternary;
    std::vector<int64_t> Imms = immediates(R);
    if (Imms.empty())
      Imms = {0, 1};
    for (int64_t Imm : Imms) {
      // Masked truth tables would be a quarter of all instances.
      if (Ternary && R.Ins.size() != 3)
        break;
      Op.Imms = {Imm};
      if (Ternary)
        Op.Table = twoInOne(unsigned(Imm)) ? OpInstance::TwoInOne : OpInstance::AnyTable;
      S.Ops.push_back(Op);
    }
  }

  std::mt19937_64 Random(Seed);
  for (const Leaf &L : S.Leaves) {
    static const std::vector<uint8_t> None;
    S.Tests.push_back(testValues(L, S.NumTests, S.Tests.empty() ? None : S.Tests[0], Random));
  }
  return Error::success();
}

} // namespace whittle
