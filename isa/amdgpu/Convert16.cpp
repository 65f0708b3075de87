//===- isa/amdgpu/Convert16.cpp - Conversions from and to 16 and 8 bits ---===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What rounds to 8 bits, to bfloat16 or towards zero is arithmetic on the bits, which
// proofs look into. Rounding at random (V_CVT_SR_..) is not documented to the bit and
// has no row.
//
//===----------------------------------------------------------------------===//

#include "isa/amdgpu/Float16.h"

using namespace llvm;

namespace whittle::amdgpu {

static V like(V A, uint64_t Bits) { return A.sem().constantLike(A, Bits); }
static V isBelow(V A, V B) { return cmp(CmpInst::ICMP_ULT, A, B); }
static V isEqual(V A, uint64_t B) { return cmp(CmpInst::ICMP_EQ, A, like(A, B)); }

V halfToSingle(V Half) {
  V Wide = zext(Half, 32), Sign = shl(Wide & 0x8000, 16u);
  V Nan = Sign | 0x7fc00000 | shl(Wide & 0x1ff, 13u);
  return select(isNaN(Half), Nan, fconvert(Half, 32, Nan));
}

static V halfNaN(V Single) {
  return trunc((lshr(Single, 16u) & 0x8000) | 0x7e00 | (lshr(Single, 13u) & 0x1ff), 16);
}
V singleToHalf(V Single) {
  V Nan = halfNaN(Single);
  return select(isNaN(Single), Nan, fconvert(Single, 16, Nan));
}

/// What is too large becomes the largest number, infinity stays.
V singleToHalfTowardsZero(V Single) {
  V Magnitude = fabs(Single), Sign = lshr(Single, 16u) & 0x8000;
  V Mantissa = (Magnitude & 0x7fffff) | 0x800000, Exponent = lshr(Magnitude, 23u);
  // 2^-14 and up are normal; below, one unit is 2^-24.
  V Denormal = lshr(Mantissa, like(Single, 126) - Exponent);
  V Normal = umin(lshr(Magnitude - 0x38000000, 13u), like(Single, 0x7bff));
  V R = select(isBelow(Magnitude, like(Single, 0x38800000)), Denormal, Normal);
  R = select(isEqual(Magnitude, infinityBits(32)), like(Single, 0x7c00), R);
  return select(isNaN(Single), halfNaN(Single), trunc(Sign | R, 16));
}

V brainToSingle(V Brain) { return shl(zext(Brain, 32), 16u); }
V singleToBrain(V Single) {
  V Rounded = Single + 0x7fff + (lshr(Single, 16u) & 1);
  return halfOf(select(isNaN(Single), quieted(Single), Rounded), true);
}

V byteToSingle(V Byte, ByteFormat F) {
  const unsigned M = F.Mantissa;
  V Magnitude = Byte & 0x7f, Sign = shl(Byte & 0x80, 24u), Mantissa = Byte & ((1 << M) - 1);
  V Normal = shl(Magnitude, 23 - M) + (int64_t(127 - F.bias()) << 23);
  // The highest bit of a denormal's mantissa is at 31 - ctlz.
  V Zeros = ctlz(Mantissa);
  V Exponent = like(Byte, 31 + 1 - F.bias() - M + 127) - Zeros;
  V Denormal = shl(Exponent, 23u) | (shl(Mantissa, Zeros - 8) & 0x7fffff);
  V R = select(isBelow(Magnitude, like(Byte, 1 << M)), Denormal, Normal);
  R = Sign | select(isEqual(Magnitude, 0), like(Byte, 0), R);
  if (F.Fnuz)
    return select(isEqual(Byte, 0x80), like(Byte, 0x7fc00000), R);
  V Special = isBelow(like(Byte, F.largest()), Magnitude);
  if (!F.hasInfinity())
    return select(Special, like(Byte, 0x7fc00000), R);
  V Nan = Sign | 0x7fc00000 | shl(Mantissa, 23 - M);
  return select(Special, select(isEqual(Mantissa, 0), Sign | infinityBits(32), Nan), R);
}

namespace {

constexpr unsigned ConvertWeight = 2, DotWeight = 3;
using Values = ArrayRef<V>;

//===----------------------------------------------------------------------===//
// Formats of 8 bits
//===----------------------------------------------------------------------===//

/// To nearest even, 8 of 32 bits. What is too large becomes an infinity or NaN: MODE's
/// FP16_OVFL, which would saturate it, is 0. NaNs are all ones with their sign.
V singleToByte(V Single, ByteFormat F) {
  const unsigned M = F.Mantissa, Drop = 23 - M;
  V Magnitude = fabs(Single), Sign = lshr(Single, 24u) & 0x80;
  V Even = lshr(Magnitude, Drop) & 1;
  V Normal =
      lshr(Magnitude + ((1 << (Drop - 1)) - 1) + Even, Drop) - (int64_t(127 - F.bias()) << M);
  // Below 2^(1 - bias) the unit is 2^(1 - bias - M).
  V Mantissa = (Magnitude & 0x7fffff) | 0x800000;
  V Count = umin(like(Single, 151 - F.bias() - M) - lshr(Magnitude, 23u), like(Single, 31));
  V Half = lshr(shl(like(Single, 1), Count), 1u);
  V Denormal = lshr(Mantissa + Half - 1 + (lshr(Mantissa, Count) & 1), Count);
  V Smallest = like(Single, uint64_t(128 - F.bias()) << 23);
  V R = select(isBelow(Magnitude, Smallest), Denormal, Normal);
  V TooLarge = isBelow(like(Single, F.largest()), R);
  if (F.Fnuz) {
    R = select(isEqual(R, 0), R, Sign | R);
    return select(TooLarge | isNaN(Single), like(Single, 0x80), R);
  }
  R = Sign | select(TooLarge, like(Single, F.hasInfinity() ? 0x7c : 0x7f), R);
  return select(isNaN(Single), Sign | 0x7f, R);
}

V byteOf(V Word, unsigned I) { return lshr(Word, 8 * I) & 0xff; }

/// Both bytes of a half of \p Word as singles.
V halfToSingles(V Word, bool High, ByteFormat F) {
  return concat(byteToSingle(byteOf(Word, High ? 2 : 0), F),
                byteToSingle(byteOf(Word, High ? 3 : 1), F));
}

void addFromBytes(RowSet &R, const std::string &T, unsigned Mantissa) {
  const ByteFormat Fnuz = {Mantissa, true}, Ocp = {Mantissa, false};
  const std::string One = "V_CVT_F32_" + T, Two = "V_CVT_PK_F32_" + T;
  auto Byte = [](ByteFormat F) {
    return [F](Sem &S) { S.out(byteToSingle(S.in(0, 32) & 0xff, F)); };
  };
  auto AnyByte = [](ByteFormat F) {
    return [F](Sem &S) {
      V Place = shl(zext(S.imm(0, 2), 32), 3u);
      S.out(byteToSingle(lshr(S.in(0, 32), Place) & 0xff, F));
    };
  };
  auto Pair = [](bool High, ByteFormat F) {
    return [High, F](Sem &S) { S.out(halfToSingles(S.in(0, 32), High, F)); };
  };
  const char *Gfx950 = "+fp8-conversion-insts,+gfx950-insts",
             *Gfx942 = "+fp8-conversion-insts,+gfx940-insts,-gfx950-insts",
             *Gfx12 = "+fp8-conversion-insts,+gfx12-insts";

  // LLVM avoids gfx942's encodings without a byte selector as unreliable.
  R.add(One + "_e32", Gfx950, Byte(Ocp)).weight(ConvertWeight);
  R.add(One + "_e64", Gfx950, Byte(Ocp)).spec({reg(), fixed(0), fixed(0)});
  R.add(One + "_OP_SEL_e32", Gfx12, Byte(Ocp));
  R.add(One + "_OP_SEL_e64", Gfx12, Byte(Ocp)).spec({reg(), fixed(0)});
  R.add(One + "_OP_SEL_e64:byte", Gfx12, AnyByte(Ocp)).spec({reg(), imm(2)});
  for (const ByteFormat &F : {Ocp, Fnuz}) {
    const std::string End = F.Fnuz ? ":fnuz" : "";
    const char *Features = F.Fnuz ? Gfx942 : Gfx950;
    // Selectors 0 to 3 are bytes, 4 and 5 halves.
    R.add(One + "_sdwa" + End, Features, AnyByte(F))
        .spec({fixed(0), reg(), fixed(0), fixed(0), imm(2)});
    R.add(Two + "_e32" + End, Features, Pair(false, F));
    R.add(Two + "_e64" + End, Features, Pair(false, F)).spec({reg(), fixed(0), fixed(0)});
    for (bool High : {false, true})
      R.add(Two + "_sdwa" +
                (!High    ? End
                 : F.Fnuz ? ":fnuz-hi"
                          : ":hi"),
            Features, Pair(High, F))
          .spec({fixed(0), reg(), fixed(0), fixed(0), fixed(4 + High)});
  }
  const char *Fake16 = "+fp8-conversion-insts,+gfx12-insts,-real-true16";
  R.add(Two + "_fake16_e32", Fake16, Pair(false, Ocp));
  for (bool High : {false, true})
    R.add(Two + "_fake16_e64" + (High ? ":hi" : ""), Fake16, Pair(High, Ocp))
        .spec({fixed(High ? 4 : 0), reg(), fixed(0)});
}

void addToBytes(RowSet &R, const std::string &T, unsigned Mantissa) {
  auto Add = [&](const std::string &Name, const char *Features, ByteFormat F) {
    for (bool High : {false, true}) {
      const std::string End = F.Fnuz ? High ? ":fnuz-hi" : ":fnuz" : High ? ":hi" : "";
      // The register's other half stays: an operand of its own.
      R.add(Name + End, Features,
            [High, F](Sem &S) {
              V Both = singleToByte(S.in(0, 32), F) | shl(singleToByte(S.in(1, 32), F), 8u);
              V Old = S.in(2, 32);
              S.out(High ? concat(halfOf(Old, false), halfOf(Both, false))
                         : concat(halfOf(Both, false), halfOf(Old, true)));
            })
          .weight(ConvertWeight)
          .spec({fixed(High ? 8 : 0), reg(), fixed(0), reg(), reg(), fixed(0)});
    }
  };
  const std::string Name = "V_CVT_PK_" + T + "_F32";
  Add(Name + "_e64", "+fp8-conversion-insts,+gfx950-insts", {Mantissa, false});
  Add(Name + "_e64", "+fp8-conversion-insts,+gfx940-insts,-gfx950-insts", {Mantissa, true});
  Add(Name + "_fake16_e64", "+fp8-conversion-insts,+gfx12-insts,-real-true16", {Mantissa, false});
}

/// Sums of four products of bytes in a chain, as dot products of halves are.
void addByteDots(RowSet &R) {
  const std::pair<const char *, ByteFormat> Formats[] = {{"FP8", {3, false}}, {"BF8", {2, false}}};
  for (auto [NameA, A] : Formats)
    for (auto [NameB, B] : Formats)
      R.add(std::string("V_DOT4_F32_") + NameA + "_" + NameB, "+dot11-insts",
            [A = A, B = B](Sem &S) {
              V Sum = S.in(2, 32);
              for (unsigned I = 0; I != 4; ++I)
                Sum = fusedSum(byteToSingle(byteOf(S.in(0, 32), I), A),
                               byteToSingle(byteOf(S.in(1, 32), I), B), Sum);
              S.out(Sum);
            })
          .weight(DotWeight)
          .spec({reg(), reg(), fixed(0), reg(), fixed(0), fixed(0)});
}

//===----------------------------------------------------------------------===//
// Formats of 16 bits
//===----------------------------------------------------------------------===//

void addHalves(RowSet &R) {
  auto Add = [&](const char *Name, Source Kind, V (*F)(V), bool FloatResult, unsigned ResultBits,
                 bool KeepsHigh) {
    Float16Operation Op = {Name, {Kind}, [F](Values S, Generation) { return F(S[0]); }};
    Op.FloatResult = FloatResult;
    Op.ResultBits = ResultBits;
    Op.KeepsHigh = KeepsHigh;
    addFloat16Forms(R, Op);
  };
  Add("V_CVT_F16_F32", Source::Single, singleToHalf, true, 16, false);
  Add("V_CVT_F32_F16", Source::Half, halfToSingle, true, 32, false);
  Add("V_CVT_F16_I16", Source::Plain, [](V A) { return sitof(A, 16); }, true, 16, false);
  Add("V_CVT_F16_U16", Source::Plain, [](V A) { return uitof(A, 16); }, true, 16, false);
  // LLVM does not rely on gfx9 zeroing the high half of these.
  Add("V_CVT_I16_F16", Source::Half, [](V A) { return ftosi(A, 16); }, false, 16, true);
  Add("V_CVT_U16_F16", Source::Half, [](V A) { return ftoui(A, 16); }, false, 16, true);
  Add("V_CVT_NORM_I16_F16", Source::Half, [](V A) { return normalized(A, true); }, false, 16, true);
  Add(
      "V_CVT_NORM_U16_F16", Source::Half, [](V A) { return normalized(A, false); }, false, 16,
      true);
  for (bool Signed : {true, false}) {
    Float16Operation Op = {Signed ? "V_CVT_PKNORM_I16_F16" : "V_CVT_PKNORM_U16_F16",
                           {Source::Half, Source::Half},
                           [Signed](Values S, Generation) {
                             return concat(normalized(S[0], Signed), normalized(S[1], Signed));
                           }};
    Op.HasE32 = Op.HasOmod = Op.FloatResult = false;
    Op.OpSel = true;
    Op.ResultBits = 32;
    addFloat16Forms(R, Op);
  }
}

/// Two singles to two numbers of 16 bits, and bfloat16 to single.
void addPairs(RowSet &R) {
  auto Add = [&](const char *Name, const char *Features, V (*F)(V), bool E32, bool E64) {
    Float16Operation Op = {Name, {Source::Single, Source::Single}, [F](Values S, Generation) {
                             return concat(F(S[0]), F(S[1]));
                           }};
    Op.HasE32 = E32;
    Op.HasE64 = E64;
    Op.FloatResult = false; // clamp is of each half, and stays 0
    Op.ResultBits = 32;
    addFloat16Operation(R, Op, {"", Features, Generation::Gfx9});
  };
  // Towards zero whatever MODE says.
  Add("V_CVT_PKRTZ_F16_F32", "+gfx9-insts", singleToHalfTowardsZero, false, true);
  Add("V_CVT_PKRTZ_F16_F32", "+gfx11-insts", singleToHalfTowardsZero, true, false);
  Add("V_CVT_PK_F16_F32", "+cvt-pk-f16-f32-inst", singleToHalf, false, true);
  Add("V_CVT_PK_BF16_F32", "+bf16-cvt-insts", singleToBrain, false, true);

  Float16Operation Widen = {
      "V_CVT_F32_BF16", {Source::Half}, [](Values S, Generation) { return brainToSingle(S[0]); }};
  Widen.ResultBits = 32;
  addFloat16Operation(R, Widen, {"", "+bf16-cvt-insts,+gfx950-insts", Generation::Gfx9});
}

} // namespace

void addConvert16Rows(RowSet &R) {
  addHalves(R);
  addPairs(R);
  for (auto [T, Mantissa] : {std::pair("FP8", 3u), std::pair("BF8", 2u)}) {
    addFromBytes(R, T, Mantissa);
    addToBytes(R, T, Mantissa);
  }
  addByteDots(R);
}

} // namespace whittle::amdgpu
