//===- isa/conformance/X86Conform.cpp - x86 rows held against silicon ----------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/conformance/X86Conform.h"
#include "isa/Meaning.h"
#include "isa/conformance/MeaningJit.h"
#include "isa/conformance/X86Inputs.h"
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
} // namespace

/// What the whole register must hold after: the meaning's result in the low
/// bytes of \p Out, above it zeros or what was there.
static void completeRegister(const Row &R, unsigned VectorBits, const MachineState &S, uint8_t *Out,
                             unsigned &Bytes) {
  unsigned Have = R.Def.bytes();
  Bytes = R.Def.Kind == RegKind::Vec ? VectorBits / 8 : 8;
  // An FR register is its low element: what a scalar instruction leaves above is
  // what its first operand or the register happened to hold there.
  if (R.Def.Kind == RegKind::Vec && R.Def.isScalar())
    Bytes = Have;
  const uint8_t *Kept = R.TiedUse >= 0 ? S.In[R.TiedUse] : S.Before;
  for (unsigned I = Have; I < Bytes; ++I)
    Out[I] = R.ZeroesAbove ? 0 : Kept[I];
}

static std::string describe(const Row &R, const MachineState &S, uint8_t Imm,
                            const uint8_t *Expected, unsigned Bytes) {
  auto Hex = [](const uint8_t *At, unsigned N) {
    return toHex(ArrayRef(At, N), /*LowerCase=*/true);
  };
  std::string Text;
  for (auto [K, Ty] : enumerate(R.Ins))
    Text += "in" + std::to_string(K) + "=" + Hex(S.In[K], Ty.bytes()) + " ";
  if (R.NumImms)
    Text += "imm=" + std::to_string(Imm) + " ";
  return Text + "silicon=" + Hex(S.After, Bytes) + " meaning=" + Hex(Expected, Bytes);
}

static void runRow(X86Machine &Machine, const Row &R, MeaningJit::Fn Meaning,
                   const ConformOptions &Options, ConformEntry &E) {
  std::string Why;
  if (!Machine.load(R, Why)) {
    E.Reason = Why;
    return;
  }
  E.H = ConformEntry::Silicon;
  Random Rng(Options.Seed ^ xxh3_64bits(R.Name));
  uint8_t FirstImm = uint8_t(Rng.next());
  // Rows with an immediate spend half of their inputs on all values of it in
  // turn, then take values at random, of which counts are mostly small.
  unsigned Batch = R.NumImms ? std::max(1u, Options.Inputs / 512) : 64;
  std::vector<MachineState> States(Batch);
  alignas(64) uint8_t Expected[64];
  for (unsigned Call = 0; E.Inputs < Options.Inputs; ++Call) {
    size_t N = std::min<uint64_t>(Batch, Options.Inputs - E.Inputs);
    for (MachineState &S : MutableArrayRef(States).take_front(N))
      fillInputs(Rng, R, S);
    uint8_t Imm = uint8_t(FirstImm + 89 * Call);
    if (Call >= 256)
      Imm = uint8_t(Rng.below(R.ImmKind == Row::ImmUse::Shift ? 72 : 256));
    E.Inputs += N;
    if (int Signal = Machine.run(MutableArrayRef(States).take_front(N), Imm)) {
      E.Mismatches += N;
      E.FirstMismatch = "the instruction raised signal " + std::to_string(Signal);
      return;
    }
    // MIR holds an immediate byte with any sign: only the byte may count.
    int64_t Wide = int64_t(Imm | (Rng.next() << 8));
    for (MachineState &S : MutableArrayRef(States).take_front(N)) {
      Meaning(S.In[0], &Wide, Expected);
      unsigned Bytes = 0;
      completeRegister(R, Machine.vectorBits(), S, Expected, Bytes);
      if (std::memcmp(Expected, S.After, Bytes) == 0)
        continue;
      if (!E.Mismatches++)
        E.FirstMismatch = describe(R, S, Imm, Expected, Bytes);
    }
  }
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
  Regex Only("^(" + (Options.Only.empty() ? ".*" : Options.Only) + ")$");
  std::string Bad;
  if (!Only.isValid(Bad))
    return createStringError(inconvertibleErrorCode(),
                             "bad regular expression '" + Options.Only + "': " + Bad);
  for (const auto &[Name, Meaning] : Options.Instead)
    if (!Isa.find(Name))
      return createStringError(inconvertibleErrorCode(), "no row for opcode '" + Name + "'");
  auto Machine = X86Machine::create(Isa);
  if (!Machine)
    return Machine.takeError();
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
    std::string Lacks = (*Machine)->missing(R);
    if (!Lacks.empty())
      E.Reason = "this CPU lacks " + Lacks;
    else if (auto It = Options.Instead.find(R.Name); It != Options.Instead.end()) {
      Row &Copy = Copies.emplace_back(R);
      Copy.Meaning = It->second;
      Subjects.push_back({&Copy, "instead of " + R.Name, Report.Entries.size()});
    } else {
      Subjects.push_back({&R, rowHash(R).hex(), Report.Entries.size()});
    }
    Report.Entries.push_back(std::move(E));
  }

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
      runRow(**Machine, *S.R, Fn, Options, Report.Entries[S.Entry]);
      if (Options.Progress)
        Options.Progress(++Done, unsigned(Report.Entries.size()));
    }
  }
  return Report;
}

} // namespace whittle
