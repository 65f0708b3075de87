//===- passes/Assemble.cpp - An assembly file's object ---------------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/MachineCode.h"
#include "llvm/MC/MCAsmBackend.h"
#include "llvm/MC/MCAsmInfo.h"
#include "llvm/MC/MCCodeEmitter.h"
#include "llvm/MC/MCContext.h"
#include "llvm/MC/MCObjectFileInfo.h"
#include "llvm/MC/MCObjectWriter.h"
#include "llvm/MC/MCParser/MCAsmParser.h"
#include "llvm/MC/MCParser/MCTargetAsmParser.h"
#include "llvm/MC/MCRegisterInfo.h"
#include "llvm/MC/MCStreamer.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/MCTargetOptions.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace whittle {

Expected<SmallVector<char, 0>> assemble(const TargetIsa &Isa, MemoryBufferRef Text, StringRef CPU,
                                        StringRef Features) {
  Expected<std::unique_ptr<MCSubtargetInfo>> STI = Isa.subtarget(CPU, Features);
  if (!STI)
    return STI.takeError();
  std::string Messages;
  raw_string_ostream MessageStream(Messages);
  auto Collect = [](const SMDiagnostic &D, void *Stream) {
    if (D.getKind() == SourceMgr::DK_Error)
      D.print("", *static_cast<raw_string_ostream *>(Stream), /*ShowColors=*/false);
  };
  SourceMgr SM;
  SM.setDiagHandler(Collect, &MessageStream);
  SM.AddNewSourceBuffer(
      MemoryBuffer::getMemBufferCopy(Text.getBuffer(), Text.getBufferIdentifier()), SMLoc());

  const Target &T = Isa.llvmTarget();
  const Triple TT(Isa.defaultTriple());
  const MCTargetOptions Options;
  std::unique_ptr<MCAsmInfo> MAI(T.createMCAsmInfo(Isa.registerInfo(), TT, Options));
  MCContext Ctx(TT, MAI.get(), &Isa.registerInfo(), STI->get(), &SM, &Options);
  std::unique_ptr<MCObjectFileInfo> Sections(T.createMCObjectFileInfo(Ctx, /*PIC=*/true));
  Ctx.setObjectFileInfo(Sections.get());
  SmallVector<char, 0> Object;
  raw_svector_ostream OS(Object);
  std::unique_ptr<MCAsmBackend> Backend(T.createMCAsmBackend(**STI, Isa.registerInfo(), Options));
  std::unique_ptr<MCObjectWriter> Writer = Backend->createObjectWriter(OS);
  std::unique_ptr<MCCodeEmitter> Emitter(T.createMCCodeEmitter(Isa.instrInfo(), Ctx));
  std::unique_ptr<MCStreamer> Streamer(T.createMCObjectStreamer(
      TT, Ctx, std::move(Backend), std::move(Writer), std::move(Emitter), **STI));
  std::unique_ptr<MCAsmParser> Parser(createMCAsmParser(SM, Ctx, *Streamer, *MAI));
  std::unique_ptr<MCTargetAsmParser> TargetParser(
      T.createMCAsmParser(**STI, *Parser, Isa.instrInfo(), Options));
  Parser->setTargetParser(*TargetParser);
  if (Parser->Run(/*NoInitialTextSection=*/false) || !Messages.empty())
    return createStringError(inconvertibleErrorCode(), StringRef(Messages).trim());
  return Object;
}

} // namespace whittle
