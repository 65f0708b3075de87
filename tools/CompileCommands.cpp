//===- tools/CompileCommands.cpp - What a build compiles, and how ---------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tools/Compile.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Allocator.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/StringSaver.h"
#include <nlohmann/json.hpp>

using namespace llvm;
using nlohmann::json;

namespace whittle {

/// Arguments that say what is written and where, or that another compiler reads.
/// With a value of their own in the next argument: true.
static std::optional<bool> isLeftOut(StringRef Arg) {
  for (StringRef Next : {"-o", "-MF", "-MT", "-MQ", "-MJ", "-dependency-file"})
    if (Arg == Next)
      return true;
  // Optimisation is ours: code that is not optimised is not worth rules.
  for (StringRef Alone :
       {"-c", "-S", "-E", "-M", "-MM", "-MD", "-MMD", "-MP", "-emit-llvm", "-save-temps"})
    if (Arg == Alone)
      return false;
  for (StringRef Begin :
       {"-O", "-o", "-g", "-MF", "-flto", "-Werror", "-fdiagnostics", "-fsanitize="})
    if (Arg.starts_with(Begin))
      return false;
  return std::nullopt;
}

static std::string absolute(StringRef Directory, StringRef File) {
  SmallString<128> Whole(File);
  sys::path::make_absolute(Directory, Whole);
  sys::path::remove_dots(Whole, /*remove_dot_dot=*/true);
  return Whole.str().str();
}

/// The arguments of an entry, without the compiler and \p File, however the command
/// names it.
static std::vector<std::string> argumentsOf(ArrayRef<StringRef> All, StringRef Directory,
                                            StringRef File) {
  std::vector<std::string> Args;
  for (size_t I = 1; I < All.size(); ++I) {
    if (std::optional<bool> WithValue = isLeftOut(All[I])) {
      I += *WithValue;
      continue;
    }
    if (All[I] != "--" && absolute(Directory, All[I]) != File)
      Args.push_back(All[I].str());
  }
  return Args;
}

Expected<std::vector<CompileOptions>> compileCommands(const std::string &Given) {
  SmallString<128> Path(Given);
  if (sys::fs::is_directory(Path))
    sys::path::append(Path, "compile_commands.json");
  auto Bad = [&](const Twine &Message) {
    return createStringError(inconvertibleErrorCode(), Path + ": " + Message);
  };
  ErrorOr<std::unique_ptr<MemoryBuffer>> Text = MemoryBuffer::getFile(Path);
  if (!Text)
    return Bad(Text.getError().message());
  json J = json::parse((*Text)->getBuffer().str(), nullptr, /*allow_exceptions=*/false);
  if (!J.is_array())
    return Bad("not a compile database: an array of objects is expected");
  std::vector<CompileOptions> All;
  StringSet<> Seen;
  size_t Number = 0;
  for (const json &E : J) {
    const std::string Where = "entry " + std::to_string(++Number) + ": ";
    auto Field = [&](const char *Name) {
      return E.is_object() && E.contains(Name) && E[Name].is_string()
                 ? std::optional(E[Name].get<std::string>())
                 : std::nullopt;
    };
    std::optional<std::string> File = Field("file"), Directory = Field("directory"),
                               Command = Field("command");
    if (!File || !Directory)
      return Bad(Where + "'file' and 'directory' are expected");
    BumpPtrAllocator Memory;
    StringSaver Saver(Memory);
    SmallVector<const char *, 32> Split;
    if (Command)
      cl::TokenizeGNUCommandLine(*Command, Saver, Split);
    else if (E.contains("arguments") && E["arguments"].is_array())
      for (const json &A : E["arguments"]) {
        if (!A.is_string())
          return Bad(Where + "'arguments' is a list of strings");
        Split.push_back(Saver.save(A.get<std::string>()).begin());
      }
    else
      return Bad(Where + "'command' or 'arguments' is expected");
    SmallVector<StringRef, 32> Args(Split.begin(), Split.end());
    StringRef Ext = sys::path::extension(*File);
    if (!is_contained(CompiledExtensions, Ext))
      continue;
    CompileOptions O;
    O.Directory = *Directory;
    O.File = absolute(*Directory, *File);
    O.ClangArgs = argumentsOf(Args, *Directory, O.File);
    // A file may be compiled twice in a build, for a shared and a static library say.
    std::string Key = O.File;
    for (const std::string &A : O.ClangArgs)
      Key += '\0' + A;
    if (Seen.insert(Key).second)
      All.push_back(std::move(O));
  }
  return All;
}

} // namespace whittle
