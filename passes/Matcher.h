//===- passes/Matcher.h - Rules indexed by root, and matching ---*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Structure only: which instructions stand for a rule's nodes and which values
// for its leaves. Whether the rule may be applied there is Legality's question.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_PASSES_MATCHER_H
#define WHITTLE_PASSES_MATCHER_H

#include "isa/LoopRule.h"
#include "isa/SymbolBinding.h"
#include "passes/Passes.h"
#include "passes/ValueView.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/StringSet.h"
#include <map>
#include <mutex>

namespace whittle {

/// The value of one leaf: a whole one, or the parts of a tuple of which the
/// rule reads each on its own.
struct LeafBinding {
  ValueRef Whole;
  llvm::SmallVector<std::pair<unsigned, ValueRef>, 4> Parts; ///< by bit offset
  bool bound() const { return bool(Whole) || !Parts.empty(); }
};

struct Match {
  const LoadedRule *Rule = nullptr;
  llvm::MachineBasicBlock *Block = nullptr;
  llvm::SmallVector<LeafBinding, 8> Leaves;
  /// One per source node; REG_SEQUENCE for CONCAT, nullptr for EXTRACT.
  llvm::SmallVector<llvm::MachineInstr *, 8> NodeMI;
  /// What had nodes and is leaves now: leavingShared().
  llvm::SmallVector<llvm::MachineInstr *, 2> Kept;
  /// Of a general rule: what its symbols are here, and the rule for that.
  SymbolBinding Symbols;
  std::shared_ptr<const whittle::Rule> Instance;

  /// Without symbols.
  const whittle::Rule &rule() const { return Instance ? *Instance : Rule->R; }
  const Window &window() const { return rule().W; }
  /// The instruction whose result output \p I is.
  llvm::MachineInstr *output(unsigned I) const {
    return NodeMI[window().Source.Outputs[I] - window().numLeaves()];
  }
};

/// The match without the instructions that the target has too: they stay, as leaves, and
/// may have other readers. None if the rule keeps none, or they cannot stay.
std::optional<Match> leavingShared(ValueView &View, const Match &M);

/// The rules of one target. Questions about an opcode's class are answered when
/// the opcode is first met, so that opening costs nothing per row.
class RuleSet {
public:
  explicit RuleSet(const TargetIsa &Isa) : Table(Isa) {}

  /// Only while no function is worked on. A rule that is there already is not added again.
  void add(LoadedRule R);
  OpcodeTable &table() { return Table; }
  /// The rules whose first output may be an instruction with this opcode.
  llvm::ArrayRef<unsigned> rulesFor(unsigned Opcode, const llvm::TargetInstrInfo &TII);
  const LoadedRule &rule(unsigned I) const { return Rules[I].R; }

  /// A rule about loops; those are not among the others.
  struct Loop {
    std::string Id;
    LoopLemma Lemma;
  };
  llvm::ArrayRef<Loop> loops() const { return Loops; }
  /// True if an instruction with this opcode may be the addition behind a loop.
  bool mayEndLoop(unsigned Opcode, const llvm::TargetInstrInfo &TII);
  /// True if \p N changes what it reads as value operand \p Operand as \p L's step does.
  bool isStep(const LoopLemma &L, const NodeView &N, unsigned Operand);

  /// Calls \p Accept for each way in which the rule matches at \p Root, until
  /// it returns true; that is the result.
  bool match(ValueView &View, llvm::MachineInstr &Root, unsigned Rule,
             llvm::function_ref<bool(const Match &)> Accept);

private:
  llvm::SmallVector<const Row *, 2> rowsOf(unsigned Opcode, const llvm::TargetInstrInfo &TII);

  struct Ranked {
    int Gain; ///< in static weight
    LoadedRule R;
  };

  OpcodeTable Table;
  llvm::StringSet<> Ids;
  std::vector<Ranked> Rules;
  std::vector<Loop> Loops;
  /// A map whose lists stay where they are: a rule is tried while others are asked for.
  std::map<unsigned, llvm::SmallVector<unsigned, 2>> ByOpcode;
  llvm::DenseMap<unsigned, bool> EndsLoop;
};

/// The rule sets of all targets that have rules, read when they are needed.
class Matcher {
public:
  explicit Matcher(std::vector<LoadedRule> Rules);
  Matcher(const std::vector<std::string> &Roots, LoadRules Load);
  /// Held from forFunction() until the function is done: code generation may be parallel.
  std::mutex &lock() { return Lock; }
  /// nullptr if no rule is for this target, or none was read yet and none can match in \p MF.
  RuleSet *forFunction(llvm::StringRef Arch, const llvm::MachineFunction &MF);
  /// Reads the rules of roots that \p MF has and that no function had before: what happens
  /// to a function does not depend on those before it.
  void read(const llvm::MachineFunction &MF);

private:
  void add(std::vector<LoadedRule> Rules);
  llvm::StringRef rootOf(unsigned Opcode, const llvm::TargetInstrInfo &TII);

  std::mutex Lock;
  LoadRules Load;
  unsigned Readings = 0;
  llvm::StringSet<> Unread; ///< roots
  llvm::DenseMap<unsigned, llvm::StringRef> RootOf;
  std::vector<std::unique_ptr<RuleSet>> Sets;
};

} // namespace whittle

#endif // WHITTLE_PASSES_MATCHER_H
