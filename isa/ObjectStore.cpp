//===- isa/ObjectStore.cpp - Compiled code kept on disk --------------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/ObjectStore.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/SHA256.h"
#include "llvm/Support/raw_ostream.h"
#include <algorithm>
#include <chrono>
#include <vector>

using namespace llvm;

namespace whittle {

// A file: the magic, the object's length in 8 bytes, a digest of key and object,
// the object.
static constexpr StringLiteral Magic = "WHITTLE OBJECT 2\n", Suffix = ".obj", Unfinished = ".tmp";
static constexpr size_t LengthBytes = 8, DigestBytes = 32;

static std::array<uint8_t, DigestBytes> digest(StringRef Key, StringRef Object) {
  SHA256 Hash;
  Hash.update(Key);
  Hash.update("\n");
  Hash.update(Object);
  return Hash.final();
}

std::string ObjectStore::defaultDirectory() {
  SmallString<128> Path;
  if (auto Chosen = sys::Process::GetEnv("WHITTLE_CACHE_DIR")) {
    Path = *Chosen;
    if (!Path.empty() && sys::fs::make_absolute(Path))
      return "";
    return std::string(Path);
  }
  if (auto Xdg = sys::Process::GetEnv("XDG_CACHE_HOME"); Xdg && sys::path::is_absolute(*Xdg))
    Path = *Xdg;
  else if (auto Home = sys::Process::GetEnv("HOME"); Home && sys::path::is_absolute(*Home))
    sys::path::append(Path, *Home, ".cache");
  else
    return "";
  sys::path::append(Path, "whittle");
  return std::string(Path);
}

std::string ObjectStore::pathOf(StringRef Key) const {
  if (Dir.empty())
    return "";
  SmallString<128> Path(Dir);
  sys::path::append(Path, Key + Suffix);
  return std::string(Path);
}

/// The object in a file's text, if the file is whole and of \p Key.
static std::optional<StringRef> objectIn(StringRef Text, StringRef Key) {
  if (!Text.consume_front(Magic) || Text.size() < LengthBytes + DigestBytes)
    return std::nullopt;
  uint64_t Length = support::endian::read64le(Text.data());
  StringRef Sum = Text.substr(LengthBytes, DigestBytes),
            Object = Text.drop_front(LengthBytes + DigestBytes);
  if (Object.size() != Length)
    return std::nullopt;
  auto Want = digest(Key, Object);
  if (!std::equal(Want.begin(), Want.end(), Sum.bytes_begin()))
    return std::nullopt;
  return Object;
}

/// Use is noted once a day: eviction needs no more, and a hit stays one read.
static void noteUse(StringRef Path) {
  sys::fs::file_status Status;
  auto Now = std::chrono::system_clock::now();
  if (sys::fs::status(Path, Status) ||
      Now - Status.getLastModificationTime() < std::chrono::hours(24))
    return;
  int FD;
  if (sys::fs::openFileForWrite(Path, FD, sys::fs::CD_OpenExisting, sys::fs::OF_Append))
    return;
  (void)sys::fs::setLastAccessAndModificationTime(FD, Now);
  (void)sys::Process::SafelyCloseFileDescriptor(FD);
}

std::unique_ptr<MemoryBuffer> ObjectStore::load(StringRef Key) const {
  std::string Path = pathOf(Key);
  if (Path.empty())
    return nullptr;
  // Volatile: read, not mapped, so that nobody can cut it off under us.
  auto File = MemoryBuffer::getFile(Path, /*IsText=*/false, /*RequiresNullTerminator=*/false,
                                    /*IsVolatile=*/true);
  if (!File)
    return nullptr;
  std::optional<StringRef> Object = objectIn((*File)->getBuffer(), Key);
  if (!Object) {
    (void)sys::fs::remove(Path);
    return nullptr;
  }
  noteUse(Path);
  return MemoryBuffer::getMemBufferCopy(*Object, Key);
}

bool ObjectStore::write(StringRef Path, StringRef Key, StringRef Object) const {
  int FD;
  SmallString<128> Temp;
  if (sys::fs::createUniqueFile(Path + ".%%%%%%%%" + Unfinished, FD, Temp))
    return false;
  raw_fd_ostream OS(FD, /*shouldClose=*/true);
  char Length[LengthBytes];
  support::endian::write64le(Length, Object.size());
  auto Sum = digest(Key, Object);
  OS << Magic;
  OS.write(Length, sizeof Length);
  OS.write(reinterpret_cast<const char *>(Sum.data()), Sum.size());
  OS << Object;
  OS.close();
  bool Failed = OS.has_error();
  OS.clear_error();
  if (!Failed && !sys::fs::rename(Temp, Path))
    return true;
  (void)sys::fs::remove(Temp);
  return false;
}

void ObjectStore::store(StringRef Key, MemoryBufferRef Object) {
  // After one failure (disk full, read-only) no more is tried.
  std::string Path = pathOf(Key);
  if (Path.empty() || Broken)
    return;
  bool First = !Started.exchange(true);
  if ((First && sys::fs::create_directories(Dir, true, sys::fs::owner_all)) ||
      !write(Path, Key, Object.getBuffer())) {
    Broken = true;
    return;
  }
  uint64_t Bytes = Written += Object.getBufferSize();
  if (First || Bytes > Limit / 16) {
    Written = 0;
    evict();
  }
}

void ObjectStore::evict() const {
  struct Entry {
    sys::TimePoint<> Used;
    uint64_t Size;
    std::string Path;
  };
  std::vector<Entry> Entries;
  uint64_t Total = 0;
  auto Now = std::chrono::system_clock::now();
  std::error_code EC;
  for (sys::fs::directory_iterator It(Dir, EC), End; !EC && It != End; It.increment(EC)) {
    StringRef Path = It->path();
    bool Temp = Path.ends_with(Unfinished);
    auto Status = It->status();
    if ((!Temp && !Path.ends_with(Suffix)) || !Status)
      continue;
    if (Temp) {
      if (Now - Status->getLastModificationTime() > std::chrono::hours(1))
        (void)sys::fs::remove(Path);
      continue;
    }
    Total += Status->getSize();
    Entries.push_back({Status->getLastModificationTime(), Status->getSize(), Path.str()});
  }
  if (Total <= Limit)
    return;
  // Well below it, so that the next entries do not look again.
  std::sort(Entries.begin(), Entries.end(), [](const Entry &A, const Entry &B) {
    return std::tie(A.Used, A.Path) < std::tie(B.Used, B.Path);
  });
  for (const Entry &E : Entries) {
    if (Total <= Limit / 4 * 3)
      break;
    (void)sys::fs::remove(E.Path);
    Total -= E.Size;
  }
}

} // namespace whittle
