//===- verify/Export.cpp - Obligations that others can check
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Each distinct slice as a pair of LLVM functions over its atoms, for Alive2, and
// as SMT-LIB 2. Facts are in the terms: bits that they fix are constants, so the
// text needs no assumptions. Arguments are noundef: a choice is a variable here.
//
//===----------------------------------------------------------------------===//

#include "verify/Obligations.h"
#include "verify/Smt.h"
#include "verify/Verify.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/NoFolder.h"
#include "llvm/Support/raw_ostream.h"
#include <unordered_set>

using namespace llvm;

namespace whittle {

namespace {

/// Writes one side of a slice as a function of all atoms of the slice.
class FunctionWriter {
public:
  FunctionWriter(const Cone &C, LLVMContext &Ctx)
      : C(C), G(C.graph()), M("obligation", Ctx), B(Ctx) {}

  std::string run(Term Root, StringRef Name) {
    SmallVector<Type *> Params;
    for (const Atom &A : C.atoms())
      Params.push_back(B.getIntNTy(A.Width));
    auto *FT = FunctionType::get(B.getIntNTy(G.width(Root)), Params, false);
    F = Function::Create(FT, GlobalValue::ExternalLinkage, Name, M);
    for (auto [I, A] : enumerate(F->args())) {
      A.setName("x" + Twine(I));
      A.addAttr(Attribute::NoUndef);
    }
    B.SetInsertPoint(BasicBlock::Create(M.getContext(), "", F));
    const Cone Side(G, Root, Root);
    for (Term T : Side.order())
      Values[T.Id] = emit(T);
    B.CreateRet(Values[Root.Id]);
    std::string Text;
    raw_string_ostream(Text) << *F;
    return StringRef(Text).ltrim().str();
  }

private:
  Value *join(ArrayRef<Value *> LowFirst, unsigned Width) {
    Value *R = nullptr;
    unsigned At = 0;
    for (Value *V : LowFirst) {
      unsigned N = V->getType()->getIntegerBitWidth();
      if (N < Width)
        V = B.CreateZExt(V, B.getIntNTy(Width));
      if (At)
        V = B.CreateShl(V, ConstantInt::get(B.getIntNTy(Width), At));
      R = R ? B.CreateOr(R, V) : V;
      At += N;
    }
    return R;
  }

  Value *emit(Term T) {
    unsigned W = G.width(T);
    SmallVector<Value *, 8> Ops;
    for (Term O : G.operands(T))
      Ops.push_back(Values[O.Id]);
    // A count past the width would be poison: the arm that holds it is then
    // not the one selected.
    auto Shift = [&](Instruction::BinaryOps Op) {
      Value *Legal = B.CreateICmpULT(Ops[1], ConstantInt::get(Ops[1]->getType(), APInt(W, W)));
      return B.CreateSelect(Legal, B.CreateBinOp(Op, Ops[0], Ops[1]), B.getIntN(W, 0));
    };
    switch (G.op(T)) {
    case TermOp::Const:
      return ConstantInt::get(M.getContext(), G.value(T));
    case TermOp::Var: {
      SmallVector<Value *, 4> Parts;
      for (unsigned A : C.atomsOf(T))
        Parts.push_back(F->getArg(A));
      return join(Parts, W);
    }
    case TermOp::Add:
      return B.CreateAdd(Ops[0], Ops[1]);
    case TermOp::Sub:
      return B.CreateSub(Ops[0], Ops[1]);
    case TermOp::Mul:
      return B.CreateMul(Ops[0], Ops[1]);
    case TermOp::And:
      return B.CreateAnd(Ops[0], Ops[1]);
    case TermOp::Or:
      return B.CreateOr(Ops[0], Ops[1]);
    case TermOp::Xor:
      return B.CreateXor(Ops[0], Ops[1]);
    case TermOp::Shl:
      return W == 1 ? B.CreateAnd(Ops[0], B.CreateXor(Ops[1], B.getTrue()))
                    : Shift(Instruction::Shl);
    case TermOp::LShr:
      return W == 1 ? B.CreateAnd(Ops[0], B.CreateXor(Ops[1], B.getTrue()))
                    : Shift(Instruction::LShr);
    case TermOp::AShr: {
      if (W == 1)
        return Ops[0];
      Value *Last = ConstantInt::get(Ops[1]->getType(), APInt(W, W - 1));
      return B.CreateAShr(Ops[0], B.CreateSelect(B.CreateICmpULT(Ops[1], Last), Ops[1], Last));
    }
    case TermOp::Eq:
      return B.CreateICmpEQ(Ops[0], Ops[1]);
    case TermOp::Ult:
      return B.CreateICmpULT(Ops[0], Ops[1]);
    case TermOp::Slt:
      return B.CreateICmpSLT(Ops[0], Ops[1]);
    case TermOp::Ite:
      return B.CreateSelect(Ops[0], Ops[1], Ops[2]);
    case TermOp::Concat:
      return join(Ops, W);
    case TermOp::Extract: {
      Value *X = Ops[0];
      if (G.lo(T))
        X = B.CreateLShr(X, ConstantInt::get(X->getType(), G.lo(T)));
      return B.CreateTrunc(X, B.getIntNTy(W));
    }
    case TermOp::Sext:
      return B.CreateSExt(Ops[0], B.getIntNTy(W));
    case TermOp::Select: {
      Value *List = Constant::getNullValue(FixedVectorType::get(B.getIntNTy(W), Ops.size() - 1));
      for (auto [I, E] : enumerate(drop_begin(Ops)))
        List = B.CreateInsertElement(List, E, uint64_t(I));
      return B.CreateExtractElement(List, B.CreateZExt(Ops[0], B.getInt64Ty()));
    }
    case TermOp::Apply: {
      // A declaration that tells nothing: equal arguments, equal results.
      std::string Name = opaqueName(G.function(T)).str();
      SmallVector<Type *, 3> Types;
      for (Value *Op : Ops) {
        Types.push_back(Op->getType());
        Name += "." + std::to_string(Op->getType()->getIntegerBitWidth());
      }
      FunctionCallee Fn = M.getOrInsertFunction(Name + "." + std::to_string(W),
                                                FunctionType::get(B.getIntNTy(W), Types, false));
      auto *Decl = cast<Function>(Fn.getCallee());
      Decl->setDoesNotAccessMemory();
      Decl->setDoesNotThrow();
      Decl->setWillReturn();
      return B.CreateCall(Fn, Ops);
    }
    }
    llvm_unreachable("all operations are listed");
  }

  const Cone &C;
  const TermGraph &G;
  Module M;
  IRBuilder<NoFolder> B;
  Function *F = nullptr;
  DenseMap<uint32_t, Value *> Values;
};

std::string nameOf(const Obligation &O, unsigned Width, bool Lanes) {
  std::string S = "output" + std::to_string(O.Output);
  if (O.LaneOn)
    S += (Lanes ? ".lane" + std::to_string(O.Lane) : "") + (*O.LaneOn ? ".on" : ".off");
  return S + ".bits" + std::to_string(O.Bit) + "-" + std::to_string(O.Bit + Width - 1);
}

} // namespace

Expected<std::vector<ExportedObligation>> exportObligations(const Rule &R) {
  if (Error E = checkRule(R))
    return E;
  Expected<std::unique_ptr<RuleTerms>> T = RuleTerms::create(R);
  if (!T)
    return T.takeError();
  std::vector<ExportedObligation> Out;
  std::unordered_set<std::string> Seen;
  LLVMContext Ctx;
  for (const Obligation &O : (*T)->Obligations) {
    Cone C((*T)->G, O.Source, O.Target);
    if (!Seen.insert(C.key()).second)
      continue;
    ExportedObligation X;
    X.Name = nameOf(O, (*T)->G.width(O.Source), (*T)->IsWave);
    X.LLSource = FunctionWriter(C, Ctx).run(O.Source, "src");
    X.LLTarget = FunctionWriter(C, Ctx).run(O.Target, "tgt");
    X.Smt2 = writeSmt(C).Text + "(check-sat)\n";
    Out.push_back(std::move(X));
  }
  return Out;
}

} // namespace whittle
