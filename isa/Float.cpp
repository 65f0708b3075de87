//===- isa/Float.cpp - IEEE 754 arithmetic in rows -------------------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/Float.h"
#include "llvm/IR/DerivedTypes.h"
#include "llvm/IR/Intrinsics.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/ErrorHandling.h"
#include <bit>
#include <numbers>

using namespace llvm;

namespace whittle {

unsigned mantissaBits(unsigned EltBits) { return EltBits == 16 ? 10 : EltBits == 32 ? 23 : 52; }
uint64_t signBit(unsigned EltBits) { return uint64_t(1) << (EltBits - 1); }
uint64_t infinityBits(unsigned EltBits) {
  return signBit(EltBits) - (uint64_t(1) << mantissaBits(EltBits));
}
uint64_t quietBit(unsigned EltBits) { return uint64_t(1) << (mantissaBits(EltBits) - 1); }
uint64_t powerOfTwo(unsigned EltBits, int Exponent) {
  int Bias = (1 << (EltBits - 2 - mantissaBits(EltBits))) - 1;
  return uint64_t(Exponent + Bias) << mantissaBits(EltBits);
}

static IRBuilderBase &b(V A) { return A.sem().builder(); }

static Type *floatType(V Like, unsigned EltBits) {
  LLVMContext &Ctx = Like.type()->getContext();
  Type *Elt = EltBits == 16   ? Type::getHalfTy(Ctx)
              : EltBits == 32 ? Type::getFloatTy(Ctx)
                              : Type::getDoubleTy(Ctx);
  assert((EltBits == 16 || EltBits == 32 || EltBits == 64) && "no such floating-point format");
  auto *VT = dyn_cast<FixedVectorType>(Like.type());
  return VT ? FixedVectorType::get(Elt, VT->getNumElements()) : Elt;
}
static Type *intType(V Like, unsigned EltBits) {
  Type *Elt = Type::getIntNTy(Like.type()->getContext(), EltBits);
  auto *VT = dyn_cast<FixedVectorType>(Like.type());
  return VT ? FixedVectorType::get(Elt, VT->getNumElements()) : Elt;
}
static Value *asFloat(V A) { return b(A).CreateBitCast(A.get(), floatType(A, A.eltBits())); }
static V asBits(V Like, Value *X) {
  return {&Like.sem(),
          b(Like).CreateBitCast(X, intType(Like, X->getType()->getScalarSizeInBits()))};
}

static V compare(CmpInst::Predicate P, V A, V B) {
  return {&A.sem(), b(A).CreateFCmp(P, asFloat(A), asFloat(B))};
}
V isNaN(V A) { return compare(CmpInst::FCMP_UNO, A, A); }
V isSignalling(V A) {
  V Quiet = A.sem().constantLike(A, quietBit(A.eltBits()));
  return isNaN(A) & cmp(CmpInst::ICMP_EQ, A & Quiet, A.sem().constantLike(A, 0));
}
V unordered(V A, V B) { return compare(CmpInst::FCMP_UNO, A, B); }
V fless(V A, V B) { return compare(CmpInst::FCMP_OLT, A, B); }
V flessEqual(V A, V B) { return compare(CmpInst::FCMP_OLE, A, B); }
V fequal(V A, V B) { return compare(CmpInst::FCMP_OEQ, A, B); }

V fneg(V A) { return A ^ A.sem().constantLike(A, signBit(A.eltBits())); }
V fabs(V A) { return A & A.sem().constantLike(A, signBit(A.eltBits()) - 1); }
V quieted(V A) { return A | A.sem().constantLike(A, quietBit(A.eltBits())); }

static V settle(V Raw, V Nan) { return select(isNaN(Raw), Nan, Raw); }

static V binary(Instruction::BinaryOps Op, V A, V B, V Nan) {
  return settle(asBits(A, b(A).CreateBinOp(Op, asFloat(A), asFloat(B))), Nan);
}
V fadd(V A, V B, V Nan) { return binary(Instruction::FAdd, A, B, Nan); }
V fsub(V A, V B, V Nan) { return binary(Instruction::FSub, A, B, Nan); }
V fmul(V A, V B, V Nan) { return binary(Instruction::FMul, A, B, Nan); }
V fdiv(V A, V B, V Nan) { return binary(Instruction::FDiv, A, B, Nan); }

static V unary(Intrinsic::ID Id, V A) {
  return asBits(A, b(A).CreateUnaryIntrinsic(Id, asFloat(A)));
}
V fsqrt(V A, V Nan) { return settle(unary(Intrinsic::sqrt, A), Nan); }
V fma(V A, V B, V C, V Nan) {
  Value *F[] = {asFloat(A), asFloat(B), asFloat(C)};
  return settle(asBits(A, b(A).CreateIntrinsic(Intrinsic::fma, {F[0]->getType()}, F)), Nan);
}
V fround(V A, Rounding R, V Nan) {
  static constexpr Intrinsic::ID Ids[] = {Intrinsic::roundeven, Intrinsic::floor, Intrinsic::ceil,
                                          Intrinsic::trunc};
  return settle(unary(Ids[unsigned(R)], A), Nan);
}
V fconvert(V A, unsigned EltBits, V Nan) {
  Type *To = floatType(A, EltBits);
  return settle(asBits(A, b(A).CreateFPCast(asFloat(A), To)), Nan);
}

static V toInt(Intrinsic::ID Id, V A, unsigned EltBits) {
  Value *F = asFloat(A);
  return {&A.sem(), b(A).CreateIntrinsic(Id, {intType(A, EltBits), F->getType()}, {F})};
}
V ftosi(V A, unsigned EltBits) { return toInt(Intrinsic::fptosi_sat, A, EltBits); }
V ftoui(V A, unsigned EltBits) { return toInt(Intrinsic::fptoui_sat, A, EltBits); }
V sitof(V A, unsigned EltBits) {
  return asBits(A, b(A).CreateSIToFP(A.get(), floatType(A, EltBits)));
}
V uitof(V A, unsigned EltBits) {
  return asBits(A, b(A).CreateUIToFP(A.get(), floatType(A, EltBits)));
}

V propagate(ArrayRef<V> Operands, V Core) {
  V R = Core;
  for (V Op : reverse(Operands))
    R = select(isNaN(Op), quieted(Op), R);
  return R;
}

static constexpr StringRef Prefix = "whittle.";

std::string opaqueFunctionName(Opaque F) { return (Prefix + opaqueName(F)).str(); }
std::optional<Opaque> opaqueOfFunction(StringRef Name) {
  return Name.consume_front(Prefix) ? opaqueNamed(Name.split('.').first) : std::nullopt;
}

V callOpaque(Opaque F, V Arg, function_ref<V(V)> Body) {
  IRBuilderBase &B = b(Arg);
  Module &M = *B.GetInsertBlock()->getModule();
  std::string Name = opaqueFunctionName(F);
  if (F < Opaque::AesEnc)
    Name += "." + std::to_string(Arg.eltBits());
  Function *Fn = M.getFunction(Name);
  if (!Fn) {
    Fn = Function::Create(FunctionType::get(Arg.type(), {Arg.type()}, false),
                          GlobalValue::InternalLinkage, Name, M);
    Fn->setDoesNotAccessMemory();
    Fn->setDoesNotThrow();
    Fn->setWillReturn();
    IRBuilder<> Inner(BasicBlock::Create(M.getContext(), "", Fn));
    Sem S(Inner, {}, {}, Arg.type());
    Inner.CreateRet(Body({&S, Fn->getArg(0)}).get());
  }
  return {&Arg.sem(), B.CreateCall(Fn, {Arg.get()})};
}

/// In double, whatever the format: what is rounded to a narrower one afterwards is
/// close enough to exact.
static V approximate(Opaque F, V A) {
  constexpr unsigned Wide = 64;
  const uint64_t NanBits = infinityBits(Wide) | quietBit(Wide);
  V X = A.eltBits() == Wide ? A : fconvert(A, Wide, A.sem().constant(Wide, NanBits));
  V Nan = X.sem().constantLike(X, NanBits);
  V One = X.sem().constantLike(X, powerOfTwo(Wide, 0));
  auto Call = [&](Intrinsic::ID Id, V Y) { return settle(unary(Id, Y), Nan); };
  auto Angle = [&] {
    V Turns = select(fequal(X, X.sem().constantLike(X, 0)), X,
                     fsub(X, fround(X, Rounding::Nearest, Nan), Nan));
    return fmul(Turns, X.sem().constantLike(X, std::bit_cast<uint64_t>(2 * std::numbers::pi)), Nan);
  };
  V Y = F == Opaque::FApproxRcp    ? fdiv(One, X, Nan)
        : F == Opaque::FApproxRsq  ? fdiv(One, fsqrt(X, Nan), Nan)
        : F == Opaque::FApproxSqrt ? fsqrt(X, Nan)
        : F == Opaque::FApproxExp2 ? Call(Intrinsic::exp2, X)
        : F == Opaque::FApproxLog2 ? Call(Intrinsic::log2, X)
        : F == Opaque::FApproxSin  ? Call(Intrinsic::sin, Angle())
                                   : Call(Intrinsic::cos, Angle());
  const unsigned Bits = A.eltBits();
  return Bits == Wide
             ? Y
             : fconvert(Y, Bits, A.sem().constantLike(A, infinityBits(Bits) | quietBit(Bits)));
}

V fapproximate(Opaque F, V A, V Nan) {
  return settle(callOpaque(F, A, [F](V X) { return approximate(F, X); }), Nan);
}

} // namespace whittle
