//===- isa/Families.h - Opcodes that differ in one respect ------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// VPADDD of 128 bits is VPADDD of 512 bits for a wider register, VPADDW for narrower
// elements, VPSUBD with the other sign. LLVM's names say so, and they are what is
// compared here. A relative is a guess: whoever uses it in a rule proves the rule.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ISA_FAMILIES_H
#define WHITTLE_ISA_FAMILIES_H

#include "isa/TargetIsa.h"
#include "llvm/ADT/StringMap.h"

namespace whittle {

/// What all instructions of a program change together. One without a name changes
/// nothing but registers' widths, which each change leaves open.
struct OpcodeChange {
  llvm::StringRef Name;
  /// Log2 of how many times as wide elements become; 0: as wide.
  int Elements = 0;
  /// Words of opcode names that take each other's place; the first pair of which a name
  /// has one counts.
  llvm::ArrayRef<std::pair<llvm::StringRef, llvm::StringRef>> Swaps;
};

class OpcodeFamilies {
public:
  /// Made on first use and kept. Thread-safe.
  static const OpcodeFamilies &of(const TargetIsa &Isa);

  /// All that the target's opcode names tell apart; the nameless one first.
  llvm::ArrayRef<OpcodeChange> changes() const { return Changes; }

  struct Relatives {
    llvm::SmallVector<const Row *, 4> Rows; ///< class leaders, of all register widths
    bool Changed = false;                   ///< false: opcodes that the change leaves alone
  };
  /// What may stand for \p R in a program under \p C, \p R itself too if \p C leaves it
  /// alone. Generic rows have no relatives.
  Relatives relatives(const Row &R, const OpcodeChange &C) const;

private:
  explicit OpcodeFamilies(const TargetIsa &Isa);
  /// What the opcodes of one family share of their names.
  std::string keyOf(llvm::StringRef Name) const;
  /// Keys of the opcodes that \p C may make of those with this key.
  llvm::SmallVector<std::string, 2> changed(llvm::StringRef Key, const OpcodeChange &C) const;

  const TargetIsa &Isa;
  bool X86;
  llvm::ArrayRef<OpcodeChange> Changes;
  llvm::StringMap<llvm::SmallVector<const Row *, 4>> ByKey;
};

} // namespace whittle

#endif // WHITTLE_ISA_FAMILIES_H
