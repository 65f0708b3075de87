//===- tests/learn/PolicyFileTest.cpp ---------------------------------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "learn/PolicyFile.h"
#include "learn/Policy.h"
#include "tests/learn/Support.h"
#include "llvm/Support/raw_ostream.h"
#include "gmock/gmock.h"
#include <limits>

using namespace llvm;
using testing::HasSubstr;
using testing::StartsWith;

namespace whittle {
namespace {

/// A few hundred bytes: every byte of it can be tried.
PolicyData smallPolicy() {
  PolicyData P;
  P.Target = "x86_64";
  P.Seed = 42;
  P.TrainingWindows = 1000;
  P.Meanings = {Hash128::of("a"), Hash128::of("b"), Hash128::of("c")};
  llvm::sort(P.Meanings);
  P.TableHash = tableHash(P.Meanings);
  P.N.Shape = {8, 2, 3};
  for (uint64_t I = 0; I != P.N.Shape.numWeights(); ++I)
    P.N.Weights.push_back(float(I) * 0.25f - 1);
  return P;
}

void write(const std::string &Path, StringRef Bytes) {
  std::error_code EC;
  raw_fd_ostream OS(Path, EC);
  ASSERT_FALSE(EC);
  OS << Bytes;
}

TEST(PolicyFile, RoundTrip) {
  PolicyData P = smallPolicy();
  TemporaryFile F;
  ASSERT_EQ(messageOf(writePolicy(P, F.path())), "no error");
  PolicyData Q = cantFail(readPolicy(F.path()));
  EXPECT_EQ(Q.Target, P.Target);
  EXPECT_EQ(Q.Seed, P.Seed);
  EXPECT_EQ(Q.TrainingWindows, P.TrainingWindows);
  EXPECT_EQ(Q.TableHash, P.TableHash);
  EXPECT_EQ(Q.Meanings, P.Meanings);
  EXPECT_TRUE(Q.N.Shape == P.N.Shape);
  EXPECT_EQ(Q.N.Weights, P.N.Weights);
  EXPECT_EQ(encodePolicy(Q), encodePolicy(P));
}

TEST(PolicyFile, EveryTruncationIsAnErrorThatNamesTheFile) {
  std::string Bytes = encodePolicy(smallPolicy());
  for (size_t N = 1; N != Bytes.size(); ++N)
    EXPECT_EQ(messageOf(decodePolicy(StringRef(Bytes).take_front(N), "p.policy")),
              "p.policy: truncated policy file")
        << N;
}

TEST(PolicyFile, EveryChangedByteIsAnError) {
  const std::string Bytes = encodePolicy(smallPolicy());
  for (size_t I = 0; I != Bytes.size(); ++I)
    for (unsigned Flip : {1u, 0x80u, 0xffu}) {
      std::string Bad = Bytes;
      Bad[I] = char(uint8_t(Bad[I]) ^ Flip);
      EXPECT_THAT(messageOf(decodePolicy(Bad, "p.policy")), StartsWith("p.policy: ")) << I;
    }
  // In the weights, only the checksum can tell.
  std::string Bad = Bytes;
  Bad[Bad.size() - 20] ^= 1;
  EXPECT_EQ(messageOf(decodePolicy(Bad, "p")),
            "p: corrupt policy file: the checksum does not match");
}

TEST(PolicyFile, AppendedBytesAreAnError) {
  EXPECT_EQ(messageOf(decodePolicy(encodePolicy(smallPolicy()) + "xy", "p")),
            "p: corrupt policy file: 2 bytes after its end");
}

TEST(PolicyFile, ForeignFiles) {
  for (StringRef Foreign : {"", "hello\n", "SQLite format 3", "WHITTLED and more than eight"})
    EXPECT_EQ(messageOf(decodePolicy(Foreign, "p")), "p: not a Whittle policy file")
        << Foreign.str();
  TemporaryFile F;
  write(F.path(), "#!/bin/sh\necho not a policy\n");
  EXPECT_EQ(messageOf(readPolicy(F.path())), F.path() + ": not a Whittle policy file");
}

TEST(PolicyFile, MissingFile) {
  EXPECT_EQ(messageOf(readPolicy("/nonexistent/x.policy")),
            "/nonexistent/x.policy: cannot read the policy: No such file or directory");
  EXPECT_THAT(messageOf(writePolicy(smallPolicy(), "/nonexistent/x.policy")),
              StartsWith("/nonexistent/x.policy: cannot write the policy: "));
}

TEST(PolicyFile, OtherVersion) {
  std::string Bytes = encodePolicy(smallPolicy());
  Bytes[8] = char(PolicyFormatVersion + 1);
  EXPECT_EQ(messageOf(decodePolicy(Bytes, "p")),
            "p: policy format version 2, this build reads version 1");
}

/// The checksum is right, but what it covers is not: a file made by other means.
TEST(PolicyFile, ConsistentButWrong) {
  PolicyData P = smallPolicy();
  P.N.Weights.pop_back();
  EXPECT_THAT(messageOf(decodePolicy(encodePolicy(P), "p")), HasSubstr("do not fit its shape"));
  P = smallPolicy();
  P.N.Weights[3] = std::numeric_limits<float>::quiet_NaN();
  EXPECT_THAT(messageOf(decodePolicy(encodePolicy(P), "p")), HasSubstr("do not fit its shape"));
  P = smallPolicy();
  P.N.Shape = {0xffffffff, 0xffffffff, 3};
  EXPECT_THAT(messageOf(decodePolicy(encodePolicy(P), "p")), HasSubstr("do not fit its shape"));
}

TEST(PolicyFile, OtherTarget) {
  PolicyData P = randomPolicy(x86Table(), 1);
  P.Target = "amdgcn";
  EXPECT_EQ(messageOf(Policy::create(x86(), P, "p")),
            "p: policy for target 'amdgcn', not 'x86_64'");
}

TEST(PolicyFile, OtherOpcodeTable) {
  PolicyData P = randomPolicy(x86Table(), 1);
  EXPECT_EQ(messageOf(Policy::create(x86(), P, "p")), "no error");
  P.Meanings[0] = Hash128::of("a meaning of yesterday");
  llvm::sort(P.Meanings);
  P.TableHash = tableHash(P.Meanings);
  EXPECT_EQ(
      messageOf(Policy::create(x86(), P, "p")),
      "p: policy for another opcode table (1 of its " + std::to_string(x86Table().size()) +
          " opcode classes are not in this build, 1 of this build's are not in it); train again");
}

TEST(PolicyFile, WeightsOfAnotherShape) {
  PolicyData P = randomPolicy(x86Table(), 1);
  P.N.Shape.Inputs -= 1;
  P.N.Weights.resize(P.N.Shape.numWeights());
  EXPECT_THAT(messageOf(Policy::create(x86(), P, "p")), HasSubstr("p: corrupt policy file"));
}

} // namespace
} // namespace whittle
