//===- passes/OpcodeTable.h - What an opcode is to the passes ---*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Names are read once an opcode and kept, so that the passes never compare
// strings while they walk over a function.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_PASSES_OPCODETABLE_H
#define WHITTLE_PASSES_OPCODETABLE_H

#include "isa/TargetIsa.h"
#include "llvm/ADT/APInt.h"
#include "llvm/TargetParser/SubtargetFeature.h"
#include <deque>
#include <optional>
#include <vector>

namespace llvm {
class MCSubtargetInfo;
class TargetInstrInfo;
class TargetRegisterClass;
class TargetRegisterInfo;
} // namespace llvm

namespace whittle {

struct OpcodeInfo {
  /// How an opcode makes a constant, if it can.
  enum ConstKind : uint8_t {
    NotConst,
    MovOperand,    ///< operand 1, an immediate or a register, is the value
    MovModified,   ///< operand 2 is, where operand 1, its modifiers, is 0
    Zero,          ///< MOV32r0
    RowConstant,   ///< a row without operands
    LoadPlain,     ///< a whole register from memory
    LoadBroadcast, ///< the memory operand's bytes, repeated
  };
  ConstKind Const = NotConst;
  /// The row, for memory forms the row of the register form; or nullptr.
  const Row *R = nullptr;
  /// All rows of the opcode that the subtarget has, in the order in which they are
  /// to be tried: R first.
  llvm::ArrayRef<const Row *> Rows;
  /// Memory forms: index in the register form's operands of the loaded value,
  /// which is where the address starts in the memory form; also where it starts
  /// in an opcode whose own row reads memory. -1: no memory form.
  int LoadOperand = -1;
  /// AMDGPU: reads lanes that EXEC masks off, or the way it treats them is not
  /// known here.
  bool CrossLane = false;
  /// AMDGPU: whole-wave and whole-quad modes, and EXEC set by hand at entry.
  bool WholeWave = false;
};

/// One per target and thread of compilation.
class OpcodeTable {
public:
  /// Whether \p STI has the row: its features, and the waves that it is for.
  static bool has(const llvm::MCSubtargetInfo &STI, const Row &R);

  explicit OpcodeTable(const TargetIsa &Isa) : Isa(Isa) {}

  const TargetIsa &isa() const { return Isa; }
  /// To be called before a function is looked at: which of an opcode's rows holds
  /// depends on the subtarget.
  void enter(const llvm::MCSubtargetInfo &STI);
  OpcodeInfo info(unsigned Opcode, const llvm::TargetInstrInfo &TII);
  /// The row that a COPY of a mask to a general register becomes, or nullptr if
  /// the subtarget has none that moves all of it.
  const Row *moveBetween(ValueType To, ValueType From) const;
  /// All such rows, and their names.
  llvm::SmallVector<const Row *, 4> maskMoves() const;
  static constexpr llvm::StringRef MaskMoves[] = {"KMOVDrk", "KMOVQrk"};
  /// LLVM's opcode of this name, or 0.
  unsigned opcodeNamed(llvm::StringRef Name, const llvm::TargetInstrInfo &TII);
  /// The value type of a whole register of class \p RC.
  std::optional<ValueType> typeOf(const llvm::TargetRegisterClass &RC);
  /// What a row without operands computes.
  const llvm::APInt &rowConstant(const Row &R);
  /// The row without operands that makes \p Value, legal or not; all of them.
  llvm::ArrayRef<const Row *> constantRows();
  /// The sub-register index that names [Offset, Offset + Bits) of \p RC, or 0.
  unsigned subRegIndex(const llvm::TargetRegisterClass &RC, unsigned Offset, unsigned Bits,
                       const llvm::TargetRegisterInfo &TRI);

private:
  void fill(OpcodeInfo &I, unsigned Opcode, const llvm::TargetInstrInfo &TII);

  const TargetIsa &Isa;
  const llvm::MCSubtargetInfo *STI = nullptr;
  llvm::FeatureBitset Features;
  std::deque<llvm::SmallVector<const Row *, 2>> RowLists;
  llvm::DenseMap<unsigned, OpcodeInfo> Infos;
  std::vector<std::pair<bool, std::optional<ValueType>>> Types;
  llvm::DenseMap<const Row *, llvm::APInt> RowConstants;
  std::vector<const Row *> ConstRows;
  bool ConstRowsKnown = false;
  llvm::StringMap<unsigned> Named;
};

} // namespace whittle

#endif // WHITTLE_PASSES_OPCODETABLE_H
