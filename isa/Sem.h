//===- isa/Sem.h - The layer over IRBuilder in which rows are written -*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A row's meaning is a C++ function that builds LLVM IR through a Sem. What it
// builds is total: no poison, no undef, no nsw/nuw/exact/disjoint flags, no
// shift by the width or more, no division by zero, no memory, no control flow.
// Use Sem's shift helpers, which define counts past the width.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ISA_SEM_H
#define WHITTLE_ISA_SEM_H

#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/IR/IRBuilder.h"
#include <concepts>
#include <functional>

namespace whittle {

class Sem;

/// An IR value with operators. Vector operands of one operator have the same
/// type; an integer on either side is splat to the other's type.
class V {
public:
  V() = default;
  V(Sem *S, llvm::Value *Val) : S(S), Val(Val) {}
  llvm::Value *get() const { return Val; }
  llvm::Type *type() const { return Val->getType(); }
  Sem &sem() const { return *S; }
  /// Elements (1 for a scalar) and bits of one element.
  unsigned lanes() const;
  unsigned eltBits() const;
  /// Element \p I; the variable form reads I modulo the number of elements,
  /// which must be a power of two.
  V operator[](unsigned I) const;
  V at(V Index) const;

private:
  Sem *S = nullptr;
  llvm::Value *Val = nullptr;
};

V operator+(V A, V B);
V operator-(V A, V B);
V operator*(V A, V B);
V operator&(V A, V B);
V operator|(V A, V B);
V operator^(V A, V B);
V operator~(V A);
V operator+(V A, int64_t B);
V operator-(V A, int64_t B);
V operator*(V A, int64_t B);
V operator&(V A, int64_t B);
V operator|(V A, int64_t B);
V operator^(V A, int64_t B);

V zext(V A, unsigned EltBits);
V sext(V A, unsigned EltBits);
V trunc(V A, unsigned EltBits);
/// zext or trunc to EltBits.
V zextOrTrunc(V A, unsigned EltBits);
V cmp(llvm::CmpInst::Predicate P, V A, V B); ///< <N x i1> or i1
V select(V Cond, V A, V B);                  ///< Cond: <N x i1>, or i1
V umin(V A, V B);
V umax(V A, V B);
V smin(V A, V B);
V smax(V A, V B);
V uaddSat(V A, V B);
V saddSat(V A, V B);
V usubSat(V A, V B);
V ssubSat(V A, V B);
V abs(V A); ///< INT_MIN stays INT_MIN
V ctpop(V A);
V ctlz(V A); ///< of 0 is the width
/// Shifts: a count of the width or more gives 0 (sign bits for ashr). Count has
/// A's type, or is an integer constant, or a scalar that is splat.
V shl(V A, V Count);
V lshr(V A, V Count);
V ashr(V A, V Count);
V shl(V A, unsigned Count);
V lshr(V A, unsigned Count);
V ashr(V A, unsigned Count);
V rotl(V A, V Count); ///< count modulo the width
V rotr(V A, V Count);
/// Signed saturation of each element to EltBits (result has EltBits elements).
V truncSSat(V A, unsigned EltBits);
/// A's *signed* value clamped to 0..2^EltBits-1.
V truncUSat(V A, unsigned EltBits);
/// shufflevector; Mask entries index A then B (no undef entries).
V shuffle(V A, V B, llvm::ArrayRef<int> Mask);
V shuffle(V A, llvm::ArrayRef<int> Mask);
/// Keeps a SmallVector mask from finding llvm::shuffle.
template <class M>
  requires(!std::same_as<std::remove_cvref_t<M>, llvm::ArrayRef<int>> &&
           std::convertible_to<M, llvm::ArrayRef<int>>)
V shuffle(V A, V B, M &&Mask) {
  return shuffle(A, B, llvm::ArrayRef<int>(Mask));
}
/// Reinterprets all bits as elements of EltBits (1 element: a scalar iEltBits).
V bits(V A, unsigned EltBits);
/// Concatenates, first argument lowest.
V concat(V Lo, V Hi);
/// Sums each group of N adjacent elements.
V sumGroups(V A, unsigned N);
/// Elements Begin, Begin+Step, ...: N of them.
V slice(V A, unsigned Begin, unsigned N, unsigned Step = 1);

/// Builds one meaning. Register operands are numbered in MachineInstr operand
/// order among the register *uses*, immediates likewise among the immediates.
class Sem {
public:
  /// Reads operand K's element of a matrix row: register Reg of lane Lane.
  using ElementReader =
      std::function<llvm::Value *(unsigned K, llvm::Value *Lane, llvm::Value *Reg)>;
  /// Reads EXEC's bit of a lane, an i1.
  using ExecReader = std::function<llvm::Value *(llvm::Value *Lane)>;

  Sem(llvm::IRBuilderBase &B, llvm::ArrayRef<llvm::Value *> Ins, llvm::ArrayRef<llvm::Value *> Imms,
      llvm::Type *OutTy)
      : B(B), Ins(Ins), Imms(Imms), OutTy(OutTy) {}

  /// Register operand K viewed as elements of EltBits (as a scalar if it has
  /// just one such element).
  V in(unsigned K, unsigned EltBits);
  /// Operand K as it is passed (ValueType::irType).
  V raw(unsigned K);
  /// The low N bits of mask operand K as <N x i1>.
  V mask(unsigned K, unsigned N);
  /// Immediate K, the low Bits of it, as a scalar iBits.
  V imm(unsigned K, unsigned Bits = 8);
  /// Immediate K splat to the type of Like.
  V immLike(unsigned K, V Like);

  V constant(unsigned EltBits, uint64_t Val);
  V constantLike(V Like, uint64_t Val);
  V splat(V Scalar, unsigned N);
  V build(llvm::ArrayRef<V> Elements); ///< a vector from scalars
  V zero(unsigned Lanes, unsigned EltBits);

  /// Sets the result: any type with the result's number of bits; for a Mask
  /// result also <N x i1>, which is zero-extended to 64 bits; for a wider
  /// result of Vec kind nothing is added silently: widths must agree.
  void out(V Result);
  llvm::Value *result() const { return Result; }

  // Rows over the whole wave only.
  /// Register Reg of operand K in lane Lane, 32 bits.
  V elem(unsigned K, V Lane, V Reg);
  /// Register Reg of scalar operand K.
  V scalar(unsigned K, unsigned Reg = 0);
  /// EXEC's bit of a lane.
  V exec(V Lane);
  V lane() const { return LaneV; } ///< also of a row that readsLaneId()
  V reg() const { return RegV; }
  void setLane(V Lane) { LaneV = Lane; }
  void setElement(ElementReader R, ExecReader E, V Lane, V Reg) {
    Reader = std::move(R), Exec = std::move(E), LaneV = Lane, RegV = Reg;
  }

  llvm::IRBuilderBase &builder() { return B; }

private:
  llvm::IRBuilderBase &B;
  llvm::ArrayRef<llvm::Value *> Ins, Imms;
  llvm::Type *OutTy;
  llvm::Value *Result = nullptr;
  ElementReader Reader;
  ExecReader Exec;
  V LaneV, RegV;
};

} // namespace whittle

#endif // WHITTLE_ISA_SEM_H
