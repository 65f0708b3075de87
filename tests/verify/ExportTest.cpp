//===- tests/verify/ExportTest.cpp - Obligations as text
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "RuleTools.h"
#include "verify/IRToTerms.h"
#include "verify/Z3Solver.h"
#include "llvm/AsmParser/Parser.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include "llvm/IR/Verifier.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/FileUtilities.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Program.h"
#include "llvm/Support/SourceMgr.h"

using namespace llvm;
using namespace whittle;
using namespace whittle::test;

namespace {

const std::string Chain = R"(
  %1:v512
  %2:v512
  %3:v512 = const splat(i16 1)
  %4:v512 = VPMADDUBSWZrr %0, %1
  %5:v512 = VPMADDWDZrr %4, %3
  %6:v512 = VPADDDZrr %2, %5
  yield %6
=>
  %4:v512 = VPDPBUSDZrr %2, %0, %1
  yield %4
)";

/// Rules with every kind of term in them, and whether they hold.
std::vector<std::pair<Rule, bool>> rules() {
  std::vector<std::pair<Rule, bool>> R;
  R.push_back({x86("  %0:v512 zeros=splat(i8 0xf0)\n" + Chain), true});
  R.push_back({x86("  %0:v512\n" + Chain), false});
  R.push_back(
      {x86("  %0:v128\n  %1:v128\n  %2:v128 = VPSRLVDrr %0, %1\n  %3:v128 = VPSRAVDrr %2, %1\n"
           "  yield %3\n=>\n  %2:v128 = VPSRAVDrr %0, %1\n  yield %2\n"),
       false});
  R.push_back({x86("  %0:v128\n  %1:v128\n  %2:v128\n  %3:v128 = VPSHUFBrr %0, %1\n  %4:v128 = "
                   "VPSHUFBrr %2, %1\n"
                   "  %5:v128 = VPANDrr %3, %4\n  yield %5\n=>\n  %3:v128 = VPANDrr %2, %0\n"
                   "  %4:v128 = VPSHUFBrr %3, %1\n  yield %4\n"),
               true});
  R.push_back({x86("  %0:v512\n  %1:v512\n  %2:k64\n  %3:k64 = VPCMPEQBZrr %0, %1\n  %4:k64 = "
                   "KANDQkk %2, %3\n"
                   "  yield %4\n=>\n  %3:k64 = VPCMPEQBZrrk %2, %1, %0\n  yield %3\n"),
               true});
  R.push_back({amd("  %0:l64\n  %1:l64\n  %2:l128\n  %3:l128 = const splat(i8 0)\n"
                   "  %4:l128 = V_MFMA_I32_16X16X32I8_e64 %0, %1, %3\n  %5:l32 = EXTRACT %4, 0\n  "
                   "%6:l32 = EXTRACT %2, 0\n"
                   "  %7:l32 = V_ADD_U32_e64 %5, %6\n  yield %7\n=>\n  %4:l128 = "
                   "V_MFMA_I32_16X16X32I8_e64 %0, %1, %2\n"
                   "  %5:l32 = EXTRACT %4, 0\n  yield %5\n"),
               true});
  return R;
}

std::vector<ExportedObligation> exported(const Rule &R) {
  Expected<std::vector<ExportedObligation>> X = exportObligations(R);
  if (!X) {
    ADD_FAILURE() << toString(X.takeError());
    return {};
  }
  return *X;
}

TEST(Export, OneObligationForEachDistinctSlice) {
  for (auto &[R, Holds] : rules()) {
    VerifyResult V = verified(R);
    EXPECT_EQ(verdictName(V.V), Holds ? "proved" : "refuted") << V.Method;
    std::vector<ExportedObligation> X = exported(R);
    if (Holds)
      EXPECT_EQ(X.size(), V.E.DistinctSlices);
    else
      EXPECT_GE(X.size(), 1u);
  }
}

TEST(Export, FactsArePartOfTheText) {
  std::vector<ExportedObligation> X = exported(rules()[0].first);
  ASSERT_EQ(X.size(), 1u);
  EXPECT_EQ(X[0].Name, "output0.bits0-31");
  EXPECT_NE(X[0].LLSource.find("@src(i32 noundef"), std::string::npos) << X[0].LLSource;
  EXPECT_NE(X[0].LLTarget.find("@tgt("), std::string::npos);
  EXPECT_NE(X[0].LLSource.find("i4 noundef"), std::string::npos) << X[0].LLSource;
  EXPECT_EQ(X[0].Smt2.find("ext_rotate"), std::string::npos);
  EXPECT_NE(X[0].Smt2.find("(check-sat)"), std::string::npos);
}

TEST(Export, LLVMParsesItAndItMeansTheSame) {
  // Read back through our own executor, each function is the term that Z3 was
  // asked about: source and target differ as the rule says.
  for (auto &[R, Holds] : rules()) {
    bool Differ = false;
    for (const ExportedObligation &X : exported(R)) {
      LLVMContext Ctx;
      SMDiagnostic Diagnostic;
      std::unique_ptr<Module> M = parseAssemblyString(X.LLSource + X.LLTarget, Diagnostic, Ctx);
      ASSERT_TRUE(M) << Diagnostic.getMessage().str() << X.LLSource << X.LLTarget;
      EXPECT_FALSE(verifyModule(*M, &errs()));
      TermGraph G;
      std::vector<TermList> Args;
      for (const Argument &A : M->getFunction("src")->args())
        Args.push_back(
            {G.var({VarKey::Leaf, A.getArgNo(), 0}, 0, A.getType()->getIntegerBitWidth())});
      Expected<TermList> S = executeFunction(G, *M->getFunction("src"), Args);
      ASSERT_TRUE(bool(S)) << toString(S.takeError());
      Expected<TermList> T = executeFunction(G, *M->getFunction("tgt"), Args);
      ASSERT_TRUE(bool(T)) << toString(T.takeError());
      Cone C(G, (*S)[0], (*T)[0]);
      Expected<SolverAnswer> A = solveSmt(writeSmt(C), 50'000'000, 60'000);
      ASSERT_TRUE(bool(A)) << toString(A.takeError());
      EXPECT_TRUE(A->K == SolverAnswer::Sat || A->K == SolverAnswer::Unsat);
      Differ |= A->K == SolverAnswer::Sat;
    }
    EXPECT_EQ(Differ, !Holds);
  }
}

/// The answer of a solver's program for a text, "" if it gives none.
std::string ask(StringRef Program, ArrayRef<StringRef> Options, const std::string &Text) {
  SmallString<64> In, Out;
  int Fd;
  if (sys::fs::createTemporaryFile("whittle", "smt2", Fd, In))
    return {};
  raw_fd_ostream(Fd, true) << Text;
  FileRemover RemoveIn(In);
  if (sys::fs::createTemporaryFile("whittle", "out", Out))
    return {};
  FileRemover RemoveOut(Out);
  SmallVector<StringRef> Args{Program};
  Args.append(Options.begin(), Options.end());
  Args.push_back(In);
  sys::ExecuteAndWait(Program, Args, std::nullopt, {std::nullopt, Out.str(), Out.str()}, 60);
  auto Buffer = MemoryBuffer::getFile(Out);
  return Buffer ? (*Buffer)->getBuffer().trim().str() : "";
}

void otherSolver(StringRef Name, ArrayRef<StringRef> Options) {
  ErrorOr<std::string> Program = sys::findProgramByName(Name);
  if (!Program)
    GTEST_SKIP() << Name.str() << " is not installed: exported obligations are not checked with it";
  for (auto &[R, Holds] : rules()) {
    unsigned Sat = 0;
    for (const ExportedObligation &X : exported(R)) {
      std::string Answer = ask(*Program, Options, X.Smt2);
      Sat += Answer == "sat";
      EXPECT_TRUE(Answer == "sat" || Answer == "unsat") << Answer << "\n" << X.Smt2;
    }
    EXPECT_EQ(Sat == 0, Holds);
  }
}

TEST(Export, CVC5AgreesOnTheText) { otherSolver("cvc5", {"--lang=smt2"}); }
TEST(Export, Z3ProgramAgreesOnTheText) { otherSolver("z3", {"-smt2"}); }

TEST(Export, BothFormsOfAVariableRead) {
  // As arrays and as if-then-else, one answer.
  TermGraph G;
  SmallVector<Term> List, Outer;
  auto Var = [&](unsigned L, unsigned Lo, unsigned W) {
    return G.var({VarKey::Leaf, L, 0}, Lo, W);
  };
  for (unsigned I = 0; I < 16; ++I)
    List.push_back(Var(0, I * 8, 8));
  for (unsigned I = 0; I < 16; ++I)
    Outer.push_back(G.select(Var(1, I * 8, 4), List));
  Term Twice = G.select(Var(2, 0, 4), Outer);
  SmallVector<Term> Indices;
  for (unsigned I = 0; I < 16; ++I)
    Indices.push_back(Var(1, I * 8, 4));
  Term Composed = G.select(G.select(Var(2, 0, 4), Indices), List);
  for (auto [Target, Want] :
       {std::pair(Composed, SolverAnswer::Unsat), {List[3], SolverAnswer::Sat}})
    for (SelectForm Form : {SelectForm::Array, SelectForm::Mux}) {
      Cone C(G, Twice, Target);
      SmtQuery Q = writeSmt(C, Form);
      EXPECT_EQ(Q.Arrays, Form == SelectForm::Array);
      Expected<SolverAnswer> A = solveSmt(Q, 50'000'000, 60'000);
      ASSERT_TRUE(bool(A)) << toString(A.takeError());
      ASSERT_EQ(A->K, Want) << A->Reason;
      if (Want == SolverAnswer::Sat) {
        auto [S, T] = C.evaluate(A->Model);
        EXPECT_NE(S, T);
      }
    }
}

} // namespace
