//===- rulesdb/Browse.cpp - Rules for readers -------------------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "rulesdb/Browse.h"
#include "isa/LoopRule.h"
#include "isa/SymbolBinding.h"
#include "isa/TargetIsa.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"
#include <map>
#include <nlohmann/json.hpp>

using namespace llvm;
using Json = nlohmann::json;

namespace whittle {

std::string shortId(const Hash128 &Id) { return Id.hex().substr(0, 8); }

//===----------------------------------------------------------------------===//
// A rule in words
//===----------------------------------------------------------------------===//

/// The plain rows of a rule in order of first use, source first.
static std::vector<const Row *> rowsInOrder(const Rule &R) {
  std::vector<const Row *> Rows;
  for (const Program *P : {&R.W.Source, &R.Target})
    for (const Node &N : P->Nodes)
      if (!N.R->isGeneric() && !is_contained(Rows, N.R))
        Rows.push_back(N.R);
  return Rows;
}

bool RuleFilter::passes(const StoredRule &R) const {
  if (!Target.empty() && R.Target != Target)
    return false;
  if (State && R.State != *State)
    return false;
  return Opcode.empty() ||
         any_of(rowsInOrder(R.R), [&](const Row *Used) { return Used->Name == Opcode; });
}

/// "4 VPADDDZrr + VPXORDZrr": repeats are counted, in order of first use.
static std::string programSummary(const Program &P) {
  std::vector<std::pair<std::string, unsigned>> Counts;
  for (const Node &N : P.Nodes) {
    if (N.R->isGeneric())
      continue;
    auto It = find_if(Counts, [&](const auto &C) { return C.first == N.R->Name; });
    if (It == Counts.end())
      Counts.emplace_back(N.R->Name, 1);
    else
      ++It->second;
  }
  if (Counts.empty())
    return "a leaf";
  std::string Text;
  ListSeparator LS(" + ");
  raw_string_ostream OS(Text);
  for (const auto &[Name, Count] : Counts) {
    OS << LS;
    if (Count > 1)
      OS << Count << ' ';
    OS << Name;
  }
  return Text;
}

std::string opcodeSummary(const Rule &R) {
  if (!R.W.Isa)
    return "(does not parse)";
  return (R.W.isLoop() ? "loop: " : "") + programSummary(R.W.Source) + " -> " +
         programSummary(R.Target);
}

static std::string hexOf(const APInt &Bits) {
  return "0x" + toString(Bits, 16, false, false, false);
}

/// The whole value as bytes, lowest first, as rule text has it.
static std::string bytesOf(const APInt &Bits) {
  std::string Text;
  for (unsigned I = 0; I + 8 <= Bits.getBitWidth(); I += 8) {
    uint64_t Byte = Bits.extractBitsAsZExtValue(8, I);
    Text += hexdigit(Byte >> 4, /*LowerCase=*/true);
    Text += hexdigit(Byte & 15, /*LowerCase=*/true);
  }
  return "hex(" + Text + ")";
}

/// The smallest element width whose pattern repeats through both; 0: none.
static unsigned elementWidth(const APInt &A, const APInt &B) {
  for (unsigned Width : {8u, 16u, 32u, 64u})
    if (A.getBitWidth() % Width == 0 && A.isSplat(Width) && B.isSplat(Width))
      return Width;
  return 0;
}

std::string describeLeaf(const Leaf &L) {
  if (L.Loop)
    return "carried round a loop, changed by such steps alone and read by nothing else";
  if (L.Choice)
    return "unspecified (a read of IMPLICIT_DEF)";
  if (L.Symbolic)
    return formatv("the constant {0}{1}", printExpr(*L.Symbolic),
                   L.ElementBits == L.Ty.Bits
                       ? std::string()
                       : formatv(" in every {0}-bit element", L.ElementBits).str());
  if (L.Const) {
    if (L.Const->isZero())
      return "the constant 0";
    if (L.Const->isAllOnes())
      return "the constant with all bits 1";
    if (unsigned Width = elementWidth(*L.Const, *L.Const)) {
      APInt Element = L.Const->trunc(Width);
      return formatv("the constant {0} ({1}) in every {2}-bit element",
                     toString(Element, 10, /*Signed=*/true), hexOf(Element), Width);
    }
    return "the constant " + bytesOf(*L.Const);
  }
  if (!L.hasFacts())
    return "";
  APInt Zeros = L.Zeros.isZero() ? APInt(L.Ty.Bits, 0) : L.Zeros;
  APInt Ones = L.Ones.isZero() ? APInt(L.Ty.Bits, 0) : L.Ones;
  unsigned Width = elementWidth(Zeros, Ones);
  std::vector<std::string> Parts;
  if (!Width) {
    if (!Zeros.isZero())
      Parts.push_back("the bits " + bytesOf(Zeros) + " are 0");
    if (!Ones.isZero())
      Parts.push_back("the bits " + bytesOf(Ones) + " are 1");
    return join(Parts, ", ");
  }
  APInt Z = Zeros.trunc(Width), O = Ones.trunc(Width);
  if (O.isZero() && Z.isAllOnes())
    return "is 0";
  if (O.isZero() && Z.countl_one() == Z.popcount())
    return formatv("every {0}-bit element is at most {1}", Width, toString(~Z, 10, false));
  if (O.isZero() && Z.countr_one() == Z.popcount())
    return formatv("every {0}-bit element is a multiple of {1}", Width, toString(Z + 1, 10, false));
  if (!Z.isZero())
    Parts.push_back(formatv("the bits {0} are 0", hexOf(Z)));
  if (!O.isZero())
    Parts.push_back(formatv("the bits {0} are 1", hexOf(O)));
  return formatv("in every {0}-bit element {1}", Width, join(Parts, ", "));
}

std::string describeLoop(const Rule &R) {
  if (!R.W.isLoop())
    return "";
  Expected<LoopLemma> L = loopLemma(R.W);
  if (!L)
    return toString(L.takeError());
  Leaf Start;
  Start.Ty = L->Add->Def;
  Start.Const = L->Start;
  return "an accumulator that starts as " + describeLeaf(Start) + ", steps by " + L->Step->Name +
         " and has something added by " + L->Add->Name + " behind the loop may start as that";
}

/// What a general rule asks of its symbols, in words: what may stand for each, then
/// the conditions.
static std::vector<std::pair<std::string, std::string>> describeSymbols(const Window &W) {
  std::vector<std::pair<std::string, std::string>> Lines;
  for (auto [I, S] : enumerate(W.Symbols))
    Lines.push_back({printExpr(SymExpr::symbol(unsigned(I))),
                     formatv("any number of {0} bits{1}", S.Bits,
                             W.Where.empty() ? "" : " for which what follows holds")});
  static constexpr StringLiteral Words[] = {"is less than", "is at most", "is", "is not"};
  for (const SymCondition &C : W.Where) {
    std::string R = printExpr(C.R);
    if (C.P == SymCondition::EQ && C.L.K == SymExpr::Mod && R == "0")
      Lines.push_back({printExpr(C.L.Args[0]), "is a multiple of " + printExpr(C.L.Args[1])});
    else
      Lines.push_back({printExpr(C.L), Words[C.P].str() + " " + R});
  }
  return Lines;
}

RuleRelations relationsOf(const StoredRule &R, ArrayRef<StoredRule> All) {
  RuleRelations Out;
  for (const StoredRule &Other : All) {
    if (!R.R.W.Isa || !Other.R.W.Isa)
      continue;
    if (isInstanceOf(R.R, Other.R))
      Out.InstanceOf.push_back(Other.Id);
    if (isInstanceOf(Other.R, R.R))
      Out.Instances.push_back(Other.Id);
  }
  return Out;
}

/// Neither an immediate nor a constant of the source narrows the rule down.
static bool isGeneral(const Rule &R) {
  if (!R.W.Isa)
    return false;
  for (const Node &N : R.W.Source.Nodes)
    for (unsigned K = 0; K != N.Imms.size() && !N.R->isGeneric(); ++K)
      if (!N.symbolic(K))
        return false;
  return all_of(R.W.Leaves, [](const Leaf &L) {
    return !L.Const || L.Const->isZero() || L.Const->isAllOnes();
  });
}

//===----------------------------------------------------------------------===//
// List
//===----------------------------------------------------------------------===//

std::string listText(ArrayRef<StoredRule> Rules, const RuleFilter &F) {
  std::string Text;
  raw_string_ostream OS(Text);
  OS << "id        target  cost    state  seen   opcodes\n";
  for (const StoredRule &R : Rules) {
    if (!F.passes(R))
      continue;
    std::string Cost = formatv("{0}->{1}", R.CostSource.Weight, R.CostTarget.Weight);
    OS << formatv("{0}  {1,-7} {2,-7} {3,-6} {4,-6} {5}\n", shortId(R.Id), R.Target, Cost,
                  stateName(R.State), R.Sightings, opcodeSummary(R.R));
  }
  return Text;
}

static Json costJson(const StaticCost &C) {
  return {
      {"weight", C.Weight}, {"instructions", C.Instructions}, {"constant_bytes", C.ConstantBytes}};
}

/// Names from outside may be no UTF-8, which JSON must be.
static std::string utf8(StringRef Text) { return llvm::json::fixUTF8(Text); }

/// What list and show have in common.
static Json headJson(const StoredRule &R) {
  return {{"id", R.Id.hex()},
          {"target", R.Target},
          {"state", stateName(R.State).str()},
          {"stale_why", utf8(R.StaleWhy)},
          {"opcodes", opcodeSummary(R.R)},
          {"cost", {{"source", costJson(R.CostSource)}, {"target", costJson(R.CostTarget)}}},
          {"sightings", R.Sightings}};
}

Json listJson(ArrayRef<StoredRule> Rules, const RuleFilter &F) {
  Json List = Json::array();
  for (const StoredRule &R : Rules)
    if (F.passes(R))
      List.push_back(headJson(R));
  return {{"rules", std::move(List)}};
}

//===----------------------------------------------------------------------===//
// Show
//===----------------------------------------------------------------------===//

static std::string verdictText(const StoredRule &R) {
  return R.State == RuleState::Stale ? "proved once, stale now" : "proved";
}

/// The command that proves the rule again.
static std::string recheckCommand(StringRef DbPath) {
  std::string Quoted;
  bool Plain = !DbPath.empty() && all_of(DbPath, [](char C) {
    return isAlnum(C) || StringRef("_-+.,:@/=%").contains(C);
  });
  if (Plain)
    return ("whittle verify --db " + DbPath).str();
  for (char C : DbPath)
    Quoted += C == '\'' ? std::string("'\\''") : std::string(1, C);
  return "whittle verify --db '" + Quoted + "'";
}

static std::string otherMembers(const TargetIsa &Isa, const Row &R) {
  std::vector<std::string> Others;
  for (const Row *M : Isa.classOf(R).Members)
    if (M != &R)
      Others.push_back(M->Name);
  return join(Others, ", ");
}

std::string showText(const StoredRule &R, ArrayRef<RuleEvent> History, StringRef DbPath,
                     const RuleRelations &Related) {
  std::string Text;
  raw_string_ostream OS(Text);
  const RuleEvidence &E = R.Evidence;
  OS << "rule      " << R.Id.hex() << "\n";
  OS << "target    " << R.Target << "\n";
  OS << "state     " << stateName(R.State);
  if (!R.StaleWhy.empty())
    OS << ": " << R.StaleWhy;
  OS << "\ncost      " << R.CostSource.Weight << " -> " << R.CostTarget.Weight << " ("
     << R.CostSource.Instructions << " -> " << R.CostTarget.Instructions << " instructions";
  if (R.CostTarget.ConstantBytes)
    OS << ", " << R.CostTarget.ConstantBytes << " bytes of new constants";
  OS << ")\n\n";
  for (StringRef Line : split(StringRef(R.Text).rtrim('\n'), '\n'))
    OS << "    " << Line << "\n";

  if (std::string Loop = describeLoop(R.R); !Loop.empty())
    OS << "\nloop\n  " << Loop << "\n";
  OS << "\nneeds\n";
  bool Any = false;
  for (const auto &[What, Words] : describeSymbols(R.R.W)) {
    OS << "  " << What << (What.size() > 2 ? " " : ": ") << Words << "\n";
    Any = true;
  }
  for (auto [I, L] : enumerate(R.R.W.Leaves)) {
    std::string Words = describeLeaf(L);
    if (Words.empty())
      continue;
    OS << "  %" << I << ": " << Words << "\n";
    Any = true;
  }
  if (!Any)
    OS << (R.R.W.Isa ? "  nothing: it holds for all operands\n" : "  (does not parse)\n");

  OS << "opcodes\n";
  for (const Row *Used : rowsInOrder(R.R)) {
    OS << "  " << Used->Name << ": weight " << Used->Weight;
    if (!Used->Features.empty())
      OS << ", needs " << Used->Features;
    if (std::string Others = otherMembers(*R.R.W.Isa, *Used); !Others.empty())
      OS << ", or any of its class: " << Others;
    OS << "\n";
  }

  OS << "evidence\n";
  OS << "  verdict    " << verdictText(R) << "\n";
  OS << "  method     " << E.Method << "\n";
  OS << "  slices     " << E.Slices << " compared, " << E.DistinctSlices
     << " distinct: " << E.BySyntax << " by normal forms, " << E.BySolver << " by solver\n";
  OS << "  solvers    " << (E.Solvers.empty() ? "none" : E.Solvers) << "\n";
  OS << "  versions   LLVM " << E.LLVMVersion << ", prover " << E.ProverVersion << "\n";
  OS << "  assumes    " << (E.Assumptions.empty() ? "nothing" : E.Assumptions) << "\n";
  OS << "  confirmed  "
     << (E.Confirmed ? "yes: every opcode on silicon or by a second source"
                     : "no: not every opcode was held against silicon or a second source")
     << "\n";
  OS << "  floating   " << E.FPClass << "\n";
  OS << "  found by   " << E.FoundBy << "\n";
  for (const auto &[Opcode, Hash] : E.RowHashes)
    OS << "  meaning    " << Hash.hex() << " " << Opcode << "\n";

  for (const Hash128 &Id : Related.InstanceOf)
    OS << "instance of " << Id.hex() << "\n";
  for (const Hash128 &Id : Related.Instances)
    OS << "instance    " << Id.hex() << "\n";
  OS << "seen in     " << R.Sightings << " places\n";
  for (const std::string &Place : R.SeenIn)
    OS << "  " << Place << "\n";
  if (!History.empty()) {
    OS << "history\n";
    for (const RuleEvent &Event : History)
      OS << "  " << Event.Step << ". " << stateName(Event.State) << ": " << Event.Why << "\n";
  }
  OS << "check it again\n  " << recheckCommand(DbPath) << "\n";
  return Text;
}

Json showJson(const StoredRule &R, ArrayRef<RuleEvent> History, StringRef DbPath,
              const RuleRelations &Related) {
  const RuleEvidence &E = R.Evidence;
  Json Needs = Json::array(), Rows = Json::array(), Solvers = Json::array(), Events = Json::array();
  for (auto [I, L] : enumerate(R.R.W.Leaves))
    if (std::string Words = describeLeaf(L); !Words.empty())
      Needs.push_back({{"leaf", I}, {"type", L.Ty.str()}, {"needs", Words}});
  std::map<std::string, std::string> Hashes;
  for (const auto &[Opcode, Hash] : E.RowHashes)
    Hashes[Opcode] = Hash.hex();
  for (const Row *Used : rowsInOrder(R.R)) {
    Json Class = Json::array();
    for (const Row *M : R.R.W.Isa->classOf(*Used).Members)
      Class.push_back(M->Name);
    Rows.push_back({{"opcode", Used->Name},
                    {"class", std::move(Class)},
                    {"features", Used->Features},
                    {"weight", Used->Weight},
                    {"row_hash", Hashes.count(Used->Name) ? Json(Hashes[Used->Name]) : Json()}});
  }
  for (StringRef Solver : split(E.Solvers, ','))
    if (!Solver.trim().empty())
      Solvers.push_back(Solver.trim().str());
  for (const RuleEvent &Event : History)
    Events.push_back(
        {{"step", Event.Step}, {"state", stateName(Event.State).str()}, {"why", utf8(Event.Why)}});
  Json Result = headJson(R);
  Result["text"] = R.Text;
  Result["loop"] = describeLoop(R.R);
  Json Symbols = Json::array();
  for (const auto &[What, Words] : describeSymbols(R.R.W))
    Symbols.push_back({{"what", What}, {"needs", Words}});
  Result["symbols"] = std::move(Symbols);
  for (auto [Key, Ids] : {std::pair("instance_of", &Related.InstanceOf),
                          std::pair("instances", &Related.Instances)}) {
    Result[Key] = Json::array();
    for (const Hash128 &Id : *Ids)
      Result[Key].push_back(Id.hex());
  }
  Result["facts"] = std::move(Needs);
  Result["rows"] = std::move(Rows);
  Result["evidence"] = {{"verdict", verdictText(R)},
                        {"method", E.Method},
                        {"slices", E.Slices},
                        {"distinct_slices", E.DistinctSlices},
                        {"by_syntax", E.BySyntax},
                        {"by_solver", E.BySolver},
                        {"solvers", std::move(Solvers)},
                        {"llvm_version", E.LLVMVersion},
                        {"prover_version", E.ProverVersion},
                        {"assumptions", E.Assumptions},
                        {"confirmed", E.Confirmed},
                        {"fp_class", E.FPClass},
                        {"found_by", E.FoundBy},
                        {"seconds", E.Seconds}};
  Result["seen_in"] = Json::array();
  for (const std::string &Place : R.SeenIn)
    Result["seen_in"].push_back(utf8(Place));
  Result["history"] = std::move(Events);
  Result["recheck"] = utf8(recheckCommand(DbPath));
  return Result;
}

//===----------------------------------------------------------------------===//
// Stats
//===----------------------------------------------------------------------===//

namespace {
struct Counts {
  std::map<std::string, uint64_t> ByTarget, ByState;
  uint64_t General = 0, Confirmed = 0, Fires = 0;
};
} // namespace

static Counts countRules(ArrayRef<StoredRule> Rules) {
  Counts C;
  for (RuleState S : {RuleState::On, RuleState::Off, RuleState::Stale})
    C.ByState[stateName(S).str()] = 0;
  for (const StoredRule &R : Rules) {
    ++C.ByTarget[R.Target];
    ++C.ByState[stateName(R.State).str()];
    C.General += isGeneral(R.R);
    C.Confirmed += R.Evidence.Confirmed;
    if (R.State == RuleState::On)
      C.Fires += R.Sightings;
  }
  return C;
}

Json statsJson(ArrayRef<StoredRule> Rules) {
  Counts C = countRules(Rules);
  return {{"rules", Rules.size()}, {"by_target", C.ByTarget},  {"by_state", C.ByState},
          {"general", C.General},  {"confirmed", C.Confirmed}, {"fires", C.Fires}};
}

std::string statsText(ArrayRef<StoredRule> Rules) {
  Counts C = countRules(Rules);
  std::string Text;
  raw_string_ostream OS(Text);
  OS << "rules      " << Rules.size() << "\n";
  for (const auto &[Target, Count] : C.ByTarget)
    OS << "  " << formatv("{0,-8} {1}", Target, Count) << "\n";
  for (const auto &[State, Count] : C.ByState)
    OS << "  " << formatv("{0,-8} {1}", State, Count) << "\n";
  OS << "general    " << C.General << " (no immediate or constant is fixed but 0 and -1)\n";
  OS << "confirmed  " << C.Confirmed << " (every opcode on silicon or by a second source)\n";
  OS << "fires      " << C.Fires << " (harvested places that the rules in force improve)\n";
  return Text;
}

} // namespace whittle
