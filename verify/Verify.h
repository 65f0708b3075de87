//===- verify/Verify.h - Does the target refine the source? -----*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The only door through which a rule may come into being. Z3's headers and
// exceptions stay behind it.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_VERIFY_VERIFY_H
#define WHITTLE_VERIFY_VERIFY_H

#include "isa/Program.h"
#include <functional>
#include <string>
#include <variant>
#include <vector>

namespace whittle {

/// For all inputs that satisfy the leaves' facts, all numbers for symbols that
/// satisfy the guard, and all choices of the target, the target's outputs equal the source's (bits
/// that the source leaves unspecified, as stated in docs, excepted).
struct Proved {};

/// Leaf values on which the programs differ; replayed on the evaluator of
/// terms before it is reported.
struct Counterexample {
  /// One per leaf: Ty.Bits wide; for Lane leaves of a window with a Matrix row
  /// 64 * Ty.Bits, lane 0 lowest; for other Lane leaves one lane.
  std::vector<llvm::APInt> Leaves;
  /// Of a general rule: one per symbol, as wide as it is.
  std::vector<llvm::APInt> Symbols;
  uint64_t Exec = ~0ull;
  unsigned Output = 0;
  llvm::APInt SourceValue = llvm::APInt::getZeroWidth(),
              TargetValue = llvm::APInt::getZeroWidth(); ///< of the differing chunk
  unsigned ChunkBit = 0;                                 ///< where the chunk starts
};
/// Not decided: budget, unsupported operation, or a witness that does not do.
struct Unknown {
  std::string Reason;
};
/// The watchdog ended a hung solver. Never enters a reproducible dump.
struct Killed {};

using Verdict = std::variant<Proved, Counterexample, Unknown, Killed>;
/// "proved", "refuted", "unknown", "killed".
llvm::StringRef verdictName(const Verdict &V);

struct VerifyOptions {
  uint64_t RLimit = 20'000'000; ///< per query, Z3 resource units: reproducible
  unsigned WatchdogMs = 60'000; ///< per query, wall clock
  bool NormalForms = true;      ///< false: Z3 alone, none of what is ours before it
  /// Asked between slices; true ends it as Killed.
  std::function<bool()> Stop = [] { return false; };
};

/// What a proof did: enough to check it again elsewhere.
struct Evidence {
  unsigned Slices = 0;         ///< output chunks compared
  unsigned DistinctSlices = 0; ///< after equal slices are proved once
  unsigned BySyntax = 0;       ///< of those: equal after normal forms
  unsigned BySolver = 0;
  /// Of a general rule: instances of its symbols that slices were proved for one by
  /// one, since they were not decided with the symbols as variables.
  unsigned Instances = 0;
  std::vector<std::string> Solvers; ///< "z3 4.8.12 smt", ..
  std::string Assumptions;          ///< "EXEC symbolic", "" ..
  double Seconds = 0;               ///< not part of a reproducible dump
};

struct VerifyResult {
  Verdict V;
  Evidence E;
  std::string Method; ///< one line for a reader: how it was decided
};

/// Errors are tool failures (malformed rule), never verdicts.
llvm::Expected<VerifyResult> verify(const Rule &R, const VerifyOptions &O = {});

/// One obligation of a rule: a distinct slice, as text others can check.
struct ExportedObligation {
  std::string Name;
  std::string LLSource, LLTarget; ///< define @src/@tgt, noundef arguments
  std::string Smt2;               ///< unsat iff the slice holds
};
llvm::Expected<std::vector<ExportedObligation>> exportObligations(const Rule &R);

/// Drops facts of \p R that the proof does not need (whole leaf, then bit by
/// bit of the lane pattern), proving each step. \p R must be Proved.
llvm::Expected<Rule> weakenFacts(const Rule &R, const VerifyOptions &O = {});

/// The part of \p R that changes, proved: what both programs compute alike becomes a leaf,
/// and last instructions that both have go, as far as the rest still holds and is cheaper.
/// \p R itself if it is about a loop, general, or reads unspecified values. \p R must be
/// Proved.
llvm::Expected<Rule> dropContext(const Rule &R, const VerifyOptions &O = {});

/// Name and version of every solver linked.
std::vector<std::string> solverVersions();

} // namespace whittle

#endif // WHITTLE_VERIFY_VERIFY_H
