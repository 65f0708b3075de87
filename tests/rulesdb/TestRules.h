//===- tests/rulesdb/TestRules.h - Rules and folders for the tests -*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_TESTS_RULESDB_TESTRULES_H
#define WHITTLE_TESTS_RULESDB_TESTRULES_H

#include "isa/TargetIsa.h"
#include "rulesdb/RuleDb.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"
#include <gtest/gtest.h>

namespace whittle::test {

/// A folder that goes away with its owner.
class TempFolder {
public:
  TempFolder() {
    llvm::SmallString<128> Name;
    if (llvm::sys::fs::createUniqueDirectory("whittle-rulesdb", Name))
      ADD_FAILURE() << "no temporary folder";
    Path = Name.str().str();
  }
  ~TempFolder() { (void)llvm::sys::fs::remove_directories(Path); }
  std::string file(llvm::StringRef Name) const { return (Path + "/" + Name).str(); }
  std::string Path;
};

inline void writeFile(const std::string &Path, llvm::StringRef Content) {
  std::error_code EC;
  llvm::raw_fd_ostream OS(Path, EC);
  ASSERT_FALSE(EC) << Path;
  OS << Content;
}
inline std::string readFile(const std::string &Path) {
  auto Buffer = llvm::MemoryBuffer::getFile(Path);
  return Buffer ? (*Buffer)->getBuffer().str() : std::string();
}

/// The value, or a failure with the message.
template <typename T> T take(llvm::Expected<T> Value) {
  if (!Value) {
    ADD_FAILURE() << llvm::toString(Value.takeError());
    return T();
  }
  return std::move(*Value);
}
inline void ok(llvm::Error E) {
  if (E)
    ADD_FAILURE() << llvm::toString(std::move(E));
}
/// The message, or "" for success.
inline std::string messageOf(llvm::Error E) { return E ? llvm::toString(std::move(E)) : ""; }
template <typename T> std::string messageOf(llvm::Expected<T> Value) {
  return Value ? std::string() : llvm::toString(Value.takeError());
}

inline Rule parsed(llvm::StringRef Text) {
  auto R = parseRule(Text);
  if (!R) {
    ADD_FAILURE() << llvm::toString(R.takeError()) << "\n" << Text.str();
    return Rule();
  }
  canonicalize(*R);
  return std::move(*R);
}

/// The chain of a quantised dot product: bytes of %0 at most \p Mask's complement.
inline Rule dotRule(llvm::StringRef ZerosByte = "0xf0") {
  return parsed("rule x86_64\n"
                "  %0:v512 zeros=splat(i8 " +
                ZerosByte.str() +
                ")\n"
                "  %1:v512\n"
                "  %2:v512\n"
                "  %3:v512 = const splat(i16 1)\n"
                "  %4:v512 = VPMADDUBSWZrr %0, %1\n"
                "  %5:v512 = VPMADDWDZrr %4, %3\n"
                "  %6:v512 = VPADDDZrr %2, %5\n"
                "  yield %6\n"
                "=>\n"
                "  %4:v512 = VPDPBUSDZrr %2, %0, %1\n"
                "  yield %4\n"
                "end\n");
}

/// VPDPBUSD round a loop from zero, and VPADDD behind it.
inline Rule loopRuleOfDot() {
  return parsed("rule x86_64\n"
                "  %0:v512 loop\n"
                "  %1:v512\n"
                "  %2:v512\n"
                "  %3:v512\n"
                "  %4:v512 = const splat(i8 0)\n"
                "  %5:v512 = VPDPBUSDZrr %0, %1, %2\n"
                "  %6:v512 = VPADDDZrr %5, %3\n"
                "  %7:v512 = VPADDDZrr %4, %3\n"
                "  yield %6, %7\n"
                "=>\n"
                "  %5:v512 = VPADDDZrr %0, %3\n"
                "  %6:v512 = VPDPBUSDZrr %5, %1, %2\n"
                "  yield %6, %3\n"
                "end\n");
}

/// Two shifts as one: 961 different rules for 1 <= I, J <= 31. (Not all true: the
/// database does not prove.)
inline Rule shiftRule(unsigned I, unsigned J) {
  std::string A = std::to_string(I), B = std::to_string(J);
  return parsed("rule x86_64\n"
                "  %0:v512\n"
                "  %1:v512 = VPSLLDZri %0, " +
                A + "\n  %2:v512 = VPSLLDZri %1, " + B +
                "\n  yield %2\n=>\n  %1:v512 = VPSLLDZri %0, " + std::to_string(I + J) +
                "\n  yield %1\nend\n");
}

inline RuleEvidence evidence(double Seconds = 0.5) {
  RuleEvidence E;
  E.Method = "slices by Z3";
  E.Solvers = "z3 4.8.12 smt";
  E.Slices = 16;
  E.DistinctSlices = 1;
  E.BySolver = 1;
  E.LLVMVersion = "22.1.8";
  E.ProverVersion = "1";
  E.FoundBy = "search";
  E.Seconds = Seconds;
  return E;
}

inline std::unique_ptr<RuleDb> openDb(const std::string &Path,
                                      RuleDb::Mode M = RuleDb::Mode::Create) {
  auto Db = take(RuleDb::open(Path, M));
  // Nothing of a test makes sense without: a clear end instead of a crash.
  if (!Db)
    std::exit(1);
  return Db;
}

} // namespace whittle::test

#endif // WHITTLE_TESTS_RULESDB_TESTRULES_H
