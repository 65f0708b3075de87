//===- isa/conformance/AMDGPUSparseReference.cpp - Sparse factors --------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The sparse factor is made a matrix with zeros in it, and that multiplied.
//
//===----------------------------------------------------------------------===//

#include "isa/conformance/AMDGPUReferenceTools.h"

namespace whittle {

using namespace reference;

namespace {

/// D[Size x Size] = A[Size x Depth] * B[Depth x Size] + C.
struct Shape {
  unsigned Lanes, Size, Depth, Bits;
  bool Gfx12, SignedA = true, SignedB = true;

  /// The register and the lane of an element of D.
  std::pair<unsigned, unsigned> result(unsigned Row, unsigned Column) const {
    const unsigned Groups = Lanes / Size, Run = Size / Groups;
    if (Gfx12)
      return {Row % Run, Row / Run * Size + Column};
    return {Row / (4 * Groups) * 4 + Row % 4, Row / 4 % Groups * Size + Column};
  }
};

void multiply(const Shape &F, const WaveCall &Call, WaveRegisters &Out) {
  auto Number = [&](unsigned Operand, unsigned Lane, unsigned At, bool Signed) -> int64_t {
    const unsigned Bit = At * F.Bits;
    const uint64_t Field = Call.In[Operand].Regs[Bit / 32][Lane] >> Bit % 32;
    return Signed ? signedField(Field, int(F.Bits)) : int64_t(Field % (1u << F.Bits));
  };
  const WaveRegisters &Places = Call.In[F.Gfx12 ? 3 : 2], &C = Call.In[F.Gfx12 ? 2 : 3];
  // A group of lanes has this much of the index that is summed over.
  const unsigned Part = F.Depth / (F.Lanes / F.Size);
  std::vector<std::vector<int64_t>> A(F.Size, std::vector<int64_t>(F.Depth)), B = A;
  for (unsigned Line = 0; Line != F.Size; ++Line)
    for (unsigned K = 0; K != F.Depth; ++K) {
      const unsigned Lane = K / Part * F.Size + Line, At = K % Part;
      B[Line][K] = Number(1, Lane, At, F.SignedB);
      // Two numbers are stored for four places.
      for (unsigned Which = 0; Which != 2; ++Which) {
        const unsigned Stored = At / 4 * 2 + Which;
        if ((Places.Regs[0][Lane] >> (2 * Stored)) % 4 == At % 4)
          A[Line][K] += Number(0, Lane, Stored, F.SignedA);
      }
    }
  for (unsigned Row = 0; Row != F.Size; ++Row)
    for (unsigned Column = 0; Column != F.Size; ++Column) {
      const auto [Reg, Lane] = F.result(Row, Column);
      int64_t Sum = I(C.Regs[Reg][Lane]);
      for (unsigned K = 0; K != F.Depth; ++K)
        Sum += A[Row][K] * B[Column][K];
      Out.Regs[Reg][Lane] = U(uint64_t(Sum));
    }
}

} // namespace

void addSparseReference(ReferenceTable &T) {
  auto Add = [&](const std::string &Name, const Shape &F) {
    ReferenceEntry &R = T[Name];
    R.K = ReferenceEntry::Wave;
    R.W = [=](const WaveCall &Call, WaveRegisters &Out) { multiply(F, Call, Out); };
  };
  Add("V_SMFMAC_I32_16X16X64_I8", {64, 16, 64, 8, false});
  Add("V_SMFMAC_I32_32X32X32_I8", {64, 32, 32, 8, false});
  Add("V_SMFMAC_I32_16X16X128_I8", {64, 16, 128, 8, false});
  Add("V_SMFMAC_I32_32X32X64_I8", {64, 32, 64, 8, false});
  for (std::string Signs : {"", ":ss", ":su", ":us"}) {
    const bool A = Signs.size() > 1 && Signs[1] == 's', B = Signs.size() > 1 && Signs[2] == 's';
    for (unsigned Lanes : {32u, 64u}) {
      const std::string Wave = "_w" + std::to_string(Lanes) + Signs;
      Add("V_SWMMAC_I32_16X16X32_IU8" + Wave, {Lanes, 16, 32, 8, true, A, B});
      Add("V_SWMMAC_I32_16X16X64_IU4" + Wave, {Lanes, 16, 64, 4, true, A, B});
    }
    Add("V_SWMMAC_I32_16X16X32_IU4_w32" + Signs, {32, 16, 32, 4, true, A, B});
  }
}

} // namespace whittle
