//===- tests/passes/MirFixture.h - Passes on MIR text -----------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_TESTS_PASSES_MIRFIXTURE_H
#define WHITTLE_TESTS_PASSES_MIRFIXTURE_H

#include "passes/Passes.h"
#include "llvm/CodeGen/MIRParser/MIRParser.h"
#include "llvm/CodeGen/MachineFunction.h"
#include "llvm/CodeGen/MachineFunctionPass.h"
#include "llvm/CodeGen/MachineModuleInfo.h"
#include "llvm/CodeGen/Passes.h"
#include "llvm/CodeGen/TargetPassConfig.h"
#include "llvm/IR/DiagnosticInfo.h"
#include "llvm/IR/DiagnosticPrinter.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Module.h"
#include "llvm/InitializePasses.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include "gtest/gtest.h"
#include <string>
#include <vector>

namespace whittle {

using namespace llvm;

struct MirTarget {
  std::string Triple, CPU, Features;
  std::optional<CodeModel::Model> Model;
  std::string Attributes; ///< of the function
};
/// x86-64 with everything the tests use by default.
inline MirTarget x86(std::string CPU = "sapphirerapids") {
  return {"x86_64-unknown-linux-gnu", std::move(CPU), "", std::nullopt, ""};
}
inline MirTarget gfx942() { return {"amdgcn-amd-amdhsa", "gfx942", "", std::nullopt, ""}; }

inline void initializeLLVM() {
  static const bool Once = [] {
    LLVMInitializeX86TargetInfo();
    LLVMInitializeX86Target();
    LLVMInitializeX86TargetMC();
    LLVMInitializeX86AsmPrinter();
    LLVMInitializeAMDGPUTargetInfo();
    LLVMInitializeAMDGPUTarget();
    LLVMInitializeAMDGPUTargetMC();
    LLVMInitializeAMDGPUAsmPrinter();
    PassRegistry &R = *PassRegistry::getPassRegistry();
    initializeCore(R);
    initializeCodeGen(R);
    return true;
  }();
  (void)Once;
}

/// Runs one pass of ours over the function and prints it.
inline std::string runPass(const std::string &Body, const MirTarget &T,
                           const std::string &Constants, MachineFunctionPass *Pass) {
  initializeLLVM();
  std::string Error;
  const Target *TheTarget = TargetRegistry::lookupTarget(Triple(T.Triple), Error);
  EXPECT_TRUE(TheTarget) << Error;
  std::unique_ptr<TargetMachine> TM(
      TheTarget->createTargetMachine(Triple(T.Triple), T.CPU, T.Features, TargetOptions(),
                                     std::nullopt, T.Model, CodeGenOptLevel::Aggressive));
  std::string Text = "--- |\n  define void @f() " + T.Attributes +
                     " { ret void }\n...\n---\nname: f\n"
                     "tracksRegLiveness: true\nisSSA: true\n";
  if (!Constants.empty())
    Text += "constants:\n" + Constants;
  Text += "body: |\n" + Body + "\n...\n";

  LLVMContext Context;
  std::string Diagnostics;
  Context.setDiagnosticHandlerCallBack(
      [](const DiagnosticInfo *D, void *Out) {
        raw_string_ostream OS(*static_cast<std::string *>(Out));
        DiagnosticPrinterRawOStream P(OS);
        D->print(P);
      },
      &Diagnostics);
  std::unique_ptr<MIRParser> Parser =
      createMIRParser(MemoryBuffer::getMemBufferCopy(Text, "test.mir"), Context);
  std::unique_ptr<Module> M = Parser->parseIRModule();
  if (!M) {
    ADD_FAILURE() << "MIR does not parse: " << Diagnostics;
    return "";
  }
  M->setTargetTriple(Triple(T.Triple));
  M->setDataLayout(TM->createDataLayout());
  auto *MMIWP = new MachineModuleInfoWrapperPass(TM.get());
  if (Parser->parseMachineFunctions(*M, MMIWP->getMMI())) {
    ADD_FAILURE() << "MIR does not parse: " << Diagnostics;
    return "";
  }
  legacy::PassManager PM;
  PM.add(TM->createPassConfig(PM));
  PM.add(MMIWP);
  PM.add(createMachineVerifierPass("before"));
  PM.add(Pass);
  PM.add(createMachineVerifierPass("after"));
  std::string Out;
  raw_string_ostream OS(Out);
  PM.add(createMachineFunctionPrinterPass(OS));
  PM.run(*M);
  EXPECT_EQ(Diagnostics, "");
  return Out;
}

/// Parses the body of one MIR function, runs the apply pass with the rules of
/// \p RuleText between two runs of the machine verifier (which aborts on bad
/// code) and returns the function as printed. \p Constants is the YAML list
/// under `constants:`, if any.
inline std::string applyTo(const std::string &Body, const std::string &RuleText, const MirTarget &T,
                           ApplyStats *Stats = nullptr, const std::string &Constants = "",
                           std::shared_ptr<const MeasuredTable> Measured = nullptr) {
  initializeLLVM();
  Expected<std::vector<Rule>> Rules = parseRules(RuleText, "test");
  if (!Rules) {
    ADD_FAILURE() << toString(Rules.takeError());
    return "";
  }
  std::vector<LoadedRule> Loaded;
  for (Rule &R : *Rules) {
    std::string Id = ruleId(R).hex();
    Loaded.push_back({Id, std::move(R)});
  }
  return runPass(Body, T, Constants,
                 createApplyPass(makeMatcher(std::move(Loaded)), Stats, std::move(Measured)));
}

/// The harvested windows of the function, printed, in the order of the sink.
inline std::vector<std::string> harvestFrom(const std::string &Body, const MirTarget &T,
                                            const std::string &Constants = "",
                                            HarvestOptions O = {}) {
  std::vector<std::string> Windows;
  runPass(Body, T, Constants,
          createHarvestPass(O, [&](const Window &W, StringRef, unsigned, StringRef) {
            Windows.push_back(printWindow(W));
          }));
  return Windows;
}

/// How often \p Needle stands in \p Text.
inline unsigned occurrences(const std::string &Text, const std::string &Needle) {
  unsigned N = 0;
  for (size_t At = Text.find(Needle); At != std::string::npos; At = Text.find(Needle, At + 1))
    ++N;
  return N;
}

} // namespace whittle

#endif // WHITTLE_TESTS_PASSES_MIRFIXTURE_H
