//===- verify/Smt.cpp - A slice as SMT-LIB 2 text
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "verify/Smt.h"
#include "llvm/ADT/SmallString.h"
#include "llvm/Support/raw_ostream.h"
#include <set>

using namespace llvm;

namespace whittle {

namespace {

class Writer {
public:
  Writer(const Cone &C, SelectForm Form) : C(C), G(C.graph()), Form(Form), OS(Body) {}

  SmtQuery run() {
    for (auto [I, A] : enumerate(C.atoms())) {
      OS << "(declare-const x" << I << " (_ BitVec " << A.Width << "))\n";
      Q.AtomWidths.push_back(A.Width);
    }
    for (Term T : C.order())
      define(T);
    OS << "(assert (distinct " << name(C.source()) << ' ' << name(C.target()) << "))\n";
    Q.Text = std::string("(set-logic QF_") + (Q.Arrays ? "A" : "") + (Q.Functions ? "UF" : "") +
             "BV)\n" + Body;
    return std::move(Q);
  }

private:
  static std::string literal(const APInt &V) {
    SmallString<64> Digits;
    bool Hex = V.getBitWidth() % 4 == 0;
    V.toStringUnsigned(Digits, Hex ? 16 : 2);
    unsigned Want = Hex ? V.getBitWidth() / 4 : V.getBitWidth();
    return (Hex ? "#x" : "#b") + std::string(Want - Digits.size(), '0') + StringRef(Digits).lower();
  }

  std::string name(Term T) const {
    if (G.isConst(T))
      return literal(G.value(T));
    if (G.op(T) == TermOp::Var) {
      // Highest first, as concat wants it.
      std::string S;
      ArrayRef<unsigned> Parts = C.atomsOf(T);
      for (unsigned A : reverse(Parts))
        S += " x" + std::to_string(A);
      return Parts.size() == 1 ? S.substr(1) : "(concat" + S + ")";
    }
    return "t" + std::to_string(C.indexOf(T));
  }

  /// The term as a Bool, if it is a comparison.
  std::string comparison(Term T) const {
    StringRef F;
    switch (G.op(T)) {
    case TermOp::Eq:
      F = "=";
      break;
    case TermOp::Ult:
      F = "bvult";
      break;
    case TermOp::Slt:
      F = "bvslt";
      break;
    default:
      return {};
    }
    return "(" + F.str() + " " + name(G.operand(T, 0)) + " " + name(G.operand(T, 1)) + ")";
  }

  void define(Term T) {
    TermOp Op = G.op(T);
    if (Op == TermOp::Const || Op == TermOp::Var)
      return;
    ArrayRef<Term> Ops = G.operands(T);
    std::string Array;
    if (Op == TermOp::Apply)
      declare(T);
    bool UseArray = Op == TermOp::Select && Form == SelectForm::Array && Ops.size() > 5;
    if (UseArray)
      Array = arrayOf(Ops.drop_front(), G.width(Ops[0]));
    OS << "(define-fun " << name(T) << " () (_ BitVec " << G.width(T) << ") ";
    switch (Op) {
    case TermOp::Eq:
    case TermOp::Ult:
    case TermOp::Slt:
      OS << "(ite " << comparison(T) << " #b1 #b0)";
      break;
    case TermOp::Ite: {
      std::string Cond = comparison(Ops[0]);
      OS << "(ite " << (Cond.empty() ? "(= " + name(Ops[0]) + " #b1)" : Cond) << ' ' << name(Ops[1])
         << ' ' << name(Ops[2]) << ')';
      break;
    }
    case TermOp::Concat:
      OS << "(concat";
      for (Term O : reverse(Ops))
        OS << ' ' << name(O);
      OS << ')';
      break;
    case TermOp::Extract:
      OS << "((_ extract " << G.lo(T) + G.width(T) - 1 << ' ' << G.lo(T) << ") " << name(Ops[0])
         << ')';
      break;
    case TermOp::Sext:
      OS << "((_ sign_extend " << G.width(T) - G.width(Ops[0]) << ") " << name(Ops[0]) << ')';
      break;
    case TermOp::Select:
      if (UseArray)
        OS << "(select " << Array << ' ' << name(Ops[0]) << ')';
      else
        mux(Ops.drop_front(), name(Ops[0]), G.width(Ops[0]));
      break;
    case TermOp::Apply:
      OS << application(T, false);
      break;
    default:
      OS << "(bv" << termOpName(Op) << ' ' << name(Ops[0]) << ' ' << name(Ops[1]) << ')';
    }
    OS << ")\n";
    // One instance of the law is what the argument at hand may need.
    if (Op == TermOp::Apply && commutes(G.function(T)))
      OS << "(assert (= " << name(T) << ' ' << application(T, true) << "))\n";
  }

  /// \p T written out, with its first two arguments exchanged or not.
  std::string application(Term T, bool Exchanged) const {
    SmallVector<Term, 3> Ops(G.operands(T));
    if (Exchanged)
      std::swap(Ops[0], Ops[1]);
    std::string S = "(" + functionName(T);
    for (Term O : Ops)
      S += " " + name(O);
    return S + ")";
  }

  /// One name for each function and its widths: fadd_32_32_32.
  std::string functionName(Term T) const {
    std::string S = opaqueName(G.function(T)).str();
    for (Term O : G.operands(T))
      S += "_" + std::to_string(G.width(O));
    return S + "_" + std::to_string(G.width(T));
  }

  void declare(Term T) {
    if (!Declared.insert(functionName(T)).second)
      return;
    Q.Functions = true;
    OS << "(declare-fun " << functionName(T) << " (";
    for (Term O : G.operands(T))
      OS << " (_ BitVec " << G.width(O) << ')';
    OS << ") (_ BitVec " << G.width(T) << "))\n";
  }

  void mux(ArrayRef<Term> Elements, const std::string &Index, unsigned Bits) {
    if (Bits == 0) {
      OS << name(Elements[0]);
      return;
    }
    size_t Half = Elements.size() / 2;
    OS << "(ite (= ((_ extract " << Bits - 1 << ' ' << Bits - 1 << ") " << Index << ") #b1) ";
    mux(Elements.drop_front(Half), Index, Bits - 1);
    OS << ' ';
    mux(Elements.take_front(Half), Index, Bits - 1);
    OS << ')';
  }

  /// Reads of one list share an array.
  std::string arrayOf(ArrayRef<Term> Elements, unsigned IndexBits) {
    auto [It, New] =
        ArrayNames.try_emplace(std::vector<Term>(Elements.begin(), Elements.end()), "");
    if (!New)
      return It->second;
    Q.Arrays = true;
    It->second = "a" + std::to_string(ArrayNames.size() - 1);
    OS << "(declare-const " << It->second << " (Array (_ BitVec " << IndexBits << ") (_ BitVec "
       << G.width(Elements[0]) << ")))\n";
    for (auto [I, E] : enumerate(Elements))
      OS << "(assert (= (select " << It->second << ' ' << literal(APInt(IndexBits, I)) << ") "
         << name(E) << "))\n";
    return It->second;
  }

  const Cone &C;
  const TermGraph &G;
  SelectForm Form;
  SmtQuery Q;
  std::string Body;
  raw_string_ostream OS;
  std::map<std::vector<Term>, std::string> ArrayNames;
  std::set<std::string> Declared;
};

} // namespace

SmtQuery writeSmt(const Cone &C, SelectForm Form) { return Writer(C, Form).run(); }

} // namespace whittle
