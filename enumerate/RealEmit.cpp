//===- enumerate/RealEmit.cpp - Kernels that hold an instruction ----------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "enumerate/RealInstruction.h"
#include "isa/Meaning.h"
#include "llvm/IR/InlineAsm.h"
#include "llvm/IR/Module.h"

using namespace llvm;

namespace whittle {

CallInst *callInline(IRBuilderBase &B, Function &Meaning, ArrayRef<Value *> Ops,
                     ArrayRef<Value *> Imms) {
  Meaning.addFnAttr(Attribute::AlwaysInline);
  SmallVector<Value *, 8> Args(Ops);
  Args.append(Imms.begin(), Imms.end());
  return B.CreateCall(&Meaning, Args);
}

/// One instruction on operands of its own types; by the immediate, if it has one.
static Value *emitOne(IRBuilderBase &B, const RealInstruction &Real, ArrayRef<Value *> Ops,
                      Value *Imm) {
  LLVMContext &C = B.getContext();
  SmallVector<Type *, 4> Types;
  for (Value *Op : Ops)
    Types.push_back(Op->getType());
  auto *FT = FunctionType::get(Real.R->Def.irType(C), Types, false);
  auto Call = [&](const std::string &Text) {
    return B.CreateCall(InlineAsm::get(FT, Text, Real.Constraints, /*hasSideEffects=*/false), Ops);
  };
  if (!Real.ImmMask)
    return Call(Real.Forms.front().second);
  // The last form stands for all that are not named.
  Function *F = B.GetInsertBlock()->getParent();
  auto *End = BasicBlock::Create(C, "", F), *Last = BasicBlock::Create(C, "", F);
  auto *Switch = B.CreateSwitch(B.CreateAnd(Imm, Real.ImmMask), Last);
  auto *Result = PHINode::Create(FT->getReturnType(), unsigned(Real.Forms.size()), "", End);
  for (const auto &[Value, Text] : Real.Forms) {
    BasicBlock *Here = Last;
    if (&Text != &Real.Forms.back().second) {
      Here = BasicBlock::Create(C, "", F);
      Switch->addCase(B.getInt64(Value), Here);
    }
    B.SetInsertPoint(Here);
    Result->addIncoming(Call(Text), Here);
    B.CreateBr(End);
  }
  B.SetInsertPoint(End);
  return Result;
}

/// In each 128 bits; vectors are of dwords.
static Value *emitLanes(IRBuilderBase &B, const RealInstruction &Real, unsigned Lanes,
                        ArrayRef<Value *> Ops, Value *Imm) {
  Value *Result = nullptr;
  for (unsigned Lane = 0; Lane != Lanes; ++Lane) {
    SmallVector<Value *, 4> Of;
    for (Value *Op : Ops) {
      int From = int(4 * Lane);
      Of.push_back(B.CreateShuffleVector(Op, {From, From + 1, From + 2, From + 3}));
    }
    Value *X = emitOne(B, Real, Of, Imm);
    SmallVector<int, 16> Wider, Merge;
    for (int K = 0, N = int(4 * Lanes); K != N; ++K) {
      Wider.push_back(K % 4);
      Merge.push_back(unsigned(K) / 4 == Lane ? N + K : K);
    }
    X = B.CreateShuffleVector(X, Wider);
    Result = Result ? B.CreateShuffleVector(Result, X, Merge) : X;
  }
  return Result;
}

/// The word that has the byte, shifted so that it is the low one.
static Value *emitBytes(IRBuilderBase &B, const RealInstruction &Real, ArrayRef<Value *> Ops) {
  Value *Bytes = Ops[Real.Selectors];
  auto *Words = FixedVectorType::get(B.getInt16Ty(), Real.R->Def.Bits / 16);
  auto Splat = [&](uint64_t X) { return ConstantInt::get(Words, X); };
  Value *Selectors = B.CreateBitCast(Bytes, Words);
  auto Half = [&](Value *Selector) {
    SmallVector<Value *, 4> Of(Ops);
    Of[Real.Selectors] = B.CreateBitCast(B.CreateLShr(Selector, Splat(1)), Bytes->getType());
    Value *X = B.CreateBitCast(emitOne(B, Real, Of, nullptr), Words);
    Value *Odd = B.CreateShl(B.CreateAnd(Selector, Splat(1)), Splat(3));
    return B.CreateAnd(B.CreateLShr(X, Odd), Splat(0xff));
  };
  Value *Even = Half(B.CreateAnd(Selectors, Splat(0xff)));
  Value *Odd = B.CreateShl(Half(B.CreateLShr(Selectors, Splat(8))), Splat(8));
  return B.CreateBitCast(B.CreateOr(Even, Odd), Bytes->getType());
}

static FixedVectorType *bytesOf(IRBuilderBase &B, const Row &R) {
  return FixedVectorType::get(B.getInt8Ty(), R.Def.Bits / 8);
}

static bool isMask(ValueType Ty) { return Ty.Kind == RegKind::Mask; }

/// What \p Plain makes of the operands without the mask, under a mask of bytes: else what a
/// tied operand has, or 0.
static Value *emitMasked(IRBuilderBase &B, const RealInstruction &Real, const Row &Whole,
                         ArrayRef<Value *> Ops, function_ref<Value *(ArrayRef<Value *>)> Plain) {
  if (!Real.Masked)
    return Plain(Ops);
  SmallVector<Value *, 4> Of(Ops);
  auto At = find_if(Whole.Ins, isMask) - Whole.Ins.begin();
  Value *Mask = Ops[size_t(At)];
  Of.erase(Of.begin() + At);
  // Some overwrite one of their own operands.
  if (Of.size() != Real.R->Ins.size())
    Of.erase(Of.begin() + Whole.TiedUse);
  FixedVectorType *Bytes = bytesOf(B, Whole);
  Value *X = B.CreateBitCast(Plain(Of), Bytes);
  Value *Else = Constant::getNullValue(Bytes);
  if (Whole.TiedUse >= 0 && !Whole.opcodeName().ends_with("kz"))
    Else = B.CreateBitCast(Ops[size_t(Whole.TiedUse)], Bytes);
  Mask = B.CreateTrunc(Mask, B.getIntNTy(Whole.Def.Bits / 8));
  Mask = B.CreateBitCast(Mask, FixedVectorType::get(B.getInt1Ty(), Whole.Def.Bits / 8));
  return B.CreateBitCast(B.CreateSelect(Mask, X, Else), Ops.back()->getType());
}

static Value *callMeaning(IRBuilderBase &B, const Row &R, ArrayRef<Value *> Ops,
                          ArrayRef<Value *> Imms) {
  return callInline(B, *buildMeaning(*B.GetInsertBlock()->getModule(), R), Ops, Imms);
}

/// SubBytes is an affine map of the inverse; to find it in place, bytes are moved against
/// ShiftRows first.
static Value *emitInverse(IRBuilderBase &B, const RealInstruction &Real, const Row &Whole,
                          ArrayRef<Value *> Ops, ArrayRef<Value *> Imms) {
  FixedVectorType *Bytes = bytesOf(B, Whole);
  const size_t At = Ops.size() - 2;
  SmallVector<int, 64> Back;
  for (unsigned I = 0; I != Bytes->getNumElements(); ++I)
    Back.push_back(int(I / 16 * 16 + (I + 16 - I % 4 * 4) % 16));
  Value *X = B.CreateShuffleVector(B.CreateBitCast(Ops[At], Bytes), Back);
  X = B.CreateBitCast(X, Ops[At]->getType());
  X = emitLanes(B, Real, Whole.Def.Bits / 128, {X, Constant::getNullValue(X->getType())}, nullptr);
  X = B.CreateBitCast(X, Bytes);
  auto Rotated = [&](uint64_t By) {
    return B.CreateIntrinsic(Intrinsic::fshl, {Bytes}, {X, X, ConstantInt::get(Bytes, By)});
  };
  X = B.CreateXor(B.CreateXor(Rotated(1), Rotated(3)),
                  B.CreateXor(Rotated(6), ConstantInt::get(Bytes, 5)));
  SmallVector<Value *, 4> Of(Ops);
  Of[At] = B.CreateBitCast(X, Ops[At]->getType());
  return callMeaning(B, *Real.Then, Of, Imms);
}

/// Which element goes where, and under which mask, are what the row makes of numbers and of
/// ones: loops compute that once.
static Value *emitMoves(IRBuilderBase &B, const RealInstruction &Real, const Row &Whole,
                        ArrayRef<Value *> Ops, ArrayRef<Value *> Imms) {
  Type *Ty = Ops.back()->getType();
  const unsigned Bits = Real.R->opcodeName().starts_with("VPERMT2W") ? 16 : 32;
  SmallVector<Value *, 2> Sources;
  SmallVector<Value *, 4> Numbers, Ones;
  for (auto [K, Op] : enumerate(Ops)) {
    const bool Source = !isMask(Whole.Ins[K]) && !(Real.Masked && int(K) == Whole.TiedUse);
    Value *One = Constant::getAllOnesValue(Op->getType()), *Number = One;
    if (Source) {
      auto *Elements = FixedVectorType::get(B.getIntNTy(Bits), Whole.Def.Bits / Bits);
      SmallVector<Constant *, 32> Each;
      for (unsigned I = 0, N = Elements->getNumElements(); I != N; ++I)
        Each.push_back(B.getIntN(Bits, Sources.size() * N + I));
      Number = B.CreateBitCast(ConstantVector::get(Each), Ty);
      Sources.push_back(Op);
    } else if (isMask(Whole.Ins[K])) {
      One = Op;
    } else {
      One = Number = Constant::getNullValue(Ty);
    }
    Numbers.push_back(Number);
    Ones.push_back(One);
  }
  Value *Selectors = callMeaning(B, Whole, Numbers, Imms);
  Value *X = emitOne(B, Real, {Sources.front(), Selectors, Sources.back()}, nullptr);
  if (!Real.Masked)
    return X;
  Value *Mask = callMeaning(B, Whole, Ones, Imms);
  X = B.CreateAnd(X, Mask);
  if (Whole.TiedUse >= 0)
    X = B.CreateOr(X, B.CreateAnd(Ops[size_t(Whole.TiedUse)], B.CreateNot(Mask)));
  return X;
}

Value *RealInstruction::emit(IRBuilderBase &B, const Row &Whole, ArrayRef<Value *> Ops,
                             ArrayRef<Value *> Imms) const {
  Value *Imm = Imms.empty() ? nullptr : Imms.front();
  switch (Way) {
  case Itself:
    return emitOne(B, *this, Ops, Imm);
  case Lanes:
    return emitLanes(B, *this, Whole.Def.Bits / 128, Ops, Imm);
  case Words:
    return emitMasked(B, *this, Whole, Ops,
                      [&](ArrayRef<Value *> Of) { return emitBytes(B, *this, Of); });
  case Sum:
    return emitMasked(B, *this, Whole, Ops, [&](ArrayRef<Value *> Of) {
      FixedVectorType *Bytes = bytesOf(B, Whole);
      Value *Added =
          B.CreateVectorSplat(Bytes->getNumElements(), B.CreateTrunc(Imm, B.getInt8Ty()));
      return B.CreateXor(emitOne(B, *this, Of, nullptr), B.CreateBitCast(Added, Of[0]->getType()));
    });
  case Inverse:
    return emitInverse(B, *this, Whole, Ops, Imms);
  case Moves:
    return emitMoves(B, *this, Whole, Ops, Imms);
  }
  llvm_unreachable("no such way");
}

} // namespace whittle
