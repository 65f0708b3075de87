//===- passes/CodeValues.cpp - What registers hold, in SSA form ------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/CodeValues.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"
#include <numeric>

using namespace llvm;

namespace whittle {

/// GR64 has RIP in it, which has no low byte.
static constexpr StringLiteral BytesToo = "gr64_with_sub_8bit";

CodeValues::CodeValues(const RegisterSet &Regs, const CodeFunction &F)
    : Regs(Regs), F(F), Blocks(F.Blocks.size() + 1), MostBits(RegisterSet::Count),
      Assigned(RegisterSet::Count) {
  auto Edge = [&](unsigned From, unsigned To) {
    Blocks[From].Successors.push_back(To);
    Blocks[To].Predecessors.push_back(From);
  };
  Edge(0, 1);
  for (unsigned B = 0; B != F.Blocks.size(); ++B) {
    Blocks[B + 1].Entered = F.Blocks[B].Entered;
    for (unsigned S : F.Blocks[B].Successors)
      Edge(B + 1, S + 1);
  }
}

void CodeValues::start(Operands Registers) {
  for (const CodeBlock &B : F.Blocks)
    for (const CodeInstr &I : B.Instrs)
      Registers(I, [&](RegisterPart P, bool Written) {
        MostBits[P.Var] = std::max(MostBits[P.Var], P.High ? 64u : P.Bits);
        if (Written)
          Assigned.set(P.Var);
      });
}

void CodeValues::enter(unsigned B) { Now = B + 1; }

unsigned CodeValues::makeVReg(RegKind K, unsigned Bits, std::string Class) {
  if (Class.empty())
    Class = RegisterSet::className(K, Bits).str();
  VRegs.push_back({std::move(Class), K, Bits});
  return unsigned(VRegs.size()) - 1;
}

CodeValues::Line CodeValues::defining(unsigned V, StringRef Text) const {
  return {{"%" + std::to_string(V) + ":" + VRegs[V].Class + " = " + Text.str(), {}}};
}

CodeValues::Written *CodeValues::stateOf(unsigned B, CodeVariable Var) const {
  auto It = Blocks[B].State.find(Var);
  return It == Blocks[B].State.end() ? nullptr : It->second;
}

ValueUse CodeValues::read(CodeVariable Var, unsigned Bits) {
  return read(Now, Var, stateOf(Now, Var), Bits);
}

ValueUse CodeValues::read(unsigned B, CodeVariable Var, Written *W, unsigned Bits) {
  const RegKind K = RegisterSet::kindOf(Var);
  if (!W) {
    auto [It, New] = Blocks[B].AtStart.try_emplace({Var, Bits}, 0);
    if (New) {
      It->second = makeVReg(K, Bits);
      Todo.push_back({B, Var, Bits, It->second});
    }
    return {It->second, Bits};
  }
  if (Bits <= W->Bits && W->Cut)
    return read(B, Var, W->Before, Bits);
  if (Bits <= W->Bits && W->V != ~0u)
    return {W->V, Bits};
  if (auto It = W->Wider.find(Bits); It != W->Wider.end())
    return {It->second, Bits};
  Line L;
  unsigned V;
  if (isForgotten(W)) {
    V = makeVReg(K, Bits);
    L = defining(V, "KILL");
  } else if (W->ZeroAbove) {
    const ValueUse Low = W->Cut ? read(B, Var, W->Before, W->Bits) : ValueUse{W->V, W->Bits};
    V = makeVReg(K, Bits);
    L = defining(V, "SUBREG_TO_REG 0, ");
    L.back().Use = Low;
    L.push_back({", %subreg." + RegisterSet::lowIndex(K, W->Bits).str(), {}});
  } else {
    // A write before that was no wider, and left alone what lies above, is covered.
    Written *Under = W->Before;
    while (Under && Under->V != ~0u && !Under->ZeroAbove && Under->Bits <= W->Bits)
      Under = Under->Before;
    const ValueUse Base = read(B, Var, Under, Bits);
    V = makeVReg(K, Bits);
    L = defining(V, "INSERT_SUBREG ");
    L.back().Use = Base;
    L.back().Class = VRegs[V].Class;
    L.push_back({", ", {W->V, W->Bits}});
    L.push_back({", %subreg." + RegisterSet::lowIndex(K, W->Bits).str(), {}});
  }
  Blocks[B].Body.push_back(std::move(L));
  W->Wider[Bits] = V;
  return {V, Bits};
}

bool CodeValues::isForgotten(const Written *W) const {
  while (W && W->Cut)
    W = W->Before;
  return W && W->V == ~0u;
}

std::vector<ValueUse> CodeValues::readAll(const BitVector &Vars) {
  std::vector<ValueUse> Uses;
  for (unsigned Var : Vars.set_bits()) {
    if (Assigned[Var] && !isForgotten(stateOf(Now, Var)))
      Uses.push_back(read(Var, MostBits[Var]));
  }
  return Uses;
}

void CodeValues::write(CodeVariable Var, ValueUse New, bool ZeroAbove) {
  const bool Whole = New.Bits == RegisterSet::wholeBits(Var);
  Store.push_back({New.V, New.Bits, ZeroAbove || Whole, false, nullptr, {}});
  if (!Store.back().ZeroAbove)
    Store.back().Before = stateOf(Now, Var);
  Blocks[Now].State[Var] = &Store.back();
}

void CodeValues::forget(const BitVector &Vars) {
  for (unsigned Var : Vars.set_bits()) {
    Store.push_back({~0u, RegisterSet::wholeBits(Var), true, false, nullptr, {}});
    Blocks[Now].State[Var] = &Store.back();
  }
}

void CodeValues::zeroUpper() {
  for (CodeVariable Var = 0; Var != 16; ++Var) {
    if (!MostBits[Var] || isForgotten(stateOf(Now, Var)))
      continue;
    Store.push_back({~0u, 128, true, true, stateOf(Now, Var), {}});
    Blocks[Now].State[Var] = &Store.back();
  }
}

ValueUse CodeValues::fresh(CodeVariable Var, unsigned Bits) {
  return define(RegisterSet::kindOf(Var), Bits, "", "KILL", {}, "");
}

void CodeValues::append(StringRef Opcode, const std::vector<CodeOperand> &Operands,
                        StringRef Tail) {
  Line L{{Opcode.str(), {}}};
  for (const CodeOperand &O : Operands)
    L.push_back({(&O == &Operands.front() ? " " : ", ") + O.Text, O.Use, O.Class});
  if (!Tail.empty())
    L.push_back({(Operands.empty() || Tail.starts_with(" ") ? " " : ", ") + Tail.str(), {}});
  Blocks[Now].Body.push_back(std::move(L));
}

ValueUse CodeValues::define(RegKind K, unsigned Bits, std::string Class, StringRef Opcode,
                            const std::vector<CodeOperand> &Operands, StringRef Tail) {
  const unsigned V = makeVReg(K, Bits, std::move(Class));
  append(Opcode, Operands, Tail);
  std::string &Text = Blocks[Now].Body.back().front().Text;
  Text = defining(V, Text).front().Text;
  return {V, Bits};
}

ValueUse CodeValues::element(ValueUse Whole, unsigned Bits, std::string Class) {
  const unsigned V = makeVReg(RegKind::Vec, Bits, std::move(Class));
  Line L = defining(V, "COPY ");
  L.back().Use = Whole;
  Blocks[Now].Body.push_back(std::move(L));
  return {V, Bits};
}

std::string CodeValues::constant(const APInt &Value) {
  auto It = find_if(Constants, [&](const APInt &C) {
    return C.getBitWidth() == Value.getBitWidth() && C == Value;
  });
  const auto Index = It - Constants.begin();
  if (It == Constants.end())
    Constants.push_back(Value);
  return "$rip, 1, $noreg, %const." + std::to_string(Index) + ", $noreg";
}

void CodeValues::keep(const std::vector<ValueUse> &Uses) {
  if (Uses.empty())
    return;
  std::vector<CodeOperand> Operands;
  for (const ValueUse &U : Uses)
    Operands.push_back({"implicit ", U});
  append("KILL", Operands, "");
}

void CodeValues::leave(const BitVector &Live) {
  for (unsigned Var : Live.set_bits()) {
    BitVector One(RegisterSet::Count);
    One.set(Var);
    for (const ValueUse &U : readAll(One))
      Blocks[Now].Body.push_back({{Regs.name(Var, U.Bits) + " = COPY ", U}});
  }
}

void CodeValues::join() {
  while (!Todo.empty()) {
    const Pending P = Todo.back();
    Todo.pop_back();
    Block &B = Blocks[P.Block];
    if (B.Entered || B.Predecessors.empty()) {
      const bool First = P.Block == 0;
      if (First)
        LiveIn.push_back(Regs.name(P.Var, P.Bits));
      B.Head.push_back(defining(P.V, First ? "COPY " + LiveIn.back() : "KILL"));
      continue;
    }
    Phi Joined{P.V, P.Block, {}, false};
    for (unsigned From : B.Predecessors) {
      ValueUse U = read(From, P.Var, stateOf(From, P.Var), P.Bits);
      if (U.Bits != VRegs[U.V].Bits) {
        const unsigned V = makeVReg(VRegs[U.V].Kind, U.Bits);
        Line L = defining(V, "COPY ");
        L.back().Use = U;
        Blocks[From].Body.push_back(std::move(L));
        U.V = V;
      }
      Joined.Values.push_back(U.V);
    }
    Phis.push_back(std::move(Joined));
  }
  Same.resize(VRegs.size());
  std::iota(Same.begin(), Same.end(), 0u);
  for (bool Changed = true; Changed;) {
    Changed = false;
    for (Phi &P : Phis) {
      if (P.Gone)
        continue;
      std::optional<unsigned> Only;
      bool Several = false;
      for (unsigned V : P.Values) {
        V = resolve(V);
        if (V == P.V || V == Only)
          continue;
        Several |= Only.has_value();
        Only = V;
      }
      if (Several || !Only)
        continue;
      Same[P.V] = *Only;
      P.Gone = Changed = true;
    }
  }
}

unsigned CodeValues::resolve(unsigned V) const {
  while (Same[V] != V)
    V = Same[V];
  return V;
}

void CodeValues::print(const Line &L, unsigned &NextV, raw_ostream &OS) const {
  std::string Text;
  raw_string_ostream Whole(Text);
  for (const CodeOperand &O : L) {
    Whole << O.Text;
    if (O.Use.V == ~0u)
      continue;
    const unsigned V = resolve(O.Use.V);
    std::string Use = "%" + std::to_string(V);
    const bool Part = O.Use.Bits != VRegs[V].Bits;
    if (Part && O.Use.Bits == 8 && VRegs[V].Bits == 64 && VRegs[V].Class != BytesToo) {
      OS << "    %" << NextV << ":" << BytesToo << " = COPY " << Use << "\n";
      Use = "%" + std::to_string(NextV++);
    }
    if (Part)
      Use += "." + RegisterSet::lowIndex(VRegs[V].Kind, O.Use.Bits).str();
    if (!O.Class.empty() && (Part || O.Class != VRegs[V].Class)) {
      OS << "    %" << NextV << ":" << O.Class << " = COPY " << Use << "\n";
      Use = "%" + std::to_string(NextV++);
    }
    Whole << Use;
  }
  OS << "    " << Text << "\n";
}

void CodeValues::print(StringRef Name, raw_ostream &OS) const {
  OS << "---\nname: '" << Name << "'\nisSSA: true\ntracksRegLiveness: true\n";
  if (!Constants.empty())
    OS << "constants:\n";
  for (unsigned C = 0; C != Constants.size(); ++C) {
    const APInt &Value = Constants[C];
    OS << "  - { id: " << C << ", value: '<" << Value.getBitWidth() / 8 << " x i8> <";
    for (unsigned Bit = 0; Bit != Value.getBitWidth(); Bit += 8)
      OS << (Bit ? ", i8 " : "i8 ") << Value.extractBitsAsZExtValue(8, Bit);
    OS << ">', alignment: " << Value.getBitWidth() / 8 << " }\n";
  }
  std::vector<std::vector<const Phi *>> Here(Blocks.size());
  for (const Phi &P : Phis)
    if (!P.Gone)
      Here[P.Block].push_back(&P);
  OS << "body: |\n";
  unsigned NextV = unsigned(VRegs.size());
  for (unsigned B = 0; B != Blocks.size(); ++B) {
    const Block &Block = Blocks[B];
    OS << "  bb." << B << ":\n";
    for (unsigned S : Block.Successors)
      OS << (S == Block.Successors.front() ? "    successors: %bb." : ", %bb.") << S;
    OS << (Block.Successors.empty() ? "" : "\n");
    if (B == 0 && !LiveIn.empty())
      OS << "    liveins: " << llvm::join(LiveIn, ", ") << "\n";
    for (const Phi *P : Here[B]) {
      OS << "    %" << P->V << ":" << VRegs[P->V].Class << " = PHI ";
      for (unsigned I = 0; I != P->Values.size(); ++I)
        OS << (I ? ", %" : "%") << resolve(P->Values[I]) << ", %bb." << Block.Predecessors[I];
      OS << "\n";
    }
    for (const std::vector<Line> *Lines : {&Block.Head, &Block.Body})
      for (const Line &L : *Lines)
        print(L, NextV, OS);
    // Which of two ways it goes is not what windows are about.
    if (Block.Successors.size() > 1)
      OS << "    JCC_1 %bb." << Block.Successors.front() << ", 4, implicit undef $eflags\n";
    if (Block.Successors.empty())
      OS << "    RET64\n";
    else
      OS << "    JMP_1 %bb." << Block.Successors.back() << "\n";
    OS << "\n";
  }
  OS << "...\n";
}

} // namespace whittle
