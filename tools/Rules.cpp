//===- tools/Rules.cpp - whittle rules -------------------------------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "enumerate/Rewrite.h"
#include "rulesdb/Browse.h"
#include "rulesdb/ImportExport.h"
#include "rulesdb/Lint.h"
#include "tools/Commands.h"
#include "verify/Verify.h"
#include "llvm/Support/raw_ostream.h"
#include <nlohmann/json.hpp>
#include <set>

using namespace llvm;
using nlohmann::json;

namespace whittle {

static Expected<int> show(RuleDb &Db, const RulesCommand &C, const OutputOptions &O) {
  Expected<StoredRule> R = Db.rule(C.Id);
  if (!R)
    return R.takeError();
  Expected<std::vector<RuleEvent>> History = Db.events(R->Id);
  if (!History)
    return History.takeError();
  Expected<std::vector<StoredRule>> All = Db.rules(R->Target);
  if (!All)
    return All.takeError();
  RuleRelations Related = relationsOf(*R, *All);
  std::vector<ExportedObligation> Obligations;
  if (R->R.W.Isa) {
    Expected<std::vector<ExportedObligation>> Exported = exportObligations(R->R);
    if (!Exported)
      return Exported.takeError();
    Obligations = std::move(*Exported);
  }
  if (O.Json) {
    json J = showJson(*R, *History, Db.path(), Related);
    for (const ExportedObligation &Ob : Obligations)
      J["obligations"].push_back(
          {{"name", Ob.Name}, {"source", Ob.LLSource}, {"target", Ob.LLTarget}, {"smt2", Ob.Smt2}});
    outs() << J.dump(1) << "\n";
    return 0;
  }
  outs() << showText(*R, *History, Db.path(), Related);
  if (!Obligations.empty()) {
    const ExportedObligation &First = Obligations.front();
    outs() << "\nobligation " << First.Name << " of " << Obligations.size()
           << " (all of them: whittle verify --db " << Db.path() << " --export DIR)\n"
           << First.LLSource << First.LLTarget;
  }
  return 0;
}

static Expected<int> lintAll(ArrayRef<StoredRule> Stored, const OutputOptions &O) {
  std::vector<Rule> Rules;
  for (const StoredRule &R : Stored)
    if (R.R.W.Isa)
      Rules.push_back(R.R);
  std::vector<LintFinding> Findings = lint(Rules);
  json J = json::array();
  for (const LintFinding &F : Findings) {
    J.push_back({{"rule", F.Rule.hex()}, {"message", F.Message}});
    if (!O.Json)
      outs() << F.Message << "\n";
  }
  if (O.Json)
    outs() << json{{"rules", Rules.size()}, {"findings", J}}.dump(1) << "\n";
  else if (!O.Quiet)
    outs() << Rules.size() << " rules, " << Findings.size() << " findings\n";
  return Findings.empty() ? 0 : 1;
}

/// Those in force that the rest of them do not make superfluous.
static void keepNeeded(std::vector<StoredRule> &All) {
  llvm::erase_if(All, [](const StoredRule &R) {
    return !R.R.W.Isa || !R.Evidence.Confirmed || R.State != RuleState::On;
  });
  auto RulesOf = [&] {
    std::vector<Rule> Rules;
    Rules.reserve(All.size());
    for (const StoredRule &R : All)
      Rules.push_back(R.R);
    return Rules;
  };
  std::set<Hash128> Covered;
  for (const LintFinding &F : lint(RulesOf()))
    if (F.K == LintFinding::Duplicate || F.K == LintFinding::Shadowed)
      Covered.insert(F.Rule);
  llvm::erase_if(All, [&](const StoredRule &R) { return Covered.count(R.Id); });
  std::vector<bool> Drop = superfluous(RulesOf());
  size_t I = 0;
  llvm::erase_if(All, [&](const StoredRule &) { return Drop[I++]; });
}

/// Other databases into one, which is made if it is missing.
static Expected<int> merge(const RulesCommand &C, const OutputOptions &O) {
  if (C.Db.empty())
    return createStringError("rules merge: name the database to merge into (--db)");
  Expected<std::unique_ptr<RuleDb>> Db = RuleDb::open(C.Db, RuleDb::Mode::Create);
  if (!Db)
    return Db.takeError();
  unsigned New = 0;
  for (const std::string &File : C.Files) {
    Expected<unsigned> N = (*Db)->mergeFrom(File);
    if (!N)
      return N.takeError();
    New += *N;
  }
  if (O.Json)
    outs() << json{{"files", C.Files.size()}, {"rules_added", New}}.dump() << "\n";
  else if (!O.Quiet)
    outs() << C.Files.size() << " files, " << New << " rules added to " << C.Db << "\n";
  return 0;
}

Expected<int> runRules(const RulesCommand &C, const OutputOptions &O) {
  if (C.Verb == "merge")
    return merge(C, O);
  Expected<std::string> Path = rulesToUse(C.Db);
  if (!Path)
    return Path.takeError();
  bool Writes = C.Verb == "disable" || C.Verb == "enable";
  Expected<std::unique_ptr<RuleDb>> Db =
      RuleDb::open(*Path, Writes ? RuleDb::Mode::ReadWrite : RuleDb::Mode::ReadOnly);
  if (!Db)
    return Db.takeError();
  if (C.Verb == "show")
    return show(**Db, C, O);
  if (Writes) {
    Expected<StoredRule> R = (*Db)->rule(C.Id);
    if (!R)
      return R.takeError();
    if (Error E =
            (*Db)->setState(R->Id, C.Verb == "disable" ? RuleState::Off : RuleState::On, C.Why))
      return std::move(E);
    return 0;
  }
  if (C.Verb == "dump") {
    Expected<std::string> Text = (*Db)->dump();
    if (!Text)
      return Text.takeError();
    outs() << *Text;
    return 0;
  }
  std::vector<std::string> Warnings;
  Expected<std::vector<StoredRule>> Rules = (*Db)->rules("", &Warnings);
  if (!Rules)
    return Rules.takeError();
  for (const std::string &W : Warnings)
    errs() << "whittle: " << W << "\n";
  if (C.Verb == "lint")
    return lintAll(*Rules, O);
  if (C.Verb == "export") {
    if (!C.Target.empty())
      llvm::erase_if(*Rules, [&](const StoredRule &R) { return R.Target != C.Target; });
    if (C.Minimal)
      keepNeeded(*Rules);
    outs() << exportRules(*Rules);
    return 0;
  }
  if (C.Verb == "stats") {
    if (O.Json)
      outs() << statsJson(*Rules).dump(1) << "\n";
    else
      outs() << statsText(*Rules);
    return 0;
  }
  RuleFilter F;
  F.Target = C.Target;
  if (!C.State.empty())
    F.State = parseRuleState(C.State);
  if (O.Json)
    outs() << listJson(*Rules, F).dump(1) << "\n";
  else
    outs() << listText(*Rules, F);
  return 0;
}

} // namespace whittle
