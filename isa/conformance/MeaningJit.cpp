//===- isa/conformance/MeaningJit.cpp - Many meanings compiled together ------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/conformance/MeaningJit.h"
#include "isa/Meaning.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/TargetSelect.h"

using namespace llvm;

namespace whittle {

MeaningJit::MeaningJit() = default;
MeaningJit::~MeaningJit() = default;

Expected<std::unique_ptr<MeaningJit>> MeaningJit::create() {
  InitializeNativeTarget();
  InitializeNativeTargetAsmPrinter();
  auto Machine = orc::JITTargetMachineBuilder::detectHost();
  if (!Machine)
    return Machine.takeError();
  Machine->setCodeGenOptLevel(CodeGenOptLevel::Less);
  std::unique_ptr<MeaningJit> J(new MeaningJit());
  auto Jit = orc::LLJITBuilder().setJITTargetMachineBuilder(std::move(*Machine)).create();
  if (!Jit)
    return Jit.takeError();
  J->Jit = std::move(*Jit);
  return J;
}

static void emitEntry(Module &M, const Row &R, StringRef Name) {
  LLVMContext &Ctx = M.getContext();
  Type *Ptr = PointerType::get(Ctx, 0), *I64 = Type::getInt64Ty(Ctx);
  auto *F = Function::Create(FunctionType::get(Type::getVoidTy(Ctx), {Ptr, Ptr, Ptr}, false),
                             GlobalValue::ExternalLinkage, Name, M);
  IRBuilder<> B(BasicBlock::Create(Ctx, "", F));
  SmallVector<Value *, 6> Ops, Imms;
  for (auto [K, Ty] : enumerate(R.Ins)) {
    Value *At = B.CreateConstGEP1_64(B.getInt8Ty(), F->getArg(0), 64 * K);
    Ops.push_back(B.CreateAlignedLoad(Ty.irType(Ctx), At, Align(8)));
  }
  for (unsigned K = 0; K != R.NumImms; ++K)
    Imms.push_back(B.CreateLoad(I64, B.CreateConstGEP1_64(I64, F->getArg(1), K)));
  Node N;
  N.R = &R;
  N.Ty = R.Def;
  B.CreateAlignedStore(emitMeaning(B, N, Ops, Imms), F->getArg(2), Align(8));
  B.CreateRetVoid();
}

Expected<std::vector<MeaningJit::Fn>> MeaningJit::compile(ArrayRef<const Row *> Rows,
                                                          ArrayRef<std::string> Keys) {
  auto Ctx = std::make_unique<LLVMContext>();
  auto M = std::make_unique<Module>("meanings" + std::to_string(Modules++), *Ctx);
  M->setDataLayout(Jit->getDataLayout());
  StringMap<std::string> Symbols;
  for (auto [R, Key] : zip_equal(Rows, Keys)) {
    if (Compiled.count(Key) || Symbols.count(Key))
      continue;
    std::string Name = M->getModuleIdentifier() + "." + std::to_string(Symbols.size());
    emitEntry(*M, *R, Name);
    Symbols[Key] = Name;
  }
  if (!Symbols.empty())
    if (Error E = Jit->addIRModule(orc::ThreadSafeModule(std::move(M), std::move(Ctx))))
      return std::move(E);
  for (const auto &S : Symbols) {
    auto Entry = Jit->lookup(S.second);
    if (!Entry)
      return Entry.takeError();
    Compiled[S.first()] = Entry->toPtr<Fn>();
  }
  std::vector<Fn> Fns;
  for (const std::string &Key : Keys)
    Fns.push_back(Compiled.lookup(Key));
  return Fns;
}

} // namespace whittle
