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
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"
#include <nlohmann/json.hpp>

using namespace llvm;
using nlohmann::json;

namespace whittle {

namespace {
/// What the files of a corpus hold.
struct CorpusCount {
  SelectionCount Sum;
  std::vector<std::string> Skipped; ///< files that could not be compiled
};
} // namespace

static Error countFile(const TargetIsa &Isa, const CompileOptions &O, SelectionCount &Into) {
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
    if (Error E = countFile(Isa, One, Count.Sum)) {
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

Expected<int> runIsaStats(const IsaCommand &C, const OutputOptions &O) {
  Expected<const TargetIsa *> Opened = TargetIsa::get(C.Target);
  if (!Opened)
    return Opened.takeError();
  const TargetIsa &Isa = **Opened;
  unsigned By[3] = {};
  json Reasons = json::array();
  for (const Row &R : Isa.rows()) {
    ConformEntry::How H = confirmation(Isa, R);
    ++By[H];
    if (H == ConformEntry::Unconfirmed)
      Reasons.push_back({{"opcode", R.Name}, {"reason", whyUnconfirmed(R)}});
  }
  size_t Opcodes = Isa.rows().size(), Classes = Isa.classes().size();
  CorpusCount Corpus = countCorpus(Isa, C);
  if (O.Json) {
    json J = {{"target", Isa.arch().str()},
              {"opcodes", Opcodes},
              {"classes", Classes},
              {"confirmed_silicon", By[ConformEntry::Silicon]},
              {"confirmed_second_source", By[ConformEntry::SecondSource]},
              {"unconfirmed", By[ConformEntry::Unconfirmed]},
              {"unconfirmed_reasons", Reasons}};
    if (!C.Corpus.empty())
      addCorpus(J, Corpus);
    outs() << J.dump() << "\n";
  } else {
    outs() << Isa.arch() << ": " << Opcodes << " opcodes in " << Classes
           << " classes; confirmed on silicon " << By[ConformEntry::Silicon]
           << ", by a second source " << By[ConformEntry::SecondSource] << ", unconfirmed "
           << By[ConformEntry::Unconfirmed] << "\n";
    if (!C.Corpus.empty())
      printCorpus(Corpus, C.Corpus.size());
  }
  return Corpus.Skipped.empty() ? 0 : 1;
}

} // namespace whittle
