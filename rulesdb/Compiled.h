//===- rulesdb/Compiled.h - Rules as one flat file for the plugin -*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A database changes while compilers read it; a compiled matcher is published
// whole, by rename, and never changes again. It holds the rules that might fire
// (On and confirmed), each with the row hashes of its proof, under a checksum. docs/DATABASE.md
// gives the format.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_RULESDB_COMPILED_H
#define WHITTLE_RULESDB_COMPILED_H

#include "rulesdb/RuleDb.h"

namespace whittle {

/// The content of a compiled matcher: the rules that are On and confirmed, by id. Equal rules
/// give equal bytes. Write it with publishFile (ImportExport.h).
std::string compileMatcher(llvm::ArrayRef<StoredRule> Rules);

/// Reads one back. Fails, naming the file and the cause, if it is missing, no
/// compiled matcher, of another format version, made for another LLVM, or damaged.
/// Rules whose rows have changed since are left out, with a message.
llvm::Expected<std::vector<MatcherRule>> readCompiled(const std::string &Path, llvm::StringRef Arch,
                                                      std::vector<std::string> *Warnings = nullptr);

/// Every opcode that may be the root of a match of \p Path's rules; nothing if the
/// file does not tell (a compiled matcher), and the rules have to be read to know.
llvm::Expected<std::optional<std::vector<std::string>>> loadMatcherRoots(const std::string &Path,
                                                                         llvm::StringRef Arch);

/// The rules of \p Path that may fire, be it a database (opened read-only) or a
/// compiled matcher. Of a database those alone of which one of \p Roots may be the root,
/// if there are any.
llvm::Expected<std::vector<MatcherRule>>
loadMatcherRules(const std::string &Path, llvm::StringRef Arch,
                 std::vector<std::string> *Warnings = nullptr,
                 llvm::ArrayRef<std::string> Roots = {});

} // namespace whittle

#endif // WHITTLE_RULESDB_COMPILED_H
