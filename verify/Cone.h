//===- verify/Cone.h - The terms under a pair of roots -----------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What two terms read, cut to the common refinement of all slices of variables
// that occur (the atoms): the form in which a slice is compared with others,
// evaluated, and handed to a solver.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_VERIFY_CONE_H
#define WHITTLE_VERIFY_CONE_H

#include "verify/Term.h"
#include "llvm/ADT/DenseMap.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include <functional>
#include <map>
#include <string>

namespace whittle {

/// A slice of a variable of which no part is read without the rest.
struct Atom {
  VarKey Key;
  unsigned Lo = 0, Width = 0;
};

class Cone {
public:
  Cone(const TermGraph &G, Term Source, Term Target);

  const TermGraph &graph() const { return G; }
  Term source() const { return Source; }
  Term target() const { return Target; }
  /// Operands before users; the order of one depth-first walk, source first.
  llvm::ArrayRef<Term> order() const { return Order; }
  unsigned indexOf(Term T) const { return Index.lookup(T.Id); }
  /// In the order of the first visit.
  llvm::ArrayRef<Atom> atoms() const { return Atoms; }
  /// The atoms that a Var term is made of, lowest first.
  llvm::ArrayRef<unsigned> atomsOf(Term Var) const { return VarAtoms.find(Var.Id)->second; }

  /// A string that two cones share exactly if one bijection of atoms turns the
  /// one pair of terms into the other.
  std::string key() const;

  /// Each term of order() for one value per atom.
  std::vector<llvm::APInt> values(llvm::ArrayRef<llvm::APInt> AtomValues) const;
  /// Source and target for one value per atom.
  std::pair<llvm::APInt, llvm::APInt> evaluate(llvm::ArrayRef<llvm::APInt> AtomValues) const;

  /// Looks for atom values on which source and target differ, among corner and
  /// random values: \p Tries of them, the same on every run. Empty: none found.
  std::vector<llvm::APInt> findDifference(unsigned Tries) const;
  /// Calls \p Visit with those values until it returns true.
  void forEachTest(unsigned Tries,
                   llvm::function_ref<bool(llvm::ArrayRef<llvm::APInt>)> Visit) const;

private:
  void visit(Term Root);
  void cutAtoms();

  const TermGraph &G;
  Term Source, Target;
  std::vector<Term> Order;
  llvm::DenseMap<uint32_t, unsigned> Index;
  std::vector<Atom> Atoms;
  llvm::DenseMap<uint32_t, llvm::SmallVector<unsigned, 2>> VarAtoms;
};

} // namespace whittle

#endif // WHITTLE_VERIFY_CONE_H
