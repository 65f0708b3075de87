//===- passes/Plugin.cpp - Registration in llc and clang -------------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Options and registration, nothing else: `llc -load=`, `llc -load-pass-plugin=`
// and `clang -fpass-plugin=` all run the static object below. A database that
// cannot be used is named once on stderr and the code compiled unchanged.
//
//===----------------------------------------------------------------------===//

#include "isa/Measured.h"
#include "passes/Passes.h"
#include "rulesdb/Compiled.h"
#include "llvm/CodeGen/MachineFunctionPass.h"
#include "llvm/CodeGen/Passes.h"
#include "llvm/CodeGen/TargetPassConfig.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Plugins/PassPlugin.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Target/RegisterTargetPassConfigCallback.h"
#include "llvm/Target/TargetMachine.h"
#include <dlfcn.h>
#include <map>
#include <mutex>

using namespace llvm;
using namespace whittle;

namespace {

class Plugin {
public:
  Plugin()
      : Database("whittle-db", cl::value_desc("file"),
                 cl::desc("Rules that Whittle applies (default: those it ships with)")),
        MeasuredFile("whittle-measured", cl::value_desc("file"),
                     cl::desc("List of 'whittle isa measure' that profit goes by on its CPU")),
        PrintStats("whittle-stats", cl::desc("Print Whittle's counters to stderr at exit")),
        Callback([this](TargetMachine &TM, PassManagerBase &, TargetPassConfig *Config) {
          insert(TM, *Config);
        }) {}

  ~Plugin() {
    if (PrintStats)
      printStats();
  }

private:
  void insert(TargetMachine &TM, TargetPassConfig &Config) {
    if (TM.getOptLevel() == CodeGenOptLevel::None)
      return;
    StringRef Arch;
    switch (TM.getTargetTriple().getArch()) {
    case Triple::x86_64:
      Arch = "x86_64";
      break;
    case Triple::amdgcn:
      Arch = "amdgcn";
      break;
    default:
      return;
    }
    if (std::shared_ptr<Matcher> M = matcher(Arch))
      if (auto List = measured())
        Config.insertPass(&FinalizeISelID, createApplyPass(std::move(M), &Stats, *List));
  }

  /// The list given, read once; null inside if none is, and nothing if it cannot be
  /// used.
  std::optional<std::shared_ptr<const MeasuredTable>> measured() {
    std::lock_guard<std::mutex> Guard(Lock);
    if (MeasuredFile.empty() || Measured)
      return Measured;
    Expected<MeasuredTable> T = MeasuredTable::read(MeasuredFile);
    if (!T)
      return warn(T.takeError()), std::nullopt;
    Measured = std::make_shared<const MeasuredTable>(std::move(*T));
    return Measured;
  }

  /// The rules of one target, read once; null if there are none.
  std::shared_ptr<Matcher> matcher(StringRef Arch) {
    std::lock_guard<std::mutex> Guard(Lock);
    auto [It, New] = Matchers.try_emplace(Arch.str());
    if (New)
      It->second = load(Arch);
    return It->second;
  }

  std::shared_ptr<Matcher> load(StringRef Arch) {
    std::string Path = Database;
    if (Path.empty()) {
      Path = shippedRules();
      if (!sys::fs::exists(Path))
        return nullptr;
    }
    auto Roots = loadMatcherRoots(Path, Arch);
    if (!Roots)
      return warn(Roots.takeError()), nullptr;
    auto Rules = [this, Path, Arch = Arch.str()](ArrayRef<std::string> Of) {
      return read(Path, Arch, Of);
    };
    if (!*Roots)
      return makeMatcher(Rules({}));
    return (*Roots)->empty() ? nullptr : makeMatcher(**Roots, Rules);
  }

  /// Rules that are off, stale or unconfirmed are not among these.
  std::vector<LoadedRule> read(const std::string &Path, StringRef Arch,
                               ArrayRef<std::string> Roots) {
    std::vector<LoadedRule> Rules;
    Expected<std::vector<MatcherRule>> Stored = loadMatcherRules(Path, Arch, nullptr, Roots);
    if (!Stored)
      return warn(Stored.takeError()), Rules;
    Rules.reserve(Stored->size());
    for (MatcherRule &S : *Stored)
      Rules.push_back({S.Id.hex(), std::move(S.R)});
    return Rules;
  }

  void warn(Error E) {
    std::string Text = toString(std::move(E));
    if (!Warned)
      errs() << "warning: whittle: " << Text << "; code is compiled unchanged\n";
    Warned = true;
  }

  /// share/whittle/rules.db beside the folder that the plugin lies in.
  static std::string shippedRules() {
    Dl_info Info;
    if (!dladdr(reinterpret_cast<void *>(&shippedRules), &Info) || !Info.dli_fname)
      return "";
    SmallString<256> Path(Info.dli_fname);
    if (sys::fs::make_absolute(Path))
      return "";
    sys::path::remove_filename(Path);
    sys::path::append(Path, "..", "share", "whittle", "rules.db");
    return std::string(Path);
  }

  void printStats() {
    std::map<std::string, unsigned> Fired;
    for (const ApplyStats::Fired &F : Stats.Rewrites)
      ++Fired[F.Id.substr(0, 8)];
    auto Line = [](const Twine &Name, size_t Count) {
      errs() << "whittle " << Name << ' ' << Count << '\n';
    };
    Line("rewrites", Stats.Rewrites.size());
    Line("matched", Stats.Matched);
    Line("no-facts", Stats.NoFacts);
    Line("other-use", Stats.OtherUse);
    Line("illegal", Stats.Illegal);
    Line("flags", Stats.Flags);
    Line("exec", Stats.Exec);
    Line("unprofitable", Stats.Unprofitable);
    for (const auto &[Id, Count] : Fired)
      Line("rule-" + Id, Count);
  }

  cl::opt<std::string> Database, MeasuredFile;
  cl::opt<bool> PrintStats;
  ApplyStats Stats;
  std::mutex Lock;
  std::map<std::string, std::shared_ptr<Matcher>> Matchers;
  std::shared_ptr<const MeasuredTable> Measured;
  bool Warned = false;
  RegisterTargetPassConfigCallback Callback;
};

/// A second copy of the plugin under another path stays idle: LLVM would refuse
/// to register its options twice.
std::unique_ptr<Plugin> makePlugin() {
  if (cl::getRegisteredOptions().count("whittle-db"))
    return nullptr;
  return std::make_unique<Plugin>();
}

const std::unique_ptr<Plugin> ThePlugin = makePlugin();

} // namespace

extern "C" PassPluginLibraryInfo llvmGetPassPluginInfo() {
  PassPluginLibraryInfo Info{LLVM_PLUGIN_API_VERSION, "Whittle", LLVM_VERSION_STRING};
  return Info;
}
