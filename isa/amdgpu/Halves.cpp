//===- isa/amdgpu/Halves.cpp - 16-bit integer operations ------------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/amdgpu/Halves.h"
#include "llvm/ADT/StringMap.h"

using namespace llvm;

namespace whittle::amdgpu {

namespace {

using Sources = ArrayRef<V>;

constexpr unsigned MultiplyWeight = 3;

V countOf(V Count) { return Count & 15; }

V shiftLeft(Sources X) {
  return {&X[1].sem(), X[1].sem().builder().CreateShl(X[1].get(), countOf(X[0]).get())};
}
V shiftRight(Sources X) {
  return {&X[1].sem(), X[1].sem().builder().CreateLShr(X[1].get(), countOf(X[0]).get())};
}
V shiftRightSigned(Sources X) {
  return {&X[1].sem(), X[1].sem().builder().CreateAShr(X[1].get(), countOf(X[0]).get())};
}

V multiplyAdd(Sources X) { return X[0] * X[1] + X[2]; }
V multiplyAddUnsigned(Sources X) {
  V Exact = zext(X[0], 32) * zext(X[1], 32) + zext(X[2], 32);
  return trunc(umin(Exact, Exact.sem().constantLike(Exact, 0xffff)), 16);
}
V multiplyAddSigned(Sources X) {
  return truncSSat(sext(X[0], 32) * sext(X[1], 32) + sext(X[2], 32), 16);
}

} // namespace

const HalfOperation &halfOperation(StringRef Name) {
  static const StringMap<HalfOperation> Operations = {
      {"ADD_U16",
       {2, [](Sources X) { return X[0] + X[1]; }, [](Sources X) { return uaddSat(X[0], X[1]); }}},
      {"ADD_I16",
       {2, [](Sources X) { return X[0] + X[1]; }, [](Sources X) { return saddSat(X[0], X[1]); }}},
      {"SUB_U16",
       {2, [](Sources X) { return X[0] - X[1]; }, [](Sources X) { return usubSat(X[0], X[1]); }}},
      {"SUB_I16",
       {2, [](Sources X) { return X[0] - X[1]; }, [](Sources X) { return ssubSat(X[0], X[1]); }}},
      {"SUBREV_U16",
       {2, [](Sources X) { return X[1] - X[0]; }, [](Sources X) { return usubSat(X[1], X[0]); }}},
      {"MAD_U16", {3, multiplyAdd, multiplyAddUnsigned, MultiplyWeight}},
      {"MAD_I16", {3, multiplyAdd, multiplyAddSigned, MultiplyWeight}},
      {"MUL_LO_U16", {2, [](Sources X) { return X[0] * X[1]; }, nullptr, MultiplyWeight}},
      // The count comes first.
      {"LSHLREV_B16", {2, shiftLeft}},
      {"LSHRREV_B16", {2, shiftRight}},
      {"ASHRREV_I16", {2, shiftRightSigned}},
      {"MIN_U16", {2, [](Sources X) { return umin(X[0], X[1]); }}},
      {"MAX_U16", {2, [](Sources X) { return umax(X[0], X[1]); }}},
      {"MIN_I16", {2, [](Sources X) { return smin(X[0], X[1]); }}},
      {"MAX_I16", {2, [](Sources X) { return smax(X[0], X[1]); }}},
      {"MIN3_U16", {3, [](Sources X) { return umin(umin(X[0], X[1]), X[2]); }}},
      {"MAX3_U16", {3, [](Sources X) { return umax(umax(X[0], X[1]), X[2]); }}},
      {"MIN3_I16", {3, [](Sources X) { return smin(smin(X[0], X[1]), X[2]); }}},
      {"MAX3_I16", {3, [](Sources X) { return smax(smax(X[0], X[1]), X[2]); }}},
      {"MED3_U16",
       {3, [](Sources X) { return umax(umin(X[0], X[1]), umin(umax(X[0], X[1]), X[2])); }}},
      {"MED3_I16",
       {3, [](Sources X) { return smax(smin(X[0], X[1]), smin(smax(X[0], X[1]), X[2])); }}},
      {"AND_B16", {2, [](Sources X) { return X[0] & X[1]; }}},
      {"OR_B16", {2, [](Sources X) { return X[0] | X[1]; }}},
      {"XOR_B16", {2, [](Sources X) { return X[0] ^ X[1]; }}},
      {"NOT_B16", {1, [](Sources X) { return ~X[0]; }}},
      {"MOV_B16", {1, [](Sources X) { return X[0]; }}},
  };
  auto It = Operations.find(Name);
  assert(It != Operations.end() && "no such operation");
  return It->second;
}

V hasModifier(Sem &S, unsigned Imm, int64_t Bit) {
  V Modifier = S.imm(Imm);
  return cmp(CmpInst::ICMP_NE, Modifier & Bit, S.constantLike(Modifier, 0));
}

SmallVector<OperandSpec, 0> modified(unsigned N, OperandSpec Modifier,
                                     ArrayRef<OperandSpec> Trailing) {
  SmallVector<OperandSpec, 0> Spec;
  for (unsigned I = 0; I != N; ++I)
    Spec.append({Modifier, reg()});
  Spec.append(Trailing.begin(), Trailing.end());
  return Spec;
}

std::vector<SmallVector<int64_t, 6>>
modifierPresets(unsigned N, int64_t Neutral, ArrayRef<int64_t> Values, ArrayRef<int64_t> Clamps) {
  const SmallVector<int64_t, 6> Plain(N, Neutral);
  std::vector<SmallVector<int64_t, 6>> Tuples = {Plain};
  auto Add = [&](int64_t Value, unsigned Begin, unsigned End) {
    Tuples.push_back(Plain);
    std::fill(Tuples.back().begin() + Begin, Tuples.back().begin() + End, Value);
  };
  for (int64_t Value : Values)
    for (unsigned I = 0; I != N; ++I)
      Add(Value, I, I + 1);
  for (int64_t Value : Values) {
    if (N > 2)
      Add(Value, 0, 2);
    if (N > 1)
      Add(Value, 0, N);
  }
  if (Clamps.empty())
    return Tuples;
  std::vector<SmallVector<int64_t, 6>> WithClamp;
  for (int64_t Clamp : Clamps)
    for (const auto &T : Tuples)
      WithClamp.emplace_back(T).push_back(Clamp);
  return WithClamp;
}

} // namespace whittle::amdgpu
