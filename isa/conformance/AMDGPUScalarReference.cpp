//===- isa/conformance/AMDGPUScalarReference.cpp - The scalar unit -------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Carries and overflows are read off sums that are wide enough, fields and counts
// bit by bit.
//
//===----------------------------------------------------------------------===//

#include "isa/conformance/AMDGPUReferenceTools.h"

namespace whittle {

using namespace reference;

namespace {

using L = uint64_t;
using SignedL = int64_t;

/// Only the first \p Bits bits.
L low(L X, int Bits) { return Bits == 64 ? X : X % (L(1) << Bits); }

ReferenceEntry entry(ReferenceEntry::Kind K, ReferenceEntry::Each Function) {
  ReferenceEntry R;
  R.K = K;
  R.E = std::move(Function);
  return R;
}

/// Adds scalar instructions to the table.
class Adder {
public:
  explicit Adder(ReferenceTable &T) : T(T) {}

  template <typename F> void result(const std::string &Name, F Function) {
    T[Name] = entry(ReferenceEntry::Scalar,
                    [Function](const L *S, const SignedL *) -> L { return Function(S); });
  }
  template <typename F> void withImmediate(const std::string &Name, F Function) {
    T[Name] = entry(ReferenceEntry::Scalar,
                    [Function](const L *S, const SignedL *Imm) -> L { return Function(S, *Imm); });
  }
  /// The result and SCC, each a function of its own.
  template <typename F, typename G> void both(const std::string &Name, F Result, G Flag) {
    result(Name, Result);
    result(Name + ":scc", Flag);
  }
  /// SCC says whether any bit of the result is set.
  template <typename F> void nonzero(const std::string &Name, F Result) {
    both(Name, Result, [Result](const L *S) -> L { return Result(S) != 0; });
  }
  /// The same of each bit of two lane masks.
  template <typename F> void logic(const std::string &Name, int Bits, F OfBits) {
    nonzero(Name, [=](const L *S) -> L {
      L R = 0;
      for (int N = 0; N != Bits; ++N)
        R |= L(OfBits(bitOf(S[0], N), bitOf(S[1], N))) << N;
      return R;
    });
    T[Name + ":mask"] = entry(ReferenceEntry::Bits, [=](const L *S, const SignedL *) -> L {
      return OfBits(S[0] != 0, S[1] != 0);
    });
  }

private:
  ReferenceTable &T;
};

bool fitsSigned(SignedL X) { return X == I(X); }

void addSums(Adder &A) {
  A.both(
      "S_ADD_U32", [](const L *S) -> L { return U(S[0]) + U(S[1]); },
      [](const L *S) -> L { return (S[0] + S[1]) >> 32; });
  A.both(
      "S_SUB_U32", [](const L *S) -> L { return U(S[0]) - U(S[1]); },
      [](const L *S) -> L { return S[1] > S[0]; });
  A.both(
      "S_ADD_I32", [](const L *S) -> L { return U(S[0]) + U(S[1]); },
      [](const L *S) -> L { return !fitsSigned(SignedL(I(S[0])) + I(S[1])); });
  A.both(
      "S_SUB_I32", [](const L *S) -> L { return U(S[0]) - U(S[1]); },
      [](const L *S) -> L { return !fitsSigned(SignedL(I(S[0])) - I(S[1])); });
  A.both(
      "S_ADDC_U32", [](const L *S) -> L { return U(S[0] + S[1] + S[2] % 2); },
      [](const L *S) -> L { return S[0] + S[1] + S[2] % 2 > ~U(0); });
  A.both(
      "S_SUBB_U32", [](const L *S) -> L { return U(S[0] - S[1] - S[2] % 2); },
      [](const L *S) -> L { return SignedL(S[0]) - SignedL(S[1]) - SignedL(S[2] % 2) < 0; });
  A.withImmediate("S_ADDK_I32",
                  [](const L *S, SignedL K) -> L { return U(S[0] + L(signedField(L(K), 16))); });
  A.withImmediate("S_ADDK_I32:scc", [](const L *S, SignedL K) -> L {
    return !fitsSigned(I(S[0]) + signedField(L(K), 16));
  });
  A.withImmediate("S_MULK_I32",
                  [](const L *S, SignedL K) -> L { return U(L(I(S[0]) * signedField(L(K), 16))); });
  for (const char *Suffix : {"", "_PSEUDO"}) {
    A.result(std::string("S_ADD_U64") + Suffix, [](const L *S) { return S[0] + S[1]; });
    A.result(std::string("S_SUB_U64") + Suffix, [](const L *S) { return S[0] - S[1]; });
  }
  A.result("S_MUL_I32", [](const L *S) -> L { return U(S[0] * S[1]); });
  A.result("S_MUL_HI_U32", [](const L *S) { return S[0] * S[1] >> 32; });
  A.result("S_MUL_HI_I32", [](const L *S) -> L { return U(L(SignedL(I(S[0])) * I(S[1])) >> 32); });
  A.result("S_MUL_U64", [](const L *S) { return S[0] * S[1]; });
  A.result("S_MUL_U64_U32_PSEUDO", [](const L *S) { return low(S[0], 32) * low(S[1], 32); });
  A.result("S_MUL_I64_I32_PSEUDO",
           [](const L *S) { return L(signedField(S[0], 32) * signedField(S[1], 32)); });

  A.both(
      "S_MIN_I32", [](const L *S) -> L { return U(std::min(I(S[0]), I(S[1]))); },
      [](const L *S) -> L { return I(S[0]) < I(S[1]); });
  A.both(
      "S_MIN_U32", [](const L *S) { return std::min(S[0], S[1]); },
      [](const L *S) -> L { return S[0] < S[1]; });
  A.result("S_MAX_I32", [](const L *S) -> L { return U(std::max(I(S[0]), I(S[1]))); });
  A.result("S_MAX_U32", [](const L *S) { return std::max(S[0], S[1]); });
  A.nonzero("S_ABS_I32", [](const L *S) -> L { return U(std::llabs(I(S[0]))); });
  A.nonzero("S_ABSDIFF_I32", [](const L *S) -> L {
    return U(std::llabs(I(U(S[0]) - U(S[1])))); // of the wrapped difference
  });
  for (int Count : {1, 2, 3, 4})
    A.both(
        "S_LSHL" + std::to_string(Count) + "_ADD_U32",
        [=](const L *S) -> L { return U((S[0] << Count) + S[1]); },
        [=](const L *S) -> L { return (S[0] << Count) + S[1] >= L(1) << 32; });
}

/// Bits 4:0 or 5:0 of a count.
int countOf(L X, int Bits) { return int(X % L(Bits)); }

/// Bit \p N of a value that its sign, or zeros, go on.
bool bitAt(L X, int N, int Bits, bool Signed) {
  return N < Bits ? bitOf(X, N) : Signed && bitOf(X, Bits - 1);
}

L field(L X, L Place, int Bits, bool Signed) {
  const int Offset = countOf(Place, Bits), Width = std::min(int(Place >> 16 & 127), Bits);
  L R = 0;
  bool Last = false;
  for (int N = 0; N != Bits; ++N) {
    if (N < Width)
      Last = bitAt(X, Offset + N, Bits, Signed);
    R |= L(N < Width || Signed ? Last : false) << N;
  }
  return R;
}

void addShifts(Adder &A) {
  for (int Bits : {32, 64}) {
    const std::string W = std::to_string(Bits);
    A.nonzero("S_LSHL_B" + W, [=](const L *S) { return low(S[0] << countOf(S[1], Bits), Bits); });
    A.nonzero("S_LSHR_B" + W, [=](const L *S) { return S[0] >> countOf(S[1], Bits); });
    A.nonzero("S_ASHR_I" + W, [=](const L *S) -> L {
      L R = 0;
      for (int N = 0; N != Bits; ++N)
        R |= L(bitAt(S[0], N + countOf(S[1], Bits), Bits, true)) << N;
      return R;
    });
    A.nonzero("S_BFE_U" + W, [=](const L *S) { return field(S[0], S[1], Bits, false); });
    A.nonzero("S_BFE_I" + W, [=](const L *S) { return field(S[0], S[1], Bits, true); });
    A.result("S_BFM_B" + W, [=](const L *S) -> L {
      L R = 0;
      for (int N = 0; N != countOf(S[0], Bits); ++N)
        if (const int To = N + countOf(S[1], Bits); To < Bits)
          R |= L(1) << To;
      return R;
    });
    A.result("S_BITSET0_B" + W, [=](const L *S) -> L {
      const L Bit = L(1) << countOf(S[0], Bits);
      return S[1] & Bit ? S[1] - Bit : S[1];
    });
    A.result("S_BITSET1_B" + W, [=](const L *S) -> L {
      const L Bit = L(1) << countOf(S[0], Bits);
      return S[1] & Bit ? S[1] : S[1] + Bit;
    });
  }
}

/// Where from bit \p From on in steps of \p Step the first bit like \p Wanted is,
/// counted from there; -1 if nowhere.
L distance(L X, int From, int Step, int Bits, bool Wanted) {
  for (int N = From; N >= 0 && N < Bits; N += Step)
    if (bitOf(X, N) == Wanted)
      return L(std::abs(N - From));
  return ~U(0);
}

void addBits(Adder &A) {
  for (int Bits : {32, 64}) {
    const std::string B = "_B" + std::to_string(Bits);
    A.result("S_BREV" + B, [=](const L *S) -> L {
      L R = 0;
      for (int N = 0; N != Bits; ++N)
        R = R * 2 + bitOf(S[0], N);
      return R;
    });
    for (bool Wanted : {false, true}) {
      A.nonzero((Wanted ? "S_BCNT1_I32" : "S_BCNT0_I32") + B, [=](const L *S) -> L {
        L Count = 0;
        for (int N = 0; N != Bits; ++N)
          Count += bitOf(S[0], N) == Wanted;
        return Count;
      });
      A.result((Wanted ? "S_FF1_I32" : "S_FF0_I32") + B,
               [=](const L *S) { return distance(S[0], 0, 1, Bits, Wanted); });
    }
    A.result("S_FLBIT_I32" + B,
             [=](const L *S) { return distance(S[0], Bits - 1, -1, Bits, true); });
    A.result(Bits == 32 ? "S_FLBIT_I32" : "S_FLBIT_I32_I64", [=](const L *S) {
      return distance(S[0], Bits - 1, -1, Bits, !bitOf(S[0], Bits - 1));
    });
    A.nonzero("S_QUADMASK" + B, [=](const L *S) -> L {
      L R = 0;
      for (int N = 0; N != Bits; ++N)
        if (bitOf(S[0], N))
          R |= L(1) << N / 4;
      return R;
    });
    A.nonzero("S_WQM" + B, [=](const L *S) -> L {
      L R = 0;
      for (int N = 0; N != Bits; ++N)
        if (bitOf(S[0], N))
          R |= L(15) << (N - N % 4);
      return R;
    });
    A.result("S_MOV" + B, [](const L *S) { return S[0]; });
    A.result("S_CSELECT" + B, [](const L *S) { return S[2] % 2 == 1 ? S[0] : S[1]; });
  }
  A.result("S_SEXT_I32_I8", [](const L *S) -> L { return U(signedField(S[0], 8)); });
  A.result("S_SEXT_I32_I16", [](const L *S) -> L { return U(signedField(S[0], 16)); });
  A.result("S_BITREPLICATE_B64_B32", [](const L *S) -> L {
    L R = 0;
    for (int N = 0; N != 32; ++N)
      if (bitOf(S[0], N))
        R += L(3) << (2 * N);
    return R;
  });
  auto Half = [](L X, int N) { return N ? X / 65536 : X % 65536; };
  A.result("S_PACK_LL_B32_B16", [=](const L *S) { return Half(S[1], 0) << 16 | Half(S[0], 0); });
  A.result("S_PACK_LH_B32_B16", [=](const L *S) { return Half(S[1], 1) << 16 | Half(S[0], 0); });
  A.result("S_PACK_HL_B32_B16", [=](const L *S) { return Half(S[1], 0) << 16 | Half(S[0], 1); });
  A.result("S_PACK_HH_B32_B16", [=](const L *S) { return Half(S[1], 1) << 16 | Half(S[0], 1); });
  A.withImmediate("S_MOVK_I32",
                  [](const L *, SignedL K) -> L { return U(L(signedField(L(K), 16))); });
  A.withImmediate("S_MOV_B64_IMM_PSEUDO", [](const L *, SignedL K) { return L(K); });
}

void addLogic(Adder &A) {
  for (int Bits : {32, 64}) {
    const std::string B = "_B" + std::to_string(Bits);
    A.logic("S_AND" + B, Bits, [](bool X, bool Y) { return X ? Y : false; });
    A.logic("S_OR" + B, Bits, [](bool X, bool Y) { return X ? true : Y; });
    A.logic("S_XOR" + B, Bits, [](bool X, bool Y) { return X != Y; });
    A.logic("S_ANDN2" + B, Bits, [](bool X, bool Y) { return Y ? false : X; });
    A.logic("S_ORN2" + B, Bits, [](bool X, bool Y) { return Y ? X : true; });
    A.logic("S_NAND" + B, Bits, [](bool X, bool Y) { return X ? !Y : true; });
    A.logic("S_NOR" + B, Bits, [](bool X, bool Y) { return X ? false : !Y; });
    A.logic("S_XNOR" + B, Bits, [](bool X, bool Y) { return X == Y; });
    A.logic("S_NOT" + B, Bits, [](bool X, bool) { return !X; });
  }
}

void addCompares(Adder &A) {
  struct Condition {
    const char *Name;
    bool Less, Equal, Greater;
  };
  for (const Condition &C :
       {Condition{"EQ", false, true, false}, Condition{"LG", true, false, true},
        Condition{"GT", false, false, true}, Condition{"GE", false, true, true},
        Condition{"LT", true, false, false}, Condition{"LE", true, true, false}}) {
    auto Holds = [C](auto X, auto Y) -> L { return X < Y ? C.Less : Y < X ? C.Greater : C.Equal; };
    const std::string Name = C.Name;
    A.result("S_CMP_" + Name + "_I32", [=](const L *S) { return Holds(I(S[0]), I(S[1])); });
    A.result("S_CMP_" + Name + "_U32", [=](const L *S) { return Holds(U(S[0]), U(S[1])); });
    A.result("S_CMP_" + Name + "_U64", [=](const L *S) { return Holds(S[0], S[1]); });
    A.withImmediate("S_CMPK_" + Name + "_I32", [=](const L *S, SignedL K) {
      return Holds(SignedL(I(S[0])), signedField(L(K), 16));
    });
    A.withImmediate("S_CMPK_" + Name + "_U32",
                    [=](const L *S, SignedL K) { return Holds(S[0], L(K) % 65536); });
  }
  for (int Bits : {32, 64})
    for (bool Wanted : {false, true})
      A.result((Wanted ? "S_BITCMP1_B" : "S_BITCMP0_B") + std::to_string(Bits),
               [=](const L *S) -> L { return bitOf(S[0], countOf(S[1], Bits)) == Wanted; });
}

} // namespace

void addScalarReference(ReferenceTable &T) {
  Adder A(T);
  addSums(A);
  addShifts(A);
  addBits(A);
  addLogic(A);
  addCompares(A);
}

} // namespace whittle
