//===- bench/search.cpp - Candidates a second in the last level ------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// LastLevel is what search() reports of itself: candidates of two instructions
// over the time their probing took on two threads, compiling not counted. A
// solved immediate or constant counts once, however many it stands for. Evaluators
// is its limit, measured in the same run: the same opcodes' probes alone, each over
// one array of values. The bars: 300 million a second, and half of the limit.
//
// InsertingLevel is what search() reports of the level before the last of three:
// programs of two instructions, each evaluated on the first tests and looked up in the
// table of fingerprints; `table_bytes` is what that takes at most, of all opcodes a
// gigabyte. RandomInserts are random fingerprints alone, all of them new, until the table
// takes a gigabyte. HashesAlone are fingerprints alone, of lines in the cache. The bar: 100
// million a second on two threads.
//
// Exhaust is the wall time of a whole search in which nothing is found, by length and
// pool (0: all opcodes), at most a minute: bench/search_plot.py draws it. The bars: two
// instructions, all opcodes: 5 s; three, the first 48 opcodes: 30 s.
//
// All run on two threads unless they say otherwise. `cpu_seconds` is what they used
// together: on a loaded machine half of it is what a quiet one would take, if they were
// always busy.
//
//===----------------------------------------------------------------------===//

#include "enumerate/Search.h"
#include "enumerate/Evaluator.h"
#include "enumerate/FingerprintTable.h"
#include "enumerate/Hash.h"
#include "enumerate/Pool.h"
#include "enumerate/SearchState.h"
#include "enumerate/TestSet.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include <benchmark/benchmark.h>
#include <chrono>
#include <sys/resource.h>
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

static VerifyFn undecided() {
  return [](const Rule &) { return CandidateVerdict(); };
}

static void LastLevel(benchmark::State &State) {
  Window W = cantFail(parseWindow(WindowText));
  auto STI = cantFail(W.Isa->subtarget("sapphirerapids"));
  SearchOptions O = options(*STI);
  auto Ranker = makeCostRanker();
  size_t Opcodes = makePool(W, O, *Ranker).size();
  cantFail(search(W, O, *Ranker, undecided())); // compiles
  uint64_t Probed = 0;
  for (auto _ : State) {
    SearchResult R = cantFail(search(W, O, *Ranker, undecided()));
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

/// Used by this process's threads so far.
static double cpuSeconds() {
  rusage U;
  getrusage(RUSAGE_SELF, &U);
  auto Seconds = [](timeval T) { return double(T.tv_sec) + double(T.tv_usec) * 1e-6; };
  return Seconds(U.ru_utime) + Seconds(U.ru_stime);
}

/// First the rows of whole registers, which all can be combined, then those with
/// masks: the first 48 by weight alone would hardly feed each other.
class PlainFirst final : public CandidateRanker {
public:
  StringRef name() const override { return "plain-first"; }
  std::vector<const OpClass *> order(const Window &, ArrayRef<const OpClass *> Pool) override {
    auto Key = [](const OpClass *C) {
      const Row &R = C->leader();
      unsigned Others =
          unsigned(R.Def.Kind != RegKind::Vec) +
          unsigned(count_if(R.Ins, [](ValueType T) { return T.Kind != RegKind::Vec; }));
      return std::make_tuple(Others, R.Weight, C->Id);
    };
    std::vector<const OpClass *> Order(Pool);
    llvm::sort(Order, [&](auto *A, auto *B) { return Key(A) < Key(B); });
    return Order;
  }
};

/// What the docs plot: lengths by pools (0: all opcodes). Compiling is done before.
static void Exhaust(benchmark::State &State) {
  Window W = cantFail(parseWindow(WindowText));
  auto STI = cantFail(W.Isa->subtarget("sapphirerapids"));
  SearchOptions O = options(*STI);
  O.MaxInstructions = unsigned(State.range(0));
  O.MaxOpcodes = unsigned(State.range(1));
  O.MaxUnknown = ~0u;
  O.Seconds = 60;
  PlainFirst Ranker;
  size_t Opcodes = makePool(W, O, Ranker).size();
  cantFail(search(W, O, Ranker, undecided()));
  uint64_t Candidates = 0;
  double Before = cpuSeconds();
  for (auto _ : State) {
    SearchResult R = cantFail(search(W, O, Ranker, undecided()));
    // Three instructions over large pools: as far as the time goes.
    if (!R.Exhausted && R.Seconds < O.Seconds)
      State.SkipWithError("the space was not exhausted");
    State.counters["exhausted"] = R.Exhausted;
    State.SetIterationTime(R.Seconds);
    Candidates += R.Candidates;
  }
  State.SetItemsProcessed(int64_t(Candidates));
  State.counters["opcodes"] = double(Opcodes);
  State.counters["cpu_seconds"] =
      benchmark::Counter(cpuSeconds() - Before, benchmark::Counter::kAvgIterations);
  State.counters["candidates"] =
      benchmark::Counter(double(Candidates), benchmark::Counter::kAvgIterations);
}

/// A mask as goal and one row that gives masks, so that chains of the pool's many
/// other rows are all made and hardly probed.
static const char InsertText[] = R"(window x86_64
  %0:v512
  %1:v512
  %2:v512
  %3:v512
  %4:v512 = VPMULLDZrr %0, %1
  %5:v512 = VPSHUFBZrr %4, %2
  %6:v512 = VPMULLDZrr %5, %3
  %7:v512 = VPADDBZrr %6, %2
  %8:k64 = VPCMPGTBZrr %7, %1
  yield %8
end
)";

/// One comparison, then whole registers.
class OneComparison final : public CandidateRanker {
public:
  StringRef name() const override { return "one-comparison"; }
  std::vector<const OpClass *> order(const Window &W, ArrayRef<const OpClass *> Pool) override {
    std::vector<const OpClass *> Order = PlainFirst().order(W, Pool);
    auto At = find_if(Order, [](const OpClass *C) {
      return any_of(C->Members, [](const Row *R) { return R->opcodeName() == "VPCMPGTBZrr"; });
    });
    std::rotate(Order.begin(), At, std::next(At));
    return Order;
  }
};

static void InsertingLevel(benchmark::State &State) {
  Window W = cantFail(parseWindow(InsertText));
  auto STI = cantFail(W.Isa->subtarget("sapphirerapids"));
  SearchOptions O = options(*STI);
  O.Threads = unsigned(State.range(0));
  O.MaxInstructions = 3;
  O.MaxOpcodes = unsigned(State.range(1));
  O.MaxTableBytes = size_t(8) << 30;
  O.MaxUnknown = ~0u;
  O.SolveConstants = false;
  OneComparison Ranker;
  // Compiles, and leaves memory to the next one, as a window does to the next window.
  cantFail(search(W, O, Ranker, undecided()));
  uint64_t Inserted = 0, Bytes = 0;
  double Seconds = 0, Evaluating = 0;
  for (auto _ : State) {
    SearchResult R = cantFail(search(W, O, Ranker, undecided()));
    if (!R.Exhausted)
      State.SkipWithError("the level was not finished");
    State.SetIterationTime(R.InsertSeconds);
    Inserted += R.Inserted;
    Bytes = R.InsertBytes;
    Seconds += R.InsertSeconds;
    Evaluating += R.EvaluateSeconds;
  }
  State.SetItemsProcessed(int64_t(Inserted));
  State.counters["table_bytes"] = double(Bytes);
  State.counters["programs"] =
      benchmark::Counter(double(Inserted), benchmark::Counter::kAvgIterations);
  // Each part, as if it were alone.
  State.counters["evaluated_per_second"] = double(Inserted) / Evaluating;
  State.counters["looked_up_per_second"] = double(Inserted) / (Seconds - Evaluating);
}

/// Hashing of lines that are in the first-level cache, on one thread.
static void HashesAlone(benchmark::State &State) {
  std::vector<uint8_t> Lines(32 * 64, 7);
  std::vector<uint64_t> Prints(32);
  for (auto _ : State) {
    hashChunks(Lines.data(), 32, 64, 1, Prints.data());
    benchmark::DoNotOptimize(Prints.data());
    ++Lines[0];
  }
  State.SetItemsProcessed(State.iterations() * 32);
}

/// Random fingerprints, all of them new, a lot at a time as the level has them, in one
/// batch: what is kept of them takes a gigabyte.
static void RandomInserts(benchmark::State &State) {
  constexpr unsigned Steps = FingerprintTable::StripSteps, Owners = FingerprintTable::Owners;
  constexpr size_t Strips = size_t(48) << 10, Places = Strips * FingerprintTable::StripPlaces;
  const unsigned Threads = unsigned(State.range(0));
  std::vector<uint64_t> Prints(Places / Strips);
  Random R(1);
  for (uint64_t &F : Prints)
    F = R.next();
  auto Parallel = [&](size_t N, function_ref<void(size_t, unsigned)> Do) {
    parallelFor(Threads, N, Do);
  };
  FingerprintTable Table(size_t(8) << 30, Threads);
  for (auto _ : State) {
    double Start = now();
    Table.start(Places, Places);
    Table.startBatch();
    std::vector<uint32_t> Stretches;
    for (uint32_t I = 0; I != Strips; ++I)
      if (uint32_t Strip = *Table.place(1, I);
          !I || Table.stretchOf(Strip) != Table.stretchOf(Strip - 1))
        Stretches.push_back(Strip);
    Stretches.push_back(Strips);
    Parallel(Stretches.size() - 1, [&](size_t I, unsigned Thread) {
      for (uint32_t Strip = Stretches[I]; Strip != Stretches[I + 1]; ++Strip)
        for (unsigned Step = 0; Step != Steps; ++Step) {
          uint64_t Here[Owners];
          for (unsigned K = 0; K != Owners; ++K)
            Here[K] = Prints[Step * Owners + K] + Strip * 0x9e3779b97f4a7c15ull;
          Table.add(Thread, Strip, Step * Owners, Here, Owners);
        }
    });
    Table.insert(Parallel);
    State.SetIterationTime(now() - Start);
    for (uint32_t Strip : {0u, uint32_t(Strips) / 2, uint32_t(Strips) - 1})
      if (*Table.marks(Strip) != FingerprintTable::Fresh)
        State.SkipWithError("a new fingerprint is not");
    State.counters["table_bytes"] = double(Table.bytes());
  }
  State.SetItemsProcessed(int64_t(State.iterations() * Places));
}

BENCHMARK(HashesAlone);
BENCHMARK(RandomInserts)
    ->ArgName("threads")
    ->Arg(1)
    ->Arg(2)
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond)
    ->Iterations(1)
    ->Repetitions(3);
BENCHMARK(InsertingLevel)
    ->ArgNames({"threads", "pool"})
    ->Args({1, 400})
    ->Args({2, 400})
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond)
    ->Iterations(1)
    ->Repetitions(3);
BENCHMARK(InsertingLevel)
    ->ArgNames({"threads", "pool"})
    ->Args({2, 1000}) // all opcodes
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond)
    ->Iterations(1);
BENCHMARK(Exhaust)
    ->ArgNames({"length", "pool"})
    ->ArgsProduct({{1, 2, 3}, {12, 24, 48, 96, 192, 0}})
    ->UseManualTime()
    ->Unit(benchmark::kMillisecond)
    ->Iterations(1);
BENCHMARK(Evaluators)->UseManualTime()->Unit(benchmark::kMillisecond)->Repetitions(5);
BENCHMARK(LastLevel)->UseManualTime()->Unit(benchmark::kMillisecond)->Iterations(1)->Repetitions(5);
