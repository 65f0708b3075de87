//===- verify/Obligations.h - What has to hold for a rule --------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A rule holds if each of its obligations does: two terms that have to be equal
// for all values of their variables. Source choices are settled here, before
// anything is cut, by one of two witnesses:
//   W1  the choice is a variable that source and target share;
//   W2  output bits that are a source choice itself are not compared.
// Where a general rule's guard does not hold, both terms of an obligation are 0.
// Everything else is compared in full, and the target's choices are variables
// like any other, so a target may not bring in a choice of its own.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_VERIFY_OBLIGATIONS_H
#define WHITTLE_VERIFY_OBLIGATIONS_H

#include "verify/ProgramTerms.h"

namespace whittle {

/// One chunk of one output (in one lane, with its EXEC bit on or off).
struct Obligation {
  Term Source, Target;
  unsigned Output = 0;
  unsigned Lane = 0;
  unsigned WaveLanes = 0;     ///< lanes of the wave, 0 if one stands for all
  unsigned Bit = 0;           ///< where the chunk starts in the output (of the lane)
  std::optional<bool> LaneOn; ///< the lane's EXEC bit; none on x86
};

/// A rule's terms and obligations.
class RuleTerms {
public:
  /// Fails, with what is not supported in the message.
  static llvm::Expected<std::unique_ptr<RuleTerms>> create(const Rule &R);

  TermGraph G;
  std::vector<Obligation> Obligations;
  /// What the proof rests on besides the rows, for a reader; may be empty.
  std::string Assumptions;
  /// A row over the whole wave in it: lanes are told apart.
  bool IsWave = false;
  /// The guard of a general rule, of one bit; true for others.
  Term Guard;
  bool IsGeneral = false;

private:
  struct Choices;
  llvm::Error collect(const Rule &R);
  /// Both programs with \p Mode, for \p WaveLanes lanes told apart (0: one for all),
  /// each lane in the cases \p Cases of its EXEC bit.
  llvm::Error compare(const Rule &R, llvm::Module &M, ExecMode Mode, unsigned WaveLanes,
                      llvm::ArrayRef<bool> Cases);
  llvm::Error compareLane(const Rule &R, ProgramTerms &S, ProgramTerms &T, Obligation At,
                          Choices &Skipped);
  llvm::Error compareBits(Term S, Term T, Obligation At, Choices &Skipped);
  void cut(Term S, Term T, const Obligation &At);
  void add(Obligation O);
  bool isBitParallel(Term T);
  /// \p T with EXEC's bit of \p Lane known.
  Term assumeExec(Term T, unsigned Lane, bool On);

  std::map<std::tuple<unsigned, unsigned, bool>, Term> Assumed;
  llvm::DenseMap<uint32_t, bool> BitParallel;
};

/// Runs both programs of \p R on constants and gives the chunk of \p Width bits
/// that \p At names. \p Value has the bits of every variable.
llvm::Expected<std::pair<llvm::APInt, llvm::APInt>>
replay(const Rule &R, const Obligation &At, unsigned Width,
       const std::function<llvm::APInt(const VarKey &, unsigned Lo, unsigned Width)> &Value);

} // namespace whittle

#endif // WHITTLE_VERIFY_OBLIGATIONS_H
