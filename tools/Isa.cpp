//===- tools/Isa.cpp - whittle isa -----------------------------------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/TargetIsa.h"
#include "isa/conformance/AMDGPUConform.h"
#include "isa/conformance/BochsMachine.h"
#include "isa/conformance/Confirmed.h"
#include "isa/conformance/IsaEval.h"
#include "isa/conformance/X86Conform.h"
#include "isa/conformance/X86Reference.h"
#include "tools/Commands.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"
#include <iostream>
#include <nlohmann/json.hpp>

using namespace llvm;
using nlohmann::json;

namespace whittle {

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
  Expected<const Row *> Found = rowNamed(Isa, C.Opcode);
  if (!Found)
    return Found.takeError();
  const Row *R = *Found;
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
    return runIsaShow(**Isa, C, O);
  if (C.Verb == "measure")
    return runIsaMeasure(**Isa, C, O);
  if (C.Verb == "stats")
    return runIsaStats(C, O);
  if (C.Verb == "conform")
    return conform(**Isa, C, O);
  return eval(**Isa, C);
}

} // namespace whittle
