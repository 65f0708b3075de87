//===- tools/Main.cpp - The whittle program: options in, calls out ---------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tools/Commands.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSwitch.h"
#include "llvm/Support/raw_ostream.h"
#include <CLI/CLI.hpp>
#include <csignal>
#include <unistd.h>

using namespace llvm;
using namespace whittle;

namespace {
/// "90", "90s", "5m", "8h" in seconds.
double parseTime(const std::string &Text) {
  size_t End = 0;
  double N = 0;
  try {
    N = std::stod(Text, &End);
  } catch (const std::exception &) {
    throw CLI::ValidationError("--time", "'" + Text + "' is not a time (60, 60s, 5m, 8h)");
  }
  std::string Unit = Text.substr(End);
  double Scale = Unit.empty() || Unit == "s" ? 1 : Unit == "m" ? 60 : Unit == "h" ? 3600 : 0;
  if (Scale == 0 || N <= 0)
    throw CLI::ValidationError("--time", "'" + Text + "' is not a time (60, 60s, 5m, 8h)");
  return N * Scale;
}

/// "512M", "2G" in bytes.
size_t parseSize(const std::string &Text) {
  constexpr size_t Least = size_t(1) << 20, Most = size_t(1) << 50;
  llvm::StringRef Number = Text;
  unsigned Shift = llvm::StringSwitch<unsigned>(Number.take_back(1))
                       .Case("K", 10)
                       .Case("M", 20)
                       .Case("G", 30)
                       .Case("T", 40)
                       .Default(0);
  double N = 0;
  if (!Shift || !llvm::isDigit(Number.front()) || Number.drop_back(1).getAsDouble(N))
    throw CLI::ValidationError("--memory", "'" + Text + "' is not a size (512M, 2G, 1.5G)");
  double Bytes = N * double(size_t(1) << Shift);
  if (!(Bytes >= double(Least) && Bytes <= double(Most)))
    throw CLI::ValidationError("--memory", "'" + Text + "' is not between 1M and 1024T");
  return size_t(Bytes);
}

struct LoopText {
  std::string Time = "60s", WindowTime = "20s", Shard, Memory = "1G";
};

void addLoopOptions(CLI::App *A, LoopOptions &L, LoopText &T) {
  A->add_option("--time", T.Time, "time for the whole search: 60s, 5m, 8h, none")
      ->capture_default_str();
  A->add_option("--window-time", T.WindowTime, "at most this for one window")
      ->capture_default_str();
  A->add_option("--candidates", L.Candidates,
                "at most so many for one window; with --time none --window-time none every run "
                "gives the same");
  A->add_option("--jobs,-j", L.Jobs, "threads")->capture_default_str()->check(CLI::Range(1u, 256u));
  A->add_option("--max-instructions", L.MaxInstructions, "longest answer looked for")
      ->capture_default_str()
      ->check(CLI::Range(1u, 3u));
  A->add_flag("!--no-generalize", L.Generalize, "do not look for general forms of what is found");
  A->add_flag("--lift", L.Lift,
              "prove what is found for other widths, elements and signs too; takes time from the "
              "search");
  A->add_option("--memory", T.Memory,
                "for the tables of a search: 512M, 2G. With less, programs are tried again, or "
                "fewer are")
      ->capture_default_str();
  A->add_option("--seed", L.Seed, "of the test values")->capture_default_str();
  A->add_option("--policy", L.Policy, "order opcodes by a policy of 'whittle train'");
}

void finishLoopOptions(LoopOptions &L, const LoopText &T, bool Quiet) {
  L.Seconds = T.Time == "none" ? 0 : parseTime(T.Time);
  L.WindowSeconds = T.WindowTime == "none" ? 0 : parseTime(T.WindowTime);
  L.MaxTableBytes = parseSize(T.Memory);
  L.Progress = !Quiet && isatty(2);
  if (T.Shard.empty())
    return;
  auto [I, N] = llvm::StringRef(T.Shard).split('/');
  if (I.getAsInteger(10, L.Shard) || N.getAsInteger(10, L.Shards) || L.Shard >= L.Shards)
    throw CLI::ValidationError("--shard", "'" + T.Shard + "' is not I/N with I < N");
}

void addSourceOptions(CLI::App *A, CompileOptions &C) {
  A->add_option("--mtriple", C.Triple, "target triple (default: the input's)");
  A->add_option("--mcpu", C.CPU, "CPU, as llc takes it");
  A->add_option("--mattr", C.Features, "features, as llc takes them");
  A->add_option("--clang-arg", C.ClangArgs,
                "one more argument for clang (.c, .cpp, .cl); repeatable");
  A->add_option("-O", C.OptLevel, "optimisation level of code generation")
      ->check(CLI::Range(0u, 3u));
}
} // namespace

int main(int Argc, char **Argv) {
  std::signal(SIGPIPE, SIG_IGN);
  CLI::App App("whittle: proven peephole rules for SIMD and tensor machine code", "whittle");
  App.require_subcommand(1);
  App.set_version_flag("--version", "whittle 0.1.0 (LLVM 22.1)");
  OutputOptions Out;
  std::string Format = "text";
  std::function<Expected<int>()> Run;
  LoopText Times;
  auto Sub = [&](CLI::App &Parent, const char *Name, const char *Help) {
    CLI::App *A = Parent.add_subcommand(Name, Help);
    A->add_option("--format", Format, "text or json")->check(CLI::IsMember({"text", "json"}));
    A->add_flag("--quiet,-q", Out.Quiet, "no report, only errors");
    return A;
  };

  OptimizeCommand Opt;
  CLI::App *A = Sub(App, "optimize", "harvest, search, prove and apply on one file");
  A->add_option("file", Opt.Source.File, ".c .cpp .cl .ll .bc .mir")->required();
  addSourceOptions(A, Opt.Source);
  addLoopOptions(A, Opt.Loop, Times);
  A->add_option("--db", Opt.Db, "database to read rules from and add them to");
  A->add_option("-o", Opt.OutFile, "transformed assembly ('-': stdout)");
  A->add_option("--report", Opt.Report, "JSON report into a file");
  A->add_flag("!--no-search", Opt.Search, "only apply rules that exist");
  A->add_option("--measured", Opt.Measured, "list of 'whittle isa measure' that profit goes by");
  A->callback([&] {
    finishLoopOptions(Opt.Loop, Times, Out.Quiet);
    Run = [&] { return runOptimize(Opt, Out); };
  });

  HarvestCommand Har;
  A = Sub(App, "harvest", "put the windows of real code into a database's queue");
  CLI::Option *HarFiles = A->add_option("files", Har.Files, ".c .cpp .cl .ll .bc .mir .s .o .a");
  CLI::Option *HarBuild = A->add_option(
      "-p", Har.Build, "compile database (or its folder): every C and C++ file, as it is built");
  addSourceOptions(A, Har.Source);
  A->add_option("--db", Har.Db, "database, made if missing")->required();
  A->add_option("--live-out", Har.Source.LiveOut,
                "assembly and objects: registers that callers may read when a function returns "
                "(xmm0,rax,..; all; none). Default: those of the System V ABI")
      ->delimiter(',');
  A->add_option("--max-nodes", Har.MaxNodes, "instructions in a window")->check(CLI::Range(1u, 8u));
  A->callback([&, HarFiles, HarBuild] {
    if (!HarFiles->count() && !HarBuild->count())
      throw CLI::RequiredError("a file or -p");
    Run = [&] { return runHarvest(Har, Out); };
  });

  SearchCommand Sea;
  A = Sub(App, "search", "search the queued windows, prove and store rules");
  A->add_option("--db", Sea.Db, "database")->required();
  addLoopOptions(A, Sea.Loop, Times);
  A->add_option("--known", Sea.Known,
                "database of rules that need not be found again: only what is cheaper than they "
                "make a window is looked for");
  A->add_option("--shard", Times.Shard, "I/N: this process's slice of the queue");
  A->add_flag("--resume", Sea.Loop.Resume,
              "leave out what was searched before with the same settings");
  A->callback([&] {
    finishLoopOptions(Sea.Loop, Times, Out.Quiet);
    Run = [&] { return runSearch(Sea, Out); };
  });

  EnumerateCommand Enum;
  std::string EnumTime = "none", EnumMemory = "4G";
  A = Sub(App, "enumerate", "list all programs of some opcodes and prove which are superfluous");
  A->add_option("--target", Enum.Target, "x86_64 or amdgcn")->capture_default_str();
  A->add_option("--opcodes", Enum.Opcodes, "rows, separated by commas")->required()->delimiter(',');
  A->add_option("--imm", Enum.Immediates, "values that each immediate takes")->delimiter(',');
  A->add_option("--length", Enum.Length, "instructions of the longest source")
      ->capture_default_str()
      ->check(CLI::Range(1u, 4u));
  A->add_option("--variables", Enum.Variables, "inputs of each type")
      ->capture_default_str()
      ->check(CLI::Range(1u, 4u));
  A->add_option("--db", Enum.Db, "database for the rules (default: print them)");
  A->add_option("--seed", Enum.Seed, "of the test values")->capture_default_str();
  A->add_option("--time", EnumTime, "upper bound: 60s, 5m, 8h, none")->capture_default_str();
  A->add_option("--memory", EnumMemory,
                "for the values: 512M, 2G. With less, they are computed again; with too little not "
                "all programs are seen")
      ->capture_default_str();
  A->callback([&] {
    Enum.MaxBytes = parseSize(EnumMemory);
    Enum.Seconds = EnumTime == "none" ? 0 : parseTime(EnumTime);
    Run = [&] { return runEnumerate(Enum, Out); };
  });

  VerifyCommand Ver;
  A = Sub(App, "verify", "prove rules written by hand, or all of a database again");
  CLI::Option *Files = A->add_option("files", Ver.Files, "rule text ('-': stdin)");
  CLI::Option *DbOption =
      A->add_option("--db", Ver.Db, "prove every rule of a database again")->excludes(Files);
  A->add_option("--add-to", Ver.AddTo, "store what is proved in this database")->excludes(DbOption);
  A->add_option("--export", Ver.Export,
                "write obligations (.ll pairs, SMT-LIB 2) into a directory");
  A->add_flag("--cross-check", Ver.CrossCheck, "ask cvc5 too, if it is installed");
  A->add_flag("--core", Ver.Core,
              "prove what is left of each without the instructions that its proof does not need");
  A->add_flag("--generalize", Ver.Generalize,
              "look for a general form of each proved rule of the files, and treat it alike");
  A->add_flag("--lift", Ver.Lift,
              "prove each rule of the files for other widths, elements and signs too");
  A->add_option("--rlimit", Ver.RLimit, "Z3 resource units for one query");
  A->callback([&, Files, DbOption] {
    if (!Files->count() && !DbOption->count())
      throw CLI::RequiredError("a file of rules or --db");
    Run = [&] { return runVerify(Ver, Out); };
  });

  LearnCommand Learn;
  std::string LearnTime = "5m";
  for (bool Train : {true, false}) {
    A = Train ? Sub(App, "train", "learn an order of opcodes")
              : Sub(App, "eval", "compare orders on held-out windows");
    A->add_option("--db", Learn.Db, "database whose proved rules are learnt from too");
    if (Train)
      A->add_option("-o", Learn.Policy, "policy file to write")->required();
    else
      A->add_option("--policy", Learn.Policy, "policy file")->required();
    A->add_option("--target", Learn.Target)->capture_default_str();
    A->add_option("--seed", Learn.Seed)->capture_default_str();
    A->add_option("--time", LearnTime, "upper bound")->capture_default_str();
    A->add_option("--jobs,-j", Learn.Jobs)->capture_default_str();
    if (!Train)
      A->add_option("--budget", Learn.Budget, "candidates a window may take")
          ->capture_default_str();
    A->callback([&, Train] {
      Learn.Seconds = parseTime(LearnTime);
      Run = [&, Train] { return Train ? runTrain(Learn, Out) : runEval(Learn, Out); };
    });
  }

  RulesCommand Rules;
  A = App.add_subcommand("rules", "browse a database of rules");
  A->require_subcommand(1);
  for (auto [Verb, Help] :
       {std::pair("list", "one line a rule"),
        {"show", "one rule and why it is true"},
        {"stats", "counts"},
        {"lint", "check the rules as a set"},
        {"export", "all rules as text"},
        {"dump", "all but the effort, in one order: two runs are compared by it"},
        {"merge", "take over all that other databases have"},
        {"disable", "turn a rule off, with a reason"},
        {"enable", "turn a rule on again"}}) {
    CLI::App *B = Sub(*A, Verb, Help);
    std::string V = Verb;
    B->add_option("--db", Rules.Db, "database (default: the shipped rules)");
    if (V == "show" || V == "disable" || V == "enable")
      B->add_option("id", Rules.Id, "rule id or the first digits of it")->required();
    if (V == "merge")
      B->add_option("files", Rules.Files, "databases to read")->required();
    if (V == "disable" || V == "enable")
      B->add_option("--why", Rules.Why, "reason for the log")->required();
    if (V == "list" || V == "export")
      B->add_option("--target", Rules.Target, "x86_64 or amdgcn");
    if (V == "export")
      B->add_flag("--minimal", Rules.Minimal,
                  "what is on and confirmed, without rules that others make superfluous");
    if (V == "list") {
      B->add_option("--state", Rules.State)->check(CLI::IsMember({"on", "off", "stale"}));
    }
    B->callback([&, V] {
      Rules.Verb = V;
      Run = [&] { return runRules(Rules, Out); };
    });
  }

  IsaCommand Isa;
  A = App.add_subcommand("isa", "what opcodes mean, and whether that is so");
  A->require_subcommand(1);
  for (auto [Verb, Help] :
       {std::pair("list", "every opcode with a meaning"),
        {"show", "one opcode: meaning, operands, cost by CPU, confirmation"},
        {"stats", "counts by confirmation, and how much of real code has a meaning"},
        {"conform", "run every row against silicon or a second source"},
        {"measure", "latency and throughput of every row on this CPU"},
        {"eval", "what an opcode computes; without OPCODE, JSON lines on stdin"}}) {
    CLI::App *B = Sub(*A, Verb, Help);
    std::string V = Verb;
    B->add_option("--target", Isa.Target, "x86_64 or amdgcn")->capture_default_str();
    if (V == "show") {
      B->add_option("opcode", Isa.Opcode)->required();
      B->add_option("--measured", Isa.Measured, "list of 'whittle isa measure --write' to use too");
    }
    if (V == "eval") {
      B->add_option("opcode", Isa.Opcode);
      B->add_option("args", Isa.Args, "registers in hex, memory order, then immediates");
      B->add_option("--mcpu", Isa.CPU);
    }
    if (V == "stats") {
      B->add_option("--corpus", Isa.Corpus,
                    "files whose instructions are counted: .c .cpp .cl .ll .bc .mir .s .o .a");
      addSourceOptions(B, Isa.Source);
    }
    if (V == "conform") {
      B->add_option("--inputs", Isa.Inputs,
                    "inputs for each row (30000 for x86_64, 1000 for amdgcn)");
      B->add_option("--seed", Isa.Seed)->capture_default_str();
      B->add_option("--only", Isa.Only, "rows whose name matches this regular expression");
      B->add_option("--machine", Isa.Machine,
                    "what runs rows of x86_64: this CPU, Bochs or scalar C++")
          ->check(CLI::IsMember({"host", "bochs", "reference"}))
          ->capture_default_str();
      B->add_option("--write-confirmed", Isa.WriteConfirmed,
                    "write the list of confirmed rows to a file");
    }
    if (V == "measure") {
      B->add_option("--only", Isa.Only, "rows whose name matches this regular expression");
      B->add_option("--passes", Isa.Passes, "over all rows")
          ->capture_default_str()
          ->check(CLI::Range(1u, 100u));
      B->add_option("-o,--write", Isa.Write, "write the list of this CPU to a file");
      B->add_flag("--compare", Isa.Compare, "print the rows that LLVM's model is off by 2 or more");
    }
    B->callback([&, V] {
      Isa.Verb = V;
      Run = [&] { return runIsa(Isa, Out); };
    });
  }

  try {
    App.parse(Argc, Argv);
  } catch (const CLI::ParseError &E) {
    int Code = App.exit(E);
    return Code == 0 ? 0 : 2;
  }
  Out.Json = Format == "json";
  Expected<int> Status = Run();
  if (!Status) {
    errs() << "whittle: " << toString(Status.takeError()) << "\n";
    return 1;
  }
  outs().flush();
  if (outs().has_error()) {
    errs() << "whittle: stdout: " << outs().error().message() << "\n";
    outs().clear_error();
    return 1;
  }
  return *Status;
}
