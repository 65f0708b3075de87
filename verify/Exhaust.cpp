//===- verify/Exhaust.cpp - A slice run on every input --------------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "verify/Exhaust.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ExecutionEngine/Orc/JITTargetMachineBuilder.h"
#include "llvm/ExecutionEngine/Orc/LLJIT.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Verifier.h"
#include "llvm/Support/TargetSelect.h"
#include <chrono>
#include <cstring>

using namespace llvm;

namespace whittle {

/// Bytes of one vector of results.
static constexpr unsigned BlockBytes = 64;
/// Inputs between two looks at the clock.
static constexpr uint64_t Chunk = uint64_t(1) << 24;
/// Blocks of a slice that are held against the evaluator before it is believed.
static constexpr unsigned CheckedBlocks = 8;

//===----------------------------------------------------------------------===//
// Terms to vectors
//===----------------------------------------------------------------------===//

namespace {
/// Every term is a vector of elements of one width, its bits at the low end and zeros
/// above. No operation here has a value for which IR gives poison.
class Emitter {
public:
  Emitter(const Cone &C, unsigned Element, unsigned Lanes)
      : C(C), G(C.graph()), Element(Element), Lanes(Lanes) {}

  /// Source and target for the inputs \p Begin ... in order.
  std::pair<Value *, Value *> block(IRBuilder<> &Builder, Value *Begin) {
    B = &Builder;
    Ty = FixedVectorType::get(B->getIntNTy(Element), Lanes);
    emitAtoms(Begin);
    SmallVector<Value *, 64> Values;
    for (Term T : C.order()) {
      SmallVector<Value *, 8> Ops;
      for (Term O : G.operands(T))
        Ops.push_back(Values[C.indexOf(O)]);
      Values.push_back(term(T, Ops));
    }
    return {Values[C.indexOf(C.source())], Values[C.indexOf(C.target())]};
  }

private:
  Constant *splat(uint64_t X) { return ConstantInt::get(Ty, X); }
  Value *low(Value *V, unsigned Width) {
    return Width == Element ? V : B->CreateAnd(V, splat(maskTrailingOnes<uint64_t>(Width)));
  }
  /// \p V's sign, from bit \p Width - 1, in the bits above.
  Value *extended(Value *V, unsigned Width) {
    if (Width == Element)
      return V;
    Constant *Up = splat(Element - Width);
    return B->CreateAShr(B->CreateShl(V, Up), Up);
  }
  Value *isSet(Value *V) { return B->CreateICmpNE(V, splat(0)); }
  Value *bit(Value *Condition) { return B->CreateZExt(Condition, Ty); }

  /// Lanes differ in the lowest bits of the input alone, where the rest has zeros.
  void emitAtoms(Value *Begin) {
    unsigned At = 0;
    for (const Atom &A : C.atoms()) {
      const uint64_t Mask = maskTrailingOnes<uint64_t>(A.Width);
      SmallVector<Constant *, 64> PerLane;
      for (uint64_t Lane = 0; Lane != Lanes; ++Lane)
        PerLane.push_back(ConstantInt::get(B->getIntNTy(Element), Lane >> At & Mask));
      Value *Rest = B->CreateAnd(B->CreateLShr(Begin, At), Mask);
      Atoms.push_back(
          B->CreateOr(B->CreateVectorSplat(Lanes, B->CreateTrunc(Rest, B->getIntNTy(Element))),
                      ConstantVector::get(PerLane)));
      At += A.Width;
    }
  }

  Value *joined(ArrayRef<std::pair<Value *, unsigned>> Parts) {
    Value *R = nullptr;
    unsigned At = 0;
    for (auto [V, Width] : Parts) {
      Value *Placed = At ? B->CreateShl(V, splat(At)) : V;
      R = R ? B->CreateOr(R, Placed) : Placed;
      At += Width;
    }
    return R;
  }

  Value *shift(TermOp Op, unsigned W, Value *X, Value *Count) {
    if (Op == TermOp::AShr) {
      Value *Small = B->CreateICmpULT(Count, splat(W));
      return low(B->CreateAShr(extended(X, W), B->CreateSelect(Small, Count, splat(W - 1))), W);
    }
    Value *Small = B->CreateICmpULT(Count, splat(W));
    Value *By = B->CreateSelect(Small, Count, splat(0));
    Value *R = Op == TermOp::Shl ? low(B->CreateShl(X, By), W) : B->CreateLShr(X, By);
    return B->CreateSelect(Small, R, splat(0));
  }

  Value *term(Term T, ArrayRef<Value *> Ops) {
    const unsigned W = G.width(T);
    auto OpWidth = [&](unsigned I) { return G.width(G.operand(T, I)); };
    SmallVector<std::pair<Value *, unsigned>, 8> Parts;
    switch (G.op(T)) {
    case TermOp::Const:
      return splat(G.value(T).getZExtValue());
    case TermOp::Var:
      for (unsigned A : C.atomsOf(T))
        Parts.push_back({Atoms[A], C.atoms()[A].Width});
      return joined(Parts);
    case TermOp::Add:
      return low(B->CreateAdd(Ops[0], Ops[1]), W);
    case TermOp::Sub:
      return low(B->CreateSub(Ops[0], Ops[1]), W);
    case TermOp::Mul:
      return low(B->CreateMul(Ops[0], Ops[1]), W);
    case TermOp::And:
      return B->CreateAnd(Ops[0], Ops[1]);
    case TermOp::Or:
      return B->CreateOr(Ops[0], Ops[1]);
    case TermOp::Xor:
      return B->CreateXor(Ops[0], Ops[1]);
    case TermOp::Shl:
    case TermOp::LShr:
    case TermOp::AShr:
      return shift(G.op(T), W, Ops[0], Ops[1]);
    case TermOp::Eq:
      return bit(B->CreateICmpEQ(Ops[0], Ops[1]));
    case TermOp::Ult:
      return bit(B->CreateICmpULT(Ops[0], Ops[1]));
    case TermOp::Slt:
      return bit(B->CreateICmpSLT(extended(Ops[0], OpWidth(0)), extended(Ops[1], OpWidth(1))));
    case TermOp::Ite:
      return B->CreateSelect(isSet(Ops[0]), Ops[1], Ops[2]);
    case TermOp::Concat:
      for (auto [I, V] : enumerate(Ops))
        Parts.push_back({V, OpWidth(I)});
      return joined(Parts);
    case TermOp::Extract:
      return low(B->CreateLShr(Ops[0], splat(G.lo(T))), W);
    case TermOp::Sext:
      return low(extended(Ops[0], OpWidth(0)), W);
    case TermOp::Select: {
      // Halves of the list by the bits of the index, lowest first.
      SmallVector<Value *, 16> Elements(Ops.drop_front());
      for (unsigned I = 0; Elements.size() > 1; ++I) {
        Value *Odd = isSet(B->CreateAnd(Ops[0], splat(uint64_t(1) << I)));
        for (unsigned J = 0; J != Elements.size() / 2; ++J)
          Elements[J] = B->CreateSelect(Odd, Elements[2 * J + 1], Elements[2 * J]);
        Elements.truncate(Elements.size() / 2);
      }
      return Elements[0];
    }
    case TermOp::Apply:
      break;
    }
    llvm_unreachable("functions are not compiled");
  }

  const Cone &C;
  const TermGraph &G;
  unsigned Element, Lanes;
  IRBuilder<> *B = nullptr;
  FixedVectorType *Ty = nullptr;
  SmallVector<Value *, 8> Atoms;
};
} // namespace

/// uint64_t run(uint64_t Begin, uint64_t End).
static void emitRun(Module &M, const Cone &C, unsigned Element, unsigned Lanes) {
  LLVMContext &Ctx = M.getContext();
  Type *I64 = Type::getInt64Ty(Ctx);
  auto *F = Function::Create(FunctionType::get(I64, {I64, I64}, false), Function::ExternalLinkage,
                             "run", M);
  auto *Entry = BasicBlock::Create(Ctx, "entry", F), *Head = BasicBlock::Create(Ctx, "head", F),
       *Body = BasicBlock::Create(Ctx, "body", F), *Next = BasicBlock::Create(Ctx, "next", F),
       *Exit = BasicBlock::Create(Ctx, "exit", F);
  IRBuilder<> B(Entry);
  B.CreateBr(Head);
  B.SetInsertPoint(Head);
  PHINode *At = B.CreatePHI(I64, 2);
  At->addIncoming(F->getArg(0), Entry);
  B.CreateCondBr(B.CreateICmpULT(At, F->getArg(1)), Body, Exit);
  B.SetInsertPoint(Body);
  auto [S, T] = Emitter(C, Element, Lanes).block(B, At);
  B.CreateCondBr(B.CreateOrReduce(B.CreateICmpNE(S, T)), Exit, Next);
  B.SetInsertPoint(Next);
  At->addIncoming(B.CreateAdd(At, B.getInt64(Lanes)), Next);
  B.CreateBr(Head);
  B.SetInsertPoint(Exit);
  B.CreateRet(At);
}

/// void values(uint64_t Begin, void *Sources, void *Targets).
static void emitValues(Module &M, const Cone &C, unsigned Element, unsigned Lanes) {
  LLVMContext &Ctx = M.getContext();
  Type *Pointer = PointerType::get(Ctx, 0);
  auto *F = Function::Create(
      FunctionType::get(Type::getVoidTy(Ctx), {Type::getInt64Ty(Ctx), Pointer, Pointer}, false),
      Function::ExternalLinkage, "values", M);
  IRBuilder<> B(BasicBlock::Create(Ctx, "entry", F));
  auto [S, T] = Emitter(C, Element, Lanes).block(B, F->getArg(0));
  B.CreateAlignedStore(S, F->getArg(1), Align(1));
  B.CreateAlignedStore(T, F->getArg(2), Align(1));
  B.CreateRetVoid();
}

//===----------------------------------------------------------------------===//
// Running it
//===----------------------------------------------------------------------===//

struct CompiledSlice::Jit {
  std::unique_ptr<orc::LLJIT> Engine;
};

CompiledSlice::CompiledSlice() = default;
CompiledSlice::~CompiledSlice() = default;

Expected<std::unique_ptr<CompiledSlice>> CompiledSlice::create(const Cone &C) {
  const TermGraph &G = C.graph();
  unsigned Widest = 8, Bits = 0;
  for (Term T : C.order()) {
    Widest = std::max(Widest, G.width(T));
    if (G.op(T) == TermOp::Apply)
      return nullptr;
  }
  for (const Atom &A : C.atoms())
    Bits += A.Width;
  if (Widest > 64 || Bits > 63)
    return nullptr;
  std::unique_ptr<CompiledSlice> S(new CompiledSlice());
  S->C = &C;
  S->Bits = Bits;
  S->Element = PowerOf2Ceil(Widest);
  S->Lanes = BlockBytes * 8 / S->Element;

  InitializeNativeTarget();
  InitializeNativeTargetAsmPrinter();
  auto Host = orc::JITTargetMachineBuilder::detectHost();
  if (!Host)
    return Host.takeError();
  Host->setCodeGenOptLevel(CodeGenOptLevel::Default);
  auto Engine = orc::LLJITBuilder().setJITTargetMachineBuilder(std::move(*Host)).create();
  if (!Engine)
    return Engine.takeError();
  auto Ctx = std::make_unique<LLVMContext>();
  auto M = std::make_unique<Module>("slice", *Ctx);
  M->setDataLayout((*Engine)->getDataLayout());
  emitRun(*M, C, S->Element, S->Lanes);
  emitValues(*M, C, S->Element, S->Lanes);
  assert(!verifyModule(*M, &errs()) && "slice is not valid IR");
  if (Error E = (*Engine)->addIRModule(orc::ThreadSafeModule(std::move(M), std::move(Ctx))))
    return std::move(E);
  auto Run = (*Engine)->lookup("run"), Values = (*Engine)->lookup("values");
  if (!Run || !Values)
    return joinErrors(Run ? Error::success() : Run.takeError(),
                      Values ? Error::success() : Values.takeError());
  S->Run = Run->toPtr<uint64_t(uint64_t, uint64_t)>();
  S->Values = Values->toPtr<void(uint64_t, void *, void *)>();
  S->J = std::make_unique<Jit>(Jit{std::move(*Engine)});
  return S;
}

std::vector<std::pair<uint64_t, uint64_t>> CompiledSlice::values(uint64_t Begin) const {
  uint8_t Out[2][BlockBytes];
  Values(Begin, Out[0], Out[1]);
  std::vector<std::pair<uint64_t, uint64_t>> Pairs(Lanes);
  for (unsigned I = 0; I != Lanes; ++I) { // elements of little-endian machines
    std::memcpy(&Pairs[I].first, Out[0] + I * (Element / 8), Element / 8);
    std::memcpy(&Pairs[I].second, Out[1] + I * (Element / 8), Element / 8);
  }
  return Pairs;
}

std::vector<APInt> CompiledSlice::atoms(uint64_t Input) const {
  std::vector<APInt> Values;
  unsigned At = 0;
  for (const Atom &A : C->atoms()) {
    Values.push_back(APInt(64, Input >> At).trunc(A.Width));
    At += A.Width;
  }
  return Values;
}

static Error disagrees() {
  return createStringError(
      inconvertibleErrorCode(),
      "a slice compiled for exhaustion computes something else than its terms");
}

/// Blocks spread over all inputs, against the evaluator.
static Error check(const CompiledSlice &S, const Cone &C, uint64_t End) {
  for (unsigned K = 0; K != CheckedBlocks; ++K) {
    const uint64_t Spread = K ? 0x9e3779b97f4a7c15ull * K : 0;
    const uint64_t Begin = Spread % End / S.lanes() * S.lanes();
    for (auto [I, Pair] : enumerate(S.values(Begin))) {
      auto [Source, Target] = C.evaluate(S.atoms(Begin + I));
      if (Source.getZExtValue() != Pair.first || Target.getZExtValue() != Pair.second)
        return disagrees();
    }
  }
  return Error::success();
}

Expected<ExhaustAnswer> exhaust(const Cone &C, const ExhaustLimits &L) {
  ExhaustAnswer A;
  unsigned Bits = 0;
  for (const Atom &X : C.atoms())
    Bits += X.Width;
  if (Bits > L.Bits || Bits > 48 || C.order().size() > L.Operations >> Bits)
    return A;
  auto S = CompiledSlice::create(C);
  if (!S)
    return S.takeError();
  if (!*S)
    return A;
  const auto Deadline = std::chrono::steady_clock::now() + std::chrono::milliseconds(L.WatchdogMs);
  // Fewer inputs than lanes: some are run more than once.
  const uint64_t End = std::max<uint64_t>(uint64_t(1) << Bits, (*S)->lanes());
  if (Error E = check(**S, C, End))
    return std::move(E);
  for (uint64_t Begin = 0; Begin < End; Begin += Chunk) {
    const uint64_t To = std::min(End, Begin + Chunk);
    const uint64_t At = (*S)->firstDifference(Begin, To);
    if (At != To) {
      for (uint64_t Input = At; Input != At + (*S)->lanes(); ++Input) {
        A.Values = (*S)->atoms(Input);
        if (auto [Source, Target] = C.evaluate(A.Values); Source != Target) {
          A.K = ExhaustAnswer::Differ;
          return A;
        }
      }
      return disagrees();
    }
    if (std::chrono::steady_clock::now() > Deadline && To != End) {
      A.K = ExhaustAnswer::Killed;
      return A;
    }
  }
  A.K = ExhaustAnswer::Equal;
  A.Bits = Bits;
  return A;
}

} // namespace whittle
