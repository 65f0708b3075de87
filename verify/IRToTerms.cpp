//===- verify/IRToTerms.cpp - LLVM IR as terms
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "verify/IRToTerms.h"
#include "isa/Float.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/IR/Constants.h"
#include "llvm/IR/Function.h"
#include "llvm/IR/InstrTypes.h"
#include "llvm/IR/Instructions.h"
#include "llvm/IR/IntrinsicInst.h"
#include "llvm/IR/Operator.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;

namespace whittle {

TermList regroup(TermGraph &G, ArrayRef<Term> Elements, unsigned Width) {
  unsigned From = G.width(Elements[0]), Total = From * Elements.size();
  assert(Total % Width == 0 && "elements do not divide the value");
  TermList Out;
  if (From == Width)
    return TermList(Elements);
  if (Width % From == 0) {
    for (unsigned I = 0; I < Elements.size(); I += Width / From)
      Out.push_back(G.concat(Elements.slice(I, Width / From)));
  } else if (From % Width == 0) {
    for (Term E : Elements)
      for (unsigned At = 0; At < From; At += Width)
        Out.push_back(G.extract(E, At, Width));
  } else {
    Term Whole = G.concat(Elements);
    for (unsigned At = 0; At < Total; At += Width)
      Out.push_back(G.extract(Whole, At, Width));
  }
  return Out;
}

namespace {

template <typename T> std::string shown(const T &X) {
  std::string Text;
  raw_string_ostream(Text) << X;
  return StringRef(Text).trim().str();
}

class Executor {
public:
  Executor(TermGraph &G, const CallFn &Call) : G(G), Call(Call) {}

  Expected<TermList> run(const Function &F, ArrayRef<TermList> Args) {
    assert(Args.size() == F.arg_size() && "arguments do not fit the function");
    if (F.size() != 1)
      return refuse(F.getName(), "control flow");
    for (auto [A, T] : zip(F.args(), Args))
      Values[&A] = T;
    for (const Instruction &I : F.getEntryBlock()) {
      if (auto *Ret = dyn_cast<ReturnInst>(&I)) {
        TermList R = get(Ret->getReturnValue());
        if (!Problem.empty() || !all_of(R, [](Term T) { return bool(T); }))
          return refuse(shown(I), Problem.empty() ? "poison is returned" : Problem);
        return R;
      }
      TermList R = step(I);
      if (!Problem.empty())
        return refuse(shown(I), Problem);
      Values[&I] = std::move(R);
    }
    return refuse(F.getName(), "no return");
  }

private:
  static Error refuse(StringRef What, StringRef Why) {
    return createStringError(inconvertibleErrorCode(),
                             "not supported in a proof: " + Why + " in '" + What + "'");
  }
  TermList fail(const Twine &Why) {
    if (Problem.empty())
      Problem = Why.str();
    return {};
  }
  /// Integers, and floating-point types whose format is told by their width.
  static bool isBitsType(const Type *T) {
    const Type *E = T->getScalarType();
    return E->isIntegerTy() || E->isHalfTy() || E->isFloatTy() || E->isDoubleTy();
  }
  static unsigned lanes(const Type *T) {
    auto *VT = dyn_cast<FixedVectorType>(T);
    return VT ? VT->getNumElements() : 1;
  }

  /// An element may be no term (poison, as in the base of a splat); only
  /// instructions that move whole elements let it pass.
  TermList get(const Value *V) {
    if (auto It = Values.find(V); It != Values.end())
      return It->second;
    auto *C = dyn_cast<Constant>(V);
    if (!C || !isBitsType(V->getType()))
      return fail("operand " + shown(*V));
    TermList R;
    for (unsigned I = 0, N = lanes(V->getType()); I < N; ++I) {
      const Constant *E = V->getType()->isVectorTy() ? C->getAggregateElement(I) : C;
      if (E && isa<UndefValue>(E))
        R.push_back(Term());
      else if (auto *CI = dyn_cast_or_null<ConstantInt>(E))
        R.push_back(G.constant(CI->getValue()));
      else if (auto *CF = dyn_cast_or_null<ConstantFP>(E))
        R.push_back(G.constant(CF->getValueAPF().bitcastToAPInt()));
      else
        return fail("constant " + shown(*V));
    }
    return R;
  }

  /// As get, but every element has to be a term.
  TermList getDefined(const Value *V) {
    TermList R = get(V);
    if (!all_of(R, [](Term T) { return bool(T); }))
      return fail("poison or undef as an operand");
    return R;
  }

  template <typename Fn> TermList map1(const Value *X, Fn F) {
    TermList A = getDefined(X);
    if (!Problem.empty())
      return {};
    TermList R;
    for (Term T : A)
      R.push_back(F(T));
    return R;
  }
  template <typename Fn> TermList map2(const Value *X, const Value *Y, Fn F) {
    TermList A = getDefined(X), B = getDefined(Y);
    if (!Problem.empty())
      return {};
    TermList R;
    for (auto [S, T] : zip_equal(A, B))
      R.push_back(F(S, T));
    return R;
  }

  TermList step(const Instruction &I) {
    if (I.hasPoisonGeneratingFlags())
      return fail("a flag that makes poison");
    if (!isBitsType(I.getType()))
      return fail("a result that is no bit pattern");
    if (auto *B = dyn_cast<BinaryOperator>(&I))
      return binary(*B);
    if (auto *C = dyn_cast<CastInst>(&I))
      return cast(*C);
    if (auto *C = dyn_cast<CallInst>(&I))
      return call(*C);
    switch (I.getOpcode()) {
    case Instruction::ICmp:
      return map2(I.getOperand(0), I.getOperand(1), [&](Term A, Term B) {
        return compare(llvm::cast<ICmpInst>(I).getPredicate(), A, B);
      });
    case Instruction::FCmp:
      return map2(I.getOperand(0), I.getOperand(1), [&](Term A, Term B) {
        return compareFloat(llvm::cast<FCmpInst>(I).getPredicate(), A, B);
      });
    case Instruction::FNeg:
      return map1(I.getOperand(0), [&](Term T) { return flipSign(T); });
    case Instruction::Select:
      return selectInst(llvm::cast<SelectInst>(I));
    case Instruction::Freeze:
      return getDefined(I.getOperand(0));
    case Instruction::ExtractElement:
      return extractElement(I.getOperand(0), I.getOperand(1));
    case Instruction::InsertElement: {
      TermList R = get(I.getOperand(0)), E = get(I.getOperand(1));
      auto *At = dyn_cast<ConstantInt>(I.getOperand(2));
      if (!Problem.empty())
        return {};
      if (!At || At->getValue().uge(R.size()))
        return fail("a variable index");
      R[At->getZExtValue()] = E[0];
      return R;
    }
    case Instruction::ShuffleVector: {
      auto &S = llvm::cast<ShuffleVectorInst>(I);
      TermList A = get(S.getOperand(0)), B = get(S.getOperand(1)), R;
      if (!Problem.empty())
        return {};
      A.append(B);
      for (int M : S.getShuffleMask())
        R.push_back(M < 0 ? Term() : A[M]);
      return R;
    }
    default:
      return fail("an unknown instruction");
    }
  }

  TermList binary(const BinaryOperator &I) {
    return map2(I.getOperand(0), I.getOperand(1), [&](Term A, Term B) -> Term {
      switch (I.getOpcode()) {
      case Instruction::Add:
        return G.add(A, B);
      case Instruction::Sub:
        return G.sub(A, B);
      case Instruction::Mul:
        return G.mul(A, B);
      case Instruction::And:
        return G.bitAnd(A, B);
      case Instruction::Or:
        return G.bitOr(A, B);
      case Instruction::Xor:
        return G.bitXor(A, B);
      case Instruction::Shl:
        return G.shl(A, B);
      case Instruction::LShr:
        return G.lshr(A, B);
      case Instruction::AShr:
        return G.ashr(A, B);
      case Instruction::FAdd:
        return G.apply(Opaque::FAdd, G.width(A), {A, B});
      case Instruction::FSub:
        return G.apply(Opaque::FAdd, G.width(A), {A, flipSign(B)});
      case Instruction::FMul:
        return G.apply(Opaque::FMul, G.width(A), {A, B});
      case Instruction::FDiv:
        return G.apply(Opaque::FDiv, G.width(A), {A, B});
      default:
        fail("an unknown operation");
        return A;
      }
    });
  }

  Term flipSign(Term A) { return G.bitXor(A, G.constant(APInt::getSignMask(G.width(A)))); }

  Term compareFloat(CmpInst::Predicate P, Term A, Term B) {
    // The bits of a predicate: equal, greater, less, unordered.
    Term R = G.bit(false);
    if (P & CmpInst::FCMP_OEQ)
      R = G.bitOr(R, G.fequal(A, B));
    if (P & CmpInst::FCMP_OGT)
      R = G.bitOr(R, G.fless(B, A));
    if (P & CmpInst::FCMP_OLT)
      R = G.bitOr(R, G.fless(A, B));
    if (P & CmpInst::FCMP_UNO)
      R = G.bitOr(R, G.bitOr(G.isNaN(A), G.isNaN(B)));
    return R;
  }

  Term compare(CmpInst::Predicate P, Term A, Term B) {
    switch (P) {
    case CmpInst::ICMP_EQ:
      return G.eq(A, B);
    case CmpInst::ICMP_NE:
      return G.bitNot(G.eq(A, B));
    case CmpInst::ICMP_ULT:
      return G.ult(A, B);
    case CmpInst::ICMP_UGE:
      return G.bitNot(G.ult(A, B));
    case CmpInst::ICMP_UGT:
      return G.ult(B, A);
    case CmpInst::ICMP_ULE:
      return G.bitNot(G.ult(B, A));
    case CmpInst::ICMP_SLT:
      return G.slt(A, B);
    case CmpInst::ICMP_SGE:
      return G.bitNot(G.slt(A, B));
    case CmpInst::ICMP_SGT:
      return G.slt(B, A);
    case CmpInst::ICMP_SLE:
      return G.bitNot(G.slt(B, A));
    default:
      fail("an unknown comparison");
      return A;
    }
  }

  TermList selectInst(const SelectInst &I) {
    TermList C = getDefined(I.getCondition());
    TermList A = getDefined(I.getTrueValue()), B = getDefined(I.getFalseValue());
    if (!Problem.empty())
      return {};
    TermList R;
    for (unsigned K = 0; K < A.size(); ++K)
      R.push_back(G.ite(C.size() == 1 ? C[0] : C[K], A[K], B[K]));
    return R;
  }

  TermList cast(const CastInst &I) {
    unsigned W = I.getType()->getScalarSizeInBits();
    switch (I.getOpcode()) {
    case Instruction::ZExt:
      return map1(I.getOperand(0), [&](Term T) { return G.zext(T, W); });
    case Instruction::SExt:
      return map1(I.getOperand(0), [&](Term T) { return G.sext(T, W); });
    case Instruction::Trunc:
      return map1(I.getOperand(0), [&](Term T) { return G.trunc(T, W); });
    case Instruction::BitCast: {
      TermList A = getDefined(I.getOperand(0));
      return Problem.empty() ? regroup(G, A, W) : TermList();
    }
    case Instruction::FPExt:
    case Instruction::FPTrunc:
      return applied(Opaque::FConvert, W, I.getOperand(0));
    case Instruction::SIToFP:
      return applied(Opaque::SIntToF, W, I.getOperand(0));
    case Instruction::UIToFP:
      return applied(Opaque::UIntToF, W, I.getOperand(0));
    default:
      return fail("an unknown conversion");
    }
  }

  TermList applied(Opaque F, unsigned Width, const Value *X) {
    return map1(X, [&](Term T) { return G.apply(F, Width, {T}); });
  }

  TermList extractElement(const Value *Vec, const Value *At) {
    TermList R = get(Vec), Index = getDefined(At);
    if (!Problem.empty())
      return {};
    Term X = Index[0];
    if (G.isConst(X)) {
      if (G.value(X).uge(R.size()))
        return fail("an index past the vector");
      return {R[G.value(X).getZExtValue()]};
    }
    unsigned Bits = Log2_32(R.size());
    if (!isPowerOf2_32(R.size()) || Bits == 0 || Bits >= G.width(X) ||
        !G.isZero(G.extract(X, Bits, G.width(X) - Bits)))
      return fail("an index that may be past the vector");
    if (!all_of(R, [](Term T) { return bool(T); }))
      return fail("poison or undef as an operand");
    return {G.select(G.trunc(X, Bits), R)};
  }

  TermList call(const CallInst &I) {
    auto *II = dyn_cast<IntrinsicInst>(&I);
    const Function *Callee = I.getCalledFunction();
    if (!II) {
      if (!Callee)
        return fail("a call");
      // An opaque function takes and gives whole values.
      if (std::optional<Opaque> F = opaqueOfFunction(Callee->getName())) {
        unsigned W = I.getType()->getScalarSizeInBits();
        TermList A = getDefined(I.getArgOperand(0));
        if (!Problem.empty())
          return {};
        return regroup(G, {G.apply(*F, W * lanes(I.getType()), {G.concat(A)})}, W);
      }
      if (!Call)
        return fail("a call");
      SmallVector<Term, 4> Args;
      for (const Value *A : I.args()) {
        TermList T = getDefined(A);
        if (T.size() != 1)
          return fail("a vector argument");
        Args.push_back(T[0]);
      }
      Expected<Term> R = Call(Callee->getName(), Args);
      if (!R)
        return fail(toString(R.takeError()));
      return {*R};
    }
    const Value *X = I.getArgOperand(0);
    const Value *Y = I.arg_size() > 1 ? I.getArgOperand(1) : nullptr;
    auto Two = [&](Term (TermGraph::*F)(Term, Term)) {
      return map2(X, Y, [&](Term A, Term B) { return (G.*F)(A, B); });
    };
    auto Reduce = [&](Term (TermGraph::*F)(Term, Term)) {
      TermList A = getDefined(X);
      if (!Problem.empty())
        return TermList();
      Term R = A[0];
      for (Term T : drop_begin(A))
        R = (G.*F)(R, T);
      return TermList{R};
    };
    unsigned W = I.getType()->getScalarSizeInBits();
    switch (II->getIntrinsicID()) {
    case Intrinsic::sqrt:
      return applied(Opaque::FSqrt, W, X);
    case Intrinsic::roundeven:
      return applied(Opaque::FRoundEven, W, X);
    case Intrinsic::floor:
      return applied(Opaque::FFloor, W, X);
    case Intrinsic::ceil:
      return applied(Opaque::FCeil, W, X);
    case Intrinsic::trunc:
      return applied(Opaque::FTrunc, W, X);
    case Intrinsic::fptosi_sat:
      return applied(Opaque::FToSInt, W, X);
    case Intrinsic::fptoui_sat:
      return applied(Opaque::FToUInt, W, X);
    case Intrinsic::fma: {
      TermList A = getDefined(X), B = getDefined(Y), C = getDefined(I.getArgOperand(2)), R;
      if (!Problem.empty())
        return {};
      for (auto [P, Q, S] : zip_equal(A, B, C))
        R.push_back(G.apply(Opaque::FMulAdd, W, {P, Q, S}));
      return R;
    }
    case Intrinsic::umin:
      return Two(&TermGraph::umin);
    case Intrinsic::umax:
      return Two(&TermGraph::umax);
    case Intrinsic::smin:
      return Two(&TermGraph::smin);
    case Intrinsic::smax:
      return Two(&TermGraph::smax);
    case Intrinsic::uadd_sat:
      return Two(&TermGraph::uaddSat);
    case Intrinsic::usub_sat:
      return Two(&TermGraph::usubSat);
    case Intrinsic::sadd_sat:
      return Two(&TermGraph::saddSat);
    case Intrinsic::ssub_sat:
      return Two(&TermGraph::ssubSat);
    case Intrinsic::vector_reduce_add:
      return Reduce(&TermGraph::add);
    case Intrinsic::vector_reduce_and:
      return Reduce(&TermGraph::bitAnd);
    case Intrinsic::vector_reduce_or:
      return Reduce(&TermGraph::bitOr);
    case Intrinsic::vector_reduce_xor:
      return Reduce(&TermGraph::bitXor);
    case Intrinsic::ctpop:
      return map1(X, [&](Term T) { return G.ctpop(T); });
    case Intrinsic::ctlz:
    case Intrinsic::cttz:
    case Intrinsic::abs: {
      // The second argument, if set, makes a case poison.
      auto *Flag = dyn_cast<ConstantInt>(Y);
      if (!Flag || !Flag->isZero())
        return fail("a flag that makes poison");
      return map1(X, [&](Term T) {
        if (II->getIntrinsicID() == Intrinsic::ctlz)
          return G.ctlz(T);
        if (II->getIntrinsicID() == Intrinsic::cttz)
          return G.cttz(T);
        return G.ite(G.slt(T, G.zero(W)), G.neg(T), T);
      });
    }
    case Intrinsic::bswap:
    case Intrinsic::bitreverse: {
      unsigned Unit = II->getIntrinsicID() == Intrinsic::bswap ? 8 : 1;
      return map1(X, [&](Term T) {
        SmallVector<Term, 64> Parts;
        for (unsigned At = W; At > 0; At -= Unit)
          Parts.push_back(G.extract(T, At - Unit, Unit));
        return G.concat(Parts);
      });
    }
    case Intrinsic::fshl:
    case Intrinsic::fshr: {
      if (!isPowerOf2_32(W))
        return fail("a funnel shift of an odd width");
      TermList A = getDefined(X), B = getDefined(Y), C = getDefined(I.getArgOperand(2)), R;
      if (!Problem.empty())
        return {};
      bool Left = II->getIntrinsicID() == Intrinsic::fshl;
      for (auto [P, Q, N] : zip_equal(A, B, C))
        R.push_back(Left ? G.fshl(P, Q, N) : G.fshr(P, Q, N));
      return R;
    }
    default:
      return fail("an unknown intrinsic");
    }
  }

  TermGraph &G;
  const CallFn &Call;
  DenseMap<const Value *, TermList> Values;
  std::string Problem;
};

} // namespace

Expected<TermList> executeFunction(TermGraph &G, const Function &F, ArrayRef<TermList> Args,
                                   const CallFn &Call) {
  return Executor(G, Call).run(F, Args);
}

} // namespace whittle
