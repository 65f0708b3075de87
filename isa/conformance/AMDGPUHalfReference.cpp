//===- isa/conformance/AMDGPUHalfReference.cpp - 16-bit integers ---------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each operation is arithmetic on whole numbers, of which 16 bits are kept, or the
// nearest number that 16 bits hold. A result is the low half; what the register's
// other half becomes is not asked here.
//
//===----------------------------------------------------------------------===//

#include "isa/conformance/AMDGPUReferenceTools.h"

namespace whittle {

using namespace reference;

namespace {

using Number = int64_t;

struct Operation {
  const char *Name;
  int Sources;
  bool Signed; ///< how the halves are read
  Number (*Exact)(const Number *X);
  bool HasClamp = false;
};

Number powerOf2(Number Count) {
  Number P = 1;
  for (Count = Count & 15; Count != 0; --Count)
    P += P;
  return P;
}

/// Rounded down.
Number quotient(Number X, Number Divisor) {
  const Number Q = X / Divisor;
  return Q * Divisor > X ? Q - 1 : Q;
}

/// A number bit by bit: bit I is Bit(I).
template <typename F> Number fromBits(F Bit) {
  Number X = 0;
  for (int I = 15; I >= 0; --I)
    X = 2 * X + (Bit(I) ? 1 : 0);
  return X;
}

const Operation Operations[] = {
    {"ADD_U16", 2, false, [](const Number *X) { return X[0] + X[1]; }, true},
    {"ADD_I16", 2, true, [](const Number *X) { return X[0] + X[1]; }, true},
    {"SUB_U16", 2, false, [](const Number *X) { return X[0] - X[1]; }, true},
    {"SUB_I16", 2, true, [](const Number *X) { return X[0] - X[1]; }, true},
    {"SUBREV_U16", 2, false, [](const Number *X) { return X[1] - X[0]; }, true},
    {"MAD_U16", 3, false, [](const Number *X) { return X[0] * X[1] + X[2]; }, true},
    {"MAD_I16", 3, true, [](const Number *X) { return X[0] * X[1] + X[2]; }, true},
    {"MUL_LO_U16", 2, false, [](const Number *X) { return X[0] * X[1]; }},
    {"LSHLREV_B16", 2, false, [](const Number *X) { return X[1] * powerOf2(X[0]); }},
    {"LSHRREV_B16", 2, false, [](const Number *X) { return quotient(X[1], powerOf2(X[0])); }},
    {"ASHRREV_I16", 2, true, [](const Number *X) { return quotient(X[1], powerOf2(X[0])); }},
    {"MIN_U16", 2, false, [](const Number *X) { return X[0] < X[1] ? X[0] : X[1]; }},
    {"MIN_I16", 2, true, [](const Number *X) { return X[0] < X[1] ? X[0] : X[1]; }},
    {"MAX_U16", 2, false, [](const Number *X) { return X[0] < X[1] ? X[1] : X[0]; }},
    {"MAX_I16", 2, true, [](const Number *X) { return X[0] < X[1] ? X[1] : X[0]; }},
    {"MIN3_U16", 3, false, [](const Number *X) { return *std::min_element(X, X + 3); }},
    {"MIN3_I16", 3, true, [](const Number *X) { return *std::min_element(X, X + 3); }},
    {"MAX3_U16", 3, false, [](const Number *X) { return *std::max_element(X, X + 3); }},
    {"MAX3_I16", 3, true, [](const Number *X) { return *std::max_element(X, X + 3); }},
    {"MED3_U16", 3, false, [](const Number *X) { return middle(X[0], X[1], X[2]); }},
    {"MED3_I16", 3, true, [](const Number *X) { return middle(X[0], X[1], X[2]); }},
    {"AND_B16", 2, false,
     [](const Number *X) {
       return fromBits([=](int I) { return bitOf(uint64_t(X[0]), I) && bitOf(uint64_t(X[1]), I); });
     }},
    {"OR_B16", 2, false,
     [](const Number *X) {
       return fromBits([=](int I) { return bitOf(uint64_t(X[0]), I) || bitOf(uint64_t(X[1]), I); });
     }},
    {"XOR_B16", 2, false,
     [](const Number *X) {
       return fromBits([=](int I) { return bitOf(uint64_t(X[0]), I) != bitOf(uint64_t(X[1]), I); });
     }},
    {"NOT_B16", 1, false, [](const Number *X) { return 0xffff - X[0]; }},
    {"MOV_B16", 1, false, [](const Number *X) { return X[0]; }},
};

Number halfOf(uint64_t Word, bool High, bool Signed) {
  const uint64_t Half = (High ? Word / 0x10000 : Word) % 0x10000;
  return Signed ? signedField(Half, 16) : Number(Half);
}

Number limited(Number X, Number Least, Number Most) {
  return X < Least ? Least : X > Most ? Most : X;
}

/// The operation of chosen halves, 16 bits of it. Bit K of High: source K's high half.
uint64_t halfResult(const Operation &Op, const uint64_t *S, unsigned High, bool Clamp) {
  Number X[3] = {};
  for (int K = 0; K != Op.Sources; ++K)
    X[K] = halfOf(S[K], High >> K & 1, Op.Signed);
  Number Result = Op.Exact(X);
  if (Clamp)
    Result = Op.Signed ? limited(Result, -32768, 32767) : limited(Result, 0, 65535);
  return uint64_t(Result) % 0x10000;
}

ReferenceEntry lane(ReferenceEntry::Each E) {
  ReferenceEntry R;
  R.E = std::move(E);
  return R;
}

/// The sources whose modifier has \p Bit set.
unsigned chosen(const int64_t *Imm, int Sources, int Bit) {
  unsigned High = 0;
  for (int K = 0; K != Sources; ++K)
    if (bitOf(uint64_t(Imm[K]), Bit))
      High |= 1u << K;
  return High;
}

/// OP_SEL is bit 2 of a modifier, OP_SEL_HI bit 3.
void addOperation(ReferenceTable &T, const Operation &Op, const std::string &Name) {
  for (bool Clamp : {false, true})
    T[Name + (Clamp ? ":clamp" : "")] = lane(
        [&Op, Clamp](const uint64_t *S, const int64_t *) { return halfResult(Op, S, 0, Clamp); });
  T[Name + ":mods"] = lane([&Op](const uint64_t *S, const int64_t *Imm) {
    return halfResult(Op, S, chosen(Imm, Op.Sources, 2),
                      Op.HasClamp && bitOf(uint64_t(Imm[Op.Sources]), 0));
  });
}

void addPackedOperation(ReferenceTable &T, const Operation &Op) {
  const std::string Name = std::string("V_PK_") + Op.Name;
  for (bool Clamp : {false, true})
    T[Name + (Clamp ? ":clamp" : "")] = lane([&Op, Clamp](const uint64_t *S, const int64_t *) {
      return halfResult(Op, S, 7, Clamp) * 0x10000 + halfResult(Op, S, 0, Clamp);
    });
  T[Name + ":mods"] = lane([&Op](const uint64_t *S, const int64_t *Imm) {
    const bool Clamp = Op.HasClamp && bitOf(uint64_t(Imm[Op.Sources]), 0);
    return halfResult(Op, S, chosen(Imm, Op.Sources, 3), Clamp) * 0x10000 +
           halfResult(Op, S, chosen(Imm, Op.Sources, 2), Clamp);
  });
}

/// Halves times halves plus a word.
void addWide(ReferenceTable &T, const std::string &Name, bool Signed) {
  auto Compute = [Signed](const uint64_t *S, unsigned High, bool Clamp) -> uint64_t {
    const Number Addend = Signed ? signedField(S[2], 32) : Number(S[2] % 0x100000000);
    Number Sum = halfOf(S[0], High & 1, Signed) * halfOf(S[1], High & 2, Signed) + Addend;
    if (Clamp)
      Sum = Signed ? limited(Sum, -0x80000000ll, 0x7fffffffll) : limited(Sum, 0, 0xffffffffll);
    return uint32_t(uint64_t(Sum));
  };
  for (bool Clamp : {false, true})
    T[Name + (Clamp ? ":clamp" : "")] =
        lane([=](const uint64_t *S, const int64_t *) { return Compute(S, 0, Clamp); });
  T[Name + ":mods"] = lane([=](const uint64_t *S, const int64_t *Imm) {
    return Compute(S, chosen(Imm, 2, 2), bitOf(uint64_t(Imm[2]), 0));
  });
}

uint64_t truthTable(const uint64_t *S, unsigned High, int64_t Table) {
  return uint64_t(fromBits([=](int I) {
    int Row = 0;
    for (int K = 0; K != 3; ++K)
      Row = 2 * Row + bitOf(S[K], High >> K & 1 ? I + 16 : I);
    return bitOf(uint64_t(Table), Row);
  }));
}

/// A source of v_pack_b32_f16: |x| first, then -x; a signalling NaN becomes quiet.
uint64_t packedNumber(uint64_t Half, bool Abs, bool Neg) {
  if (Abs)
    Half %= 0x8000;
  if (Neg)
    Half = (Half + 0x8000) % 0x10000;
  const uint64_t Magnitude = Half % 0x8000;
  return Magnitude > 0x7c00 && Magnitude < 0x7e00 ? Half + 0x200 : Half;
}

void addPacks(ReferenceTable &T) {
  T["V_PACK_B32_F16"] = lane([](const uint64_t *S, const int64_t *) {
    return packedNumber(uint64_t(halfOf(S[0], false, false)), false, false) +
           packedNumber(uint64_t(halfOf(S[1], false, false)), false, false) * 0x10000;
  });
  T["V_PACK_B32_F16:mods"] = lane([](const uint64_t *S, const int64_t *Imm) {
    uint64_t Halves[2];
    for (int K = 0; K != 2; ++K) {
      const uint64_t Mods = uint64_t(Imm[K]);
      Halves[K] = packedNumber(uint64_t(halfOf(S[K], bitOf(Mods, 2), false)), bitOf(Mods, 1),
                               bitOf(Mods, 0));
    }
    return Halves[0] + Halves[1] * 0x10000;
  });
  for (int First : {0, 1})
    for (int Second : {0, 1}) {
      std::string Name = "V_PK_MOV_B32";
      if (First + Second != 0)
        Name += std::string(":") + "lh"[First] + "lh"[Second];
      T[Name] = lane([=](const uint64_t *S, const int64_t *) {
        return (S[0] >> (32 * First) & 0xffffffff) | S[1] >> (32 * Second) << 32;
      });
    }
}

} // namespace

void addHalfReference(ReferenceTable &T) {
  for (const Operation &Op : Operations) {
    addOperation(T, Op, std::string("V_") + Op.Name);
    addPackedOperation(T, Op);
    const std::string Name = Op.Name;
    if (Name == "ADD_U16" || Name == "SUB_U16") // as RDNA names them
      addOperation(T, Op, "V_" + Name.substr(0, 3) + "_NC_U16");
  }
  addWide(T, "V_MAD_U32_U16", false);
  addWide(T, "V_MAD_I32_I16", true);
  addPacks(T);

  T["V_CVT_I32_I16"] = lane([](const uint64_t *S, const int64_t *) -> uint64_t {
    return uint32_t(uint64_t(halfOf(S[0], false, true)));
  });
  T["V_CVT_U32_U16"] =
      lane([](const uint64_t *S, const int64_t *) { return uint64_t(halfOf(S[0], false, false)); });
  T["V_SAT_PK_U8_I16"] = lane([](const uint64_t *S, const int64_t *) {
    const Number Low = limited(halfOf(S[0], false, true), 0, 255),
                 High = limited(halfOf(S[0], true, true), 0, 255);
    return uint64_t(Low + 256 * High);
  });
  T["V_CNDMASK_B16"] = lane([](const uint64_t *S, const int64_t *) {
    return uint64_t(halfOf(S[2] % 2 != 0 ? S[1] : S[0], false, false));
  });
  T["V_BITOP3_B16"] =
      lane([](const uint64_t *S, const int64_t *Imm) { return truthTable(S, 0, Imm[0]); });
  T["V_BITOP3_B16:mods"] = lane([](const uint64_t *S, const int64_t *Imm) {
    return truthTable(S, chosen(Imm, 3, 2), Imm[3]);
  });
}

} // namespace whittle
