//===- isa/ObjectStore.h - Compiled code kept on disk -----------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A cache, so every failure is a miss: an entry that is truncated, damaged, of
// another key or of another format is removed and written again; a disk that is
// full or cannot be written to just keeps nothing.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ISA_OBJECTSTORE_H
#define WHITTLE_ISA_OBJECTSTORE_H

#include "llvm/Support/MemoryBuffer.h"
#include <atomic>
#include <memory>
#include <string>

namespace whittle {

/// Objects by key in one directory, which is made when there is something to
/// keep. Safe for several threads and processes, also such as are killed:
/// entries appear by rename. Entries that were not used for longest are removed
/// when all together are too large.
class ObjectStore {
public:
  static constexpr uint64_t DefaultLimit = uint64_t(512) << 20;

  /// In defaultDirectory().
  ObjectStore() : ObjectStore(defaultDirectory()) {}
  /// In \p Dir; nowhere if that is empty. \p Limit: bytes to keep in all.
  explicit ObjectStore(std::string Dir, uint64_t Limit = DefaultLimit)
      : Dir(std::move(Dir)), Limit(Limit) {}

  /// $WHITTLE_CACHE_DIR (set but empty: none), else $XDG_CACHE_HOME/whittle,
  /// else $HOME/.cache/whittle, else none.
  static std::string defaultDirectory();

  /// The object stored under \p Key, or null.
  std::unique_ptr<llvm::MemoryBuffer> load(llvm::StringRef Key) const;
  void store(llvm::StringRef Key, llvm::MemoryBufferRef Object);
  /// Where \p Key is kept; empty if nothing is.
  std::string pathOf(llvm::StringRef Key) const;

private:
  bool write(llvm::StringRef Path, llvm::StringRef Key, llvm::StringRef Object) const;
  /// Brings the directory below the limit, and removes what killed writers left.
  void evict() const;

  std::string Dir;
  uint64_t Limit;
  std::atomic<bool> Started{false}, Broken{false};
  std::atomic<uint64_t> Written{0}; ///< since the last look at the limit
};

} // namespace whittle

#endif // WHITTLE_ISA_OBJECTSTORE_H
