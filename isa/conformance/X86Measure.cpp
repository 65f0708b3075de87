//===- isa/conformance/X86Measure.cpp - Latency and throughput of x86 rows -----===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/conformance/X86Measure.h"
#include "isa/conformance/X86Timer.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/MC/MCInst.h"
#include "llvm/Support/Regex.h"
#include "llvm/TargetParser/Host.h"
#include <cpuid.h>
#include <cstring>
#include <sched.h>

using namespace llvm;

namespace whittle {

namespace {

constexpr unsigned ChainLength = 48, Copies = 240;

/// What the passes found of one row.
struct Samples {
  std::vector<double> Latency, RThroughput;
};

/// Measures rows on one machine.
class Measurer {
public:
  Measurer(X86Machine &M, X86Timer &T) : M(M), T(T) {}

  /// One pass over \p R; what went wrong stands in \p E.
  void measure(const Row &R, Samples &Into, MeasureEntry &E);

private:
  using Bytes = SmallVector<char, 2048>;

  /// Numbers of the registers of a kind that a row's code may use.
  static unsigned firstOf(RegKind K) { return K == RegKind::Vec ? 1 : 0; }
  unsigned countOf(const Row &R, RegKind K) const {
    // Number 0 of the vectors is left to implicit operands.
    return K == RegKind::Gpr    ? unsigned(X86Timer::gprs().size())
           : K == RegKind::Mask ? T.masks()
           : isEvex(R)          ? 31
                                : 15;
  }
  static bool isEvex(const Row &R) { return StringRef(R.Features).contains("avx512"); }
  bool isVex(const Row &R) const { return M.vectorBits() > 128 && !R.LegacySse; }

  unsigned reg(ValueType Ty, unsigned Number) const;
  /// A register that nothing writes, one for each input, from the top down.
  unsigned still(const Row &R, int Input) const {
    ValueType Ty = R.Ins[unsigned(Input)];
    return reg(Ty, countOf(R, Ty.Kind) - 1 - unsigned(Input));
  }
  bool move(RegKind To, RegKind From, bool Vex, unsigned Number, Bytes &Code) const;
  std::optional<double> moveLatency(RegKind To, RegKind From, bool Vex);
  std::optional<double> run(ArrayRef<char> Code, const X86Timer::Setup &S, MeasureEntry &E);
  std::optional<double> latency(const Row &R, unsigned Input, MeasureEntry &E);
  std::optional<double> throughput(const Row &R, MeasureEntry &E);

  X86Machine &M;
  X86Timer &T;
  std::map<std::tuple<RegKind, RegKind, bool>, double> MoveLatencies;
};

} // namespace

/// What the data has to look like, by the opcode's name: VADDPSYrr, CVTPH2PSrr.
static X86Timer::Setup setupFor(const Row &R, bool Vex) {
  static const Regex Floating("^(V[A-OQ-Z]|[A-OQ-UW-Z])[A-Z0-9]*(PS|SS|PD|SD|PH|SH)");
  X86Timer::Setup S;
  S.Vex = Vex;
  StringRef Name = R.Name;
  SmallVector<StringRef, 3> Groups;
  if (Name.contains("CVTPH2"))
    S.Contents = X86Timer::Data::Half;
  else if (Floating.match(Name, &Groups))
    S.Contents = Groups[2].ends_with("H")   ? X86Timer::Data::Half
                 : Groups[2].ends_with("D") ? X86Timer::Data::Double
                                            : X86Timer::Data::Single;
  return S;
}

unsigned Measurer::reg(ValueType Ty, unsigned Number) const {
  Number += firstOf(Ty.Kind);
  switch (Ty.Kind) {
  case RegKind::Vec:
    return M.regNamed((Ty.Bits == 512 ? "ZMM" : Ty.Bits == 256 ? "YMM" : "XMM") + Twine(Number));
  case RegKind::Mask:
    return M.regNamed("K" + Twine(Number + 1));
  case RegKind::Gpr: {
    StringRef Name = X86Timer::gprs()[Number], Core = Name.drop_front();
    if (Ty.Bits == 64)
      return M.regNamed(Name);
    if (isDigit(Core[0]))
      return M.regNamed(Name + (Ty.Bits == 32 ? "D" : Ty.Bits == 16 ? "W" : "B"));
    if (Ty.Bits > 8)
      return M.regNamed((Ty.Bits == 32 ? "E" : "") + Core);
    return M.regNamed(Core.ends_with("X") ? Core.drop_back() + "L" : Core + "L");
  }
  default:
    return 0;
  }
}

/// A move between kinds, which closes a chain whose result is of another kind
/// than the input. False if this CPU has none.
bool Measurer::move(RegKind To, RegKind From, bool Vex, unsigned Number, Bytes &Code) const {
  auto Is = [&](RegKind A, RegKind B) { return From == A && To == B; };
  bool Evex = M.vectorBits() == 512;
  StringRef Name = Is(RegKind::Vec, RegKind::Gpr)    ? Vex ? "VMOVPQIto64rr" : "MOVPQIto64rr"
                   : Is(RegKind::Gpr, RegKind::Vec)  ? Vex ? "VMOV64toPQIrr" : "MOV64toPQIrr"
                   : Is(RegKind::Mask, RegKind::Gpr) ? Evex ? "KMOVQrk" : ""
                   : Is(RegKind::Gpr, RegKind::Mask) ? Evex ? "KMOVQkr" : ""
                   : Is(RegKind::Vec, RegKind::Mask) ? Evex ? "VPMOVD2MZrr" : ""
                   : Is(RegKind::Mask, RegKind::Vec) ? Evex ? "VPMOVM2DZrr" : ""
                                                     : "";
  if (Name.empty())
    return false;
  auto Whole = [&](RegKind K) {
    bool Gpr = From == RegKind::Gpr || To == RegKind::Gpr;
    return ValueType{K, uint16_t(K == RegKind::Vec && !Gpr ? 512 : K == RegKind::Vec ? 128 : 64)};
  };
  MCInst I;
  I.setOpcode(M.opcodeNamed(Name));
  I.addOperand(MCOperand::createReg(reg(Whole(To), Number)));
  I.addOperand(MCOperand::createReg(reg(Whole(From), Number)));
  M.emit(I, Code);
  return true;
}

/// Half of the way there and back, which is all that can be measured of it.
std::optional<double> Measurer::moveLatency(RegKind To, RegKind From, bool Vex) {
  auto Key = std::tuple(To, From, Vex);
  if (auto It = MoveLatencies.find(Key); It != MoveLatencies.end())
    return It->second;
  Bytes Code;
  for (unsigned I = 0; I != ChainLength; ++I)
    if (!move(To, From, Vex, 0, Code) || !move(From, To, Vex, 0, Code))
      return std::nullopt;
  std::optional<double> Cycles = T.cycles(Code, {Vex, X86Timer::Data::Integer});
  if (!Cycles)
    return std::nullopt;
  return MoveLatencies[Key] = *Cycles / ChainLength / 2;
}

std::optional<double> Measurer::run(ArrayRef<char> Code, const X86Timer::Setup &S,
                                    MeasureEntry &E) {
  int Signal = 0;
  std::optional<double> Cycles = T.cycles(Code, S, &Signal);
  if (Signal)
    E.Reason = "the instruction raised signal " + std::to_string(Signal);
  else if (!Cycles)
    E.Reason = "the machine was too busy";
  return Cycles;
}

/// A value for the immediate that no form treats as special: a small count, a
/// predicate, a shuffle that moves.
static constexpr uint8_t Immediate = 3;

/// Cycles from \p Input to the result: the result of each copy is that input of
/// the next. None if the chain cannot be closed.
std::optional<double> Measurer::latency(const Row &R, unsigned Input, MeasureEntry &E) {
  // No chain runs through memory, and without it the latency would leave the load
  // out, which a model's has in it.
  if (R.readsMemory())
    return std::nullopt;
  ValueType From = R.Ins[Input];
  bool Same = From.Kind == R.Def.Kind, Vex = isVex(R);
  // The result's register, if it is tied to another input, is one that was last
  // written four copies ago: that input's chain is shorter than this one.
  bool Rotate = Same && R.TiedUse >= 0 && unsigned(R.TiedUse) != Input;
  unsigned Ring = Rotate ? 4 : 1;
  if (countOf(R, R.Def.Kind) < Ring + R.Ins.size())
    return std::nullopt;
  Bytes Code;
  std::string Why;
  for (unsigned I = 0; I != ChainLength; ++I) {
    auto Choose = [&](ValueType Ty, int K) {
      if (K < 0)
        return reg(Ty, I % Ring);
      if (unsigned(K) == Input)
        return reg(Ty, (I + Ring - 1) % Ring);
      return still(R, K);
    };
    if (!M.encode(R, Choose, Immediate, Code, Why))
      return std::nullopt;
    if (!Same && !move(From.Kind, R.Def.Kind, Vex, 0, Code))
      return std::nullopt;
  }
  double Less = 0;
  if (!Same) {
    std::optional<double> Way = moveLatency(From.Kind, R.Def.Kind, Vex);
    if (!Way)
      return std::nullopt;
    Less = *Way;
  }
  std::optional<double> Cycles = run(Code, setupFor(R, isVex(R)), E);
  if (!Cycles)
    return std::nullopt;
  return std::max(0.0, *Cycles / ChainLength - Less);
}

std::optional<double> Measurer::throughput(const Row &R, MeasureEntry &E) {
  unsigned Have = countOf(R, R.Def.Kind), Still = unsigned(R.Ins.size());
  if (Have <= Still) {
    E.Reason = "too few registers";
    return std::nullopt;
  }
  unsigned Ring = Have - Still;
  Bytes Code;
  for (unsigned I = 0; I != Copies; ++I) {
    auto Choose = [&](ValueType Ty, int K) { return K < 0 ? reg(Ty, I % Ring) : still(R, K); };
    if (!M.encode(R, Choose, Immediate, Code, E.Reason))
      return std::nullopt;
  }
  std::optional<double> Cycles = run(Code, setupFor(R, isVex(R)), E);
  if (!Cycles)
    return std::nullopt;
  return *Cycles / Copies;
}

void Measurer::measure(const Row &R, Samples &Into, MeasureEntry &E) {
  std::optional<double> Slowest;
  for (unsigned K = 0; K != R.Ins.size(); ++K)
    if (std::optional<double> L = latency(R, K, E))
      Slowest = std::max(Slowest.value_or(0), *L);
  if (Slowest)
    Into.Latency.push_back(*Slowest);
  if (std::optional<double> T = throughput(R, E))
    Into.RThroughput.push_back(*T);
}

/// The value that a share of \p Of is below.
static double quantile(std::vector<double> Of, double Share) {
  llvm::sort(Of);
  return Of[size_t(double(Of.size()) * Share)];
}

/// Chains hardly notice what else the core does: their median. Independent copies
/// share the units with a second thread of the core, which only ever adds: the
/// eighth from below, not the least, which a wrong reference may have made.
static void finish(const Samples &S, MeasureEntry &E) {
  if (S.RThroughput.empty())
    return;
  E.Reason.clear();
  E.Cost = MeasuredCost{std::nullopt, quantile(S.RThroughput, 1.0 / 8)};
  if (!S.Latency.empty())
    E.Cost->Latency = quantile(S.Latency, 1.0 / 2);
}

static std::string vendor() {
  unsigned A = 0, Words[3] = {};
  __get_cpuid(0, &A, &Words[0], &Words[2], &Words[1]);
  return std::string(reinterpret_cast<const char *>(Words), sizeof(Words));
}

MeasuredTable MeasureReport::table(const TargetIsa &Isa) const {
  MeasuredTable T(CPU, Origin);
  if (const MeasuredTable *Old = MeasuredTable::shipped(CPU))
    for (const auto &[Opcode, C] : Old->costs())
      if (Isa.find(Opcode))
        T.set(Opcode, C);
  for (const MeasureEntry &E : Entries)
    if (E.Cost)
      T.set(E.Opcode, *E.Cost);
    else
      T.erase(E.Opcode);
  return T;
}

Expected<MeasureReport> measureX86(const TargetIsa &Isa, const MeasureOptions &Options) {
  Regex Only("^(" + (Options.Only.empty() ? ".*" : Options.Only) + ")$");
  std::string Bad;
  if (!Only.isValid(Bad))
    return createStringError(inconvertibleErrorCode(),
                             "bad regular expression '" + Options.Only + "': " + Bad);
  auto Machine = X86Machine::create(Isa);
  if (!Machine)
    return Machine.takeError();
  auto Timer = X86Timer::create(**Machine);
  if (!Timer)
    return Timer.takeError();

  // The counters of two CPUs, and their clocks, need not agree.
  cpu_set_t Before, One;
  bool Pinned = sched_getaffinity(0, sizeof(Before), &Before) == 0;
  CPU_ZERO(&One);
  CPU_SET(unsigned(std::max(0, sched_getcpu())), &One);
  Pinned = Pinned && sched_setaffinity(0, sizeof(One), &One) == 0;
  scope_exit Unpin([&] {
    if (Pinned)
      sched_setaffinity(0, sizeof(Before), &Before);
  });

  MeasureReport Report;
  Report.CPU = sys::getHostCPUName().str();
  Report.Origin = vendor() + ", LLVM " LLVM_VERSION_STRING;
  Measurer Measure(**Machine, **Timer);
  struct Subject {
    const Row *R;
    size_t Entry;
    Samples Found;
  };
  std::vector<Subject> Subjects;
  for (const Row &R : Isa.rows()) {
    if (!Only.match(R.Name))
      continue;
    MeasureEntry E;
    E.Opcode = R.Name;
    if (std::string Lacks = (*Machine)->missing(R); !Lacks.empty())
      E.Reason = "this CPU lacks " + Lacks;
    else if (R.GivesFlags)
      E.Reason = "leaves nothing but flags";
    else
      Subjects.push_back({&R, Report.Entries.size(), {}});
    Report.Entries.push_back(std::move(E));
  }
  unsigned Done = 0, Total = unsigned(Subjects.size()) * Options.Passes;
  for (unsigned Pass = 0; Pass != Options.Passes; ++Pass)
    for (Subject &S : Subjects) {
      Measure.measure(*S.R, S.Found, Report.Entries[S.Entry]);
      if (Options.Progress)
        Options.Progress(++Done, Total);
    }
  for (const Subject &S : Subjects)
    finish(S.Found, Report.Entries[S.Entry]);
  return Report;
}

} // namespace whittle
