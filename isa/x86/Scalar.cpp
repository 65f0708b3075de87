//===- isa/x86/Scalar.cpp - General registers -----------------------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Rows say nothing of EFLAGS: a window needs the flags of these dead.
//
//===----------------------------------------------------------------------===//

#include "isa/x86/X86Rows.h"

using namespace llvm;

namespace whittle::x86 {

static void addOf(RowSet &R, unsigned W) {
  std::string N = std::to_string(W);
  auto Unary = [&](const std::string &Name, const char *Features, unsigned Weight, V (*Fn)(V)) {
    addOne(R, Name, Features, Weight, [=](Sem &S) { S.out(Fn(S.raw(0))); });
  };
  auto Binary = [&](const std::string &Name, const char *Features, unsigned Weight, V (*Fn)(V, V)) {
    addOne(R, Name, Features, Weight, [=](Sem &S) { S.out(Fn(S.raw(0), S.raw(1))); });
  };
  Unary("MOV" + N + "rr", "", 1, [](V A) { return A; });
  Unary("NOT" + N + "r", "", 2, [](V A) { return ~A; });
  Unary("NEG" + N + "r", "", 2, [](V A) { return A.sem().constantLike(A, 0) - A; });
  Binary("AND" + N + "rr", "", 2, [](V A, V B) { return A & B; });
  Binary("OR" + N + "rr", "", 2, [](V A, V B) { return A | B; });
  Binary("XOR" + N + "rr", "", 2, [](V A, V B) { return A ^ B; });
  Binary("ADD" + N + "rr", "", 2, [](V A, V B) { return A + B; });
  Binary("SUB" + N + "rr", "", 2, [](V A, V B) { return A - B; });
  Binary("IMUL" + N + "rr", "", 3, [](V A, V B) { return A * B; });
  Binary("ANDN" + N + "rr", "+bmi", 2, [](V A, V B) { return ~A & B; });
  Unary("BLSR" + N + "rr", "+bmi", 2, [](V A) { return A & (A - 1); });
  Unary("BLSI" + N + "rr", "+bmi", 2, [](V A) { return A & (A.sem().constantLike(A, 0) - A); });
  Unary("BLSMSK" + N + "rr", "+bmi", 2, [](V A) { return A ^ (A - 1); });
  Unary("POPCNT" + N + "rr", "+popcnt", 3, ctpop);
  Unary("LZCNT" + N + "rr", "+lzcnt", 3, ctlz);
  Unary("TZCNT" + N + "rr", "+bmi", 3, [](V A) { return ctpop(~A & (A - 1)); });

  // Counts are taken modulo the width.
  struct {
    const char *Name;
    V (*Fn)(V, V);
  } Shifts[] = {{"SHL", shl}, {"SHR", lshr}, {"SAR", ashr}};
  for (auto &T : Shifts) {
    auto Fn = T.Fn;
    addOne(R, T.Name + N + "ri", "", 2, [=](Sem &S) {
      S.out(Fn(S.raw(0), zextOrTrunc(S.imm(0), W) & int64_t(W - 1)));
    }).imm(Row::ImmUse::Shift);
    addOne(R, T.Name + ("X" + N) + "rr", "+bmi2", 2,
           [=](Sem &S) { S.out(Fn(S.raw(0), S.raw(1) & int64_t(W - 1))); });
  }
  addOne(R, "RORX" + N + "ri", "+bmi2", 2, [=](Sem &S) {
    S.out(rotr(S.raw(0), zextOrTrunc(S.imm(0), W)));
  }).imm(Row::ImmUse::Shift);
}

void addScalar(RowSet &R) {
  addOf(R, 32);
  addOf(R, 64);
  addOne(R, "MOV32r0", "", 1, [](Sem &S) { S.out(S.constant(32, 0)); });
  addOne(R, "MOV32r1", "", 1, [](Sem &S) { S.out(S.constant(32, 1)); });
  addOne(R, "MOV32r_1", "", 1, [](Sem &S) { S.out(S.constant(32, UINT32_MAX)); });
}

} // namespace whittle::x86
