//===- isa/conformance/AMDGPUConform.cpp - AMDGPU rows, confirmed ---------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/conformance/AMDGPUConform.h"
#include "isa/conformance/AMDGPUFolds.h"
#include "isa/conformance/AMDGPUReference.h"
#include "isa/conformance/IsaEval.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/Regex.h"
#include "llvm/Support/xxhash.h"
#include <bit>
#include <random>

using namespace llvm;

namespace whittle {

namespace {

/// Words that sit at the edges of shifts, fields, signs, bytes and selectors.
class WordSource {
public:
  explicit WordSource(uint64_t Seed) : Random(Seed) {}

  uint64_t bits() { return Random(); }
  uint32_t word() {
    static const uint32_t Corners[] = {0,          1,          0xffffffff, 0x80000000, 0x7fffffff,
                                       0x80808080, 0x7f7f7f7f, 0x01010101, 0x00ff00ff, 0xff00ff00,
                                       0x8000,     0xffff,     0x10000,    0x80008000, 0x7fff7fff,
                                       0x800000,   0x7fffff,   0xffffff,   0x88888888, 0x77777777,
                                       0x0d0c0b0a, 0x08070409, 0xfffffffe, 0x0c0c0c0c};
    switch (Random() % 8) {
    case 0:
    case 1:
      return Corners[Random() % std::size(Corners)];
    case 2:
      return uint32_t(Random() % 70); // counts and widths
    case 3: {                         // byte selectors, and bytes that are often 0
      uint32_t W = 0;
      for (unsigned I = 0; I != 4; ++I)
        W = W << 8 | uint32_t(Random() % 15);
      return W;
    }
    case 4: // one bit, or a run of them
      return (uint32_t(1) << Random() % 32) - uint32_t(Random() % 2);
    default:
      return uint32_t(Random());
    }
  }

  /// Two halves or a single that are floating-point numbers: near ones whose sums
  /// and products show all of both, and special ones.
  uint32_t number() {
    static const uint32_t Singles[] = {0x7f800000, 0x7fc00000, 0x7f800001, 0x7fffffff, 0x00800000,
                                       0x00000001, 0x007fffff, 0x7f7fffff, 0x3f800000, 0x00000000,
                                       0x4f000000, 0x4effffff, 0x4f800000, 0x33800000};
    static const uint32_t Halves[] = {0x7c00, 0x7e00, 0x7c01, 0x7fff, 0x0400, 0x0001,
                                      0x03ff, 0x7bff, 0x3c00, 0x0000, 0x7800, 0x0fff};
    auto Half = [&] {
      const uint32_t Sign = uint32_t(Random() % 2) << 15;
      return Random() % 4 == 0 ? Sign | Halves[Random() % std::size(Halves)]
                               : Sign | uint32_t(0x3000 + Random() % 0x1800);
    };
    const uint32_t Sign = uint32_t(Random() % 2) << 31;
    switch (Random() % 6) {
    case 0:
      return Sign | Singles[Random() % std::size(Singles)];
    case 1:
      return Sign | uint32_t(0x3e000000 + (Random() % 64 << 19));
    case 2:
      return Sign | uint32_t(0x3c000000 + Random() % 0x07000000);
    case 3:
      return uint32_t(Random());
    default:
      return Half() << 16 | Half();
    }
  }

  /// The same of doubles, and such as lie at the edges of singles and integers.
  uint64_t wideNumber() {
    static const uint64_t Doubles[] = {
        0x7ff0000000000000, 0x7ff8000000000000, 0x7ff0000000000001, 0x7fffffffffffffff,
        0x7ff8000000000005, 0x0010000000000000, 0x0000000000000001, 0x000fffffffffffff,
        0x7fefffffffffffff, 0x3ff0000000000000, 0x0000000000000000, 0x41dfffffffe00000,
        0x41e0000000000000, 0x41f0000000000000, 0x3690000000000000, 0x380fffffe0000000,
        0x47efffffefffffff, 0x3fe0000000000000, 0x4330000000000001, 0x3ca0000000000000};
    const uint64_t Sign = Random() % 2 << 63;
    switch (Random() % 4) {
    case 0:
    case 1:
      return Sign | Doubles[Random() % std::size(Doubles)];
    case 2:
      return Sign | (0x3fc0000000000000 + (Random() % 64 << 48));
    default:
      return Sign | (0x3f00000000000000 + Random() % 0x0300000000000000);
    }
  }

private:
  std::mt19937_64 Random;
};

uint64_t execMask(unsigned Wave, WordSource &Words) {
  switch (Wave % 6) {
  case 0:
    return ~uint64_t(0);
  case 1:
    return 0;
  case 2:
    return 0xaaaaaaaaaaaaaaaa;
  case 3:
    return 0x00000000ffffffff;
  case 4:
    return uint64_t(1) << Words.bits() % 64;
  default:
    return Words.bits();
  }
}

/// A value as the evaluator takes it: lane by lane, each with its registers.
std::vector<uint8_t> laneMajor(const WaveRegisters &W, ValueType Ty, unsigned Lanes) {
  const unsigned Bytes = Ty.bytes();
  std::vector<uint8_t> Out(wholeRegisterBytes(Ty, Lanes));
  for (size_t L = 0; L != Out.size() / Bytes; ++L)
    for (unsigned B = 0; B != Bytes; ++B)
      Out[L * Bytes + B] = uint8_t(W.Regs[B / 4][L] >> (8 * (B % 4)));
  return Out;
}

/// Register \p Reg of lane \p L out of what the evaluator gave.
uint32_t wordAt(const std::vector<uint8_t> &Bytes, ValueType Ty, unsigned L, unsigned Reg) {
  uint32_t Word = 0;
  const unsigned Size = std::min(Ty.bytes() - 4 * Reg, 4u);
  for (unsigned B = 0; B != Size; ++B)
    Word |= uint32_t(Bytes[L * Ty.bytes() + 4 * Reg + B]) << (8 * B);
  return Word;
}

unsigned registersOf(ValueType Ty) { return (Ty.Bits + 31) / 32; }

/// The bits of one register of \p Ty.
uint32_t registerMask(ValueType Ty) { return Ty.Bits < 32 ? (1u << Ty.Bits) - 1 : ~0u; }

std::string describe(const WaveCall &Call, const Row &R, unsigned L, unsigned Reg, uint32_t Meaning,
                     uint32_t Reference) {
  std::string Text =
      formatv("lane {0} register {1}: the row gives {2:x8}, the reference {3:x8}; exec {4:x16}", L,
              Reg, Meaning, Reference, Call.Exec);
  if (!R.isWave())
    for (auto [W, Ty] : zip_equal(Call.In, R.Ins))
      for (const auto &Words : W.Regs)
        Text += formatv(" {0:x8}", Words[Ty.Kind == RegKind::Lane ? L : 0]);
  for (int64_t I : Call.Imm)
    Text += formatv(" imm {0}", I);
  return Text;
}

/// The immediates of a call: mostly those that are written, else any that fit.
void chooseImmediates(const Row &R, WordSource &Words, std::vector<int64_t> &Imm) {
  Imm.clear();
  if (!R.Presets.empty() && Words.bits() % 4 == 0) {
    const auto &Preset = R.Presets[Words.bits() % R.Presets.size()];
    Imm.assign(Preset.begin(), Preset.end());
    return;
  }
  for (const OperandSpec &U : R.Uses)
    if (U.K == OperandSpec::Imm)
      Imm.push_back(int64_t(Words.bits() & maskTrailingOnes<uint64_t>(U.ImmBits)));
}

/// The bits of a register of the result that the row has to specify.
uint32_t mustDefine(const Row &R, unsigned Reg, bool On) {
  if (R.GivesFlags)
    return 1;
  if (R.Def.Kind == RegKind::Lane && !On && R.Off == OffLanes::Unspecified)
    return 0;
  const uint32_t All = registerMask(R.Def);
  return R.DefinedBits && Reg == 0 ? All & maskTrailingOnes<uint32_t>(R.DefinedBits) : All;
}

/// Not all of them depend on MODE.
bool readsFloats(const Row &R) {
  const StringRef Name = R.Name;
  return R.ReadsMXCSR || Name.contains("_F16") || Name.contains("_F32") || Name.contains("_F64");
}

/// One wave through the row and the reference.
void compareWave(const RowFunction &F, unsigned Wave, WordSource &Words, ConformEntry &Entry) {
  const Row &R = F.row();
  WaveCall Call;
  // Lane-wise rows do not know how many lanes there are.
  const bool Either = R.Form == Shape::CrossLane && !R.OneWaveSize;
  Call.Lanes = Either && Wave % 3 == 2 ? 32 : R.WaveLanes;
  Call.Exec = execMask(Wave, Words) & maskTrailingOnes<uint64_t>(Call.Lanes);
  std::vector<std::vector<uint8_t>> Bytes;
  const bool Floats = readsFloats(R) && Wave % 2;
  for (ValueType Ty : R.Ins) {
    WaveRegisters &W = Call.In.emplace_back(registersOf(Ty));
    for (auto &Reg : W.Regs)
      for (uint32_t &Word : Reg)
        Word = (Floats ? Words.number() : Words.word()) & registerMask(Ty);
    // Pairs of singles look the same.
    if (Floats && W.Regs.size() == 2)
      for (unsigned L = 0; L != Call.Lanes; ++L)
        if (Words.bits() % 4) {
          const uint64_t Double = Words.wideNumber();
          W.Regs[0][L] = uint32_t(Double);
          W.Regs[1][L] = uint32_t(Double >> 32);
        }
    Bytes.push_back(laneMajor(W, Ty, Call.Lanes));
  }
  chooseImmediates(R, Words, Call.Imm);
  WaveRegisters Want(registersOf(R.Def));
  const EvalReply Got = F.run(Bytes, Call.Imm, Call.Exec, Call.Lanes);
  executeAMDGPU(R.Name, Call, Want);
  const bool PerLane = R.Def.Kind == RegKind::Lane;
  Entry.Inputs += R.isWave() || !PerLane ? 1 : uint64_t(std::popcount(Call.Exec));
  for (unsigned L = 0; L != (PerLane ? Call.Lanes : 1); ++L)
    for (unsigned Reg = 0; Reg != Want.Regs.size(); ++Reg) {
      const uint32_t Meaning = wordAt(Got.Out[0], R.Def, L, Reg),
                     Defined = wordAt(Got.Defined[0], R.Def, L, Reg),
                     Must = mustDefine(R, Reg, Call.on(L)), Reference = Want.Regs[Reg][L];
      if (((Defined ^ Must) & registerMask(R.Def)) == 0 && ((Meaning ^ Reference) & Must) == 0)
        continue;
      if (Entry.Mismatches++ == 0)
        Entry.FirstMismatch =
            ((Defined ^ Must) & registerMask(R.Def)) == 0
                ? describe(Call, R, L, Reg, Meaning, Reference)
                : formatv("lane {0}: bits {1:x8} are specified, must be {2:x8}", L, Defined, Must)
                      .str();
    }
}

} // namespace

Expected<ConformEntry> conformAMDGPURow(const Row &R, const AMDGPUConformOptions &Options) {
  ConformEntry Entry;
  Entry.Opcode = R.Name;
  if (!knowsAMDGPU(R.Name)) {
    Entry.Reason = "the reference has no such instruction";
    return Entry;
  }
  auto F = RowFunction::compile(R);
  if (!F)
    return F.takeError();
  Entry.H = ConformEntry::SecondSource;
  Entry.Reason = "the whole-wave reference";
  // Each row has a sequence of its own, whatever other rows there are.
  WordSource Words(Options.Seed ^ xxh3_64bits(R.Name));
  // At least twice each EXEC mask.
  const uint64_t Wanted = R.isMatrix()                                ? Options.Inputs / 16
                          : R.isWave() || R.Def.Kind != RegKind::Lane ? Options.Inputs / 4
                                                                      : Options.Inputs;
  for (unsigned Wave = 0; Wave < 12 || Entry.Inputs < Wanted; ++Wave)
    compareWave(**F, Wave, Words, Entry);
  if (const Fold *Folded = amdgpuFoldOf(R.Name)) {
    auto Word = [&](bool Float) { return Float ? Words.number() : Words.word(); };
    if (Error E = compareFolds(**F, *Folded, Word, Entry))
      return std::move(E);
    Entry.Reason += ", and LLVM's constant folding";
  }
  return Entry;
}

Expected<ConformReport> conformAMDGPU(const TargetIsa &Isa, const AMDGPUConformOptions &Options) {
  auto Fail = [](const Twine &What) { return createStringError(inconvertibleErrorCode(), What); };
  if (Isa.arch() != "amdgcn")
    return Fail("target '" + Isa.arch() + "' is not amdgcn");
  std::string Why;
  const Regex Only("^(" + (Options.Only.empty() ? ".*" : Options.Only) + ")$");
  if (!Only.isValid(Why))
    return Fail("bad regular expression '" + Options.Only + "': " + Why);
  for (const auto &[Name, Unused] : Options.Instead)
    if (!Isa.find(Name))
      return Fail("unknown amdgcn opcode '" + Name + "'");

  ConformReport Report;
  unsigned Done = 0;
  for (const Row &R : Isa.rows()) {
    if (Only.match(R.Name)) {
      Row Tested = R;
      if (auto It = Options.Instead.find(R.Name); It != Options.Instead.end())
        Tested.Meaning = It->second;
      auto Entry = conformAMDGPURow(Tested, Options);
      if (!Entry)
        return Entry.takeError();
      Report.Entries.push_back(std::move(*Entry));
    }
    if (Options.Progress)
      Options.Progress(++Done, Isa.rows().size());
  }
  return Report;
}

} // namespace whittle
