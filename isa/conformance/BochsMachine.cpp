//===- isa/conformance/BochsMachine.cpp - Instructions in the Bochs emulator ----===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/conformance/BochsMachine.h"
#include "isa/conformance/BochsGuest.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MathExtras.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/Regex.h"
#include "llvm/Support/raw_ostream.h"
#include <cstring>

using namespace llvm;

namespace whittle {

/// The model that Bochs is given, by LLVM's name and by its own.
static constexpr char Model[] = "tigerlake";
static constexpr unsigned SecondsAtMost = 600;
/// Bochs sees a disk as whole cylinders of 16 heads with 63 sectors.
static constexpr size_t CylinderBytes = 16 * 63 * bochs::SectorBytes;

static Error makeError(const Twine &Message) {
  return createStringError(inconvertibleErrorCode(), Message);
}

static Error writeFile(const std::string &Path, StringRef Bytes) {
  std::error_code Code;
  raw_fd_ostream Out(Path, Code);
  if (!Code) {
    Out << Bytes;
    Out.close();
    Code = Out.error();
    Out.clear_error();
  }
  return Code ? createStringError(Code, Path + ": " + Code.message()) : Error::success();
}

Expected<std::unique_ptr<BochsMachine>> BochsMachine::create(const TargetIsa &Isa) {
  if (Isa.arch() != "x86_64")
    return makeError("only rows of x86_64 can run in Bochs");
  std::unique_ptr<BochsMachine> M(new BochsMachine());
  auto Found = sys::findProgramByName("bochs");
  if (!Found)
    return makeError("the emulator 'bochs' is not installed (Debian's package bochs)");
  M->Program = *Found;
  auto Cpu = Isa.subtarget(Model);
  if (!Cpu)
    return Cpu.takeError();
  auto Guest = assembleBochsGuest(Isa);
  if (!Guest)
    return Guest.takeError();
  SmallString<128> Directory;
  if (std::error_code Code = sys::fs::createUniqueDirectory("whittle-bochs", Directory))
    return createStringError(Code, "a temporary directory for Bochs: " + Code.message());
  M->Directory = Directory.str().str();
  M->open(Isa, std::move(*Cpu), bochs::MemoryEnd);
  if (Error E = writeFile(M->path("guest.rom"), *Guest))
    return std::move(E);
  // Debian's Bochs has its debugger, which waits for orders first.
  if (Error E = writeFile(M->path("orders"), "c\nq\n"))
    return std::move(E);
  // Of the displays that Bochs may have, only this one needs no terminal.
  std::string Config = "plugin_ctrl: unmapped=1, biosdev=0, speaker=0, parallel=0, serial=0, "
                       "extfpuirq=0, gameport=0\n"
                       "display_library: rfb, options=\"timeout=0\"\n"
                       "romimage: file=\"" +
                       M->path("guest.rom") + "\"\noptramimage1: file=\"" + M->path("memory") +
                       "\", address=0x" + utohexstr(bochs::Image) + "\ncpu: model=" + Model +
                       ", count=1, ips=4000000, reset_on_triple_fault=0\nmemory: guest=" +
                       std::to_string(bochs::MemoryMiB) +
                       ", host=" + std::to_string(bochs::MemoryMiB) +
                       "\nata0: enabled=1, ioaddr1=0x1f0, ioaddr2=0x3f0, irq=14\n"
                       "ata0-master: type=disk, path=\"" +
                       M->path("results") + "\", mode=flat\nboot: disk\nlog: \"" + M->path("log") +
                       "\"\npanic: action=fatal\nerror: action=report\ninfo: action=ignore\n";
  if (Error E = writeFile(M->path("config"), Config))
    return std::move(E);
  return M;
}

BochsMachine::~BochsMachine() {
  if (!Directory.empty())
    (void)sys::fs::remove_directories(Directory);
}

// Each was found by running rows that silicon had confirmed. A test runs them all
// and fails when a family has become right.
static constexpr struct {
  const char *Opcodes; ///< a regular expression on whole names
  StringRef Fault;
} Faults[] = {
    {"V?PSRLQ.*", "a count of 64 shifts nothing"},
    {"VPSRAVQ.*", "a count of 64 shifts nothing"},
    {"KSHIFT[LR]Wki", "a count of 15 gives 0"},
    {"VPDPWSSDS.*", "the sum of both products wraps before it is added"},
    {"V?GF2P8AFFINE.*", "every bit of the product is inverted"},
    {"VPCONFLICT.*", "all results are 0"},
    {"VPCOMPRESS[BW].*", "not every element that the mask selects is stored"},
    {"VPMULTISHIFTQB.*k.*", "another byte's mask bit decides"},
    {"VPSHUFBITQMB.*", "some bits of the result are lost"},
    {"V?DPP[SD].*", "not the first NaN of a sum comes through"},
    {"SHA1RNDS4.*", "another result than the CPU's"},
    {"VCVTPS2PH.*", "some halves round the other way"},
    {"VCVT(UDQ2PS|UQQ2PD|USI2SS).*", "the lowest bit does not count in rounding"},
    {"VCVTT(PD2UQQ|SD2USI64).*", "what lies between -1 and 0 is invalid"},
    {"VGETMANT[PS]D.*", "a denormal's mantissa is twice too large"},
    {"V(RNDSCALE|REDUCE).*", "a tie at an odd scale does not round to even"},
    {"VMOVDDUPZ128rm.*", "16 bytes are read"},
    {"VCVT(U?DQ2PD|PS2PD|T?PS2U?QQ)Z128rmkz?", "16 bytes are read"},
    {"VRANGE.*", "signs do not decide between equal magnitudes"},
    {"VPBROADCASTBZrmk.*", "nothing is loaded"},
    {"VPEXPAND[BW].*rmk.*", "not every element is loaded"},
    {"VPBROADCASTM.*", "what stands above a narrow result is kept"},
};

StringRef BochsMachine::knownFault(StringRef Opcode) {
  for (const auto &F : Faults)
    if (Regex("^(" + std::string(F.Opcodes) + ")$").match(Opcode))
      return F.Fault;
  return "";
}

bool BochsMachine::accepts(const Row &R, std::string &Why) {
  if (std::string Lacks = missing(R); !Lacks.empty()) {
    Why = "the CPU that Bochs emulates lacks " + Lacks;
    return false;
  }
  if (StringRef Fault = knownFault(R.Name); !Fault.empty() && !Faulty) {
    Why = ("Bochs 2.7 is wrong here: " + Fault).str();
    return false;
  }
  return load(R, Why);
}

/// Runs Bochs once on the files that are there.
Error BochsMachine::emulate(size_t ResultBytes) const {
  (void)sys::fs::remove(path("results"));
  if (Error E = writeFile(path("results"), ""))
    return E;
  int Fd;
  if (std::error_code Code = sys::fs::openFileForReadWrite(
          path("results"), Fd, sys::fs::CD_OpenExisting, sys::fs::OF_None))
    return createStringError(Code, path("results") + ": " + Code.message());
  std::error_code Code = sys::fs::resize_file(Fd, alignTo(ResultBytes, CylinderBytes));
  sys::fs::file_t Handle = sys::fs::convertFDToNativeFile(Fd);
  (void)sys::fs::closeFile(Handle);
  if (Code)
    return createStringError(Code, path("results") + ": " + Code.message());

  const std::string Config = path("config"), Orders = path("orders");
  StringRef Args[] = {Program, "-q", "-f", Config, "-rc", Orders};
  const std::string Output = path("output");
  std::optional<StringRef> Redirects[] = {StringRef(""), StringRef(Output), StringRef(Output)};
  std::string Message;
  bool Failed = false;
  // It exits with 1 also when the guest ends the emulation: the results tell.
  int Code2 = sys::ExecuteAndWait(Program, Args, std::nullopt, Redirects, SecondsAtMost,
                                  /*MemoryLimit=*/0, &Message, &Failed);
  if (Failed || Code2 < 0)
    return makeError("bochs: " + (Message.empty() ? "did not run" : Message));
  return Error::success();
}

Error BochsMachine::run(MutableArrayRef<X86Job> Jobs) {
  if (Jobs.empty())
    return Error::success();
  // Jobs, states, code: each on pages of its own, since what is written to a
  // page with code makes the emulator decode it again.
  constexpr size_t Page = 4096;
  size_t NumStates = 0;
  for (const X86Job &J : Jobs)
    NumStates += J.States.size();
  const size_t StatesAt =
      alignTo(bochs::FirstJob - bochs::Image + Jobs.size() * sizeof(bochs::Job), Page);
  const size_t CodeAt = alignTo(StatesAt + NumStates * sizeof(MachineState), Page);
  std::string Memory(CodeAt, '\0');
  size_t ResultBytes = sizeof(uint64_t), State = StatesAt;
  const X86Job *Last = nullptr;
  bochs::Job Item{};
  SmallVector<char, 256> Code;
  for (auto [K, J] : enumerate(Jobs)) {
    if (!Last || Last->R != J.R || (J.R->NumImms && Last->Imm != J.Imm)) {
      std::string Why;
      if ((!Last || Last->R != J.R) && !load(*J.R, Why))
        return makeError(J.R->Name + ": " + Why);
      Memory.resize(alignTo(Memory.size(), 16));
      Item.Code = bochs::Image + Memory.size();
      Code.clear();
      code(J.Imm, Code);
      Memory.append(Code.begin(), Code.end());
    }
    Last = &J;
    Item.States = bochs::Image + State;
    Item.Count = J.States.size();
    std::memcpy(&Memory[bochs::FirstJob - bochs::Image + K * sizeof(Item)], &Item, sizeof(Item));
    std::memcpy(&Memory[State], J.States.data(), J.States.size() * sizeof(MachineState));
    State += J.States.size() * sizeof(MachineState);
    ResultBytes += sizeof(uint64_t) + J.States.size() * bochs::ResultBytes;
  }
  if (bochs::Image + Memory.size() > bochs::Results)
    return makeError("too much for the memory of the emulated machine");
  const bochs::Header Header{Jobs.size(), Memory.size()};
  std::memcpy(Memory.data(), &Header, sizeof(Header));
  if (Error E = writeFile(path("memory"), Memory))
    return E;
  if (Error E = emulate(ResultBytes))
    return E;

  auto File = MemoryBuffer::getFile(path("results"), /*IsText=*/false, false);
  if (!File)
    return createStringError(File.getError(), path("results") + ": " + File.getError().message());
  const char *At = (*File)->getBufferStart();
  auto Take = [&](void *To, size_t Bytes) {
    std::memcpy(To, At, Bytes);
    At += Bytes;
  };
  for (X86Job &J : Jobs) {
    uint64_t Status = 0;
    Take(&Status, sizeof(Status));
    if (Status & bochs::FaultBit)
      J.Fault = "exception " + std::to_string(Status & 0xff);
    else if (Status != bochs::Ran)
      return makeError("bochs: the guest did not reach " + J.R->Name);
    for (MachineState &S : J.States) {
      Take(S.After, sizeof(S.After));
      Take(&S.FlagsAfter, sizeof(S.FlagsAfter));
    }
  }
  uint64_t End = 0;
  Take(&End, sizeof(End));
  if (End != bochs::Ran)
    return makeError("bochs: the guest did not finish");
  return Error::success();
}

} // namespace whittle
