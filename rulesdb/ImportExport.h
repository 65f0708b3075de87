//===- rulesdb/ImportExport.h - Rules as .rules files -----------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A .rules file carries no evidence: what is read from one is a claim, and goes
// through the prover before it is stored.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_RULESDB_IMPORTEXPORT_H
#define WHITTLE_RULESDB_IMPORTEXPORT_H

#include "rulesdb/RuleDb.h"

namespace whittle {

/// The rules that are On, by id, each under a comment with its id and cost. Of the
/// others only a comment says why they are left out.
std::string exportRules(llvm::ArrayRef<StoredRule> Rules);

/// All rules of a file ("-": standard input), unproved. Errors name the file, the
/// line and the item.
llvm::Expected<std::vector<Rule>> readRulesFile(const std::string &Path);

/// Replaces the file at \p Path by \p Content in one step (a file beside it,
/// flushed to the disk and renamed): a reader sees the old or the new one, and a
/// failure leaves the old one.
llvm::Error publishFile(const std::string &Path, llvm::StringRef Content);

} // namespace whittle

#endif // WHITTLE_RULESDB_IMPORTEXPORT_H
