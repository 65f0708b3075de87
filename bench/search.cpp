//===- bench/search.cpp - Candidates a second in the last level ------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// LastLevel is what search() reports of itself: candidates of two instructions
// over the time their probing took on two threads, compiling not counted.
// Evaluators is the limit in the same run: the same opcodes' probes alone, each
// over one array of values, on two threads. Both print the opcodes in the pool.
// search.cpp's bar is 100 million a second with at least 200 opcodes.
//
//===----------------------------------------------------------------------===//

#include "enumerate/Search.h"
#include "enumerate/Evaluator.h"
#include "enumerate/Pool.h"
#include "enumerate/TestSet.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include <benchmark/benchmark.h>
#include <chrono>
#include <thread>

using namespace llvm;
using namespace whittle;

/// A 512-bit integer window with a mask. No two instructions do what these six
/// do, so that the whole level is tried.
static const char WindowText[] = R"(window x86_64
  %0:v512
  %1:v512
  %2:v512
  %3:k64 = VPCMPGTDZrr %0, %1
  %4:v512 = VPMULLDZrr %0, %1
  %5:v512 = VPSHUFBZrr %4, %2
  %6:v512 = VPMULLDZrr %5, %0
  %7:v512 = VPADDDZrrk %6, %3, %4, %1
  %8:v512 = VPMULLDZrr %7, %2
  yield %8
end
)";

static double now() {
  return std::chrono::duration<double>(std::chrono::steady_clock::now().time_since_epoch()).count();
}

static SearchOptions options(const MCSubtargetInfo &STI) {
  SearchOptions O;
  O.STI = &STI;
  O.MaxInstructions = 2;
  O.Threads = 2;
  O.Seconds = 600;
  return O;
}

static void LastLevel(benchmark::State &State) {
  Window W = cantFail(parseWindow(WindowText));
  auto STI = cantFail(W.Isa->subtarget("sapphirerapids"));
  SearchOptions O = options(*STI);
  auto Ranker = makeCostRanker();
  VerifyFn Undecided = [](const Rule &) { return CandidateVerdict(); };
  size_t Opcodes = makePool(W, O, *Ranker).size();
  cantFail(search(W, O, *Ranker, Undecided)); // compiles
  uint64_t Probed = 0;
  for (auto _ : State) {
    SearchResult R = cantFail(search(W, O, *Ranker, Undecided));
    if (!R.Exhausted)
      State.SkipWithError("the level was not finished");
    State.SetIterationTime(R.ProbeSeconds);
    Probed += R.Probed;
  }
  State.SetItemsProcessed(int64_t(Probed));
  State.counters["opcodes"] = double(Opcodes);
  State.counters["candidates"] =
      benchmark::Counter(double(Probed), benchmark::Counter::kAvgIterations);
}

static void Evaluators(benchmark::State &State) {
  Window W = cantFail(parseWindow(WindowText));
  auto STI = cantFail(W.Isa->subtarget("sapphirerapids"));
  auto Ranker = makeCostRanker();
  std::vector<PoolRow> Pool = makePool(W, options(*STI), *Ranker);
  Evaluator &E = *cantFail(Evaluator::shared(*W.Isa));
  constexpr size_t Count = 8192;
  std::vector<uint8_t> Values(Count * 64 + 64);
  Random R(1);
  for (uint8_t &B : Values)
    B = uint8_t(R.next());
  uint8_t *Data = Values.data() + (64 - reinterpret_cast<uintptr_t>(Values.data()) % 64);
  std::vector<std::pair<Evaluator::ProbeFn, unsigned>> Probes;
  for (const PoolRow &P : Pool)
    if (P.R->Def == ValueType{RegKind::Vec, 512} && P.K != PoolRow::Matrix && P.arity())
      Probes.push_back({cantFail(E.probe(*P.R, 0, 1)), P.arity()});
  for (auto _ : State) {
    double Start = now();
    auto Work = [&](unsigned Thread) {
      std::vector<uint32_t> Hits(Count);
      const uint8_t *In[4] = {Data, Data, Data + 64, Data + 128};
      for (size_t I = Thread; I < Probes.size(); I += 2)
        for (int64_t Imm : {1, 27, 78, 177})
          benchmark::DoNotOptimize(
              Probes[I].first(In, Count, Data + 64 * 77, nullptr, &Imm, Hits.data()));
    };
    std::thread Other(Work, 1);
    Work(0);
    Other.join();
    State.SetIterationTime(now() - Start);
  }
  State.SetItemsProcessed(int64_t(State.iterations() * Probes.size() * 4 * Count));
  State.counters["opcodes"] = double(Probes.size());
}

BENCHMARK(Evaluators)->UseManualTime()->Unit(benchmark::kMillisecond)->Repetitions(5);
BENCHMARK(LastLevel)->UseManualTime()->Unit(benchmark::kMillisecond)->Iterations(1)->Repetitions(5);
