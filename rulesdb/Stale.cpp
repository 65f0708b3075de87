//===- rulesdb/Stale.cpp - Is a rule's evidence of today's rows? -*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "rulesdb/Stale.h"
#include "isa/Meaning.h"
#include "isa/TargetIsa.h"
#include "llvm/ADT/STLExtras.h"
#include <map>

using namespace llvm;

namespace whittle {

const Hash128 &RowHashes::of(const Row &R) {
  auto [It, New] = Known.try_emplace(&R);
  if (New)
    It->second = rowHash(R);
  return It->second;
}

static std::map<std::string, const Row *> rowsOf(const Rule &R) {
  std::map<std::string, const Row *> Rows;
  for (const Program *P : {&R.W.Source, &R.Target})
    for (const Node &N : P->Nodes)
      if (!N.R->isGeneric())
        Rows.emplace(N.R->Name, N.R);
  return Rows;
}

std::vector<std::pair<std::string, Hash128>> rowHashesOf(const Rule &R) {
  std::vector<std::pair<std::string, Hash128>> Hashes;
  for (const auto &[Name, Row] : rowsOf(R))
    Hashes.emplace_back(Name, rowHash(*Row));
  return Hashes;
}

std::string staleReason(StringRef Text, const Hash128 &Id,
                        ArrayRef<std::pair<std::string, Hash128>> Stored, RowHashes &Today,
                        Rule &Out) {
  auto Parsed = parseRule(Text);
  if (!Parsed)
    return toString(Parsed.takeError());
  Rule &R = *Parsed;
  // The evidence is of the text that has this id, and of no other.
  if (ruleId(R) != Id)
    return "its text is not the one that was proved (it has another id)";
  for (const auto &[Name, Hash] : Stored) {
    const Row *Now = R.W.Isa->find(Name);
    if (!Now || Now->isGeneric())
      return "there is no row for '" + Name + "' any more";
    if (Today.of(*Now) != Hash)
      return "the meaning of '" + Name + "' has changed since the proof";
  }
  for (const auto &Used : rowsOf(R))
    if (none_of(Stored, [&](const auto &S) { return S.first == Used.first; }))
      return "its evidence does not name the row '" + Used.first + "'";
  Out = std::move(R);
  return "";
}

} // namespace whittle
