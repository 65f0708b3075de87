//===- isa/conformance/AMDGPUFolds.cpp - Comparing rows with folding ------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/conformance/AMDGPUFolds.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/Transforms/InstCombine/InstCombine.h"
#include <bit>

using namespace llvm;

namespace whittle {

namespace {

constexpr unsigned FoldsPerRow = 200, Lanes = 64;

unsigned bitsOf(FoldType T) {
  switch (T) {
  case FoldType::I1:
    return 1;
  case FoldType::I16:
  case FoldType::F16:
    return 16;
  case FoldType::I32:
  case FoldType::F32:
  case FoldType::V2I16:
  case FoldType::V2F16:
    return 32;
  case FoldType::I64:
  case FoldType::F64:
  case FoldType::V2F32:
    return 64;
  }
  llvm_unreachable("every type has a width");
}

bool isFloat(FoldType T) {
  return T == FoldType::F16 || T == FoldType::F32 || T == FoldType::F64 || T == FoldType::V2F16 ||
         T == FoldType::V2F32;
}

Type *irTypeOf(FoldType T, LLVMContext &Ctx) {
  switch (T) {
  case FoldType::F16:
    return Type::getHalfTy(Ctx);
  case FoldType::F32:
    return Type::getFloatTy(Ctx);
  case FoldType::F64:
    return Type::getDoubleTy(Ctx);
  case FoldType::V2I16:
    return FixedVectorType::get(Type::getInt16Ty(Ctx), 2);
  case FoldType::V2F16:
    return FixedVectorType::get(Type::getHalfTy(Ctx), 2);
  case FoldType::V2F32:
    return FixedVectorType::get(Type::getFloatTy(Ctx), 2);
  default:
    return Type::getIntNTy(Ctx, bitsOf(T));
  }
}

/// Bits of an operand, from words of which each is a single or two halves.
uint64_t chooseBits(FoldType T, function_ref<uint32_t(bool)> Word) {
  const uint32_t Low = Word(isFloat(T));
  if (T == FoldType::F64) {
    // Mostly a single's value with more digits.
    const uint64_t Wide = std::bit_cast<uint64_t>(double(std::bit_cast<float>(Low)));
    return Word(false) % 4 ? Wide | (Word(false) & 0xfffffff) : Wide;
  }
  const uint64_t Both = bitsOf(T) == 64 ? uint64_t(Word(isFloat(T))) << 32 | Low : Low;
  return Both & maskTrailingOnes<uint64_t>(bitsOf(T));
}

/// Each of the numbers that \p Bits hold is NaN, where \p Other's is one.
bool sameNumbers(FoldType T, uint64_t Bits, uint64_t Other) {
  if (!isFloat(T))
    return Bits == Other;
  const bool Halves = T == FoldType::F16 || T == FoldType::V2F16;
  const fltSemantics &Sem = Halves               ? APFloat::IEEEhalf()
                            : T == FoldType::F64 ? APFloat::IEEEdouble()
                                                 : APFloat::IEEEsingle();
  const unsigned Width = APFloat::getSizeInBits(Sem);
  for (unsigned At = 0; At != bitsOf(T); At += Width) {
    const APInt A = APInt(64, Bits).lshr(At).trunc(Width),
                B = APInt(64, Other).lshr(At).trunc(Width);
    // Which NaN it is, LLVM does not promise.
    if (A != B && !(APFloat(Sem, A).isNaN() && APFloat(Sem, B).isNaN()))
      return false;
  }
  return true;
}

Expected<std::unique_ptr<TargetMachine>> openMachine(StringRef Cpu) {
  LLVMInitializeAMDGPUTargetInfo();
  LLVMInitializeAMDGPUTarget();
  LLVMInitializeAMDGPUTargetMC();
  const Triple T("amdgcn-amd-amdhsa");
  std::string Message;
  const Target *Found = TargetRegistry::lookupTarget(T, Message);
  if (!Found)
    return createStringError(inconvertibleErrorCode(), Message);
  return std::unique_ptr<TargetMachine>(Found->createTargetMachine(T, Cpu, "", {}, std::nullopt));
}

void runInstCombine(Function &F, TargetMachine &Machine) {
  LoopAnalysisManager LAM;
  FunctionAnalysisManager FAM;
  CGSCCAnalysisManager CGAM;
  ModuleAnalysisManager MAM;
  PassBuilder PB(&Machine);
  PB.registerModuleAnalyses(MAM);
  PB.registerCGSCCAnalyses(CGAM);
  PB.registerFunctionAnalyses(FAM);
  PB.registerLoopAnalyses(LAM);
  PB.crossRegisterProxies(LAM, FAM, CGAM, MAM);
  FunctionPassManager FPM;
  FPM.addPass(InstCombinePass());
  FPM.run(F, FAM);
}

} // namespace

Expected<std::vector<std::optional<uint64_t>>> foldConstants(const Fold &F,
                                                             ArrayRef<std::vector<uint64_t>> Sets) {
  auto Machine = openMachine(F.Cpu);
  if (!Machine)
    return Machine.takeError();
  // One function that stores them all.
  LLVMContext Ctx;
  Module M("fold", Ctx);
  M.setTargetTriple((*Machine)->getTargetTriple());
  M.setDataLayout((*Machine)->createDataLayout());
  IRBuilder<> B(Ctx);
  Function *Fn = Function::Create(FunctionType::get(B.getVoidTy(), {B.getPtrTy()}, false),
                                  GlobalValue::ExternalLinkage, "f", M);
  Fn->addFnAttr("target-cpu", F.Cpu);
  B.SetInsertPoint(BasicBlock::Create(Ctx, "", Fn));
  Type *Stored = B.getIntNTy(bitsOf(F.Result));
  for (const std::vector<uint64_t> &Set : Sets) {
    SmallVector<Value *, 3> Args;
    for (auto [T, Bits] : zip_equal(F.Operands, Set))
      Args.push_back(B.CreateBitCast(B.getIntN(bitsOf(T), Bits), irTypeOf(T, Ctx)));
    B.CreateStore(B.CreateBitCast(F.Build(B, Args), Stored), Fn->getArg(0), /*isVolatile=*/true);
  }
  B.CreateRetVoid();
  runInstCombine(*Fn, **Machine);
  std::vector<std::optional<uint64_t>> Results;
  for (Instruction &I : Fn->getEntryBlock())
    if (auto *S = dyn_cast<StoreInst>(&I)) {
      // A constant of the result's own type, whose bits are in no integer yet.
      auto *C = dyn_cast<Constant>(S->getValueOperand());
      if (auto *Number = dyn_cast_or_null<ConstantFP>(C))
        Results.push_back(Number->getValueAPF().bitcastToAPInt().getZExtValue());
      else if (auto *Integer = dyn_cast_or_null<ConstantInt>(C))
        Results.push_back(Integer->getZExtValue());
      else if (auto *Data = dyn_cast_or_null<ConstantDataVector>(C)) {
        uint64_t Bits = 0;
        memcpy(&Bits, Data->getRawDataValues().data(), Data->getRawDataValues().size());
        Results.push_back(Bits);
      } else if (C && C->isNullValue())
        Results.push_back(0);
      else
        Results.push_back(std::nullopt);
    }
  if (Results.size() != Sets.size())
    return createStringError(inconvertibleErrorCode(), "stores are lost for " + F.Row);
  return Results;
}

const Fold *amdgpuFoldOf(StringRef Row) {
  for (const Fold &F : amdgpuFolds())
    if (F.Row == Row)
      return &F;
  return nullptr;
}

Error compareFolds(const RowFunction &RF, const Fold &F, function_ref<uint32_t(bool)> Word,
                   ConformEntry &Entry) {
  const Row &R = RF.row();
  auto Fail = [&](const Twine &What) {
    return createStringError(inconvertibleErrorCode(), "folding of " + F.Row + ": " + What);
  };
  if (R.Ins.size() != F.Operands.size() || R.NumImms)
    return Fail("the row has other operands");
  std::vector<std::vector<uint64_t>> Sets(FoldsPerRow);
  for (auto &Set : Sets)
    for (FoldType T : F.Operands)
      Set.push_back(chooseBits(T, Word));
  auto Results = foldConstants(F, Sets);
  if (!Results)
    return Results.takeError();
  unsigned Folded = 0;
  for (auto [Set, Want] : zip_equal(Sets, *Results)) {
    if (!Want)
      continue;
    ++Folded;
    std::vector<std::vector<uint8_t>> In;
    for (auto [Bits, Ty] : zip_equal(Set, R.Ins)) {
      std::vector<uint8_t> &Bytes = In.emplace_back(wholeRegisterBytes(Ty, Lanes));
      for (size_t At = 0; At != Bytes.size(); ++At)
        if (const size_t Byte = At % Ty.bytes(); Byte < 8)
          Bytes[At] = uint8_t(Bits >> 8 * Byte);
    }
    const EvalReply Reply = RF.run(In, {}, /*Exec=*/1, Lanes);
    uint64_t Got = 0;
    for (unsigned Byte = 0; Byte != std::min(R.Def.bytes(), 8u); ++Byte)
      Got |= uint64_t(Reply.Out[0][Byte]) << 8 * Byte;
    Got &= maskTrailingOnes<uint64_t>(bitsOf(F.Result));
    ++Entry.Inputs;
    if (sameNumbers(F.Result, Got, *Want) || Entry.Mismatches++ != 0)
      continue;
    Entry.FirstMismatch = formatv("the row gives {0:x}, LLVM folds to {1:x};", Got, *Want);
    for (uint64_t Bits : Set)
      Entry.FirstMismatch += formatv(" {0:x}", Bits);
  }
  if (2 * Folded < FoldsPerRow)
    return Fail("LLVM folds " + Twine(Folded) + " of " + Twine(FoldsPerRow));
  return Error::success();
}

} // namespace whittle
