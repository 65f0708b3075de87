//===- bench/proofs.cpp - Proofs a second
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The demo's obligations, as `whittle search` has them proved: from rule to
// verdict. items_per_second is proofs a second; `solver` is Z3 without our normal
// forms.
//
//===----------------------------------------------------------------------===//

#include "isa/TargetIsa.h"
#include "verify/Verify.h"
#include <benchmark/benchmark.h>

using namespace whittle;

namespace {

std::string maddubsChain(bool Masked) {
  return std::string("rule x86_64\n  %0:v512") + (Masked ? " zeros=splat(i8 0xf0)" : "") + R"(
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
end
)";
}

std::string zeroAccumulator() {
  return R"(rule x86_64
  %0:v512
  %1:v512
  %2:v512
  %3:v512 = const splat(i8 0)
  %4:v512 = VPDPBUSDZrr %3, %0, %1
  %5:v512 = VPADDDZrr %4, %2
  yield %5
=>
  %4:v512 = VPDPBUSDZrr %2, %0, %1
  yield %4
end
)";
}

/// mfma(a, b, 0) + c, an output for each register, to mfma(a, b, c).
std::string matrixFold(const std::string &Opcode, unsigned Registers) {
  std::string Tuple = "l" + std::to_string(Registers * 32);
  std::string Text = "rule amdgcn\n  %0:l64\n  %1:l64\n  %2:" + Tuple + "\n  %3:" + Tuple +
                     " = const splat(i8 0)\n  %4:" + Tuple + " = " + Opcode + " %0, %1, %3\n";
  std::string Sums, Parts, Target = "=>\n  %4:" + Tuple + " = " + Opcode + " %0, %1, %2\n";
  auto Id = [](unsigned I) { return "%" + std::to_string(I); };
  for (unsigned I = 0; I < Registers; ++I) {
    unsigned N = 5 + 3 * I;
    std::string At = ", " + std::to_string(32 * I) + "\n";
    Text += "  " + Id(N) + ":l32 = EXTRACT %4" + At + "  " + Id(N + 1) + ":l32 = EXTRACT %2" + At +
            "  " + Id(N + 2) + ":l32 = V_ADD_U32_e64 " + Id(N) + ", " + Id(N + 1) + "\n";
    Target += "  " + Id(5 + I) + ":l32 = EXTRACT %4" + At;
    Sums += (I ? ", " : "") + Id(N + 2);
    Parts += (I ? ", " : "") + Id(5 + I);
  }
  return Text + "  yield " + Sums + "\n" + Target + "  yield " + Parts + "\nend\n";
}

void prove(benchmark::State &State, const std::string &Text, const char *Want, bool NormalForms) {
  llvm::Expected<Rule> R = parseRule(Text);
  if (!R)
    return State.SkipWithError(llvm::toString(R.takeError()).c_str());
  VerifyOptions O;
  O.NormalForms = NormalForms;
  for (auto _ : State) {
    llvm::Expected<VerifyResult> V = verify(*R, O);
    if (!V)
      return State.SkipWithError(llvm::toString(V.takeError()).c_str());
    if (verdictName(V->V) != Want)
      return State.SkipWithError(("the verdict is " + verdictName(V->V)).str().c_str());
    State.counters["slices"] = V->E.Slices;
    State.counters["distinct"] = V->E.DistinctSlices;
  }
  State.SetItemsProcessed(State.iterations());
}

void add(const char *Name, const std::string &Text, const char *Want, bool NormalForms = true) {
  benchmark::RegisterBenchmark(Name,
                               [=](benchmark::State &S) { prove(S, Text, Want, NormalForms); })
      ->Unit(benchmark::kMillisecond)
      ->UseRealTime();
}

[[maybe_unused]] const bool Registered = [] {
  add("maddubs_chain_to_dpbusd", maddubsChain(true), "proved");
  add("maddubs_chain_to_dpbusd/solver", maddubsChain(true), "proved", false);
  add("maddubs_chain_unmasked", maddubsChain(false), "refuted");
  add("dpbusd_zero_accumulator", zeroAccumulator(), "proved");
  add("dpbusd_zero_accumulator/solver", zeroAccumulator(), "proved", false);
  add("mfma_16x16x32_fold", matrixFold("V_MFMA_I32_16X16X32I8_e64", 4), "proved");
  add("mfma_32x32x16_fold", matrixFold("V_MFMA_I32_32X32X16I8_e64", 16), "proved");
  return true;
}();

} // namespace
