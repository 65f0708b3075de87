//===- isa/Program.h - Windows, programs and rules as values ----*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A window is a connected DAG of instructions over leaves; a rule is a window
// and a second program over the same leaves. Values are numbered: leaves
// 0..L-1, then the nodes of the program L, L+1, .. in topological order (the
// source's and the target's nodes both start at L: they are two programs).
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ISA_PROGRAM_H
#define WHITTLE_ISA_PROGRAM_H

#include "isa/Row.h"
#include "isa/Symbols.h"
#include "llvm/ADT/APInt.h"
#include <optional>
#include <vector>

namespace whittle {

class TargetIsa;

/// An input of a window.
struct Leaf {
  ValueType Ty;
  /// A constant (per lane for Lane: the same in every active lane; lanes that
  /// EXEC masks off hold anything). Ty.Bits wide.
  std::optional<llvm::APInt> Const;
  /// Of a general rule: a constant that repeats this number in elements of
  /// ElementBits; Const is empty then.
  std::optional<SymExpr> Symbolic;
  uint16_t ElementBits = 0;
  /// An unspecified value (a read of IMPLICIT_DEF): fresh per read, so a target
  /// may use it at most once.
  bool Choice = false;
  /// What a loop accumulates in: makes the rule a lemma (isa/LoopRule.h).
  bool Loop = false;
  /// Facts that hold where the window stands: bits known 0 and known 1, Ty.Bits
  /// wide (per lane for Lane, the same for every lane). Zero-width: none known.
  llvm::APInt Zeros = llvm::APInt::getZeroWidth(), Ones = llvm::APInt::getZeroWidth();

  bool hasFacts() const { return !Zeros.isZero() || !Ones.isZero(); }
  /// True if these facts hold for every value that \p Given, of the same type, stands
  /// for: its constant, or what its facts leave.
  bool factsHoldFor(const Leaf &Given) const;
  bool isConstant() const { return Const || Symbolic; }
};

/// One instruction. \c R is any member of its class.
struct Node {
  const Row *R = nullptr;
  ValueType Ty; ///< result type (R->Def, but for generic rows)
  llvm::SmallVector<unsigned, 4> Ops;
  llvm::SmallVector<int64_t, 2> Imms;
  /// Of a general rule: one an immediate, or empty. Where there is an expression the
  /// immediate is its low immBits(), zero-extended, and Imms holds 0.
  std::vector<std::optional<SymExpr>> Symbolic = {};

  const SymExpr *symbolic(unsigned K) const {
    return K < Symbolic.size() && Symbolic[K] ? &*Symbolic[K] : nullptr;
  }
  /// Bits of immediate \p K that the row reads.
  unsigned immBits(unsigned K) const;
};

struct Program {
  std::vector<Node> Nodes;
  llvm::SmallVector<unsigned, 2> Outputs; ///< value ids; may name leaves
};

struct Window {
  const TargetIsa *Isa = nullptr;
  std::vector<Leaf> Leaves;
  Program Source;
  /// A fact like those of leaves: the low bits of each output that its readers look
  /// at, where the window stands; 0: all. Empty: all of all.
  llvm::SmallVector<uint16_t, 2> LowBits;
  /// Of a general rule: what its immediates and constants leave open, and for which
  /// numbers it holds. A window that is searched has none.
  std::vector<SymbolSpec> Symbols;
  std::vector<SymCondition> Where;

  bool isGeneral() const { return !Symbols.empty(); }
  unsigned lowBits(unsigned Output) const { return LowBits.empty() ? 0 : LowBits[Output]; }

  unsigned numLeaves() const { return Leaves.size(); }
  ValueType typeOf(const Program &P, unsigned Id) const {
    return Id < Leaves.size() ? Leaves[Id].Ty : P.Nodes[Id - Leaves.size()].Ty;
  }
  /// True if a node is a Matrix row: proofs then run on the whole wave.
  bool hasMatrix() const;
  /// True if a leaf is marked: the window of a lemma about loops.
  bool isLoop() const;
};

/// Source refined by Target under the leaves' facts; not yet proved by itself.
struct Rule {
  Window W;
  Program Target;
};

/// Static cost of a program: one well-founded order for all CPUs and rules
/// (weights, then count, then new constants' bytes, then text).
struct StaticCost {
  unsigned Weight = 0, Instructions = 0, ConstantBytes = 0;
  auto operator<=>(const StaticCost &) const = default;
};
/// Dead nodes are not counted. Generic rows weigh nothing. Constants that
/// \p Source's leaves hold are free, but for one that an instruction loads and widens,
/// which costs what a new one does; instructions that make one weigh as rows.
StaticCost staticCost(const Window &W, const Program &P);

/// True if the meaning of a node holds for the default floating-point mode alone.
bool readsMXCSR(const Program &P);

/// Which nodes an output of \p P needs.
std::vector<bool> liveNodes(const Window &W, const Program &P);

/// Which leaves an output of \p P, or an instruction that one needs, reads.
std::vector<bool> readLeaves(const Window &W, const Program &P);

/// Whatever CPU runs \p B's source and target runs \p A's target.
bool runsWhere(const Rule &A, const Rule &B);

/// Removes nodes that no output needs and renumbers.
void removeDeadNodes(const Window &W, Program &P);

/// Checks operand counts, types, topological order, outputs; names the item.
llvm::Error checkProgram(const Window &W, const Program &P);
llvm::Error checkRule(const Rule &R);
/// Leaves and source of a window; of one with a loop leaf the whole form.
llvm::Error checkWindow(const Window &W);

/// Renumbers leaves and nodes in the order of one DFS from the outputs and
/// drops unused leaves (of R: leaves that neither program uses), so that equal
/// windows get equal text.
void canonicalize(Window &W);
void canonicalize(Rule &R);

/// Each class leader in place of the members used, so that windows differing
/// only in encoding are one.
void useClassLeaders(Program &P, const TargetIsa &Isa);

/// Rule and window text: short, MIR-like; see docs/RULES.md. parse(print(R))
/// is R, and identity is the hash of the canonical text.
std::string printWindow(const Window &W);
std::string printRule(const Rule &R);
/// Errors name the line and the item ("line 4: unknown opcode 'VPFOOZrr'").
llvm::Expected<Rule> parseRule(llvm::StringRef Text);
llvm::Expected<Window> parseWindow(llvm::StringRef Text);
/// All rules of a file; blank lines and '#' comments between them. \p Name is
/// used in messages.
llvm::Expected<std::vector<Rule>> parseRules(llvm::StringRef Text, llvm::StringRef Name);
Hash128 windowId(const Window &W);
Hash128 ruleId(const Rule &R);

} // namespace whittle

#endif // WHITTLE_ISA_PROGRAM_H
