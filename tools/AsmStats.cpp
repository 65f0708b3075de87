//===- tools/AsmStats.cpp - What a function's assembly costs ---------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tools/AsmStats.h"
#include "llvm/MC/MCAsmInfo.h"
#include "llvm/MC/MCCodeEmitter.h"
#include "llvm/MC/MCContext.h"
#include "llvm/MC/MCFixup.h"
#include "llvm/MC/MCInst.h"
#include "llvm/MC/MCInstPrinter.h"
#include "llvm/MC/MCInstrAnalysis.h"
#include "llvm/MC/MCInstrInfo.h"
#include "llvm/MC/MCObjectFileInfo.h"
#include "llvm/MC/MCParser/MCAsmParser.h"
#include "llvm/MC/MCParser/MCTargetAsmParser.h"
#include "llvm/MC/MCRegisterInfo.h"
#include "llvm/MC/MCStreamer.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/MCSymbolELF.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/MCA/Context.h"
#include "llvm/MCA/CustomBehaviour.h"
#include "llvm/MCA/InstrBuilder.h"
#include "llvm/MCA/Pipeline.h"
#include "llvm/MCA/SourceMgr.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Support/raw_ostream.h"
#include <set>

using namespace llvm;

namespace whittle {

namespace {
/// Collects the instructions under each symbol of type function.
class Collector final : public MCStreamer {
public:
  explicit Collector(MCContext &Ctx) : MCStreamer(Ctx) {}

  struct Function {
    std::string Name;
    std::vector<MCInst> Insts;
  };
  std::vector<Function> Functions;

  bool hasRawTextSupport() const override { return true; }
  void emitRawTextImpl(StringRef) override {}
  bool emitSymbolAttribute(MCSymbol *Symbol, MCSymbolAttr Attr) override {
    if (Attr == MCSA_ELF_TypeFunction)
      IsFunction.insert(Symbol->getName().str());
    return true;
  }
  void emitCommonSymbol(MCSymbol *, uint64_t, Align) override {}
  void emitLabel(MCSymbol *Symbol, SMLoc Loc) override {
    MCStreamer::emitLabel(Symbol, Loc);
    if (IsFunction.count(Symbol->getName().str())) {
      Functions.push_back({Symbol->getName().str(), {}});
      Open = true;
    } else if (!Symbol->isTemporary()) {
      Open = false;
    }
  }
  void emitInstruction(const MCInst &I, const MCSubtargetInfo &) override {
    if (Open)
      Functions.back().Insts.push_back(I);
  }

private:
  std::set<std::string> IsFunction;
  bool Open = false;
};

class Analyzer {
public:
  Analyzer(const TargetIsa &Isa, const MCSubtargetInfo &STI)
      : Isa(Isa), STI(STI), T(Isa.defaultTriple()) {
    const Target &TT = Isa.llvmTarget();
    MAI.reset(TT.createMCAsmInfo(Isa.registerInfo(), T, Options));
    Ctx = std::make_unique<MCContext>(T, MAI.get(), &Isa.registerInfo(), &STI, &SM, &Options);
    MOFI.reset(TT.createMCObjectFileInfo(*Ctx, false));
    Ctx->setObjectFileInfo(MOFI.get());
    Printer.reset(TT.createMCInstPrinter(T, MAI->getAssemblerDialect(), *MAI, Isa.instrInfo(),
                                         Isa.registerInfo()));
    Emitter.reset(TT.createMCCodeEmitter(Isa.instrInfo(), *Ctx));
    Analysis.reset(TT.createMCInstrAnalysis(&Isa.instrInfo()));
  }

  Expected<std::vector<FunctionStats>> run(StringRef Asm) {
    std::string Messages;
    raw_string_ostream OS(Messages);
    SM.setDiagHandler(
        [](const SMDiagnostic &D, void *S) {
          if (D.getKind() == SourceMgr::DK_Error)
            D.print("", *static_cast<raw_string_ostream *>(S), false);
        },
        &OS);
    SM.AddNewSourceBuffer(MemoryBuffer::getMemBufferCopy(Asm, "assembly"), SMLoc());
    Collector C(*Ctx);
    const Target &TT = Isa.llvmTarget();
    // Target directives (.amdhsa_..) are accepted and dropped.
    TT.createNullTargetStreamer(C);
    std::unique_ptr<MCAsmParser> P(createMCAsmParser(SM, *Ctx, C, *MAI));
    std::unique_ptr<MCTargetAsmParser> TP(TT.createMCAsmParser(STI, *P, Isa.instrInfo(), Options));
    P->setTargetParser(*TP);
    if (P->Run(false))
      return createStringError(inconvertibleErrorCode(), "cannot parse assembly: " + Messages);
    std::vector<FunctionStats> All;
    for (Collector::Function &F : C.Functions)
      All.push_back(stats(F));
    return All;
  }

private:
  bool counts(const MCInst &I) const {
    const MCInstrDesc &D = Isa.instrInfo().get(I.getOpcode());
    StringRef Name = Isa.instrInfo().getName(I.getOpcode());
    if (Isa.arch() == "amdgcn")
      return Name.starts_with("V_") && !Name.starts_with("V_MOV_") &&
             !Name.starts_with("V_ACCVGPR_") && !D.mayLoad() && !D.mayStore();
    const MCRegisterInfo &RI = Isa.registerInfo();
    bool Wide = false;
    for (const MCOperand &Op : I)
      if (Op.isReg() && Op.getReg()) {
        StringRef R = RI.getName(Op.getReg());
        Wide |= R.contains("MM") || (R.starts_with("K") && R.size() == 2);
      }
    bool Move = Name.contains("MOVDQ") || Name.contains("MOVAP") || Name.contains("MOVUP") ||
                Name.starts_with("KMOV");
    bool Masked = Name.ends_with("k") || Name.ends_with("kz");
    if (Move && (!Masked || D.mayLoad() || D.mayStore() || Name.starts_with("KMOV")))
      return false;
    if (Name.starts_with("VZEROUPPER"))
      return false;
    return Wide;
  }

  FunctionStats stats(const Collector::Function &F) {
    FunctionStats S;
    S.Name = F.Name;
    std::vector<MCInst> Body;
    bool Straight = true;
    for (const MCInst &I : F.Insts) {
      const MCInstrDesc &D = Isa.instrInfo().get(I.getOpcode());
      SmallString<16> Code;
      SmallVector<MCFixup, 2> Fixups;
      Emitter->encodeInstruction(I, Code, Fixups, STI);
      S.Bytes += Code.size();
      S.Instructions += counts(I);
      std::string Line;
      raw_string_ostream OS(Line);
      Printer->printInst(&I, 0, "", STI, OS);
      S.Lines.push_back(StringRef(Line).trim().str());
      if (D.isReturn())
        continue;
      Straight &= !D.isBranch() && !D.isCall();
      Body.push_back(I);
    }
    if (Straight && !Body.empty())
      S.Cycles = cycles(Body);
    return S;
  }

  std::optional<unsigned> cycles(ArrayRef<MCInst> Body) {
    const MCSchedModel &Model = STI.getSchedModel();
    if (!Model.hasInstrSchedModel())
      return std::nullopt;
    mca::InstrumentManager IM(STI, Isa.instrInfo());
    mca::InstrBuilder IB(STI, Isa.instrInfo(), Isa.registerInfo(), Analysis.get(), IM, 100);
    std::vector<std::unique_ptr<mca::Instruction>> Lowered;
    for (const MCInst &I : Body) {
      Expected<std::unique_ptr<mca::Instruction>> L = IB.createInstruction(I, {});
      if (!L) {
        consumeError(L.takeError());
        return std::nullopt;
      }
      Lowered.push_back(std::move(*L));
    }
    mca::CircularSourceMgr Source(Lowered, 1);
    mca::CustomBehaviour CB(STI, Source, Isa.instrInfo());
    mca::Context MC(Isa.registerInfo(), STI);
    mca::PipelineOptions PO(0, 0, 0, 0, 0, 0, true);
    std::unique_ptr<mca::Pipeline> P = Model.isOutOfOrder()
                                           ? MC.createDefaultPipeline(PO, Source, CB)
                                           : MC.createInOrderPipeline(PO, Source, CB);
    Expected<unsigned> Total = P->run();
    if (!Total) {
      consumeError(Total.takeError());
      return std::nullopt;
    }
    return *Total;
  }

  const TargetIsa &Isa;
  const MCSubtargetInfo &STI;
  Triple T;
  MCTargetOptions Options;
  SourceMgr SM;
  std::unique_ptr<MCAsmInfo> MAI;
  std::unique_ptr<MCContext> Ctx;
  std::unique_ptr<MCObjectFileInfo> MOFI;
  std::unique_ptr<MCInstPrinter> Printer;
  std::unique_ptr<MCCodeEmitter> Emitter;
  std::unique_ptr<MCInstrAnalysis> Analysis;
};
} // namespace

Expected<std::vector<FunctionStats>> asmStats(const TargetIsa &Isa, StringRef Asm, StringRef CPU,
                                              StringRef Features) {
  if (Isa.arch() == "x86_64")
    LLVMInitializeX86AsmParser();
  else
    LLVMInitializeAMDGPUAsmParser();
  Expected<std::unique_ptr<MCSubtargetInfo>> STI = Isa.subtarget(CPU, Features);
  if (!STI)
    return STI.takeError();
  return Analyzer(Isa, **STI).run(Asm);
}

} // namespace whittle
