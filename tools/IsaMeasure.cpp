//===- tools/IsaMeasure.cpp - whittle isa measure --------------------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/ModelCost.h"
#include "isa/conformance/X86Measure.h"
#include "tools/Commands.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"
#include <nlohmann/json.hpp>
#include <unistd.h>

using namespace llvm;
using nlohmann::json;

namespace whittle {

/// Hundredths, as the list has them.
static double rounded(double Cycles) { return std::round(Cycles * 100) / 100; }

/// By a factor of two or more, and by more than \p Noise cycles.
static bool farOff(double A, double B, double Noise) {
  return std::abs(A - B) > Noise && std::max(A, B) >= 1.95 * std::min(A, B);
}

static bool farOff(const MeasuredCost &C, const ModelCost &M) {
  return farOff(C.RThroughput, M.RThroughput, 0.2) ||
         (C.Latency && farOff(*C.Latency, M.Latency, 0.5));
}

static std::string cycles(std::optional<double> C) {
  std::string Text;
  raw_string_ostream OS(Text);
  if (C)
    OS << format("%7.2f", *C);
  else
    OS << "      -";
  return Text;
}

Expected<int> runIsaMeasure(const TargetIsa &Isa, const IsaCommand &C, const OutputOptions &O) {
  MeasureOptions Options;
  Options.Only = C.Only;
  Options.Passes = C.Passes;
  if (isatty(2))
    Options.Progress = [](unsigned Done, unsigned Total) {
      if (Done % 64 == 0 || Done == Total)
        errs() << "\r" << Done << "/" << Total << (Done == Total ? "\n" : "");
    };
  Expected<MeasureReport> Report = measureX86(Isa, Options);
  if (!Report)
    return Report.takeError();
  auto STI = Isa.subtarget(Report->CPU);
  if (!STI)
    return STI.takeError();
  if (!C.Write.empty())
    if (Error E = Report->table(Isa).write(C.Write))
      return std::move(E);

  json Rows = json::array(), Skipped = json::array();
  unsigned Measured = 0, Off = 0;
  for (const MeasureEntry &E : Report->Entries) {
    if (!E.Cost) {
      Skipped.push_back({{"opcode", E.Opcode}, {"reason", E.Reason}});
      continue;
    }
    ++Measured;
    std::optional<ModelCost> M = modelCost(Isa, *Isa.find(E.Opcode), **STI);
    bool Far = M && farOff(*E.Cost, *M);
    Off += Far;
    if (C.Compare && !Far)
      continue;
    if (O.Json) {
      json J{{"opcode", E.Opcode},
             {"latency", E.Cost->Latency ? json(rounded(*E.Cost->Latency)) : json()},
             {"rthroughput", rounded(E.Cost->RThroughput)}};
      if (M)
        J["model"] = {{"latency", M->Latency}, {"rthroughput", M->RThroughput}};
      Rows.push_back(std::move(J));
      continue;
    }
    outs() << format("%-28s", E.Opcode.c_str()) << cycles(E.Cost->Latency)
           << cycles(E.Cost->RThroughput);
    if (C.Compare)
      outs() << "   model" << cycles(M->Latency) << cycles(M->RThroughput);
    outs() << "\n";
  }
  if (O.Json)
    outs() << json{{"target", Isa.arch().str()}, {"cpu", Report->CPU}, {"origin", Report->Origin},
                   {"measured", Measured},       {"model_off", Off},   {"rows", Rows},
                   {"skipped", Skipped}}
                  .dump(1)
           << "\n";
  else
    errs() << Report->CPU << " (" << Report->Origin << "): " << Measured << " rows measured, "
           << Skipped.size() << " not; LLVM's model is off by 2 or more for " << Off << "\n";
  return 0;
}

} // namespace whittle
