//===- isa/conformance/BochsGuest.h - The program inside the emulator -*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ISA_CONFORMANCE_BOCHSGUEST_H
#define WHITTLE_ISA_CONFORMANCE_BOCHSGUEST_H

#include "isa/TargetIsa.h"

namespace whittle {

/// What the guest and BochsMachine agree on; addresses are the guest's physical
/// ones, at which it also sees them.
namespace bochs {
constexpr uint64_t Image = 0x200000; ///< a page with the header, then the jobs
constexpr uint64_t FirstJob = Image + 4096;
constexpr uint64_t Results = 0xc000000;    ///< 192 MiB
constexpr uint64_t MemoryEnd = 0x10000000; ///< 256 MiB; nothing can be read from here on
constexpr unsigned MemoryMiB = 256;
constexpr unsigned SectorBytes = 512;

struct Header {
  uint64_t Jobs;
  uint64_t ImageBytes;
};

struct Job {
  uint64_t Code, States; ///< addresses
  uint64_t Count;        ///< of states, at least 1
  uint64_t Unused;
};

/// The results: for each job a status, then After and FlagsAfter of each state;
/// after the last job, Ran.
constexpr uint64_t Ran = 1;
constexpr uint64_t FaultBit = 0x100; ///< the low byte is the exception's vector
constexpr unsigned ResultBytes = 72;
} // namespace bochs

/// 64 KiB that start at the reset vector: enters 64-bit mode with SSE to AVX-512
/// enabled and memory up to MemoryEnd mapped, runs the jobs of the image, writes
/// the results to the first disk and ends the emulation.
llvm::Expected<std::string> assembleBochsGuest(const TargetIsa &Isa);

/// The bytes of the .text section of \p Source (AT&T syntax, no relocations).
llvm::Expected<std::string> assembleX86(const TargetIsa &Isa, llvm::StringRef Source);

} // namespace whittle

#endif // WHITTLE_ISA_CONFORMANCE_BOCHSGUEST_H
