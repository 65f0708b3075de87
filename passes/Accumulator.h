//===- passes/Accumulator.h - What a loop accumulates -----------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Finds, from an addition `out = add(acc, c)` upwards, all registers that hold the
// accumulator: through PHIs, copies, tuples and the steps that change it. If all of
// them held add(.., c) instead, each addition of c could go. That is so if
//
//  - every step satisfies the lemma of isa/LoopRule.h,
//  - every other value that flows in is the constant z of the lemma (which becomes
//    c) or unspecified, and
//  - every other reader is an addition of c (which becomes a copy).
//
// Nothing is asked of the shape of the loop: any number of blocks, exits and steps,
// loops in loops, and a path around the loop on which the accumulator stays z are
// webs like others. It is enough that c is defined where it dominates all places at
// which z flows in: then it dominates the whole web, and between the definition of
// a register of the web and its uses c is never defined again (a path that did would
// lead from the entry to the use past that register's definition). So each time a
// register of the web is written or read, "c" is one value, and by induction over
// the steps executed the register holds add(old value, c).
//
// Lanes (AMDGPU). Steps and additions of vector registers work on each lane by
// itself and write only lanes that EXEC leaves on, so the induction is one for each
// lane, over the steps in which the lane takes part: a lane that leaves a divergent
// loop early keeps its last value, which differs from the old one by its own c.
// Matrix steps write all lanes: see LoopRewrite.h.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_PASSES_ACCUMULATOR_H
#define WHITTLE_PASSES_ACCUMULATOR_H

#include "passes/ValueView.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SetVector.h"

namespace llvm {
class MachineDominatorTree;
}

namespace whittle {

/// All that one accumulator is: of a tuple, one register of it.
struct Accumulator {
  struct Use {
    llvm::MachineOperand *MO = nullptr;
    unsigned Offset = 0; ///< in bits, in the value that the operand reads
    bool operator==(const Use &) const = default;
  };
  struct Step {
    const NodeView *N = nullptr;
    unsigned Operand = 0; ///< index in N->Ops
  };

  ValueRef Addend; ///< c
  /// c, if it is a constant that has to be made where the accumulator starts.
  std::optional<llvm::APInt> Constant;
  ValueType Ty; ///< of c, and of the addition's result
  const Row *Add = nullptr;
  llvm::APInt Start; ///< z
  /// Registers and offsets in bits.
  llvm::SetVector<std::pair<llvm::Register, unsigned>> Parts;
  llvm::SmallVector<Step, 4> Steps;
  llvm::SmallVector<Use, 4> Entries;              ///< where z is read
  llvm::SmallVector<llvm::MachineOperand *> Ends; ///< where additions read it
};

/// Why there is none.
enum class NoAccumulator : uint8_t {
  Found,
  Shape,     ///< it is none: another start, other instructions, no PHI or no step
  OtherUse,  ///< read by something else than its steps and the addition; or c is late
  Available, ///< c is not there yet where the accumulator starts
};

/// Where instructions go whose result \p MO's user is to read: in front of it, or at
/// the end of the block that a PHI's value comes from.
llvm::MachineBasicBlock &blockOf(const llvm::MachineOperand &MO);
llvm::MachineBasicBlock::iterator placeOf(const llvm::MachineOperand &MO);

class AccumulatorFinder {
public:
  /// Asked of instructions that would have to be steps.
  using StepFilter = llvm::function_ref<bool(const NodeView &, unsigned Operand)>;

  explicit AccumulatorFinder(ValueView &View);
  ~AccumulatorFinder();

  /// The accumulator that \p Add adds to, read as its operand \p Operand.
  /// \p TellOtherUse: readers that forbid it are told from other shapes.
  NoAccumulator find(const NodeView &Add, unsigned Operand, StepFilter MayStep, Accumulator &Out,
                     bool TellOtherUse = false);
  /// To be called after the function was changed. Its blocks must be the same still.
  void forget();

private:
  friend class AccumulatorRun;
  void prepare();
  bool dominates(const llvm::MachineInstr &A, const llvm::MachineInstr &B) const;
  bool isAvailable(const Accumulator &A);

  ValueView &View;
  // Built on the first question.
  std::unique_ptr<llvm::MachineDominatorTree> Dominators;
  llvm::DenseMap<const llvm::MachineInstr *, unsigned> Order; ///< within each block
  /// Registers that a PHI's value flows into: others hold no accumulator.
  llvm::DenseSet<llvm::Register> Flows;
};

} // namespace whittle

#endif // WHITTLE_PASSES_ACCUMULATOR_H
