//===- passes/WindowCutter.h - The windows at one block ---------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_PASSES_WINDOWCUTTER_H
#define WHITTLE_PASSES_WINDOWCUTTER_H

#include "passes/ValueView.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include <set>

namespace whittle {

/// Cuts the windows whose outputs are of a block. On x86 inner instructions may stand in
/// blocks that dominate it, if nobody else reads what they give. A window's instructions are
/// *bundles*: one instruction, or the isomorphic ones that work on the registers of a tuple each on
/// its own (AMDGPU), which count as one.
class WindowCutter {
public:
  struct Limits {
    unsigned MaxNodes = 5;    ///< bundles in a window
    unsigned MaxWindows = 64; ///< for one root
    unsigned MaxTuple = 32;   ///< registers of a tuple
    /// Bundles in the one window beyond MaxNodes that a root may have, if it reads
    /// no more than MaxInputs values that are not constant: a long computation of
    /// few values may be one instruction.
    unsigned MaxLong = 12;
    unsigned MaxLongest = 32; ///< in one more
    unsigned MaxInputs = 3;
    /// Readers of an instruction that may all do without it, each by a rule of its own.
    unsigned MaxReaders = 3;
  };
  using Sink = llvm::function_ref<void(Window)>;

  WindowCutter(ValueView &View, llvm::MachineBasicBlock &Block, Limits L);

  /// All windows of the block: roots in program order, small before large.
  void run(Sink S);

private:
  using Bundle = llvm::SmallVector<llvm::MachineInstr *, 4>;
  /// What the instructions of a bundle read in one operand's place.
  struct Operand {
    enum Kind : uint8_t {
      Shared, ///< Values[0], the same for all
      Tuple,  ///< instruction I reads register I of the tuple Values[0]
      Each,   ///< instruction I reads Values[I]
    } K = Shared;
    llvm::SmallVector<ValueRef, 4> Values;
    /// The bundle that makes it, in this block, or -1. For Shared: a single
    /// instruction, or (ViaConcat) the pieces of a REG_SEQUENCE.
    int Producer = -1;
    llvm::MachineInstr *ViaConcat = nullptr;
    /// Values[0] is a half of this register, from this bit on; Producer makes that.
    ValueRef Whole;
    unsigned Offset = 0;
  };
  /// Instructions of one row; or one REG_SEQUENCE of two halves.
  struct Piece {
    Bundle MIs;
    llvm::SmallVector<Operand, 3> Ops;
    bool OpsKnown = false;
  };
  /// A set of bundles: the root first, then in the order they were added;
  /// and the one with other uses, a second output: inside, or a root of its own.
  struct Chosen {
    llvm::SmallVector<unsigned, 6> Pieces;
    int Kept = -1;
    bool Shares = false; ///< some have other uses, and are no outputs
    unsigned kind() const { return Kept >= 0 ? 1 : Shares ? 2 : 0; }
  };

  void cutRoot(const Bundle &Root, Sink S);
  void cutLong(unsigned RootPiece, Sink S);
  void cutTwins(llvm::MachineInstr &Shared, Sink S);
  llvm::SmallVector<Bundle, 4> tupleRoots(llvm::MachineInstr &Tuple);
  bool readersOf(llvm::ArrayRef<std::pair<llvm::Register, unsigned>> Parts, bool Whole,
                 Bundle &Out);
  bool isomorphic(llvm::ArrayRef<llvm::MachineInstr *> MIs);
  unsigned pieceOf(const Bundle &B);
  llvm::ArrayRef<Operand> operandsOf(unsigned P);
  llvm::SmallVector<unsigned, 4> orderLike(llvm::MachineInstr &First, llvm::MachineInstr &MI);
  bool joinsHalves(const llvm::MachineInstr &MI, llvm::SmallVectorImpl<ValueRef> &Halves) const;
  Operand operand(const Bundle &B, unsigned Index);
  void findProducer(Operand &O);
  void joinParts(Operand &O);
  bool ownsReads(const Chosen &C, unsigned P);
  bool hasFewReaders(const Chosen &C, unsigned P);
  bool isWorthwhile(const Window &W, const Chosen &C) const;
  Window build(const Chosen &C);
  int segmentOf(const llvm::MachineInstr *MI) const;

  ValueView &View;
  llvm::MachineBasicBlock &Block;
  Limits Limit;
  std::vector<Piece> Pieces;
  llvm::DenseMap<llvm::MachineInstr *, unsigned> Singles;
  llvm::DenseMap<const llvm::MachineInstr *, int> Segments;
  llvm::DenseMap<const llvm::MachineInstr *, unsigned> Places; ///< in the block, on x86
  std::set<std::pair<llvm::MachineInstr *, llvm::MachineInstr *>> Twins;
};

} // namespace whittle

#endif // WHITTLE_PASSES_WINDOWCUTTER_H
