//===- enumerate/TestSet.h - The inputs that candidates are compared on --*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Equal results on all tests are necessary for two values to be equal, never
// sufficient: tests discard, they accept nothing.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ENUMERATE_TESTSET_H
#define WHITTLE_ENUMERATE_TESTSET_H

#include "isa/Program.h"
#include <cstdint>
#include <vector>

namespace whittle {

/// SplitMix64: the same numbers everywhere for one seed.
class Random {
public:
  explicit Random(uint64_t Seed) : State(Seed) {}
  uint64_t next() {
    uint64_t Z = (State += 0x9e3779b97f4a7c15ull);
    Z = (Z ^ (Z >> 30)) * 0xbf58476d1ce4e5b9ull;
    Z = (Z ^ (Z >> 27)) * 0x94d049bb133111ebull;
    return Z ^ (Z >> 31);
  }
  unsigned below(unsigned N) { return unsigned(next() % N); }

private:
  uint64_t State;
};

/// Values for leaves: tests side by side, one buffer a leaf. At least 256 mixed
/// 32-bit lanes for the widest type: corners, equal and nearly equal leaves,
/// small, sparse and random values, structured as bytes, words, dwords and
/// qwords. Facts hold, constants are themselves. If a lane type occurs, tests
/// come in waves of 64 and scalar values are the same in a wave.
class TestSet {
public:
  /// With \p Floats, part of the values are floating-point numbers that meet: of
  /// near exponents and few bits, and special ones.
  TestSet(std::vector<Leaf> Leaves, unsigned WidestBytes, uint64_t Seed, bool Floats = false);

  size_t size() const { return NumTests; }
  /// Tests that belong together: those of a wave, else 1.
  size_t together() const { return Waves ? 64 : 1; }
  const uint8_t *leaf(unsigned I) const { return Buffers[I].data(); }
  llvm::SmallVector<const uint8_t *, 8> leaves() const;

  /// Appends a counterexample: one value a leaf, shaped as verify/Verify.h says;
  /// a value of one lane fills a wave. False, and nothing changes, if it does
  /// not fit the leaves.
  bool add(llvm::ArrayRef<llvm::APInt> Values);

private:
  void fill(Random &R, size_t Test);
  void respectFacts(unsigned Leaf, size_t Test);

  std::vector<Leaf> Leaves;
  bool Waves = false, Floats;
  size_t NumTests = 0;
  std::vector<std::vector<uint8_t>> Buffers;
};

} // namespace whittle

#endif // WHITTLE_ENUMERATE_TESTSET_H
