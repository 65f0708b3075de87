//===- verify/NormalForm.h - Equivalences before the solver ------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Normal forms: sums of products as polynomials modulo 2^w over unsigned slices
// (sext(x) = x - 2^n msb(x)), with extensions looked through where an interval
// shows that nothing wraps; bits as polynomials over GF(2); and, or and xor
// flattened and sorted; saturating unsigned additions flattened and sorted;
// comparisons decided by intervals. On request sums look further inside, and
// intervals decide more. Each step is an equivalence, whatever the variables
// hold. Part of the trusted base: held against Z3 in
// tests/verify/NormalFormTest.cpp.
//
// Two terms with different normal forms may still be equal.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_VERIFY_NORMALFORM_H
#define WHITTLE_VERIFY_NORMALFORM_H

#include "verify/Cone.h"
#include "verify/Polynomial.h"
#include <set>

namespace whittle {

class NormalForm {
public:
  /// Monomials that one run may make; it then leaves sums as they are.
  static constexpr size_t DefaultEffort = 200'000;
  explicit NormalForm(TermGraph &G, size_t Effort = DefaultEffort) : G(G), Effort(Effort) {}

  /// From now on a variable's parts between cuts are variables of their own in sums, so
  /// that a product of whole numbers meets one of their halves. Before the first run().
  void cutAt(llvm::ArrayRef<Atom> Atoms) {
    for (const Atom &A : Atoms)
      Cuts[A.Key].insert(A.Lo);
  }

  /// From now on sums look into what stands for itself otherwise: x under a mask of copies
  /// of a bit is a product, upper bits of a number are the number less its lower ones, and
  /// functions of bits are polynomials over the integers. Before the first run().
  void lookInside() { Inside = true; }

  /// From now on intervals also decide whether a number is a constant, and which elements
  /// of a list an index reaches. Before the first run().
  void decideChoices() { Choices = true; }

  /// A term equal to \p T for all values of the variables.
  Term run(Term T) {
    EffortLeft = Effort;
    return normalize(fold(T));
  }

private:
  // Comparisons, slices and choices that intervals decide; arithmetic stays as it is.
  Term fold(Term T);
  Term foldNode(Term T);
  Term foldWithIntervals(Term T);

  Term normalize(Term T);
  Term normalizeNode(Term T);
  Term normalizeChildren(Term T);
  Term normalizeBitwise(Term T);
  /// The low W bits of T through polynomials; no term if they do not do.
  Term normalizeRing(Term T, unsigned W);
  /// The bits Lo.. of a sum: what is a multiple of 2^Lo is added to the slice of the rest.
  Term normalizeSlice(Term Sum, unsigned Lo, unsigned W);
  /// The operands of a saturating unsigned addition.
  std::optional<std::pair<Term, Term>> saturatingSum(Term T);
  Term normalizeSaturating(Term T);

  /// A polynomial whose value is T's, read as signed or unsigned, exactly.
  std::optional<Polynomial> exact(Term T, bool Signed);
  std::optional<Polynomial> exactUncached(Term T, bool Signed);
  std::optional<Polynomial> exactOpaque(Term T, bool Signed);
  /// A polynomial equal to T (zero-extended) modulo 2^W.
  std::optional<Polynomial> modulo(Term T, unsigned W);
  std::optional<Polynomial> moduloUncached(Term T, unsigned W);
  std::optional<Polynomial> moduloBits(Term T);
  /// A variable as the sum of its parts; none if it is not cut.
  std::optional<Polynomial> parts(Term Var, bool Signed);
  std::optional<Polynomial> arithmetic(TermOp Op, const std::optional<Polynomial> &A,
                                       const std::optional<Polynomial> &B);
  bool fits(const Polynomial &P, unsigned W, bool Signed);

  // lookInside()'s.
  std::optional<Polynomial> chosen(Term T,
                                   llvm::function_ref<std::optional<Polynomial>(Term)> Number);
  std::optional<Polynomial> ofBits(Term T);
  struct Opened {
    Polynomial P;
    unsigned Shift;
  };
  std::optional<Opened> open(const Indeterminate &X, Int C, unsigned W);

  std::optional<Polynomial> canonical(Polynomial P, unsigned W);
  Term build(const Polynomial &P, unsigned W);

  /// \p P, if its size is still within the effort.
  std::optional<Polynomial> charge(std::optional<Polynomial> P);

  TermGraph &G;
  size_t Effort, EffortLeft = 0;
  /// While folding, what is not arithmetic stands for itself; afterwards it is
  /// normalized first.
  bool Folding = false;
  bool Inside = false, Choices = false;
  std::map<VarKey, std::set<unsigned>> Cuts;
  llvm::DenseMap<uint32_t, Term> Folded, Normal;
  llvm::DenseMap<uint32_t, std::optional<Polynomial>> BitMemo;
  using PolyKey = std::pair<uint32_t, unsigned>;
  std::map<std::pair<bool, PolyKey>, std::optional<Polynomial>> ExactMemo, ModuloMemo;
};

} // namespace whittle

#endif // WHITTLE_VERIFY_NORMALFORM_H
