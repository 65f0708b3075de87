//===- verify/Term.h - Hash-consed bit-vector terms --------------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The language of proofs: quantifier-free bit-vectors. Wiring (slices, zero
// extension, shifts by constants, masks) is always written with Concat, Extract
// and Const, so that cutting a register into lanes needs no reasoning. Every
// simplification of a constructor is an equivalence, and operands are never
// reordered by id: isomorphic lanes build isomorphic terms. This is part of the
// trusted base; tests/verify/TermTest.cpp holds each constructor against Z3.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_VERIFY_TERM_H
#define WHITTLE_VERIFY_TERM_H

#include "isa/Opaque.h"
#include "llvm/ADT/APInt.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/Allocator.h"
#include <compare>
#include <cstdint>
#include <deque>
#include <vector>

namespace whittle {

/// A term of one graph: equal terms have equal ids. The default is no term.
struct Term {
  uint32_t Id = ~0u;
  explicit operator bool() const { return Id != ~0u; }
  auto operator<=>(const Term &) const = default;
};

/// What a free variable stands for. All are universally quantified in an
/// obligation; they differ in who may be told their value.
struct VarKey {
  enum Kind : uint8_t {
    Leaf,         ///< bits of a leaf of the window (of one lane)
    SourceChoice, ///< what a masked-off lane of a source node holds
    TargetChoice, ///< the same of a target node
    Exec,         ///< EXEC's bit of a lane
    LaneId,       ///< the lane's number, where one lane stands for all
    Symbol,       ///< a symbol of a general rule
  } K = Leaf;
  uint32_t Index = 0; ///< leaf, node or symbol
  uint32_t Lane = 0;
  auto operator<=>(const VarKey &) const = default;
};

enum class TermOp : uint8_t {
  Const,
  Var, ///< bits Lo..Lo+Width of a VarKey
  Add,
  Sub,
  Mul,
  And,
  Or,
  Xor, ///< not x is x ^ ones
  Shl, ///< counts of the width or more give 0
  LShr,
  AShr, ///< counts of the width or more give the sign
  Eq,   ///< comparisons are one bit
  Ult,
  Slt,
  Ite,     ///< condition of one bit, then, else
  Concat,  ///< lowest first; flat; no piece joins its neighbour
  Extract, ///< bits Lo..Lo+Width of something that is not wiring
  Sext,
  Select, ///< operand 0 indexes operands 1..2^k, k its width
  Apply,  ///< the function Opaque(Lo) of the operands: equal ones, equal results
};
llvm::StringRef termOpName(TermOp O);

/// \p Op on constants; \p Lo is Extract's and Apply's. The only definition of what the
/// operations compute: folding and evaluation both use it.
llvm::APInt evalTermOp(TermOp Op, unsigned Width, unsigned Lo, llvm::ArrayRef<llvm::APInt> Ops);

class TermGraph {
public:
  TermGraph();

  TermOp op(Term T) const { return Nodes[T.Id].Op; }
  unsigned width(Term T) const { return Nodes[T.Id].Width; }
  /// Stable for the life of the graph.
  llvm::ArrayRef<Term> operands(Term T) const { return {Nodes[T.Id].Ops, Nodes[T.Id].NumOps}; }
  Term operand(Term T, unsigned I) const { return operands(T)[I]; }
  unsigned lo(Term T) const { return Nodes[T.Id].Lo; }    ///< of Var, Extract and Apply
  Opaque function(Term T) const { return Opaque(lo(T)); } ///< of Apply
  const VarKey &key(Term T) const { return Nodes[T.Id].Key; }
  const llvm::APInt &value(Term T) const { return *Nodes[T.Id].Value; }
  /// The EXEC bits that the term mentions.
  uint64_t execMask(Term T) const { return Nodes[T.Id].ExecMask; }
  bool isConst(Term T) const { return op(T) == TermOp::Const; }
  bool isZero(Term T) const { return isConst(T) && value(T).isZero(); }
  bool isOnes(Term T) const { return isConst(T) && value(T).isAllOnes(); }
  /// x of x ^ ones, else no term.
  Term notOf(Term T) const;
  size_t size() const { return Nodes.size(); }

  Term constant(const llvm::APInt &Value);
  Term constant(unsigned Width, uint64_t Value) {
    return constant(llvm::APInt(Width, Value, false, true));
  }
  Term zero(unsigned Width) { return constant(llvm::APInt::getZero(Width)); }
  Term ones(unsigned Width) { return constant(llvm::APInt::getAllOnes(Width)); }
  Term bit(bool B) { return constant(1, B); }
  Term var(const VarKey &Key, unsigned Lo, unsigned Width);

  Term add(Term A, Term B);
  Term sub(Term A, Term B);
  Term mul(Term A, Term B);
  Term neg(Term A) { return sub(zero(width(A)), A); }
  Term bitAnd(Term A, Term B) { return bitwise(TermOp::And, A, B); }
  Term bitOr(Term A, Term B) { return bitwise(TermOp::Or, A, B); }
  Term bitXor(Term A, Term B) { return bitwise(TermOp::Xor, A, B); }
  Term bitNot(Term A) { return bitXor(A, ones(width(A))); }
  Term shl(Term A, Term Count);
  Term lshr(Term A, Term Count);
  Term ashr(Term A, Term Count);
  Term eq(Term A, Term B);
  Term ult(Term A, Term B);
  Term slt(Term A, Term B);
  Term ite(Term Cond, Term A, Term B);
  Term concat(llvm::ArrayRef<Term> LowFirst);
  Term extract(Term A, unsigned Lo, unsigned Width);
  Term zext(Term A, unsigned Width);
  Term sext(Term A, unsigned Width);
  Term trunc(Term A, unsigned Width) { return extract(A, 0, Width); }
  Term zextOrTrunc(Term A, unsigned Width) {
    return Width < width(A) ? trunc(A, Width) : zext(A, Width);
  }
  /// Element \p Index of \p Elements, 2^width(Index) of them.
  Term select(Term Index, llvm::ArrayRef<Term> Elements);
  /// \p F of \p Args, \p Width bits wide. Of what goes without computing anything, x - x
  /// and whole numbers rounded are known.
  Term apply(Opaque F, unsigned Width, llvm::ArrayRef<Term> Args);

  // Written with the above.
  Term umin(Term A, Term B) { return ite(ult(A, B), A, B); }
  Term umax(Term A, Term B) { return ite(ult(A, B), B, A); }
  Term smin(Term A, Term B) { return ite(slt(A, B), A, B); }
  Term smax(Term A, Term B) { return ite(slt(A, B), B, A); }
  Term uaddSat(Term A, Term B);
  Term usubSat(Term A, Term B);
  Term saddSat(Term A, Term B);
  Term ssubSat(Term A, Term B);
  Term ctpop(Term A);
  Term ctlz(Term A); ///< of 0: the width
  Term cttz(Term A);
  // Floating-point comparisons of the bit patterns.
  Term isNaN(Term A);
  Term fless(Term A, Term B);  ///< false for NaNs; -0 is 0
  Term fequal(Term A, Term B); ///< the same
  /// Bits of A:B shifted left (right) by Count modulo the width, a power of 2.
  Term fshl(Term A, Term B, Term Count);
  Term fshr(Term A, Term B, Term Count);

  /// The same operation on other operands, through its constructor.
  Term rebuild(Term T, llvm::ArrayRef<Term> Ops);

private:
  struct Node {
    TermOp Op;
    uint32_t Width, Lo, NumOps;
    const Term *Ops;
    const llvm::APInt *Value;
    VarKey Key;
    uint64_t ExecMask;
    size_t Hash;
  };

  Term intern(TermOp Op, unsigned Width, llvm::ArrayRef<Term> Ops, unsigned Lo = 0);
  Term lookup(Node N, llvm::ArrayRef<Term> Ops, const llvm::APInt *Value);
  void grow();
  bool sameNode(const Node &A, const Node &B) const;

  bool isWholeNumber(Term T) const;
  Term roundedWhole(Opaque F, Term T, unsigned Depth);
  Term bitwise(TermOp Op, Term A, Term B);
  Term bitwiseConst(TermOp Op, Term A, Term C);
  /// Both as one term that is not a Concat, or no term.
  Term tryJoin(Term Lo, Term Hi);
  Term joinOnce(Term Lo, Term Hi);
  Term msb(Term A) { return extract(A, width(A) - 1, 1); }
  Term clampToWidth(Term A, unsigned Width);
  /// How many of the highest bits are constant, and them.
  unsigned constantTop(Term A) const;

  std::vector<Node> Nodes;
  std::vector<uint32_t> Table; ///< ids, open addressing, a power of two long
  std::deque<llvm::APInt> Values;
  llvm::BumpPtrAllocator Alloc;
  /// What joins and slices of logic and choices gave.
  llvm::DenseMap<std::pair<uint32_t, uint32_t>, Term> Joins;
  llvm::DenseMap<std::pair<uint32_t, uint64_t>, Term> Slices;
};

} // namespace whittle

#endif // WHITTLE_VERIFY_TERM_H
