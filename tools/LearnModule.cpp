//===- tools/LearnModule.cpp - Opens lib/WhittleLearn.so, train, eval ------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tools/LearnModule.h"
#include "rulesdb/RuleDb.h"
#include "tools/Commands.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/raw_ostream.h"
#include <dlfcn.h>
#include <nlohmann/json.hpp>

using namespace llvm;

namespace whittle {

Expected<LearnModule *> learnModule() {
  static LearnModule *Module = nullptr;
  if (Module)
    return Module;
  SmallString<256> Path(
      sys::fs::getMainExecutable(nullptr, reinterpret_cast<void *>(&learnModule)));
  sys::path::remove_filename(Path);
  sys::path::append(Path, "..", "lib", "WhittleLearn.so");
  void *Handle = dlopen(Path.c_str(), RTLD_NOW | RTLD_LOCAL);
  if (!Handle)
    return createStringError(inconvertibleErrorCode(),
                             Twine("cannot open the learning module: ") + dlerror());
  auto *Entry = reinterpret_cast<LearnModule *(*)()>(dlsym(Handle, "whittleLearnModule"));
  if (!Entry)
    return createStringError(inconvertibleErrorCode(), Path + ": not Whittle's learning module");
  return Module = Entry();
}

static Expected<std::vector<SolvedWindow>> solvedWindows(const LearnCommand &C) {
  std::vector<SolvedWindow> Solved;
  if (C.Db.empty())
    return Solved;
  Expected<std::unique_ptr<RuleDb>> Db = RuleDb::open(C.Db, RuleDb::Mode::ReadOnly);
  if (!Db)
    return Db.takeError();
  Expected<std::vector<StoredRule>> Rules = (*Db)->rules(C.Target);
  if (!Rules)
    return Rules.takeError();
  for (StoredRule &R : *Rules)
    if (R.State == RuleState::On && !R.R.W.isGeneral()) // its witness is there too
      Solved.push_back({R.R.W, R.R.Target});
  return Solved;
}

Expected<int> runTrain(const LearnCommand &C, const OutputOptions &O) {
  Expected<const TargetIsa *> Isa = TargetIsa::get(C.Target);
  if (!Isa)
    return Isa.takeError();
  Expected<std::vector<SolvedWindow>> Solved = solvedWindows(C);
  if (!Solved)
    return Solved.takeError();
  Expected<LearnModule *> Module = learnModule();
  if (!Module)
    return Module.takeError();
  TrainOptions T;
  T.Seed = C.Seed;
  T.Seconds = C.Seconds;
  T.Threads = C.Jobs;
  if (Error E = (*Module)->train(**Isa, *Solved, T, C.Policy, O.Quiet ? nulls() : errs()))
    return std::move(E);
  if (O.Json)
    outs() << nlohmann::json{{"policy", C.Policy}, {"target", C.Target}}.dump() << "\n";
  return 0;
}

Expected<int> runEval(const LearnCommand &C, const OutputOptions &O) {
  Expected<const TargetIsa *> Isa = TargetIsa::get(C.Target);
  if (!Isa)
    return Isa.takeError();
  Expected<LearnModule *> Module = learnModule();
  if (!Module)
    return Module.takeError();
  TrainOptions T;
  T.Seed = C.Seed;
  T.Seconds = C.Seconds;
  T.Threads = C.Jobs;
  Expected<EvalReport> R =
      (*Module)->evaluate(**Isa, C.Policy, T, C.Budget, O.Quiet ? nulls() : errs());
  if (!R)
    return R.takeError();
  if (O.Json) {
    nlohmann::json J{
        {"windows", R->Windows}, {"budget", R->Budget}, {"orders", nlohmann::json::array()}};
    for (const OrderScore &S : R->Orders) {
      nlohmann::json Order{{"name", S.Name},
                           {"candidates_geomean", S.CandidatesGeomean},
                           {"candidates_p90", S.CandidatesP90}};
      for (auto [At, Share] : S.SolvedAt)
        Order["solved_at"][std::to_string(At)] = Share;
      for (auto [K, Share] : S.Recall)
        Order["recall"][std::to_string(K)] = Share;
      J["orders"].push_back(Order);
    }
    outs() << J.dump(1) << "\n";
    return 0;
  }
  outs() << R->Windows << " windows held out by skeleton; unsolved ones count as " << R->Budget
         << " candidates\n";
  outs() << format("%-16s %14s %14s", "order", "geomean", "p90");
  if (!R->Orders.empty()) {
    for (auto [At, Share] : R->Orders.front().SolvedAt)
      outs() << format("  solved@%-9llu", (unsigned long long)At);
    for (auto [K, Share] : R->Orders.front().Recall)
      outs() << format("  recall@%-4u", K);
  }
  outs() << "\n";
  for (const OrderScore &S : R->Orders) {
    outs() << format("%-16s %14.0f %14.0f", S.Name.c_str(), S.CandidatesGeomean, S.CandidatesP90);
    for (auto [At, Share] : S.SolvedAt)
      outs() << format("  %15.1f%%", 100 * Share);
    for (auto [K, Share] : S.Recall)
      outs() << format("  %10.1f%%", 100 * Share);
    outs() << "\n";
  }
  return 0;
}

} // namespace whittle
