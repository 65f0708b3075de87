//===- tools/Commands.h - What each subcommand does -------------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// One function a subcommand, called by main with the parsed options. Data goes
// to stdout, messages to stderr. They return the exit status (0 done, 1 findings
// or bad input) or an error, which main prints.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_TOOLS_COMMANDS_H
#define WHITTLE_TOOLS_COMMANDS_H

#include "tools/Compile.h"
#include "tools/SearchLoop.h"
#include <optional>
#include <string>
#include <vector>

namespace whittle {

struct OutputOptions {
  bool Json = false;
  bool Quiet = false;
};

struct OptimizeCommand {
  CompileOptions Source;
  std::string Db; ///< empty: a temporary one beside the shipped rules
  std::string OutFile, Report;
  std::string Measured; ///< list of measured costs; empty: those that ship
  bool Search = true;
  LoopOptions Loop;
};
llvm::Expected<int> runOptimize(const OptimizeCommand &C, const OutputOptions &O);

struct HarvestCommand {
  std::vector<std::string> Files;
  std::string Build; ///< a compile database whose files are harvested too
  CompileOptions Source;
  std::string Db;
  unsigned MaxNodes = 5;
};
llvm::Expected<int> runHarvest(const HarvestCommand &C, const OutputOptions &O);

struct SearchCommand {
  std::string Db;
  std::vector<std::string> Known; ///< databases whose rules need not be found again
  LoopOptions Loop;
};
llvm::Expected<int> runSearch(const SearchCommand &C, const OutputOptions &O);

struct VerifyCommand {
  std::vector<std::string> Files;
  std::string Db;     ///< instead of files: every rule of a database again
  std::string AddTo;  ///< proved rules of Files go into this database
  std::string Export; ///< directory for obligations
  bool CrossCheck = false;
  bool Core = false;       ///< proved rules of Files without their context too
  bool Generalize = false; ///< these, and general forms of proved rules of Files
  bool Lift = false;       ///< proved rules of Files for other opcodes of their families too
  uint64_t RLimit = 0;     ///< 0: the default
};
llvm::Expected<int> runVerify(const VerifyCommand &C, const OutputOptions &O);

struct EnumerateCommand {
  std::string Target = "x86_64", Db;
  std::vector<std::string> Opcodes;
  std::vector<int64_t> Immediates;
  unsigned Length = 2, Variables = 2;
  uint64_t Seed = 1;
  double Seconds = 0;                ///< 0: no limit
  size_t MaxBytes = size_t(4) << 30; ///< see DiscoverOptions
};
llvm::Expected<int> runEnumerate(const EnumerateCommand &C, const OutputOptions &O);

struct LearnCommand {
  std::string Db, Policy, Target = "x86_64";
  double Seconds = 300;
  uint64_t Seed = 1, Budget = 20'000'000;
  unsigned Jobs = 2;
};
llvm::Expected<int> runTrain(const LearnCommand &C, const OutputOptions &O);
llvm::Expected<int> runEval(const LearnCommand &C, const OutputOptions &O);

struct RulesCommand {
  std::string Verb, Db, Id, Target, State, Why;
  std::vector<std::string> Files; ///< merge: where from
  bool Minimal = false;           ///< export: without rules that others make superfluous
};
llvm::Expected<int> runRules(const RulesCommand &C, const OutputOptions &O);

struct IsaCommand {
  std::string Verb, Target = "x86_64", CPU, Opcode;
  std::vector<std::string> Args; ///< eval: operands in hex, then immediates
  std::string Only;              ///< conform, measure: regular expression of opcodes
  std::string Machine = "host";  ///< conform, x86_64: host, bochs or reference
  std::string WriteConfirmed;
  std::string Write;               ///< measure: file for the list
  std::string Measured;            ///< show: a list to use beside the shipped ones
  unsigned Passes = 25;            ///< measure
  bool Compare = false;            ///< measure: print what LLVM's model is far from
  std::vector<std::string> Corpus; ///< stats: files whose instructions are counted
  CompileOptions Source;           ///< stats: how they are compiled
  unsigned Inputs = 0;             ///< 0: 30,000 for x86_64, 1,000 for amdgcn
  uint64_t Seed = 1;
};
llvm::Expected<int> runIsa(const IsaCommand &C, const OutputOptions &O);
llvm::Expected<int> runIsaStats(const IsaCommand &C, const OutputOptions &O);
llvm::Expected<int> runIsaShow(const TargetIsa &Isa, const IsaCommand &C, const OutputOptions &O);
llvm::Expected<int> runIsaMeasure(const TargetIsa &Isa, const IsaCommand &C,
                                  const OutputOptions &O);
/// The row of an opcode, or an error that names it and the opcodes closest to it.
llvm::Expected<const Row *> rowNamed(const TargetIsa &Isa, llvm::StringRef Opcode);

/// The database of the rules that ship with Whittle, beside this program; empty
/// if there is none.
std::string shippedRules();
/// \p Db, or the shipped rules if it is empty; an error if there are none.
llvm::Expected<std::string> rulesToUse(const std::string &Db);

} // namespace whittle

#endif // WHITTLE_TOOLS_COMMANDS_H
