//===- tests/isa-x86/Registers.h - Rows run on registers written out ----===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_TESTS_ISA_X86_REGISTERS_H
#define WHITTLE_TESTS_ISA_X86_REGISTERS_H

#include "isa/Meaning.h"
#include "isa/conformance/IsaEval.h"
#include "gtest/gtest.h"
#include <cstring>

namespace whittle::test {

using Bytes = std::vector<uint8_t>;

inline const TargetIsa &x86() { return *cantFail(TargetIsa::get("x86_64")); }
inline const Row &row(llvm::StringRef Name) {
  const Row *R = x86().find(Name);
  EXPECT_TRUE(R) << "no row " << Name.str();
  return *R;
}

inline Bytes run(llvm::StringRef Opcode, llvm::ArrayRef<Bytes> In,
                 llvm::ArrayRef<int64_t> Imm = {}) {
  const RowFunction *F = cantFail(RowFunction::cached(row(Opcode)));
  return F->run(In, Imm, ~uint64_t(0), 1).Out[0];
}

/// The given elements from the lowest up, the last repeated to fill the register.
template <typename T> Bytes reg(unsigned Bits, std::vector<T> Elements) {
  Bytes B(Bits / 8);
  for (size_t I = 0; I != B.size() / sizeof(T); ++I)
    std::memcpy(&B[I * sizeof(T)], &Elements[std::min(I, Elements.size() - 1)], sizeof(T));
  return B;
}
inline Bytes mask(uint64_t K) { return reg<uint64_t>(64, {K}); }
inline uint64_t asMask(const Bytes &B) {
  uint64_t K = 0;
  EXPECT_EQ(B.size(), 8u);
  std::memcpy(&K, B.data(), 8);
  return K;
}

} // namespace whittle::test

#endif // WHITTLE_TESTS_ISA_X86_REGISTERS_H
