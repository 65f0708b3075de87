//===- enumerate/RealInstruction.h - The host's own instructions -*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Some meanings are hundreds of instructions of the host: a permute whose selectors
// are values, a round of a cipher. Where the host has the instruction itself, a
// kernel may hold that instead. What it finds is proved of the meaning all the same.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ENUMERATE_REALINSTRUCTION_H
#define WHITTLE_ENUMERATE_REALINSTRUCTION_H

#include "isa/TargetIsa.h"
#include "llvm/IR/IRBuilder.h"
#include <memory>

namespace whittle {

/// A row's instruction as inline assembly: the row's own, or another one that does it
/// in parts, for hosts that have no more.
struct RealInstruction {
  enum How : uint8_t {
    Itself,
    Lanes,   ///< R, of 128 bits, in each 128 bits
    Words,   ///< R, which selects words where the row selects bytes, once for the even bytes
             ///< and once for the odd ones
    Sum,     ///< R with 0 as immediate, which is added to each byte
    Inverse, ///< inverses of bytes in GF(2^8) by R, a cipher's last round; then Then
    Moves,   ///< R, which selects elements of two registers: the immediate's selection is
             ///< what the row makes of elements that are numbers
  } Way = Itself;
  unsigned Selectors = 0;    ///< Words, Moves: R's operand that has them
  bool Masked = false;       ///< the row has a mask, which R has not
  const Row *R = nullptr;    ///< what is encoded
  const Row *Then = nullptr; ///< Inverse: whose meaning takes the inverses
  std::string Constraints;
  /// The assembly for each value of the immediate's bits ImmMask; without an
  /// immediate one, of 0.
  std::vector<std::pair<uint8_t, std::string>> Forms;
  uint8_t ImmMask = 0;

  /// Its result on operands of the whole row's types.
  llvm::Value *emit(llvm::IRBuilderBase &B, const Row &Whole, llvm::ArrayRef<llvm::Value *> Ops,
                    llvm::ArrayRef<llvm::Value *> Imms) const;
};

/// A call of what buildMeaning() gives that is no call in the machine code.
llvm::CallInst *callInline(llvm::IRBuilderBase &B, llvm::Function &Meaning,
                           llvm::ArrayRef<llvm::Value *> Ops, llvm::ArrayRef<llvm::Value *> Imms);

/// Those of one target that this process can execute. Thread-safe.
class RealInstructions {
public:
  explicit RealInstructions(const TargetIsa &Isa);
  ~RealInstructions();

  /// Null if the host is another machine or lacks a feature of the row, or if what the
  /// row reads or gives is not whole vector registers and masks alone: no memory,
  /// flags, floating-point mode or unspecified bits, and no immediate but where the
  /// few bits that matter are known. Kept as long as this.
  const RealInstruction *find(const Row &R);

private:
  struct Impl;
  std::unique_ptr<Impl> I;
};

/// Whether the meaning of \p R is so long that the host hardly does 100 million a second.
bool isSlow(const Row &R);

} // namespace whittle

#endif // WHITTLE_ENUMERATE_REALINSTRUCTION_H
