//===- tests/enumerate/ChainTest.cpp - Three instructions, merged twice ----===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tests/enumerate/TestSupport.h"

using namespace llvm;
using namespace whittle;
using namespace whittle::test;

namespace {

/// Some opcodes, and no others with MaxOpcodes = their number.
class Named final : public CandidateRanker {
public:
  explicit Named(std::vector<StringRef> Names) : Names(std::move(Names)) {}
  StringRef name() const override { return "named"; }
  std::vector<const OpClass *> order(const Window &, ArrayRef<const OpClass *> Pool) override {
    std::vector<const OpClass *> Order;
    for (StringRef Name : Names)
      for (const OpClass *C : Pool)
        if (any_of(C->Members, [&](const Row *R) { return R->opcodeName() == Name; }))
          Order.push_back(C);
    EXPECT_EQ(Order.size(), Names.size());
    return Order;
  }

private:
  std::vector<StringRef> Names;
};

SearchResult findAmong(const Window &W, SearchOptions O, const std::vector<StringRef> &Names,
                       VerifyFn Verify = RandomChecker()) {
  auto STI = cpu(W, "haswell");
  Named Ranker(Names);
  O.STI = STI.get();
  O.MaxOpcodes = unsigned(Names.size());
  O.Seconds = 60;
  O.SolveConstants = false;
  return cantFail(search(W, O, Ranker, Verify), "search");
}

StaticCost best(const SearchResult &R) {
  return R.Proved.empty() ? StaticCost{~0u, ~0u, ~0u}
                          : staticCost(R.Proved[0].W, R.Proved[0].Target);
}

/// Each program of three instructions, hidden in a longer one, is found, or one that is
/// as cheap: what merging leaves out was not needed.
TEST(Chains, EveryProgramOfThreeIsFound) {
  const std::vector<StringRef> Names = {"VPADDDrr",  "VPSUBDrr",   "VPANDNrr",  "VPXORrr",
                                        "VPMINSDrr", "VPADDUSBrr", "VPMULLDrr", "VPCMPGTDrr"};
  Random R(11);
  uint64_t Split = 0;
  for (unsigned Round = 0; Round != 60; ++Round) {
    auto Op = [&](unsigned Most) { return "%" + std::to_string(R.below(Most)); };
    auto Node = [&](unsigned Id, const std::string &A, const std::string &B) {
      bool Swap = R.below(2);
      return "  %" + std::to_string(Id) +
             ":v128 = " + Names[R.below(unsigned(Names.size()))].str() + " " + (Swap ? B : A) +
             ", " + (Swap ? A : B) + "\n";
    };
    std::string Three = Node(3, Op(3), Op(3));
    // A chain, its last instruction over a leaf or the first one again; or a pair.
    bool Pair = Round % 3 == 2;
    Three += Pair ? Node(4, Op(3), Op(3)) : Node(4, "%3", Op(3));
    Three += Node(5, "%4", Pair || Round % 3 == 1 ? "%3" : Op(3));
    std::string Head = "window x86_64\n  %0:v128\n  %1:v128\n  %2:v128\n" + Three;
    Window Short = window(Head + "  yield %5\nend\n");
    // Dearer by two: exclusive or, twice with the same.
    Window W = window(Head + "  %6:v128 = VPXORrr %5, %0\n  %7:v128 = VPXORrr %6, %0\n"
                             "  yield %7\nend\n");
    SearchResult Found = findAmong(W, {}, Names);
    EXPECT_TRUE(Found.Exhausted);
    EXPECT_LE(best(Found), staticCost(Short, Short.Source)) << Three;
    Split += Found.Split;
  }
  EXPECT_GT(Split, 0u);
}

/// A constant that the first tests of \p W's comparison do not meet, and a later one does.
uint32_t rareConstant(Window W) {
  canonicalize(W);
  TestSet Tests(W.Leaves, 32, SearchOptions().Seed);
  auto Compare = find_if(W.Source.Nodes, [](const Node &N) { return N.R->Name == "VPCMPEQDYrr"; });
  unsigned X = *find_if(Compare->Ops, [&](unsigned Id) { return !W.Leaves[Id].Const; });
  std::vector<uint32_t> Words(Tests.size() * 8);
  memcpy(Words.data(), Tests.leaf(X), Words.size() * 4);
  size_t First = 2 * 8; // two tests make a line
  for (size_t I = First; I != Words.size(); ++I)
    if (Words[I] > 0xff && !is_contained(ArrayRef(Words).take_front(First), Words[I]))
      return Words[I];
  ADD_FAILURE() << "no such constant";
  return 0;
}

/// Knows the constant too.
CandidateVerdict checkRare(const Rule &R) {
  Random Values(99);
  for (unsigned Round = 0; Round != 64; ++Round) {
    TestSet Tests(R.W.Leaves, 32, 1000 + Round);
    CandidateVerdict V{CandidateVerdict::Refuted, {}};
    for (const Leaf &L : R.W.Leaves) {
      APInt X(256, 0);
      for (unsigned I = 0; I != 8; ++I)
        X.insertBits(Values.next() & 0xffffffff, I * 32, 32);
      for (const Leaf &C : R.W.Leaves)
        if (C.Const && !L.Const && Values.below(2))
          X = *C.Const;
      V.Counterexample.push_back(L.Const ? *L.Const : X);
    }
    EXPECT_TRUE(Tests.add(V.Counterexample));
    if (values(R.W, R.W.Source, Tests) != values(R.W, R.Target, Tests))
      return V;
  }
  return {CandidateVerdict::Proved, {}};
}

std::string rareWindow(uint32_t Constant) {
  return "window x86_64\n  %0:v256\n  %1:v256 = const splat(i32 " + std::to_string(Constant) +
         ")\n  %2:v256\n  %3:v256\n"
         "  %4:v256 = VPCMPEQDYrr %0, %1\n"
         "  %5:v256 = VPSUBDYrr %2, %4\n"
         "  %6:v256 = VPXORYrr %5, %3\n"
         "  %7:v256 = VPADDDYrr %6, %2\n"
         "  %8:v256 = VPSUBDYrr %7, %2\n"
         "  yield %8\nend\n";
}

TEST(Chains, WhatTheFirstTestsMergeIsToldApart) {
  // On the first tests the comparison is zero and the chain over it equal to %2, and to
  // many chains that are cheaper or come before it.
  Window W = window(rareWindow(rareConstant(window(rareWindow(12345678)))));
  const std::vector<StringRef> Names = {"VPXORYrr", "VPADDDYrr", "VPSUBDYrr", "VPCMPEQDYrr"};
  SearchResult R = findAmong(W, {}, Names, checkRare);
  EXPECT_EQ(best(R).Instructions, 3u) << opcodes(R);
  EXPECT_EQ(opcodes(R), "VPCMPEQDYrr VPSUBDYrr VPXORYrr");
  EXPECT_GT(R.Split, 0u);
  EXPECT_GT(R.Inserted, R.Split);
  EXPECT_TRUE(R.Exhausted);
}

TEST(Chains, ThreadsChangeNothing) {
  Window W = window(rareWindow(rareConstant(window(rareWindow(12345678)))));
  const std::vector<StringRef> Names = {"VPXORYrr", "VPADDDYrr", "VPSUBDYrr", "VPCMPEQDYrr",
                                        "VPANDNYrr"};
  std::string First;
  for (unsigned Threads : {1u, 2u, 3u, 7u}) {
    SearchOptions O;
    O.Threads = Threads;
    SearchResult R = findAmong(W, O, Names, checkRare);
    std::string All = std::to_string(R.Candidates) + " " + std::to_string(R.Inserted) + " " +
                      std::to_string(R.Split) + " " + std::to_string(R.Refuted) + "\n";
    for (const Rule &X : R.Proved)
      All += printRule(X);
    if (First.empty())
      First = All;
    EXPECT_EQ(All, First) << Threads;
  }
}

TEST(Chains, EqualOnesKeepTheirFirstInstruction) {
  // x + y + z times one of its three parts: the sum is the same three times, and the last
  // instruction takes its first one too.
  for (const char *Part : {"%0, %1", "%0, %2", "%1, %2"}) {
    Window W = window("window x86_64\n  %0:v128\n  %1:v128\n  %2:v128\n"
                      "  %3:v128 = VPADDDrr " +
                      std::string(Part) +
                      "\n  %4:v128 = VPADDDrr %2, %1\n"
                      "  %5:v128 = VPADDDrr %0, %4\n"
                      "  %6:v128 = VPMULLDrr %5, %3\n"
                      "  %7:v128 = VPXORrr %6, %2\n"
                      "  %8:v128 = VPXORrr %7, %2\n"
                      "  yield %8\nend\n");
    EXPECT_EQ(best(findAmong(W, {}, {"VPADDDrr", "VPMULLDrr", "VPXORrr"})).Instructions, 3u)
        << Part;
  }
}

TEST(Chains, LittleMemoryIsMoreWorkAndNoLoss) {
  // A last instruction may take any leaf besides: the chains read what is needed.
  auto Text = [](uint32_t Constant) {
    std::string T = rareWindow(Constant);
    return T.replace(T.find("%5, %3"), 6, "%5, %0");
  };
  Window W = window(Text(rareConstant(window(Text(12345678)))));
  const std::vector<StringRef> Names = {"VPXORYrr",  "VPADDDYrr", "VPSUBDYrr", "VPCMPEQDYrr",
                                        "VPSRLDYri", "VPSLLDYri", "VPANDNYrr"};
  SearchResult Much = findAmong(W, {}, Names, checkRare);
  EXPECT_TRUE(Much.Exhausted);
  // Room for all values, and for few fingerprints.
  SearchOptions O;
  O.MaxTableBytes = 300000;
  SearchResult Little = findAmong(W, O, Names, checkRare);
  EXPECT_TRUE(Little.Exhausted);
  EXPECT_GT(Little.Candidates, Much.Candidates);
  EXPECT_LT(Little.InsertBytes, Much.InsertBytes);
  EXPECT_LE(Little.InsertBytes, O.MaxTableBytes);
  EXPECT_EQ(opcodes(Little), opcodes(Much));
  EXPECT_EQ(best(Little), best(Much));
}

} // namespace
