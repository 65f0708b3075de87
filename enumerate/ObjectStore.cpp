//===- enumerate/ObjectStore.cpp - Compiled code kept on disk -------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "enumerate/ObjectStore.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/SHA256.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace whittle {

static constexpr StringLiteral Magic = "WHITTLE OBJECT 1\n";
static constexpr size_t DigestBytes = 32;

static std::array<uint8_t, DigestBytes> digest(StringRef Data) {
  return SHA256::hash(ArrayRef(reinterpret_cast<const uint8_t *>(Data.data()), Data.size()));
}

ObjectStore::ObjectStore() {
  SmallString<128> Path;
  if (auto Xdg = sys::Process::GetEnv("XDG_CACHE_HOME"); Xdg && sys::path::is_absolute(*Xdg))
    Path = *Xdg;
  else if (auto Home = sys::Process::GetEnv("HOME"); Home && sys::path::is_absolute(*Home))
    sys::path::append(Path, *Home, ".cache");
  else
    return;
  sys::path::append(Path, "whittle");
  if (!sys::fs::create_directories(Path))
    Dir = std::string(Path);
}

std::string ObjectStore::pathOf(StringRef Key) const {
  if (Dir.empty())
    return "";
  SmallString<128> Path(Dir);
  sys::path::append(Path, Key + ".obj");
  return std::string(Path);
}

std::unique_ptr<MemoryBuffer> ObjectStore::load(StringRef Key) const {
  std::string Path = pathOf(Key);
  if (Path.empty())
    return nullptr;
  auto File = MemoryBuffer::getFile(Path, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!File)
    return nullptr;
  StringRef Text = (*File)->getBuffer();
  if (!Text.consume_front(Magic) || Text.size() <= DigestBytes)
    return nullptr;
  StringRef Object = Text.drop_front(DigestBytes);
  auto Sum = digest(Object);
  if (!std::equal(Sum.begin(), Sum.end(), Text.bytes_begin()))
    return nullptr;
  return MemoryBuffer::getMemBufferCopy(Object, Key);
}

void ObjectStore::store(StringRef Key, MemoryBufferRef Object) const {
  std::string Path = pathOf(Key);
  if (Path.empty())
    return;
  int FD;
  SmallString<128> Temp;
  if (sys::fs::createUniqueFile(Path + ".%%%%%%%%", FD, Temp))
    return;
  bool Failed;
  {
    raw_fd_ostream OS(FD, /*shouldClose=*/true);
    auto Sum = digest(Object.getBuffer());
    OS << Magic;
    OS.write(reinterpret_cast<const char *>(Sum.data()), Sum.size());
    OS << Object.getBuffer();
    OS.flush();
    Failed = OS.has_error();
    OS.clear_error();
  }
  if (Failed || sys::fs::rename(Temp, Path))
    sys::fs::remove(Temp);
}

} // namespace whittle
