//===- tests/passes/PluginTest.cpp - The plugin in stock llc and clang -----===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/Meaning.h"
#include "isa/TargetIsa.h"
#include "rulesdb/RuleDb.h"
#include "llvm/Support/Program.h"
#include "gmock/gmock.h"
#include <filesystem>
#include <fstream>

using namespace llvm;
using namespace whittle;
using testing::HasSubstr;
using testing::Not;
namespace fs = std::filesystem;

namespace {

const char Text[] = R"(rule x86_64
  %0:v512
  %1:v512
  %2:v512
  %3:v512 = const splat(i8 0x00)
  %4:v512 = VPDPBUSDZrr %3, %0, %1
  %5:v512 = VPADDDZrr %4, %2
  yield %5
=>
  %4:v512 = VPDPBUSDZrr %2, %0, %1
  yield %4
end
)";
const char Source[] = R"(#include <immintrin.h>
__m512i f(__m512i s, __m512i a, __m512i b) {
  return _mm512_add_epi32(s, _mm512_dpbusd_epi32(_mm512_setzero_si512(), a, b));
}
)";

class PluginTest : public testing::Test {
protected:
  void SetUp() override {
    std::string Name = (fs::temp_directory_path() / "whittle-plugin-XXXXXX").string();
    ASSERT_NE(mkdtemp(Name.data()), nullptr);
    Dir = Name;
    std::ofstream(Dir / "f.c") << Source;
    So = std::string(WHITTLE_BUILD_DIR) + "/lib/WhittlePlugin.so";
    ASSERT_TRUE(fs::exists(So)) << So << " is not built";
    ASSERT_EQ(run("clang -O2 -march=sapphirerapids -S -emit-llvm f.c -o f.ll").first, 0);
    Db = makeDb("rules.db", RuleState::On);
  }
  void TearDown() override { fs::remove_all(Dir); }

  std::string makeDb(const std::string &Name, RuleState State) {
    std::string Path = (Dir / Name).string();
    Expected<Rule> R = parseRule(Text);
    EXPECT_TRUE(bool(R)) << toString(R.takeError());
    Expected<std::unique_ptr<RuleDb>> D = RuleDb::open(Path, RuleDb::Mode::Create);
    EXPECT_TRUE(bool(D)) << toString(D.takeError());
    RuleEvidence E;
    E.Method = "by hand";
    E.FoundBy = "hand";
    for (const char *Op : {"VPDPBUSDZrr", "VPADDDZrr"})
      E.RowHashes.push_back({Op, rowHash(*R->W.Isa->find(Op))});
    Expected<bool> New = (*D)->addRule(*R, E);
    EXPECT_TRUE(bool(New)) << toString(New.takeError());
    if (State != RuleState::On)
      cantFail((*D)->setState(cantFail((*D)->rules()).front().Id, State, "a test"));
    return Path;
  }

  /// Exit status and both streams of a tool of LLVM, run in Dir.
  std::pair<int, std::string> run(const std::string &Command) const {
    std::string Line = "cd " + Dir.string() + " && " + WHITTLE_LLVM_BIN + "/" + Command;
    std::string Log = (Dir / "log").string();
    fs::remove(Log); // it is not truncated
    std::optional<StringRef> Redirects[] = {std::nullopt, StringRef(Log), StringRef(Log)};
    int Status = sys::ExecuteAndWait("/bin/sh", {"sh", "-c", Line}, std::nullopt, Redirects);
    std::ifstream In(Log);
    return {Status, std::string(std::istreambuf_iterator<char>(In), {})};
  }
  /// The assembly without comments and directives.
  static std::string code(const std::string &Asm) {
    std::string Out;
    std::istringstream In(Asm);
    for (std::string L; std::getline(In, L);)
      if (L.size() > 1 && L[0] == '\t' && L[1] != '.' && L[1] != '#')
        Out += L + "\n";
    return Out;
  }

  fs::path Dir;
  std::string So, Db;
};

TEST_F(PluginTest, LlcLoad) {
  for (const char *How : {"-load=", "-load-pass-plugin="}) {
    auto [Status, Out] = run("llc -mcpu=sapphirerapids " + (How + So) + " -whittle-db=" + Db +
                             " -verify-machineinstrs f.ll -o -");
    EXPECT_EQ(Status, 0) << Out;
    EXPECT_THAT(code(Out), HasSubstr("vpdpbusd"));
    EXPECT_THAT(code(Out), Not(HasSubstr("vpaddd"))) << How;
  }
  auto [Status, Plain] = run("llc -mcpu=sapphirerapids f.ll -o -");
  EXPECT_THAT(code(Plain), HasSubstr("vpaddd"));
}

TEST_F(PluginTest, LlcGivenTwice) {
  auto [Status, Out] =
      run("llc -mcpu=sapphirerapids -load=" + So + " -load=" + So + " -load-pass-plugin=" + So +
          " -whittle-db=" + Db + " -whittle-stats f.ll -o -");
  EXPECT_EQ(Status, 0) << Out;
  EXPECT_THAT(Out, HasSubstr("whittle rewrites 1\n"));
}

TEST_F(PluginTest, SecondCopyElsewhereStaysIdle) {
  std::string Copy = (Dir / "Copy.so").string();
  fs::copy_file(So, Copy);
  auto [Status, Out] = run("llc -mcpu=sapphirerapids -load=" + So + " -load=" + Copy +
                           " -whittle-db=" + Db + " -whittle-stats f.ll -o -");
  EXPECT_EQ(Status, 0) << Out;
  EXPECT_THAT(Out, HasSubstr("whittle rewrites 1\n"));
}

TEST_F(PluginTest, Clang) {
  for (const char *How : {"-fpass-plugin=", "-fplugin="}) {
    // -mllvm options are parsed before pass plugins are loaded, unless the
    // plugin is given to the driver as a plain plugin as well.
    auto [Status, Out] =
        run("clang -O2 -march=sapphirerapids -S -fplugin=" + So + " " + (How + So) +
            " -mllvm -whittle-db=" + Db + " -Rpass=whittle f.c -g -o -");
    EXPECT_EQ(Status, 0) << Out;
    EXPECT_THAT(code(Out), Not(HasSubstr("vpaddd"))) << How;
    EXPECT_THAT(Out, HasSubstr("f.c:3:"));
    EXPECT_THAT(Out, HasSubstr("remark: rule "));
  }
}

TEST_F(PluginTest, ClangPassPluginAlone) {
  auto [Status, Out] = run("clang -O2 -march=sapphirerapids -S -fpass-plugin=" + So +
                           " -mllvm -whittle-db=" + Db + " f.c -o -");
  EXPECT_EQ(Status, 0) << Out;
  EXPECT_THAT(code(Out), Not(HasSubstr("vpaddd")));
}

TEST_F(PluginTest, Remark) {
  auto [Status, Out] = run("llc -mcpu=sapphirerapids -load=" + So + " -whittle-db=" + Db +
                           " -pass-remarks=whittle f.ll -o -");
  EXPECT_EQ(Status, 0);
  EXPECT_THAT(Out, HasSubstr("VPDPBUSDZrr VPADDDZrr -> VPDPBUSDZrr"));
}

TEST_F(PluginTest, OptnoneBisectAndCounter) {
  std::string Base = "llc -mcpu=sapphirerapids -load=" + So + " -whittle-db=" + Db + " f.ll -o - ";
  EXPECT_THAT(code(run(Base + "-opt-bisect-limit=0").second), HasSubstr("vpaddd"));
  EXPECT_THAT(code(run(Base + "-debug-counter=whittle-apply=1").second), HasSubstr("vpaddd"));
  EXPECT_THAT(code(run(Base + "-debug-counter=whittle-apply=0").second), Not(HasSubstr("vpaddd")));
  EXPECT_THAT(
      code(run("llc -O0 -mcpu=sapphirerapids -load=" + So + " -whittle-db=" + Db + " f.ll -o -")
               .second),
      HasSubstr("vpaddd"));
}

TEST_F(PluginTest, BadDatabases) {
  std::ofstream(Dir / "text.db") << "no database";
  std::ofstream(Dir / "empty.db") << "";
  fs::copy_file(Db, Dir / "cut.db");
  fs::resize_file(Dir / "cut.db", fs::file_size(Db) / 2);
  std::string Plain = code(run("llc -mcpu=sapphirerapids f.ll -o -").second);
  for (const char *Name : {"missing.db", "text.db", "empty.db", "cut.db"}) {
    auto [Status, Out] =
        run("llc -mcpu=sapphirerapids -load=" + So + " -whittle-db=" + Name + " f.ll -o -");
    EXPECT_EQ(Status, 0) << Out;
    EXPECT_THAT(Out, HasSubstr(std::string("warning: whittle: ") + Name));
    EXPECT_EQ(code(Out), Plain) << Name;
  }
}

TEST_F(PluginTest, OffRulesDoNotFire) {
  std::string Off = makeDb("off.db", RuleState::Off);
  auto [Status, Out] =
      run("llc -mcpu=sapphirerapids -load=" + So + " -whittle-db=" + Off + " f.ll -o -");
  EXPECT_EQ(Status, 0) << Out;
  EXPECT_THAT(code(Out), HasSubstr("vpaddd"));
}

TEST_F(PluginTest, OtherTargetsAreLeftAlone) {
  std::ofstream(Dir / "r.ll") << "define i32 @g(i32 %a) {\n  ret i32 %a\n}\n";
  auto [Status, Out] =
      run("llc -mtriple=aarch64 -load=" + So + " -whittle-db=" + Db + " r.ll -o -");
  EXPECT_EQ(Status, 0) << Out;
}

} // namespace
