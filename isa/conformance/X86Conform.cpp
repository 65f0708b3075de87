//===- isa/conformance/X86Conform.cpp - x86 rows held against silicon ----------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/conformance/X86Conform.h"
#include "isa/Meaning.h"
#include "isa/conformance/Confirmed.h"
#include "isa/conformance/MeaningJit.h"
#include "isa/conformance/TileConform.h"
#include "isa/conformance/X86Inputs.h"
#include "isa/conformance/X86Machine.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Regex.h"
#include "llvm/Support/xxhash.h"
#include <cstring>

using namespace llvm;

namespace whittle {

namespace {
/// A row under test; with another meaning, a copy of it.
struct Subject {
  const Row *R;
  std::string Key;
  size_t Entry;
};

/// The bytes of a state that hold the result, as the row leaves it.
struct Result {
  const uint8_t *At;
  unsigned Bytes;
};
} // namespace

/// A vector register is seen as far as the executor gives it; of an FR register
/// only the low element, as its class says: above it, a scalar instruction
/// leaves what its first operand or the register happened to hold.
static Result resultOf(const Row &R, unsigned RegisterBits, MachineState &S) {
  if (R.GivesFlags) {
    // CF, PF, AF, ZF, SF and OF as a value of kind Flags has them.
    static constexpr unsigned Places[] = {0, 2, 4, 6, 7, 11};
    S.After[0] = 0;
    for (auto [I, Bit] : enumerate(Places))
      S.After[0] |= uint8_t((S.FlagsAfter >> Bit & 1) << I);
    S.After[0] &= uint8_t(~R.FlagsUndefined);
    return {S.After, 1};
  }
  if (R.Def.Kind != RegKind::Vec)
    return {S.After, 8};
  return {S.After, R.Def.Bits < 128 ? R.Def.bytes() : RegisterBits / 8};
}

/// What the whole register must hold after: the meaning's result in the low
/// bytes of \p Out, above it zeros or what was there.
static void completeRegister(const Row &R, unsigned Bytes, const MachineState &S, uint8_t *Out) {
  const uint8_t *Kept = R.TiedUse >= 0 ? S.In[R.TiedUse] : S.Before;
  for (unsigned I = R.Def.bytes(); I < Bytes; ++I)
    Out[I] = R.ZeroesAbove ? 0 : Kept[I];
}

static bool keepsFlags(const MachineState &S) {
  return ((S.FlagsBefore ^ S.FlagsAfter) & MachineState::FlagsMask) == 0;
}

namespace {
/// Jobs of several rows that run together, and the comparison of what they leave.
class Batch {
public:
  Batch(X86Executor &On, const ConformOptions &Options, ConformReport &Report)
      : On(On), Options(Options), Report(Report), States(On.capacity()) {}

  /// Makes the inputs of a row, running what has come together when it is full.
  Error add(const Row &R, MeaningJit::Fn Meaning, size_t Entry);
  Error flush();

private:
  struct Item {
    MeaningJit::Fn Meaning;
    size_t Entry;
    int64_t WideImm;
  };
  void compare(X86Job &J, const Item &I);
  std::string describe(const X86Job &J, const MachineState &S, const uint8_t *Expected,
                       Result Got) const;

  X86Executor &On;
  const ConformOptions &Options;
  ConformReport &Report;
  std::vector<MachineState> States;
  size_t Used = 0;
  std::vector<X86Job> Jobs;
  std::vector<Item> Items;
};
} // namespace

Error Batch::add(const Row &R, MeaningJit::Fn Meaning, size_t Entry) {
  ConformEntry &E = Report.Entries[Entry];
  whittle::Random Rng(Options.Seed ^ xxh3_64bits(R.Name));
  uint8_t FirstImm = uint8_t(Rng.next());
  // Rows with an immediate spend half of their inputs on all values of it in
  // turn, then take values at random, of which counts are mostly small. Each
  // value gets as many inputs of each kind, if it gets so many.
  unsigned PerJob = R.NumImms ? std::max(1u, Options.Inputs / 512) : 256;
  if (PerJob >= NumInputKinds)
    PerJob -= PerJob % NumInputKinds;
  size_t Made = 0;
  auto Hopeless = [&] { return E.Inputs && E.Mismatches == E.Inputs; };
  for (unsigned Call = 0; Made < Options.Inputs && !Hopeless(); ++Call) {
    size_t N = std::min<size_t>(PerJob, Options.Inputs - Made);
    if (Used + N > States.size())
      if (Error Failed = flush())
        return Failed;
    X86Job J;
    J.R = &R;
    J.Imm = uint8_t(FirstImm + 89 * Call);
    if (Call >= 256)
      J.Imm = uint8_t(Rng.below(R.ImmKind == Row::ImmUse::Shift ? 72 : 256));
    J.States = MutableArrayRef(States).slice(Used, N);
    for (auto [K, S] : enumerate(J.States))
      fillInputs(Rng, InputKind((Made + K) % NumInputKinds), R, S);
    // MIR holds an immediate byte with any sign: only the byte may count.
    Items.push_back({Meaning, Entry, int64_t(J.Imm | (Rng.next() << 8))});
    Jobs.push_back(std::move(J));
    Used += N;
    Made += N;
  }
  return Error::success();
}

Error Batch::flush() {
  if (Error E = On.run(Jobs))
    return E;
  for (auto [J, I] : zip_equal(Jobs, Items))
    compare(J, I);
  Jobs.clear();
  Items.clear();
  Used = 0;
  return Error::success();
}

void Batch::compare(X86Job &J, const Item &I) {
  ConformEntry &E = Report.Entries[I.Entry];
  E.Inputs += J.States.size();
  if (!J.Fault.empty()) {
    if (!E.Mismatches)
      E.FirstMismatch = "the instruction raised " + J.Fault;
    E.Mismatches += J.States.size();
    return;
  }
  alignas(64) uint8_t Expected[64];
  for (MachineState &S : J.States) {
    Result Got = resultOf(*J.R, On.registerBits(*J.R), S);
    I.Meaning(S.In[0], &I.WideImm, Expected);
    completeRegister(*J.R, Got.Bytes, S, Expected);
    if (std::memcmp(Expected, Got.At, Got.Bytes) == 0 && (J.R->DefsFlags || keepsFlags(S)))
      continue;
    if (!E.Mismatches++)
      E.FirstMismatch = describe(J, S, Expected, Got);
  }
}

std::string Batch::describe(const X86Job &J, const MachineState &S, const uint8_t *Expected,
                            Result Got) const {
  auto Hex = [](const uint8_t *At, unsigned N) {
    return toHex(ArrayRef(At, N), /*LowerCase=*/true);
  };
  std::string Text;
  for (auto [K, Ty] : enumerate(J.R->Ins))
    Text += "in" + std::to_string(K) + "=" + Hex(S.In[K], Ty.bytes()) + " ";
  if (J.R->NumImms)
    Text += "imm=" + std::to_string(J.Imm) + " ";
  Text += On.label().str() + "=" + Hex(Got.At, Got.Bytes) + " meaning=" + Hex(Expected, Got.Bytes);
  if (!J.R->DefsFlags && !keepsFlags(S))
    Text += " flags were " + utohexstr(S.FlagsBefore) + ", became " +
            utohexstr(S.FlagsAfter & MachineState::FlagsMask);
  return Text;
}

/// The next rows to compile together: about 64. A row's own hash ends a module,
/// so that a row added or changed leaves the modules after it, and what is kept
/// of them on disk, as they were.
static ArrayRef<Subject> oneModule(ArrayRef<Subject> Rest) {
  size_t N = 1;
  while (N != Rest.size() && N != 256 && xxh3_64bits(Rest[N - 1].Key) % 64)
    ++N;
  return Rest.take_front(N);
}

Expected<ConformReport> conformX86(const TargetIsa &Isa, const ConformOptions &Options) {
  auto Machine = X86Machine::create(Isa);
  if (!Machine)
    return Machine.takeError();
  return conformX86(Isa, **Machine, Options);
}

Expected<ConformReport> conformX86(const TargetIsa &Isa, X86Executor &On,
                                   const ConformOptions &Options) {
  Regex Only("^(" + (Options.Only.empty() ? ".*" : Options.Only) + ")$");
  std::string Bad;
  if (!Only.isValid(Bad))
    return createStringError(inconvertibleErrorCode(),
                             "bad regular expression '" + Options.Only + "': " + Bad);
  for (const auto &[Name, Meaning] : Options.Instead)
    if (!Isa.find(Name))
      return createStringError(inconvertibleErrorCode(), "no row for opcode '" + Name + "'");
  auto Jit = MeaningJit::create();
  if (!Jit)
    return Jit.takeError();

  ConformReport Report;
  std::deque<Row> Copies;
  std::vector<Subject> Subjects;
  for (const Row &R : Isa.rows()) {
    if (!Only.match(R.Name))
      continue;
    ConformEntry E;
    E.Opcode = R.Name;
    if (isTileRow(R)) {
      Row Tested = R;
      if (auto It = Options.Instead.find(R.Name); It != Options.Instead.end())
        Tested.Meaning = It->second;
      if (Error Failed = conformTile(Tested, Options, E))
        return std::move(Failed);
      Report.Entries.push_back(std::move(E));
      continue;
    }
    E.Reason = unsettledReason(R).str();
    if (E.Reason.empty() && On.accepts(R, E.Reason)) {
      E.H = On.evidence();
      if (E.H == ConformEntry::SecondSource)
        E.Reason = On.name();
      if (auto It = Options.Instead.find(R.Name); It != Options.Instead.end()) {
        Row &Copy = Copies.emplace_back(R);
        Copy.Meaning = It->second;
        Subjects.push_back({&Copy, "instead of " + R.Name, Report.Entries.size()});
      } else {
        Subjects.push_back({&R, rowHash(R).hex(), Report.Entries.size()});
      }
    }
    Report.Entries.push_back(std::move(E));
  }

  Batch All(On, Options, Report);
  unsigned Done = unsigned(Report.Entries.size() - Subjects.size());
  for (ArrayRef<Subject> Rest = Subjects; !Rest.empty();) {
    ArrayRef<Subject> Now = oneModule(Rest);
    Rest = Rest.drop_front(Now.size());
    std::vector<const Row *> Rows;
    std::vector<std::string> Keys;
    for (const Subject &S : Now) {
      Rows.push_back(S.R);
      Keys.push_back(S.Key);
    }
    auto Fns = (*Jit)->compile(Rows, Keys);
    if (!Fns)
      return Fns.takeError();
    for (auto [S, Fn] : zip_equal(Now, *Fns)) {
      if (Error E = All.add(*S.R, Fn, S.Entry))
        return std::move(E);
      if (Options.Progress)
        Options.Progress(++Done, unsigned(Report.Entries.size()));
    }
  }
  if (Error E = All.flush())
    return std::move(E);
  return Report;
}

} // namespace whittle
