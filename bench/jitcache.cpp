//===- bench/jitcache.cpp - What start-up costs: rows and compiled meanings
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The first run compiles the meanings of a sample of rows and keeps them on disk
// (cold_ms), those timed find them there, each with a new JIT; cold_over_warm is
// the ratio. `open` is what the plugin pays for a target: first_get_ms is
// TargetIsa::get in this process, the time is that of adding all rows once more.
//
//===----------------------------------------------------------------------===//

#include "enumerate/Evaluator.h"
#include "isa/Meaning.h"
#include "isa/conformance/MeaningJit.h"
#include "llvm/Support/FileSystem.h"
#include <benchmark/benchmark.h>
#include <chrono>
#include <cstdlib>
#include <map>

using namespace llvm;
using namespace whittle;

namespace {

using Clock = std::chrono::steady_clock;
double milliseconds(Clock::duration D) {
  return std::chrono::duration<double, std::milli>(D).count();
}

/// The target and how long opening it took, the first time.
std::pair<const TargetIsa *, double> opened(StringRef Arch) {
  static std::map<std::string, std::pair<const TargetIsa *, double>> Open;
  auto [It, New] = Open.try_emplace(Arch.str());
  if (New) {
    auto Start = Clock::now();
    It->second.first = cantFail(TargetIsa::get(Arch));
    It->second.second = milliseconds(Clock::now() - Start);
  }
  return It->second;
}

void openTarget(benchmark::State &State, const char *Arch) {
  State.counters["first_get_ms"] = opened(Arch).second;
  size_t Rows = 0;
  for (auto _ : State) {
    RowSet R;
    Arch == StringRef("x86_64") ? addX86Rows(R) : addAMDGPURows(R);
    Rows = R.Rows.size();
  }
  State.counters["rows"] = double(Rows);
}

/// A row of every tenth class.
std::vector<const Row *> sample(const TargetIsa &Isa) {
  std::vector<const Row *> Rows;
  for (const OpClass &C : Isa.classes())
    if (C.Id % 10 == 0)
      Rows.push_back(&C.leader());
  return Rows;
}

using Job = void (*)(const TargetIsa &, ArrayRef<const Row *>);

void evaluator(const TargetIsa &Isa, ArrayRef<const Row *> Rows) {
  auto E = cantFail(Evaluator::create(Isa));
  for (const Row *R : Rows) {
    Node N;
    N.R = R;
    N.Ty = R->Def;
    benchmark::DoNotOptimize(cantFail(E->function(N, R->Ins)));
  }
}

void conformance(const TargetIsa &, ArrayRef<const Row *> Rows) {
  auto J = cantFail(MeaningJit::create());
  std::vector<std::string> Keys;
  for (const Row *R : Rows)
    Keys.push_back(rowHash(*R).hex());
  for (size_t At = 0; At < Rows.size(); At += 64)
    benchmark::DoNotOptimize(
        cantFail(J->compile(Rows.slice(At, std::min<size_t>(64, Rows.size() - At)),
                            ArrayRef(Keys).slice(At, std::min<size_t>(64, Rows.size() - At)))));
}

void compileRows(benchmark::State &State, Job Run) {
  const TargetIsa &Isa = *opened("x86_64").first;
  std::vector<const Row *> Rows = sample(Isa);
  SmallString<128> Dir;
  if (sys::fs::createUniqueDirectory("whittle-bench", Dir))
    return State.SkipWithError("no temporary folder");
  setenv("WHITTLE_CACHE_DIR", Dir.c_str(), 1);
  auto Start = Clock::now();
  Run(Isa, Rows);
  double Cold = milliseconds(Clock::now() - Start), Warm = 0;
  for (auto _ : State) {
    Start = Clock::now();
    Run(Isa, Rows);
    Warm += milliseconds(Clock::now() - Start);
  }
  Warm /= double(State.iterations());
  State.counters["rows"] = double(Rows.size());
  State.counters["cold_ms"] = Cold;
  State.counters["warm_ms"] = Warm;
  State.counters["cold_over_warm"] = Cold / Warm;
  (void)sys::fs::remove_directories(Dir);
}

void add(const char *Name, std::function<void(benchmark::State &)> Run) {
  benchmark::RegisterBenchmark(Name, std::move(Run))->Unit(benchmark::kMillisecond)->UseRealTime();
}

[[maybe_unused]] const bool Registered = [] {
  add("open/x86_64", [](benchmark::State &S) { openTarget(S, "x86_64"); });
  add("open/amdgcn", [](benchmark::State &S) { openTarget(S, "amdgcn"); });
  add("compile/evaluator", [](benchmark::State &S) { compileRows(S, evaluator); });
  add("compile/conformance", [](benchmark::State &S) { compileRows(S, conformance); });
  return true;
}();

} // namespace
