//===- isa/conformance/MeaningJit.cpp - Many meanings compiled together ------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/conformance/MeaningJit.h"
#include "isa/Meaning.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/IR/Module.h"

using namespace llvm;

namespace whittle {

MeaningJit::MeaningJit() = default;
MeaningJit::~MeaningJit() = default;

Expected<std::unique_ptr<MeaningJit>> MeaningJit::create() {
  auto Jit = HostJit::create(CodeGenOptLevel::Less);
  if (!Jit)
    return Jit.takeError();
  std::unique_ptr<MeaningJit> J(new MeaningJit());
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
  // Named by their place in the module, so that equal modules are equal bytes.
  std::vector<const Row *> Missing;
  std::vector<std::string> MissingKeys, Symbols;
  StringSet<> Seen;
  for (auto [R, Key] : zip_equal(Rows, Keys)) {
    if (Compiled.count(Key) || !Seen.insert(Key).second)
      continue;
    Symbols.push_back("meaning" + std::to_string(Missing.size()));
    Missing.push_back(R);
    MissingKeys.push_back(Key);
  }
  if (!Missing.empty()) {
    auto Entries = Jit->build(
        [&](Module &M) {
          for (auto [R, Name] : zip_equal(Missing, Symbols))
            emitEntry(M, *R, Name);
        },
        Symbols);
    if (!Entries)
      return Entries.takeError();
    for (auto [Key, Entry] : zip_equal(MissingKeys, *Entries))
      Compiled[Key] = reinterpret_cast<Fn>(Entry);
  }
  std::vector<Fn> Fns;
  for (const std::string &Key : Keys)
    Fns.push_back(Compiled.lookup(Key));
  return Fns;
}

} // namespace whittle
