//===- isa/Symbols.cpp - Numbers that a general rule leaves open -----------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/Symbols.h"
#include "isa/Program.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;

namespace whittle {

static Error makeError(const Twine &Message) {
  return createStringError(inconvertibleErrorCode(), Message);
}

void SymExpr::forEachSymbol(function_ref<void(unsigned)> F) const {
  if (isSymbol())
    F(unsigned(Value));
  for (const SymExpr &A : Args)
    A.forEachSymbol(F);
}

unsigned SymExpr::size() const {
  unsigned N = 1;
  for (const SymExpr &A : Args)
    N += A.size();
  return N;
}

SymExpr SymExpr::renumbered(ArrayRef<unsigned> NewIndex) const {
  SymExpr E = *this;
  if (isSymbol())
    E.Value = NewIndex[Value];
  for (SymExpr &A : E.Args)
    A = A.renumbered(NewIndex);
  switch (K) {
  case Add:
  case And:
  case Or:
  case Xor:
  case Min:
  case Max:
    // Symbols by number, before what is no symbol.
    llvm::sort(E.Args, [](const SymExpr &A, const SymExpr &B) {
      return A.isSymbol() != B.isSymbol() ? A.isSymbol() : printExpr(A) < printExpr(B);
    });
    break;
  default:
    break;
  }
  return E;
}

//===----------------------------------------------------------------------===//
// Values
//===----------------------------------------------------------------------===//

unsigned valueBits(ArrayRef<SymbolSpec> Symbols) {
  unsigned Bits = 64;
  for (const SymbolSpec &S : Symbols)
    Bits = std::max(Bits, S.Bits + 8u);
  return Bits;
}

static APInt table(ArrayRef<APInt> A) {
  uint64_t Out = 0;
  for (unsigned I = 0; I != 8; ++I)
    Out |= uint64_t(A[0][A[1][I] * 4u + A[2][I] * 2u + A[3][I]]) << I;
  return APInt(A[0].getBitWidth(), Out);
}

static APInt shuffle(ArrayRef<APInt> A) {
  uint64_t Out = 0;
  for (unsigned I = 0; I != 4; ++I)
    Out |= A[0].extractBitsAsZExtValue(2, 2 * unsigned(A[1].extractBitsAsZExtValue(2, 2 * I)))
           << (2 * I);
  return APInt(A[0].getBitWidth(), Out);
}

APInt evaluate(const SymExpr &E, ArrayRef<SymbolSpec> Symbols, ArrayRef<APInt> Values) {
  const unsigned Bits = valueBits(Symbols);
  SmallVector<APInt, 4> A;
  for (const SymExpr &Arg : E.Args)
    A.push_back(evaluate(Arg, Symbols, Values));
  auto Shifted = [&](bool Left) {
    uint64_t N = A[1].getLimitedValue(Bits);
    return N >= Bits ? APInt::getZero(Bits) : Left ? A[0].shl(unsigned(N)) : A[0].lshr(unsigned(N));
  };
  switch (E.K) {
  case SymExpr::Number:
    return APInt(Bits, E.Value);
  case SymExpr::Symbol:
    assert(Values[E.Value].getBitWidth() == Symbols[E.Value].Bits && "a value of another width");
    return Values[E.Value].zext(Bits);
  case SymExpr::Not:
    return ~A[0];
  case SymExpr::Add:
    return A[0] + A[1];
  case SymExpr::Sub:
    return A[0] - A[1];
  case SymExpr::And:
    return A[0] & A[1];
  case SymExpr::Or:
    return A[0] | A[1];
  case SymExpr::Xor:
    return A[0] ^ A[1];
  case SymExpr::Shl:
    return Shifted(true);
  case SymExpr::Shr:
    return Shifted(false);
  case SymExpr::Mod:
    return A[0] & (A[1] - 1);
  case SymExpr::Min:
    return A[0].slt(A[1]) ? A[0] : A[1];
  case SymExpr::Max:
    return A[0].slt(A[1]) ? A[1] : A[0];
  case SymExpr::Count:
    return APInt(Bits, A[0].popcount());
  case SymExpr::Table:
    return table(A);
  case SymExpr::Shuffle:
    return shuffle(A);
  }
  llvm_unreachable("all operations are listed");
}

bool holds(const SymCondition &C, ArrayRef<SymbolSpec> Symbols, ArrayRef<APInt> Values) {
  APInt L = evaluate(C.L, Symbols, Values), R = evaluate(C.R, Symbols, Values);
  switch (C.P) {
  case SymCondition::LT:
    return L.slt(R);
  case SymCondition::LE:
    return L.sle(R);
  case SymCondition::EQ:
    return L == R;
  case SymCondition::NE:
    return L != R;
  }
  llvm_unreachable("all comparisons are listed");
}

bool guardHolds(const Window &W, ArrayRef<APInt> Values) {
  return all_of(W.Where, [&](const SymCondition &C) { return holds(C, W.Symbols, Values); });
}

Rule instantiate(const Rule &R, ArrayRef<APInt> Values) {
  Rule Out = R;
  Window &W = Out.W;
  for (Leaf &L : W.Leaves)
    if (L.Symbolic) {
      APInt V = evaluate(*L.Symbolic, W.Symbols, Values).zextOrTrunc(L.ElementBits);
      L.Const = APInt::getSplat(L.Ty.Bits, V);
      L.Symbolic = std::nullopt;
      L.ElementBits = 0;
    }
  for (Program *P : {&W.Source, &Out.Target})
    for (Node &N : P->Nodes) {
      for (unsigned K = 0; K != N.Imms.size(); ++K)
        if (const SymExpr *E = N.symbolic(K))
          N.Imms[K] = int64_t(
              evaluate(*E, W.Symbols, Values).trunc(N.immBits(K)).zextOrTrunc(64).getZExtValue());
      N.Symbolic.clear();
    }
  W.Symbols.clear();
  W.Where.clear();
  return Out;
}

//===----------------------------------------------------------------------===//
// Text
//===----------------------------------------------------------------------===//

namespace {
struct OpName {
  SymExpr::Op K;
  StringLiteral Text;
  unsigned Args;
};
} // namespace
static constexpr OpName Infix[] = {
    {SymExpr::Shl, "<<", 2}, {SymExpr::Shr, ">>", 2}, {SymExpr::Add, "+", 2},
    {SymExpr::Sub, "-", 2},  {SymExpr::And, "&", 2},  {SymExpr::Or, "|", 2},
    {SymExpr::Xor, "^", 2},  {SymExpr::Mod, "%", 2},
};
static constexpr OpName Functions[] = {
    {SymExpr::Min, "min", 2},     {SymExpr::Max, "max", 2},         {SymExpr::Count, "popcount", 1},
    {SymExpr::Table, "table", 4}, {SymExpr::Shuffle, "shuffle", 2},
};
static constexpr StringLiteral Comparisons[] = {"<", "<=", "==", "!="};

static std::string printNumber(uint64_t N) {
  return N < 1000 ? std::to_string(N) : "0x" + utohexstr(N, /*LowerCase=*/true);
}

std::string printExpr(const SymExpr &E) {
  auto Operand = [](const SymExpr &A) {
    bool IsInfix = any_of(Infix, [&](const OpName &O) { return O.K == A.K; });
    return IsInfix ? "(" + printExpr(A) + ")" : printExpr(A);
  };
  switch (E.K) {
  case SymExpr::Number:
    return printNumber(E.Value);
  case SymExpr::Symbol:
    return std::string("$") + char('a' + E.Value);
  case SymExpr::Not:
    return "~" + Operand(E.Args[0]);
  default:
    break;
  }
  for (const OpName &O : Infix)
    if (O.K == E.K)
      return Operand(E.Args[0]) + " " + O.Text.str() + " " + Operand(E.Args[1]);
  for (const OpName &O : Functions)
    if (O.K == E.K) {
      SmallVector<std::string, 4> Args;
      for (const SymExpr &A : E.Args)
        Args.push_back(printExpr(A));
      return O.Text.str() + "(" + join(Args, ", ") + ")";
    }
  llvm_unreachable("all operations have a name");
}

std::string printCondition(const SymCondition &C) {
  return printExpr(C.L) + " " + Comparisons[C.P].str() + " " + printExpr(C.R);
}

/// Nested expressions in one, at most.
static constexpr unsigned MaxDepth = 16;

static Expected<SymExpr> takeInfix(StringRef &Text, SymbolFinder SymbolNamed, unsigned Depth);

static Expected<SymExpr> takePrimary(StringRef &Text, SymbolFinder SymbolNamed, unsigned Depth) {
  Text = Text.ltrim();
  if (Depth > MaxDepth)
    return makeError("an expression in more than " + Twine(MaxDepth) + " others");
  auto Close = [&]() -> Error {
    Text = Text.ltrim();
    return Text.consume_front(")") ? Error::success()
                                   : makeError("expected ')', found '" + Text + "'");
  };
  if (Text.consume_front("~")) {
    Expected<SymExpr> A = takePrimary(Text, SymbolNamed, Depth + 1);
    if (!A)
      return A.takeError();
    return SymExpr::make(SymExpr::Not, {std::move(*A)});
  }
  if (Text.consume_front("(")) {
    Expected<SymExpr> A = takeInfix(Text, SymbolNamed, Depth + 1);
    if (!A)
      return A.takeError();
    if (Error E = Close())
      return std::move(E);
    return A;
  }
  if (Text.consume_front("$")) {
    StringRef Name = Text.take_while([](char C) { return isAlnum(C) || C == '_'; });
    std::optional<unsigned> I = SymbolNamed(Name);
    if (!I)
      return makeError("unknown symbol '$" + Name + "'");
    Text = Text.drop_front(Name.size());
    return SymExpr::symbol(*I);
  }
  if (!Text.empty() && isDigit(Text.front())) {
    uint64_t N;
    if (Text.consumeInteger(0, N))
      return makeError("expected a number of at most 64 bits, found '" + Text + "'");
    return SymExpr::number(N);
  }
  for (const OpName &O : Functions) {
    StringRef After = Text;
    if (!After.consume_front(O.Text) || !After.consume_front("("))
      continue;
    Text = After;
    SymExpr E = SymExpr::make(O.K, {});
    for (unsigned I = 0; I != O.Args; ++I) {
      Text = Text.ltrim();
      if (I && !Text.consume_front(","))
        return makeError(O.Text + " takes " + Twine(O.Args) + " operands");
      Expected<SymExpr> A = takeInfix(Text, SymbolNamed, Depth + 1);
      if (!A)
        return A.takeError();
      E.Args.push_back(std::move(*A));
    }
    if (Error Failed = Close())
      return std::move(Failed);
    return E;
  }
  return makeError("expected a number, a symbol such as $a or an expression, found '" + Text + "'");
}

static Expected<SymExpr> takeInfix(StringRef &Text, SymbolFinder SymbolNamed, unsigned Depth) {
  Expected<SymExpr> L = takePrimary(Text, SymbolNamed, Depth);
  if (!L)
    return L.takeError();
  StringRef Rest = Text.ltrim();
  for (const OpName &O : Infix) {
    if (!Rest.consume_front(O.Text))
      continue;
    Expected<SymExpr> R = takePrimary(Rest, SymbolNamed, Depth);
    if (!R)
      return R.takeError();
    if (O.K == SymExpr::Mod && (!R->isNumber() || !isPowerOf2_64(R->Value)))
      return makeError("'%' takes a number that is a power of two");
    Text = Rest;
    return SymExpr::make(O.K, {std::move(*L), std::move(*R)});
  }
  return L;
}

Expected<SymExpr> takeExpr(StringRef &Text, SymbolFinder SymbolNamed) {
  return takeInfix(Text, SymbolNamed, 0);
}

Expected<SymCondition> takeCondition(StringRef &Text, SymbolFinder SymbolNamed) {
  Expected<SymExpr> L = takeExpr(Text, SymbolNamed);
  if (!L)
    return L.takeError();
  Text = Text.ltrim();
  SymCondition C;
  bool Swap = false;
  if (Text.consume_front("<="))
    C.P = SymCondition::LE;
  else if (Text.consume_front("<"))
    C.P = SymCondition::LT;
  else if (Text.consume_front("=="))
    C.P = SymCondition::EQ;
  else if (Text.consume_front("!="))
    C.P = SymCondition::NE;
  else if (Text.consume_front(">="))
    C.P = SymCondition::LE, Swap = true;
  else if (Text.consume_front(">"))
    C.P = SymCondition::LT, Swap = true;
  else
    return makeError("expected a comparison, found '" + Text + "'");
  Expected<SymExpr> R = takeExpr(Text, SymbolNamed);
  if (!R)
    return R.takeError();
  C.L = std::move(Swap ? *R : *L);
  C.R = std::move(Swap ? *L : *R);
  return C;
}

//===----------------------------------------------------------------------===//
// Rules
//===----------------------------------------------------------------------===//

Error checkSymbols(const Rule &R) {
  const Window &W = R.W;
  if (W.Symbols.size() > MaxSymbols)
    return makeError(Twine(W.Symbols.size()) + " symbols; a rule has at most " + Twine(MaxSymbols));
  auto Name = [](unsigned I) { return printExpr(SymExpr::symbol(I)); };
  std::vector<bool> Bound(W.Symbols.size());
  std::string Wrong;
  auto CheckKnown = [&](const SymExpr &E) {
    E.forEachSymbol([&](unsigned I) {
      if (I >= W.Symbols.size())
        Wrong = "a symbol that is not declared";
    });
  };
  auto Bind = [&](const SymExpr &E, unsigned Bits, const Twine &Where) {
    CheckKnown(E);
    if (!Wrong.empty())
      return;
    if (!E.isSymbol())
      Wrong = (Where + ": the source binds bare symbols, not '" + printExpr(E) + "'").str();
    else if (W.Symbols[E.Value].Bits != Bits)
      Wrong = (Where + ": " + Name(unsigned(E.Value)) + " has " + Twine(W.Symbols[E.Value].Bits) +
               " bits, the place " + Twine(Bits))
                  .str();
    else
      Bound[E.Value] = true;
  };
  std::vector<bool> InSource = readLeaves(W, W.Source);
  for (auto [I, L] : enumerate(W.Leaves)) {
    if (!L.Symbolic)
      continue;
    std::string Where = "%" + std::to_string(I);
    if (!L.ElementBits || L.Ty.Bits % L.ElementBits)
      return makeError(Where + ": elements of " + Twine(L.ElementBits) + " bits do not divide " +
                       Twine(L.Ty.Bits));
    if (L.Const || L.Choice || L.hasFacts())
      return makeError(Where + ": a symbolic constant is nothing besides");
    if (InSource[I])
      Bind(*L.Symbolic, L.ElementBits, Where);
    else
      CheckKnown(*L.Symbolic);
  }
  for (const Program *P : {&W.Source, &R.Target})
    for (auto [I, N] : enumerate(P->Nodes))
      for (unsigned K = 0; K != N.Symbolic.size(); ++K) {
        const SymExpr *E = N.symbolic(K);
        if (!E)
          continue;
        std::string Where = "%" + std::to_string(W.numLeaves() + I) + " = " + N.R->Name;
        if (N.R->isGeneric() || N.Symbolic.size() != N.Imms.size())
          return makeError(Where + ": takes no symbolic immediate");
        if (P == &W.Source)
          Bind(*E, N.immBits(K), Where);
        else
          CheckKnown(*E);
      }
  for (const SymCondition &C : W.Where)
    for (const SymExpr *E : {&C.L, &C.R})
      CheckKnown(*E);
  if (!Wrong.empty())
    return makeError(Wrong);
  for (unsigned I = 0; I != Bound.size(); ++I)
    if (!Bound[I])
      return makeError(Name(I) + " is not bound by the source");
  return Error::success();
}

void canonicalizeSymbols(Rule &R) {
  Window &W = R.W;
  if (W.Symbols.empty())
    return;
  std::vector<unsigned> Order, NewIndex(W.Symbols.size());
  auto See = [&](unsigned I) {
    if (!is_contained(Order, I))
      Order.push_back(I);
  };
  std::vector<bool> InSource = readLeaves(W, W.Source);
  for (auto [I, L] : enumerate(W.Leaves))
    if (L.Symbolic && InSource[I])
      L.Symbolic->forEachSymbol(See);
  for (const Node &N : W.Source.Nodes)
    for (unsigned K = 0; K != N.Symbolic.size(); ++K)
      if (const SymExpr *E = N.symbolic(K))
        E->forEachSymbol(See);
  std::vector<SymbolSpec> Symbols;
  for (auto [New, Old] : enumerate(Order)) {
    NewIndex[Old] = unsigned(New);
    Symbols.push_back(W.Symbols[Old]);
  }
  W.Symbols = std::move(Symbols);
  for (Leaf &L : W.Leaves)
    if (L.Symbolic)
      L.Symbolic = L.Symbolic->renumbered(NewIndex);
  for (Program *P : {&W.Source, &R.Target})
    for (Node &N : P->Nodes)
      for (std::optional<SymExpr> &E : N.Symbolic)
        if (E)
          E = E->renumbered(NewIndex);
  for (SymCondition &C : W.Where) {
    C.L = C.L.renumbered(NewIndex);
    C.R = C.R.renumbered(NewIndex);
  }
  llvm::sort(W.Where, [](const SymCondition &A, const SymCondition &B) {
    return printCondition(A) < printCondition(B);
  });
  W.Where.erase(llvm::unique(W.Where), W.Where.end());
}

} // namespace whittle
