//===- tools/IsaStats.cpp - whittle isa stats ------------------------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/TargetIsa.h"
#include "isa/conformance/Confirmed.h"
#include "passes/CountPass.h"
#include "tools/Commands.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/CodeGen/MachineFunctionPass.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"
#include <nlohmann/json.hpp>
#include <set>

using namespace llvm;
using nlohmann::json;

namespace whittle {

namespace {
/// What the files of a corpus hold.
struct CorpusCount {
  SelectionCount Sum;
  /// Of each file with instructions to count, its share: files weigh the same.
  std::vector<double> Shares;

  double mean() const {
    double All = 0;
    for (double S : Shares)
      All += S;
    return Shares.empty() ? 0 : All / double(Shares.size());
  }
  std::vector<std::string> Skipped; ///< files that could not be compiled
};
} // namespace

static Error countFile(const TargetIsa &Isa, const CompileOptions &O, CorpusCount &Count) {
  Expected<LoadedSource> S = loadSource(O);
  if (!S)
    return S.takeError();
  Expected<const TargetIsa *> Of = TargetIsa::forTriple(S->Triple);
  if (!Of)
    return Of.takeError();
  if (*Of != &Isa)
    return createStringError(inconvertibleErrorCode(),
                             O.File + ": is code for " + (*Of)->arch() + ", not " + Isa.arch());
  SelectionCount Here;
  if (Error E = select(*S, [&] { return createCountPass(Isa, Here); }))
    return E;
  SelectionCount &Into = Count.Sum;
  if (Here.Instructions)
    Count.Shares.push_back(double(Here.WithMeaning) / double(Here.Instructions));
  Into.Instructions += Here.Instructions;
  Into.WithMeaning += Here.WithMeaning;
  Into.PlainMoves += Here.PlainMoves;
  for (const auto &[Opcode, M] : Here.Missing) {
    Into.Missing[Opcode].Count += M.Count;
    Into.Missing[Opcode].RegForm = M.RegForm;
  }
  return Error::success();
}

/// A file that fails is named, skipped, and not in the sum at all.
static CorpusCount countCorpus(const TargetIsa &Isa, const IsaCommand &C) {
  CorpusCount Count;
  for (const std::string &File : C.Corpus) {
    CompileOptions One = C.Source;
    One.File = File;
    if (Error E = countFile(Isa, One, Count)) {
      errs() << "whittle: " << toString(std::move(E)) << "\n";
      Count.Skipped.push_back(File);
    }
  }
  return Count;
}

/// The share \p Part of \p All. Of nothing it is 0: an empty corpus covers nothing.
static double share(uint64_t Part, uint64_t All) { return All ? double(Part) / double(All) : 0; }

/// By count, largest first, then by name.
static std::vector<std::pair<std::string, SelectionCount::MissingOpcode>>
byCount(const SelectionCount &C) {
  std::vector<std::pair<std::string, SelectionCount::MissingOpcode>> List(C.Missing.begin(),
                                                                          C.Missing.end());
  llvm::sort(List, [](const auto &A, const auto &B) {
    return A.second.Count != B.second.Count ? A.second.Count > B.second.Count : A.first < B.first;
  });
  return List;
}

static void addCorpus(json &J, const CorpusCount &C) {
  const SelectionCount &S = C.Sum;
  json Missing = json::array();
  for (const auto &[Opcode, M] : byCount(S)) {
    Missing.push_back({{"opcode", Opcode}, {"count", M.Count}});
    if (!M.RegForm.empty())
      Missing.back()["unfolds_to"] = M.RegForm;
  }
  J["instructions"] = S.Instructions;
  J["with_meaning"] = S.WithMeaning;
  J["coverage"] = share(S.WithMeaning, S.Instructions);
  J["coverage_mean"] = C.mean();
  J["plain_moves"] = S.PlainMoves;
  J["coverage_with_plain_moves"] =
      share(S.WithMeaning + S.PlainMoves, S.Instructions + S.PlainMoves);
  J["missing"] = Missing;
  J["skipped"] = C.Skipped;
}

static void printCorpus(const CorpusCount &C, size_t Files) {
  const SelectionCount &S = C.Sum;
  outs() << format("corpus of %zu files: %llu of %llu vector, mask and tile instructions have a "
                   "meaning, %.2f %%\n",
                   Files - C.Skipped.size(), (unsigned long long)S.WithMeaning,
                   (unsigned long long)S.Instructions, 100 * share(S.WithMeaning, S.Instructions));
  if (C.Shares.size() > 1)
    outs() << format("  mean over %zu files: %.2f %%\n", C.Shares.size(), 100 * C.mean());
  outs() << format("  besides %llu plain loads and stores; with them %.2f %%\n",
                   (unsigned long long)S.PlainMoves,
                   100 * share(S.WithMeaning + S.PlainMoves, S.Instructions + S.PlainMoves));
  if (!S.Missing.empty())
    outs() << "  missing:\n";
  for (const auto &[Opcode, M] : byCount(S))
    outs() << format("  %8llu  %s", (unsigned long long)M.Count, Opcode.c_str())
           << (M.RegForm.empty() ? "" : " (of " + M.RegForm + ")") << "\n";
}

static std::string whyUnconfirmed(const Row &R) {
  StringRef Reason = unconfirmedReason(R);
  return Reason.empty() ? "new or changed since conformance ran" : Reason.str();
}

namespace {
/// Opcodes and meanings: of all rows, or of those that a CPU has. An opcode counts
/// once however many rows it has, and is as well confirmed as the least of them. A
/// meaning counts once however many opcodes (encodings, register forms) have it, and
/// a further row of an opcode for other modifiers is not another one.
struct RowCount {
  std::map<StringRef, ConformEntry::How> Opcodes;
  std::set<unsigned> Meanings;

  void add(const TargetIsa &Isa, const Row &R) {
    ConformEntry::How H = confirmation(Isa, R);
    auto [It, New] = Opcodes.try_emplace(R.opcodeName(), H);
    // Silicon, second source, unconfirmed: in the order of the enumeration or not.
    auto Rank = [](ConformEntry::How H) {
      return H == ConformEntry::Silicon ? 2 : H == ConformEntry::SecondSource ? 1 : 0;
    };
    if (Rank(H) < Rank(It->second))
      It->second = H;
    if (R.Name.size() == R.opcodeName().size())
      Meanings.insert(Isa.classOf(R).Id);
  }
  size_t of(ConformEntry::How H) const {
    return size_t(count_if(Opcodes, [&](const auto &O) { return O.second == H; }));
  }
};
} // namespace

/// The GPUs that the rows are written for.
static constexpr const char *Gpus[] = {"gfx90a", "gfx942", "gfx950", "gfx1100", "gfx1200"};

static Expected<std::vector<std::pair<std::string, RowCount>>> countByCpu(const TargetIsa &Isa) {
  std::vector<std::pair<std::string, RowCount>> List;
  if (Isa.arch() != "amdgcn")
    return List;
  for (const char *Cpu : Gpus) {
    auto STI = Isa.subtarget(Cpu);
    if (!STI)
      return STI.takeError();
    RowCount &C = List.emplace_back(Cpu, RowCount()).second;
    for (const Row &R : Isa.rows())
      if (R.Features.empty() || (*STI)->checkFeatures(R.Features))
        C.add(Isa, R);
  }
  return List;
}

Expected<int> runIsaStats(const IsaCommand &C, const OutputOptions &O) {
  Expected<const TargetIsa *> Opened = TargetIsa::get(C.Target);
  if (!Opened)
    return Opened.takeError();
  const TargetIsa &Isa = **Opened;
  RowCount All;
  json Reasons = json::array();
  for (const Row &R : Isa.rows()) {
    All.add(Isa, R);
    if (confirmation(Isa, R) == ConformEntry::Unconfirmed)
      Reasons.push_back({{"opcode", R.Name}, {"reason", whyUnconfirmed(R)}});
  }
  auto ByCpu = countByCpu(Isa);
  if (!ByCpu)
    return ByCpu.takeError();
  const size_t Rows = Isa.rows().size(), Classes = Isa.classes().size();
  const size_t Silicon = All.of(ConformEntry::Silicon), Second = All.of(ConformEntry::SecondSource),
               None = All.of(ConformEntry::Unconfirmed);
  CorpusCount Corpus = countCorpus(Isa, C);
  if (O.Json) {
    json J = {{"target", Isa.arch().str()},
              {"opcodes", All.Opcodes.size()},
              {"meanings", All.Meanings.size()},
              {"rows", Rows},
              {"classes", Classes},
              {"confirmed_silicon", Silicon},
              {"confirmed_second_source", Second},
              {"unconfirmed", None},
              {"unconfirmed_reasons", Reasons}};
    for (const auto &[Cpu, N] : *ByCpu)
      J["by_cpu"][Cpu] = {{"opcodes", N.Opcodes.size()},
                          {"meanings", N.Meanings.size()},
                          {"confirmed_second_source", N.of(ConformEntry::SecondSource)},
                          {"unconfirmed", N.of(ConformEntry::Unconfirmed)}};
    if (!C.Corpus.empty())
      addCorpus(J, Corpus);
    outs() << J.dump() << "\n";
  } else {
    outs() << Isa.arch() << ": " << All.Opcodes.size() << " opcodes with " << All.Meanings.size()
           << " distinct meanings (" << Rows << " rows in " << Classes
           << " classes); confirmed on silicon " << Silicon << ", by a second source " << Second
           << ", unconfirmed " << None << "\n";
    for (const auto &[Cpu, N] : *ByCpu)
      outs() << format(
          "  %-8s %5zu opcodes, %4zu meanings; by a second source %zu, unconfirmed %zu\n",
          Cpu.c_str(), N.Opcodes.size(), N.Meanings.size(), N.of(ConformEntry::SecondSource),
          N.of(ConformEntry::Unconfirmed));
    if (!C.Corpus.empty())
      printCorpus(Corpus, C.Corpus.size());
  }
  return Corpus.Skipped.empty() ? 0 : 1;
}

} // namespace whittle
