//===- isa/TargetIsa.h - All rows of one target -----------------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rows are added by the families (isa/x86, isa/amdgpu). Each is joined with LLVM's
// tables when it is first asked for, so that the plugin pays for the rows of the
// code it sees and not for thousands. Thread-safe after TargetIsa::get.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ISA_TARGETISA_H
#define WHITTLE_ISA_TARGETISA_H

#include "isa/Row.h"
#include "llvm/ADT/DenseMap.h"
#include <memory>
#include <mutex>
#include <vector>

namespace llvm {
class MCInstrDesc;
class MCInstrInfo;
class MCRegisterInfo;
class MCSubtargetInfo;
class Target;
} // namespace llvm

namespace whittle {

/// Opcodes with the same meaning, operand types and immediates: one symbol for
/// search and rules. Members are ordered as the rows were added.
struct OpClass {
  unsigned Id = 0;
  Hash128 Meaning;
  llvm::SmallVector<const Row *, 4> Members;
  const Row &leader() const { return *Members.front(); }
};

/// True if both rows are members of one class. Does not build all classes.
bool sameSymbol(const Row &A, const Row &B);

class TargetIsa {
public:
  /// \p Arch is "x86_64" or "amdgcn". Kept until the process ends.
  static llvm::Expected<const TargetIsa *> get(llvm::StringRef Arch);
  /// The target for a triple, or an error that names the triple.
  static llvm::Expected<const TargetIsa *> forTriple(llvm::StringRef Triple);
  ~TargetIsa();

  /// Fails, naming the row, if a row disagrees with LLVM's tables (unknown opcode
  /// name, operand without a value type). Such a row is not found by name or
  /// opcode, and the programs refuse to start with one.
  llvm::Error check() const;

  llvm::StringRef arch() const { return Arch; }
  llvm::StringRef defaultTriple() const { return TripleName; }
  const std::deque<Row> &rows() const;
  /// By opcode name; nullptr if there is no row. Generic rows: EXTRACT, CONCAT.
  const Row *find(llvm::StringRef Name) const;
  /// By LLVM's opcode number; nullptr if there is no row. Of several, the one
  /// without a variant's suffix.
  const Row *find(unsigned Opcode) const;
  /// All rows of an opcode, in the order in which they are to be tried.
  llvm::SmallVector<const Row *, 2> rowsOf(unsigned Opcode) const;
  const Row &generic(GenericOp G) const;

  /// All classes, by id. Built on first use: hashes every meaning.
  llvm::ArrayRef<OpClass> classes() const;
  const OpClass &classOf(const Row &R) const;

  const llvm::MCInstrInfo &instrInfo() const { return *MII; }
  const llvm::MCRegisterInfo &registerInfo() const;
  const llvm::Target &llvmTarget() const { return *TheTarget; }
  /// A subtarget; an unknown CPU or feature is an error that names it.
  llvm::Expected<std::unique_ptr<llvm::MCSubtargetInfo>>
  subtarget(llvm::StringRef CPU, llvm::StringRef Features = "") const;

  /// The value type of a register class id, if a window may hold such values.
  std::optional<ValueType> typeOfRegClass(unsigned RegClassId) const;

private:
  TargetIsa() = default;
  llvm::Error open(llvm::StringRef Arch);
  /// Joins \p R if that was not done yet; empty, or what is wrong with the row.
  std::string join(Row &R) const;
  std::string joinUnlocked(Row &R) const;
  std::string joinImplicit(Row &R, const llvm::MCInstrDesc &D) const;

  std::string Arch, TripleName;
  const llvm::Target *TheTarget = nullptr;
  std::unique_ptr<llvm::MCInstrInfo> MII;
  mutable std::once_flag RegisterOnce;
  mutable std::unique_ptr<llvm::MCRegisterInfo> MRI;
  mutable RowSet Set;
  llvm::DenseMap<llvm::StringRef, Row *> ByName; ///< keys are the rows' own names
  /// Rows with a suffix, by the name without it.
  llvm::DenseMap<llvm::StringRef, llvm::SmallVector<Row *, 2>> Variants;
  Row Extract, Concat;
  mutable std::mutex JoinLock;
  mutable bool AllJoined = false;
  mutable std::once_flag ClassesOnce;
  mutable std::vector<OpClass> Classes;
  mutable llvm::DenseMap<const Row *, unsigned> ClassIds;
};

/// The families; each adds its rows. One line per file in TargetIsa.cpp.
void addX86Rows(RowSet &R);
void addAMDGPURows(RowSet &R);

} // namespace whittle

#endif // WHITTLE_ISA_TARGETISA_H
