//===- tools/VerifyCommand.cpp - whittle verify ----------------------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/TargetIsa.h"
#include "rulesdb/ImportExport.h"
#include "tools/Commands.h"
#include "verify/Generalize.h"
#include "verify/Lift.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/raw_ostream.h"
#include <deque>
#include <nlohmann/json.hpp>
#include <set>

using namespace llvm;
using nlohmann::json;

namespace whittle {

static Error makeError(const Twine &Message) {
  return createStringError(inconvertibleErrorCode(), Message);
}

static std::string hexOf(const APInt &X) {
  std::string S = "0x";
  SmallString<128> Digits;
  X.toString(Digits, 16, false);
  return S + Digits.str().str();
}

static std::string describe(const Counterexample &X, const Window &W) {
  std::string Text;
  raw_string_ostream OS(Text);
  for (auto [I, V] : enumerate(X.Symbols))
    OS << printExpr(SymExpr::symbol(unsigned(I))) << " = " << hexOf(V) << "; ";
  for (auto [I, L] : enumerate(X.Leaves))
    if (!W.Leaves[I].isConstant())
      OS << "%" << I << " = " << hexOf(L) << "; ";
  if (W.hasMatrix())
    OS << "exec = " << format_hex(X.Exec, 18) << "; ";
  OS << "output " << X.Output << " bit " << X.ChunkBit << ": source " << hexOf(X.SourceValue)
     << ", target " << hexOf(X.TargetValue);
  return Text;
}

namespace {
struct Item {
  std::string Name;
  Rule R;
  std::optional<Hash128> Stored;
  StringRef FoundBy = "hand"; ///< or by what another rule gave it
};

class Verifier {
public:
  Verifier(const VerifyCommand &C, const OutputOptions &O) : C(C), O(O) {}

  Expected<int> run() {
    std::vector<Item> Items;
    if (Error E = C.Db.empty() ? fromFiles(Items) : fromDatabase(Items))
      return std::move(E);
    if (!C.AddTo.empty()) {
      Expected<std::unique_ptr<RuleDb>> D = RuleDb::open(C.AddTo, RuleDb::Mode::Create);
      if (!D)
        return D.takeError();
      Into = std::move(*D);
    }
    if (!C.Export.empty())
      if (std::error_code EC = sys::fs::create_directories(C.Export))
        return makeError(C.Export + ": " + EC.message());
    for (const Item &I : Items)
      if (Error E = one(I))
        return std::move(E);
    // What was found is proved like any rule; found for several rules, once.
    std::set<std::string> Seen;
    for (const Item &I : Items)
      Seen.insert(I.Name);
    while (!Queue.empty()) {
      Item Each = std::move(Queue.front());
      Queue.pop_front();
      if (!Seen.insert(Each.Name).second)
        continue;
      if (Error E = one(Each))
        return std::move(E);
      if (!O.Json && !O.Quiet)
        outs() << printRule(Each.R);
    }
    report();
    return Refuted || Undecided || Disagreements ? 1 : 0;
  }

private:
  Error fromFiles(std::vector<Item> &Items) {
    for (const std::string &File : C.Files) {
      ErrorOr<std::unique_ptr<MemoryBuffer>> B = MemoryBuffer::getFileOrSTDIN(File);
      if (!B)
        return makeError(File + ": " + B.getError().message());
      Expected<std::vector<Rule>> Rules = parseRules((*B)->getBuffer(), File);
      if (!Rules)
        return Rules.takeError();
      for (Rule &R : *Rules) {
        canonicalize(R);
        Items.push_back({ruleId(R).hex(), std::move(R), std::nullopt});
      }
    }
    return Error::success();
  }

  Error fromDatabase(std::vector<Item> &Items) {
    Expected<std::unique_ptr<RuleDb>> D = RuleDb::open(C.Db, RuleDb::Mode::ReadWrite);
    if (!D)
      return D.takeError();
    Again = std::move(*D);
    std::vector<std::string> Warnings;
    Expected<std::vector<StoredRule>> Rules = Again->rules("", &Warnings);
    if (!Rules)
      return Rules.takeError();
    for (const std::string &W : Warnings)
      errs() << "whittle: " << W << "\n";
    for (StoredRule &R : *Rules)
      if (!R.R.Target.Outputs.empty())
        Items.push_back({R.Id.hex(), std::move(R.R), R.Id});
    return Error::success();
  }

  Error one(const Item &I) {
    VerifyOptions VO;
    if (C.RLimit)
      VO.RLimit = C.RLimit;
    Expected<VerifyResult> V = verify(I.R, VO);
    if (!V)
      return makeError("rule " + I.Name + ": " + toString(V.takeError()));
    json J{{"rule", I.Name},
           {"verdict", verdictName(V->V).str()},
           {"counterexample", nullptr},
           {"seconds", V->E.Seconds},
           {"method", V->Method}};
    std::string Detail = V->Method;
    if (std::holds_alternative<Proved>(V->V)) {
      ++ProvedCount;
      RuleEvidence E = evidenceOf(I.R, *V, I.FoundBy);
      if (Into) {
        StaticCost From = staticCost(I.R.W, I.R.W.Source), To = staticCost(I.R.W, I.R.Target);
        if (!(To < From)) {
          errs() << "whittle: rule " << I.Name
                 << ": proved, but its target is not cheaper: not stored\n";
        } else if (Expected<bool> New = Into->addRule(I.R, E); !New) {
          return New.takeError();
        }
      }
      if (Again && I.Stored)
        if (Error Failed = Again->setEvidence(*I.Stored, E))
          return Failed;
      bool Given = !I.Stored && I.FoundBy == "hand";
      if (C.Lift && Given && !Relatives.count(I.Name))
        if (Error Failed = otherOpcodes(I.R))
          return Failed;
      if ((C.Core || C.Generalize) && !I.Stored && I.FoundBy != "generalisation" &&
          !I.R.W.isGeneral())
        if (Error Failed = moreGeneral(I.R))
          return Failed;
    } else if (auto *X = std::get_if<Counterexample>(&V->V)) {
      ++Refuted;
      Detail = describe(*X, I.R.W);
      J["counterexample"] = Detail;
      if (Again && I.Stored)
        if (Error Failed = Again->setState(*I.Stored, RuleState::Off, "refuted: " + Detail))
          return Failed;
    } else {
      ++Undecided;
      if (auto *U = std::get_if<Unknown>(&V->V))
        Detail = U->Reason;
      J["reason"] = Detail;
    }
    Seconds += V->E.Seconds;
    if (!C.Export.empty() || C.CrossCheck)
      if (Error E = obligations(I, std::holds_alternative<Proved>(V->V), J))
        return E;
    if (!O.Json && !O.Quiet)
      outs() << StringRef(I.Name).take_front(8) << " " << verdictName(V->V)
             << format(" %.3f s  ", V->E.Seconds) << Detail << "\n";
    outs().flush(); // a long run's report is read while it runs
    Results.push_back(std::move(J));
    return Error::success();
  }

  /// Queues what \p R is with other opcodes of its families.
  Error otherOpcodes(const Rule &R) {
    LiftOptions LO;
    if (C.RLimit)
      LO.Verify.RLimit = C.RLimit;
    Expected<std::vector<Lifted>> Found = lift(R, LO);
    if (!Found)
      return Found.takeError();
    for (Lifted &L : *Found) {
      std::string Name = ruleId(L.R).hex();
      Relatives.insert(Name);
      Queue.push_back({Name, std::move(L.R), std::nullopt, "lifting"});
    }
    return Error::success();
  }

  /// Queues what is more general than \p R: without its context, and with symbols.
  Error moreGeneral(const Rule &R) {
    GeneralizeOptions GO;
    if (C.RLimit)
      GO.Verify.RLimit = C.RLimit;
    Rule Canonical = R;
    canonicalize(Canonical);
    Expected<Rule> Core = dropContext(Canonical, GO.Verify);
    if (!Core)
      return Core.takeError();
    if (ruleId(*Core) != ruleId(Canonical))
      Queue.push_back({ruleId(*Core).hex(), *Core, std::nullopt, "generalisation"});
    if (!C.Generalize)
      return Error::success();
    Expected<std::optional<Generalization>> G = generalize(*Core, GO);
    if (!G)
      return G.takeError();
    if (*G)
      Queue.push_back({ruleId((*G)->R).hex(), (*G)->R, std::nullopt, "generalisation"});
    return Error::success();
  }

  /// Writes the obligations as files others can check, and asks cvc5 if wanted.
  Error obligations(const Item &I, bool WasProved, json &J) {
    Expected<std::vector<ExportedObligation>> All = exportObligations(I.R);
    if (!All)
      return All.takeError();
    for (const ExportedObligation &Ob : *All) {
      SmallString<256> Base(C.Export.empty() ? "" : C.Export);
      if (!C.Export.empty()) {
        Base += "/" + I.Name.substr(0, 8) + "." + Ob.Name;
        for (auto [Ext, Text] :
             {std::pair(".src.ll", &Ob.LLSource), {".tgt.ll", &Ob.LLTarget}, {".smt2", &Ob.Smt2}}) {
          if (Error E = publishFile((Base + Ext).str(), *Text))
            return E;
        }
      }
      if (C.CrossCheck) {
        std::string Answer = askCvc5(Ob.Smt2);
        J["cvc5"].push_back(Answer);
        if ((WasProved && Answer == "sat"))
          ++Disagreements;
      }
    }
    return Error::success();
  }

  static std::string askCvc5(const std::string &Smt2) {
    ErrorOr<std::string> Program = sys::findProgramByName("cvc5");
    if (!Program)
      return "not installed";
    SmallString<128> In, Out;
    if (sys::fs::createTemporaryFile("whittle", "smt2", In) ||
        sys::fs::createTemporaryFile("whittle", "out", Out))
      return "no temporary file";
    {
      std::error_code EC;
      raw_fd_ostream OS(In, EC);
      OS << Smt2;
    }
    std::optional<StringRef> Redirects[] = {std::nullopt, Out.str(), StringRef("")};
    sys::ExecuteAndWait(*Program, {*Program, "--tlimit=20000", In}, std::nullopt, Redirects, 30);
    std::string Answer = "unknown";
    if (auto B = MemoryBuffer::getFile(Out))
      if (StringRef T = (*B)->getBuffer().split('\n').first; T == "sat" || T == "unsat")
        Answer = T.str();
    (void)sys::fs::remove(In);
    (void)sys::fs::remove(Out);
    return Answer;
  }

  void report() {
    if (O.Json) {
      std::vector<std::string> Solvers = solverVersions();
      if (C.CrossCheck)
        Solvers.push_back("cvc5");
      outs() << json{{"results", Results}, {"rules", Results.size()},       {"proved", ProvedCount},
                     {"refuted", Refuted}, {"unknown", Undecided},          {"seconds", Seconds},
                     {"solvers", Solvers}, {"disagreements", Disagreements}}
                    .dump(1)
             << "\n";
    } else if (!O.Quiet) {
      outs() << Results.size() << " rules: " << ProvedCount << " proved, " << Refuted
             << " refuted, " << Undecided << " unknown" << format(", %.2f s", Seconds);
      if (C.CrossCheck)
        outs() << ", " << Disagreements << " disagreements with cvc5";
      outs() << "\n";
    }
  }

  const VerifyCommand &C;
  const OutputOptions &O;
  std::unique_ptr<RuleDb> Into, Again;
  json Results = json::array();
  std::deque<Item> Queue;          ///< forms of what was proved
  std::set<std::string> Relatives; ///< of rules before; theirs are the same
  unsigned ProvedCount = 0, Refuted = 0, Undecided = 0, Disagreements = 0;
  double Seconds = 0;
};
} // namespace

Expected<int> runVerify(const VerifyCommand &C, const OutputOptions &O) {
  return Verifier(C, O).run();
}

} // namespace whittle
