//===- verify/HardSlice.h - What normal forms do not settle ------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// In the order of what they mostly cost: the solver with a small budget, all inputs of
// a few, equal inner values, all inputs, the solver with the whole budget. Every budget
// is counted, so that answers repeat.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_VERIFY_HARDSLICE_H
#define WHITTLE_VERIFY_HARDSLICE_H

#include "verify/Verify.h"
#include "verify/Z3Solver.h"

namespace whittle {

/// True if the normal forms are the same once variables are cut wherever a slice of
/// them is read: of the whole, of every bit alone, or with sums that look inside. False
/// says nothing.
bool equalInParts(TermGraph &G, const Cone &C);

struct SliceAnswer {
  SolverAnswer::Kind K = SolverAnswer::Unknown;
  std::string Reason;             ///< of Unknown and Killed
  std::vector<std::string> By;    ///< Unsat: all that took part in the proof
  std::vector<Atom> Atoms;        ///< Sat: what has a value; all else may have any
  std::vector<llvm::APInt> Model; ///< Sat: one per atom
};

/// Are source and target of \p C equal for all inputs? Errors are tool failures.
llvm::Expected<SliceAnswer> settleSlice(TermGraph &G, const Cone &C, const VerifyOptions &O);

} // namespace whittle

#endif // WHITTLE_VERIFY_HARDSLICE_H
