//===- tools/Isa.cpp - whittle isa -----------------------------------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/Meaning.h"
#include "isa/TargetIsa.h"
#include "isa/conformance/AMDGPUConform.h"
#include "isa/conformance/BochsMachine.h"
#include "isa/conformance/Confirmed.h"
#include "isa/conformance/IsaEval.h"
#include "isa/conformance/X86Conform.h"
#include "isa/conformance/X86Reference.h"
#include "tools/Commands.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"
#include <iostream>
#include <nlohmann/json.hpp>
#include <set>

using namespace llvm;
using nlohmann::json;

namespace whittle {

static const char *confirmationName(ConformEntry::How H) {
  return H == ConformEntry::Silicon        ? "silicon"
         : H == ConformEntry::SecondSource ? "second source"
                                           : "unconfirmed";
}

bool isConfirmed(const TargetIsa &Isa, const Row &R) {
  return confirmation(Isa, R) != ConformEntry::Unconfirmed;
}

static int list(const TargetIsa &Isa, const OutputOptions &O) {
  json J = json::array();
  for (const Row &R : Isa.rows()) {
    const OpClass &C = Isa.classOf(R);
    const char *How = confirmationName(confirmation(Isa, R));
    if (O.Json)
      J.push_back({{"opcode", R.Name},
                   {"class", C.leader().Name},
                   {"features", R.Features},
                   {"weight", R.Weight},
                   {"confirmation", How}});
    else
      outs() << format("%-36s %-28s %3u  %-13s %s\n", R.Name.c_str(), C.leader().Name.c_str(),
                       R.Weight, How, R.Features.c_str());
  }
  if (O.Json)
    outs() << json{{"target", Isa.arch().str()}, {"opcodes", J}}.dump(1) << "\n";
  return 0;
}

/// The meaning as IR text: a function of the operands, or, for a matrix row, of
/// lane and register of the output.
static std::string meaningText(const Row &R) {
  LLVMContext Ctx;
  Module M("meaning", Ctx);
  Function *F;
  if (R.isMatrix()) {
    Type *I32 = Type::getInt32Ty(Ctx);
    FunctionCallee Elem = M.getOrInsertFunction("operand.lane.register",
                                                FunctionType::get(I32, {I32, I32, I32}, false));
    F = Function::Create(FunctionType::get(I32, {I32, I32}, false), GlobalValue::ExternalLinkage,
                         R.Name, M);
    F->getArg(0)->setName("lane");
    F->getArg(1)->setName("register");
    IRBuilder<> B(BasicBlock::Create(Ctx, "", F));
    auto Read = [&](unsigned K, Value *Lane, Value *Reg) -> Value * {
      return B.CreateCall(Elem, {B.getInt32(K), Lane, Reg});
    };
    B.CreateRet(buildElement(B, R, Read, F->getArg(0), F->getArg(1)));
  } else {
    F = buildMeaning(M, R);
    for (Argument &A : F->args())
      A.setName(A.getArgNo() < R.Ins.size() ? "in" + Twine(A.getArgNo())
                                            : "imm" + Twine(A.getArgNo() - R.Ins.size()));
    F->setName(R.Name);
  }
  std::string Text;
  raw_string_ostream OS(Text);
  F->print(OS);
  return Text;
}

static Expected<int> show(const TargetIsa &Isa, const IsaCommand &C, const OutputOptions &O) {
  const Row *R = Isa.find(C.Opcode);
  if (!R || R->isGeneric())
    return createStringError(inconvertibleErrorCode(),
                             Isa.arch() + " opcode '" + C.Opcode + "' has no row");
  std::vector<std::string> Same, Ins, Commutes;
  for (const Row *M : Isa.classOf(*R).Members)
    Same.push_back(M->Name);
  for (ValueType T : R->Ins)
    Ins.push_back(T.str());
  for (auto [I, J] : commutativeInputs(*R))
    Commutes.push_back(std::to_string(I) + "<->" + std::to_string(J));
  std::string How = confirmationName(confirmation(Isa, *R));
  if (O.Json) {
    outs() << json{{"opcode", R->Name},
                   {"result", R->Def.str()},
                   {"inputs", Ins},
                   {"immediates", R->NumImms},
                   {"features", R->Features},
                   {"weight", R->Weight},
                   {"class", Same},
                   {"commutes", Commutes},
                   {"zeroes_above", R->ZeroesAbove},
                   {"defines_flags", R->DefsFlags},
                   {"tied", R->TiedUse},
                   {"confirmation", How},
                   {"hash", rowHash(*R).hex()},
                   {"meaning", meaningText(*R)}}
                  .dump(1)
           << "\n";
    return 0;
  }
  outs() << R->Name << ": " << R->Def.str() << " of (" << join(Ins, ", ") << ")"
         << (R->NumImms
                 ? ", " + std::to_string(R->NumImms) + " immediate" + (R->NumImms > 1 ? "s" : "")
                 : "")
         << "\n"
         << "  needs         " << (R->Features.empty() ? "nothing" : R->Features) << "\n"
         << "  weight        " << R->Weight << "\n"
         << "  same meaning  " << join(Same, " ") << "\n"
         << "  commutes      " << (Commutes.empty() ? "no" : join(Commutes, " ")) << "\n"
         << "  bits above    " << (R->ZeroesAbove ? "zeroed" : "not promised") << "\n"
         << "  besides       " << (R->DefsFlags ? "clobbers flags" : "nothing")
         << (R->TiedUse >= 0 ? ", result tied to input " + std::to_string(R->TiedUse) : "") << "\n"
         << "  confirmed     " << How << "\n"
         << "  hash          " << rowHash(*R).hex() << "\n"
         << meaningText(*R);
  return 0;
}

static Expected<ConformReport> runConform(const TargetIsa &Isa, const IsaCommand &C) {
  if (Isa.arch() != "x86_64")
    return conformAMDGPU(Isa,
                         {.Inputs = C.Inputs ? C.Inputs : 1000, .Seed = C.Seed, .Only = C.Only});
  ConformOptions Options{.Inputs = C.Inputs ? C.Inputs : 30000, .Seed = C.Seed, .Only = C.Only};
  if (C.Machine == "host")
    return conformX86(Isa, Options);
  if (C.Machine == "reference") {
    X86ReferenceMachine Reference;
    return conformX86(Isa, Reference, Options);
  }
  auto Bochs = BochsMachine::create(Isa);
  if (!Bochs)
    return Bochs.takeError();
  return conformX86(Isa, **Bochs, Options);
}

static Expected<int> conform(const TargetIsa &Isa, const IsaCommand &C, const OutputOptions &O) {
  Expected<ConformReport> R = runConform(Isa, C);
  if (!R)
    return R.takeError();
  uint64_t Inputs = 0, Mismatches = 0;
  unsigned By[3] = {};
  json Bad = json::array(), Open = json::array();
  for (const ConformEntry &E : R->Entries) {
    Inputs += E.Inputs;
    Mismatches += E.Mismatches;
    ++By[E.H];
    if (E.Mismatches)
      Bad.push_back(
          {{"opcode", E.Opcode}, {"mismatches", E.Mismatches}, {"first", E.FirstMismatch}});
    if (E.H == ConformEntry::Unconfirmed)
      Open.push_back({{"opcode", E.Opcode}, {"reason", E.Reason}});
  }
  if (!C.WriteConfirmed.empty())
    if (Error E = writeConfirmed(Isa, *R, C.WriteConfirmed))
      return std::move(E);
  if (O.Json) {
    outs() << json{{"target", Isa.arch().str()},
                   {"rows", R->Entries.size()},
                   {"inputs", Inputs},
                   {"mismatches", Mismatches},
                   {"silicon", By[ConformEntry::Silicon]},
                   {"second_source", By[ConformEntry::SecondSource]},
                   {"wrong", Bad},
                   {"unconfirmed", Open}}
                  .dump(1)
           << "\n";
  } else {
    for (const json &B : Bad)
      outs() << B["opcode"].get<std::string>() << ": " << B["mismatches"].get<uint64_t>()
             << " mismatches, first " << B["first"].get<std::string>() << "\n";
    for (const json &B : Open)
      outs() << B["opcode"].get<std::string>()
             << ": not executed: " << B["reason"].get<std::string>() << "\n";
    outs() << R->Entries.size() << " rows: " << By[ConformEntry::Silicon] << " on silicon, "
           << By[ConformEntry::SecondSource] << " by a second source, "
           << By[ConformEntry::Unconfirmed] << " not executed; " << Inputs << " inputs, "
           << Mismatches << " mismatches\n";
  }
  return Mismatches ? 1 : 0;
}

/// One evaluation from the command line, or one a line from stdin.
static Expected<int> eval(const TargetIsa &Isa, const IsaCommand &C) {
  if (C.Opcode.empty()) {
    int Status = 0;
    for (std::string Line; std::getline(std::cin, Line);) {
      if (StringRef(Line).trim().empty())
        continue;
      bool Failed = false;
      outs() << evalLine(Isa, Line, C.CPU, &Failed) << "\n";
      Status |= Failed;
    }
    return Status;
  }
  const Row *R = Isa.find(C.Opcode);
  if (!R || R->isGeneric())
    return createStringError(inconvertibleErrorCode(),
                             Isa.arch() + " opcode '" + C.Opcode + "' has no row");
  EvalRequest Request;
  Request.Opcode = C.Opcode;
  Request.Cpu = C.CPU;
  for (const std::string &A : C.Args) {
    if (Request.In.size() < R->Ins.size()) {
      Expected<std::vector<uint8_t>> Bytes = bytesFromHex(A, "operand " + Twine(Request.In.size()));
      if (!Bytes)
        return Bytes.takeError();
      Request.In.push_back(std::move(*Bytes));
    } else {
      int64_t Imm;
      if (StringRef(A).getAsInteger(0, Imm))
        return createStringError(inconvertibleErrorCode(), "'" + A + "' is no immediate");
      Request.Imm.push_back(Imm);
    }
  }
  Expected<EvalReply> Reply = evaluate(Isa, Request);
  if (!Reply)
    return Reply.takeError();
  outs() << formatEvalReply(C.Opcode, *Reply) << "\n";
  return 0;
}

Expected<int> runIsa(const IsaCommand &C, const OutputOptions &O) {
  Expected<const TargetIsa *> Isa = TargetIsa::get(C.Target);
  if (!Isa)
    return Isa.takeError();
  if (C.Verb == "list")
    return list(**Isa, O);
  if (C.Verb == "show")
    return show(**Isa, C, O);
  if (C.Verb == "stats")
    return runIsaStats(C, O);
  if (C.Verb == "conform")
    return conform(**Isa, C, O);
  return eval(**Isa, C);
}

} // namespace whittle
