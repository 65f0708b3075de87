//===- enumerate/Kernels.cpp - Meanings as machine code -------------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "enumerate/Kernels.h"
#include "enumerate/Evaluator.h"
#include "isa/HostJit.h"
#include "isa/Meaning.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Verifier.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Target/TargetMachine.h"

using namespace llvm;

namespace whittle {

/// Raised when the code that is built around meanings changes.
static constexpr unsigned KernelVersion = 4;

unsigned naturalTests(const Row &R) {
  unsigned Widest = R.Def.bytes();
  for (ValueType T : R.Ins)
    Widest = std::max(Widest, T.bytes());
  return std::max(1u, 64 / Widest);
}

std::string Kernel::name() const {
  if (K == Ternary)
    return "ternary." + std::to_string(Tests);
  std::string S = "row.";
  if (K == Probe)
    S = "probe." + std::to_string(Inner) + "." + std::to_string(Tests) + ".";
  if (Real)
    S += "real.";
  S += N.R->Name;
  if (N.R->isGeneric()) {
    S += "." + N.Ty.str();
    for (ValueType T : OpTypes)
      S += "." + T.str();
    for (int64_t I : N.Imms)
      S += "." + std::to_string(I);
  }
  return S;
}

std::string Kernel::key() const {
  std::string S = std::to_string(KernelVersion) + " " + name();
  if (K != Ternary && !N.R->isGeneric()) {
    S += " " + rowHash(*N.R).hex() + " " + N.R->Def.str();
    for (ValueType T : N.R->Ins)
      S += " " + T.str();
  }
  if (Real) {
    S += " " + std::to_string(Real->Way) + (Real->Masked ? "k" : "") + " " + Real->Constraints;
    if (Real->Then)
      S += " " + rowHash(*Real->Then).hex();
    for (const auto &[Imm, Text] : Real->Forms)
      S += " " + Text;
  }
  return S;
}

namespace {
/// A function of pointers and i64s under construction.
class LoopBuilder {
public:
  LoopBuilder(Module &M, StringRef Name, unsigned NumArgs, unsigned CountArg, bool ReturnsCount)
      : M(M), B(M.getContext()) {
    SmallVector<Type *, 8> Params(NumArgs, B.getPtrTy());
    Params[CountArg] = B.getInt64Ty();
    Type *Ret = ReturnsCount ? static_cast<Type *>(B.getInt64Ty()) : B.getVoidTy();
    F = Function::Create(FunctionType::get(Ret, Params, false), GlobalValue::ExternalLinkage, Name,
                         M);
    F->addFnAttr(Attribute::NoUnwind);
    // Some CPUs are tuned to 256 bits; whole 512-bit registers are wanted here.
    F->addFnAttr("prefer-vector-width", "512");
    F->addFnAttr("min-legal-vector-width", "512");
    B.SetInsertPoint(BasicBlock::Create(M.getContext(), "entry", F));
  }

  Value *at(Value *Base, Value *Offset) { return B.CreateGEP(B.getInt8Ty(), Base, Offset); }
  Value *at(Value *Base, uint64_t Offset) { return at(Base, B.getInt64(Offset)); }
  Value *load(Type *T, Value *P) { return B.CreateAlignedLoad(T, P, Align(1)); }
  void store(Value *X, Value *P) { B.CreateAlignedStore(X, P, Align(1)); }
  Value *pointer(Value *Array, unsigned K) {
    return B.CreateAlignedLoad(B.getPtrTy(), at(Array, 8 * K), Align(8));
  }
  SmallVector<Value *, 2> immediates(Value *Array, unsigned N) {
    SmallVector<Value *, 2> Imms;
    for (unsigned I = 0; I != N; ++I)
      Imms.push_back(B.CreateAlignedLoad(B.getInt64Ty(), at(Array, 8 * I), Align(8)));
    return Imms;
  }

  /// for (i64 I = 0; I < Count; ++I) Body(I), for any Count.
  void loop(Value *Count, function_ref<void(Value *)> Body) {
    LLVMContext &C = M.getContext();
    BasicBlock *Before = B.GetInsertBlock(), *Head = BasicBlock::Create(C, "loop", F),
               *End = BasicBlock::Create(C, "end", F);
    B.CreateCondBr(B.CreateICmpEQ(Count, B.getInt64(0)), End, Head);
    B.SetInsertPoint(Head);
    PHINode *I = B.CreatePHI(B.getInt64Ty(), 2);
    I->addIncoming(B.getInt64(0), Before);
    Body(I);
    Value *Next = B.CreateAdd(I, B.getInt64(1));
    I->addIncoming(Next, B.GetInsertBlock());
    B.CreateCondBr(B.CreateICmpEQ(Next, Count), End, Head);
    B.SetInsertPoint(End);
  }

  /// What \p K says of \p Ops.
  Value *call(const Kernel &K, ArrayRef<Value *> Ops, ArrayRef<Value *> Imms) {
    if (K.Real)
      return K.Real->emit(B, *K.N.R, Ops, Imms);
    return callInline(B, *buildMeaning(M, K.N, K.OpTypes), Ops, Imms);
  }

  Value *isZero(Value *X) {
    if (auto *VT = dyn_cast<FixedVectorType>(X->getType())) {
      Value *NonZero = B.CreateICmpNE(X, Constant::getNullValue(VT));
      X = B.CreateBitCast(NonZero, B.getIntNTy(VT->getNumElements()));
    }
    return B.CreateICmpEQ(X, Constant::getNullValue(X->getType()));
  }

  /// Care, or a block of ones if it is null.
  Value *careOrOnes(Value *Care, unsigned Bytes) {
    SmallVector<uint8_t, 128> Bits(Bytes, 0xff);
    Constant *Ones = ConstantDataArray::get(M.getContext(), Bits);
    auto *G = new GlobalVariable(M, Ones->getType(), true, GlobalValue::PrivateLinkage, Ones);
    return B.CreateSelect(B.CreateIsNull(Care), G, Care);
  }

  Module &M;
  IRBuilder<> B;
  Function *F;
};
} // namespace

static void buildRows(Module &M, const Kernel &K) {
  LoopBuilder L(M, K.name(), 4, 3, false);
  IRBuilder<> &B = L.B;
  Value *In = L.F->getArg(0), *Out = L.F->getArg(1);
  L.F->addParamAttr(1, Attribute::NoAlias);
  SmallVector<Value *, 4> Ptrs;
  for (unsigned I = 0; I != K.OpTypes.size(); ++I)
    Ptrs.push_back(L.pointer(In, I));
  const Row &R = *K.N.R;
  if (!R.isWave()) {
    auto Imms = L.immediates(L.F->getArg(2), R.isGeneric() ? 0 : R.NumImms);
    L.loop(L.F->getArg(3), [&](Value *I) {
      SmallVector<Value *, 4> Ops;
      for (auto [P, T] : zip(Ptrs, K.OpTypes))
        Ops.push_back(
            L.load(T.irType(M.getContext()), L.at(P, B.CreateMul(I, B.getInt64(T.bytes())))));
      SmallVector<Value *, 4> More(Imms.begin(), Imms.end());
      if (R.ReadsLaneId)
        More.push_back(B.CreateTrunc(B.CreateMul(B.CreateAnd(I, 3), B.getInt64(laneOfTest(1))),
                                     B.getInt32Ty()));
      L.store(L.call(K, Ops, More), L.at(Out, B.CreateMul(I, B.getInt64(K.N.Ty.bytes()))));
    });
    B.CreateRetVoid();
    return;
  }
  unsigned Regs = R.Def.Bits / 32;
  auto Imms = L.immediates(L.F->getArg(2), R.NumImms);
  const uint64_t LogLanes = Log2_32(R.WaveLanes);
  L.loop(B.CreateLShr(L.F->getArg(3), LogLanes), [&](Value *Wave) {
    Value *First = B.CreateShl(Wave, LogLanes);
    auto Element = [&](Value *Base, unsigned NumRegs, Value *Lane, Value *Reg) {
      Value *Test = B.CreateAdd(First, B.CreateZExt(Lane, B.getInt64Ty()));
      Value *Index =
          B.CreateAdd(B.CreateMul(Test, B.getInt64(NumRegs)), B.CreateZExt(Reg, B.getInt64Ty()));
      return L.at(Base, B.CreateShl(Index, 2));
    };
    L.loop(B.getInt64(R.WaveLanes), [&](Value *Lane64) {
      L.loop(B.getInt64(Regs), [&](Value *Reg64) {
        Value *Lane = B.CreateTrunc(Lane64, B.getInt32Ty());
        Value *Reg = B.CreateTrunc(Reg64, B.getInt32Ty());
        auto Read = [&](unsigned Op, Value *FromLane, Value *FromReg) -> Value * {
          return L.load(B.getInt32Ty(), Element(Ptrs[Op], R.Ins[Op].Bits / 32, FromLane, FromReg));
        };
        auto Exec = [&](Value *) { return B.getTrue(); };
        L.store(buildElement(B, R, Read, Lane, Reg, Imms, Exec), Element(Out, Regs, Lane, Reg));
      });
    });
  });
  B.CreateRetVoid();
}

static void buildProbe(Module &M, const Kernel &K) {
  const Row &R = *K.N.R;
  LoopBuilder L(M, K.name(), 6, 1, true);
  IRBuilder<> &B = L.B;
  LLVMContext &C = M.getContext();
  Value *In = L.F->getArg(0), *Goal = L.F->getArg(2), *Hits = L.F->getArg(5);
  L.F->addParamAttr(5, Attribute::NoAlias);
  SmallVector<Value *, 4> Ptrs;
  for (unsigned I = 0; I != R.Ins.size(); ++I)
    Ptrs.push_back(L.pointer(In, I));
  auto Imms = L.immediates(L.F->getArg(4), R.NumImms);
  unsigned OutBytes = R.Def.bytes();
  Type *OutTy = R.Def.irType(C);
  Value *Care = L.careOrOnes(L.F->getArg(3), OutBytes * K.Tests);
  // What does not depend on the inner operand is loaded once.
  SmallVector<Value *, 16> Goals, Cares;
  SmallVector<SmallVector<Value *, 4>, 16> Fixed(K.Tests);
  for (unsigned T = 0; T != K.Tests; ++T) {
    Goals.push_back(L.load(OutTy, L.at(Goal, T * OutBytes)));
    Cares.push_back(L.load(OutTy, L.at(Care, T * OutBytes)));
    for (auto [I, Ty] : enumerate(R.Ins))
      Fixed[T].push_back(I == K.Inner ? nullptr
                                      : L.load(Ty.irType(C), L.at(Ptrs[I], T * Ty.bytes())));
  }
  AllocaInst *Found = B.CreateAlloca(B.getInt64Ty());
  B.CreateStore(B.getInt64(0), Found);
  unsigned InBytes = R.Ins[K.Inner].bytes();
  L.loop(L.F->getArg(1), [&](Value *I) {
    Value *Chunk = L.at(Ptrs[K.Inner], B.CreateMul(I, B.getInt64(InBytes * K.Tests)));
    Value *Differ = nullptr;
    for (unsigned T = 0; T != K.Tests; ++T) {
      SmallVector<Value *, 4> Ops(Fixed[T]);
      Ops[K.Inner] = L.load(R.Ins[K.Inner].irType(C), L.at(Chunk, T * InBytes));
      SmallVector<Value *, 4> More(Imms.begin(), Imms.end());
      if (R.ReadsLaneId)
        More.push_back(B.getInt32(laneOfTest(T)));
      Value *X = L.call(K, Ops, More);
      Value *D = B.CreateAnd(B.CreateXor(X, Goals[T]), Cares[T]);
      Differ = Differ ? B.CreateOr(Differ, D) : D;
    }
    Value *N = B.CreateLoad(B.getInt64Ty(), Found);
    L.store(B.CreateTrunc(I, B.getInt32Ty()), L.at(Hits, B.CreateShl(N, 2)));
    B.CreateStore(B.CreateAdd(N, B.CreateZExt(L.isZero(Differ), B.getInt64Ty())), Found);
  });
  B.CreateRet(B.CreateLoad(B.getInt64Ty(), Found));
}

/// For each inner value X, with the other two fixed: is there a truth table
/// that gives Goal under Care? The tests of one minterm may ask for a 1 or for
/// a 0, not for both.
static void buildTernary(Module &M, const Kernel &K) {
  LoopBuilder L(M, K.name(), 6, 1, true);
  IRBuilder<> &B = L.B;
  Value *In = L.F->getArg(0), *Tables = L.F->getArg(4), *Hits = L.F->getArg(5);
  L.F->addParamAttr(4, Attribute::NoAlias);
  L.F->addParamAttr(5, Attribute::NoAlias);
  unsigned Bytes = K.Tests;
  Type *Ty = B.getIntNTy(Bytes * 8);
  if (Bytes >= 16)
    Ty = FixedVectorType::get(B.getInt64Ty(), Bytes / 8);
  Value *Goal = L.load(Ty, L.F->getArg(2));
  Value *Care = L.load(Ty, L.careOrOnes(L.F->getArg(3), Bytes));
  Value *Inner = L.pointer(In, 0);
  Value *Y = L.load(Ty, L.pointer(In, 1)), *Z = L.load(Ty, L.pointer(In, 2));
  Value *One = B.CreateAnd(Goal, Care), *Zero = B.CreateAnd(B.CreateNot(Goal), Care);
  SmallVector<Value *, 4> Ones, Zeros;
  for (unsigned I = 0; I != 4; ++I) {
    Value *Here = B.CreateAnd(I & 2 ? Y : B.CreateNot(Y), I & 1 ? Z : B.CreateNot(Z));
    Ones.push_back(B.CreateAnd(Here, One));
    Zeros.push_back(B.CreateAnd(Here, Zero));
  }
  AllocaInst *Found = B.CreateAlloca(B.getInt64Ty());
  B.CreateStore(B.getInt64(0), Found);
  L.loop(L.F->getArg(1), [&](Value *I) {
    Value *X = L.load(Ty, L.at(Inner, B.CreateMul(I, B.getInt64(Bytes))));
    Value *Conflict = B.getFalse(), *Table = B.getInt8(0);
    for (unsigned Minterm = 0; Minterm != 8; ++Minterm) {
      Value *A = Minterm & 4 ? X : B.CreateNot(X);
      Value *Wants1 = B.CreateNot(L.isZero(B.CreateAnd(A, Ones[Minterm & 3])));
      Value *Wants0 = B.CreateNot(L.isZero(B.CreateAnd(A, Zeros[Minterm & 3])));
      Conflict = B.CreateOr(Conflict, B.CreateAnd(Wants1, Wants0));
      Table = B.CreateOr(Table, B.CreateShl(B.CreateZExt(Wants1, B.getInt8Ty()), Minterm));
    }
    Value *N = B.CreateLoad(B.getInt64Ty(), Found);
    L.store(B.CreateTrunc(I, B.getInt32Ty()), L.at(Hits, B.CreateShl(N, 2)));
    L.store(Table, L.at(Tables, N));
    Value *Match = B.CreateZExt(B.CreateNot(Conflict), B.getInt64Ty());
    B.CreateStore(B.CreateAdd(N, Match), Found);
  });
  B.CreateRet(B.CreateLoad(B.getInt64Ty(), Found));
}

/// -O2 without what only makes these loops larger: they run long over little.
static void optimize(Module &M, TargetMachine &TM, bool Scalar) {
  PipelineTuningOptions Tuning;
  Tuning.LoopUnrolling = false;
  Tuning.LoopVectorization = Tuning.SLPVectorization = Tuning.LoopInterleaving = Scalar;
  PassBuilder PB(&TM, Tuning);
  LoopAnalysisManager LAM;
  FunctionAnalysisManager FAM;
  CGSCCAnalysisManager CGAM;
  ModuleAnalysisManager MAM;
  PB.registerModuleAnalyses(MAM);
  PB.registerCGSCCAnalyses(CGAM);
  PB.registerFunctionAnalyses(FAM);
  PB.registerLoopAnalyses(LAM);
  PB.crossRegisterProxies(LAM, FAM, CGAM, MAM);
  PB.buildPerModuleDefaultPipeline(OptimizationLevel::O2).run(M, MAM);
}

Expected<std::unique_ptr<MemoryBuffer>> compile(const Kernel &K, TargetMachine &TM) {
  LLVMContext Ctx;
  Module M(K.name(), Ctx);
  M.setDataLayout(TM.createDataLayout());
  M.setTargetTriple(TM.getTargetTriple());
  switch (K.K) {
  case Kernel::Rows:
    buildRows(M, K);
    break;
  case Kernel::Probe:
    buildProbe(M, K);
    break;
  case Kernel::Ternary:
    buildTernary(M, K);
    break;
  }
  assert(!verifyModule(M, &errs()) && "kernel is not valid IR");
  auto IsVector = [](ValueType T) { return T.Kind == RegKind::Vec && !T.isScalar(); };
  bool Scalar = K.K != Kernel::Ternary && !IsVector(K.N.Ty) && none_of(K.OpTypes, IsVector);
  optimize(M, TM, Scalar);

  return emitObject(M, TM);
}

} // namespace whittle
