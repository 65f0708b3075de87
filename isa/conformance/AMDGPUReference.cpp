//===- isa/conformance/AMDGPUReference.cpp - A second source --------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Scalar, bit by bit where that is plainer; no cleverness is shared with isa/.
//
//===----------------------------------------------------------------------===//

#include "isa/conformance/AMDGPUReference.h"
#include <algorithm>
#include <cstdlib>
#include <map>

namespace whittle {

namespace {

using U = uint32_t;
using I = int32_t;
using Lane = U (*)(const U *S);

U byteOf(U Word, int N) { return Word >> (8 * N) & 0xff; }
bool bitOf(U Word, int N) { return Word >> N & 1; }

/// The number that the low Bits bits of X are in two's complement.
int64_t signedField(uint64_t X, int Bits) {
  const int64_t Modulus = int64_t(1) << Bits;
  const int64_t Field = int64_t(X & uint64_t(Modulus - 1));
  return Field >= Modulus / 2 ? Field - Modulus : Field;
}

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

template <int Bits, bool Signed> U dotProduct(const U *S) {
  int64_t Sum = Signed ? signedField(S[2], 32) : int64_t(S[2]);
  for (int At = 0; At != 32; At += Bits) {
    const uint64_t Mask = (uint64_t(1) << Bits) - 1;
    if (Signed)
      Sum += signedField(S[0] >> At, Bits) * signedField(S[1] >> At, Bits);
    else
      Sum += int64_t((S[0] >> At & Mask) * (S[1] >> At & Mask));
  }
  return U(uint64_t(Sum));
}

template <typename T> T middle(T A, T B, T C) {
  T Sorted[] = {A, B, C};
  std::sort(Sorted, Sorted + 3);
  return Sorted[1];
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

/// By the instruction's name without its encoding.
const std::map<std::string_view, Lane> &laneTable() {
  static const std::map<std::string_view, Lane> Table = {
      {"V_MOV_B32", [](const U *S) { return S[0]; }},
      {"V_ACCVGPR_READ_B32", [](const U *S) { return S[0]; }},
      {"V_ACCVGPR_WRITE_B32", [](const U *S) { return S[0]; }},
      {"V_ACCVGPR_MOV_B32", [](const U *S) { return S[0]; }},
      {"V_NOT_B32", [](const U *S) { return ~S[0]; }},
      {"V_BFREV_B32",
       [](const U *S) {
         U R = 0;
         for (int N = 0; N != 32; ++N)
           R |= U(bitOf(S[0], N)) << (31 - N);
         return R;
       }},
      {"V_FFBH_U32", [](const U *S) { return firstHigh(S[0]); }},
      {"V_FFBL_B32", [](const U *S) { return firstLow(S[0]); }},
      {"V_FFBH_I32", [](const U *S) { return firstUnlikeSign(S[0]); }},
      {"V_AND_B32", [](const U *S) { return S[0] & S[1]; }},
      {"V_OR_B32", [](const U *S) { return S[0] | S[1]; }},
      {"V_XOR_B32", [](const U *S) { return S[0] ^ S[1]; }},
      {"V_XNOR_B32", [](const U *S) { return ~(S[0] ^ S[1]); }},
      {"V_LSHLREV_B32", [](const U *S) { return S[1] << (S[0] % 32); }},
      {"V_LSHRREV_B32", [](const U *S) { return S[1] >> (S[0] % 32); }},
      {"V_ASHRREV_I32", [](const U *S) { return U(I(S[1]) >> (S[0] % 32)); }},
      {"V_MIN_U32", [](const U *S) { return std::min(S[0], S[1]); }},
      {"V_MAX_U32", [](const U *S) { return std::max(S[0], S[1]); }},
      {"V_MIN_I32", [](const U *S) { return U(std::min(I(S[0]), I(S[1]))); }},
      {"V_MAX_I32", [](const U *S) { return U(std::max(I(S[0]), I(S[1]))); }},
      {"V_ADD_U32", [](const U *S) { return S[0] + S[1]; }},
      {"V_SUB_U32", [](const U *S) { return S[0] - S[1]; }},
      {"V_SUBREV_U32", [](const U *S) { return S[1] - S[0]; }},
      {"V_ADD_I32", [](const U *S) { return S[0] + S[1]; }},
      {"V_SUB_I32", [](const U *S) { return S[0] - S[1]; }},
      {"V_BCNT_U32_B32",
       [](const U *S) {
         U Count = S[1];
         for (int N = 0; N != 32; ++N)
           Count += bitOf(S[0], N);
         return Count;
       }},
      {"V_BFM_B32",
       [](const U *S) { return U(((uint64_t(1) << (S[0] % 32)) - 1) << (S[1] % 32)); }},
      {"V_ADD3_U32", [](const U *S) { return S[0] + S[1] + S[2]; }},
      {"V_LSHL_ADD_U32", [](const U *S) { return (S[0] << (S[1] % 32)) + S[2]; }},
      {"V_ADD_LSHL_U32", [](const U *S) { return (S[0] + S[1]) << (S[2] % 32); }},
      {"V_LSHL_OR_B32", [](const U *S) { return (S[0] << (S[1] % 32)) | S[2]; }},
      {"V_AND_OR_B32", [](const U *S) { return (S[0] & S[1]) | S[2]; }},
      {"V_OR3_B32", [](const U *S) { return S[0] | S[1] | S[2]; }},
      {"V_XAD_U32", [](const U *S) { return (S[0] ^ S[1]) + S[2]; }},
      {"V_BFE_U32", [](const U *S) { return extractField(S[0], S[1] % 32, S[2] % 32, false); }},
      {"V_BFE_I32", [](const U *S) { return extractField(S[0], S[1] % 32, S[2] % 32, true); }},
      {"V_BFI_B32",
       [](const U *S) {
         U R = 0;
         for (int N = 0; N != 32; ++N)
           R |= U(bitOf(S[0], N) ? bitOf(S[1], N) : bitOf(S[2], N)) << N;
         return R;
       }},
      {"V_MIN3_U32", [](const U *S) { return std::min({S[0], S[1], S[2]}); }},
      {"V_MAX3_U32", [](const U *S) { return std::max({S[0], S[1], S[2]}); }},
      {"V_MED3_U32", [](const U *S) { return middle(S[0], S[1], S[2]); }},
      {"V_MIN3_I32", [](const U *S) { return U(std::min({I(S[0]), I(S[1]), I(S[2])})); }},
      {"V_MAX3_I32", [](const U *S) { return U(std::max({I(S[0]), I(S[1]), I(S[2])})); }},
      {"V_MED3_I32", [](const U *S) { return U(middle(I(S[0]), I(S[1]), I(S[2]))); }},
      {"V_PERM_B32",
       [](const U *S) {
         U R = 0;
         for (int N = 0; N != 4; ++N)
           R |= permutedByte(S[0], S[1], byteOf(S[2], N)) << (8 * N);
         return R;
       }},
      {"V_LERP_U8",
       [](const U *S) {
         U R = 0;
         for (int N = 0; N != 4; ++N)
           R |= (byteOf(S[0], N) + byteOf(S[1], N) + byteOf(S[2], N) % 2) / 2 << (8 * N);
         return R;
       }},
      {"V_ALIGNBIT_B32",
       [](const U *S) { return U((uint64_t(S[0]) << 32 | S[1]) >> (S[2] % 32)); }},
      {"V_ALIGNBYTE_B32",
       [](const U *S) { return U((uint64_t(S[0]) << 32 | S[1]) >> (8 * (S[2] % 4))); }},
      {"V_MUL_LO_U32", [](const U *S) { return U(uint64_t(S[0]) * S[1]); }},
      {"V_MUL_LO_I32", [](const U *S) { return U(uint64_t(int64_t(I(S[0])) * I(S[1]))); }},
      {"V_MUL_HI_U32", [](const U *S) { return U(uint64_t(S[0]) * S[1] >> 32); }},
      {"V_MUL_HI_I32", [](const U *S) { return U(uint64_t(int64_t(I(S[0])) * I(S[1]) >> 32)); }},
      {"V_MUL_U32_U24",
       [](const U *S) { return U(uint64_t(S[0] % (1u << 24)) * (S[1] % (1u << 24))); }},
      {"V_MUL_HI_U32_U24",
       [](const U *S) { return U(uint64_t(S[0] % (1u << 24)) * (S[1] % (1u << 24)) >> 32); }},
      {"V_MUL_I32_I24",
       [](const U *S) { return U(uint64_t(signedField(S[0], 24) * signedField(S[1], 24))); }},
      {"V_MUL_HI_I32_I24",
       [](const U *S) { return U(uint64_t(signedField(S[0], 24) * signedField(S[1], 24)) >> 32); }},
      {"V_MAD_U32_U24",
       [](const U *S) { return U(uint64_t(S[0] % (1u << 24)) * (S[1] % (1u << 24)) + S[2]); }},
      {"V_MAD_I32_I24",
       [](const U *S) {
         return U(uint64_t(signedField(S[0], 24) * signedField(S[1], 24))) + S[2];
       }},
      {"V_SAD_U8", [](const U *S) { return absoluteDifferences(S[0], S[1], 8) + S[2]; }},
      {"V_SAD_HI_U8", [](const U *S) { return absoluteDifferences(S[0], S[1], 8) * 65536 + S[2]; }},
      {"V_SAD_U16", [](const U *S) { return absoluteDifferences(S[0], S[1], 16) + S[2]; }},
      {"V_SAD_U32", [](const U *S) { return absoluteDifferences(S[0], S[1], 32) + S[2]; }},
      {"V_MSAD_U8",
       [](const U *S) {
         U Sum = S[2];
         for (int N = 0; N != 4; ++N)
           if (byteOf(S[1], N) != 0)
             Sum += U(std::abs(I(byteOf(S[0], N)) - I(byteOf(S[1], N))));
         return Sum;
       }},
      {"V_DOT4_I32_I8", dotProduct<8, true>},
      {"V_DOT4C_I32_I8", dotProduct<8, true>},
      {"V_DOT4_U32_U8", dotProduct<8, false>},
      {"V_DOT8_I32_I4", dotProduct<4, true>},
      {"V_DOT8C_I32_I4", dotProduct<4, true>},
      {"V_DOT8_U32_U4", dotProduct<4, false>},
      {"V_DOT2_I32_I16", dotProduct<16, true>},
      {"V_DOT2C_I32_I16", dotProduct<16, true>},
      {"V_DOT2_U32_U16", dotProduct<16, false>},
  };
  return Table;
}

/// D[Size x Size] = A[Size x Depth] * B[Depth x Size] + C on signed bytes: the
/// registers are unpacked into matrices, multiplied, and packed again.
void multiplyMatrices(unsigned Size, unsigned Depth, const std::vector<WaveRegisters> &In,
                      WaveRegisters &Out) {
  std::vector<std::vector<int>> A(Size, std::vector<int>(Depth)), B(Depth, std::vector<int>(Size));
  for (unsigned L = 0; L != 64; ++L)
    for (unsigned Byte = 0; Byte != 8; ++Byte) {
      const unsigned K = L / Size * 8 + Byte;
      A[L % Size][K] = int(signedField(byteOf(In[0].Regs[Byte / 4][L], int(Byte % 4)), 8));
      B[K][L % Size] = int(signedField(byteOf(In[1].Regs[Byte / 4][L], int(Byte % 4)), 8));
    }
  // Rows go round the lane groups four at a time, then to the next registers.
  const unsigned Groups = 64 / Size;
  for (unsigned Row = 0; Row != Size; ++Row)
    for (unsigned Column = 0; Column != Size; ++Column) {
      const unsigned Fours = Row / 4;
      const unsigned L = Column + Size * (Fours % Groups), Reg = Row % 4 + 4 * (Fours / Groups);
      int64_t Sum = I(In[2].Regs[Reg][L]);
      for (unsigned K = 0; K != Depth; ++K)
        Sum += A[Row][K] * B[K][Column];
      Out.Regs[Reg][L] = U(uint64_t(Sum));
    }
}

std::string_view withoutEncoding(std::string_view Opcode) {
  for (std::string_view Suffix : {"_e64", "_e32", "_opsel", "_vgprcd", "_mac"})
    if (Opcode.ends_with(Suffix))
      Opcode.remove_suffix(Suffix.size());
  return Opcode;
}

} // namespace

bool executeAMDGPU(std::string_view Opcode, const std::vector<WaveRegisters> &In, uint64_t Exec,
                   WaveRegisters &Out) {
  const std::string_view Name = withoutEncoding(Opcode);
  if (Name == "V_MFMA_I32_16X16X32I8")
    return multiplyMatrices(16, 32, In, Out), true;
  if (Name == "V_MFMA_I32_32X32X16I8")
    return multiplyMatrices(32, 16, In, Out), true;
  const auto It = laneTable().find(Name);
  if (It == laneTable().end())
    return false;
  for (unsigned L = 0; L != 64; ++L) {
    if (!(Exec >> L & 1))
      continue;
    U Sources[3] = {};
    for (size_t K = 0; K != In.size(); ++K)
      Sources[K] = In[K].Regs[0][L];
    Out.Regs[0][L] = It->second(Sources);
  }
  return true;
}

} // namespace whittle
