//===- isa/Meaning.h - Building, hashing and asking meanings ----*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ISA_MEANING_H
#define WHITTLE_ISA_MEANING_H

#include "isa/Program.h"
#include "llvm/Support/KnownBits.h"

namespace whittle {

/// The meaning of a lane-wise node as an internal function of \p M,
///   Ty @name(Ty0 %in0, .., i64 %imm0, ..)
/// with ValueType::irType for each register operand (of one lane for Lane) and
/// an i64 for each immediate, and last an i32, the lane's number, if the row asks
/// for it. Built once per module and signature. \p N.R must
/// not be a row over the whole wave. Generic rows: the immediates are constants of the name.
llvm::Function *buildMeaning(llvm::Module &M, const Node &N, llvm::ArrayRef<ValueType> OpTypes);
/// The same for a plain (non-generic) row.
llvm::Function *buildMeaning(llvm::Module &M, const Row &R);

/// One output element (32 bits: register \p Reg of lane \p Lane) of a row over the
/// whole wave, built at \p B's insertion point; operands are read through \p Read
/// (scalar ones in lane 0), EXEC through \p Exec, which only CrossLane rows need.
/// \p Imms are i64. Constant Lane and Reg fold away.
llvm::Value *buildElement(llvm::IRBuilderBase &B, const Row &R, Sem::ElementReader Read,
                          llvm::Value *Lane, llvm::Value *Reg,
                          llvm::ArrayRef<llvm::Value *> Imms = {}, Sem::ExecReader Exec = nullptr);

/// A lane-wise node's result built in place from its operands (in their IR
/// types) and i64 immediates; constants fold. \p LaneId: for a row that asks for it.
llvm::Value *emitMeaning(llvm::IRBuilderBase &B, const Node &N, llvm::ArrayRef<llvm::Value *> Ops,
                         llvm::ArrayRef<llvm::Value *> Imms, llvm::Value *LaneId = nullptr);

/// A lane-wise program as one function of its leaves (constants stay arguments)
/// and of the lane's number if a node asks for it; nodes are built in place.
llvm::Function *buildProgram(llvm::Module &M, const Window &W, const Program &P, unsigned Output,
                             llvm::StringRef Name);

/// Structural hash of a row's meaning, operand types and immediates, blind to
/// the order of operands of commutative IR operations, and of the terms of
/// associative ones. Cached per row.
Hash128 meaningHash(const Row &R);
/// The same without that blindness: changes whenever the row's IR changes. What
/// evidence is keyed on.
Hash128 rowHash(const Row &R);

/// Input pairs (I, J), I < J, whose exchange leaves the meaning hash unchanged.
llvm::ArrayRef<std::pair<unsigned, unsigned>> commutativeInputs(const Row &R);

/// The orders of inputs that exchanges of those lead to, the given one first; all of
/// them up to 24. Order[I] is the input that stands at place I. Cached. Not for generic
/// rows, whose operands have one order.
const std::vector<llvm::SmallVector<unsigned, 4>> &operandOrders(const Row &R);

/// True if the meaning depends on the low 16 bits of 32-bit input \p In only. Cached.
bool readsLowHalfOnly(const Row &R, unsigned In);

/// Fails with the row's name if the meaning holds poison, undef, nsw/nuw/exact,
/// a shift that may exceed the width, memory or control flow.
llvm::Error checkTotal(const Row &R);

/// What is known of output 0 of \p W's source (lane-wise rows only), asked one
/// byte-or-wider lane at a time. Leaf constants and facts are used.
llvm::KnownBits knownBits(const Window &W);

} // namespace whittle

#endif // WHITTLE_ISA_MEANING_H
