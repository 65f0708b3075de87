//===- tools/Optimize.cpp - whittle optimize, harvest, search --------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "enumerate/Rewrite.h"
#include "isa/Measured.h"
#include "passes/Passes.h"
#include "rulesdb/ImportExport.h"
#include "tools/AsmStats.h"
#include "tools/Commands.h"
#include "llvm/CodeGen/MachineFunctionPass.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/raw_ostream.h"
#include <map>
#include <nlohmann/json.hpp>

using namespace llvm;
using nlohmann::json;

namespace whittle {

static Error makeError(const Twine &Message) {
  return createStringError(inconvertibleErrorCode(), Message);
}

std::string shippedRules() {
  SmallString<256> Path(
      sys::fs::getMainExecutable(nullptr, reinterpret_cast<void *>(&shippedRules)));
  sys::path::remove_filename(Path);
  sys::path::append(Path, "..", "share", "whittle", "rules.db");
  return sys::fs::exists(Path) ? Path.str().str() : "";
}

Expected<std::string> rulesToUse(const std::string &Db) {
  std::string Path = Db.empty() ? shippedRules() : Db;
  if (Path.empty())
    return makeError("no database: give --db F (no rules ship beside this program)");
  return Path;
}

static Error writeFile(const std::string &Path, StringRef Text) {
  if (Path != "-")
    return publishFile(Path, Text);
  outs() << Text;
  return Error::success();
}

namespace {
/// A database file that is removed again unless it is the user's.
class ScratchDb {
public:
  Expected<std::unique_ptr<RuleDb>> open(const std::string &UserPath) {
    if (!UserPath.empty())
      return RuleDb::open(UserPath, RuleDb::Mode::Create);
    SmallString<128> Dir;
    if (std::error_code EC = sys::fs::createUniqueDirectory("whittle", Dir))
      return makeError("temporary directory: " + EC.message());
    Path = Dir.str().str();
    return RuleDb::open(Path + "/rules.db", RuleDb::Mode::Create);
  }
  ~ScratchDb() {
    if (!Path.empty())
      (void)sys::fs::remove_directories(Path);
  }

private:
  std::string Path;
};
} // namespace

/// Code generation with the harvest pass, behind \p First if that is given; the windows
/// go into \p Db. Gives the assembly too.
static Expected<std::string> harvestInto(RuleDb &Db, const LoadedSource &S, HarvestOptions H,
                                         unsigned &Windows, unsigned &New,
                                         const std::function<MachineFunctionPass *()> &First = {}) {
  std::vector<std::pair<Window, Sighting>> Seen;
  auto Sink = [&](Window W, StringRef Function, unsigned Index, StringRef CPU) {
    Seen.emplace_back(std::move(W), Sighting{S.Hash, Function.str(), Index, CPU.str()});
  };
  auto Harvest = [&] { return createHarvestPass(H, Sink); };
  Expected<std::string> Asm = First ? generate(S, First, Harvest) : generate(S, Harvest);
  if (!Asm)
    return Asm.takeError();
  Expected<unsigned> Added = Db.addWindows(Seen);
  if (!Added)
    return Added.takeError();
  Windows += unsigned(Seen.size());
  New += *Added;
  return Asm;
}

/// Rules that are on, of the database and of those that ship.
static Expected<std::vector<LoadedRule>> loadRules(RuleDb &Db, StringRef Arch, bool WithShipped) {
  std::map<std::string, LoadedRule> All;
  auto Take = [&](RuleDb &From) -> Error {
    std::vector<std::string> Warnings;
    Expected<std::vector<StoredRule>> Rules = From.rules(Arch, &Warnings);
    if (!Rules)
      return Rules.takeError();
    for (const std::string &W : Warnings)
      errs() << "whittle: " << W << "\n";
    for (StoredRule &R : *Rules)
      if (R.State == RuleState::On && R.Evidence.Confirmed)
        All.try_emplace(R.Id.hex(), LoadedRule{R.Id.hex(), R.R});
    return Error::success();
  };
  if (Error E = Take(Db))
    return std::move(E);
  if (std::string Shipped = shippedRules(); WithShipped && !Shipped.empty()) {
    Expected<std::unique_ptr<RuleDb>> S = RuleDb::open(Shipped, RuleDb::Mode::ReadOnly);
    if (!S)
      return S.takeError();
    if (Error E = Take(**S))
      return std::move(E);
  }
  std::vector<LoadedRule> List;
  List.reserve(All.size());
  for (auto &[Id, R] : All)
    List.push_back(std::move(R));
  return List;
}

/// Searches of one file's windows, the first among them, and the seconds that are worth
/// another.
static constexpr unsigned MaxRounds = 4;
static constexpr double LeastSeconds = 0.5;

static void add(LoopSummary &Sum, const LoopSummary &R) {
  Sum.Seconds += R.Seconds;
  Sum.RulesAdded += R.RulesAdded;
  Sum.Unknown += R.Unknown;
  Sum.Interrupted |= R.Interrupted;
}

static json statsJson(const FunctionStats &S) {
  json J{{"instructions", S.Instructions}, {"bytes", S.Bytes}, {"cycles", nullptr}};
  if (S.Cycles)
    J["cycles"] = *S.Cycles;
  return J;
}

static void printStats(raw_ostream &OS, const char *When, const FunctionStats &S) {
  OS << format("  %-7s %4u instructions %5u bytes", When, S.Instructions, S.Bytes);
  if (S.Cycles)
    OS << format(" %4u cycles", *S.Cycles);
  OS << "\n";
}

Expected<int> runOptimize(const OptimizeCommand &C, const OutputOptions &O) {
  Expected<LoadedSource> S = loadSource(C.Source);
  if (!S)
    return S.takeError();
  if (S->IsLifted)
    return makeError(C.Source.File + ": machine code is harvested, not optimised");
  Expected<const TargetIsa *> Isa = TargetIsa::forTriple(S->Triple);
  if (!Isa)
    return Isa.takeError();
  std::shared_ptr<const MeasuredTable> Measured;
  if (!C.Measured.empty()) {
    Expected<MeasuredTable> T = MeasuredTable::read(C.Measured);
    if (!T)
      return T.takeError();
    Measured = std::make_shared<const MeasuredTable>(std::move(*T));
  }
  ScratchDb Scratch;
  Expected<std::unique_ptr<RuleDb>> Db = Scratch.open(C.Db);
  if (!Db)
    return Db.takeError();

  unsigned Windows = 0, New = 0;
  Expected<std::string> Before = harvestInto(**Db, *S, {}, Windows, New);
  if (!Before)
    return Before.takeError();
  LoopSummary Sum;
  std::shared_ptr<Matcher> M;
  auto Load = [&]() -> Error {
    Expected<std::vector<LoadedRule>> Rules = loadRules(**Db, (*Isa)->arch(), C.Db.empty());
    if (!Rules)
      return Rules.takeError();
    M = makeMatcher(std::move(*Rules));
    return Error::success();
  };
  // What was rewritten is code to be looked at again: a value with two readers has one
  // where the other is gone.
  for (unsigned Again = 0; C.Search && Again != MaxRounds; ++Again) {
    LoopOptions L = C.Loop;
    L.Resume = true;
    if (L.Seconds > 0)
      L.Seconds -= Sum.Seconds;
    Expected<LoopSummary> R = searchWindows(**Db, L);
    if (!R)
      return R.takeError();
    add(Sum, *R);
    if (Error E = Load())
      return std::move(E);
    const bool Over = C.Loop.Seconds > 0 && Sum.Seconds + LeastSeconds > C.Loop.Seconds;
    if (Sum.Interrupted || Over)
      break;
    ApplyStats Ignored;
    unsigned Seen = 0, More = 0;
    Expected<std::string> Rewritten = harvestInto(
        **Db, *S, {}, Seen, More, [&] { return createApplyPass(M, &Ignored, Measured); });
    if (!Rewritten)
      return Rewritten.takeError();
    if (!More)
      break;
    Windows += More;
  }
  if (!M)
    if (Error E = Load())
      return std::move(E);
  ApplyStats Stats;
  Expected<std::string> After = generate(*S, [&] { return createApplyPass(M, &Stats, Measured); });
  if (!After)
    return After.takeError();
  if (!C.OutFile.empty())
    if (Error E = writeFile(C.OutFile, *After))
      return std::move(E);

  json J{
      {"file", C.Source.File},  {"target", (*Isa)->arch().str()}, {"cpu", S->CPU},
      {"seconds", Sum.Seconds}, {"functions", json::array()},     {"rules_found", Sum.RulesAdded},
      {"windows", Windows},     {"unknown", Sum.Unknown}};
  std::string Text;
  raw_string_ostream OS(Text);
  if (!S->IsMir) {
    Expected<std::vector<FunctionStats>> A = asmStats(**Isa, *Before, S->CPU, C.Source.Features);
    if (!A)
      return A.takeError();
    Expected<std::vector<FunctionStats>> B = asmStats(**Isa, *After, S->CPU, C.Source.Features);
    if (!B)
      return B.takeError();
    std::map<std::string, const FunctionStats *> ByName;
    for (const FunctionStats &F : *B)
      ByName[F.Name] = &F;
    for (const FunctionStats &F : *A) {
      const FunctionStats *G = ByName[F.Name];
      if (!G)
        continue;
      json Ids = json::array();
      OS << F.Name << "\n";
      printStats(OS, "before", F);
      printStats(OS, "after", *G);
      for (const ApplyStats::Fired &R : Stats.Rewrites)
        if (R.Function == F.Name) {
          Ids.push_back(R.Id);
          OS << "  rule    " << StringRef(R.Id).take_front(8) << "\n";
        }
      J["functions"].push_back(
          {{"name", F.Name}, {"before", statsJson(F)}, {"after", statsJson(*G)}, {"rules", Ids}});
    }
  }
  OS << format("%u windows, %u rules found, %u rewrites, %u unknown, %.1f s\n", Windows,
               Sum.RulesAdded, unsigned(Stats.Rewrites.size()), Sum.Unknown, Sum.Seconds);
  if (!C.Report.empty())
    if (Error E = writeFile(C.Report, J.dump(1) + "\n"))
      return std::move(E);
  if (O.Json)
    outs() << J.dump(1) << "\n";
  else if (!O.Quiet && C.OutFile != "-")
    outs() << Text;
  if (Sum.Interrupted) {
    errs() << "whittle: interrupted; what was found is "
           << (C.Db.empty() ? "applied" : "in " + C.Db) << "\n";
    return 130;
  }
  return 0;
}

Expected<int> runHarvest(const HarvestCommand &C, const OutputOptions &O) {
  Expected<std::unique_ptr<RuleDb>> Db = RuleDb::open(C.Db, RuleDb::Mode::Create);
  if (!Db)
    return Db.takeError();
  unsigned Windows = 0, New = 0;
  int Status = 0;
  std::vector<CompileOptions> All;
  for (const std::string &File : C.Files) {
    All.push_back(C.Source);
    All.back().File = File;
  }
  if (!C.Build.empty()) {
    Expected<std::vector<CompileOptions>> Build = compileCommands(C.Build);
    if (!Build)
      return Build.takeError();
    for (const CompileOptions &E : *Build) {
      // What the command line says of the target goes before what the build says.
      All.push_back(C.Source);
      All.back().File = E.File;
      All.back().Directory = E.Directory;
      std::vector<std::string> &Args = All.back().ClangArgs;
      for (const std::string &A : E.ClangArgs)
        if (C.Source.CPU.empty() || !StringRef(A).starts_with("-march="))
          Args.push_back(A);
    }
  }
  for (const CompileOptions &One : All) {
    Expected<LoadedSource> S = loadSource(One);
    Expected<std::string> Done = S ? harvestInto(**Db, *S, {C.MaxNodes}, Windows, New)
                                   : Expected<std::string>(S.takeError());
    if (!Done) {
      // A bad file is skipped and named; the others still count.
      errs() << "whittle: " << toString(Done.takeError()) << "\n";
      Status = 1;
      continue;
    }
    for (const std::string &Message : S->Skipped) {
      errs() << "whittle: " << Message << "\n";
      Status = 1;
    }
  }
  if (O.Json)
    outs() << json{{"files", All.size()}, {"windows", Windows}, {"new", New}}.dump() << "\n";
  else if (!O.Quiet)
    outs() << Windows << " windows, " << New << " new, in " << C.Db << "\n";
  return Status;
}

/// The rules that are on of \p Files, as rewrites.
static Expected<std::shared_ptr<const RewriteSet>> knownRules(ArrayRef<std::string> Files) {
  auto Known = std::make_shared<RewriteSet>();
  for (const std::string &File : Files) {
    Expected<std::unique_ptr<RuleDb>> Db = RuleDb::open(File, RuleDb::Mode::ReadOnly);
    if (!Db)
      return Db.takeError();
    Expected<std::vector<LoadedRule>> Rules = loadRules(**Db, "", /*WithShipped=*/false);
    if (!Rules)
      return Rules.takeError();
    for (const LoadedRule &R : *Rules)
      Known->add(R.R);
  }
  return Known;
}

Expected<int> runSearch(const SearchCommand &C, const OutputOptions &O) {
  Expected<std::unique_ptr<RuleDb>> Db = RuleDb::open(C.Db, RuleDb::Mode::ReadWrite);
  if (!Db)
    return Db.takeError();
  LoopOptions Loop = C.Loop;
  if (!C.Known.empty()) {
    Expected<std::shared_ptr<const RewriteSet>> Known = knownRules(C.Known);
    if (!Known)
      return Known.takeError();
    Loop.Known = std::move(*Known);
  }
  Expected<LoopSummary> S = searchWindows(**Db, Loop);
  if (!S)
    return S.takeError();
  if (O.Json)
    outs() << json{{"windows", S->Windows},       {"solved", S->Solved},
                   {"proved", S->Proved},         {"refuted", S->Refuted},
                   {"unknown", S->Unknown},       {"candidates", S->Candidates},
                   {"general", S->General},       {"lifted", S->Lifted},
                   {"known", S->Known},           {"seconds", S->Seconds},
                   {"rules_added", S->RulesAdded}}
                  .dump()
           << "\n";
  else if (!O.Quiet)
    outs() << format(
        "%u windows%s, %u solved, %u proved, %u general, %u lifted, %u refuted, %u unknown, %llu "
        "candidates, %u rules added, %.1f s\n",
        S->Windows, C.Known.empty() ? "" : (", " + Twine(S->Known) + " known").str().c_str(),
        S->Solved, S->Proved, S->General, S->Lifted, S->Refuted, S->Unknown,
        (unsigned long long)S->Candidates, S->RulesAdded, S->Seconds);
  if (S->Interrupted) {
    errs() << "whittle: interrupted; finished windows are in " << C.Db << ", go on with --resume\n";
    return 130;
  }
  return 0;
}

} // namespace whittle
