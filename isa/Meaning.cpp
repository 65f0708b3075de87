//===- isa/Meaning.cpp - Building, hashing and asking meanings -------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/Meaning.h"
#include "isa/Float.h"
#include "isa/TargetIsa.h"
#include "llvm/Analysis/ValueTracking.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace whittle {

static Value *emitExtract(IRBuilderBase &B, Value *X, Type *OutTy, uint64_t BitOffset) {
  unsigned OutBits = OutTy->getPrimitiveSizeInBits();
  if (X->getType()->isIntegerTy()) {
    Value *S = BitOffset ? B.CreateLShr(X, BitOffset) : X;
    return B.CreateTrunc(S, OutTy);
  }
  if (OutBits < 32) {
    Value *Word = B.CreateExtractElement(X, BitOffset / 32);
    return B.CreateTrunc(B.CreateLShr(Word, BitOffset % 32), OutTy);
  }
  assert(BitOffset % 32 == 0 && "sub-register between dwords");
  assert(OutBits % 32 == 0 && "sub-register not made of dwords");
  if (OutTy->isIntegerTy(32))
    return B.CreateExtractElement(X, BitOffset / 32);
  SmallVector<int, 32> Mask;
  for (unsigned I = 0; I != OutBits / 32; ++I)
    Mask.push_back(int(BitOffset / 32 + I));
  Value *R = B.CreateShuffleVector(X, X, Mask);
  return B.CreateBitCast(R, OutTy);
}

static Value *emitConcat(IRBuilderBase &B, ArrayRef<Value *> Ops, Type *OutTy) {
  SmallVector<Value *, 32> Words;
  for (Value *Op : Ops) {
    if (auto *VT = dyn_cast<FixedVectorType>(Op->getType())) {
      for (unsigned I = 0; I != VT->getNumElements(); ++I)
        Words.push_back(B.CreateExtractElement(Op, uint64_t(I)));
    } else {
      Words.push_back(Op);
    }
  }
  // Halves of one register, lowest first.
  if (Words[0]->getType()->isIntegerTy(16)) {
    assert(Words.size() == 2 && OutTy->isIntegerTy(32) && "halves make one register");
    return B.CreateOr(B.CreateZExt(Words[0], OutTy),
                      B.CreateShl(B.CreateZExt(Words[1], OutTy), 16));
  }
  if (Words.size() == 1)
    return Words[0];
  Value *R = Constant::getNullValue(OutTy);
  for (auto [I, W] : enumerate(Words))
    R = B.CreateInsertElement(R, W, uint64_t(I));
  return R;
}

Value *emitMeaning(IRBuilderBase &B, const Node &N, ArrayRef<Value *> Ops, ArrayRef<Value *> Imms,
                   Value *LaneId) {
  assert(!N.R->isWave() && "a row over the whole wave has no lane-wise meaning");
  Type *OutTy = N.Ty.irType(B.getContext());
  switch (N.R->Generic) {
  case GenericOp::Extract:
    return emitExtract(B, Ops[0], OutTy, uint64_t(N.Imms[0]));
  case GenericOp::Concat:
    return emitConcat(B, Ops, OutTy);
  case GenericOp::None:
    break;
  }
  Sem S(B, Ops, Imms, OutTy);
  assert(bool(LaneId) >= N.R->ReadsLaneId && "the row asks for the lane's number");
  S.setLane(V(&S, LaneId));
  N.R->Meaning(S);
  assert(S.result() && "the row set no result");
  return S.result();
}

Function *buildMeaning(Module &M, const Node &N, ArrayRef<ValueType> OpTypes) {
  std::string Name = "sem." + N.R->Name;
  if (N.R->isGeneric()) {
    Name += "." + N.Ty.str();
    for (ValueType T : OpTypes)
      Name += "." + T.str();
    for (int64_t I : N.Imms)
      Name += "." + std::to_string(I);
  }
  if (Function *F = M.getFunction(Name))
    return F;
  LLVMContext &Ctx = M.getContext();
  SmallVector<Type *, 8> Params;
  for (ValueType T : OpTypes)
    Params.push_back(T.irType(Ctx));
  unsigned NumImms = N.R->isGeneric() ? 0 : N.R->NumImms;
  Params.append(NumImms, Type::getInt64Ty(Ctx));
  if (N.R->ReadsLaneId)
    Params.push_back(Type::getInt32Ty(Ctx));
  auto *FT = FunctionType::get(N.Ty.irType(Ctx), Params, false);
  Function *F = Function::Create(FT, GlobalValue::InternalLinkage, Name, M);
  IRBuilder<> B(BasicBlock::Create(Ctx, "", F));
  SmallVector<Value *, 8> Ops, Imms;
  for (Argument &A : F->args())
    (A.getArgNo() < OpTypes.size() ? Ops : Imms).push_back(&A);
  Value *LaneId = N.R->ReadsLaneId ? Imms.pop_back_val() : nullptr;
  B.CreateRet(emitMeaning(B, N, Ops, Imms, LaneId));
  return F;
}

Function *buildMeaning(Module &M, const Row &R) {
  assert(!R.isGeneric());
  Node N;
  N.R = &R;
  N.Ty = R.Def;
  return buildMeaning(M, N, R.Ins);
}

Value *buildElement(IRBuilderBase &B, const Row &R, Sem::ElementReader Read, Value *Lane,
                    Value *Reg, ArrayRef<Value *> Imms, Sem::ExecReader Exec) {
  assert(R.isWave());
  Sem S(B, {}, Imms, B.getInt32Ty());
  S.setElement(std::move(Read), std::move(Exec), V(&S, Lane), V(&S, Reg));
  R.Meaning(S);
  assert(S.result() && "the row set no result");
  return S.result();
}

/// The bits from \p Defined on are what an unknown function gives.
static Value *leaveUnspecified(IRBuilderBase &B, Value *X, unsigned Defined) {
  Type *Ty = X->getType();
  assert(Ty->isIntegerTy() && "only parts of one register are unspecified");
  Module &M = *B.GetInsertBlock()->getModule();
  FunctionCallee Any =
      M.getOrInsertFunction("whittle.unspecified." + std::to_string(Ty->getIntegerBitWidth()),
                            FunctionType::get(Ty, false));
  APInt Low = APInt::getLowBitsSet(Ty->getIntegerBitWidth(), Defined);
  return B.CreateOr(B.CreateAnd(X, ConstantInt::get(Ty, Low)),
                    B.CreateAnd(B.CreateCall(Any), ConstantInt::get(Ty, ~Low)));
}

static Value *emitProgram(IRBuilderBase &B, const Window &W, const Program &P,
                          ArrayRef<Value *> Leaves, Value *LaneId, unsigned Id) {
  SmallVector<Value *, 16> Values(Leaves);
  for (const Node &N : P.Nodes) {
    SmallVector<Value *, 4> Ops, Imms;
    for (unsigned Op : N.Ops)
      Ops.push_back(Values[Op]);
    for (int64_t I : N.Imms)
      Imms.push_back(B.getInt64(uint64_t(I)));
    Values.push_back(emitMeaning(B, N, Ops, Imms, LaneId));
    if (N.R->DefinedBits)
      Values.back() = leaveUnspecified(B, Values.back(), N.R->DefinedBits);
    if (Values.size() > Id)
      break;
  }
  (void)W;
  return Values[Id];
}

Function *buildProgram(Module &M, const Window &W, const Program &P, unsigned Output,
                       StringRef Name) {
  LLVMContext &Ctx = M.getContext();
  SmallVector<Type *, 8> Params;
  for (const Leaf &L : W.Leaves)
    Params.push_back(L.Ty.irType(Ctx));
  unsigned Id = P.Outputs[Output];
  const bool ReadsLaneId = any_of(P.Nodes, [](const Node &N) { return N.R->ReadsLaneId; });
  if (ReadsLaneId)
    Params.push_back(Type::getInt32Ty(Ctx));
  auto *FT = FunctionType::get(W.typeOf(P, Id).irType(Ctx), Params, false);
  Function *F = Function::Create(FT, GlobalValue::ExternalLinkage, Name, M);
  IRBuilder<> B(BasicBlock::Create(Ctx, "", F));
  SmallVector<Value *, 8> Leaves;
  for (Argument &A : F->args())
    Leaves.push_back(&A);
  Value *LaneId = ReadsLaneId ? Leaves.pop_back_val() : nullptr;
  B.CreateRet(emitProgram(B, W, P, Leaves, LaneId, Id));
  return F;
}

//===----------------------------------------------------------------------===//
// Hashing
//===----------------------------------------------------------------------===//

static Value *returned(const Function &F) {
  return cast<ReturnInst>(F.getEntryBlock().getTerminator())->getReturnValue();
}

namespace {
/// Names each value by a hash of its tree. With Blind, operands of commutative
/// operations are sorted.
class StructuralHash {
public:
  StructuralHash(bool Blind, ArrayRef<unsigned> ArgOrder) : Blind(Blind), ArgOrder(ArgOrder) {}

  std::string of(Value *X) {
    if (auto It = Memo.find(X); It != Memo.end())
      return It->second;
    std::string Text = describe(X);
    return Memo[X] = Hash128::of(Text).hex();
  }

private:
  std::string describe(Value *X) {
    std::string Text;
    raw_string_ostream OS(Text);
    if (auto *A = dyn_cast<Argument>(X)) {
      unsigned No = A->getArgNo();
      OS << "arg " << (No < ArgOrder.size() ? ArgOrder[No] : No);
      return Text;
    }
    if (isa<Constant>(X)) {
      X->printAsOperand(OS, true);
      return Text;
    }
    auto *I = cast<Instruction>(X);
    OS << I->getOpcodeName() << ' ' << *I->getType();
    SmallVector<std::string, 4> Ops;
    unsigned NumOps = I->getNumOperands();
    bool Sort = Blind && I->isCommutative();
    if (auto *C = dyn_cast<CallInst>(I)) {
      const Function *Callee = C->getCalledFunction();
      OS << ' ' << Callee->getName();
      // What an opaque function computes is part of the meaning.
      if (!Callee->isDeclaration())
        OS << ' ' << StructuralHash(Blind, {}).of(returned(*Callee));
      NumOps = C->arg_size();
    }
    for (unsigned K = 0; K != NumOps; ++K)
      if (Sort && I->isAssociative())
        terms(I->getOperand(K), I->getOpcode(), Ops);
      else
        Ops.push_back(of(I->getOperand(K)));
    if (auto *C = dyn_cast<ICmpInst>(I)) {
      CmpInst::Predicate P = C->getPredicate();
      if (Blind && C->isEquality())
        Sort = true;
      else if (Blind && (C->isGE(P) || C->isGT(P))) {
        P = C->getSwappedPredicate();
        std::swap(Ops[0], Ops[1]);
      }
      OS << ' ' << unsigned(P);
    }
    if (auto *C = dyn_cast<FCmpInst>(I)) {
      CmpInst::Predicate P = C->getPredicate();
      Sort |= Blind && C->isCommutative();
      if (Blind && (P == CmpInst::FCMP_OGT || P == CmpInst::FCMP_OGE || P == CmpInst::FCMP_UGT ||
                    P == CmpInst::FCMP_UGE)) {
        P = C->getSwappedPredicate();
        std::swap(Ops[0], Ops[1]);
      }
      OS << ' ' << unsigned(P);
    }
    if (auto *S = dyn_cast<ShuffleVectorInst>(I))
      for (int M : S->getShuffleMask())
        OS << ' ' << M;
    if (Sort)
      llvm::sort(Ops);
    for (const std::string &Op : Ops)
      OS << ' ' << Op;
    return Text;
  }

  /// The terms of a sum of sums, say, which stand in no order: (a + b) + c is
  /// a + (c + b).
  void terms(Value *X, unsigned Opcode, SmallVectorImpl<std::string> &Ops) {
    auto *I = dyn_cast<BinaryOperator>(X);
    if (!I || I->getOpcode() != Opcode || !I->hasOneUse()) {
      Ops.push_back(of(X));
      return;
    }
    for (Value *Op : I->operands())
      terms(Op, Opcode, Ops);
  }

  bool Blind;
  ArrayRef<unsigned> ArgOrder;
  DenseMap<Value *, std::string> Memo;
};

} // namespace

/// The function whose structure stands for the row: of operands, or for a
/// Matrix row of lane and register with reads as calls.
static Function *representative(Module &M, const Row &R) {
  if (!R.isWave())
    return buildMeaning(M, R);
  LLVMContext &Ctx = M.getContext();
  Type *I32 = Type::getInt32Ty(Ctx);
  FunctionCallee Elem =
      M.getOrInsertFunction("whittle.elem", FunctionType::get(I32, {I32, I32, I32}, false));
  FunctionCallee ExecOf =
      M.getOrInsertFunction("whittle.exec", FunctionType::get(Type::getInt1Ty(Ctx), {I32}, false));
  SmallVector<Type *, 8> Params(2, I32);
  Params.append(R.NumImms, Type::getInt64Ty(Ctx));
  Function *F = Function::Create(FunctionType::get(I32, Params, false),
                                 GlobalValue::ExternalLinkage, "sem." + R.Name, M);
  IRBuilder<> B(BasicBlock::Create(Ctx, "", F));
  auto Read = [&](unsigned K, Value *Lane, Value *Reg) -> Value * {
    return B.CreateCall(Elem, {B.getInt32(K), Lane, Reg});
  };
  SmallVector<Value *, 6> Imms;
  for (Argument &A : drop_begin(F->args(), 2))
    Imms.push_back(&A);
  B.CreateRet(buildElement(B, R, Read, F->getArg(0), F->getArg(1), Imms,
                           [&](Value *Lane) { return B.CreateCall(ExecOf, {Lane}); }));
  return F;
}

static std::string signature(const Row &R) {
  std::string S = R.isMatrix() ? "matrix " : R.isWave() ? "crosslane " : "";
  // What was there before is left out, so that hashes stay as they are.
  if (R.isMatrix() && R.WaveLanes != 64)
    S += std::to_string(R.WaveLanes) + " ";
  if (R.Off != (R.isMatrix() ? OffLanes::Computed : OffLanes::Unspecified))
    S += R.Off == OffLanes::Zero ? "off zero " : "off computed ";
  if (R.DefinedBits)
    S += "low " + std::to_string(R.DefinedBits) + " ";
  S += R.Def.str();
  for (const OperandSpec &U : R.Uses)
    if (U.K != OperandSpec::Fixed)
      S += U.K == OperandSpec::Reg   ? " " + U.Ty.str()
           : U.K == OperandSpec::Mem ? " m" + U.Ty.str()
                                     : " imm";
  if (R.Reads != ImplicitReg::None)
    S += " implicit " + R.Ins.back().str();
  return S + " ";
}

/// Calls \p Use with a function that hashes R's meaning: with operand order
/// erased or not, and with its inputs renumbered.
template <class Fn> static auto withHashes(const Row &R, Fn Use) {
  LLVMContext Ctx;
  Module M("row", Ctx);
  Function *F = representative(M, R);
  Value *Result = returned(*F);
  std::string Sig = signature(R);
  return Use([&](bool Blind, ArrayRef<unsigned> Order) {
    return Hash128::of(Sig + StructuralHash(Blind, Order).of(Result));
  });
}

namespace {
/// Something worked out of a row once a process, on first use.
template <class T> class PerRow {
public:
  template <class Fn> const T &get(const Row &R, Fn Make) {
    {
      std::lock_guard<std::mutex> Guard(Lock);
      if (auto It = Known.find(&R); It != Known.end())
        return *It->second;
    }
    auto New = std::make_unique<T>(Make());
    std::lock_guard<std::mutex> Guard(Lock);
    return *Known.try_emplace(&R, std::move(New)).first->second;
  }

private:
  std::mutex Lock;
  DenseMap<const Row *, std::unique_ptr<T>> Known;
};
} // namespace

Hash128 meaningHash(const Row &R) {
  static PerRow<Hash128> Known;
  return Known.get(R, [&] { return withHashes(R, [](auto Hash) { return Hash(true, {}); }); });
}

Hash128 rowHash(const Row &R) {
  static PerRow<Hash128> Known;
  return Known.get(R, [&] { return withHashes(R, [](auto Hash) { return Hash(false, {}); }); });
}

ArrayRef<std::pair<unsigned, unsigned>> commutativeInputs(const Row &R) {
  using Pairs = SmallVector<std::pair<unsigned, unsigned>, 2>;
  static PerRow<Pairs> Known;
  if (R.isGeneric() || R.isWave())
    return {};
  return Known.get(R, [&] {
    return withHashes(R, [&](auto Hash) {
      Pairs Found;
      Hash128 Same = Hash(true, {});
      for (unsigned I = 0; I < R.Ins.size(); ++I)
        for (unsigned J = I + 1; J < R.Ins.size(); ++J) {
          if (!(R.Ins[I] == R.Ins[J]) || int(I) == R.MemUse || int(J) == R.MemUse)
            continue;
          SmallVector<unsigned, 4> Order;
          for (unsigned K = 0; K < R.Ins.size(); ++K)
            Order.push_back(K == I ? J : K == J ? I : K);
          if (Hash(true, Order) == Same)
            Found.push_back({I, J});
        }
      return Found;
    });
  });
}

const std::vector<SmallVector<unsigned, 4>> &operandOrders(const Row &R) {
  static constexpr size_t MaxOrders = 24;
  using Permutations = std::vector<SmallVector<unsigned, 4>>;
  static PerRow<Permutations> Known;
  return Known.get(R, [&] {
    SmallVector<unsigned, 4> Given;
    for (unsigned I = 0; I != R.Ins.size(); ++I)
      Given.push_back(I);
    Permutations All{Given};
    for (size_t I = 0; I < All.size() && All.size() < MaxOrders; ++I)
      for (auto [A, B] : commutativeInputs(R)) {
        SmallVector<unsigned, 4> Next = All[I];
        std::swap(Next[A], Next[B]);
        if (!is_contained(All, Next))
          All.push_back(Next);
      }
    return All;
  });
}

/// True if each use of \p X takes its lowest 16 bits, or bytes of them.
static bool usedInLowHalf(const Value *X) {
  return all_of(X->users(), [&](const User *U) {
    if (auto *T = dyn_cast<TruncInst>(U))
      return T->getType()->getScalarSizeInBits() <= 16 && !T->getType()->isVectorTy();
    if (auto *A = dyn_cast<BinaryOperator>(U); A && A->getOpcode() == Instruction::And)
      if (auto *C = dyn_cast<ConstantInt>(A->getOperand(1)))
        return A->getOperand(0) == X && C->getValue().ule(0xffff);
    auto *B = dyn_cast<BitCastInst>(U);
    auto *VT = B ? dyn_cast<FixedVectorType>(B->getType()) : nullptr;
    return VT && all_of(B->users(), [&](const User *Part) {
             auto *E = dyn_cast<ExtractElementInst>(Part);
             auto *At = E ? dyn_cast<ConstantInt>(E->getIndexOperand()) : nullptr;
             return At && (At->getZExtValue() + 1) * VT->getScalarSizeInBits() <= 16;
           });
  });
}

bool readsLowHalfOnly(const Row &R, unsigned In) {
  static PerRow<SmallVector<bool, 4>> Known;
  if (R.isGeneric() || R.isWave())
    return false;
  return Known.get(R, [&] {
    LLVMContext Ctx;
    Module M("row", Ctx);
    const Function *F = buildMeaning(M, R);
    SmallVector<bool, 4> Low;
    for (unsigned K = 0; K != R.Ins.size(); ++K)
      Low.push_back(R.Ins[K].Bits == 32 && usedInLowHalf(F->getArg(K)));
    return Low;
  })[In];
}

//===----------------------------------------------------------------------===//
// Totality
//===----------------------------------------------------------------------===//

/// A shift amount is in range when it is a constant below the width, or masked
/// or clamped below it.
static bool shiftInRange(Value *Amount, unsigned Width, const DataLayout &DL) {
  return computeKnownBits(Amount, DL).getMaxValue().ult(Width);
}

static bool holdsUndef(const Value *X) {
  auto *C = dyn_cast<Constant>(X);
  return C && (isa<UndefValue>(C) || C->containsUndefOrPoisonElement());
}

Error checkTotal(const Row &R) {
  LLVMContext Ctx;
  Module M("row", Ctx);
  Function *F = representative(M, R);
  auto Fail = [&](const Instruction &I, const Twine &Why) {
    std::string Text;
    raw_string_ostream(Text) << I;
    return createStringError(inconvertibleErrorCode(), "row " + R.Name + ": " + Why + ":" + Text);
  };
  if (F->size() != 1)
    return createStringError(inconvertibleErrorCode(), "row " + R.Name + ": control flow");
  for (Instruction &I : instructions(F)) {
    if (auto *C = dyn_cast<CallInst>(&I)) {
      StringRef Callee = C->getCalledFunction()->getName();
      bool Known = Callee == "whittle.elem" || Callee == "whittle.exec" ||
                   opaqueOfFunction(Callee).has_value();
      if (!Known && !isa<IntrinsicInst>(C))
        return Fail(I, "calls a function");
      if (auto *II = dyn_cast<IntrinsicInst>(C); II && II->mayHaveSideEffects())
        return Fail(I, "has side effects");
      if (auto *II = dyn_cast<IntrinsicInst>(C))
        if ((II->getIntrinsicID() == Intrinsic::ctlz || II->getIntrinsicID() == Intrinsic::cttz ||
             II->getIntrinsicID() == Intrinsic::abs) &&
            !cast<Constant>(II->getArgOperand(1))->isZeroValue())
          return Fail(I, "may be poison");
    } else if (I.mayReadOrWriteMemory()) {
      return Fail(I, "touches memory");
    }
    if (I.hasPoisonGeneratingFlags())
      return Fail(I, "has a flag that makes poison");
    for (Value *Op : I.operands())
      if (holdsUndef(Op))
        return Fail(I, "uses undef or poison");
    if (auto *S = dyn_cast<ShuffleVectorInst>(&I)) {
      for (int K : S->getShuffleMask())
        if (K < 0)
          return Fail(I, "has an undefined shuffle lane");
    } else if (I.isShift()) {
      if (!shiftInRange(I.getOperand(1), I.getType()->getScalarSizeInBits(), M.getDataLayout()))
        return Fail(I, "may shift by the width or more");
    } else if (I.getOpcode() == Instruction::UDiv || I.getOpcode() == Instruction::SDiv ||
               I.getOpcode() == Instruction::URem || I.getOpcode() == Instruction::SRem) {
      return Fail(I, "divides");
    } else if (auto *E = dyn_cast<ExtractElementInst>(&I)) {
      unsigned N = cast<FixedVectorType>(E->getVectorOperandType())->getNumElements();
      if (!computeKnownBits(E->getIndexOperand(), M.getDataLayout()).getMaxValue().ult(N))
        return Fail(I, "may index past the vector");
    } else if (auto *E = dyn_cast<InsertElementInst>(&I)) {
      unsigned N = cast<FixedVectorType>(E->getType())->getNumElements();
      if (!computeKnownBits(E->getOperand(2), M.getDataLayout()).getMaxValue().ult(N))
        return Fail(I, "may index past the vector");
    }
  }
  return Error::success();
}

//===----------------------------------------------------------------------===//
// Known bits
//===----------------------------------------------------------------------===//

static Constant *constantOf(const APInt &Bits, Type *T) {
  if (T->isIntegerTy())
    return ConstantInt::get(T, Bits);
  SmallVector<uint32_t, 32> Words;
  for (unsigned I = 0; I < Bits.getBitWidth(); I += 32)
    Words.push_back(uint32_t(Bits.extractBitsAsZExtValue(32, I)));
  return ConstantDataVector::get(T->getContext(), Words);
}

KnownBits knownBits(const Window &W) {
  unsigned Id = W.Source.Outputs[0];
  unsigned Width = W.typeOf(W.Source, Id).Bits;
  KnownBits All(Width);
  for (const Node &N : W.Source.Nodes)
    if (N.R->isWave())
      return All;
  LLVMContext Ctx;
  Module M("facts", Ctx);
  SmallVector<Type *, 8> Params;
  for (const Leaf &L : W.Leaves)
    Params.push_back(L.Ty.irType(Ctx));
  Params.push_back(Type::getInt32Ty(Ctx));
  auto *FT = FunctionType::get(W.typeOf(W.Source, Id).irType(Ctx), Params, false);
  Function *F = Function::Create(FT, GlobalValue::ExternalLinkage, "facts", M);
  IRBuilder<> B(BasicBlock::Create(Ctx, "", F));
  SmallVector<Value *, 8> Leaves;
  for (auto [L, A] : zip(W.Leaves, F->args())) {
    Value *X = &A;
    if (L.Const) {
      X = constantOf(*L.Const, A.getType());
    } else if (L.hasFacts()) {
      if (!L.Zeros.isZero())
        X = B.CreateAnd(X, constantOf(~L.Zeros, A.getType()));
      if (!L.Ones.isZero())
        X = B.CreateOr(X, constantOf(L.Ones, A.getType()));
    }
    Leaves.push_back(X);
  }
  Value *LaneId = B.CreateAnd(F->getArg(unsigned(W.Leaves.size())), 63);
  Value *R = emitProgram(B, W, W.Source, Leaves, LaneId, Id);
  B.CreateRet(R);
  // The element type that the value was computed in tells most.
  while (auto *C = dyn_cast<BitCastOperator>(R))
    R = C->getOperand(0);
  auto *VT = dyn_cast<FixedVectorType>(R->getType());
  if (!VT)
    return computeKnownBits(R, M.getDataLayout());
  unsigned Elt = VT->getScalarSizeInBits(), N = VT->getNumElements();
  for (unsigned I = 0; I != N; ++I) {
    KnownBits K = computeKnownBits(R, APInt::getOneBitSet(N, I), M.getDataLayout());
    All.insertBits(K, I * Elt);
  }
  return All;
}

} // namespace whittle
