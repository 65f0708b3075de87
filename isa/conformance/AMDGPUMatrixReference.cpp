//===- isa/conformance/AMDGPUMatrixReference.cpp - Matrix cores ----------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The registers are unpacked into matrices, multiplied, and packed again. Layouts
// are told the other way round than in the rows: where an element of a matrix is.
//
//===----------------------------------------------------------------------===//

#include "isa/conformance/AMDGPUReferenceTools.h"

namespace whittle {

using namespace reference;

namespace {

struct Spot {
  unsigned Reg, Lane;
};

using Matrix = std::vector<std::vector<int64_t>>;

/// D[Size x Size] = A[Size x Depth] * B[Depth x Size] + C, Blocks times.
struct MfmaShape {
  unsigned Size, Depth, Blocks;

  /// Element K of row (column) Line of A (B): the numbers that a lane holds.
  std::pair<unsigned, unsigned> source(unsigned Block, unsigned Line, unsigned K) const {
    const unsigned Held = Size * Depth * Blocks / 64; // bytes in each lane
    return {Line + Size * (Block * (Depth / Held) + K / Held), K % Held};
  }
  Spot result(unsigned Block, unsigned Row, unsigned Column) const {
    if (Size == 4)
      return {Row, 4 * Block + Column};
    // Rows go round the lane groups four at a time, then to the next registers.
    const unsigned Groups = 64 / Size, Fours = Row / 4;
    return {Block * (Size * Size / 64) + Fours / Groups * 4 + Row % 4,
            Column + Size * (Fours % Groups)};
  }
};

/// Which lane's data group pattern \p Blgp gives to each lane of B.
std::vector<unsigned> lanePattern(int64_t Blgp) {
  // Quarters of the wave, by name of the pattern in the documents.
  static const unsigned Quarters[8][4] = {
      {0, 1, 2, 3}, // as it is
      {0, 1, 0, 1}, // first 32 broadcast
      {2, 3, 2, 3}, // second 32 broadcast
      {1, 2, 3, 0}, // rotated by 16
      {0, 0, 0, 0}, {1, 1, 1, 1}, {2, 2, 2, 2}, {3, 3, 3, 3},
  };
  std::vector<unsigned> From(64);
  for (unsigned Lane = 0; Lane != 64; ++Lane)
    From[Lane] = 16 * Quarters[Blgp][Lane / 16] + Lane % 16;
  return From;
}

void multiplyMfma(const MfmaShape &F, const WaveCall &Call, WaveRegisters &Out) {
  const bool Modifiers = !Call.Imm.empty(); // cbsz, abid, blgp
  const std::vector<unsigned> Pattern = lanePattern(Modifiers ? Call.Imm[2] & 7 : 0);
  auto Read = [&](unsigned Operand, unsigned Block, unsigned Line, unsigned K) {
    if (Operand == 0 && Modifiers) {
      // A block is broadcast to all 2^cbsz blocks of its run.
      const unsigned Run = 1u << (Call.Imm[0] & 7);
      Block = (Block / Run * Run + unsigned(Call.Imm[1] & 15) % Run) % F.Blocks;
    }
    auto [Lane, Byte] = F.source(Block, Line, K);
    if (Operand == 1)
      Lane = Pattern[Lane];
    return signedField(byteOf(Call.In[Operand].Regs[Byte / 4][Lane], int(Byte % 4)), 8);
  };
  for (unsigned Block = 0; Block != F.Blocks; ++Block) {
    Matrix A(F.Size, std::vector<int64_t>(F.Depth)), B(F.Depth, std::vector<int64_t>(F.Size));
    for (unsigned Line = 0; Line != F.Size; ++Line)
      for (unsigned K = 0; K != F.Depth; ++K) {
        A[Line][K] = Read(0, Block, Line, K);
        B[K][Line] = Read(1, Block, Line, K);
      }
    for (unsigned Row = 0; Row != F.Size; ++Row)
      for (unsigned Column = 0; Column != F.Size; ++Column) {
        const auto [Reg, Lane] = F.result(Block, Row, Column);
        int64_t Sum = I(Call.In[2].Regs[Reg][Lane]);
        for (unsigned K = 0; K != F.Depth; ++K)
          Sum += A[Row][K] * B[K][Column];
        Out.Regs[Reg][Lane] = U(uint64_t(Sum));
      }
  }
}

/// D[16 x 16] = A[16 x Depth] * B[Depth x 16] + C on integers of Bits.
struct WmmaShape {
  unsigned Lanes, Bits, Depth;
  bool Gfx12;
  bool SignedA = false, SignedB = false, Clamp = false;
};

void multiplyWmma(const WmmaShape &F, const WaveCall &Call, WaveRegisters &Out) {
  const unsigned Groups = F.Lanes / 16;
  auto Read = [&](unsigned Operand, unsigned Lane, unsigned Index, bool Signed) -> int64_t {
    const uint64_t Word = Call.In[Operand].Regs[Index * F.Bits / 32][Lane];
    const uint64_t Field = Word >> (Index * F.Bits % 32);
    return Signed ? signedField(Field, int(F.Bits)) : int64_t(Field % (1u << F.Bits));
  };
  // On gfx11 each group of lanes has matrices of its own, which should be the same.
  for (unsigned Copy = 0; Copy != (F.Gfx12 ? 1 : Groups); ++Copy) {
    Matrix A(16, std::vector<int64_t>(F.Depth)), B(F.Depth, std::vector<int64_t>(16));
    for (unsigned Line = 0; Line != 16; ++Line)
      for (unsigned K = 0; K != F.Depth; ++K) {
        const unsigned Held = F.Gfx12 ? F.Depth / Groups : F.Depth;
        const unsigned Lane = 16 * (F.Gfx12 ? K / Held : Copy) + Line;
        A[Line][K] = Read(0, Lane, K % Held, F.SignedA);
        B[K][Line] = Read(1, Lane, K % Held, F.SignedB);
      }
    for (unsigned Row = 0; Row != 16; ++Row)
      for (unsigned Column = 0; Column != 16; ++Column) {
        // gfx11 deals rows out to the groups in turn, gfx12 each group a run of them.
        const unsigned Run = 16 / Groups;
        const unsigned Group = F.Gfx12 ? Row / Run : Row % Groups;
        const unsigned Reg = F.Gfx12 ? Row % Run : Row / Groups, Lane = 16 * Group + Column;
        if (!F.Gfx12 && Group != Copy)
          continue;
        int64_t Sum = I(Call.In[2].Regs[Reg][Lane]);
        for (unsigned K = 0; K != F.Depth; ++K)
          Sum += A[Row][K] * B[K][Column];
        if (F.Clamp)
          Sum = middle<int64_t>(INT32_MIN, Sum, INT32_MAX);
        Out.Regs[Reg][Lane] = U(uint64_t(Sum));
      }
  }
}

} // namespace

void addMatrixReference(ReferenceTable &T) {
  auto Mfma = [&](const char *Name, MfmaShape F) {
    for (const char *Variant : {"", ":mods"}) {
      ReferenceEntry &R = T[Name + std::string(Variant)];
      R.K = ReferenceEntry::Wave;
      R.W = [=](const WaveCall &Call, WaveRegisters &Out) { multiplyMfma(F, Call, Out); };
    }
  };
  Mfma("V_MFMA_I32_4X4X4I8", {4, 4, 16});
  Mfma("V_MFMA_I32_16X16X4I8", {16, 4, 4});
  Mfma("V_MFMA_I32_32X32X4I8", {32, 4, 2});
  Mfma("V_MFMA_I32_16X16X16I8", {16, 16, 1});
  Mfma("V_MFMA_I32_32X32X8I8", {32, 8, 1});
  Mfma("V_MFMA_I32_16X16X32I8", {16, 32, 1});
  Mfma("V_MFMA_I32_32X32X16I8", {32, 16, 1});
  Mfma("V_MFMA_I32_16X16X64_I8", {16, 64, 1});
  Mfma("V_MFMA_I32_32X32X32_I8", {32, 32, 1});

  // Signs and clamp are the row's variant.
  auto Wmma = [&](const std::string &Name, WmmaShape F) {
    for (std::string Signs : {"", "ss", "su", "us"})
      for (bool Clamp : {false, true}) {
        F.SignedA = !Signs.empty() && Signs[0] == 's';
        F.SignedB = !Signs.empty() && Signs[1] == 's';
        F.Clamp = Clamp;
        std::string Variant = Signs + (Clamp ? Signs.empty() ? "clamp" : "_clamp" : "");
        ReferenceEntry &R = T[Name + (Variant.empty() ? "" : ":" + Variant)];
        R.K = ReferenceEntry::Wave;
        R.W = [=](const WaveCall &Call, WaveRegisters &Out) { multiplyWmma(F, Call, Out); };
      }
  };
  for (unsigned Lanes : {32u, 64u}) {
    const std::string Wave = "_w" + std::to_string(Lanes);
    for (std::string Form : {"_twoaddr", "_threeaddr"}) {
      Wmma("V_WMMA_I32_16X16X16_IU8" + Form + Wave, {Lanes, 8, 16, false});
      Wmma("V_WMMA_I32_16X16X16_IU4" + Form + Wave, {Lanes, 4, 16, false});
    }
    Wmma("V_WMMA_I32_16X16X16_IU8" + Wave, {Lanes, 8, 16, true});
    if (Lanes == 32) // where the elements are in a wave of 64 is not documented
      Wmma("V_WMMA_I32_16X16X16_IU4" + Wave, {Lanes, 4, 16, true});
    Wmma("V_WMMA_I32_16X16X32_IU4" + Wave, {Lanes, 4, 32, true});
  }
}

} // namespace whittle
