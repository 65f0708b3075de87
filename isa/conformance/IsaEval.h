//===- isa/conformance/IsaEval.h - One opcode on concrete values -*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The engine of `whittle isa eval`: what an opcode's row computes from whole
// registers, so that anyone can hold our meanings against a source of their own.
//
// A value is its register's bytes in memory order: 16, 32 or 64 for an x86
// vector, 8 for a mask register, 4 or 8 for a general one. An AMDGPU vector
// register (tuple) is that of the whole wave: lane 0 first, each lane with the
// registers of the tuple together, 4 bytes each. A scalar register (tuple) of
// AMDGPU is one value, which every lane reads.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ISA_CONFORMANCE_ISAEVAL_H
#define WHITTLE_ISA_CONFORMANCE_ISAEVAL_H

#include "isa/TargetIsa.h"
#include "llvm/ADT/APInt.h"

namespace whittle {

struct EvalRequest {
  std::string Opcode;
  std::string Cpu;                      ///< empty: availability is not checked
  std::vector<std::vector<uint8_t>> In; ///< register uses, in operand order
  std::vector<int64_t> Imm;
  std::optional<llvm::APInt> Exec; ///< AMDGPU: bit l is lane l; none: all lanes on
};

struct EvalReply {
  std::vector<std::vector<uint8_t>> Out;
  /// As Out: the bits that are specified. Lanes that EXEC masks off are not,
  /// in the result of a lane-wise AMDGPU row, and are 0 in Out.
  std::vector<std::vector<uint8_t>> Defined;
};

/// The meaning of one row, compiled for this machine. Calls are thread-safe.
class RowFunction {
public:
  static llvm::Expected<std::unique_ptr<RowFunction>> compile(const Row &R);
  /// The same, compiled once a process. \p R must belong to a TargetIsa.
  static llvm::Expected<const RowFunction *> cached(const Row &R);
  ~RowFunction();

  const Row &row() const { return R; }
  /// \p Lanes: of the wave (ignored for x86). Widths and counts must be right.
  EvalReply run(llvm::ArrayRef<std::vector<uint8_t>> In, llvm::ArrayRef<int64_t> Imm, uint64_t Exec,
                unsigned Lanes) const;

private:
  struct Impl;
  RowFunction(const Row &R, std::unique_ptr<Impl> P);
  const Row &R;
  std::unique_ptr<Impl> P;
};

/// Bytes of a whole register of type \p Ty in a wave of \p Lanes.
size_t wholeRegisterBytes(ValueType Ty, unsigned Lanes);

/// Fails for an unknown opcode or CPU, an opcode that the CPU does not have, a
/// wrong number of operands or immediates, a wrong width: the message names it.
llvm::Expected<EvalReply> evaluate(const TargetIsa &Isa, const EvalRequest &Request);

/// {"opcode": .., "cpu": .., "in": [hex..], "imm": [int..], "exec": hex}; all
/// but opcode may be left out. Hex is two digits a byte in memory order; exec
/// may also be a number with 0x in front.
llvm::Expected<EvalRequest> parseEvalRequest(llvm::StringRef Line, llvm::StringRef DefaultCpu = "");
/// {"opcode": .., "out": [hex..], "defined": [hex..]}, without a line end.
std::string formatEvalReply(llvm::StringRef Opcode, const EvalReply &Reply);
/// {"opcode": .., "error": ..}.
std::string formatEvalError(llvm::StringRef Opcode, llvm::StringRef Message);
/// A line in, a line out, never failing. \p Failed, if given, is set if it is
/// an error line.
std::string evalLine(const TargetIsa &Isa, llvm::StringRef Line, llvm::StringRef DefaultCpu = "",
                     bool *Failed = nullptr);

/// Bytes from hex digits; fails naming \p What.
llvm::Expected<std::vector<uint8_t>> bytesFromHex(llvm::StringRef Hex, const llvm::Twine &What);

} // namespace whittle

#endif // WHITTLE_ISA_CONFORMANCE_ISAEVAL_H
