//===- tests/enumerate/TestSupport.h - Windows and a checker ----*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_TESTS_ENUMERATE_TESTSUPPORT_H
#define WHITTLE_TESTS_ENUMERATE_TESTSUPPORT_H

#include "enumerate/Evaluator.h"
#include "enumerate/Search.h"
#include "enumerate/TestSet.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "gtest/gtest.h"

namespace whittle::test {

inline Window window(llvm::StringRef Text) {
  return llvm::cantFail(parseWindow(Text), "the test's window");
}

inline Evaluator &evaluator(const TargetIsa &Isa) {
  return *llvm::cantFail(Evaluator::shared(Isa));
}

/// Runs a program of \p W on tests; one buffer an output.
inline std::vector<std::vector<uint8_t>> values(const Window &W, const Program &P,
                                                const TestSet &Tests) {
  std::vector<std::vector<uint8_t>> Out;
  std::vector<uint8_t *> To;
  To.reserve(P.Outputs.size());
  for (unsigned Id : P.Outputs)
    Out.emplace_back(Tests.size() * W.typeOf(P, Id).bytes());
  for (auto &B : Out)
    To.push_back(B.data());
  llvm::cantFail(evaluator(*W.Isa).run(W, P, Tests.leaves(), To, Tests.size()));
  return Out;
}

/// Compares both programs on thousands of tests of another seed: not a proof,
/// but what passes here and is wrong is rare enough for a test. A difference is
/// handed back as a counterexample.
class RandomChecker {
public:
  unsigned Asked = 0;
  bool Floats = false; ///< with floating-point numbers among the values
  std::vector<std::string> Refuted;

  CandidateVerdict operator()(const Rule &R) {
    ++Asked;
    for (uint64_t Seed = 1000; Seed != 1040; ++Seed) {
      TestSet Tests(R.W.Leaves, 64, Seed, Floats);
      auto A = values(R.W, R.W.Source, Tests), B = values(R.W, R.Target, Tests);
      for (size_t O = 0; O != A.size(); ++O)
        for (size_t K = 0; K != A[O].size(); ++K)
          if (A[O][K] != B[O][K]) {
            Refuted.push_back(printRule(R));
            return difference(R, Tests, K / (A[O].size() / Tests.size()));
          }
    }
    return {CandidateVerdict::Proved, {}};
  }
  VerifyFn fn() {
    return [this](const Rule &R) { return (*this)(R); };
  }

private:
  CandidateVerdict difference(const Rule &R, const TestSet &Tests, size_t Test) {
    CandidateVerdict V{CandidateVerdict::Refuted, {}};
    for (unsigned I = 0; I != R.W.numLeaves(); ++I) {
      ValueType T = R.W.Leaves[I].Ty;
      bool Wave = R.W.hasMatrix() && T.Kind == RegKind::Lane;
      size_t Count = Wave ? 64 : 1, First = Wave ? Test / 64 * 64 : Test;
      llvm::APInt X(T.Bits * Count, 0);
      for (size_t K = 0; K != Count * T.bytes(); ++K)
        X.insertBits(Tests.leaf(I)[First * T.bytes() + K], K * 8, 8);
      V.Counterexample.push_back(X);
    }
    return V;
  }
};

inline std::unique_ptr<llvm::MCSubtargetInfo> cpu(const Window &W, llvm::StringRef Name) {
  return llvm::cantFail(W.Isa->subtarget(Name));
}

inline SearchResult find(const Window &W, const SearchOptions &O, const VerifyFn &V) {
  auto Ranker = makeCostRanker();
  return llvm::cantFail(search(W, O, *Ranker, V), "search");
}

/// The target's instructions by name, in order, of the cheapest rule.
inline std::string opcodes(const SearchResult &R) {
  std::string S;
  if (R.Proved.empty())
    return "none";
  for (const Node &N : R.Proved.front().Target.Nodes)
    S += (S.empty() ? "" : " ") + N.R->Name;
  return S;
}

} // namespace whittle::test

#endif // WHITTLE_TESTS_ENUMERATE_TESTSUPPORT_H
