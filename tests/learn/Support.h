//===- tests/learn/Support.h - What the tests of learn/ share ---*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_TESTS_LEARN_SUPPORT_H
#define WHITTLE_TESTS_LEARN_SUPPORT_H

#include "isa/Program.h"
#include "isa/TargetIsa.h"
#include "learn/Features.h"
#include "learn/PolicyFile.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/FileSystem.h"
#include "gtest/gtest.h"
#include <random>

namespace whittle {

inline const TargetIsa &x86() {
  static const TargetIsa *Isa = llvm::cantFail(TargetIsa::get("x86_64"));
  return *Isa;
}
inline const OpTable &x86Table() {
  static OpTable Table(x86());
  return Table;
}
inline Window window(const std::string &Body) {
  return llvm::cantFail(parseWindow("window x86_64\n" + Body + "end\n"));
}

template <typename T> std::string messageOf(llvm::Expected<T> E) {
  return E ? "no error" : llvm::toString(E.takeError());
}
inline std::string messageOf(llvm::Error E) {
  return E ? llvm::toString(std::move(E)) : "no error";
}

/// A file that is gone at the end of the test.
class TemporaryFile {
public:
  TemporaryFile() { EXPECT_FALSE(llvm::sys::fs::createTemporaryFile("whittle", "policy", Path)); }
  ~TemporaryFile() { llvm::sys::fs::remove(Path); }
  std::string path() const { return Path.str().str(); }

private:
  llvm::SmallString<128> Path;
};

/// A policy of the right shape for \p Table with random weights.
inline PolicyData randomPolicy(const OpTable &Table, uint64_t Seed, unsigned Hidden = 4) {
  PolicyData P;
  P.Target = Table.isa().arch().str();
  P.Seed = Seed;
  P.TrainingWindows = 7;
  P.TableHash = Table.hash();
  P.Meanings = Table.meanings().vec();
  P.N.Shape = {FeatureLayout(Table.size()).size(), Hidden, Table.size()};
  std::mt19937_64 Random(Seed);
  for (uint64_t I = 0; I != P.N.Shape.numWeights(); ++I)
    P.N.Weights.push_back(float(Random() % 2001) / 1000 - 1);
  return P;
}

} // namespace whittle

#endif // WHITTLE_TESTS_LEARN_SUPPORT_H
