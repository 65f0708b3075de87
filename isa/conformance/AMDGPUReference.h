//===- isa/conformance/AMDGPUReference.h - A second source ------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What AMDGPU instructions compute, written a second time as plain C++ on whole
// waves, in the manner of the pseudo-code of AMD's instruction set references
// (CDNA 2 to 4, RDNA 3 and 4). Shares no code with the rows, nor with LLVM.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ISA_CONFORMANCE_AMDGPUREFERENCE_H
#define WHITTLE_ISA_CONFORMANCE_AMDGPUREFERENCE_H

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace whittle {

/// An operand: Regs[r][l] is register r of lane l. A half register is in the low
/// 16 bits, a lane mask's bit is 0 or 1; a scalar and SCC are in lane 0.
struct WaveRegisters {
  explicit WaveRegisters(unsigned NumRegs = 1) : Regs(NumRegs, std::vector<uint32_t>(64)) {}
  std::vector<std::vector<uint32_t>> Regs;
};

/// One instruction to execute: what it reads, in the order of the row's inputs
/// and immediates (a register that it reads without naming it comes last).
struct WaveCall {
  unsigned Lanes = 64; ///< of the wave, 32 or 64
  uint64_t Exec = ~uint64_t(0);
  std::vector<WaveRegisters> In;
  std::vector<int64_t> Imm; ///< ImmBits of each count

  bool on(unsigned Lane) const { return Exec >> Lane & 1; }
};

/// How the reference has an instruction.
struct ReferenceEntry {
  /// One lane (or the one scalar) from its operands, each up to 64 bits.
  using Each = std::function<uint64_t(const uint64_t *S, const int64_t *Imm)>;
  /// The same of an instruction that knows its lane's number.
  using EachLane = std::function<uint64_t(const uint64_t *S, unsigned Lane)>;
  /// The whole wave; what it does not write stays.
  using Whole = std::function<void(const WaveCall &Call, WaveRegisters &Out)>;
  enum Kind : uint8_t {
    Lane,   ///< each lane that is on; others keep what they hold
    Mask,   ///< the same, a bit for each lane: lanes that are off become 0
    Bits,   ///< each lane whatever EXEC is (logic on masks)
    Scalar, ///< once
    Wave,   ///< by W
  } K = Lane;
  Each E;
  EachLane L;
  Whole W;
};

/// By LLVM's opcode name without what only says how it is encoded: _e32, _e64,
/// _opsel, _t16, _fake16, _gfx9, _gfx11, _vgprcd, _mac, _twoaddr, _threeaddr. A
/// row's ":variant" stays. Where such a part tells two meanings apart, it stays too.
using ReferenceTable = std::map<std::string, ReferenceEntry, std::less<>>;

// The families; each adds its instructions.
void addIntegerReference(ReferenceTable &T);
void addWideReference(ReferenceTable &T);
void addDotReference(ReferenceTable &T);
void addHalfReference(ReferenceTable &T);
void addMatrixReference(ReferenceTable &T);
void addSparseReference(ReferenceTable &T);
void addCompareReference(ReferenceTable &T);
void addScalarReference(ReferenceTable &T);
void addScalarFloatReference(ReferenceTable &T);
void addFloatReference(ReferenceTable &T);
void addFloat16Reference(ReferenceTable &T);
void addConvert16Reference(ReferenceTable &T);
/// After those whose DPP forms it gives.
void addCrossLaneReference(ReferenceTable &T);

/// Executes \p Opcode (LLVM's name) on \p Call. False if the reference does not
/// know the opcode, and then \p Out is unchanged.
bool executeAMDGPU(std::string_view Opcode, const WaveCall &Call, WaveRegisters &Out);
bool knowsAMDGPU(std::string_view Opcode);

} // namespace whittle

#endif // WHITTLE_ISA_CONFORMANCE_AMDGPUREFERENCE_H
