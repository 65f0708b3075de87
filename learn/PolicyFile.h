//===- learn/PolicyFile.h - A policy on disk --------------------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_LEARN_POLICYFILE_H
#define WHITTLE_LEARN_POLICYFILE_H

#include "isa/Row.h"
#include "learn/Net.h"
#include <string>
#include <vector>

namespace whittle {

/// Raised whenever the layout of the file or of the features changes.
constexpr uint32_t PolicyFormatVersion = 1;

/// What a policy file holds. All integers and floats are little-endian:
/// "WHITTLEP", version (4 bytes), then target (length, bytes), seed (8), number
/// of training windows (8), opcode table hash (16), meanings (count, 16 bytes
/// each), shape (3 times 4), weights (count of 8 bytes, 4 each), and as the
/// last 16 bytes the Hash128 of all before.
struct PolicyData {
  std::string Target; ///< "x86_64", "amdgcn"
  uint64_t Seed = 0;
  uint64_t TrainingWindows = 0;
  Hash128 TableHash;
  std::vector<Hash128> Meanings; ///< of the opcode classes, ascending
  Net N;
};

std::string encodePolicy(const PolicyData &P);
/// Errors start with \p Name and state the cause: not a policy file, another
/// format version, truncated, corrupt.
llvm::Expected<PolicyData> decodePolicy(llvm::StringRef Bytes, llvm::StringRef Name);

/// Fails as writePolicy would where \p Path cannot be written: to be asked
/// before the work.
llvm::Error checkWritable(llvm::StringRef Path);
/// Through a temporary file and a rename: \p Path is never half written.
llvm::Error writePolicy(const PolicyData &P, llvm::StringRef Path);
llvm::Expected<PolicyData> readPolicy(llvm::StringRef Path);

} // namespace whittle

#endif // WHITTLE_LEARN_POLICYFILE_H
