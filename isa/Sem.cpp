//===- isa/Sem.cpp - The layer over IRBuilder in which rows are written
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/Sem.h"
#include "llvm/IR/DerivedTypes.h"
#include "llvm/IR/Intrinsics.h"
#include <numeric>

using namespace llvm;

namespace whittle {

static unsigned lanesOf(Type *T) {
  if (auto *VT = dyn_cast<FixedVectorType>(T))
    return VT->getNumElements();
  return 1;
}

static Type *withElt(Type *Like, unsigned EltBits) {
  Type *Elt = Type::getIntNTy(Like->getContext(), EltBits);
  if (auto *VT = dyn_cast<FixedVectorType>(Like))
    return FixedVectorType::get(Elt, VT->getNumElements());
  return Elt;
}

static IRBuilderBase &b(V A) { return A.sem().builder(); }

/// IRBuilder's own splat goes through poison, which rows must not hold.
static Value *splatOf(IRBuilderBase &B, Value *X, unsigned N) {
  Type *T = FixedVectorType::get(X->getType(), N);
  if (auto *C = dyn_cast<Constant>(X))
    return ConstantVector::getSplat(ElementCount::getFixed(N), C);
  Value *V0 = B.CreateInsertElement(Constant::getNullValue(T), X, uint64_t(0));
  return B.CreateShuffleVector(V0, V0, SmallVector<int, 64>(N, 0));
}

unsigned V::lanes() const { return lanesOf(type()); }
unsigned V::eltBits() const { return type()->getScalarSizeInBits(); }

V V::operator[](unsigned I) const {
  assert(I < lanes() && "element index past the end");
  if (!type()->isVectorTy())
    return *this;
  return {S, b(*this).CreateExtractElement(Val, uint64_t(I))};
}

V V::at(V Index) const {
  unsigned N = lanes();
  assert((N & (N - 1)) == 0 && "variable index into an odd vector");
  if (N == 1)
    return *this;
  Value *I = Index.get();
  IRBuilderBase &B = b(*this);
  I = B.CreateZExtOrTrunc(I, B.getInt32Ty());
  I = B.CreateAnd(I, N - 1);
  return {S, B.CreateExtractElement(Val, I)};
}

/// A scalar on one side is splat to the other's lanes.
static std::pair<Value *, Value *> match(V A, V B) {
  Value *X = A.get(), *Y = B.get();
  if (A.lanes() > 1 && B.lanes() == 1 && !B.type()->isVectorTy())
    Y = splatOf(b(A), Y, A.lanes());
  else if (B.lanes() > 1 && A.lanes() == 1 && !A.type()->isVectorTy())
    X = splatOf(b(A), X, B.lanes());
  assert(X->getType() == Y->getType() && "operand types differ");
  return {X, Y};
}

#define BINARY(OP, CREATE)                                                                         \
  V operator OP(V A, V B) {                                                                        \
    auto [X, Y] = match(A, B);                                                                     \
    return {&A.sem(), b(A).CREATE(X, Y)};                                                          \
  }                                                                                                \
  V operator OP(V A, int64_t B) { return A OP A.sem().constantLike(A, B); }
BINARY(+, CreateAdd)
BINARY(-, CreateSub)
BINARY(*, CreateMul)
BINARY(&, CreateAnd)
BINARY(|, CreateOr)
BINARY(^, CreateXor)
#undef BINARY
V operator~(V A) { return {&A.sem(), b(A).CreateNot(A.get())}; }

V zext(V A, unsigned EltBits) {
  return {&A.sem(), b(A).CreateZExt(A.get(), withElt(A.type(), EltBits))};
}
V sext(V A, unsigned EltBits) {
  return {&A.sem(), b(A).CreateSExt(A.get(), withElt(A.type(), EltBits))};
}
V trunc(V A, unsigned EltBits) {
  return {&A.sem(), b(A).CreateTrunc(A.get(), withElt(A.type(), EltBits))};
}
V zextOrTrunc(V A, unsigned EltBits) {
  return {&A.sem(), b(A).CreateZExtOrTrunc(A.get(), withElt(A.type(), EltBits))};
}
V cmp(CmpInst::Predicate P, V A, V B) {
  auto [X, Y] = match(A, B);
  return {&A.sem(), b(A).CreateICmp(P, X, Y)};
}
V select(V Cond, V A, V B) {
  auto [X, Y] = match(A, B);
  return {&A.sem(), b(A).CreateSelect(Cond.get(), X, Y)};
}

static V call2(Intrinsic::ID Id, V A, V B) {
  auto [X, Y] = match(A, B);
  return {&A.sem(), b(A).CreateBinaryIntrinsic(Id, X, Y)};
}
V umin(V A, V B) { return call2(Intrinsic::umin, A, B); }
V umax(V A, V B) { return call2(Intrinsic::umax, A, B); }
V smin(V A, V B) { return call2(Intrinsic::smin, A, B); }
V smax(V A, V B) { return call2(Intrinsic::smax, A, B); }
V uaddSat(V A, V B) { return call2(Intrinsic::uadd_sat, A, B); }
V saddSat(V A, V B) { return call2(Intrinsic::sadd_sat, A, B); }
V usubSat(V A, V B) { return call2(Intrinsic::usub_sat, A, B); }
V ssubSat(V A, V B) { return call2(Intrinsic::ssub_sat, A, B); }

V abs(V A) {
  V Zero = A.sem().constantLike(A, 0);
  return select(cmp(CmpInst::ICMP_SLT, A, Zero), Zero - A, A);
}
V ctpop(V A) { return {&A.sem(), b(A).CreateUnaryIntrinsic(Intrinsic::ctpop, A.get())}; }
V ctlz(V A) {
  return {&A.sem(), b(A).CreateBinaryIntrinsic(Intrinsic::ctlz, A.get(), b(A).getFalse())};
}

/// The count reduced to a legal one (W is a power of two), and whether it was
/// legal before.
static std::pair<V, V> legalCount(V A, V Count) {
  unsigned W = A.eltBits();
  assert((W & (W - 1)) == 0 && "shift of an odd width");
  return {Count & int64_t(W - 1), cmp(CmpInst::ICMP_ULT, Count, A.sem().constantLike(Count, W))};
}
static V countLike(V A, V Count) {
  auto [X, Y] = match(A, Count);
  return {&A.sem(), Y};
}

V shl(V A, V Count) {
  auto [C, Legal] = legalCount(A, countLike(A, Count));
  return select(Legal, V(&A.sem(), b(A).CreateShl(A.get(), C.get())), A.sem().constantLike(A, 0));
}
V lshr(V A, V Count) {
  auto [C, Legal] = legalCount(A, countLike(A, Count));
  return select(Legal, V(&A.sem(), b(A).CreateLShr(A.get(), C.get())), A.sem().constantLike(A, 0));
}
V ashr(V A, V Count) {
  V C = umin(countLike(A, Count), A.sem().constantLike(A, A.eltBits() - 1));
  return {&A.sem(), b(A).CreateAShr(A.get(), C.get())};
}
V shl(V A, unsigned Count) {
  if (Count >= A.eltBits())
    return A.sem().constantLike(A, 0);
  return {&A.sem(), b(A).CreateShl(A.get(), A.sem().constantLike(A, Count).get())};
}
V lshr(V A, unsigned Count) {
  if (Count >= A.eltBits())
    return A.sem().constantLike(A, 0);
  return {&A.sem(), b(A).CreateLShr(A.get(), A.sem().constantLike(A, Count).get())};
}
V ashr(V A, unsigned Count) {
  Count = std::min(Count, A.eltBits() - 1);
  return {&A.sem(), b(A).CreateAShr(A.get(), A.sem().constantLike(A, Count).get())};
}
V rotl(V A, V Count) {
  V C = countLike(A, Count);
  return {&A.sem(), b(A).CreateIntrinsic(Intrinsic::fshl, {A.type()}, {A.get(), A.get(), C.get()})};
}
V rotr(V A, V Count) {
  V C = countLike(A, Count);
  return {&A.sem(), b(A).CreateIntrinsic(Intrinsic::fshr, {A.type()}, {A.get(), A.get(), C.get()})};
}

V truncSSat(V A, unsigned EltBits) {
  int64_t Hi = int64_t((uint64_t(1) << (EltBits - 1)) - 1);
  Sem &S = A.sem();
  return trunc(smin(smax(A, S.constantLike(A, uint64_t(-Hi - 1))), S.constantLike(A, Hi)), EltBits);
}
V truncUSat(V A, unsigned EltBits) {
  Sem &S = A.sem();
  uint64_t Hi = (uint64_t(1) << EltBits) - 1;
  return trunc(smin(smax(A, S.constantLike(A, 0)), S.constantLike(A, Hi)), EltBits);
}

V shuffle(V A, V B, ArrayRef<int> Mask) {
  return {&A.sem(), b(A).CreateShuffleVector(A.get(), B.get(), Mask)};
}
V shuffle(V A, ArrayRef<int> Mask) { return shuffle(A, A, Mask); }

V bits(V A, unsigned EltBits) {
  unsigned Total = A.lanes() * A.eltBits();
  assert(Total % EltBits == 0 && "elements do not divide the value");
  LLVMContext &Ctx = A.type()->getContext();
  Type *Elt = Type::getIntNTy(Ctx, EltBits);
  Type *T = Total == EltBits ? Elt : FixedVectorType::get(Elt, Total / EltBits);
  return {&A.sem(), b(A).CreateBitCast(A.get(), T)};
}

V concat(V Lo, V Hi) {
  assert(Lo.type() == Hi.type() && "halves differ in type");
  if (!Lo.type()->isVectorTy())
    return Lo.sem().build({Lo, Hi});
  SmallVector<int, 64> Mask(Lo.lanes() * 2);
  std::iota(Mask.begin(), Mask.end(), 0);
  return whittle::shuffle(Lo, Hi, ArrayRef<int>(Mask));
}

V slice(V A, unsigned Begin, unsigned N, unsigned Step) {
  if (N == 1)
    return A[Begin];
  SmallVector<int, 64> Mask;
  for (unsigned I = 0; I < N; ++I)
    Mask.push_back(int(Begin + I * Step));
  return whittle::shuffle(A, ArrayRef<int>(Mask));
}

V sumGroups(V A, unsigned N) {
  assert(A.lanes() % N == 0 && "groups do not divide the vector");
  V Sum = slice(A, 0, A.lanes() / N, N);
  for (unsigned I = 1; I < N; ++I)
    Sum = Sum + slice(A, I, A.lanes() / N, N);
  return Sum;
}

V Sem::in(unsigned K, unsigned EltBits) { return bits(raw(K), EltBits); }
V Sem::raw(unsigned K) {
  assert(K < Ins.size() && "no such register operand");
  return {this, Ins[K]};
}
V Sem::mask(unsigned K, unsigned N) { return bits(zextOrTrunc(raw(K), N), 1); }
V Sem::imm(unsigned K, unsigned Bits) {
  assert(K < Imms.size() && "no such immediate");
  return {this, B.CreateZExtOrTrunc(Imms[K], B.getIntNTy(Bits))};
}
V Sem::immLike(unsigned K, V Like) {
  V I = imm(K, Like.eltBits());
  return Like.type()->isVectorTy() ? splat(I, Like.lanes()) : I;
}
V Sem::constant(unsigned EltBits, uint64_t Val) {
  return {this, ConstantInt::get(B.getContext(), APInt(EltBits, Val, false, true))};
}
V Sem::constantLike(V Like, uint64_t Val) {
  Constant *C = ConstantInt::get(B.getContext(), APInt(Like.eltBits(), Val, false, true));
  if (Like.type()->isVectorTy())
    C = ConstantVector::getSplat(ElementCount::getFixed(Like.lanes()), C);
  return {this, C};
}
V Sem::splat(V Scalar, unsigned N) {
  return N == 1 ? Scalar : V(this, splatOf(B, Scalar.get(), N));
}
V Sem::build(ArrayRef<V> Elements) {
  Type *T = FixedVectorType::get(Elements[0].type(), Elements.size());
  Value *R = Constant::getNullValue(T);
  for (auto [I, E] : enumerate(Elements))
    R = B.CreateInsertElement(R, E.get(), uint64_t(I));
  return {this, R};
}
V Sem::zero(unsigned Lanes, unsigned EltBits) {
  Type *Elt = Type::getIntNTy(B.getContext(), EltBits);
  return {this, Constant::getNullValue(Lanes == 1 ? Elt : FixedVectorType::get(Elt, Lanes))};
}

void Sem::out(V R) {
  assert(!Result && "a row sets its result once");
  unsigned Want = OutTy->getPrimitiveSizeInBits();
  if (R.eltBits() == 1 && OutTy->isIntegerTy(64) && R.lanes() <= 64) {
    R = bits(R, R.lanes());
    if (R.eltBits() < 64)
      R = zext(R, 64);
  }
  assert(R.lanes() * R.eltBits() == Want && "result width differs from the register");
  (void)Want;
  Result = B.CreateBitCast(R.get(), OutTy);
}

V Sem::elem(unsigned K, V Lane, V Reg) { return {this, Reader(K, Lane.get(), Reg.get())}; }
V Sem::scalar(unsigned K, unsigned Reg) {
  return {this, Reader(K, B.getInt32(0), B.getInt32(Reg))};
}
V Sem::exec(V Lane) { return {this, Exec(Lane.get())}; }

} // namespace whittle
