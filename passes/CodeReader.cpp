//===- passes/CodeReader.cpp - Functions of an object ----------------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/MachineCode.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/BinaryFormat/ELF.h"
#include "llvm/MC/MCAsmInfo.h"
#include "llvm/MC/MCContext.h"
#include "llvm/MC/MCDisassembler/MCDisassembler.h"
#include "llvm/MC/MCInstPrinter.h"
#include "llvm/MC/MCInstrAnalysis.h"
#include "llvm/MC/MCInstrInfo.h"
#include "llvm/MC/MCRegisterInfo.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/MCTargetOptions.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Object/Archive.h"
#include "llvm/Object/ELFObjectFile.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"
#include <map>
#include <set>

using namespace llvm;
using namespace llvm::object;

namespace whittle {

static Error makeError(const Twine &Message) {
  return createStringError(inconvertibleErrorCode(), Message);
}

/// VEX, EVEX or XOP, read off the bytes: LLVM keeps its own record of it hidden.
static bool isVexEncoded(ArrayRef<uint8_t> Bytes) {
  // Segments and the address size are the only prefixes that may stand before.
  while (!Bytes.empty() && is_contained({0x26, 0x2e, 0x36, 0x3e, 0x64, 0x65, 0x67}, Bytes[0]))
    Bytes = Bytes.drop_front();
  if (Bytes.size() < 2)
    return false;
  // 8F is POP too, whose next three bits are 0 where XOP has a map of 8 and more.
  return is_contained({0xc4, 0xc5, 0x62}, Bytes[0]) || (Bytes[0] == 0x8f && (Bytes[1] & 0x18));
}

namespace {
/// What LLVM decodes x86-64 with.
class Decoder {
public:
  static Expected<std::unique_ptr<Decoder>> create(const TargetIsa &Isa) {
    Expected<std::unique_ptr<MCSubtargetInfo>> STI = Isa.subtarget("");
    if (!STI)
      return STI.takeError();
    auto D = std::unique_ptr<Decoder>(new Decoder(Isa, std::move(*STI)));
    if (!D->Disassembler || !D->Printer || !D->Analysis)
      return makeError("LLVM has no disassembler of " + Isa.arch());
    return std::move(D);
  }

  /// The instruction at the start of \p Bytes; false if there is none.
  bool decode(ArrayRef<uint8_t> Bytes, uint64_t Offset, CodeInstr &Out) const {
    if (Disassembler->getInstruction(Out.I, Out.Size, Bytes, Offset, nulls()) !=
        MCDisassembler::Success)
      return false;
    Out.Offset = Offset;
    Out.Vex = isVexEncoded(Bytes.take_front(Out.Size));
    const MCInstrDesc &D = desc(Out);
    if (D.mayLoad() || D.mayStore())
      Out.MemBits = memoryBits(Out.I, Offset);
    return true;
  }

  const MCInstrDesc &desc(const CodeInstr &I) const { return Isa.instrInfo().get(I.I.getOpcode()); }
  std::optional<uint64_t> target(const CodeInstr &I) const {
    uint64_t Target;
    if (!Analysis->evaluateBranch(I.I, I.Offset, I.Size, Target))
      return std::nullopt;
    return Target;
  }
  bool readsRelativeToPc(const CodeInstr &I) const {
    return any_of(I.I, [&](const MCOperand &O) {
      return O.isReg() && O.getReg() && StringRef(Isa.registerInfo().getName(O.getReg())) == "RIP";
    });
  }

private:
  Decoder(const TargetIsa &Isa, std::unique_ptr<MCSubtargetInfo> TheSTI)
      : Isa(Isa), STI(std::move(TheSTI)) {
    const Target &T = Isa.llvmTarget();
    const Triple TT(Isa.defaultTriple());
    MAI.reset(T.createMCAsmInfo(Isa.registerInfo(), TT, MCTargetOptions()));
    Ctx = std::make_unique<MCContext>(TT, MAI.get(), &Isa.registerInfo(), STI.get());
    Disassembler.reset(T.createMCDisassembler(*STI, *Ctx));
    Printer.reset(
        T.createMCInstPrinter(TT, /*Intel*/ 1, *MAI, Isa.instrInfo(), Isa.registerInfo()));
    Analysis.reset(T.createMCInstrAnalysis(&Isa.instrInfo()));
  }

  /// Only Intel's syntax says how much of memory an instruction looks at.
  unsigned memoryBits(const MCInst &I, uint64_t Address) const {
    std::string Text;
    raw_string_ostream OS(Text);
    Printer->printInst(&I, Address, "", *STI, OS);
    StringRef Before = StringRef(Text).split(" ptr ").first;
    if (Before.size() == Text.size())
      return 0;
    StringRef Word = Before.substr(Before.find_last_of(" \t,") + 1);
    static constexpr std::pair<StringRef, unsigned> Words[] = {
        {"byte", 8},      {"word", 16},     {"dword", 32},   {"qword", 64},
        {"xmmword", 128}, {"ymmword", 256}, {"zmmword", 512}};
    for (auto [Name, Bits] : Words)
      if (Word == Name)
        return Bits;
    return 0;
  }

  const TargetIsa &Isa;
  std::unique_ptr<MCSubtargetInfo> STI;
  std::unique_ptr<MCAsmInfo> MAI;
  std::unique_ptr<MCContext> Ctx;
  std::unique_ptr<MCDisassembler> Disassembler;
  std::unique_ptr<MCInstPrinter> Printer;
  std::unique_ptr<MCInstrAnalysis> Analysis;
};

/// A place in a section.
struct Place {
  uint64_t Section; ///< its index
  uint64_t Offset;
  bool Relative = false; ///< .. of which the place of the relocation is subtracted
};

class ObjectReader {
public:
  ObjectReader(const Decoder &D, const ELFObjectFileBase &Obj, std::string File, MachineCode &Out)
      : D(D), Obj(Obj), File(std::move(File)), Out(Out) {}

  Error run() {
    if (Error E = readSections())
      return E;
    for (const SectionRef &S : Obj.sections())
      if (S.isText())
        if (Error E = readText(S))
          return E;
    return Error::success();
  }

private:
  struct Section {
    SectionRef Ref;
    StringRef Name, Contents;
    bool Constant = false;                 ///< read-only data
    std::map<uint64_t, Place> Relocations; ///< by offset, to S + A
    std::set<uint64_t> Patched;            ///< offsets of all relocations
    std::set<uint64_t> Named;              ///< offsets whose address code takes
  };

  Error damaged(Error E) const { return makeError(File + ": " + toString(std::move(E))); }

  Error readSections() {
    for (const SectionRef &S : Obj.sections()) {
      Section &Info = Sections[S.getIndex()];
      Info.Ref = S;
      Expected<StringRef> Name = S.getName();
      if (!Name)
        return damaged(Name.takeError());
      Info.Name = *Name;
      const uint64_t Flags = ELFSectionRef(S).getFlags();
      const bool Loaded = (Flags & ELF::SHF_ALLOC) && !S.isBSS();
      if (!Loaded)
        continue;
      Expected<StringRef> Contents = S.getContents();
      if (!Contents)
        return damaged(Contents.takeError());
      Info.Contents = *Contents;
      Info.Constant = !(Flags & (ELF::SHF_WRITE | ELF::SHF_EXECINSTR));
    }
    for (const SectionRef &S : Obj.sections())
      if (Error E = readRelocations(S))
        return E;
    return Error::success();
  }

  /// Relocations of the section that \p Table is about.
  Error readRelocations(const SectionRef &Table) {
    Expected<section_iterator> To = Table.getRelocatedSection();
    if (!To)
      return damaged(To.takeError());
    if (*To == Obj.section_end())
      return Error::success();
    Section &Into = Sections[(*To)->getIndex()];
    if (Into.Contents.empty())
      return Error::success();
    for (const RelocationRef &R : Table.relocations()) {
      Into.Patched.insert(R.getOffset());
      if (R.getSymbol() == Obj.symbol_end())
        continue;
      Expected<section_iterator> In = R.getSymbol()->getSection();
      Expected<uint64_t> Value = R.getSymbol()->getValue();
      Expected<int64_t> Addend = ELFRelocationRef(R).getAddend();
      if (!In || !Value || !Addend)
        return damaged(
            joinErrors(joinErrors(In.takeError(), Value.takeError()), Addend.takeError()));
      const bool Relative = R.getType() == ELF::R_X86_64_PC32;
      if (*In == Obj.section_end() ||
          (!Relative &&
           !is_contained({ELF::R_X86_64_64, ELF::R_X86_64_32, ELF::R_X86_64_32S}, R.getType())))
        continue;
      const Place At{(*In)->getIndex(), *Value + uint64_t(*Addend), Relative};
      Into.Relocations[R.getOffset()] = At;
      // As an instruction that ends with its displacement has it.
      if (Into.Ref.isText())
        Sections[At.Section].Named.insert(At.Offset + (Relative ? 4 : 0));
    }
    return Error::success();
  }

  /// Offset to name of what starts there; functions win over other labels.
  std::map<uint64_t, std::pair<std::string, uint64_t>> symbolsOf(const SectionRef &Text,
                                                                 Error &Failed) const {
    std::map<uint64_t, std::pair<std::string, uint64_t>> Functions, Others;
    ErrorAsOutParameter Out(&Failed);
    auto Take = [&](const ELFSymbolRef &S) {
      const bool Function = S.getELFType() == ELF::STT_FUNC || S.getELFType() == ELF::STT_GNU_IFUNC;
      if (!Function && S.getELFType() != ELF::STT_NOTYPE)
        return;
      Expected<section_iterator> In = S.getSection();
      Expected<uint64_t> Address = S.getAddress();
      Expected<StringRef> Name = S.getName();
      if (!In || !Address || !Name) {
        Failed = joinErrors(
            std::move(Failed),
            joinErrors(joinErrors(In.takeError(), Address.takeError()), Name.takeError()));
        return;
      }
      if (*In == Obj.section_end() || **In != Text || Name->empty())
        return;
      (Function ? Functions : Others)
          .try_emplace(*Address - Text.getAddress(), Name->str(), S.getSize());
    };
    for (const ELFSymbolRef &S : Obj.symbols())
      Take(S);
    for (const ELFSymbolRef &S : Obj.getDynamicSymbolIterators())
      Take(S);
    // Labels inside of a function are places that may be entered, no functions.
    for (auto &[Offset, Symbol] : Others) {
      auto After = Functions.upper_bound(Offset);
      const bool Inside = After != Functions.begin() &&
                          (std::prev(After)->second.second == 0 ||
                           std::prev(After)->first + std::prev(After)->second.second > Offset);
      if (!Inside)
        Functions.try_emplace(Offset, std::move(Symbol));
      else
        Labels.insert({Text.getIndex(), Offset});
    }
    return Functions;
  }

  Error readText(const SectionRef &S) {
    Section &Info = Sections[S.getIndex()];
    Error Failed = Error::success();
    auto Symbols = symbolsOf(S, Failed);
    if (Failed)
      return damaged(std::move(Failed));
    if (Symbols.empty() && !Info.Contents.empty())
      Symbols[0] = {Info.Name.str(), 0};
    for (auto It = Symbols.begin(); It != Symbols.end(); ++It) {
      const uint64_t Begin = It->first, Size = It->second.second;
      uint64_t End = std::next(It) == Symbols.end() ? Info.Contents.size() : std::next(It)->first;
      if (Size)
        End = std::min(End, Begin + Size);
      End = std::min<uint64_t>(End, Info.Contents.size());
      if (Begin < End)
        readFunction(Info, It->second.first, Begin, End);
    }
    return Error::success();
  }

  void readFunction(Section &Info, StringRef Name, uint64_t Begin, uint64_t End) {
    std::vector<CodeInstr> All;
    for (uint64_t At = Begin; At != End;) {
      CodeInstr I;
      if (!D.decode(arrayRefFromStringRef(Info.Contents.slice(At, End)), At, I)) {
        Out.Skipped.push_back((File + ": " + Info.Name + "+0x" + utohexstr(At, true) +
                               ": no known instruction; the rest of '" + Name + "' is left out")
                                  .str());
        break;
      }
      At += I.Size;
      findConstant(Info, I);
      All.push_back(std::move(I));
    }
    if (All.empty())
      return;
    CodeFunction F;
    F.Name = Name.str();
    cutBlocks(Info, std::move(All), F);
    Out.Functions.push_back(std::move(F));
  }

  bool isRelocated(const Section &Info, const CodeInstr &I) const {
    auto It = Info.Patched.lower_bound(I.Offset);
    return It != Info.Patched.end() && *It < I.Offset + I.Size;
  }

  /// Where the memory operand of \p I is, if it is relative to what follows it.
  std::optional<Place> addressOf(const Section &Info, const CodeInstr &I) const {
    if (!D.readsRelativeToPc(I))
      return std::nullopt;
    auto It = Info.Relocations.lower_bound(I.Offset);
    if (It != Info.Relocations.end() && It->first < I.Offset + I.Size)
      return Place{It->second.Section, It->second.Offset + (I.Offset + I.Size - It->first)};
    if (Obj.isRelocatableObject() || isRelocated(Info, I))
      return std::nullopt;
    // Linked: the displacement is final.
    int64_t Disp = 0;
    for (unsigned Op = 0; Op + 3 < I.I.getNumOperands(); ++Op)
      if (I.I.getOperand(Op).isReg() && I.I.getOperand(Op + 3).isImm() &&
          I.I.getOperand(Op + 1).isImm() && I.I.getOperand(Op + 2).isReg())
        Disp = I.I.getOperand(Op + 3).getImm();
    const uint64_t Address = Info.Ref.getAddress() + I.Offset + I.Size + uint64_t(Disp);
    for (const auto &[Index, S] : Sections)
      if (Address >= S.Ref.getAddress() && Address - S.Ref.getAddress() < S.Contents.size())
        return Place{Index, Address - S.Ref.getAddress()};
    return std::nullopt;
  }

  void findConstant(const Section &Info, CodeInstr &I) const {
    if (!I.MemBits || !D.desc(I).mayLoad())
      return;
    std::optional<Place> At = addressOf(Info, I);
    auto It = At ? Sections.find(At->Section) : Sections.end();
    if (It == Sections.end() || !It->second.Constant)
      return;
    const Section &Data = It->second;
    const uint64_t Bytes = I.MemBits / 8;
    if (At->Offset > Data.Contents.size() || Data.Contents.size() - At->Offset < Bytes)
      return;
    // A relocation that begins up to 7 bytes before may reach into it.
    auto Patch = Data.Patched.lower_bound(At->Offset < 7 ? 0 : At->Offset - 7);
    if (Patch != Data.Patched.end() && *Patch < At->Offset + Bytes)
      return;
    APInt C(I.MemBits, 0);
    for (uint64_t B = 0; B != Bytes; ++B)
      C.insertBits(uint8_t(Data.Contents[At->Offset + B]), unsigned(8 * B), 8);
    I.Constant = std::move(C);
  }

  /// Offsets inside of [\p Begin, \p End) of \p Text that labels name or data points at;
  /// with \p Tables also those that a table of differences gives.
  std::set<uint64_t> pointedAt(const Section &Text, uint64_t Begin, uint64_t End,
                               bool Tables) const {
    const uint64_t Index = Text.Ref.getIndex();
    std::set<uint64_t> Into;
    auto Add = [&](uint64_t Offset) {
      if (Offset > Begin && Offset < End)
        Into.insert(Offset);
    };
    for (auto It = Labels.lower_bound({Index, Begin}); It != Labels.end() && It->first == Index;
         ++It)
      Add(It->second);
    for (const auto &[From, S] : Sections)
      for (const auto &[At, To] : S.Relocations) {
        if (To.Section != Index || (To.Relative && (!Tables || S.Ref.isText())))
          continue;
        // An entry is relative to the table's start, which code names.
        auto After = S.Named.upper_bound(At);
        if (!To.Relative)
          Add(To.Offset);
        else if (After != S.Named.begin())
          Add(To.Offset - (At - *std::prev(After)));
      }
    return Into;
  }

  void cutBlocks(const Section &Info, std::vector<CodeInstr> All, CodeFunction &F) {
    const uint64_t Begin = All.front().Offset, End = All.back().Offset + All.back().Size;
    std::set<uint64_t> Starts;
    auto Leaves = [&](const MCInstrDesc &Desc) {
      return Desc.isBranch() || Desc.isReturn() || (Desc.isTerminator() && !Desc.isCall());
    };
    bool Indirect = false;
    for (const CodeInstr &I : All) {
      const MCInstrDesc &Desc = D.desc(I);
      if (Desc.isCall() || (!Leaves(Desc) && !D.target(I)))
        continue;
      Indirect |= Desc.isIndirectBranch();
      Starts.insert(I.Offset + I.Size);
      if (std::optional<uint64_t> T = D.target(I); T && !isRelocated(Info, I))
        Starts.insert(*T);
    }
    const std::set<uint64_t> Entered = pointedAt(Info, Begin, End, Indirect);
    Starts.insert(Entered.begin(), Entered.end());

    std::map<uint64_t, unsigned> Index;
    for (CodeInstr &I : All) {
      if (F.Blocks.empty() || Starts.count(I.Offset)) {
        Index[I.Offset] = unsigned(F.Blocks.size());
        F.Blocks.emplace_back();
        F.Blocks.back().Entered = Entered.count(I.Offset) || (Indirect && F.Blocks.size() > 1);
      }
      F.Blocks.back().Instrs.push_back(std::move(I));
    }
    auto Go = [&](CodeBlock &B, uint64_t To) {
      auto It = Index.find(To);
      if (It == Index.end())
        B.Exit = To > Begin && To < End ? CodeExit::Unknown : std::max(B.Exit, CodeExit::TailCall);
      else if (!is_contained(B.Successors, It->second))
        B.Successors.push_back(It->second);
    };
    for (CodeBlock &B : F.Blocks) {
      const CodeInstr &Last = B.Instrs.back();
      const MCInstrDesc &Desc = D.desc(Last);
      const uint64_t Next = Last.Offset + Last.Size;
      bool Falls = true;
      if (Desc.isReturn() && !Desc.isCall()) {
        B.Exit = CodeExit::Return;
        Falls = false;
      } else if (Desc.isIndirectBranch()) {
        B.Exit = CodeExit::Unknown;
        Falls = false;
      } else if (!Desc.isCall()) {
        std::optional<uint64_t> T = D.target(Last);
        if (T && isRelocated(Info, Last))
          B.Exit = CodeExit::TailCall;
        else if (T)
          Go(B, *T);
        else if (Leaves(Desc))
          B.Exit = CodeExit::Unknown;
        Falls = !Desc.isBarrier();
      }
      if (!Falls)
        continue;
      if (Next < End)
        Go(B, Next);
      else
        B.Exit = CodeExit::Unknown; // runs on into what follows, or is not known
    }
  }

  const Decoder &D;
  const ELFObjectFileBase &Obj;
  std::string File;
  MachineCode &Out;
  std::map<uint64_t, Section> Sections;
  mutable std::set<std::pair<uint64_t, uint64_t>> Labels; ///< section and offset
};
} // namespace

static Error readObject(const Decoder &D, const TargetIsa &Isa, const Binary &B, std::string File,
                        MachineCode &Out) {
  const auto *Obj = dyn_cast<ELFObjectFileBase>(&B);
  if (!Obj)
    return makeError(File + ": not an ELF object");
  if (Obj->getArch() != Triple::x86_64 || Obj->getBytesInAddress() != 8)
    return makeError(File + ": is machine code of " + Triple::getArchTypeName(Obj->getArch()) +
                     ", not " + Isa.arch());
  return ObjectReader(D, *Obj, std::move(File), Out).run();
}

Expected<MachineCode> readMachineCode(const TargetIsa &Isa, MemoryBufferRef File) {
  const std::string Name = File.getBufferIdentifier().str();
  Expected<std::unique_ptr<Decoder>> D = Decoder::create(Isa);
  if (!D)
    return D.takeError();
  Expected<std::unique_ptr<Binary>> B = createBinary(File);
  if (!B)
    return makeError(Name + ": " + toString(B.takeError()));
  MachineCode Out;
  const auto *A = dyn_cast<Archive>(B->get());
  if (!A) {
    if (Error E = readObject(**D, Isa, **B, Name, Out))
      return std::move(E);
    return Out;
  }
  Error Failed = Error::success();
  for (const Archive::Child &C : A->children(Failed)) {
    Expected<StringRef> Member = C.getName();
    if (!Member)
      return makeError(Name + ": " + toString(Member.takeError()));
    const std::string Whole = (Name + "(" + *Member + ")").str();
    Expected<std::unique_ptr<Binary>> Object = C.getAsBinary();
    Error E = Object ? readObject(**D, Isa, **Object, Whole, Out)
                     : makeError(Whole + ": " + toString(Object.takeError()));
    if (E)
      Out.Skipped.push_back(toString(std::move(E)));
  }
  if (Failed)
    return makeError(Name + ": " + toString(std::move(Failed)));
  return Out;
}

} // namespace whittle
