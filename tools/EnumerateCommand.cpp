//===- tools/EnumerateCommand.cpp - Rules without a corpus ----------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "enumerate/Discover.h"
#include "isa/TargetIsa.h"
#include "tools/Commands.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"
#include <nlohmann/json.hpp>

using namespace llvm;
using nlohmann::json;

namespace whittle {

Expected<int> runEnumerate(const EnumerateCommand &C, const OutputOptions &O) {
  Expected<const TargetIsa *> Isa = TargetIsa::get(C.Target);
  if (!Isa)
    return Isa.takeError();
  DiscoverOptions D;
  for (const std::string &Name : C.Opcodes) {
    Expected<const Row *> R = rowNamed(**Isa, Name);
    if (!R)
      return R.takeError();
    D.Rows.push_back(*R);
    if ((*R)->NumImms && C.Immediates.empty())
      return createStringError("%s has an immediate: say which to try (--imm)", Name.c_str());
  }
  D.Leaves = leavesFor(D.Rows, C.Variables);
  D.Immediates = C.Immediates;
  D.Length = C.Length;
  D.Seed = C.Seed;
  D.Seconds = C.Seconds;
  D.MaxBytes = C.MaxBytes;
  D.Stop = &interruptFlag();
  catchInterrupts();
  std::unique_ptr<RuleDb> Db;
  if (!C.Db.empty()) {
    Expected<std::unique_ptr<RuleDb>> Open = RuleDb::open(C.Db, RuleDb::Mode::Create);
    if (!Open)
      return Open.takeError();
    Db = std::move(*Open);
  }
  std::map<Hash128, VerifyResult> Proofs;
  Error Failure = Error::success();
  unsigned Added = 0;
  D.Found = [&](const Rule &R) {
    if (!Db) {
      if (!O.Json)
        outs() << printRule(R) << "\n";
      return;
    }
    Expected<bool> New = Db->addRule(R, evidenceOf(R, Proofs[ruleId(R)], "enumerate"));
    if (New) {
      Added += *New;
    } else {
      // A full disk, say: what follows would be lost too.
      Failure = joinErrors(std::move(Failure), New.takeError());
      interruptFlag() = true;
    }
  };
  Expected<DiscoverResult> Result = discover(**Isa, D, [&](const Rule &R) {
    Expected<VerifyResult> Proof = verify(R);
    if (!Proof) {
      Failure = joinErrors(std::move(Failure), Proof.takeError());
      return CandidateVerdict();
    }
    CandidateVerdict V = candidateVerdict(*Proof);
    if (V.K == CandidateVerdict::Proved) {
      Rule Canonical = R;
      canonicalize(Canonical);
      Proofs[ruleId(Canonical)] = std::move(*Proof);
    }
    return V;
  });
  if (!Result)
    return joinErrors(std::move(Failure), Result.takeError());
  if (Failure)
    return std::move(Failure);
  if (O.Json) {
    json J = {{"rules", Result->Rules.size()}, {"programs", Result->Programs},
              {"values", Result->Values},      {"derived", Result->Derived},
              {"refuted", Result->Refuted},    {"unknown", Result->Unknown},
              {"rules_added", Added},          {"exhausted", Result->Exhausted}};
    if (!Db)
      for (const Rule &R : Result->Rules)
        J["texts"].push_back(printRule(R));
    outs() << J.dump(1) << "\n";
  } else if (!O.Quiet) {
    (Db ? outs() : errs()) << format(
        "%zu rules (%u new) from %llu programs of %llu values; %llu follow from others, %u "
        "refuted, %u unknown%s\n",
        Result->Rules.size(), Added, (unsigned long long)Result->Programs,
        (unsigned long long)Result->Values, (unsigned long long)Result->Derived, Result->Refuted,
        Result->Unknown, Result->Exhausted ? "" : "; not all programs were seen");
  }
  return interruptFlag() ? 130 : 0;
}

} // namespace whittle
