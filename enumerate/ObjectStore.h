//===- enumerate/ObjectStore.h - Compiled code kept on disk -----*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A cache, so every failure is a miss: an entry that is truncated, damaged or
// of another format is ignored and written again.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ENUMERATE_OBJECTSTORE_H
#define WHITTLE_ENUMERATE_OBJECTSTORE_H

#include "llvm/Support/MemoryBuffer.h"
#include <memory>
#include <string>

namespace whittle {

/// Objects by key in one directory: $XDG_CACHE_HOME/whittle, else
/// $HOME/.cache/whittle, else none. Safe for several threads and processes:
/// entries appear by rename.
class ObjectStore {
public:
  ObjectStore();
  /// The object stored under \p Key, or null.
  std::unique_ptr<llvm::MemoryBuffer> load(llvm::StringRef Key) const;
  void store(llvm::StringRef Key, llvm::MemoryBufferRef Object) const;
  /// Where \p Key is kept; empty if nothing is.
  std::string pathOf(llvm::StringRef Key) const;

private:
  std::string Dir;
};

} // namespace whittle

#endif // WHITTLE_ENUMERATE_OBJECTSTORE_H
