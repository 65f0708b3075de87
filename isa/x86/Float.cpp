//===- isa/x86/Float.cpp - Floating-point arithmetic --------------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/x86/X86Float.h"

using namespace llvm;

namespace whittle::x86 {

V indefinite(V Like) {
  unsigned Elt = Like.eltBits();
  return Like.sem().constantLike(Like, signBit(Elt) | infinityBits(Elt) | quietBit(Elt));
}

using Fn2 = V (*)(V, V);

V fpAdd(V A, V B) { return propagate({A, B}, fadd(A, B, indefinite(A))); }
V fpSub(V A, V B) { return propagate({A, B}, fsub(A, B, indefinite(A))); }
V fpMul(V A, V B) { return propagate({A, B}, fmul(A, B, indefinite(A))); }
V fpDiv(V A, V B) { return propagate({A, B}, fdiv(A, B, indefinite(A))); }
V fpSqrt(V A) { return propagate({A}, fsqrt(A, indefinite(A))); }
V fpMin(V A, V B) { return select(fless(A, B), A, B); }
V fpMax(V A, V B) { return select(fless(B, A), A, B); }

void addScalarFloat(RowSet &R, const ScalarFamily &F, const Body &Element) {
  unsigned Elt = F.Elt, Above = F.Operands == 1 ? 1 : 0;
  auto Add = [&](const std::string &Name, const char *Features, SemFn Meaning) {
    R.add(Name, Features, std::move(Meaning)).weight(F.Weight).imm(F.Imm);
  };
  // On XMM registers, and with the last operand's element in memory.
  std::string Load = F.Suffix;
  Load[StringRef(Load).starts_with("rr") ? 1 : 0] = 'm';
  auto AddWhole = [&](const std::string &Name, const std::string &Tail, const char *Features,
                      const SemFn &Meaning, bool Twin) {
    Add(Name + F.Suffix + Tail, Features, Meaning);
    if (!F.Load || Twin)
      return;
    Add(Name + Load + Tail, Features, Meaning);
    R.mem(F.Reads ? F.Reads : Elt);
  };
  // The element alone; VEX and EVEX forms name a register for what is above it.
  auto Plain = [=](unsigned Skip) -> SemFn {
    return [=](Sem &S) { S.out(Element(Ops(S, 128, 0, Skip))); };
  };
  // In the low element of an XMM register, above it operand Upper.
  auto Whole = [=](unsigned From, unsigned By, unsigned Upper, int Mask, bool Merge) -> SemFn {
    return [=](Sem &S) {
      V Result = Element(Ops(S, 128, From, By));
      if (Mask >= 0)
        Result =
            select(S.mask(unsigned(Mask), 1), Result, Merge ? S.in(0, Elt)[0] : S.constant(Elt, 0));
      V Kept = S.in(Upper, Elt);
      S.out(arrange(Kept, S.splat(Result, Kept.lanes()), Kept.lanes(),
                    [&](unsigned I) { return I == 0 ? Kept.lanes() : I; }));
    };
  };
  const std::string Tail = F.Plain ? "_Int" : "";
  struct {
    const char *Features;
    std::string Name;
    unsigned Skip; ///< operands of the FR form before the element's
  } Encodings[] = {
      {F.Sse, F.Stem, 0}, {F.Avx, "V" + F.Stem, Above}, {F.Evex, "V" + F.Stem + "Z", Above}};
  for (auto &E : Encodings) {
    if (!E.Features)
      continue;
    if (F.Plain)
      Add(E.Name + F.Suffix, E.Features, Plain(F.Tied ? 0 : E.Skip));
    AddWhole(E.Name, Tail, E.Features, Whole(0, Above, 0, -1, false), false);
  }
  if (!F.Evex)
    return;
  for (const char *Twin : {"", "b"}) {
    if (*Twin && !F.Sae)
      continue;
    std::string Name = "V" + F.Stem + "Z";
    if (*Twin)
      AddWhole(Name, Twin + Tail, F.Evex, Whole(0, Above, 0, -1, false), true);
    for (bool Merge : {true, false}) {
      if (!F.Masked)
        continue;
      unsigned Extra = Merge ? 2 : 1;
      AddWhole(Name, Twin + std::string(Merge ? "k" : "kz") + Tail, F.Evex,
               F.Tied ? Whole(1, 1, 0, 1, Merge)
                      : Whole(0, Extra + Above, Extra, int(Extra) - 1, Merge),
               *Twin);
    }
  }
}

/// Every packed and scalar form of a binary operation.
static void addBinary(RowSet &R, const char *Name, unsigned Weight, Fn2 Fn, bool Commutable) {
  for (const FloatFormat &F : Formats) {
    unsigned Elt = F.Elt;
    auto Packed = [=](const Ops &O) { return Fn(O.in(0, Elt), O.in(1, Elt)); };
    auto Scalar = [=](const Ops &O) { return Fn(O.in(0, Elt)[0], O.in(1, Elt)[0]); };
    // LLVM has twins of the minimum and maximum for operands that it may exchange.
    for (const char *Twin : {"", "C"}) {
      if (*Twin && !Commutable)
        continue;
      add(R,
          {.Stem = std::string(Name) + Twin + F.Packed,
           .Sse = F.Sse,
           .Avx = F.Avx,
           .Avx2 = F.Avx,
           .Evex = F.Evex,
           .MaskElt = Elt,
           .Sae = Commutable && !*Twin,
           .Weight = Weight},
          Packed);
    }
    addScalarFloat(R,
                   {.Stem = std::string(Name) + F.Scalar,
                    .Elt = Elt,
                    .Sse = F.Sse,
                    .Avx = F.Avx,
                    .Evex = F.Evex,
                    .Weight = Weight,
                    .Sae = Commutable},
                   Scalar);
    if (Commutable)
      for (auto [Prefix, Features, Suffix] :
           {std::tuple("", F.Sse, "rr"), std::tuple("V", F.Avx, "rr"),
            std::tuple("V", F.Evex, "Zrr")})
        if (Features)
          addOne(R, std::string(Prefix) + Name + "C" + F.Scalar + Suffix, Features, Weight,
                 [=](Sem &S) { S.out(Scalar(Ops(S, 128))); });
  }
}

static void addSqrt(RowSet &R) {
  for (const FloatFormat &F : Formats) {
    unsigned Elt = F.Elt;
    add(R,
        {.Stem = std::string("SQRT") + F.Packed,
         .Sse = F.Sse,
         .Avx = F.Avx,
         .Avx2 = F.Avx,
         .Evex = F.Evex,
         .MaskElt = Elt,
         .Suffix = "r",
         .Weight = 12},
        [=](const Ops &O) { return fpSqrt(O.in(0, Elt)); });
    addScalarFloat(R,
                   {.Stem = std::string("SQRT") + F.Scalar,
                    .Elt = Elt,
                    .Sse = F.Sse,
                    .Avx = F.Avx,
                    .Evex = F.Evex,
                    .Suffix = "r",
                    .Operands = 1,
                    .Weight = 12},
                   [=](const Ops &O) { return fpSqrt(O.in(0, Elt)[0]); });
  }
}

/// The even elements of A, the odd ones of B.
static V alternate(V A, V B) {
  unsigned N = A.lanes();
  return arrange(A, B, N, [=](unsigned I) { return I % 2 ? N + I : I; });
}

/// Products that bits 4.. of the immediate let through, summed pairwise, into
/// the elements that bits 0.. name; in each 128-bit lane.
static V dotProduct(const Ops &O, unsigned Elt) {
  V A = O.in(0, Elt), B = O.in(1, Elt), Imm = O.imm();
  unsigned N = A.lanes(), Per = 128 / Elt;
  Sem &S = O.sem();
  auto Flags = [&](unsigned From) {
    SmallVector<V, 8> Bits;
    for (unsigned I = 0; I != N; ++I)
      Bits.push_back(testBit(Imm, From + I % Per));
    return S.build(Bits);
  };
  V Zero = S.constantLike(A, 0);
  V Product = select(Flags(4), fpMul(A, B), Zero);
  auto At = [&](unsigned K) {
    return arrange(Product, N, [=](unsigned I) { return I / Per * Per + K; });
  };
  V Sum = fpAdd(At(0), At(1));
  if (Per == 4)
    Sum = fpAdd(Sum, fpAdd(At(2), At(3)));
  return select(Flags(0), Sum, Zero);
}

static void addAcross(RowSet &R) {
  for (const FloatFormat &F : LongFormats) {
    unsigned Elt = F.Elt;
    std::string P = F.Packed;
    add(R, {.Stem = "ADDSUB" + P, .Sse = "+sse3", .Avx = "+avx", .Avx2 = "+avx", .Weight = 3},
        [=](const Ops &O) {
          V A = O.in(0, Elt), B = O.in(1, Elt);
          return alternate(fpSub(A, B), fpAdd(A, B));
        });
    for (bool Add : {true, false})
      add(R,
          {.Stem = (Add ? "HADD" : "HSUB") + P,
           .Sse = "+sse3",
           .Avx = "+avx",
           .Avx2 = "+avx",
           .Weight = 6},
          [=](const Ops &O) {
            return horizontal(O.in(0, Elt), O.in(1, Elt), Add ? fpAdd : fpSub);
          });
    add(R,
        {.Stem = "DP" + P,
         .Sse = "+sse4.1",
         .Avx = "+avx",
         .Avx2 = Elt == 32 ? "+avx" : nullptr,
         .Suffix = "rri",
         .Weight = 12,
         .Imm = Row::ImmUse::Any},
        [=](const Ops &O) { return dotProduct(O, Elt); });
  }
}

//===----------------------------------------------------------------------===//
// Fused multiply-add
//===----------------------------------------------------------------------===//

/// A * B + C, the product and C negated or not. The first NaN of A, B and C comes
/// through as it is.
static V fused(V A, V B, V C, bool NegateProduct, bool NegateAddend) {
  V Factor = NegateProduct ? fneg(A) : A, Addend = NegateAddend ? fneg(C) : C;
  if (A.eltBits() != 16)
    return propagate({A, B, C}, fma(Factor, B, Addend, indefinite(A)));
  // In double, where what the addend may lose does not tip how halves round: the
  // product has 22 bits, and an addend far above it is a half already. LLVM's own
  // way goes through single, which rounds twice.
  auto Long = [](V X) { return fconvert(X, 64, indefinite(zextOrTrunc(X, 64))); };
  V Sum = fma(Long(Factor), Long(B), Long(Addend), indefinite(Long(A)));
  return propagate({A, B, C}, fconvert(Sum, 16, indefinite(A)));
}

static void addFused(RowSet &R) {
  struct {
    const char *Name;
    unsigned Factor1, Factor2, Addend;
  } Orders[] = {{"132", 0, 2, 1}, {"213", 1, 0, 2}, {"231", 1, 2, 0}};
  struct {
    const char *Name;
    bool Product, Even, Odd; ///< what is negated: the product; the addend of even and odd lanes
  } Kinds[] = {{"FMADD", false, false, false},   {"FMSUB", false, true, true},
               {"FNMADD", true, false, false},   {"FNMSUB", true, true, true},
               {"FMADDSUB", false, true, false}, {"FMSUBADD", false, false, true}};
  for (const FloatFormat &F : Formats)
    for (auto &D : Orders)
      for (auto &K : Kinds) {
        unsigned Elt = F.Elt;
        add(R,
            {.Stem = std::string(K.Name) + D.Name + F.Packed,
             .Avx = F.Avx ? "+avx,+fma" : nullptr,
             .Avx2 = F.Avx ? "+avx,+fma" : nullptr,
             .Evex = F.Evex,
             .MaskElt = Elt,
             .Suffix = "r",
             .Tied = true,
             .Weight = 3},
            [=](const Ops &O) {
              V A = O.in(D.Factor1, Elt), B = O.in(D.Factor2, Elt), C = O.in(D.Addend, Elt);
              V Even = fused(A, B, C, K.Product, K.Even);
              return K.Even == K.Odd ? Even : alternate(Even, fused(A, B, C, K.Product, K.Odd));
            });
        if (K.Even != K.Odd)
          continue;
        addScalarFloat(R,
                       {.Stem = std::string(K.Name) + D.Name + F.Scalar,
                        .Elt = Elt,
                        .Avx = F.Avx ? "+avx,+fma" : nullptr,
                        .Evex = F.Evex,
                        .Suffix = "r",
                        .Operands = 3,
                        .Tied = true},
                       [=](const Ops &O) {
                         return fused(O.in(D.Factor1, Elt)[0], O.in(D.Factor2, Elt)[0],
                                      O.in(D.Addend, Elt)[0], K.Product, K.Even);
                       });
      }
}

void addFloat(RowSet &R) {
  addBinary(R, "ADD", 3, fpAdd, false);
  addBinary(R, "SUB", 3, fpSub, false);
  addBinary(R, "MUL", 3, fpMul, false);
  addBinary(R, "DIV", 8, fpDiv, false);
  addBinary(R, "MIN", 2, fpMin, true);
  addBinary(R, "MAX", 2, fpMax, true);
  addSqrt(R);
  addAcross(R);
  addFused(R);
}

} // namespace whittle::x86
