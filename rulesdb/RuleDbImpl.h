//===- rulesdb/RuleDbImpl.h - What the parts of RuleDb share ----*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_RULESDB_RULEDBIMPL_H
#define WHITTLE_RULESDB_RULEDBIMPL_H

#include "rulesdb/RuleDb.h"
#include "rulesdb/Sqlite.h"
#include "rulesdb/Stale.h"

namespace whittle {

struct RuleDb::Impl {
  std::unique_ptr<Sqlite> Db;
  RowHashes Today;

  llvm::Error putWindow(const Window &W, const Sighting &S, bool &New);
  llvm::Error putRule(const Rule &R, const RuleEvidence &E, bool &New, Hash128 &Id);
  llvm::Error putRowHashes(const std::string &Id, const RuleEvidence &E);
  llvm::Error putRoots(const std::string &Id, const Rule &R);
  /// Adds an event unless the log's last word is the same already.
  llvm::Error putEvent(const std::string &Id, RuleState S, llvm::StringRef Why);

  /// The last word of a rule's log; On for an empty log.
  llvm::Expected<RuleEvent> lastEvent(const std::string &Id);
  llvm::Error loadRows(const std::string &Id, RuleEvidence &E);
  llvm::Error loadSightings(const std::string &Id, StoredRule &R);
  /// Fills in a rule from the current row of ruleColumns().
  llvm::Error loadRule(const Statement &S, StoredRule &R);
  /// Parses \p R.Text and decides its state; a message for a rule that came out
  /// Stale. \p R.Evidence.RowHashes must be there.
  llvm::Error judge(StoredRule &R, std::vector<std::string> *Warnings);
};

} // namespace whittle

#endif // WHITTLE_RULESDB_RULEDBIMPL_H
