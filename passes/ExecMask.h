//===- passes/ExecMask.h - Where EXEC is what it was at entry ---*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// An instruction that writes lanes that EXEC masks off (MFMA) may take the
// place of one that does not only where EXEC is the function's entry EXEC:
// elsewhere the register allocator may have put another branch's values into
// those lanes. LLVM has lowered divergent control flow to SI_IF, SI_ELSE,
// SI_LOOP and SI_END_CF at this point; each opens or closes a mask.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_PASSES_EXECMASK_H
#define WHITTLE_PASSES_EXECMASK_H

#include "passes/OpcodeTable.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/CodeGen/Register.h"
#include <vector>

namespace llvm {
class MachineBasicBlock;
class MachineFunction;
class MachineInstr;
} // namespace llvm

namespace whittle {

/// True if \p MI changes EXEC, or may.
bool changesExec(const llvm::MachineInstr &MI);

/// True if \p MF uses whole-wave or whole-quad modes, or sets EXEC by hand at
/// entry: lanes then have meanings that windows do not model.
bool usesWholeWaveModes(const llvm::MachineFunction &MF, OpcodeTable &Table);

/// Computed once a function, on the first question. Rewrites never add or
/// remove what it looks at.
class ExecMask {
public:
  explicit ExecMask(llvm::MachineFunction &MF) : MF(MF) {}

  /// True if EXEC is surely the entry EXEC just before \p MI.
  bool isEntryExecAt(const llvm::MachineInstr &MI);

private:
  /// The masks that are open, by the register that SI_IF and its like define
  /// (for SI_LOOP: that it reads), sorted; or "changed in a way not followed".
  struct State {
    bool Reached = false, Lost = false;
    llvm::SmallVector<unsigned, 4> Open;
    bool merge(const State &O);
  };
  static void step(State &S, const llvm::MachineInstr &MI);
  void solve();

  llvm::MachineFunction &MF;
  bool Solved = false;
  std::vector<State> In;
};

/// True if a lane that EXEC masks off where \p R is defined may be read later:
/// by a cross-lane instruction, or by one whose treatment of lanes is unknown.
/// Follows copies, PHIs and sequences. \p Inside is not looked at.
bool lanesMayBeRead(llvm::Register R, llvm::MachineFunction &MF, OpcodeTable &Table,
                    llvm::ArrayRef<llvm::MachineInstr *> Inside);

} // namespace whittle

#endif // WHITTLE_PASSES_EXECMASK_H
