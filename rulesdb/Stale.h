//===- rulesdb/Stale.h - Is a rule's evidence of today's rows? --*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_RULESDB_STALE_H
#define WHITTLE_RULESDB_STALE_H

#include "isa/Program.h"
#include "llvm/ADT/DenseMap.h"
#include <string>
#include <utility>
#include <vector>

namespace whittle {

/// rowHash, computed once for each row asked for.
class RowHashes {
public:
  const Hash128 &of(const Row &R);

private:
  llvm::DenseMap<const Row *, Hash128> Known;
};

/// Why \p Text, stored as rule \p Id with the row hashes \p Stored, may not be used
/// today; empty if it may. A rule that may be used is put into \p Out.
std::string staleReason(llvm::StringRef Text, const Hash128 &Id,
                        llvm::ArrayRef<std::pair<std::string, Hash128>> Stored, RowHashes &Today,
                        Rule &Out);

} // namespace whittle

#endif // WHITTLE_RULESDB_STALE_H
