//===- isa/conformance/X86Inputs.h - Telling inputs for x86 rows -*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ISA_CONFORMANCE_X86INPUTS_H
#define WHITTLE_ISA_CONFORMANCE_X86INPUTS_H

#include "isa/conformance/X86Encoder.h"

namespace whittle {

/// SplitMix64: small, seeded, the same everywhere.
class Random {
public:
  explicit Random(uint64_t Seed) : State(Seed) {}
  uint64_t next() {
    uint64_t Z = State += 0x9e3779b97f4a7c15;
    Z = (Z ^ (Z >> 30)) * 0xbf58476d1ce4e5b9;
    Z = (Z ^ (Z >> 27)) * 0x94d049bb133111eb;
    return Z ^ (Z >> 31);
  }
  unsigned below(unsigned N) { return unsigned((next() >> 32) * N >> 32); }

private:
  uint64_t State;
};

/// What an input is like. Each kind gets its share of every row and immediate.
enum class InputKind : uint8_t {
  Random,     ///< random bits, also with floating-point exponents that are near each other
  Corner,     ///< ends and limits of 8- to 64-bit integers and 16- to 64-bit floats, counts
  Structured, ///< equal and near operands, small numbers, few bits, splats, one odd lane
};
constexpr unsigned NumInputKinds = 3;

/// Fills the inputs of a row, the flags, and what its result's register holds
/// before. Bits that the row does not read are filled as well.
void fillInputs(Random &Rng, InputKind Kind, const Row &R, MachineState &S);

} // namespace whittle

#endif // WHITTLE_ISA_CONFORMANCE_X86INPUTS_H
