//===- isa/conformance/AMDGPUWideReference.cpp - Carries, 64 bits, clamp -===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Exact values in wider integers, and what is kept of them.
//
//===----------------------------------------------------------------------===//

#include "isa/conformance/AMDGPUReferenceTools.h"
#include <limits>

namespace whittle {

using namespace reference;

namespace {

using Exact = __int128;

/// Clamped to the least and greatest number of the type.
template <typename N> uint64_t saturated(Exact X) {
  const Exact Low = std::numeric_limits<N>::min(), High = std::numeric_limits<N>::max();
  return uint64_t(X < Low ? Low : X > High ? High : X);
}

/// The operands as they are, and as signed 32-bit or 64-bit numbers.
struct Operands {
  const uint64_t *S;
  Exact u(int K) const { return S[K]; }
  Exact i32(int K) const { return I(uint32_t(S[K])); }
  Exact i64(int K) const { return int64_t(S[K]); }
  Exact u24(int K) const { return S[K] % (1u << 24); }
  Exact i24(int K) const { return signedField(S[K], 24); }
};

/// A lane's function of exact operands; its low 64 bits are the result.
template <typename F> ReferenceEntry exact(F Function) {
  ReferenceEntry R;
  R.E = [Function](const uint64_t *S, const int64_t *) -> uint64_t {
    return uint64_t(Function(Operands{S}));
  };
  return R;
}
/// One that gives a bit, into a mask.
template <typename F> ReferenceEntry condition(F Function) {
  ReferenceEntry R = exact(Function);
  R.K = ReferenceEntry::Mask;
  return R;
}

void addClamps(ReferenceTable &T) {
  using O = const Operands &;
  T["V_ADD_U32:clamp"] = exact([](O S) { return saturated<U>(S.u(0) + S.u(1)); });
  T["V_SUB_U32:clamp"] = exact([](O S) { return saturated<U>(S.u(0) - S.u(1)); });
  T["V_SUBREV_U32:clamp"] = exact([](O S) { return saturated<U>(S.u(1) - S.u(0)); });
  T["V_ADD_I32:clamp"] = exact([](O S) { return saturated<I>(S.i32(0) + S.i32(1)); });
  T["V_SUB_I32:clamp"] = exact([](O S) { return saturated<I>(S.i32(0) - S.i32(1)); });
  T["V_MUL_U32_U24:clamp"] = exact([](O S) { return saturated<U>(S.u24(0) * S.u24(1)); });
  T["V_MUL_I32_I24:clamp"] = exact([](O S) { return saturated<I>(S.i24(0) * S.i24(1)); });
  T["V_MAD_U32_U24:clamp"] = exact([](O S) { return saturated<U>(S.u24(0) * S.u24(1) + S.u(2)); });
  T["V_MAD_I32_I24:clamp"] =
      exact([](O S) { return saturated<I>(S.i24(0) * S.i24(1) + S.i32(2)); });
}

/// An instruction with a carry: the low bits, the clamped sum and the carry.
template <typename F> void addCarrying(ReferenceTable &T, const std::string &Name, F Total) {
  T[Name] = exact(Total);
  T[Name + ":clamp"] = exact([Total](const Operands &S) { return saturated<U>(Total(S)); });
  T[Name + ":carry"] =
      condition([Total](const Operands &S) { return Total(S) < 0 || Total(S) >= Exact(1) << 32; });
}

void addCarries(ReferenceTable &T) {
  using O = const Operands &;
  addCarrying(T, "V_ADD_CO_U32", [](O S) { return S.u(0) + S.u(1); });
  addCarrying(T, "V_SUB_CO_U32", [](O S) { return S.u(0) - S.u(1); });
  addCarrying(T, "V_SUBREV_CO_U32", [](O S) { return S.u(1) - S.u(0); });
  addCarrying(T, "V_ADDC_U32", [](O S) { return S.u(0) + S.u(1) + S.u(2); });
  addCarrying(T, "V_SUBB_U32", [](O S) { return S.u(0) - S.u(1) - S.u(2); });
  addCarrying(T, "V_SUBBREV_U32", [](O S) { return S.u(1) - S.u(0) - S.u(2); });
}

U withModifiers(U X, int64_t Modifiers) {
  if (Modifiers & 2)
    X %= 0x80000000;
  if (Modifiers & 1)
    X = X < 0x80000000 ? X + 0x80000000 : X - 0x80000000;
  return X;
}

void addSelections(ReferenceTable &T) {
  T["V_CNDMASK_B32"] = exact([](const Operands &S) { return S.u(2) ? S.u(1) : S.u(0); });
  T["V_CNDMASK_B32:mods"].E = [](const uint64_t *S, const int64_t *Imm) -> uint64_t {
    const int Taken = S[2] ? 1 : 0;
    return withModifiers(U(S[Taken]), Imm[Taken]);
  };
}

void addWide(ReferenceTable &T) {
  using O = const Operands &;
  T["V_MOV_B64"] = exact([](O S) { return S.u(0); });
  T["V_MOV_B64_PSEUDO"] = T["V_MOV_B64"];
  T["AV_MOV_B64_IMM_PSEUDO"].E = [](const uint64_t *, const int64_t *Imm) {
    return uint64_t(Imm[0]);
  };
  T["V_LSHLREV_B64"] = exact([](O S) { return S.u(1) << int(S.u(0) % 64); });
  T["V_LSHLREV_B64_pseudo"] = T["V_LSHLREV_B64"];
  T["V_LSHRREV_B64"] = exact([](O S) { return S.u(1) >> int(S.u(0) % 64); });
  T["V_ASHRREV_I64"] = exact([](O S) { return S.i64(1) >> int(S.u(0) % 64); });
  T["V_LSHL_ADD_U64"] = exact([](O S) {
    const int Count = int(S.u(1) % 8);
    return (Count > 4 ? S.u(0) : S.u(0) << Count) + S.u(2);
  });

  auto Unsigned = [](O S) { return S.u(0) * S.u(1) + S.u(2); };
  auto Signed = [](O S) { return S.i32(0) * S.i32(1) + S.i64(2); };
  T["V_MAD_U64_U32"] = exact(Unsigned);
  T["V_MAD_I64_I32"] = exact(Signed);
  T["V_MAD_U64_U32:carry"] = condition([=](O S) { return Unsigned(S) >> 64 != 0; });
  T["V_MAD_I64_I32:carry"] = condition([=](O S) { return Signed(S) < 0; });
  T["V_MAD_U64_U32:clamp"] = exact([=](O S) { return saturated<uint64_t>(Unsigned(S)); });
  T["V_MAD_I64_I32:clamp"] = exact([=](O S) { return saturated<int64_t>(Signed(S)); });
}

//===----------------------------------------------------------------------===//
// Sums of differences
//===----------------------------------------------------------------------===//

/// Sum_N |A[N] - B[N]| of Count unsigned elements, of which a masked form leaves
/// out those with B[N] = 0.
Exact differences(uint64_t A, uint64_t B, int Count, bool Masked = false) {
  const int Bits = 32 / Count;
  Exact Sum = 0;
  for (int N = 0; N != Count; ++N) {
    const int64_t X = int64_t(A >> (N * Bits)) & ((int64_t(1) << Bits) - 1),
                  Y = int64_t(B >> (N * Bits)) & ((int64_t(1) << Bits) - 1);
    Sum += Masked && Y == 0 ? 0 : X > Y ? X - Y : Y - X;
  }
  return Sum;
}

/// Registers of 4 sums, each of ElementBits, that Before gives and that are then
/// put together.
ReferenceEntry quad(int ElementBits, bool Masked, bool Clamp) {
  ReferenceEntry R;
  R.K = ReferenceEntry::Wave;
  R.W = [=](const WaveCall &Call, WaveRegisters &Out) {
    const Exact Most = (Exact(1) << ElementBits) - 1;
    const size_t PerRegister = size_t(32 / ElementBits);
    for (unsigned L = 0; L != Call.Lanes; ++L) {
      if (!Call.on(L))
        continue;
      U Bytes[2] = {Call.In[0].Regs[0][L], Call.In[0].Regs[1][L]};
      U Result[4] = {};
      for (size_t N = 0; N != 4; ++N) {
        U Window = 0;
        for (size_t Byte = 0; Byte != 4; ++Byte)
          Window |= byteOf(Bytes[(N + Byte) / 4], int((N + Byte) % 4)) << (8 * Byte);
        const int At = int(N % PerRegister) * ElementBits;
        const Exact Before = Exact(Call.In[2].Regs[N / PerRegister][L] >> At) & Most;
        Exact Sum = Before + differences(Window, Call.In[1].Regs[0][L], 4, Masked);
        Sum = Sum <= Most ? Sum : Clamp ? Most : Sum & Most;
        Result[N / PerRegister] |= U(Sum) << At;
      }
      for (size_t Reg = 0; Reg != Out.Regs.size(); ++Reg)
        Out.Regs[Reg][L] = Result[Reg];
    }
  };
  return R;
}

void addDifferences(ReferenceTable &T) {
  using O = const Operands &;
  T["V_SAD_U8:clamp"] =
      exact([](O S) { return saturated<U>(differences(S.S[0], S.S[1], 4) + S.u(2)); });
  T["V_SAD_HI_U8:clamp"] =
      exact([](O S) { return saturated<U>((differences(S.S[0], S.S[1], 4) << 16) + S.u(2)); });
  T["V_SAD_U16:clamp"] =
      exact([](O S) { return saturated<U>(differences(S.S[0], S.S[1], 2) + S.u(2)); });
  T["V_SAD_U32:clamp"] =
      exact([](O S) { return saturated<U>(differences(S.S[0], S.S[1], 1) + S.u(2)); });
  T["V_MSAD_U8:clamp"] =
      exact([](O S) { return saturated<U>(differences(S.S[0], S.S[1], 4, true) + S.u(2)); });
  for (bool Clamp : {false, true}) {
    const std::string Variant = Clamp ? ":clamp" : "";
    T["V_QSAD_PK_U16_U8" + Variant] = quad(16, false, Clamp);
    T["V_MQSAD_PK_U16_U8" + Variant] = quad(16, true, Clamp);
    T["V_MQSAD_U32_U8" + Variant] = quad(32, true, Clamp);
  }
}

} // namespace

void addWideReference(ReferenceTable &T) {
  addClamps(T);
  addCarries(T);
  addSelections(T);
  addWide(T);
  addDifferences(T);
}

} // namespace whittle
