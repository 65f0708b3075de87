//===- passes/CodeValues.h - What registers hold, in SSA form ---*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Builds the SSA form of one function while its instructions come by, in the way of
// Braun et al., "Simple and Efficient Construction of Static Single Assignment
// Form" (CC 2013). A register may be read wider than it was last written: then what
// lies above is zero, or comes from the write before.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_PASSES_CODEVALUES_H
#define WHITTLE_PASSES_CODEVALUES_H

#include "passes/CodeRegisters.h"
#include "passes/MachineCode.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include <deque>
#include <map>

namespace whittle {

/// The low Bits of virtual register V.
struct ValueUse {
  unsigned V = ~0u;
  unsigned Bits = 0;
};

/// Text, and behind it a value, if there is one.
struct CodeOperand {
  std::string Text;
  ValueUse Use;
  std::string Class = {}; ///< the register class that the value must have; empty: any
};

class CodeValues {
public:
  CodeValues(const RegisterSet &Regs, const CodeFunction &F);

  /// To be called first. \p Registers names the parts that an instruction has as
  /// operands, and whether it writes them.
  using Operands = llvm::function_ref<void(const CodeInstr &,
                                           llvm::function_ref<void(RegisterPart, bool Written)>)>;
  void start(Operands Registers);

  /// What follows is in block \p B of the function.
  void enter(unsigned B);
  ValueUse read(CodeVariable Var, unsigned Bits);
  /// Each of \p Vars that the function writes, as wide as it uses it, where it holds
  /// what the function computed.
  std::vector<ValueUse> readAll(const llvm::BitVector &Vars);
  /// The low \p New.Bits become \p New; what lies above becomes zero or stays.
  void write(CodeVariable Var, ValueUse New, bool ZeroAbove);
  /// \p Vars hold what nobody knows.
  void forget(const llvm::BitVector &Vars);
  /// Bits 128 and up of the first 16 vector registers become zero.
  void zeroUpper();

  /// A value of which nothing is known.
  ValueUse fresh(CodeVariable Var, unsigned Bits);
  /// \p Class is the result's; empty: the widest of its kind.
  ValueUse define(RegKind K, unsigned Bits, std::string Class, llvm::StringRef Opcode,
                  const std::vector<CodeOperand> &Operands, llvm::StringRef Tail);
  void append(llvm::StringRef Opcode, const std::vector<CodeOperand> &Operands,
              llvm::StringRef Tail);
  /// The low element of an XMM register as scalar instructions of selection have it.
  ValueUse element(ValueUse Whole, unsigned Bits, std::string Class);
  /// The five operands of the address of a constant.
  std::string constant(const llvm::APInt &Value);
  /// Something reads \p Uses.
  void keep(const std::vector<ValueUse> &Uses);
  /// The block ends, and \p Live are read by whoever comes after.
  void leave(const llvm::BitVector &Live);

  /// To be called last: joins the blocks.
  void join();
  void print(llvm::StringRef Name, llvm::raw_ostream &OS) const;

private:
  /// What was written to a register, or (V is none and not Cut) what nobody knows.
  struct Written {
    unsigned V = ~0u;
    unsigned Bits = 0;
    bool ZeroAbove = false;
    bool Cut = false;                   ///< what was before, but zeros above Bits
    Written *Before = nullptr;          ///< .. or what stays above; null: as the block begins
    std::map<unsigned, unsigned> Wider; ///< by bits, once it was read so
  };
  struct VReg {
    std::string Class;
    RegKind Kind;
    unsigned Bits;
  };
  using Line = std::vector<CodeOperand>;
  struct Block {
    std::vector<Line> Head, Body;
    std::map<CodeVariable, Written *> State;
    std::map<std::pair<CodeVariable, unsigned>, unsigned> AtStart;
    llvm::SmallVector<unsigned, 2> Predecessors, Successors;
    bool Entered = false;
  };
  struct Phi {
    unsigned V, Block;
    llvm::SmallVector<unsigned, 2> Values; ///< one a predecessor
    bool Gone = false;
  };
  struct Pending {
    unsigned Block;
    CodeVariable Var;
    unsigned Bits, V;
  };

  unsigned makeVReg(RegKind K, unsigned Bits, std::string Class = "");
  ValueUse read(unsigned B, CodeVariable Var, Written *W, unsigned Bits);
  Written *stateOf(unsigned B, CodeVariable Var) const;
  bool isForgotten(const Written *W) const;
  /// \p Text with the definition of \p V in front.
  Line defining(unsigned V, llvm::StringRef Text) const;
  unsigned resolve(unsigned V) const;
  void print(const Line &L, unsigned &NextV, llvm::raw_ostream &OS) const;

  const RegisterSet &Regs;
  const CodeFunction &F;
  std::vector<Block> Blocks; ///< [0] comes before the function's first
  unsigned Now = 0;
  std::vector<VReg> VRegs;
  std::deque<Written> Store;
  std::vector<unsigned> MostBits; ///< by variable: of any operand
  llvm::BitVector Assigned;       ///< variables that an instruction writes
  std::vector<Pending> Todo;
  std::vector<Phi> Phis;
  std::vector<unsigned> Same; ///< by register: another that it always equals, or itself
  std::vector<llvm::APInt> Constants;
  std::vector<std::string> LiveIn; ///< physical registers that the function reads
};

} // namespace whittle

#endif // WHITTLE_PASSES_CODEVALUES_H
