//===- passes/MachineCode.h - Assembly and objects as functions -*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What machine code of x86-64 is: functions, basic blocks, instructions on
// physical registers. Assembly is assembled first, so that there is one reader.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_PASSES_MACHINECODE_H
#define WHITTLE_PASSES_MACHINECODE_H

#include "isa/TargetIsa.h"
#include "llvm/ADT/APInt.h"
#include "llvm/MC/MCInst.h"
#include "llvm/Support/MemoryBufferRef.h"
#include <optional>
#include <string>
#include <vector>

namespace whittle {

struct CodeInstr {
  llvm::MCInst I;
  uint64_t Offset = 0;  ///< in its section
  uint64_t Size = 0;    ///< bytes
  bool Vex = false;     ///< VEX, EVEX or XOP: a vector result zeroes what lies above it
  unsigned MemBits = 0; ///< of its memory operand; 0: none, or of no stated size
  /// What it loads, where that is read-only data of the file.
  std::optional<llvm::APInt> Constant;
};

/// How control may leave a block other than to its successors.
enum class CodeExit : uint8_t {
  None,
  Return,
  TailCall, ///< to another function, as a call
  Unknown,  ///< anywhere: every register may be read
};

struct CodeBlock {
  std::vector<CodeInstr> Instrs;
  llvm::SmallVector<unsigned, 2> Successors; ///< indices of blocks, each once
  CodeExit Exit = CodeExit::None;
  bool Entered = false; ///< also from places that are not known
};

/// Block 0 is where it starts. Its callers are not among what Entered stands for.
struct CodeFunction {
  std::string Name;
  std::vector<CodeBlock> Blocks;
};

struct MachineCode {
  std::vector<CodeFunction> Functions;
  /// What could not be read, one message each, with file, section and offset.
  std::vector<std::string> Skipped;
};

/// The ELF object of an assembly file. Errors are the assembler's diagnostics, with
/// file and line.
llvm::Expected<llvm::SmallVector<char, 0>> assemble(const TargetIsa &Isa,
                                                    llvm::MemoryBufferRef Text, llvm::StringRef CPU,
                                                    llvm::StringRef Features);

/// The functions of an ELF object (or shared library), or of all in an archive. A
/// function is what a symbol of type function (or, where there is none, any other
/// symbol of its section) names. Errors name the file: other formats, other
/// architectures, damaged files.
llvm::Expected<MachineCode> readMachineCode(const TargetIsa &Isa, llvm::MemoryBufferRef File);

} // namespace whittle

#endif // WHITTLE_PASSES_MACHINECODE_H
