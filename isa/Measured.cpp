//===- isa/Measured.cpp - Latency and throughput as measured ---------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/Measured.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"
#include <cmath>

using namespace llvm;

namespace whittle {

namespace {
constexpr double NoLatency = -1;

/// As the lists are compiled in; a line without an opcode is the CPU's.
struct Line {
  const char *Opcode, *CPU, *Origin;
  double Latency, RThroughput;
};
} // namespace

#define MEASURED_ON(CPU, ORIGIN) {nullptr, #CPU, ORIGIN, 0, 0},
#define MEASURED(OPCODE, LATENCY, RTHROUGHPUT) {#OPCODE, nullptr, nullptr, LATENCY, RTHROUGHPUT},
static constexpr Line Shipped[] = {
#include "isa/x86/measured-znver3.inc"
};
#undef MEASURED
#undef MEASURED_ON

static MeasuredCost costOf(double Latency, double RThroughput) {
  MeasuredCost C;
  if (Latency >= 0)
    C.Latency = Latency;
  C.RThroughput = RThroughput;
  return C;
}

const MeasuredTable *MeasuredTable::shipped(StringRef CPU) {
  // Never destroyed: the plugin may be asked until the process ends.
  static const auto &Tables = *[] {
    auto *Tables = new std::map<std::string, MeasuredTable, std::less<>>();
    MeasuredTable *Now = nullptr;
    for (const Line &L : Shipped)
      if (!L.Opcode)
        Now = &Tables->try_emplace(L.CPU, L.CPU, L.Origin).first->second;
      else
        Now->set(L.Opcode, costOf(L.Latency, L.RThroughput));
    return Tables;
  }();
  auto It = Tables.find(std::string_view(CPU));
  return It == Tables.end() ? nullptr : &It->second;
}

std::optional<MeasuredCost> MeasuredTable::find(StringRef Opcode) const {
  auto It = Costs.find(std::string_view(Opcode));
  if (It == Costs.end())
    return std::nullopt;
  return It->second;
}

/// A number of cycles in a list, or a negative number for anything else.
static double cyclesFrom(StringRef Text) {
  double D;
  if (Text.trim().getAsDouble(D) || !std::isfinite(D) || D < 0)
    return -1;
  return D;
}

Expected<MeasuredTable> MeasuredTable::parse(StringRef Text, StringRef Name) {
  std::optional<MeasuredTable> T;
  unsigned Number = 0;
  auto Fail = [&](const Twine &What) {
    return createStringError(inconvertibleErrorCode(),
                             Name + ": line " + Twine(Number) + ": " + What);
  };
  for (StringRef Rest = Text; !Rest.empty();) {
    StringRef L;
    std::tie(L, Rest) = Rest.split('\n');
    L = L.trim();
    ++Number;
    if (L.empty() || L.starts_with("//"))
      continue;
    StringRef Inside = L;
    if (Inside.consume_front("MEASURED_ON(") && Inside.consume_back(")")) {
      if (T)
        return Fail("a second CPU");
      auto [CPU, Origin] = Inside.split(',');
      Origin = Origin.trim();
      if (CPU.trim().empty() || !Origin.consume_front("\"") || !Origin.consume_back("\""))
        return Fail("expected MEASURED_ON(cpu, \"vendor and LLVM version\")");
      T.emplace(CPU.trim(), Origin);
      continue;
    }
    Inside = L;
    SmallVector<StringRef, 3> Parts;
    if (Inside.consume_front("MEASURED(") && Inside.consume_back(")"))
      Inside.split(Parts, ',');
    if (Parts.size() != 3 || Parts[0].trim().empty())
      return Fail("expected MEASURED(opcode, latency, reciprocal throughput), got '" + L + "'");
    if (!T)
      return Fail("MEASURED_ON(cpu, \"..\") must come first");
    StringRef Opcode = Parts[0].trim();
    bool None = Parts[1].trim() == "NoLatency";
    double Latency = None ? NoLatency : cyclesFrom(Parts[1]), RThroughput = cyclesFrom(Parts[2]);
    if ((!None && Latency < 0) || RThroughput < 0)
      return Fail("opcode " + Opcode + ": '" + (RThroughput < 0 ? Parts[2] : Parts[1]).trim() +
                  "' is no number of cycles");
    if (T->find(Opcode))
      return Fail("opcode " + Opcode + " stands twice");
    T->set(Opcode, costOf(Latency, RThroughput));
  }
  if (!T)
    return createStringError(inconvertibleErrorCode(),
                             Name + ": no MEASURED_ON(cpu, \"..\"): not a list of measured costs");
  return std::move(*T);
}

Expected<MeasuredTable> MeasuredTable::read(StringRef Path) {
  auto Buffer = MemoryBuffer::getFile(Path, /*IsText=*/true);
  if (!Buffer)
    return createStringError(Buffer.getError(), Path + ": " + Buffer.getError().message());
  return parse((*Buffer)->getBuffer(), Path);
}

std::string MeasuredTable::text() const {
  std::string Text;
  raw_string_ostream OS(Text);
  OS << "// Latency and reciprocal throughput in core cycles, as docs/COST.md says. Written by\n"
        "// `whittle isa measure --target x86_64 --write FILE`.\n"
     << "MEASURED_ON(" << Cpu << ", \"" << Origin << "\")\n";
  for (const auto &[Opcode, C] : Costs) {
    OS << "MEASURED(" << Opcode << ", ";
    if (C.Latency)
      OS << format("%.2f", *C.Latency);
    else
      OS << "NoLatency";
    OS << ", " << format("%.2f", C.RThroughput) << ")\n";
  }
  return Text;
}

Error MeasuredTable::write(StringRef Path) const {
  std::error_code Code;
  raw_fd_ostream Out(Path, Code, sys::fs::OF_Text);
  if (!Code) {
    Out << text();
    Out.close();
    Code = Out.error();
    Out.clear_error();
  }
  if (Code)
    return createStringError(Code, Path + ": " + Code.message());
  return Error::success();
}

} // namespace whittle
