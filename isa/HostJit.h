//===- isa/HostJit.h - Functions of this machine, kept on disk --*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// What the evaluator, conformance and `whittle isa eval` compile meanings with
// (ORC). An object is compiled once for a key, host CPU, features, LLVM version
// and optimisation level; then it is linked from the ObjectStore.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ISA_HOSTJIT_H
#define WHITTLE_ISA_HOSTJIT_H

#include "isa/ObjectStore.h"
#include "llvm/ADT/STLFunctionalExtras.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/Support/CodeGen.h"
#include "llvm/Support/Error.h"

namespace llvm {
class Module;
class TargetMachine;
} // namespace llvm

namespace whittle {

/// Thread-safe. The code lives as long as this object.
class HostJit {
public:
  static llvm::Expected<std::unique_ptr<HostJit>> create(llvm::CodeGenOptLevel Level);
  ~HostJit();

  using Addresses = llvm::SmallVector<void *, 1>;
  using CompileFn = llvm::function_ref<llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>>(
      llvm::TargetMachine &)>;
  /// Links the object of \p Key, which \p Compile makes if none is kept, and
  /// looks up \p Symbols. \p Key tells all that the object depends on but for the
  /// host. Callers remember the addresses: each call links once more.
  llvm::Expected<Addresses> get(llvm::StringRef Key, llvm::ArrayRef<std::string> Symbols,
                                CompileFn Compile);
  /// The same of a module that \p Build fills, keyed by its bitcode; it is not
  /// optimised as IR. Its symbols must not depend on what was compiled before.
  llvm::Expected<Addresses> build(llvm::function_ref<void(llvm::Module &)> Build,
                                  llvm::ArrayRef<std::string> Symbols);

  /// Where the object of \p Key is kept; empty without a cache.
  std::string cachePath(llvm::StringRef Key) const;
  /// Objects compiled (not taken from disk) so far.
  unsigned compiled() const;

private:
  HostJit();
  struct Impl;
  std::unique_ptr<Impl> I;
};

/// The module as an object for \p TM.
llvm::Expected<std::unique_ptr<llvm::MemoryBuffer>> emitObject(llvm::Module &M,
                                                               llvm::TargetMachine &TM);

} // namespace whittle

#endif // WHITTLE_ISA_HOSTJIT_H
