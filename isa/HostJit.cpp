//===- isa/HostJit.cpp - Functions of this machine, kept on disk -----------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/HostJit.h"
#include "isa/Row.h"
#include "llvm/Bitcode/BitcodeWriter.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/ExecutionEngine/Orc/JITTargetMachineBuilder.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/SmallVectorMemoryBuffer.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include <mutex>

using namespace llvm;

namespace whittle {

struct HostJit::Impl {
  explicit Impl(orc::JITTargetMachineBuilder B) : MachineBuilder(std::move(B)) {}

  orc::JITTargetMachineBuilder MachineBuilder;
  std::unique_ptr<orc::LLJIT> Jit;
  ObjectStore Store;
  std::string Host; ///< part of every key
  std::mutex Lock;
  std::vector<std::unique_ptr<TargetMachine>> IdleMachines;
  std::atomic<unsigned> Compiled{0}, Serial{0};

  std::string fileKey(StringRef Key) const { return Hash128::of((Key + "\n" + Host).str()).hex(); }
  Expected<std::unique_ptr<TargetMachine>> takeMachine();
  void giveBack(std::unique_ptr<TargetMachine> TM) {
    std::lock_guard<std::mutex> Guard(Lock);
    IdleMachines.push_back(std::move(TM));
  }
  Expected<Addresses> link(std::unique_ptr<MemoryBuffer> Object, ArrayRef<std::string> Symbols);
};

HostJit::HostJit() = default;
HostJit::~HostJit() = default;

Expected<std::unique_ptr<HostJit>> HostJit::create(CodeGenOptLevel Level) {
  InitializeNativeTarget();
  InitializeNativeTargetAsmPrinter();
  InitializeNativeTargetAsmParser(); // of inline assembly
  auto Host = orc::JITTargetMachineBuilder::detectHost();
  if (!Host)
    return Host.takeError();
  Host->setCodeGenOptLevel(Level);
  std::unique_ptr<HostJit> J(new HostJit());
  J->I = std::make_unique<Impl>(*Host);
  J->I->Host = Host->getTargetTriple().str() + "\n" + Host->getCPU() + "\n" +
               Host->getFeatures().getString() + "\nLLVM " LLVM_VERSION_STRING "\nO" +
               std::to_string(int(Level));
  auto Jit = orc::LLJITBuilder().setJITTargetMachineBuilder(std::move(*Host)).create();
  if (!Jit)
    return Jit.takeError();
  J->I->Jit = std::move(*Jit);
  // What fails to link is reported by the lookup that asked for it.
  J->I->Jit->getExecutionSession().setErrorReporter(
      [](Error Err) { consumeError(std::move(Err)); });
  return J;
}

Expected<std::unique_ptr<TargetMachine>> HostJit::Impl::takeMachine() {
  {
    std::lock_guard<std::mutex> Guard(Lock);
    if (!IdleMachines.empty()) {
      auto TM = std::move(IdleMachines.back());
      IdleMachines.pop_back();
      return TM;
    }
  }
  return MachineBuilder.createTargetMachine();
}

/// Each object has a library of its own: names do not clash, and one that does
/// not link leaves nothing behind that its replacement would clash with.
Expected<HostJit::Addresses> HostJit::Impl::link(std::unique_ptr<MemoryBuffer> Object,
                                                 ArrayRef<std::string> Symbols) {
  auto Lib = Jit->createJITDylib("object" + std::to_string(++Serial));
  if (!Lib)
    return Lib.takeError();
  if (Error E = Jit->addObjectFile(*Lib, std::move(Object)))
    return std::move(E);
  Addresses Found;
  for (const std::string &Name : Symbols) {
    auto Address = Jit->lookup(*Lib, Name);
    if (!Address)
      return Address.takeError();
    Found.push_back(Address->toPtr<void *>());
  }
  return Found;
}

Expected<HostJit::Addresses> HostJit::get(StringRef Key, ArrayRef<std::string> Symbols,
                                          CompileFn Compile) {
  std::string File = I->fileKey(Key);
  if (auto Object = I->Store.load(File)) {
    auto Found = I->link(std::move(Object), Symbols);
    if (Found)
      return Found;
    consumeError(Found.takeError()); // not these functions after all: a miss
  }
  auto TM = I->takeMachine();
  if (!TM)
    return TM.takeError();
  auto Object = Compile(**TM);
  I->giveBack(std::move(*TM));
  if (!Object)
    return Object.takeError();
  ++I->Compiled;
  I->Store.store(File, (*Object)->getMemBufferRef());
  return I->link(std::move(*Object), Symbols);
}

Expected<HostJit::Addresses> HostJit::build(function_ref<void(Module &)> Build,
                                            ArrayRef<std::string> Symbols) {
  LLVMContext Ctx;
  Module M("module", Ctx);
  M.setDataLayout(I->Jit->getDataLayout());
  M.setTargetTriple(I->Jit->getTargetTriple());
  Build(M);
  SmallVector<char, 0> Bitcode;
  raw_svector_ostream OS(Bitcode);
  WriteBitcodeToFile(M, OS);
  return get(StringRef(Bitcode.data(), Bitcode.size()), Symbols,
             [&](TargetMachine &TM) { return emitObject(M, TM); });
}

std::string HostJit::cachePath(StringRef Key) const { return I->Store.pathOf(I->fileKey(Key)); }
unsigned HostJit::compiled() const { return I->Compiled; }

Expected<std::unique_ptr<MemoryBuffer>> emitObject(Module &M, TargetMachine &TM) {
  SmallVector<char, 0> Bytes;
  raw_svector_ostream OS(Bytes);
  legacy::PassManager PM;
  MCContext *MC = nullptr;
  if (TM.addPassesToEmitMC(PM, MC, OS, /*DisableVerify=*/true))
    return createStringError(inconvertibleErrorCode(),
                             "this host's LLVM target cannot emit objects");
  PM.run(M);
  return std::make_unique<SmallVectorMemoryBuffer>(std::move(Bytes), M.getModuleIdentifier(),
                                                   /*RequiresNullTerminator=*/false);
}

} // namespace whittle
