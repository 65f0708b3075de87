//===- isa/conformance/AMDGPUConvert16Reference.cpp - Small conversions --===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// After the pseudo-code of the CDNA 3 and 4 and RDNA 3 and 4 references, and the Open
// Compute Project's 8-bit formats.
//
//===----------------------------------------------------------------------===//

#include "isa/conformance/AMDGPUSmallFloats.h"

namespace whittle {

using namespace reference;

namespace {

/// A source of 16 (or 32) bits under NEG 1, ABS 2, OP_SEL 4.
U modified(uint64_t Word, int Bits, int64_t Modifiers) {
  const U Sign = U(1) << (Bits - 1);
  U X = U(Modifiers & 4 ? Word >> 16 : Word) & (Sign | (Sign - 1));
  if (Modifiers & 2)
    X &= ~Sign;
  return Modifiers & 1 ? X ^ Sign : X;
}

U clampedHalf(U H) { return HalfFormat.isNaN(H) || bitOf(H, 15) ? 0 : std::min(H, U(0x3c00)); }
U clampedSingle(U X) { return isSingleNaN(X) || bitOf(X, 31) ? 0 : std::min(X, U(0x3f800000)); }

/// NAME of one source, and NAME:mods; \p Clamp may be null.
template <typename F>
void addUnary(ReferenceTable &T, const std::string &Name, int Bits, bool Modifiers, F Function,
              U (*Clamp)(U)) {
  T[Name].E = [=](const uint64_t *S, const int64_t *) -> uint64_t {
    return Function(modified(S[0], Bits, 0));
  };
  T[Name + ":mods"].E = [=](const uint64_t *S, const int64_t *Imm) -> uint64_t {
    const U R = Function(modified(S[0], Bits, Modifiers ? Imm[0] : 0));
    return Clamp && Imm[Modifiers] ? Clamp(R) : R;
  };
}

/// NAME of two sources to the halves of a register, and NAME:mods.
template <typename F>
void addPair(ReferenceTable &T, const std::string &Name, int Bits, F Function) {
  auto Both = [=](const uint64_t *S, const int64_t *Modifiers) -> uint64_t {
    return (Function(modified(S[0], Bits, Modifiers[0])) & 0xffff) |
           (Function(modified(S[1], Bits, Modifiers[1])) & 0xffff) << 16;
  };
  T[Name].E = [=](const uint64_t *S, const int64_t *) {
    const int64_t Neutral[] = {0, 0};
    return Both(S, Neutral);
  };
  T[Name + ":mods"].E = Both;
}

/// Truncated and saturated.
template <bool Signed> U toInteger(U H) {
  if (HalfFormat.isNaN(H))
    return 0;
  const double Low = Signed ? -32768 : 0, High = Signed ? 32767 : 65535;
  const double X = std::trunc(std::clamp(HalfFormat.value(H), Low, High));
  return U(int(X)) & 0xffff;
}

template <bool Signed> U toNormalized(U H) {
  if (HalfFormat.isNaN(H))
    return 0;
  const double X = std::clamp(HalfFormat.value(H), Signed ? -1.0 : 0.0, 1.0);
  return U(int(std::nearbyint(X * (Signed ? 32767 : 65535)))) & 0xffff;
}

void addHalves(ReferenceTable &T) {
  addUnary(T, "V_CVT_F16_F32", 32, true, [](U X) { return singleToHalf(X); }, clampedHalf);
  addUnary(T, "V_CVT_F32_F16", 16, true, halfToSingle, clampedSingle);
  addUnary(
      T, "V_CVT_F16_I16", 16, false,
      [](U X) { return HalfFormat.encode(double(signedField(X, 16))); }, clampedHalf);
  addUnary(
      T, "V_CVT_F16_U16", 16, false, [](U X) { return HalfFormat.encode(double(X)); }, clampedHalf);
  addUnary(T, "V_CVT_I16_F16", 16, true, toInteger<true>, nullptr);
  addUnary(T, "V_CVT_U16_F16", 16, true, toInteger<false>, nullptr);
  addUnary(T, "V_CVT_NORM_I16_F16", 16, true, toNormalized<true>, nullptr);
  addUnary(T, "V_CVT_NORM_U16_F16", 16, true, toNormalized<false>, nullptr);
  addUnary(T, "V_CVT_F32_BF16", 16, true, brainToSingle, clampedSingle);
  addPair(T, "V_CVT_PKNORM_I16_F16", 16, toNormalized<true>);
  addPair(T, "V_CVT_PKNORM_U16_F16", 16, toNormalized<false>);
  addPair(T, "V_CVT_PKRTZ_F16_F32", 32, [](U X) { return singleToHalf(X, true); });
  addPair(T, "V_CVT_PK_F16_F32", 32, [](U X) { return singleToHalf(X); });
  addPair(T, "V_CVT_PK_BF16_F32", 32, [](U X) {
    return isSingleNaN(X) ? singleNaNTo(BrainFormat, X)
                          : BrainFormat.encode(double(std::bit_cast<float>(X)));
  });
}

//===----------------------------------------------------------------------===//
// Formats of 8 bits
//===----------------------------------------------------------------------===//

constexpr SmallFormat Ocp8{4, 3, 7, SmallFormat::OneNaN}, OcpBrain8{5, 2, 15},
    Fnuz8{4, 3, 8, SmallFormat::NegativeZero}, FnuzBrain8{5, 2, 16, SmallFormat::NegativeZero};

U fromByte(const SmallFormat &F, U Byte) {
  if (!F.isNaN(Byte))
    return std::bit_cast<U>(float(F.value(Byte)));
  if (F.End != SmallFormat::Infinities)
    return 0x7fc00000;
  return (Byte >> 7) << 31 | 0x7fc00000 | (Byte & 3) << 21;
}

U toByte(const SmallFormat &F, U Single) {
  const U Sign = Single >> 31 << 7;
  const U Nan = F.End == SmallFormat::NegativeZero ? 0x80 : Sign | 0x7f;
  if (isSingleNaN(Single))
    return Nan;
  return F.encode(double(std::bit_cast<float>(Single)), false, Nan);
}

void addBytes(ReferenceTable &T, const std::string &Name, const SmallFormat &F) {
  const bool Fnuz = F.End == SmallFormat::NegativeZero;
  const std::string Low = Fnuz ? ":fnuz" : "", High = Fnuz ? ":fnuz-hi" : ":hi";
  auto Byte = [F](const uint64_t *S, const int64_t *) -> uint64_t {
    return fromByte(F, U(S[0]) & 0xff);
  };
  auto AnyByte = [F](const uint64_t *S, const int64_t *Imm) -> uint64_t {
    return fromByte(F, byteOf(U(S[0]), int(Imm[0])));
  };
  const std::string One = "V_CVT_F32_" + Name, Two = "V_CVT_PK_F32_" + Name;
  T[One + Low].E = T[One + "_OP_SEL"].E = Byte;
  T[One + "_sdwa" + Low].E = T[One + "_OP_SEL:byte"].E = AnyByte;
  for (int Half : {0, 1}) {
    auto Pair = [F, Half](const uint64_t *S, const int64_t *) -> uint64_t {
      return fromByte(F, byteOf(U(S[0]), 2 * Half)) |
             uint64_t(fromByte(F, byteOf(U(S[0]), 2 * Half + 1))) << 32;
    };
    const std::string End = Half ? High : Low;
    T[Two + End].E = T[Two + "_sdwa" + End].E = Pair;
    T["V_CVT_PK_" + Name + "_F32" + End].E = [F, Half](const uint64_t *S,
                                                       const int64_t *) -> uint64_t {
      const U Both = toByte(F, U(S[0])) | toByte(F, U(S[1])) << 8, Old = U(S[2]);
      return Half ? Both << 16 | (Old & 0xffff) : (Old & 0xffff0000) | Both;
    };
  }
}

} // namespace

void addConvert16Reference(ReferenceTable &T) {
  addHalves(T);
  addBytes(T, "FP8", Fnuz8);
  addBytes(T, "FP8", Ocp8);
  addBytes(T, "BF8", FnuzBrain8);
  addBytes(T, "BF8", OcpBrain8);
}

} // namespace whittle
