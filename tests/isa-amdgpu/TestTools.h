//===- tests/isa-amdgpu/TestTools.h - What these tests share ----*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_TESTS_ISA_AMDGPU_TESTTOOLS_H
#define WHITTLE_TESTS_ISA_AMDGPU_TESTTOOLS_H

#include "isa/TargetIsa.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/raw_ostream.h"

namespace whittle {

inline const TargetIsa &openIsa(llvm::StringRef Arch) {
  auto Opened = TargetIsa::get(Arch);
  if (!Opened)
    llvm::report_fatal_error(Opened.takeError());
  return **Opened;
}

struct ToolOutput {
  int Code = -1;
  std::string Out, Err;
};

/// Runs one of LLVM's programs with \p Input on stdin.
inline ToolOutput runTool(llvm::StringRef Tool, llvm::ArrayRef<llvm::StringRef> Args,
                          llvm::StringRef Input = "") {
  using namespace llvm;
  SmallString<128> Files[3];
  for (auto &F : Files)
    if (sys::fs::createTemporaryFile("whittle-test", "txt", F))
      report_fatal_error("no temporary file");
  std::error_code Code;
  raw_fd_ostream(Files[0], Code) << Input;
  const std::string Program = (WHITTLE_LLVM_BIN "/" + Tool).str();
  SmallVector<StringRef, 8> Argv = {Program};
  Argv.append(Args.begin(), Args.end());
  const std::optional<StringRef> Redirects[] = {StringRef(Files[0]), StringRef(Files[1]),
                                                StringRef(Files[2])};
  ToolOutput R;
  R.Code = sys::ExecuteAndWait(Program, Argv, std::nullopt, Redirects);
  for (auto [File, Text] : {std::pair(1, &R.Out), std::pair(2, &R.Err)})
    if (auto Buffer = MemoryBuffer::getFile(Files[File]))
      *Text = (*Buffer)->getBuffer().str();
  for (auto &F : Files)
    sys::fs::remove(F);
  return R;
}

} // namespace whittle

#endif // WHITTLE_TESTS_ISA_AMDGPU_TESTTOOLS_H
