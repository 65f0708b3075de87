//===- tests/verify/ConcreteRun.h - Rules on concrete inputs -----*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The second opinion on a verdict: both programs of a rule as compiled code, on
// inputs that satisfy its facts. It shares the rows with the prover, and nothing
// else: no terms, no normal forms, no solver. On AMDGPU 64 tests are a wave.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_TESTS_VERIFY_CONCRETERUN_H
#define WHITTLE_TESTS_VERIFY_CONCRETERUN_H

#include "RuleTools.h"
#include "enumerate/Evaluator.h"
#include <cstring>
#include <random>

namespace whittle::test {

using Random = std::mt19937_64;

/// A value in each test, and the bytes of it that the program leaves open: what
/// lanes that are off hold. Those are filled at random.
struct Concrete {
  std::vector<uint8_t> Bytes, Open;
};

/// Inputs of a window: a value for each leaf, and the lanes that are on.
struct Inputs {
  size_t Tests = 0;
  std::vector<Concrete> Leaves;
  std::vector<bool> On; ///< by test; all are, on x86
};

class ConcreteRun {
public:
  explicit ConcreteRun(const TargetIsa &Isa)
      : AMDGPU(Isa.arch() == "amdgcn"), E(llvm::cantFail(Evaluator::create(Isa))) {}

  /// Random and corner values that satisfy the facts; waves with all lanes on,
  /// some, and none.
  Inputs inputs(const Window &W, size_t Tests, Random &R) const {
    Inputs In;
    In.Tests = Tests;
    In.On.assign(Tests, true);
    if (AMDGPU)
      for (size_t Wave = 0; Wave < Tests; Wave += 64) {
        unsigned Kind = R() % 4;
        uint64_t Exec = Kind == 0   ? ~uint64_t(0)
                        : Kind == 1 ? 0
                        : Kind == 2 ? R()
                                    : R() & R() & R();
        for (unsigned Lane = 0; Lane < 64; ++Lane)
          In.On[Wave + Lane] = Exec >> Lane & 1;
      }
    for (const Leaf &L : W.Leaves) {
      unsigned Bytes = L.Ty.bytes();
      Concrete V = blank(Tests * Bytes);
      for (size_t T = 0; T < Tests; ++T) {
        uint8_t *At = &V.Bytes[T * Bytes];
        if (L.Ty.Kind == RegKind::Sgpr && T % 64)
          std::memcpy(At, At - Bytes, Bytes);
        else
          fill(At, Bytes, T, In, W, R);
      }
      In.Leaves.push_back(std::move(V));
      applyFacts(L, In, In.Leaves.back());
    }
    return In;
  }

  /// The inputs that a counterexample names: one test on x86, else a wave.
  Inputs inputs(const Window &W, const Counterexample &X) const {
    Inputs In;
    In.Tests = AMDGPU ? 64 : 1;
    for (size_t T = 0; T < In.Tests; ++T)
      In.On.push_back(!AMDGPU || (X.Exec >> T & 1));
    for (auto [L, Given] : llvm::zip_equal(W.Leaves, X.Leaves)) {
      Concrete V = blank(In.Tests * L.Ty.bytes());
      unsigned Lanes = Given.getBitWidth() / L.Ty.Bits;
      for (size_t T = 0; T < In.Tests; ++T)
        put(Given.extractBits(L.Ty.Bits, Lanes > 1 ? T * L.Ty.Bits : 0),
            &V.Bytes[T * L.Ty.bytes()]);
      In.Leaves.push_back(std::move(V));
    }
    return In;
  }

  /// True if the inputs are what the leaves' constants and facts say.
  static bool satisfies(const Window &W, const Inputs &In) {
    for (auto [L, V] : llvm::zip_equal(W.Leaves, In.Leaves)) {
      Concrete Again = V;
      applyFacts(L, In, Again);
      if (Again.Bytes != V.Bytes)
        return false;
    }
    return true;
  }

  /// The outputs of \p P. What is left open is filled with what \p Fill gives.
  std::vector<Concrete> run(const Window &W, const Program &P, const Inputs &In,
                            llvm::function_ref<uint64_t()> Fill) {
    std::vector<Concrete> Values = In.Leaves;
    for (const Node &N : P.Nodes)
      Values.push_back(node(W, P, N, In, Values, Fill));
    std::vector<Concrete> Out;
    for (unsigned Id : P.Outputs)
      Out.push_back(Values[Id]);
    return Out;
  }

  /// The first byte at which \p T is not what \p S promises; none: -1.
  static long difference(const Concrete &S, const Concrete &T) {
    for (size_t I = 0; I < S.Bytes.size(); ++I)
      if (!S.Open[I] && (T.Open[I] || S.Bytes[I] != T.Bytes[I]))
        return long(I);
    return -1;
  }

  static llvm::APInt bits(const uint8_t *At, unsigned Bits) {
    llvm::APInt V = llvm::APInt::getZero(Bits);
    for (unsigned I = 0; I < Bits; I += 8)
      V.insertBits(uint64_t(At[I / 8]), I, std::min(8u, Bits - I));
    return V;
  }

private:
  static Concrete blank(size_t N) { return {std::vector<uint8_t>(N), std::vector<uint8_t>(N)}; }

  static void put(const llvm::APInt &V, uint8_t *At) {
    for (unsigned I = 0; I < V.getBitWidth(); I += 8)
      At[I / 8] = uint8_t(V.extractBitsAsZExtValue(std::min(8u, V.getBitWidth() - I), I));
  }

  static void applyFacts(const Leaf &L, const Inputs &In, Concrete &V) {
    if (L.Choice)
      return;
    unsigned Bytes = L.Ty.bytes();
    for (size_t T = 0; T < In.Tests; ++T) {
      // In lanes that are off a register of lanes holds anything.
      if (L.Ty.isLaneMask())
        V.Bytes[T] &= 1;
      else if (L.Ty.Kind == RegKind::Lane && !In.On[T])
        continue;
      llvm::APInt X = bits(&V.Bytes[T * Bytes], L.Ty.Bits);
      if (L.Const)
        X = *L.Const;
      if (!L.Zeros.isZero())
        X &= ~L.Zeros;
      if (!L.Ones.isZero())
        X |= L.Ones;
      put(X, &V.Bytes[T * Bytes]);
    }
  }

  static void fill(uint8_t *At, unsigned Bytes, size_t T, const Inputs &In, const Window &W,
                   Random &R) {
    static constexpr uint64_t Corners[] = {0,      ~0ull,  0x80,       0x7f,       1,
                                           0x8000, 0x7fff, 0x80000000, 0x7fffffff, 0xfe};
    unsigned Element = std::min(Bytes, 1u << R() % 4);
    uint64_t Same = R();
    switch (R() % 8) {
    case 0: // one corner everywhere
      Same = Corners[R() % std::size(Corners)];
      [[fallthrough]];
    case 1: // one element everywhere
      for (unsigned I = 0; I < Bytes; ++I)
        At[I] = uint8_t(Same >> 8 * (I % Element));
      return;
    case 2: // corners, differing
      for (unsigned I = 0; I < Bytes; ++I) {
        if (I % Element == 0)
          Same = R() % 3 ? Corners[R() % std::size(Corners)] : ~Corners[R() % std::size(Corners)];
        At[I] = uint8_t(Same >> 8 * (I % Element));
      }
      return;
    case 3: // small numbers, as shift counts and indices
      for (unsigned I = 0; I < Bytes; ++I)
        At[I] = I % Element ? 0 : uint8_t(R() % 70);
      return;
    case 4: { // another leaf's value, or nearly
      if (In.Leaves.empty())
        break;
      const Concrete &Other = In.Leaves[R() % In.Leaves.size()];
      size_t Have = Other.Bytes.size() / In.Tests;
      for (unsigned I = 0; I < Bytes; ++I)
        At[I] = Other.Bytes[T * Have + I % Have];
      At[R() % Bytes] ^= R() % 2 ? uint8_t(1u << R() % 8) : 0;
      return;
    }
    case 5: // few bits
      for (unsigned I = 0; I < Bytes; ++I)
        At[I] = R() % 8 ? 0 : uint8_t(1u << R() % 8);
      return;
    default:
      break;
    }
    for (unsigned I = 0; I < Bytes; ++I)
      At[I] = uint8_t(R());
  }

  Concrete node(const Window &W, const Program &P, const Node &N, const Inputs &In,
                const std::vector<Concrete> &Values, llvm::function_ref<uint64_t()> Fill) {
    unsigned Bytes = N.Ty.bytes();
    Concrete Out = blank(In.Tests * Bytes);
    if (N.R->isGeneric()) {
      unsigned To = 0;
      for (unsigned Op : N.Ops) {
        unsigned From = W.typeOf(P, Op).bytes(), Skip = 0, Take = From;
        if (N.R->Generic == GenericOp::Extract)
          Skip = unsigned(N.Imms[0] / 8), Take = Bytes;
        for (size_t T = 0; T < In.Tests; ++T) {
          std::memcpy(&Out.Bytes[T * Bytes + To], &Values[Op].Bytes[T * From + Skip], Take);
          std::memcpy(&Out.Open[T * Bytes + To], &Values[Op].Open[T * From + Skip], Take);
        }
        To += Take;
      }
      return Out;
    }
    llvm::SmallVector<ValueType, 4> Types;
    llvm::SmallVector<const uint8_t *, 4> Pointers;
    for (unsigned Op : N.Ops) {
      Types.push_back(W.typeOf(P, Op));
      Pointers.push_back(Values[Op].Bytes.data());
    }
    llvm::Expected<Evaluator::RowFn> F = E->function(N, Types);
    if (!F) {
      ADD_FAILURE() << llvm::toString(F.takeError());
      return Out;
    }
    (*F)(Pointers.data(), Out.Bytes.data(), N.Imms.data(), In.Tests);
    const bool Off = N.Ty.Kind == RegKind::Lane && N.R->Off != OffLanes::Computed;
    for (size_t I = 0; I < Out.Bytes.size(); ++I) {
      const bool Open =
          (Off && !In.On[I / Bytes]) || (N.R->DefinedBits && I % Bytes >= N.R->DefinedBits / 8);
      if (!Open)
        continue;
      const bool Zero = !In.On[I / Bytes] && N.R->Off == OffLanes::Zero;
      Out.Bytes[I] = Zero ? 0 : uint8_t(Fill());
      Out.Open[I] = Zero ? 0 : 0xff;
    }
    return Out;
  }

  bool AMDGPU;
  std::unique_ptr<Evaluator> E;
};

} // namespace whittle::test

#endif // WHITTLE_TESTS_VERIFY_CONCRETERUN_H
