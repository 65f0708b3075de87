//===- passes/ValueView.h - MachineIR as values and rows --------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Reads a MachineFunction in SSA form, right after FinalizeISel, as values and
// rows: copies of whole values are seen through, sub-register reads and
// REG_SEQUENCE are parts of values, memory forms are the register form over a
// loaded value, constants are known wherever they were made.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_PASSES_VALUEVIEW_H
#define WHITTLE_PASSES_VALUEVIEW_H

#include "isa/Program.h"
#include "passes/OpcodeTable.h"
#include "llvm/ADT/SmallPtrSet.h"
#include "llvm/CodeGen/Register.h"
#include "llvm/Support/KnownBits.h"

namespace llvm {
class Constant;
class MachineBasicBlock;
class MachineFunction;
class MachineInstr;
class MachineOperand;
class MachineRegisterInfo;
} // namespace llvm

namespace whittle {

class WindowBuilder;

/// One value as an operand reads it.
struct ValueRef {
  enum Kind : uint8_t {
    None,  ///< not a value a window may hold
    Reg,   ///< virtual register R, or its part SubReg
    Load,  ///< what memory form MI loads
    Imm,   ///< Value, an immediate in a register operand's place
    Undef, ///< unspecified, fresh for this read
  } K = None;
  unsigned SubReg = 0;
  llvm::Register R;
  llvm::MachineInstr *MI = nullptr;
  int64_t Value = 0;
  /// The type in which it is read: a Lane operand may read an SGPR.
  ValueType Ty;

  explicit operator bool() const { return K != None; }
  /// Surely the same bits: never true for Undef.
  bool same(const ValueRef &O) const {
    return K == O.K && K != None && K != Undef && SubReg == O.SubReg && R == O.R && MI == O.MI &&
           Value == O.Value && Ty.Bits == O.Ty.Bits;
  }
};

/// One MachineInstr as its row.
struct NodeView {
  llvm::MachineInstr *MI = nullptr;
  const Row *R = nullptr;
  llvm::SmallVector<ValueRef, 4> Ops;
  llvm::SmallVector<int64_t, 2> Imms;
};

class ValueView {
public:
  ValueView(llvm::MachineFunction &MF, OpcodeTable &Table);

  OpcodeTable &table() const { return Table; }
  llvm::MachineFunction &function() const { return MF; }
  llvm::MachineRegisterInfo &regInfo() const { return MRI; }
  const llvm::TargetInstrInfo &instrInfo() const { return TII; }
  const llvm::TargetRegisterInfo &targetRegInfo() const { return TRI; }
  bool isAMDGPU() const { return AMDGPU; }

  /// The type of register \p R or its part \p SubReg, if a window may hold it.
  std::optional<ValueType> typeOf(llvm::Register R, unsigned SubReg = 0) const;

  /// The value that an instruction of \p Reader reads from \p R.SubReg as \p
  /// Want, seen through copies. On AMDGPU only through those of the reader's own
  /// block: lanes that left a loop early keep in a copy what an SGPR or a matrix
  /// result has lost since.
  ValueRef resolve(llvm::Register R, unsigned SubReg, ValueType Want,
                   const llvm::MachineBasicBlock *Reader) const;
  /// True if resolve() looks through \p MI for readers in \p Reader.
  bool isTransparentCopy(const llvm::MachineInstr &MI, const llvm::MachineBasicBlock *Reader) const;
  /// The part [Offset, Offset + Ty.Bits) of \p V.
  ValueRef part(const ValueRef &V, unsigned Offset, ValueType Ty,
                const llvm::MachineBasicBlock *Reader) const;
  /// Offset of \p SubReg in bits.
  unsigned offsetOf(unsigned SubReg) const;

  /// \p MI as its row, or nullptr: operands that are values, fixed operands as
  /// the row says, flags dead, no bundle, no ordered or masked memory access.
  /// Valid until invalidate().
  const NodeView *node(llvm::MachineInstr &MI);
  /// The row that defines \p V, if the whole of it is \p V: in \p Block, or (x86) in
  /// one that dominates it, and then without reading memory.
  const NodeView *producer(const ValueRef &V, const llvm::MachineBasicBlock *Block);
  /// The REG_SEQUENCE in \p Block that defines \p V, and its pieces, lowest
  /// first, covering all of it; nullptr if there is none.
  llvm::MachineInstr *concat(const ValueRef &V, const llvm::MachineBasicBlock *Block,
                             llvm::SmallVectorImpl<ValueRef> &Pieces) const;

  /// The value if it is a constant, Ty.Bits wide. A constant with an undefined
  /// lane is none.
  std::optional<llvm::APInt> constant(const ValueRef &V);
  /// What its last few instructions tell of a value (of one lane for Lane).
  const llvm::KnownBits &facts(const ValueRef &V);

  /// True if every read of \p R, through copies that readers in \p Block see
  /// through, is by an instruction of \p Set; on AMDGPU also through tuples of
  /// which it is a part. Debug values do not count.
  bool onlyReadBy(llvm::Register R, const llvm::SmallPtrSetImpl<llvm::MachineInstr *> &Set,
                  const llvm::MachineBasicBlock *Block) const;
  /// The instructions of \p Block that read \p R (the part at \p Offset with
  /// \p Bits bits; all of it for Bits 0) through such copies, in no order.
  void readers(llvm::Register R, unsigned Offset, unsigned Bits,
               const llvm::MachineBasicBlock *Block,
               llvm::SmallVectorImpl<llvm::MachineInstr *> &Out) const;

  /// The low bits of \p R that any reader in the function looks at: 16 (AMDGPU), 8 or 16
  /// (general registers), or 0 for all.
  unsigned lowBitsRead(llvm::Register R);

  /// Erases what gives \p R if nobody reads it and it does nothing else, and so on
  /// with what that has read.
  void eraseUnread(llvm::Register R);

  /// True if the function keeps the floating-point mode that rows assume.
  bool roundsAsRowsDo();

  /// To be called after the function was changed.
  void invalidate();

private:
  bool fillNode(llvm::MachineInstr &MI, NodeView &N);
  bool fillCopy(llvm::MachineInstr &MI, NodeView &N);
  bool fillNode(llvm::MachineInstr &MI, const OpcodeInfo &Info, const Row &R, NodeView &N);
  bool holdsLaneMask(const llvm::MachineInstr &MI);
  std::optional<llvm::APInt> constantOfReg(llvm::Register R, unsigned SubReg, unsigned Depth);
  std::optional<llvm::APInt> constantOfDef(const llvm::MachineInstr &Def, unsigned Bits,
                                           unsigned Depth);
  std::optional<llvm::APInt> loadedConstant(const llvm::MachineInstr &MI, unsigned AddressOperand,
                                            unsigned Bits, bool Broadcast) const;
  std::optional<llvm::APInt> scalarHalf(const llvm::MachineOperand &MO);
  /// By register, and by sub-register and width: scalars are also read as masks.
  using ConeIds = llvm::DenseMap<std::pair<unsigned, unsigned>, unsigned>;
  unsigned cone(const ValueRef &V, WindowBuilder &B, unsigned &Budget,
                const llvm::MachineBasicBlock *Block, ConeIds &Ids);

  llvm::MachineFunction &MF;
  OpcodeTable &Table;
  llvm::MachineRegisterInfo &MRI;
  const llvm::TargetInstrInfo &TII;
  const llvm::TargetRegisterInfo &TRI;
  bool AMDGPU;
  unsigned WaveSize;                   ///< bits of a lane mask
  std::optional<bool> DefaultRounding; ///< floating-point rows mean what they say
  llvm::DenseMap<const llvm::MachineInstr *, std::unique_ptr<NodeView>> Nodes;
  llvm::DenseMap<llvm::Register, std::optional<llvm::APInt>> Constants;
  llvm::DenseMap<std::pair<llvm::Register, unsigned>, llvm::KnownBits> Facts;
  llvm::KnownBits NoFacts;
};

/// The bits of \p C, lowest byte first in memory; none if a part is undefined
/// or not a number.
std::optional<llvm::APInt> constantBits(const llvm::Constant &C);

} // namespace whittle

#endif // WHITTLE_PASSES_VALUEVIEW_H
