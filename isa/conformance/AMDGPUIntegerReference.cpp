//===- isa/conformance/AMDGPUIntegerReference.cpp - 32-bit integers ------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/conformance/AMDGPUReferenceTools.h"

namespace whittle {

using namespace reference;

namespace {

U extractField(U X, U Offset, U Width, bool Signed) {
  U Field = 0;
  for (U K = 0; K != Width; ++K) {
    const U From = Offset + K;
    const bool Bit = From < 32 ? bitOf(X, int(From)) : Signed && bitOf(X, 31);
    Field |= U(Bit) << K;
  }
  if (Signed && Width && bitOf(Field, int(Width) - 1))
    for (U K = Width; K < 32; ++K)
      Field |= U(1) << K;
  return Field;
}

U permutedByte(U Hi, U Lo, U Select) {
  U Data[8];
  for (int N = 0; N != 4; ++N) {
    Data[N] = byteOf(Lo, N);
    Data[N + 4] = byteOf(Hi, N);
  }
  switch (Select) {
  case 0:
  case 1:
  case 2:
  case 3:
  case 4:
  case 5:
  case 6:
  case 7:
    return Data[Select];
  case 8:
    return Data[1] >= 0x80 ? 0xff : 0;
  case 9:
    return Data[3] >= 0x80 ? 0xff : 0;
  case 10:
    return Data[5] >= 0x80 ? 0xff : 0;
  case 11:
    return Data[7] >= 0x80 ? 0xff : 0;
  case 12:
    return 0;
  default:
    return 0xff;
  }
}

U absoluteDifferences(U A, U B, int Bits) {
  uint64_t Sum = 0;
  for (int At = 0; At != 32; At += Bits) {
    const int64_t Mask = (int64_t(1) << Bits) - 1;
    Sum += uint64_t(std::llabs((int64_t(A) >> At & Mask) - (int64_t(B) >> At & Mask)));
  }
  return U(Sum);
}

U firstHigh(U X) {
  for (int N = 31; N >= 0; --N)
    if (bitOf(X, N))
      return U(31 - N);
  return ~U(0);
}
U firstLow(U X) {
  for (int N = 0; N != 32; ++N)
    if (bitOf(X, N))
      return U(N);
  return ~U(0);
}
U firstUnlikeSign(U X) {
  for (int N = 30; N >= 0; --N)
    if (bitOf(X, N) != bitOf(X, 31))
      return U(31 - N);
  return ~U(0);
}

/// The number of lanes before this one whose bit is set, in one half of a mask.
ReferenceEntry bitsBelow(unsigned FirstLane) {
  ReferenceEntry R;
  R.L = [FirstLane](const uint64_t *S, unsigned Lane) -> uint64_t {
    U Count = U(S[1]);
    for (unsigned N = 0; N != 32; ++N)
      Count += FirstLane + N < Lane && bitOf(S[0], int(N));
    return Count;
  };
  return R;
}

I limited(I X, I Low, I High) { return X < Low ? Low : X > High ? High : X; }

/// Both shifted and saturated, the first in the lower byte.
U packBytes(const U *S, I Low, I High) {
  const I First = limited(I(S[0]) >> (S[2] % 32), Low, High),
          Second = limited(I(S[1]) >> (S[2] % 32), Low, High);
  return (U(First) & 0xff) + (U(Second) & 0xff) * 256;
}

} // namespace

void addIntegerReference(ReferenceTable &T) {
  T["V_MOV_B32"] = words([](const U *S) { return S[0]; });
  T["AV_MOV_B32_IMM_PSEUDO"] = words([](const U *S) { return S[0]; });
  T["V_ACCVGPR_READ_B32"] = words([](const U *S) { return S[0]; });
  T["V_ACCVGPR_WRITE_B32"] = words([](const U *S) { return S[0]; });
  T["V_ACCVGPR_MOV_B32"] = words([](const U *S) { return S[0]; });
  T["V_NOT_B32"] = words([](const U *S) { return ~S[0]; });
  T["V_BFREV_B32"] = words([](const U *S) {
    U R = 0;
    for (int N = 0; N != 32; ++N)
      R |= U(bitOf(S[0], N)) << (31 - N);
    return R;
  });
  T["V_FFBH_U32"] = words([](const U *S) { return firstHigh(S[0]); });
  T["V_FFBL_B32"] = words([](const U *S) { return firstLow(S[0]); });
  T["V_FFBH_I32"] = words([](const U *S) { return firstUnlikeSign(S[0]); });
  T["V_AND_B32"] = words([](const U *S) { return S[0] & S[1]; });
  T["V_OR_B32"] = words([](const U *S) { return S[0] | S[1]; });
  T["V_XOR_B32"] = words([](const U *S) { return S[0] ^ S[1]; });
  T["V_XNOR_B32"] = words([](const U *S) { return ~(S[0] ^ S[1]); });
  T["V_LSHLREV_B32"] = words([](const U *S) { return S[1] << (S[0] % 32); });
  T["V_LSHRREV_B32"] = words([](const U *S) { return S[1] >> (S[0] % 32); });
  T["V_ASHRREV_I32"] = words([](const U *S) { return U(I(S[1]) >> (S[0] % 32)); });
  T["V_MIN_U32"] = words([](const U *S) { return std::min(S[0], S[1]); });
  T["V_MAX_U32"] = words([](const U *S) { return std::max(S[0], S[1]); });
  T["V_MIN_I32"] = words([](const U *S) { return U(std::min(I(S[0]), I(S[1]))); });
  T["V_MAX_I32"] = words([](const U *S) { return U(std::max(I(S[0]), I(S[1]))); });
  T["V_ADD_U32"] = words([](const U *S) { return S[0] + S[1]; });
  T["V_SUB_U32"] = words([](const U *S) { return S[0] - S[1]; });
  T["V_SUBREV_U32"] = words([](const U *S) { return S[1] - S[0]; });
  T["V_ADD_I32"] = words([](const U *S) { return S[0] + S[1]; });
  T["V_SUB_I32"] = words([](const U *S) { return S[0] - S[1]; });
  T["V_BCNT_U32_B32"] = words([](const U *S) {
    U Count = S[1];
    for (int N = 0; N != 32; ++N)
      Count += bitOf(S[0], N);
    return Count;
  });
  T["V_MBCNT_LO_U32_B32"] = bitsBelow(0);
  T["V_MBCNT_HI_U32_B32"] = bitsBelow(32);
  T["V_PRNG_B32"] = words([](const U *S) { return (S[0] << 1) ^ (bitOf(S[0], 31) ? 197 : 0); });
  T["V_CVT_PK_I16_I32"] = words([](const U *S) {
    const I First = limited(I(S[0]), -32768, 32767), Second = limited(I(S[1]), -32768, 32767);
    return (U(First) & 0xffff) | U(Second) << 16;
  });
  T["V_CVT_PK_U16_U32"] = words([](const U *S) {
    return (S[0] > 0xffff ? 0xffff : S[0]) | (S[1] > 0xffff ? 0xffff : S[1]) << 16;
  });
  T["V_ASHR_PK_I8_I32"] = words([](const U *S) { return packBytes(S, -128, 127); });
  T["V_ASHR_PK_U8_I32"] = words([](const U *S) { return packBytes(S, 0, 255); });
  T["V_BFM_B32"] =
      words([](const U *S) { return U(((uint64_t(1) << (S[0] % 32)) - 1) << (S[1] % 32)); });
  T["V_ADD3_U32"] = words([](const U *S) { return S[0] + S[1] + S[2]; });
  T["V_LSHL_ADD_U32"] = words([](const U *S) { return (S[0] << (S[1] % 32)) + S[2]; });
  T["V_ADD_LSHL_U32"] = words([](const U *S) { return (S[0] + S[1]) << (S[2] % 32); });
  T["V_LSHL_OR_B32"] = words([](const U *S) { return (S[0] << (S[1] % 32)) | S[2]; });
  T["V_AND_OR_B32"] = words([](const U *S) { return (S[0] & S[1]) | S[2]; });
  T["V_OR3_B32"] = words([](const U *S) { return S[0] | S[1] | S[2]; });
  T["V_XOR3_B32"] = words([](const U *S) { return S[0] ^ S[1] ^ S[2]; });
  T["V_BITOP3_B32"].E = [](const uint64_t *S, const int64_t *Imm) -> uint64_t {
    U R = 0;
    for (int N = 0; N != 32; ++N)
      R |= U(bitOf(uint64_t(Imm[0]), 4 * bitOf(S[0], N) + 2 * bitOf(S[1], N) + bitOf(S[2], N)))
           << N;
    return R;
  };
  T["V_XAD_U32"] = words([](const U *S) { return (S[0] ^ S[1]) + S[2]; });
  T["V_BFE_U32"] =
      words([](const U *S) { return extractField(S[0], S[1] % 32, S[2] % 32, false); });
  T["V_BFE_I32"] = words([](const U *S) { return extractField(S[0], S[1] % 32, S[2] % 32, true); });
  T["V_BFI_B32"] = words([](const U *S) {
    U R = 0;
    for (int N = 0; N != 32; ++N)
      R |= U(bitOf(S[0], N) ? bitOf(S[1], N) : bitOf(S[2], N)) << N;
    return R;
  });
  T["V_MIN3_U32"] = words([](const U *S) { return std::min({S[0], S[1], S[2]}); });
  T["V_MAX3_U32"] = words([](const U *S) { return std::max({S[0], S[1], S[2]}); });
  T["V_MED3_U32"] = words([](const U *S) { return middle(S[0], S[1], S[2]); });
  T["V_MIN3_I32"] = words([](const U *S) { return U(std::min({I(S[0]), I(S[1]), I(S[2])})); });
  T["V_MAX3_I32"] = words([](const U *S) { return U(std::max({I(S[0]), I(S[1]), I(S[2])})); });
  T["V_MED3_I32"] = words([](const U *S) { return U(middle(I(S[0]), I(S[1]), I(S[2]))); });
  T["V_MINMAX_U32"] = words([](const U *S) { return std::max(std::min(S[0], S[1]), S[2]); });
  T["V_MAXMIN_U32"] = words([](const U *S) { return std::min(std::max(S[0], S[1]), S[2]); });
  T["V_MINMAX_I32"] =
      words([](const U *S) { return U(std::max(std::min(I(S[0]), I(S[1])), I(S[2]))); });
  T["V_MAXMIN_I32"] =
      words([](const U *S) { return U(std::min(std::max(I(S[0]), I(S[1])), I(S[2]))); });
  T["V_PERM_B32"] = words([](const U *S) {
    U R = 0;
    for (int N = 0; N != 4; ++N)
      R |= permutedByte(S[0], S[1], byteOf(S[2], N)) << (8 * N);
    return R;
  });
  T["V_LERP_U8"] = words([](const U *S) {
    U R = 0;
    for (int N = 0; N != 4; ++N)
      R |= (byteOf(S[0], N) + byteOf(S[1], N) + byteOf(S[2], N) % 2) / 2 << (8 * N);
    return R;
  });
  T["V_ALIGNBIT_B32"] =
      words([](const U *S) { return U((uint64_t(S[0]) << 32 | S[1]) >> (S[2] % 32)); });
  T["V_ALIGNBYTE_B32"] =
      words([](const U *S) { return U((uint64_t(S[0]) << 32 | S[1]) >> (8 * (S[2] % 4))); });
  T["V_MUL_LO_U32"] = words([](const U *S) { return U(uint64_t(S[0]) * S[1]); });
  T["V_MUL_LO_I32"] = words([](const U *S) { return U(uint64_t(int64_t(I(S[0])) * I(S[1]))); });
  T["V_MUL_HI_U32"] = words([](const U *S) { return U(uint64_t(S[0]) * S[1] >> 32); });
  T["V_MUL_HI_I32"] =
      words([](const U *S) { return U(uint64_t(int64_t(I(S[0])) * I(S[1]) >> 32)); });
  T["V_MUL_U32_U24"] =
      words([](const U *S) { return U(uint64_t(S[0] % (1u << 24)) * (S[1] % (1u << 24))); });
  T["V_MUL_HI_U32_U24"] =
      words([](const U *S) { return U(uint64_t(S[0] % (1u << 24)) * (S[1] % (1u << 24)) >> 32); });
  T["V_MUL_I32_I24"] =
      words([](const U *S) { return U(uint64_t(signedField(S[0], 24) * signedField(S[1], 24))); });
  T["V_MUL_HI_I32_I24"] = words(
      [](const U *S) { return U(uint64_t(signedField(S[0], 24) * signedField(S[1], 24)) >> 32); });
  T["V_MAD_U32_U24"] =
      words([](const U *S) { return U(uint64_t(S[0] % (1u << 24)) * (S[1] % (1u << 24)) + S[2]); });
  T["V_MAD_I32_I24"] = words(
      [](const U *S) { return U(uint64_t(signedField(S[0], 24) * signedField(S[1], 24))) + S[2]; });
  T["V_SAD_U8"] = words([](const U *S) { return absoluteDifferences(S[0], S[1], 8) + S[2]; });
  T["V_SAD_HI_U8"] =
      words([](const U *S) { return absoluteDifferences(S[0], S[1], 8) * 65536 + S[2]; });
  T["V_SAD_U16"] = words([](const U *S) { return absoluteDifferences(S[0], S[1], 16) + S[2]; });
  T["V_SAD_U32"] = words([](const U *S) { return absoluteDifferences(S[0], S[1], 32) + S[2]; });
  T["V_MSAD_U8"] = words([](const U *S) {
    U Sum = S[2];
    for (int N = 0; N != 4; ++N)
      if (byteOf(S[1], N) != 0)
        Sum += U(std::abs(I(byteOf(S[0], N)) - I(byteOf(S[1], N))));
    return Sum;
  });
}

} // namespace whittle
