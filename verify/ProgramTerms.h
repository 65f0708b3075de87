//===- verify/ProgramTerms.h - Programs as terms -----------------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What each value of a program is, as terms over the leaves: a whole register,
// or on AMDGPU the registers of one lane, worked out when asked for.
//
//  - A lane-wise AMDGPU node leaves a lane that EXEC masks off unspecified: a
//    choice variable of its own; or its row says what it holds. So are bits that a
//    row leaves unspecified. Matrix nodes define every lane.
//  - A constant leaf of Lane kind is its value where EXEC is on and a variable
//    that source and target share elsewhere; so are facts of Lane leaves.
//  - Bits that a fact fixes are constants, so a fact needs no assumption: it is
//    part of the terms, of their keys and of what is exported.
//  - A symbol of a general rule is a variable that source and target share.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_VERIFY_PROGRAMTERMS_H
#define WHITTLE_VERIFY_PROGRAMTERMS_H

#include "isa/Meaning.h"
#include "verify/IRToTerms.h"
#include "verify/SymbolTerms.h"
#include <map>

namespace whittle {

/// The lanes that are switched on, or a variable for each lane.
enum class ExecMode : uint8_t { AllOn, AllOff, Symbolic };

class ProgramTerms {
public:
  /// \p Choice is what masked-off lanes of this program hold. \p WaveLanes: how many
  /// lanes are told apart; 0: lane 0 stands for each. \p M receives the rows'
  /// functions. All arguments must outlive the object.
  ProgramTerms(TermGraph &G, llvm::Module &M, const Window &W, const Program &P,
               VarKey::Kind Choice, ExecMode Exec, unsigned WaveLanes, VarSource Vars)
      : G(G), M(M), W(W), P(P), Choice(Choice), Exec(Exec), WaveLanes(WaveLanes),
        Vars(std::move(Vars)) {}

  /// The elements of ValueType::irType of a value (of lane \p Lane). Lanes
  /// other than 0 exist in windows over the whole wave only.
  /// \returns an error that names what a proof does not support.
  llvm::Expected<TermList> value(unsigned Id, unsigned Lane);

private:
  TermList leaf(unsigned Id, unsigned Lane);
  llvm::Expected<TermList> node(unsigned Id, unsigned Lane);
  llvm::Expected<TermList> wave(const Node &N, unsigned Id, unsigned Lane);
  /// The immediates as rows take them, 64 bits each.
  void pushImmediates(const Node &N, std::vector<TermList> &Args);
  Term exec(unsigned Lane);
  Term laneId(unsigned Lane);
  /// What a node's result holds where its row does not compute it.
  void settleRest(const Node &N, unsigned Id, unsigned Lane, TermList &Result);
  /// The bits \p Lo.. of a leaf in one lane, constants and facts applied.
  Term leafBits(const Leaf &L, const VarKey &Key, unsigned Lo, unsigned Width);

  TermGraph &G;
  llvm::Module &M;
  const Window &W;
  const Program &P;
  VarKey::Kind Choice;
  ExecMode Exec;
  unsigned WaveLanes;
  VarSource Vars;
  std::map<std::pair<unsigned, unsigned>, TermList> Memo;
};

/// The function of (lane, register, immediates) that the meaning of a row over the
/// whole wave is; it reads operands by calling "whittle.element"(operand, lane,
/// register), and EXEC by "whittle.lane.on"(lane).
llvm::Function *waveFunction(llvm::Module &M, const Row &R);

/// Widths of the elements of a value of this type, and how many.
inline unsigned elementBits(ValueType T) { return T.elementBits(); }

} // namespace whittle

#endif // WHITTLE_VERIFY_PROGRAMTERMS_H
