//===- verify/Cone.cpp - The terms under a pair of roots
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "verify/Cone.h"
#include <set>

using namespace llvm;

namespace whittle {

Cone::Cone(const TermGraph &G, Term Source, Term Target) : G(G), Source(Source), Target(Target) {
  visit(Source);
  visit(Target);
  cutAtoms();
}

void Cone::visit(Term Root) {
  // An explicit stack: sums of a long dot product are deep.
  SmallVector<std::pair<Term, unsigned>, 32> Stack{{Root, 0}};
  while (!Stack.empty()) {
    auto &[T, Next] = Stack.back();
    if (Index.contains(T.Id)) {
      Stack.pop_back();
    } else if (Next < G.operands(T).size()) {
      Term Child = G.operands(T)[Next++];
      if (!Index.contains(Child.Id))
        Stack.push_back({Child, 0});
    } else {
      Index[T.Id] = Order.size();
      Order.push_back(T);
      Stack.pop_back();
    }
  }
}

void Cone::cutAtoms() {
  std::map<VarKey, std::set<unsigned>> Cuts;
  for (Term T : Order)
    if (G.op(T) == TermOp::Var) {
      std::set<unsigned> &C = Cuts[G.key(T)];
      C.insert(G.lo(T));
      C.insert(G.lo(T) + G.width(T));
    }
  std::map<std::pair<VarKey, unsigned>, unsigned> Number;
  for (Term T : Order) {
    if (G.op(T) != TermOp::Var)
      continue;
    const std::set<unsigned> &C = Cuts[G.key(T)];
    SmallVector<unsigned, 2> &Parts = VarAtoms[T.Id];
    unsigned End = G.lo(T) + G.width(T);
    for (auto It = C.find(G.lo(T)); *It != End; ++It) {
      unsigned At = *It, Next = *std::next(It);
      auto [Found, New] = Number.try_emplace({G.key(T), At}, Atoms.size());
      if (New)
        Atoms.push_back({G.key(T), At, Next - At});
      Parts.push_back(Found->second);
    }
  }
}

std::string Cone::key() const {
  std::string K;
  K.reserve(Order.size() * 16);
  auto Put = [&](uint32_t X) { K.append(reinterpret_cast<const char *>(&X), sizeof X); };
  // Operands are numbered by first visit and atoms by first occurrence, so
  // equal strings are equal graphs up to the names of the atoms. Every item
  // states its own length.
  for (Term T : Order) {
    Put(uint32_t(G.op(T)) << 24 | G.width(T));
    switch (G.op(T)) {
    case TermOp::Const: {
      const APInt &V = G.value(T);
      K.append(reinterpret_cast<const char *>(V.getRawData()), V.getNumWords() * sizeof(uint64_t));
      break;
    }
    case TermOp::Var:
      Put(atomsOf(T).size());
      for (unsigned A : atomsOf(T)) {
        Put(A);
        Put(Atoms[A].Width);
      }
      break;
    case TermOp::Extract:
    case TermOp::Apply:
      Put(G.lo(T));
      [[fallthrough]];
    default:
      Put(G.operands(T).size());
      for (Term O : G.operands(T))
        Put(indexOf(O));
    }
  }
  Put(indexOf(Source));
  Put(indexOf(Target));
  return K;
}

std::vector<APInt> Cone::values(ArrayRef<APInt> AtomValues) const {
  std::vector<APInt> Values;
  Values.reserve(Order.size());
  SmallVector<APInt, 8> Ops;
  for (Term T : Order) {
    if (G.op(T) == TermOp::Const) {
      Values.push_back(G.value(T));
      continue;
    }
    Ops.clear();
    TermOp Op = G.op(T);
    if (Op == TermOp::Var) {
      for (unsigned A : atomsOf(T))
        Ops.push_back(AtomValues[A]);
      Op = TermOp::Concat;
    } else {
      for (Term O : G.operands(T))
        Ops.push_back(Values[indexOf(O)]);
    }
    Values.push_back(evalTermOp(Op, G.width(T), G.lo(T), Ops));
  }
  return Values;
}

std::pair<APInt, APInt> Cone::evaluate(ArrayRef<APInt> AtomValues) const {
  std::vector<APInt> Values = values(AtomValues);
  return {Values[indexOf(Source)], Values[indexOf(Target)]};
}

namespace {
/// SplitMix64 (Steele, Lea, Flood 2014): small, seeded, the same everywhere.
struct Random {
  uint64_t State;
  uint64_t next() {
    uint64_t Z = (State += 0x9e3779b97f4a7c15);
    Z = (Z ^ (Z >> 30)) * 0xbf58476d1ce4e5b9;
    Z = (Z ^ (Z >> 27)) * 0x94d049bb133111eb;
    return Z ^ (Z >> 31);
  }
  APInt bits(unsigned Width) {
    SmallVector<uint64_t, 8> Words;
    for (unsigned I = 0; I < Width; I += 64)
      Words.push_back(next());
    return APInt(Words.size() * 64, Words).trunc(Width);
  }
};
} // namespace

static APInt corner(unsigned Which, unsigned Width) {
  switch (Which) {
  case 0:
    return APInt::getZero(Width);
  case 1:
    return APInt::getAllOnes(Width);
  case 2:
    return APInt::getSignedMinValue(Width);
  case 3:
    return APInt::getSignedMaxValue(Width);
  case 4:
    return APInt(Width, 1);
  default:
    return APInt::getAllOnes(Width) << 1;
  }
}

/// A number of the floating-point format of \p Width bits that meets others of its
/// kind, or a special one.
static APInt floatingPoint(Random &R, unsigned Width) {
  APInt X = R.bits(Width);
  unsigned Mantissa = Width == 16 ? 10 : Width == 32 ? 23 : 52;
  APInt Infinity = APInt::getBitsSet(Width, Mantissa, Width - 1);
  switch (R.next() % 8) {
  case 0:
    return Infinity | (X & APInt::getSignMask(Width));
  case 1:
    return X | Infinity;
  default:
    break;
  }
  // Exponents of -3 to 4.
  APInt One = APInt::getBitsSet(Width, Mantissa, Width - 2);
  APInt Exponent(Width, R.next() % 8);
  APInt Rest = X & ~Infinity;
  return Rest | (One - APInt(Width, 3).shl(Mantissa) + Exponent.shl(Mantissa));
}

std::vector<APInt> Cone::findDifference(unsigned Tries) const {
  std::vector<APInt> Found;
  forEachTest(Tries, [&](ArrayRef<APInt> Values) {
    auto [S, T] = evaluate(Values);
    if (S != T)
      Found.assign(Values.begin(), Values.end());
    return S != T || Atoms.empty();
  });
  return Found;
}

void Cone::forEachTest(unsigned Tries, function_ref<bool(ArrayRef<APInt>)> Visit) const {
  constexpr unsigned NumCorners = 6;
  // Atoms are pieces of the numbers that functions are applied to.
  unsigned Format = 0;
  for (Term T : Order)
    if (G.op(T) == TermOp::Apply)
      Format = std::max(Format, G.width(G.operand(T, 0)));
  bool Floats = Format == 16 || Format == 32 || Format == 64;
  std::map<std::pair<VarKey, unsigned>, APInt> Numbers;
  Random R{0x77686974746c65};
  std::vector<APInt> Values(Atoms.size());
  for (unsigned Try = 0; Try < Tries; ++Try) {
    Numbers.clear();
    for (auto [A, V] : zip(Atoms, Values)) {
      if (Try < NumCorners)
        V = corner(Try, A.Width);
      else if (Floats && Try % 4 && A.Lo % Format + A.Width <= Format)
        V = Numbers.try_emplace({A.Key, A.Lo / Format}, floatingPoint(R, Format))
                .first->second.extractBits(A.Width, A.Lo % Format);
      else if (A.Key.K == VarKey::Symbol && R.next() % 4)
        V = APInt(64, R.next() % 40).zextOrTrunc(A.Width); // most guards ask for small numbers
      else if (Try % 2 || R.next() % 4 == 0)
        V = R.bits(A.Width);
      else
        V = corner(R.next() % NumCorners, A.Width);
    }
    if (Visit(Values))
      return;
  }
}

} // namespace whittle
