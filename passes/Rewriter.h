//===- passes/Rewriter.h - Emitting a rule's target -------------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_PASSES_REWRITER_H
#define WHITTLE_PASSES_REWRITER_H

#include "passes/Legality.h"
#include "llvm/IR/DebugLoc.h"

namespace whittle {

/// One rewrite: emit(), then commit() or rollback(). Between the two the source
/// still stands and the new instructions are in place beside it.
class Rewriter {
public:
  Rewriter(ValueView &View, Legality &Legal, const Match &M, const RewritePlan &Plan);

  /// Makes the target's instructions; anything but None leaves them for
  /// rollback().
  Obstacle emit();
  void commit();
  void rollback();

  /// The instruction made for target node \p I, or nullptr.
  llvm::MachineInstr *made(unsigned I) const { return NodeMI[I]; }
  /// True for everything that was emitted.
  bool isNew(const llvm::MachineInstr &MI) const { return llvm::is_contained(New, &MI); }
  /// What stands where source instructions read memory: loads that had been
  /// folded into them, and target nodes that read memory themselves.
  llvm::ArrayRef<llvm::MachineInstr *> loads() const { return Loads; }

private:
  struct Piece;
  /// A register or a part of one, or (Pieces) a tuple not yet put together.
  struct Value {
    llvm::Register R;
    unsigned SubReg = 0;
    uint16_t Bits = 0;
    std::vector<Piece> Pieces; ///< lowest first
    bool valid() const { return R.isValid() || !Pieces.empty(); }
  };
  struct Piece {
    unsigned Offset; ///< in bits
    Value V;
  };

  bool holdsMatrixResult(const Value &V) const;
  bool emitNode(unsigned Index);
  bool emitLoad(unsigned Index);
  Value leafValue(unsigned Id);
  Value refValue(const ValueRef &V);
  Value unfoldLoad(const ValueRef &V);
  Value constantValue(const llvm::APInt &C, ValueType Ty);
  Value extract(const Value &V, unsigned Offset, uint16_t Bits);
  /// \p V in a register of its own that class \p RC allows, or none.
  llvm::Register inClass(const Value &V, const llvm::TargetRegisterClass *RC);
  llvm::Register sequence(const Value &V, const llvm::TargetRegisterClass *RC);
  const llvm::TargetRegisterClass *allocatable(unsigned Opcode, unsigned Operand) const;
  llvm::Register copyTo(const llvm::TargetRegisterClass *RC, llvm::Register R, unsigned SubReg);
  llvm::MachineInstr *made(llvm::MachineInstr *MI);
  Obstacle checkMade();
  bool outputs();
  void eraseSource();
  void tidySequences();

  ValueView &View;
  Legality &Legal;
  const Match &M;
  const RewritePlan &Plan;
  const Window &W;
  const Program &Target;
  llvm::MachineFunction &MF;
  llvm::MachineRegisterInfo &MRI;
  const llvm::TargetInstrInfo &TII;
  const llvm::TargetRegisterInfo &TRI;
  llvm::DebugLoc DL;

  llvm::SmallVector<Value, 8> Leaves, Nodes;
  llvm::SmallVector<llvm::MachineInstr *, 8> NodeMI;
  llvm::SmallVector<llvm::MachineInstr *, 8> New, Loads;
  llvm::SmallVector<llvm::Register, 2> NewOutputs;
};

} // namespace whittle

#endif // WHITTLE_PASSES_REWRITER_H
