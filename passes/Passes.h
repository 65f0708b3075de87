//===- passes/Passes.h - Harvest and apply on MachineIR ---------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Two MachineFunctionPasses for the place right after FinalizeISel. The plugin
// (Plugin.cpp) and the whittle program register them; neither lives here.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_PASSES_PASSES_H
#define WHITTLE_PASSES_PASSES_H

#include "isa/Program.h"
#include "isa/TargetIsa.h"
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace llvm {
class MachineFunction;
class MachineFunctionPass;
class TargetPassConfig;
} // namespace llvm

namespace whittle {

class MeasuredTable;

struct HarvestOptions {
  /// Instructions in a window (free generic ones not counted). From the default on,
  /// each root has one longer window besides if that reads few values.
  unsigned MaxNodes = 5;
};
/// Called for each window, in program order, canonical, class leaders only.
using WindowSink =
    std::function<void(Window W, llvm::StringRef Function, unsigned Index, llvm::StringRef CPU)>;
llvm::MachineFunctionPass *createHarvestPass(HarvestOptions O, WindowSink Sink);

/// A rule as the matcher wants it.
struct LoadedRule {
  std::string Id; ///< shown in remarks: first 8 digits are enough
  Rule R;
};

struct ApplyStats {
  struct Fired {
    std::string Id, Function;
  };
  std::vector<Fired> Rewrites;
  unsigned Matched = 0;      ///< structure matched
  unsigned NoFacts = 0;      ///< .. but facts not known
  unsigned OtherUse = 0;     ///< .. but an inner value has a second use
  unsigned Illegal = 0;      ///< .. features, register class, verifyInstruction
  unsigned Flags = 0;        ///< .. flags live
  unsigned Exec = 0;         ///< .. EXEC not the entry EXEC, or lanes read later
  unsigned Unprofitable = 0; ///< .. vetoed on this CPU
};

/// The rule set, indexed by root; built once, used by every function.
class Matcher;
std::shared_ptr<Matcher> makeMatcher(std::vector<LoadedRule> Rules);
/// Rules that may match at instructions with one of these opcodes (names; register forms
/// stand for their memory forms too), and any others; of no opcodes: all rules.
using LoadRules = std::function<std::vector<LoadedRule>(llvm::ArrayRef<std::string> Roots)>;
/// The same, with rules read when a function first has one of \p Roots.
std::shared_ptr<Matcher> makeMatcher(const std::vector<std::string> &Roots, LoadRules Load);
/// \p Stats may be null. \p Measured, if any, is what profit goes by on its CPU.
llvm::MachineFunctionPass *createApplyPass(std::shared_ptr<Matcher> M, ApplyStats *Stats,
                                           std::shared_ptr<const MeasuredTable> Measured = nullptr);

} // namespace whittle

#endif // WHITTLE_PASSES_PASSES_H
