//===- isa/conformance/AMDGPUMatrixReference.cpp - Matrix cores ----------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/conformance/AMDGPUReferenceTools.h"

namespace whittle {

using namespace reference;

namespace {

/// D[Size x Size] = A[Size x Depth] * B[Depth x Size] + C on signed bytes: the
/// registers are unpacked into matrices, multiplied, and packed again.
void multiplyMatrices(unsigned Size, unsigned Depth, const WaveCall &Call, WaveRegisters &Out) {
  std::vector<std::vector<int>> A(Size, std::vector<int>(Depth)), B(Depth, std::vector<int>(Size));
  for (unsigned L = 0; L != 64; ++L)
    for (unsigned Byte = 0; Byte != 8; ++Byte) {
      const unsigned K = L / Size * 8 + Byte;
      A[L % Size][K] = int(signedField(byteOf(Call.In[0].Regs[Byte / 4][L], int(Byte % 4)), 8));
      B[K][L % Size] = int(signedField(byteOf(Call.In[1].Regs[Byte / 4][L], int(Byte % 4)), 8));
    }
  // Rows go round the lane groups four at a time, then to the next registers.
  const unsigned Groups = 64 / Size;
  for (unsigned Row = 0; Row != Size; ++Row)
    for (unsigned Column = 0; Column != Size; ++Column) {
      const unsigned Fours = Row / 4;
      const unsigned L = Column + Size * (Fours % Groups), Reg = Row % 4 + 4 * (Fours / Groups);
      int64_t Sum = I(Call.In[2].Regs[Reg][L]);
      for (unsigned K = 0; K != Depth; ++K)
        Sum += A[Row][K] * B[K][Column];
      Out.Regs[Reg][L] = U(uint64_t(Sum));
    }
}

} // namespace

void addMatrixReference(ReferenceTable &T) {
  auto Add = [&](const char *Name, unsigned Size, unsigned Depth) {
    ReferenceEntry &R = T[Name];
    R.K = ReferenceEntry::Wave;
    R.W = [=](const WaveCall &Call, WaveRegisters &Out) {
      multiplyMatrices(Size, Depth, Call, Out);
    };
  };
  Add("V_MFMA_I32_16X16X32I8", 16, 32);
  Add("V_MFMA_I32_32X32X16I8", 32, 16);
}

} // namespace whittle
