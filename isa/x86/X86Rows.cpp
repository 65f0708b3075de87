//===- isa/x86/X86Rows.cpp - How x86 families become rows -------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/x86/X86Rows.h"
#include "isa/TargetIsa.h"
#include <memory>

using namespace llvm;

namespace whittle {

namespace x86 {

std::string evexName(unsigned Bits) { return Bits == 512 ? "Z" : "Z" + std::to_string(Bits); }

std::string evexFeatures(const char *Features, unsigned Bits) {
  return std::string(Features) + (Bits == 512 ? "" : ",+avx512vl");
}

V arrange(V A, V B, unsigned N, function_ref<unsigned(unsigned)> From) {
  SmallVector<int, 64> Mask;
  for (unsigned I = 0; I != N; ++I)
    Mask.push_back(int(From(I)));
  return whittle::shuffle(A, B, ArrayRef<int>(Mask));
}
V arrange(V A, unsigned N, function_ref<unsigned(unsigned)> From) { return arrange(A, A, N, From); }

V extendTo(V A, unsigned Bits) {
  unsigned Have = A.lanes() * A.eltBits();
  if (Have >= Bits)
    return A;
  unsigned N = A.lanes();
  assert(N > 1 && "a scalar result of a vector instruction");
  return arrange(A, A.sem().zero(N, A.eltBits()), Bits / A.eltBits(),
                 [=](unsigned I) { return I < N ? I : N + I % N; });
}

V withZerosAbove(V A, unsigned Bits) {
  if (A.type()->isVectorTy())
    return extendTo(A, Bits);
  SmallVector<V, 16> Elements(Bits / A.eltBits(), A.sem().constantLike(A, 0));
  Elements[0] = A;
  return A.eltBits() >= Bits ? A : A.sem().build(Elements);
}

V Ops::in(unsigned K, unsigned EltBits) const {
  V A = S.in(place(K), EltBits);
  return A.lanes() * A.eltBits() < Widen ? withZerosAbove(A, Widen) : A;
}

V join(ArrayRef<V> Parts) {
  if (Parts.size() == 1)
    return Parts[0];
  size_t Half = Parts.size() / 2;
  return concat(join(Parts.take_front(Half)), join(Parts.drop_front(Half)));
}

V testBit(V Scalar, unsigned Bit) { return trunc(Bit ? lshr(Scalar, Bit) : Scalar, 1); }

V choose(V Sel, unsigned Shift, ArrayRef<V> Choices) {
  if (Choices.size() == 1)
    return Choices[0];
  assert(isPowerOf2_64(Choices.size()) && "a field of bits selects");
  SmallVector<V, 16> Level(Choices);
  for (unsigned Bit = Shift; Level.size() > 1; ++Bit) {
    V Set = testBit(Sel, Bit);
    for (size_t I = 0; I != Level.size() / 2; ++I)
      Level[I] = select(Set, Level[2 * I + 1], Level[2 * I]);
    Level.resize(Level.size() / 2);
  }
  return Level[0];
}

/// Table[Idx[i]]; the indices are in range. They are extracted from one vector
/// unchanged, which is how LLVM recognises its variable permutes.
static V pick(V Table, V Idx) {
  Sem &S = Table.sem();
  SmallVector<V, 64> Out;
  for (unsigned I = 0; I != Idx.lanes(); ++I)
    Out.push_back({&S, S.builder().CreateExtractElement(Table.get(), Idx[I].get())});
  return S.build(Out);
}

V lookup(V Table, V Idx) { return pick(Table, Idx & int64_t(Table.lanes() - 1)); }

V lookupInLanes(V Table, V Idx) {
  unsigned PerLane = 128 / Table.eltBits();
  if (Table.lanes() == PerLane)
    return lookup(Table, Idx);
  // Whole-register indices, not a lookup in each part, which LLVM would do
  // element by element.
  SmallVector<V, 64> First;
  for (unsigned I = 0; I != Idx.lanes(); ++I)
    First.push_back(Table.sem().constant(Idx.eltBits(), I / PerLane * PerLane));
  return pick(Table, (Idx & int64_t(PerLane - 1)) | Table.sem().build(First));
}

V shuffleByImm(const Ops &O, V A, V B, const ImmShuffle &How) {
  unsigned N = A.lanes();
  SmallVector<V, 4> Choices;
  for (unsigned C = 0; C != 1u << How.FieldBits; ++C)
    Choices.push_back(arrange(A, B, N, [&](unsigned L) { return How.Index(L, C); }));
  V Sel = O.imm();
  V Result;
  for (unsigned P = 0; P != How.Positions; ++P) {
    V Here = choose(Sel, How.FieldBits * How.Stride * P, Choices);
    Result = P == 0 ? Here : arrange(Result, Here, N, [&](unsigned L) {
      return How.Position(L) == P ? N + L : L;
    });
  }
  return Result;
}

V horizontal(V A, V B, V (*Fn)(V, V)) {
  unsigned N = A.lanes(), Per = 128 / A.eltBits();
  auto Even = [=](unsigned I) {
    unsigned Lane = I / Per * Per, P = I % Per;
    return P < Per / 2 ? Lane + 2 * P : N + Lane + 2 * (P - Per / 2);
  };
  return Fn(arrange(A, B, N, Even), arrange(A, B, N, [=](unsigned I) { return Even(I) + 1; }));
}

V iota(Sem &S, unsigned N, unsigned EltBits) {
  SmallVector<Constant *, 64> Elements;
  Type *T = Type::getIntNTy(S.builder().getContext(), EltBits);
  for (unsigned I = 0; I != N; ++I)
    Elements.push_back(ConstantInt::get(T, I));
  return {&S, ConstantVector::get(Elements)};
}

RowSet &addOne(RowSet &R, const std::string &Name, const std::string &Features, unsigned Weight,
               SemFn Meaning) {
  return R.add(Name, Features, std::move(Meaning)).weight(Weight);
}

/// A masked form: merging keeps operand 0 where the mask is clear, zeroing
/// writes zeros there. The mask follows the operand that is tied to the result,
/// if there is one.
static SemFn masked(const Family &F, const std::shared_ptr<const Body> &Plain, unsigned Bits,
                    bool Merge) {
  unsigned MaskAt = Merge || F.Tied ? 1 : 0;
  unsigned From = F.Tied ? 1 : 0, By = Merge && !F.Tied ? 2 : 1;
  return [=, Elt = F.MaskElt, Widen = F.Load ? 128u : 0](Sem &S) {
    V Result = bits((*Plain)(Ops(S, Bits, From, By, Widen)), Elt);
    unsigned N = Result.lanes();
    V Else = S.zero(N, Elt);
    if (Merge)
      Else = S.in(0, Elt).lanes() == N ? S.in(0, Elt) : slice(S.in(0, Elt), 0, N);
    S.out(extendTo(select(S.mask(MaskAt, N), Result, Else), 128));
  };
}

Family loadForms(Family F, std::function<unsigned(unsigned Bits)> Load) {
  for (std::string *Suffix : {&F.Suffix, &F.EvexSuffix})
    if (!Suffix->empty()) {
      assert(StringRef(*Suffix).starts_with("rr") && "no register form");
      (*Suffix)[1] = 'm';
    }
  F.Load = std::move(Load);
  F.Sae = false;
  return F;
}

void add(RowSet &R, const Family &F, const Body &Given) {
  // All rows of the family share it: there are thousands, made when a target opens.
  auto Plain = std::make_shared<const Body>(Given);
  auto Exists = [&](unsigned Bits) { return !F.Load || F.Load(Bits); };
  auto Add = [&](const std::string &Name, const std::string &Features, unsigned Bits, SemFn Meaning,
                 unsigned Weight) {
    R.add(Name, Features, std::move(Meaning)).weight(Weight).imm(F.Imm);
    if (F.Load)
      R.mem(F.Load(Bits));
  };
  auto AddPlain = [&](const std::string &Name, const std::string &Features, unsigned Bits) {
    if (!Exists(Bits))
      return;
    Add(
        Name, Features, Bits,
        [=, Widen = F.Load ? 128u : 0](Sem &S) {
          S.out(extendTo((*Plain)(Ops(S, Bits, 0, 0, Widen)), 128));
        },
        F.Weight);
  };
  const std::string &Suffix = F.EvexSuffix.empty() ? F.Suffix : F.EvexSuffix;
  for (unsigned Bits : {128u, 256u, 512u}) {
    if (!F.Evex || !(F.Widths & Bits) || !Exists(Bits))
      continue;
    std::string Features = evexFeatures(F.Evex, Bits);
    for (const char *Twin : {"", "b"}) {
      if (*Twin && !(F.Sae && Bits == 512))
        continue;
      std::string Name = "V" + F.Stem + evexName(Bits) + Suffix + Twin;
      AddPlain(Name, Features, Bits);
      if (!F.MaskElt)
        continue;
      // A masked move is a blend: it is never eliminated as the plain one is.
      for (bool Merge : {true, false})
        Add(Name + (Merge ? "k" : "kz"), Features, Bits, masked(F, Plain, Bits, Merge),
            std::max(F.Weight, 2u));
    }
  }
  if (F.Avx)
    AddPlain("V" + F.Stem + F.Suffix, F.Avx, 128);
  if (F.Avx2)
    AddPlain("V" + F.Stem + "Y" + F.Suffix, F.Avx2, 256);
  if (F.Sse)
    AddPlain(F.Stem + F.Suffix, F.Sse, 128);
}

} // namespace x86

void addX86Rows(RowSet &R) {
  using namespace x86;
  addLogic(R);
  addArithmetic(R);
  addMultiply(R);
  addGalois(R);
  addCipher(R);
  addHash(R);
  addShift(R);
  addCompare(R);
  addFlags(R);
  addMask(R);
  addMove(R);
  addConvert(R);
  addShuffle(R);
  addPermute(R);
  addBits(R);
  addScalar(R);
  addNarrow(R);
  addFloat(R);
  addFloatCompare(R);
  addFloatConvert(R);
  addFloatRound(R);
  addLoad(R);
  addTile(R);
}

} // namespace whittle
