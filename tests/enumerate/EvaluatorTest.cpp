//===- tests/enumerate/EvaluatorTest.cpp - Values, kernels, tests ----------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "enumerate/Solvers.h"
#include "isa/ObjectStore.h"
#include "tests/enumerate/TestSupport.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"
#include <thread>

using namespace llvm;
using namespace whittle;
using namespace whittle::test;

static const TargetIsa &target(StringRef Arch) { return *cantFail(TargetIsa::get(Arch)); }

static std::vector<uint8_t> randomBytes(size_t N, uint64_t Seed) {
  Random R(Seed);
  std::vector<uint8_t> B(N);
  for (uint8_t &X : B)
    X = uint8_t(R.next());
  return B;
}

static Evaluator::RowFn function(Evaluator &E, const Row &R) {
  Node N;
  N.R = &R;
  return cantFail(E.function(N, R.Ins));
}

template <class T> static T at(const std::vector<uint8_t> &B, size_t I) {
  T X;
  memcpy(&X, B.data() + I * sizeof(T), sizeof(T));
  return X;
}

TEST(Evaluator, AgreesWithHandComputation) {
  const TargetIsa &X86 = target("x86_64");
  Evaluator &E = evaluator(X86);
  constexpr size_t Tests = 7; // no power of two
  auto A = randomBytes(Tests * 64, 1), B = randomBytes(Tests * 64, 2),
       C = randomBytes(Tests * 64, 3);
  std::vector<uint8_t> Out(Tests * 64);
  const uint8_t *In[3] = {A.data(), B.data(), C.data()};
  function(E, *X86.find("VPADDDZrr"))(In, Out.data(), nullptr, Tests);
  for (size_t I = 0; I != Tests * 16; ++I)
    ASSERT_EQ(at<uint32_t>(Out, I), at<uint32_t>(A, I) + at<uint32_t>(B, I));
  function(E, *X86.find("VPDPBUSDZrr"))(In, Out.data(), nullptr, Tests);
  for (size_t I = 0; I != Tests * 16; ++I) {
    uint32_t Sum = at<uint32_t>(A, I);
    for (size_t K = 0; K != 4; ++K)
      Sum += uint32_t(int(B[4 * I + K]) * int(int8_t(C[4 * I + K])));
    ASSERT_EQ(at<uint32_t>(Out, I), Sum);
  }
  for (int64_t Imm : {0, 5, 31, 32, 255}) {
    function(E, *X86.find("VPSRLDZri"))(In, Out.data(), &Imm, Tests);
    for (size_t I = 0; I != Tests * 16; ++I)
      ASSERT_EQ(at<uint32_t>(Out, I), Imm > 31 ? 0 : at<uint32_t>(A, I) >> Imm);
  }
}

TEST(Evaluator, MatrixRowReadsLanesAndRegisters) {
  const TargetIsa &Gpu = target("amdgcn");
  const Row &R = *Gpu.find("V_MFMA_I32_16X16X32I8_e64");
  constexpr size_t Waves = 2, Lanes = 64 * Waves;
  auto A = randomBytes(Lanes * 8, 1), B = randomBytes(Lanes * 8, 2), C = randomBytes(Lanes * 16, 3);
  std::vector<uint8_t> Out(Lanes * 16);
  const uint8_t *In[3] = {A.data(), B.data(), C.data()};
  function(evaluator(Gpu), R)(In, Out.data(), nullptr, Lanes);
  for (size_t Wave = 0; Wave != Waves; ++Wave)
    for (unsigned Row = 0; Row != 16; ++Row)
      for (unsigned Col = 0; Col != 16; ++Col) {
        size_t Lane = Wave * 64 + Row / 4 * 16 + Col;
        uint32_t Sum = at<uint32_t>(C, Lane * 4 + Row % 4);
        for (unsigned K = 0; K != 32; ++K) {
          size_t From = Wave * 64 + K / 8 * 16;
          Sum += uint32_t(int(int8_t(A[(From + Row) * 8 + K % 8])) *
                          int(int8_t(B[(From + Col) * 8 + K % 8])));
        }
        ASSERT_EQ(at<uint32_t>(Out, Lane * 4 + Row % 4), Sum) << Row << ' ' << Col;
      }
}

TEST(Evaluator, GenericRowsMoveBytes) {
  Window W = window(R"(window amdgcn
  %0:l128
  %1:l32
  %2:l32 = EXTRACT %0, 64
  %3:l64 = EXTRACT %0, 32
  %4:l128 = CONCAT %2, %3, %1
  yield %4
end
)");
  TestSet Tests(W.Leaves, 16, 1);
  auto Out = values(W, W.Source, Tests)[0];
  for (size_t T = 0; T != Tests.size(); ++T) {
    const uint8_t *A = Tests.leaf(0) + T * 16;
    EXPECT_EQ(memcmp(Out.data() + T * 16, A + 8, 4), 0);
    EXPECT_EQ(memcmp(Out.data() + T * 16 + 4, A + 4, 8), 0);
    EXPECT_EQ(memcmp(Out.data() + T * 16 + 12, Tests.leaf(1) + T * 4, 4), 0);
  }
  // The compiled form says the same.
  const Node &Extract = W.Source.Nodes[1];
  auto Fn = cantFail(evaluator(*W.Isa).function(Extract, {W.Leaves[0].Ty}));
  std::vector<uint8_t> Compiled(Tests.size() * 8);
  const uint8_t *In[1] = {Tests.leaf(0)};
  Fn(In, Compiled.data(), nullptr, Tests.size());
  for (size_t T = 0; T != Tests.size(); ++T)
    EXPECT_EQ(memcmp(Compiled.data() + T * 8, Tests.leaf(0) + T * 16 + 4, 8), 0);
}

TEST(Evaluator, ProbeFindsWhatTheRowGives) {
  const TargetIsa &X86 = target("x86_64");
  Evaluator &E = evaluator(X86);
  constexpr size_t Count = 300;
  for (const char *Name :
       {"VPSUBDZrr", "VPSUBDZ128rr", "VPERMBZrr", "VPCMPGTBZrr", "VPSHLDDZrri"}) {
    const Row &R = *X86.find(Name);
    for (unsigned Inner : {0u, 1u}) {
      size_t Bytes = R.Ins[0].bytes(), Tests = 64 / Bytes;
      auto Values = randomBytes(Count * 64, 7), Fixed = randomBytes(64, 8);
      int64_t Imm = 9;
      std::vector<uint8_t> Goal(64), Hits4(Count * 4);
      const uint8_t *In[2];
      In[Inner] = Values.data() + 123 * 64;
      In[1 - Inner] = Fixed.data();
      function(E, R)(In, Goal.data(), &Imm, Tests);
      In[Inner] = Values.data();
      std::vector<uint32_t> Hits(Count);
      size_t N = cantFail(E.probe(R, Inner))(In, Count, Goal.data(), nullptr, &Imm, Hits.data());
      ASSERT_EQ(N, 1u) << Name;
      EXPECT_EQ(Hits[0], 123u);
      // Nothing is compared where nothing is cared for.
      std::vector<uint8_t> Care(64, 0);
      EXPECT_EQ(cantFail(E.probe(R, Inner))(In, Count, Goal.data(), Care.data(), &Imm, Hits.data()),
                Count);
    }
  }
  EXPECT_FALSE(errorToBool(E.probe(*X86.find("VPADDDZrr"), 0).takeError()));
  const TargetIsa &Gpu = target("amdgcn");
  EXPECT_TRUE(
      errorToBool(evaluator(Gpu).probe(*Gpu.find("V_MFMA_I32_16X16X32I8_e64"), 0).takeError()));
}

TEST(Evaluator, TernaryKernelAgreesWithTheSolver) {
  Evaluator &E = evaluator(target("x86_64"));
  auto Fn = cantFail(E.ternary(64));
  constexpr size_t Count = 100;
  auto Xs = randomBytes(Count * 64, 1), Y = randomBytes(64, 2), Z = randomBytes(64, 3);
  std::vector<uint8_t> Goal(64), Tables(Count);
  std::vector<uint32_t> Hits(Count);
  for (size_t K = 0; K != 64; ++K) // x ? y : z
    Goal[K] = uint8_t((Xs[64 * 42 + K] & Y[K]) | (~Xs[64 * 42 + K] & Z[K]));
  const uint8_t *In[3] = {Xs.data(), Y.data(), Z.data()};
  ASSERT_EQ(Fn(In, Count, Goal.data(), nullptr, Tables.data(), Hits.data()), 1u);
  EXPECT_EQ(Hits[0], 42u);
  EXPECT_EQ(Tables[0], 0xca);
  EXPECT_EQ(solveTernary(&Xs[64 * 42], Y.data(), Z.data(), Goal.data(), nullptr, 64), 0xca);
  EXPECT_EQ(solveTernary(&Xs[64 * 41], Y.data(), Z.data(), Goal.data(), nullptr, 64), std::nullopt);
}

TEST(Evaluator, AffineMapsAreSolved) {
  const TargetIsa &X86 = target("x86_64");
  auto X = randomBytes(512, 5);
  std::vector<uint8_t> M(512), Goal(512);
  for (size_t K = 0; K != 512; ++K)
    M[K] = uint8_t(0x9b7a4c2d1e8f3365ull >> (8 * (K % 8)));
  int64_t Imm = 0x63;
  const uint8_t *In[2] = {X.data(), M.data()};
  function(evaluator(X86), *X86.find("VGF2P8AFFINEQBZrri"))(In, Goal.data(), &Imm, 8);
  std::array<uint8_t, 256> Same;
  for (unsigned K = 0; K != 256; ++K)
    Same[K] = uint8_t(K);
  auto Map = solveAffine(X.data(), Goal.data(), nullptr, 512, Same);
  ASSERT_TRUE(Map);
  EXPECT_EQ(Map->Matrix, 0x9b7a4c2d1e8f3365ull);
  EXPECT_EQ(Map->Constant, 0x63);
  Goal[100] ^= 1;
  EXPECT_FALSE(solveAffine(X.data(), Goal.data(), nullptr, 512, Same));
  std::vector<uint8_t> Care(512, 0xff);
  Care[100] = 0;
  EXPECT_TRUE(solveAffine(X.data(), Goal.data(), Care.data(), 512, Same));
}

TEST(Evaluator, ThreadsShareOneFunction) {
  const TargetIsa &X86 = target("x86_64");
  auto E = cantFail(Evaluator::create(X86));
  const Row &R = *X86.find("VPMULLDZrr");
  Evaluator::RowFn Fns[2] = {};
  std::thread T([&] { Fns[0] = function(*E, R); });
  Fns[1] = function(*E, R);
  T.join();
  EXPECT_EQ(Fns[0], Fns[1]);
}

TEST(Evaluator, CacheIsUsedAndDamageIsIgnored) {
  SmallString<128> Dir;
  ASSERT_FALSE(sys::fs::createUniqueDirectory("whittle-cache", Dir));
  std::string Old = getenv("WHITTLE_CACHE_DIR") ? getenv("WHITTLE_CACHE_DIR") : "";
  setenv("WHITTLE_CACHE_DIR", Dir.c_str(), 1);
  const TargetIsa &X86 = target("x86_64");
  const Row &R = *X86.find("VPADDDZrr");
  auto A = randomBytes(64, 1), B = randomBytes(64, 2);
  auto Check = [&](unsigned Compiled) {
    auto E = cantFail(Evaluator::create(X86));
    std::vector<uint8_t> Out(64);
    const uint8_t *In[2] = {A.data(), B.data()};
    function(*E, R)(In, Out.data(), nullptr, 1);
    EXPECT_EQ(at<uint32_t>(Out, 3), at<uint32_t>(A, 3) + at<uint32_t>(B, 3));
    EXPECT_EQ(E->compiled(), Compiled);
    return E->cachePath(R);
  };
  std::string Path = Check(1);
  Check(0);
  uint64_t Size = 0;
  ASSERT_FALSE(sys::fs::file_size(Path, Size));
  {
    // Cut off in the middle.
    int FD;
    ASSERT_FALSE(
        sys::fs::openFileForReadWrite(Path, FD, sys::fs::CD_OpenExisting, sys::fs::OF_None));
    ASSERT_FALSE(sys::fs::resize_file(FD, Size / 2));
    sys::fs::file_t File = sys::fs::convertFDToNativeFile(FD);
    sys::fs::closeFile(File);
  }
  Check(1); // compiled, and written again
  Check(0);
  {
    std::error_code EC;
    raw_fd_ostream OS(Path, EC);
    OS << "something else altogether";
  }
  Check(1);
  {
    // Well-formed, but not an object at all.
    ObjectStore Store;
    Store.store(sys::path::stem(Path), MemoryBufferRef("not an object", "x"));
  }
  Check(1);
  Check(0);
  if (Old.empty())
    unsetenv("WHITTLE_CACHE_DIR");
  else
    setenv("WHITTLE_CACHE_DIR", Old.c_str(), 1);
  sys::fs::remove_directories(Dir);
}

TEST(TestSet, RespectsFactsAndConstants) {
  Window W = window(R"(window x86_64
  %0:v512 zeros=splat(i8 0xf0)
  %1:v512 ones=splat(i32 0x80000001)
  %2:v512 = const splat(i16 0x1234)
  %3:v512 = VPADDDZrr %0, %1
  %4:v512 = VPADDDZrr %3, %2
  yield %4
end
)");
  TestSet Tests(W.Leaves, 64, 1);
  EXPECT_GE(Tests.size() * 64, 1024u);
  ASSERT_TRUE(Tests.add({APInt::getAllOnes(512), APInt(512, 0), APInt(512, 0)}));
  bool Differ = false;
  for (size_t K = 0; K != Tests.size() * 64; ++K) {
    EXPECT_EQ(Tests.leaf(0)[K] & 0xf0, 0);
    EXPECT_EQ(Tests.leaf(1)[K] & (K % 4 == 0   ? 1
                                  : K % 4 == 3 ? 0x80
                                               : 0),
              K % 4 == 0   ? 1
              : K % 4 == 3 ? 0x80
                           : 0);
    EXPECT_EQ(Tests.leaf(2)[K], K % 2 ? 0x12 : 0x34);
    Differ |= Tests.leaf(0)[K] != Tests.leaf(0)[0];
  }
  EXPECT_TRUE(Differ);
  EXPECT_FALSE(Tests.add({APInt(512, 0)})) << "too few values";
  EXPECT_FALSE(Tests.add({APInt(64, 0), APInt(512, 0), APInt(512, 0)})) << "wrong width";
}

TEST(TestSet, WavesForLanes) {
  Window W = window(R"(window amdgcn
  %0:l32
  %1:l64
  %2:l32 = EXTRACT %1, 0
  %3:l32 = V_ADD_U32_e64 %0, %2
  yield %3
end
)");
  TestSet Tests(W.Leaves, 8, 1);
  EXPECT_EQ(Tests.size(), 256u);
  ASSERT_TRUE(Tests.add({APInt(32, 7), APInt(64, 9)})) << "a lane fills a wave";
  EXPECT_EQ(Tests.size(), 320u);
  EXPECT_EQ(Tests.leaf(0)[4 * 319], 7);
  APInt Wave(64 * 32, 0);
  Wave.insertBits(uint64_t(0x55), 63 * 32, 32);
  ASSERT_TRUE(Tests.add({Wave, APInt(64 * 64, 3)}));
  EXPECT_EQ(Tests.leaf(0)[4 * 383], 0x55);
  EXPECT_EQ(Tests.leaf(0)[4 * 320], 0);
}
