//===- passes/CodeRegisters.h - Registers of x86-64 as variables -*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_PASSES_CODEREGISTERS_H
#define WHITTLE_PASSES_CODEREGISTERS_H

#include "isa/TargetIsa.h"
#include "llvm/ADT/BitVector.h"
#include "llvm/MC/MCRegister.h"

namespace whittle {

/// A whole physical register: a 512-bit vector register, a mask register or a 64-bit
/// general one. A number below RegisterSet::Count.
using CodeVariable = unsigned;

/// A physical register as a part of its variable, from bit 0.
struct RegisterPart {
  CodeVariable Var = 0;
  uint16_t Bits = 0;
  bool High = false; ///< AH, BH, CH or DH: bits 8 to 15
};

class RegisterSet {
public:
  explicit RegisterSet(const TargetIsa &Isa);

  static constexpr unsigned Vectors = 32, Masks = 8, Generals = 32;
  static constexpr unsigned Count = Vectors + Masks + Generals;

  static RegKind kindOf(CodeVariable V) {
    return V < Vectors ? RegKind::Vec : V < Vectors + Masks ? RegKind::Mask : RegKind::Gpr;
  }
  static unsigned wholeBits(CodeVariable V) { return V < Vectors ? 512 : 64; }

  /// The part that \p R is; none for flags, RIP, segments, x87, MMX, tiles.
  std::optional<RegisterPart> part(llvm::MCRegister R) const;
  /// The register's name in MIR, with '$'.
  std::string name(CodeVariable V, unsigned Bits) const;
  /// LLVM's class of such parts, as MIR has it.
  static llvm::StringRef className(RegKind K, unsigned Bits);
  /// The sub-register index of the low \p Bits.
  static llvm::StringRef lowIndex(RegKind K, unsigned Bits);
  std::optional<CodeVariable> named(llvm::StringRef Name) const;

  llvm::BitVector Returned;  ///< System V: may hold a result
  llvm::BitVector Arguments; ///< may hold an argument
  llvm::BitVector Kept;      ///< a function leaves them as they were

private:
  const llvm::MCRegisterInfo &RI;
  std::vector<std::optional<RegisterPart>> Parts; ///< by LLVM's number
};

} // namespace whittle

#endif // WHITTLE_PASSES_CODEREGISTERS_H
