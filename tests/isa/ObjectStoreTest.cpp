//===- tests/isa/ObjectStoreTest.cpp - The cache of compiled code ----------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/HostJit.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"
#include "gtest/gtest.h"
#include <chrono>
#include <csignal>
#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>

using namespace llvm;
using namespace whittle;

namespace {

/// A folder of its own for each test, and $WHITTLE_CACHE_DIR as it was after it.
class Cache : public testing::Test {
protected:
  void SetUp() override { ASSERT_FALSE(sys::fs::createUniqueDirectory("whittle-objects", Root)); }
  void TearDown() override {
    ::chmod(Root.c_str(), 0700);
    sys::fs::remove_directories(Root);
    for (auto &[Name, Old] : Before)
      Old ? setenv(Name.c_str(), Old->c_str(), 1) : unsetenv(Name.c_str());
  }

  std::string path(const Twine &Name) const {
    SmallString<128> P(Root);
    sys::path::append(P, Name);
    return std::string(P);
  }
  void env(const std::string &Name, const char *Value) {
    const char *Old = getenv(Name.c_str());
    Before.try_emplace(Name, Old ? std::optional<std::string>(Old) : std::nullopt);
    Value ? setenv(Name.c_str(), Value, 1) : unsetenv(Name.c_str());
  }
  std::vector<std::string> files() const {
    std::vector<std::string> Names;
    std::error_code EC;
    for (sys::fs::directory_iterator It(Root, EC), End; !EC && It != End; It.increment(EC))
      Names.push_back(sys::path::filename(It->path()).str());
    std::sort(Names.begin(), Names.end());
    return Names;
  }
  std::string read(const std::string &Path) const {
    auto File = MemoryBuffer::getFile(Path);
    return File ? (*File)->getBuffer().str() : "";
  }
  void write(const std::string &Path, StringRef Text) const {
    std::error_code EC;
    raw_fd_ostream(Path, EC) << Text;
    ASSERT_FALSE(EC);
  }
  static std::optional<std::string> load(const ObjectStore &S, StringRef Key) {
    auto Object = S.load(Key);
    return Object ? std::optional(Object->getBuffer().str()) : std::nullopt;
  }
  static void store(ObjectStore &S, StringRef Key, StringRef Object) {
    S.store(Key, MemoryBufferRef(Object, "object"));
  }
  /// Runs \p Body in a process of its own; its exit code.
  template <class Fn> static int inChild(Fn Body) {
    pid_t Child = fork();
    if (Child == 0) {
      Body();
      _exit(0);
    }
    int Status = -1;
    waitpid(Child, &Status, 0);
    return WIFEXITED(Status) ? WEXITSTATUS(Status) : -1;
  }

  SmallString<128> Root;
  std::map<std::string, std::optional<std::string>> Before;
};

using ObjectStoreTest = Cache;
using HostJitTest = Cache;

TEST_F(ObjectStoreTest, KeepsObjectsByKey) {
  ObjectStore S(path("a/b"));
  EXPECT_EQ(load(S, "k"), std::nullopt);
  EXPECT_EQ(files(), std::vector<std::string>{}) << "looking makes nothing";
  store(S, "k", "text");
  store(S, "empty", "");
  EXPECT_EQ(load(ObjectStore(path("a/b")), "k"), "text");
  EXPECT_EQ(load(S, "empty"), "");
  EXPECT_EQ(load(S, "other"), std::nullopt);
  store(S, "k", "newer");
  EXPECT_EQ(load(S, "k"), "newer");
}

TEST_F(ObjectStoreTest, DamageIsAMissAndIsRemoved) {
  ObjectStore S(Root.c_str());
  std::string Object(300, 'x');
  store(S, "k", Object);
  std::string Path = S.pathOf("k"), Whole = read(Path);
  ASSERT_EQ(load(S, "k"), Object);
  auto Damaged = [&](StringRef Text) {
    write(Path, Text);
    EXPECT_EQ(load(S, "k"), std::nullopt);
    EXPECT_FALSE(sys::fs::exists(Path));
  };
  for (size_t Length = 0; Length != Whole.size(); ++Length)
    Damaged(StringRef(Whole).take_front(Length));
  for (size_t At = 0; At != Whole.size(); ++At) {
    std::string Changed = Whole;
    Changed[At] ^= 0x10;
    Damaged(Changed);
  }
  Damaged(Whole + "x");
  // A whole file under another name: what a confused copy leaves.
  write(S.pathOf("j"), Whole);
  EXPECT_EQ(load(S, "j"), std::nullopt);
  store(S, "k", Object);
  EXPECT_EQ(load(S, "k"), Object);
}

TEST_F(ObjectStoreTest, WhereItIs) {
  env("XDG_CACHE_HOME", "/x");
  env("HOME", "/h");
  env("WHITTLE_CACHE_DIR", "/w");
  EXPECT_EQ(ObjectStore::defaultDirectory(), "/w");
  env("WHITTLE_CACHE_DIR", nullptr);
  EXPECT_EQ(ObjectStore::defaultDirectory(), "/x/whittle");
  env("XDG_CACHE_HOME", "relative"); // to be ignored, says the standard
  EXPECT_EQ(ObjectStore::defaultDirectory(), "/h/.cache/whittle");
  env("XDG_CACHE_HOME", nullptr);
  EXPECT_EQ(ObjectStore::defaultDirectory(), "/h/.cache/whittle");
  env("HOME", nullptr);
  EXPECT_EQ(ObjectStore::defaultDirectory(), "");
  env("HOME", "/h");
  env("WHITTLE_CACHE_DIR", "");
  EXPECT_EQ(ObjectStore::defaultDirectory(), "");
  ObjectStore Off;
  store(Off, "k", "text");
  EXPECT_EQ(load(Off, "k"), std::nullopt);
  EXPECT_EQ(Off.pathOf("k"), "");
}

TEST_F(ObjectStoreTest, AFolderThatCannotBeWrittenIsNoError) {
  {
    ObjectStore S(Root.c_str());
    store(S, "old", "text");
  }
  // Root may write anywhere, so drop to somebody else.
  ::chmod(Root.c_str(), 0555);
  EXPECT_EQ(inChild([&] {
              if (geteuid() == 0 && setuid(65534))
                _exit(1);
              ObjectStore S(Root.c_str());
              store(S, "k", "text");
              store(S, "j", "text");
              _exit(load(S, "old") == "text" && !load(S, "k") ? 0 : 2);
            }),
            0);
  EXPECT_EQ(files(), std::vector<std::string>{"old.obj"});
  // A file stands where the folder should be.
  ::chmod(Root.c_str(), 0700);
  write(path("file"), "");
  ObjectStore S(path("file/below"));
  store(S, "k", "text");
  EXPECT_EQ(load(S, "k"), std::nullopt);
}

TEST_F(ObjectStoreTest, AFullDiskIsNoError) {
  // A limit on file sizes fails writes as a full disk does.
  EXPECT_EQ(inChild([&] {
              signal(SIGXFSZ, SIG_IGN);
              rlimit Limit{1000, 1000};
              if (setrlimit(RLIMIT_FSIZE, &Limit))
                _exit(1);
              ObjectStore S(Root.c_str());
              store(S, "k", std::string(100'000, 'x'));
              _exit(load(S, "k") ? 2 : 0);
            }),
            0);
  EXPECT_EQ(files(), std::vector<std::string>{}) << "nothing half-written stays";
}

TEST_F(ObjectStoreTest, ManyWritersOneOfThemKilled) {
  // What a key holds is told by its length, so that a mixture shows.
  auto Object = [](unsigned Key, unsigned Writer) {
    return std::string(200'000 + 1000 * Key + Writer, char('a' + Writer));
  };
  auto Work = [&](unsigned Writer) {
    ObjectStore S(Root.c_str());
    for (unsigned Round = 0; Round != 12; ++Round)
      for (unsigned Key = 0; Key != 4; ++Key) {
        store(S, std::to_string(Key), Object(Key, Writer));
        auto Got = load(S, std::to_string(Key));
        if (!Got || Got->find_first_not_of((*Got)[0]) != std::string::npos ||
            *Got != Object(Key, unsigned((*Got)[0] - 'a')))
          _exit(3);
      }
  };
  pid_t Victim = fork();
  if (Victim == 0)
    for (;;)
      Work(9);
  std::vector<pid_t> Children;
  for (unsigned Writer = 0; Writer != 3; ++Writer) {
    pid_t Child = fork();
    if (Child == 0) {
      std::thread Second([&] { Work(Writer + 4); });
      Work(Writer);
      Second.join();
      _exit(0);
    }
    Children.push_back(Child);
  }
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  kill(Victim, SIGKILL);
  for (pid_t Child : Children) {
    int Status = -1;
    waitpid(Child, &Status, 0);
    EXPECT_EQ(Status, 0);
  }
  waitpid(Victim, nullptr, 0);
  ObjectStore S(Root.c_str());
  for (unsigned Key = 0; Key != 4; ++Key)
    EXPECT_TRUE(load(S, std::to_string(Key)));
}

void makeOld(const std::string &Path, int Hours) {
  timespec Times[2];
  clock_gettime(CLOCK_REALTIME, &Times[0]);
  Times[0].tv_sec -= Hours * 3600;
  Times[1] = Times[0];
  ASSERT_EQ(utimensat(AT_FDCWD, Path.c_str(), Times, 0), 0);
}

TEST_F(ObjectStoreTest, WhatIsNotUsedGoesWhenThereIsTooMuch) {
  const std::string Object(10'000, 'x');
  {
    ObjectStore S(Root.c_str());
    for (unsigned I = 0; I != 10; ++I) {
      store(S, std::to_string(I), Object);
      makeOld(S.pathOf(std::to_string(I)), 1000 - int(I));
    }
    EXPECT_TRUE(load(S, "0")) << "of these, the one that is used";
  }
  write(path("5.obj.killed.tmp"), "half");
  write(path("6.obj.now.tmp"), "half");
  write(path("notes"), std::string(1'000'000, 'x'));
  makeOld(path("5.obj.killed.tmp"), 2);
  makeOld(path("notes"), 2000);
  ObjectStore S(Root.c_str(), 60'000);
  store(S, "new", Object);
  EXPECT_EQ(files(), (std::vector<std::string>{"0.obj", "6.obj.now.tmp", "8.obj", "9.obj",
                                               "new.obj", "notes"}));
  // The limit holds however much is written.
  for (unsigned I = 0; I != 100; ++I)
    store(S, "more" + std::to_string(I), Object);
  EXPECT_LE(files().size(), 6u + 2);
  EXPECT_EQ(load(S, "more99"), Object);
}

//===----------------------------------------------------------------------===//
// Compiling through it
//===----------------------------------------------------------------------===//

std::unique_ptr<HostJit> openJit() { return cantFail(HostJit::create(CodeGenOptLevel::Less)); }

/// f(x) = x + Addend, compiled or from disk.
HostJit::Addresses adder(HostJit &J, uint64_t Addend) {
  return cantFail(J.build(
      [&](Module &M) {
        Type *I64 = Type::getInt64Ty(M.getContext());
        auto *F = Function::Create(FunctionType::get(I64, {I64}, false),
                                   GlobalValue::ExternalLinkage, "f", M);
        IRBuilder<> B(BasicBlock::Create(M.getContext(), "", F));
        B.CreateRet(B.CreateAdd(F->getArg(0), B.getInt64(Addend)));
      },
      {"f"}));
}
uint64_t call(const HostJit::Addresses &A, uint64_t X) {
  return reinterpret_cast<uint64_t (*)(uint64_t)>(A.front())(X);
}

TEST_F(HostJitTest, WhatWasCompiledIsFoundByContent) {
  env("WHITTLE_CACHE_DIR", Root.c_str());
  auto Cold = openJit();
  auto Three = adder(*Cold, 3), Four = adder(*Cold, 4);
  EXPECT_EQ(Cold->compiled(), 2u);
  auto Warm = openJit();
  // In another order, and under names that the first ones have as well.
  EXPECT_EQ(call(adder(*Warm, 4), 10), 14u);
  EXPECT_EQ(call(adder(*Warm, 3), 10), 13u);
  EXPECT_EQ(Warm->compiled(), 0u);
  EXPECT_EQ(call(adder(*Warm, 5), 10), 15u);
  EXPECT_EQ(Warm->compiled(), 1u);
  EXPECT_EQ(call(Three, 1), 4u);
  EXPECT_EQ(call(Four, 1), 5u);
  EXPECT_EQ(files().size(), 3u);
}

TEST_F(HostJitTest, AnotherLevelIsAnotherObject) {
  env("WHITTLE_CACHE_DIR", Root.c_str());
  adder(*openJit(), 3);
  auto Other = cantFail(HostJit::create(CodeGenOptLevel::Aggressive));
  EXPECT_EQ(call(adder(*Other, 3), 1), 4u);
  EXPECT_EQ(Other->compiled(), 1u);
}

TEST_F(HostJitTest, WhatDoesNotLinkIsCompiledAgain) {
  env("WHITTLE_CACHE_DIR", Root.c_str());
  adder(*openJit(), 3);
  ASSERT_EQ(files().size(), 1u);
  // Whole by length and digest, but no object at all.
  ObjectStore S(Root.c_str());
  store(S, sys::path::stem(files()[0]).str(), "not an object");
  auto Jit = openJit();
  EXPECT_EQ(call(adder(*Jit, 3), 1), 4u);
  EXPECT_EQ(Jit->compiled(), 1u);
  auto Again = openJit();
  EXPECT_EQ(call(adder(*Again, 3), 1), 4u);
  EXPECT_EQ(Again->compiled(), 0u);
}

TEST_F(HostJitTest, WorksWithoutACache) {
  env("WHITTLE_CACHE_DIR", "");
  auto Jit = openJit();
  EXPECT_EQ(call(adder(*Jit, 3), 1), 4u);
  EXPECT_EQ(Jit->compiled(), 1u);
  EXPECT_EQ(Jit->cachePath("key"), "");
}

TEST_F(HostJitTest, ThreadsMayCompileTogether) {
  env("WHITTLE_CACHE_DIR", Root.c_str());
  auto Jit = openJit();
  std::vector<std::thread> Threads;
  std::atomic<unsigned> Right{0};
  for (unsigned T = 0; T != 4; ++T)
    Threads.emplace_back([&] {
      for (unsigned I = 0; I != 10; ++I)
        Right += call(adder(*Jit, I), 100) == 100 + I;
    });
  for (std::thread &T : Threads)
    T.join();
  EXPECT_EQ(Right, 40u);
  EXPECT_EQ(files().size(), 10u);
}

} // namespace
