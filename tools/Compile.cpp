//===- tools/Compile.cpp - Code generation with a pass of ours in it -------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tools/Compile.h"
#include "isa/TargetIsa.h"
#include "passes/CodeLifter.h"
#include "llvm/BinaryFormat/Magic.h"
#include "llvm/CodeGen/MIRParser/MIRParser.h"
#include "llvm/CodeGen/MIRPrinter.h"
#include "llvm/CodeGen/MachineFunctionPass.h"
#include "llvm/CodeGen/MachineModuleInfo.h"
#include "llvm/CodeGen/Passes.h"
#include "llvm/CodeGen/TargetPassConfig.h"
#include "llvm/IR/DiagnosticInfo.h"
#include "llvm/IR/DiagnosticPrinter.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Verifier.h"
#include "llvm/IRReader/IRReader.h"
#include "llvm/InitializePasses.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Support/raw_ostream.h"
#include "llvm/Target/RegisterTargetPassConfigCallback.h"
#include "llvm/Target/TargetMachine.h"
#include <mutex>

using namespace llvm;

namespace whittle {

static Error makeError(const Twine &Message) {
  return createStringError(inconvertibleErrorCode(), Message);
}

static void initTargets() {
  static std::once_flag Once;
  std::call_once(Once, [] {
    LLVMInitializeX86TargetInfo();
    LLVMInitializeX86Target();
    LLVMInitializeX86TargetMC();
    LLVMInitializeX86AsmPrinter();
    LLVMInitializeX86AsmParser();
    LLVMInitializeX86Disassembler();
    LLVMInitializeAMDGPUTargetInfo();
    LLVMInitializeAMDGPUTarget();
    LLVMInitializeAMDGPUTargetMC();
    LLVMInitializeAMDGPUAsmPrinter();
    LLVMInitializeAMDGPUAsmParser();
    PassRegistry &R = *PassRegistry::getPassRegistry();
    initializeCore(R);
    initializeCodeGen(R);
  });
}

static Expected<std::string> readFile(const std::string &File) {
  ErrorOr<std::unique_ptr<MemoryBuffer>> B = MemoryBuffer::getFileOrSTDIN(File);
  if (!B)
    return makeError(File + ": " + B.getError().message());
  return (*B)->getBuffer().str();
}

/// clang to IR. Its diagnostics go to the terminal.
static Expected<std::string> runClang(const CompileOptions &O, bool OpenCL) {
  ErrorOr<std::string> Clang = sys::findProgramByName("clang-22");
  if (!Clang)
    return makeError(O.File + ": clang-22 is not on the PATH");
  SmallString<128> Out;
  if (std::error_code EC = sys::fs::createTemporaryFile("whittle", "ll", Out))
    return makeError("temporary file: " + EC.message());
  std::vector<std::string> Args = {*Clang, "-O3", "-S", "-emit-llvm", "-o", Out.str().str()};
  if (OpenCL) {
    std::string T = O.Triple.empty() ? "amdgcn-amd-amdhsa" : O.Triple;
    for (const char *A : {"-x", "cl", "-cl-std=CL2.0", "-nogpulib", "-target"})
      Args.push_back(A);
    Args.push_back(T);
    if (!O.CPU.empty())
      Args.push_back("-mcpu=" + O.CPU);
  } else {
    if (!O.Triple.empty())
      Args.push_back("--target=" + O.Triple);
    if (!O.CPU.empty())
      Args.push_back("-march=" + O.CPU);
  }
  Args.insert(Args.end(), O.ClangArgs.begin(), O.ClangArgs.end());
  if (!O.Directory.empty())
    Args.push_back("-working-directory=" + O.Directory);
  Args.push_back(O.File);
  SmallVector<StringRef, 16> Refs(Args.begin(), Args.end());
  std::string Message;
  int RC = sys::ExecuteAndWait(*Clang, Refs, std::nullopt, {}, 0, 0, &Message);
  Expected<std::string> Text =
      RC == 0 ? readFile(Out.str().str())
              : Expected<std::string>(makeError(O.File + ": clang-22 failed" +
                                                (Message.empty() ? "" : ": " + Message)));
  (void)sys::fs::remove(Out);
  return Text;
}

/// The module of a source in \p Ctx; for MIR \p Mir keeps the parser.
static Expected<std::unique_ptr<Module>> parse(const LoadedSource &S, LLVMContext &Ctx,
                                               std::unique_ptr<MIRParser> *Mir) {
  auto Buffer = MemoryBuffer::getMemBuffer(S.Text, S.O.File, false);
  if (S.IsMir) {
    *Mir = createMIRParser(std::move(Buffer), Ctx);
    std::unique_ptr<Module> M = *Mir ? (*Mir)->parseIRModule() : nullptr;
    if (!M)
      return makeError(S.O.File + ": cannot parse MIR");
    return std::move(M);
  }
  SMDiagnostic D;
  std::unique_ptr<Module> M = parseIR(Buffer->getMemBufferRef(), D, Ctx);
  if (!M) {
    std::string Text;
    raw_string_ostream OS(Text);
    D.print("", OS, false);
    return makeError(StringRef(Text).trim());
  }
  std::string Bad;
  raw_string_ostream OS(Bad);
  if (verifyModule(*M, &OS))
    return makeError(S.O.File + ": " + StringRef(Bad).trim());
  return std::move(M);
}

/// What \p Text is by its first bytes: something with machine code in it.
static bool isBinaryCode(StringRef Text) {
  switch (identify_magic(Text)) {
  case file_magic::bitcode:
  case file_magic::unknown:
    return false;
  default:
    return true;
  }
}

/// Turns the machine code of \p S into MIR.
static Error lift(LoadedSource &S, bool Assembly) {
  const CompileOptions &O = S.O;
  const std::string Of = O.Triple.empty() ? "x86_64-unknown-linux-gnu" : O.Triple;
  Expected<const TargetIsa *> Isa = TargetIsa::forTriple(Of);
  if (!Isa)
    return makeError(O.File + ": " + toString(Isa.takeError()));
  if ((*Isa)->arch() != "x86_64")
    return makeError(O.File + ": machine code is read of x86_64 only, not of " + (*Isa)->arch());
  SmallVector<char, 0> Object;
  MemoryBufferRef Buffer(S.Text, O.File);
  if (Assembly) {
    Expected<SmallVector<char, 0>> Made = assemble(**Isa, Buffer, O.CPU, O.Features);
    if (!Made)
      return Made.takeError();
    Object = std::move(*Made);
    Buffer = MemoryBufferRef(StringRef(Object.data(), Object.size()), O.File);
  }
  Expected<MachineCode> Code = readMachineCode(**Isa, Buffer);
  if (!Code)
    return Code.takeError();
  Expected<std::string> Mir = liftToMir(**Isa, *Code, {O.CPU, O.LiveOut});
  if (!Mir)
    return makeError(O.File + ": " + toString(Mir.takeError()));
  S.Text = std::move(*Mir);
  S.Skipped = std::move(Code->Skipped);
  S.IsMir = S.IsLifted = true;
  return Error::success();
}

Expected<LoadedSource> loadSource(const CompileOptions &O) {
  initTargets();
  LoadedSource S;
  S.O = O;
  StringRef Ext = sys::path::extension(O.File);
  const bool Compiled = is_contained(CompiledExtensions, Ext);
  Expected<std::string> Text = Compiled ? runClang(O, Ext == ".cl") : readFile(O.File);
  if (!Text)
    return Text.takeError();
  const bool Assembly = Ext == ".s",
             Binary =
                 !Compiled && !Assembly && (is_contained({".o", ".a"}, Ext) || isBinaryCode(*Text));
  if (!Compiled && !Assembly && !Binary && !is_contained({".ll", ".bc", ".mir"}, Ext) &&
      O.File != "-")
    return makeError(O.File + ": unknown kind of input (.c .cpp .cl .ll .bc .mir .s .o .a)");
  S.Text = std::move(*Text);
  S.IsMir = Ext == ".mir";
  if (Assembly || Binary)
    if (Error E = lift(S, Assembly))
      return std::move(E);
  S.Hash = Hash128::of(S.Text).hex();
  LLVMContext Ctx;
  std::unique_ptr<MIRParser> Mir;
  Expected<std::unique_ptr<Module>> M = parse(S, Ctx, &Mir);
  if (!M)
    return M.takeError();
  S.Triple = !O.Triple.empty() ? O.Triple : (*M)->getTargetTriple().str();
  if (S.Triple.empty())
    S.Triple = "x86_64-unknown-linux-gnu";
  S.CPU = O.CPU;
  for (Function &F : **M)
    if (S.CPU.empty() && !F.isDeclaration() && F.hasFnAttribute("target-cpu"))
      S.CPU = F.getFnAttribute("target-cpu").getValueAsString().str();
  Expected<const TargetIsa *> Isa = TargetIsa::forTriple(S.Triple);
  if (!Isa)
    return makeError(O.File + ": " + toString(Isa.takeError()));
  if (auto STI = (*Isa)->subtarget(S.CPU); !STI)
    return STI.takeError();
  return S;
}

namespace {
/// A parsed source and the target machine that it is compiled for.
struct OpenSource {
  LLVMContext Ctx;
  std::unique_ptr<MIRParser> Mir;
  std::unique_ptr<Module> M;
  std::unique_ptr<TargetMachine> TM;
};
} // namespace

static Error open(const LoadedSource &S, OpenSource &Out) {
  initTargets();
  Expected<std::unique_ptr<Module>> M = parse(S, Out.Ctx, &Out.Mir);
  if (!M)
    return M.takeError();
  Out.M = std::move(*M);
  std::string Message;
  Triple TT(S.Triple);
  const Target *T = TargetRegistry::lookupTarget(TT, Message);
  if (!T)
    return makeError(Message);
  CodeGenOptLevel Level = S.O.OptLevel >= 3   ? CodeGenOptLevel::Aggressive
                          : S.O.OptLevel == 2 ? CodeGenOptLevel::Default
                          : S.O.OptLevel == 1 ? CodeGenOptLevel::Less
                                              : CodeGenOptLevel::None;
  TargetOptions TO;
  Out.TM.reset(
      T->createTargetMachine(TT, S.CPU, S.O.Features, TO, Reloc::PIC_, std::nullopt, Level));
  Out.M->setTargetTriple(TT);
  Out.M->setDataLayout(Out.TM->createDataLayout());
  // As llc does: options given win over nothing, attributes win over options.
  for (Function &F : *Out.M)
    if (!F.isDeclaration()) {
      if (!S.CPU.empty() && !F.hasFnAttribute("target-cpu"))
        F.addFnAttr("target-cpu", S.CPU);
      if (!S.O.Features.empty() && !F.hasFnAttribute("target-features"))
        F.addFnAttr("target-features", S.O.Features);
    }
  return Error::success();
}

/// Puts the machine functions of a MIR source behind \p PM.
static Error addMachineFunctions(const LoadedSource &S, OpenSource &Src, legacy::PassManager &PM) {
  auto *MMIWP = new MachineModuleInfoWrapperPass(Src.TM.get());
  if (Src.Mir->parseMachineFunctions(*Src.M, MMIWP->getMMI())) {
    delete MMIWP;
    return makeError(S.O.File + ": cannot parse MIR");
  }
  PM.add(Src.TM->createPassConfig(PM));
  PM.add(MMIWP);
  return Error::success();
}

Expected<std::string> generate(const LoadedSource &S,
                               const std::function<MachineFunctionPass *()> &Pass,
                               const std::function<MachineFunctionPass *()> &Then) {
  OpenSource Src;
  if (Error E = open(S, Src))
    return std::move(E);
  SmallString<0> Out;
  raw_svector_ostream OS(Out);
  legacy::PassManager PM;
  if (S.IsMir) {
    if (Error E = addMachineFunctions(S, Src, PM))
      return std::move(E);
    for (const auto *Each : {&Pass, &Then})
      if (*Each)
        PM.add((*Each)());
    PM.add(createPrintMIRPass(OS));
    PM.run(*Src.M);
    return Out.str().str();
  }
  // Passes of ours are added through the registry of callbacks, as the plugin does.
  RegisterTargetPassConfigCallback Callback(
      [&](TargetMachine &, PassManagerBase &, TargetPassConfig *TPC) {
        for (const auto *Each : {&Pass, &Then})
          if (*Each)
            TPC->insertPass(&FinalizeISelID, (*Each)());
      });
  if (Src.TM->addPassesToEmitFile(PM, OS, nullptr, CodeGenFileType::AssemblyFile))
    return makeError(S.O.File + ": the target cannot emit assembly");
  PM.run(*Src.M);
  return Out.str().str();
}

Error select(const LoadedSource &S, const std::function<MachineFunctionPass *()> &Pass) {
  OpenSource Src;
  if (Error E = open(S, Src))
    return E;
  std::string Bad;
  Src.Ctx.setDiagnosticHandlerCallBack(
      [](const DiagnosticInfo *D, void *Into) {
        auto &Text = *static_cast<std::string *>(Into);
        if (D->getSeverity() != DS_Error || !Text.empty())
          return;
        raw_string_ostream OS(Text);
        DiagnosticPrinterRawOStream Printer(OS);
        D->print(Printer);
      },
      &Bad);
  // What has no diagnostic ends the process; then the message at least names the file.
  ScopedFatalErrorHandler Fatal(
      [](void *File, const char *Reason, bool) {
        errs() << "whittle: " << *static_cast<const std::string *>(File) << ": " << Reason << "\n";
      },
      const_cast<std::string *>(&S.O.File));
  legacy::PassManager PM;
  if (S.IsMir) {
    if (Error E = addMachineFunctions(S, Src, PM))
      return E;
  } else {
    // As TargetMachine::addPassesToEmitFile begins: the passes up to FinalizeISel.
    TargetPassConfig *TPC = Src.TM->createPassConfig(PM);
    PM.add(TPC);
    PM.add(new MachineModuleInfoWrapperPass(Src.TM.get()));
    if (TPC->addISelPasses())
      return makeError(S.O.File + ": the target cannot select instructions");
    TPC->setInitialized();
  }
  PM.add(Pass());
  PM.add(createFreeMachineFunctionPass());
  PM.run(*Src.M);
  if (!Bad.empty())
    return makeError(S.O.File + ": " + StringRef(Bad).trim());
  return Error::success();
}

} // namespace whittle
