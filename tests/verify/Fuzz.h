//===- tests/verify/Fuzz.h - The trusted base against Z3 ---------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Random terms by the seeds [Begin, End); the slow tests use many more of them.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_TESTS_VERIFY_FUZZ_H
#define WHITTLE_TESTS_VERIFY_FUZZ_H

#include "RandomTerms.h"
#include "verify/Cone.h"
#include "verify/NormalForm.h"
#include "verify/Z3Solver.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/Support/Error.h"
#include <gtest/gtest.h>

namespace whittle::test {

/// A query on the variables v0, v1, .. instead of the atoms: satisfiable if the
/// cone's source differs from \p Reference.
inline SmtQuery against(const Cone &C, const std::string &Declarations,
                        const std::string &Reference) {
  SmtQuery Q = writeSmt(C, SelectForm::Mux);
  std::string Text = Declarations;
  for (auto [I, A] : llvm::enumerate(C.atoms()))
    Text += "(define-fun x" + std::to_string(I) + " () " + RandomTerms::bv(A.Width) +
            " ((_ extract " + std::to_string(A.Lo + A.Width - 1) + " " + std::to_string(A.Lo) +
            ") v" + std::to_string(A.Key.Index) + "))\n";
  llvm::SmallVector<llvm::StringRef> Lines;
  llvm::StringRef(Q.Text).split(Lines, '\n', -1, false);
  for (llvm::StringRef L : llvm::drop_begin(Lines)) {
    if (L.starts_with("(declare-const x"))
      continue;
    if (L.starts_with("(assert (distinct")) {
      // (assert (distinct S S)): compare S with the reference.
      std::string S = L.drop_front(18).drop_back(2).str();
      S = S.substr(0, S.size() / 2);
      Text += "(assert (distinct " + S + " " + Reference + "))\n";
      continue;
    }
    Text += L.str() + "\n";
  }
  Q.Text = Text;
  Q.AtomWidths.clear();
  return Q;
}

/// Terms compared, and those on which Z3 gave no answer: allowed, but few.
struct Tally {
  unsigned Terms = 0, Undecided = 0;
  void expectDecided() const {
    EXPECT_GT(Terms, 0u);
    EXPECT_LE(Undecided * 100, Terms) << "Z3 decided too few of the terms";
  }
};

/// Asks all queries as one; if that is too hard, each by itself. \p Ask makes the
/// query for the items [First, Last).
inline void expectUnsat(unsigned Items, uint64_t Seed, Tally &Count,
                        llvm::function_ref<SmtQuery(unsigned First, unsigned Last)> Ask) {
  constexpr unsigned RLimit = 20'000'000, WatchdogMs = 20'000;
  auto Undecided = [&](unsigned First, unsigned Last) {
    llvm::Expected<SolverAnswer> A = solveSmt(Ask(First, Last), RLimit, WatchdogMs);
    if (!A) {
      ADD_FAILURE() << llvm::toString(A.takeError());
      return false;
    }
    EXPECT_NE(A->K, SolverAnswer::Sat) << "seed " << Seed << ", items " << First << ".." << Last;
    return A->K == SolverAnswer::Unknown || A->K == SolverAnswer::Killed;
  };
  Count.Terms += Items;
  if (Undecided(0, Items))
    for (unsigned I = 0; I < Items; ++I)
      Count.Undecided += Undecided(I, I + 1);
}

/// Each constructor computes what its operation says.
inline void fuzzConstructors(uint64_t Begin, uint64_t End) {
  Tally Count;
  for (uint64_t Seed = Begin; Seed < End && !testing::Test::HasFailure(); ++Seed) {
    TermGraph G;
    RandomTerms R(G, Seed);
    std::vector<Twin> Twins;
    for (unsigned I = 0; I < 12; ++I)
      Twins.push_back(R.make(1 + R.below(10), 1 + R.below(3)));
    expectUnsat(Twins.size(), Seed, Count, [&](unsigned First, unsigned Last) {
      llvm::SmallVector<Term> Terms;
      std::string Reference;
      for (unsigned I = First; I < Last; ++I) {
        Terms.push_back(Twins[I].T);
        Reference = I == First ? Twins[I].Text : "(concat " + Twins[I].Text + " " + Reference + ")";
      }
      Term All = G.concat(Terms);
      return against(Cone(G, All, All), R.declarations(), Reference);
    });
  }
  Count.expectDecided();
}

/// Each normal form equals its term: on concrete values, and by Z3.
inline void expectEquivalent(TermGraph &G, llvm::ArrayRef<Term> Terms, uint64_t Seed, Tally &Count,
                             bool Inside = false) {
  NormalForm N(G);
  if (Inside) {
    N.lookInside();
    N.decideChoices();
  }
  llvm::SmallVector<Term> Forms;
  for (Term T : Terms) {
    Forms.push_back(N.run(T));
    ASSERT_EQ(G.width(Forms.back()), G.width(T));
  }
  ASSERT_TRUE(Cone(G, G.concat(Terms), G.concat(Forms)).findDifference(200).empty())
      << "seed " << Seed;
  expectUnsat(Terms.size(), Seed, Count, [&](unsigned First, unsigned Last) {
    llvm::ArrayRef<Term> All(Forms);
    return writeSmt(Cone(G, G.concat(Terms.slice(First, Last - First)),
                         G.concat(All.slice(First, Last - First))));
  });
}

inline void fuzzNormalForms(uint64_t Begin, uint64_t End) {
  Tally Count;
  for (uint64_t Seed = Begin; Seed < End && !testing::Test::HasFailure(); ++Seed) {
    TermGraph G;
    RandomTerms R(G, Seed, 3, 8);
    llvm::SmallVector<Term> Terms;
    for (unsigned I = 0; I < 6; ++I)
      Terms.push_back(R.make(1 + R.below(7), 1 + R.below(4)).T);
    expectEquivalent(G, Terms, Seed, Count);
  }
  Count.expectDecided();
}

inline void fuzzArithmetic(uint64_t Begin, uint64_t End) {
  Tally Count;
  for (uint64_t Seed = Begin; Seed < End && !testing::Test::HasFailure(); ++Seed) {
    TermGraph G;
    RandomTerms R(G, Seed);
    llvm::SmallVector<Term> Terms;
    for (unsigned I = 0; I < 6; ++I)
      Terms.push_back(R.arithmetic(2 + R.below(8), 1 + R.below(3)));
    expectEquivalent(G, Terms, Seed, Count);
  }
  Count.expectDecided();
}

/// Forms that look inside.
inline void fuzzInside(uint64_t Begin, uint64_t End) {
  Tally Count;
  for (uint64_t Seed = Begin; Seed < End && !testing::Test::HasFailure(); ++Seed) {
    TermGraph G;
    RandomTerms R(G, Seed);
    llvm::SmallVector<Term> Terms;
    for (unsigned I = 0; I < 6; ++I)
      Terms.push_back(R.choices(2 + R.below(8), 1 + R.below(3)));
    expectEquivalent(G, Terms, Seed, Count, true);
  }
  Count.expectDecided();
}

} // namespace whittle::test

#endif // WHITTLE_TESTS_VERIFY_FUZZ_H
