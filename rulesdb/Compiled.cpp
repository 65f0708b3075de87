//===- rulesdb/Compiled.cpp - Rules as one flat file for the plugin -*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "rulesdb/Compiled.h"
#include "rulesdb/Sqlite.h"
#include "rulesdb/Stale.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/Config/llvm-config.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/raw_ostream.h"

using namespace llvm;

namespace whittle {

static constexpr StringLiteral Magic("whittle-matcher ");
static constexpr unsigned FormatVersion = 1;

std::string compileMatcher(ArrayRef<StoredRule> Rules) {
  std::vector<const StoredRule *> On;
  for (const StoredRule &R : Rules)
    if (R.State == RuleState::On && R.Evidence.Confirmed)
      On.push_back(&R);
  llvm::sort(On, [](const StoredRule *A, const StoredRule *B) { return A->Id < B->Id; });
  std::string Content;
  raw_string_ostream OS(Content);
  OS << Magic << FormatVersion << "\n"
     << "llvm " << LLVM_VERSION_STRING << "\n"
     << "rules " << On.size() << "\n";
  for (const StoredRule *R : On) {
    OS << "rule " << R->Id.hex() << " " << R->Target << " " << R->Evidence.RowHashes.size() << " "
       << R->Text.size() << "\n";
    for (const auto &[Opcode, Hash] : R->Evidence.RowHashes)
      OS << Opcode << " " << Hash.hex() << "\n";
    OS << R->Text;
  }
  std::string Sum = Hash128::of(Content).hex();
  OS << "sum " << Sum << "\n";
  return Content;
}

namespace {
/// Takes lines and byte counts from the front of a checked content.
class Reader {
public:
  explicit Reader(StringRef Rest) : Rest(Rest) {}

  /// The next line's words; none at the end.
  SmallVector<StringRef, 5> words() {
    auto [Line, Others] = Rest.split('\n');
    Rest = Others;
    SmallVector<StringRef, 5> Words;
    Line.split(Words, ' ');
    return Words;
  }
  bool take(size_t Bytes, StringRef &Out) {
    if (Bytes > Rest.size())
      return false;
    Out = Rest.take_front(Bytes);
    Rest = Rest.drop_front(Bytes);
    return true;
  }
  bool atEnd() const { return Rest.empty(); }

private:
  StringRef Rest;
};
} // namespace

/// Fills \p Out and gives "", or says what is wrong with the content.
static std::string readRules(StringRef Content, StringRef Arch, const std::string &Path,
                             std::vector<std::string> *Warnings, std::vector<MatcherRule> &Out) {
  // The checksum covers all before its own line, whose length is fixed.
  constexpr size_t SumLine = sizeof("sum \n") - 1 + 32;
  std::string Damaged = "damaged or truncated compiled matcher";
  Reader Head(Content);
  unsigned Version;
  auto First = Head.words();
  if (First.size() != 2 || First[1].getAsInteger(10, Version))
    return Damaged;
  if (Version != FormatVersion)
    return "compiled matcher of format " + std::to_string(Version) + ", this Whittle reads " +
           std::to_string(FormatVersion) + ": compile it again";
  if (Content.size() < SumLine)
    return Damaged;
  StringRef Covered = Content.drop_back(SumLine);
  if (Content.take_back(SumLine) != "sum " + Hash128::of(Covered).hex() + "\n")
    return Damaged;

  Reader In(Covered);
  In.words();
  auto Llvm = In.words();
  if (Llvm.size() != 2 || Llvm[0] != "llvm")
    return Damaged;
  if (Llvm[1] != LLVM_VERSION_STRING)
    return "made for LLVM " + Llvm[1].str() +
           ", this is LLVM " LLVM_VERSION_STRING ": compile it again";
  auto Count = In.words();
  size_t Rules;
  if (Count.size() != 2 || Count[0] != "rules" || Count[1].getAsInteger(10, Rules))
    return Damaged;
  RowHashes Today;
  for (size_t I = 0; I != Rules; ++I) {
    auto Line = In.words();
    size_t NumRows, TextSize;
    if (Line.size() != 5 || Line[0] != "rule" || Line[3].getAsInteger(10, NumRows) ||
        Line[4].getAsInteger(10, TextSize))
      return Damaged;
    auto Id = parseHash(Line[1]);
    if (!Id)
      return Damaged;
    std::vector<std::pair<std::string, Hash128>> Rows;
    for (size_t K = 0; K != NumRows; ++K) {
      auto Row = In.words();
      auto Hash = Row.size() == 2 ? parseHash(Row[1]) : std::nullopt;
      if (!Hash)
        return Damaged;
      Rows.emplace_back(Row[0].str(), *Hash);
    }
    StringRef Text;
    if (!In.take(TextSize, Text))
      return Damaged;
    if (Line[2] != Arch)
      continue;
    Rule R;
    std::string Why = staleReason(Text, *Id, Rows, Today, R);
    if (Why.empty())
      Out.push_back({*Id, std::move(R)});
    else if (Warnings)
      Warnings->push_back(Path + ": rule " + Id->hex().substr(0, 8) + ": " + Why);
  }
  return In.atEnd() ? "" : Damaged;
}

/// The whole file, or a message for what is none.
static Expected<std::unique_ptr<MemoryBuffer>> readWhole(const std::string &Path) {
  if (sys::fs::is_directory(Path))
    return fileError(Path, "is a directory");
  // Not mapped: a file that somebody truncates under us must not be a signal.
  auto Buffer = MemoryBuffer::getFile(Path, /*IsText=*/false, /*RequiresNullTerminator=*/false,
                                      /*IsVolatile=*/true);
  if (!Buffer)
    return fileError(Path, Buffer.getError() == std::errc::no_such_file_or_directory
                               ? "no such file"
                               : Buffer.getError().message());
  return std::move(*Buffer);
}

Expected<std::vector<MatcherRule>> readCompiled(const std::string &Path, StringRef Arch,
                                                std::vector<std::string> *Warnings) {
  auto Buffer = readWhole(Path);
  if (!Buffer)
    return Buffer.takeError();
  StringRef Content = (*Buffer)->getBuffer();
  if (!Content.starts_with(Magic))
    return fileError(Path, "not a compiled matcher");
  std::vector<MatcherRule> Rules;
  std::string Why = readRules(Content, Arch, Path, Warnings, Rules);
  if (!Why.empty())
    return fileError(Path, Why);
  return Rules;
}

/// False for what cannot be read: opening it as a database says what is wrong.
static bool isCompiled(const std::string &Path) {
  char First[Magic.size()] = {};
  auto File = sys::fs::openNativeFileForRead(Path);
  if (!File) {
    consumeError(File.takeError());
    return false;
  }
  auto Got = sys::fs::readNativeFile(*File, First);
  (void)sys::fs::closeFile(*File);
  if (!Got) {
    consumeError(Got.takeError());
    return false;
  }
  return StringRef(First, *Got) == Magic;
}

Expected<std::optional<std::vector<std::string>>> loadMatcherRoots(const std::string &Path,
                                                                   StringRef Arch) {
  if (isCompiled(Path))
    return std::nullopt;
  auto Db = RuleDb::open(Path, RuleDb::Mode::ReadOnly);
  if (!Db)
    return Db.takeError();
  auto Roots = (*Db)->matcherRoots(Arch);
  if (!Roots)
    return Roots.takeError();
  return std::move(*Roots);
}

Expected<std::vector<MatcherRule>> loadMatcherRules(const std::string &Path, StringRef Arch,
                                                    std::vector<std::string> *Warnings,
                                                    ArrayRef<std::string> Roots) {
  if (isCompiled(Path))
    return readCompiled(Path, Arch, Warnings);
  auto Db = RuleDb::open(Path, RuleDb::Mode::ReadOnly);
  if (!Db)
    return Db.takeError();
  return (*Db)->matcherRules(Arch, Warnings, Roots);
}

} // namespace whittle
