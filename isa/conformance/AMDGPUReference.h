//===- isa/conformance/AMDGPUReference.h - A second source ------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What AMDGPU instructions compute, written a second time as plain C++ on whole
// waves, in the manner of the pseudo-code of AMD's CDNA instruction set
// references. Shares no code with the rows, nor with LLVM.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ISA_CONFORMANCE_AMDGPUREFERENCE_H
#define WHITTLE_ISA_CONFORMANCE_AMDGPUREFERENCE_H

#include <cstdint>
#include <string_view>
#include <vector>

namespace whittle {

/// A register tuple of a 64-lane wave: Regs[r][l] is register r of lane l.
struct WaveRegisters {
  explicit WaveRegisters(unsigned NumRegs = 1) : Regs(NumRegs, std::vector<uint32_t>(64)) {}
  std::vector<std::vector<uint32_t>> Regs;
};

/// Executes \p Opcode (LLVM's name) as the wave would: lanes that \p Exec masks
/// off keep what \p Out holds, but for matrix instructions. False if the
/// reference does not know the opcode, and then \p Out is unchanged.
bool executeAMDGPU(std::string_view Opcode, const std::vector<WaveRegisters> &In, uint64_t Exec,
                   WaveRegisters &Out);

} // namespace whittle

#endif // WHITTLE_ISA_CONFORMANCE_AMDGPUREFERENCE_H
