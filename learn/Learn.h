//===- learn/Learn.h - The door to the LibTorch module ----------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// LibTorch takes 0.6 s to load, so all that uses it lives in a module
// (lib/WhittleLearn.so) that whittle opens for train, eval and --policy only.
// This header has no torch in it. The host passes its own TargetIsa: rows and
// classes are compared by address, and the module never opens a target itself.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_LEARN_LEARN_H
#define WHITTLE_LEARN_LEARN_H

#include "enumerate/Search.h"
#include "llvm/Support/Error.h"
#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace llvm {
class raw_ostream;
}

namespace whittle {

/// A window with a known cheaper answer, from a database of proved rules.
struct SolvedWindow {
  Window W;
  Program Answer;
};

struct TrainOptions {
  uint64_t Seed = 1;
  double Seconds = 540; ///< upper bound for generation and training together
  unsigned Threads = 2;
  size_t MaxClasses = 20000; ///< of the exhaustive small enumeration
};

/// One order's line of `whittle eval`.
struct OrderScore {
  std::string Name; ///< "policy", "cost", "co-occurrence", "co-occurrence/work", "random", "oracle"
  std::vector<std::pair<uint64_t, double>> SolvedAt; ///< candidates -> share solved
  double CandidatesGeomean = 0;                      ///< unsolved counted at the budget
  double CandidatesP90 = 0;
  std::vector<std::pair<unsigned, double>>
      Recall; ///< top k opcodes -> share of windows whose answer is within
};
struct EvalReport {
  unsigned Windows = 0;
  uint64_t Budget = 0;
  std::vector<OrderScore> Orders;
};

class LearnModule {
public:
  virtual ~LearnModule() = default;
  /// Learns from the equivalence classes of a small exhaustive enumeration over
  /// \p Isa and from \p Solved; writes \p Path (through a rename). \p Log gets
  /// progress lines.
  virtual llvm::Error train(const TargetIsa &Isa, const std::vector<SolvedWindow> &Solved,
                            const TrainOptions &O, const std::string &Path,
                            llvm::raw_ostream &Log) = 0;
  /// A ranker from a policy file; a missing, truncated or foreign file, another
  /// target's or another opcode table's is an error that names it.
  virtual llvm::Expected<std::unique_ptr<CandidateRanker>> loadPolicy(const TargetIsa &Isa,
                                                                      const std::string &Path) = 0;
  /// Compares orders on classes held out by skeleton (those that training with
  /// the same seed never saw).
  virtual llvm::Expected<EvalReport> evaluate(const TargetIsa &Isa, const std::string &Path,
                                              const TrainOptions &O, uint64_t Budget,
                                              llvm::raw_ostream &Log) = 0;
};

/// The module's one exported symbol.
extern "C" LearnModule *whittleLearnModule();

} // namespace whittle

#endif // WHITTLE_LEARN_LEARN_H
