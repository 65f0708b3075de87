//===- rulesdb/ImportExport.cpp - Rules as .rules files ---------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "rulesdb/ImportExport.h"
#include "rulesdb/Sqlite.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"
#include <cerrno>
#include <unistd.h>

using namespace llvm;

namespace whittle {

std::string exportRules(ArrayRef<StoredRule> Rules) {
  std::vector<const StoredRule *> Sorted;
  for (const StoredRule &R : Rules)
    Sorted.push_back(&R);
  llvm::sort(Sorted, [](const StoredRule *A, const StoredRule *B) { return A->Id < B->Id; });
  std::string Text;
  raw_string_ostream OS(Text);
  for (const StoredRule *R : Sorted) {
    OS << "# " << R->Id.hex();
    if (R->State != RuleState::On) {
      OS << " is " << stateName(R->State) << " and left out\n\n";
      continue;
    }
    OS << ", cost " << R->CostSource.Weight << " -> " << R->CostTarget.Weight << "\n"
       << R->Text << "\n";
  }
  return Text;
}

Expected<std::vector<Rule>> readRulesFile(const std::string &Path) {
  if (Path != "-" && sys::fs::is_directory(Path))
    return fileError(Path, "is a directory, not a file of rules");
  auto Buffer = MemoryBuffer::getFileOrSTDIN(Path, /*IsText=*/true);
  if (!Buffer)
    return fileError(Path, Buffer.getError().message());
  StringRef Text = (*Buffer)->getBuffer();
  if (Text.starts_with("SQLite format 3"))
    return fileError(Path, "is a database: a file of rules is text");
  return parseRules(Text, Path == "-" ? "<stdin>" : StringRef(Path));
}

static Error systemError(StringRef Path, int Code) {
  return fileError(Path, std::error_code(Code, std::generic_category()).message());
}

/// The error number of writing all of \p Content, or 0.
static int writeAll(int Fd, StringRef Content) {
  while (!Content.empty()) {
    ssize_t Written = ::write(Fd, Content.data(), Content.size());
    if (Written >= 0)
      Content = Content.drop_front(Written);
    else if (errno != EINTR)
      return errno;
  }
  return 0;
}

Error publishFile(const std::string &Path, StringRef Content) {
  int Fd;
  // A device or a pipe is written to, never replaced by a file.
  sys::fs::file_status Status;
  if (!sys::fs::status(Path, Status) && sys::fs::exists(Status) &&
      !sys::fs::is_regular_file(Status)) {
    if (std::error_code EC = sys::fs::openFileForWrite(Path, Fd, sys::fs::CD_OpenExisting))
      return fileError(Path, EC.message());
    int Failed = writeAll(Fd, Content);
    if (::close(Fd) != 0 && !Failed)
      Failed = errno;
    return Failed ? systemError(Path, Failed) : Error::success();
  }
  SmallString<128> Temp;
  if (std::error_code EC =
          sys::fs::createUniqueFile(Path + ".new-%%%%%%%%", Fd, Temp, sys::fs::OF_None,
                                    sys::fs::all_read | sys::fs::owner_write))
    return fileError(Path, EC.message());
  int Failed = writeAll(Fd, Content);
  if (!Failed && ::fsync(Fd) != 0)
    Failed = errno;
  if (::close(Fd) != 0 && !Failed)
    Failed = errno;
  if (!Failed) {
    std::error_code EC = sys::fs::rename(Temp, Path);
    if (!EC)
      return Error::success();
    Failed = EC.value();
  }
  sys::fs::remove(Temp);
  return systemError(Path, Failed);
}

} // namespace whittle
