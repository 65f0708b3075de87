//===- enumerate/Pool.h - The opcodes a search may use ----------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ENUMERATE_POOL_H
#define WHITTLE_ENUMERATE_POOL_H

#include "enumerate/Evaluator.h"
#include "enumerate/Search.h"
#include <array>

namespace whittle {

/// One opcode class as search uses it. Compiled parts are filled in on demand.
struct PoolRow {
  enum Kind : uint8_t {
    Plain,
    Ternary, ///< bitwise, its immediate is the truth table: solved
    Affine,  ///< GF2P8AFFINE*: matrix and immediate are solved
    Permute, ///< V_PERM_B32: a constant selector is solved, besides what is probed
    Matrix,  ///< over the whole wave: no probes
  } K = Plain;
  const Row *R = nullptr;
  unsigned Rank = 0; ///< place in the ranker's order
  llvm::ArrayRef<std::pair<unsigned, unsigned>> Commutes;

  Evaluator::RowFn Fn = nullptr;
  /// Immediates with different results on some test, as the last instruction
  /// and before it; one 0 for a row without.
  llvm::SmallVector<int64_t, 0> LastImms, InnerImms;
  /// Of a row with several immediates, what the numbers above stand for.
  std::vector<llvm::SmallVector<int64_t, 6>> Tuples;
  std::array<uint8_t, 256> Before{}; ///< Affine: applied to bytes first
  std::array<Evaluator::ProbeFn, 4> Probes{};

  /// What the row's functions take for immediate \p Imm, which must outlive it.
  const int64_t *immediates(const int64_t &Imm) const {
    return Tuples.empty() ? &Imm : Tuples[size_t(Imm)].data();
  }
  unsigned weight() const { return R->Weight; }
  unsigned arity() const { return unsigned(R->Ins.size()); }
};

/// True if a value of type \p Have may stand where \p Want is read.
bool mayRead(ValueType Want, ValueType Have);

/// The rows for a window: a legal member of each class whose types all occur
/// in the window, in the ranker's order. With \p Masks, x86's masks count as if they did.
std::vector<PoolRow> makePool(const Window &W, const SearchOptions &O, CandidateRanker &Ranker,
                              bool Masks = false);

/// Compiles the row's function and finds its immediates, once. \p WindowImms
/// are tried at every level.
llvm::Error prepare(PoolRow &R, Evaluator &E, llvm::ArrayRef<int64_t> WindowImms);

} // namespace whittle

#endif // WHITTLE_ENUMERATE_POOL_H
