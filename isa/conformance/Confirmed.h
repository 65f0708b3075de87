//===- isa/conformance/Confirmed.h - The checked-in list of confirmed rows -*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What conformance runs found is kept in confirmed-<arch>.inc, keyed by the
// row's hash, so that evidence can say that an opcode was confirmed without
// running it, on a machine that could not.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ISA_CONFORMANCE_CONFIRMED_H
#define WHITTLE_ISA_CONFORMANCE_CONFIRMED_H

#include "isa/TargetIsa.h"
#include "isa/conformance/Conformance.h"

namespace whittle {

/// What stands behind \p R as it is written now. A row that changed since it was
/// listed is Unconfirmed. Generic rows only move bits, as LLVM defines them, which
/// counts as SecondSource. Hashes the row.
ConformEntry::How confirmation(const TargetIsa &Isa, const Row &R);

/// Why no run can confirm a row: the documents leave open what it computes, or CPUs
/// that have it differ; empty if neither is so. Such rows are not run.
llvm::StringRef unsettledReason(const Row &R);

/// The same, or why nothing at hand can confirm a row of its features: "no emulator or CPU at
/// hand executes AVX512-FP16"; empty if a run of conformance could.
llvm::StringRef unconfirmedReason(const Row &R);

/// "silicon", "second source" or "unconfirmed".
const char *confirmationName(ConformEntry::How H);

/// The text of confirmed-<arch>.inc after \p Report, sorted by opcode. Rows that
/// were not run keep what the present list says of them, as long as they exist.
/// What silicon said of a row as it is written now stands against any second source.
std::string confirmedList(const TargetIsa &Isa, const ConformReport &Report);

/// Writes that text to \p Path.
llvm::Error writeConfirmed(const TargetIsa &Isa, const ConformReport &Report, llvm::StringRef Path);

} // namespace whittle

#endif // WHITTLE_ISA_CONFORMANCE_CONFIRMED_H
