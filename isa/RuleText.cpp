//===- isa/RuleText.cpp - Windows and rules as text ------------------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/Program.h"
#include "isa/TargetIsa.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/raw_ostream.h"
#include <map>

using namespace llvm;

namespace whittle {

//===----------------------------------------------------------------------===//
// Printing
//===----------------------------------------------------------------------===//

/// splat(iN 0x..) with the smallest N of 8..64 that repeats, else hex(..) of
/// the whole value, lowest byte first.
static std::string printBits(const APInt &Bits) {
  unsigned Width = Bits.getBitWidth();
  for (unsigned N : {Width < 8 ? Width : 8u, 16u, 32u, 64u}) {
    if (N > Width || Width % N)
      continue;
    if (Bits.isSplat(N))
      return "splat(i" + std::to_string(N) + " 0x" +
             utohexstr(Bits.extractBitsAsZExtValue(N, 0), true) + ")";
  }
  std::string S = "hex(";
  for (unsigned I = 0; I < Width; I += 8) {
    uint8_t B = uint8_t(Bits.extractBitsAsZExtValue(8, I));
    S += hexdigit(B >> 4, true);
    S += hexdigit(B & 15, true);
  }
  return S + ")";
}

static void printLeaves(raw_ostream &OS, const Window &W) {
  for (auto [I, S] : enumerate(W.Symbols))
    OS << "  " << printExpr(SymExpr::symbol(unsigned(I))) << ":i" << S.Bits << "\n";
  for (const SymCondition &C : W.Where)
    OS << "  where " << printCondition(C) << "\n";
  for (auto [I, L] : enumerate(W.Leaves)) {
    OS << "  %" << I << ":" << L.Ty.str();
    if (L.Const)
      OS << " = const " << printBits(*L.Const);
    else if (L.Symbolic && L.ElementBits == L.Ty.Bits && L.ElementBits > 64)
      OS << " = const whole(" << printExpr(*L.Symbolic) << ")";
    else if (L.Symbolic)
      OS << " = const splat(i" << L.ElementBits << " " << printExpr(*L.Symbolic) << ")";
    else if (L.Choice)
      OS << " = undef";
    else if (L.Loop)
      OS << " loop";
    if (!L.Zeros.isZero())
      OS << " zeros=" << printBits(L.Zeros);
    if (!L.Ones.isZero())
      OS << " ones=" << printBits(L.Ones);
    OS << "\n";
  }
}

/// \p LowBits: of a source's outputs.
static void printProgram(raw_ostream &OS, const Window &W, const Program &P,
                         ArrayRef<uint16_t> LowBits = {}) {
  for (auto [I, N] : enumerate(P.Nodes)) {
    OS << "  %" << W.numLeaves() + I << ":" << N.Ty.str() << " = " << N.R->Name;
    ListSeparator LS(", ");
    if (!N.Ops.empty() || !N.Imms.empty())
      OS << " ";
    for (unsigned Op : N.Ops)
      OS << LS << "%" << Op;
    for (auto [K, Imm] : enumerate(N.Imms)) {
      OS << LS;
      if (const SymExpr *E = N.symbolic(unsigned(K)))
        OS << printExpr(*E);
      else
        OS << Imm;
    }
    OS << "\n";
  }
  OS << "  yield ";
  ListSeparator LS(", ");
  for (auto [I, Id] : enumerate(P.Outputs)) {
    OS << LS << "%" << Id;
    if (I < LowBits.size() && LowBits[I])
      OS << " low=" << LowBits[I];
  }
  OS << "\n";
}

std::string printWindow(const Window &W) {
  std::string Text;
  raw_string_ostream OS(Text);
  OS << "window " << W.Isa->arch() << "\n";
  printLeaves(OS, W);
  printProgram(OS, W, W.Source, W.LowBits);
  OS << "end\n";
  return Text;
}

std::string printRule(const Rule &R) {
  std::string Text;
  raw_string_ostream OS(Text);
  OS << "rule " << R.W.Isa->arch() << "\n";
  printLeaves(OS, R.W);
  printProgram(OS, R.W, R.W.Source, R.W.LowBits);
  OS << "=>\n";
  printProgram(OS, R.W, R.Target);
  OS << "end\n";
  return Text;
}

Hash128 windowId(const Window &W) { return Hash128::of(printWindow(W)); }
Hash128 ruleId(const Rule &R) { return Hash128::of(printRule(R)); }

//===----------------------------------------------------------------------===//
// Parsing
//===----------------------------------------------------------------------===//

namespace {
class Parser {
public:
  Parser(StringRef Text, StringRef Name) : Rest(Text), Name(Name) {}

  /// False at the end of the text.
  bool nextLine() {
    while (!Rest.empty()) {
      auto [First, Others] = Rest.split('\n');
      Rest = Others;
      ++LineNo;
      Line = First.split('#').first.trim();
      if (!Line.empty())
        return true;
    }
    Line = "";
    return false;
  }

  Error fail(const Twine &What) const {
    std::string Where = Name.empty() ? "" : (Name + ": ").str();
    return createStringError(inconvertibleErrorCode(),
                             Where + "line " + Twine(LineNo) + ": " + What);
  }

  /// Forgets the last rule's names.
  void reset() {
    Names.clear();
    Symbols.clear();
  }

  /// After nextLine: one rule or window.
  Expected<Rule> parse(bool WantTarget) {
    StringRef Keyword = WantTarget ? "rule" : "window";
    if (!take(Keyword))
      return fail("expected '" + Keyword + "', found '" + Line + "'");
    Expected<const TargetIsa *> Isa = TargetIsa::get(Line.trim());
    if (!Isa)
      return fail(toString(Isa.takeError()));
    Rule R;
    R.W.Isa = *Isa;
    General = WantTarget;
    unsigned Start = LineNo;
    if (Error E = parseSource(R.W))
      return std::move(E);
    if (WantTarget)
      if (Error E = parseTarget(R))
        return std::move(E);
    if (Line != "end")
      return fail("expected 'end', found '" + Line + "'");
    Error E = WantTarget ? checkRule(R) : checkWindow(R.W);
    if (E) {
      std::string Message = toString(std::move(E));
      LineNo = Start;
      return fail(Message);
    }
    return R;
  }

private:
  bool take(StringRef Word) {
    if (!Line.consume_front(Word))
      return false;
    Line = Line.ltrim();
    return true;
  }

  Expected<unsigned> number() {
    unsigned N;
    if (!Line.consume_front("%") || Line.consumeInteger(10, N))
      return fail("expected a value such as %0, found '" + Line + "'");
    Line = Line.ltrim();
    return N;
  }

  Expected<ValueType> type() {
    StringRef Word = Line.take_while([](char C) { return isAlnum(C); });
    std::optional<ValueType> T = ValueType::parse(Word);
    if (!T)
      return fail("unknown value type '" + Word + "'");
    Line = Line.drop_front(Word.size()).ltrim();
    return *T;
  }

  std::optional<unsigned> symbolNamed(StringRef Name) const {
    auto It = find(Symbols, Name);
    return It == Symbols.end() ? std::nullopt : std::optional(unsigned(It - Symbols.begin()));
  }

  Expected<SymExpr> expression() {
    Expected<SymExpr> E = takeExpr(Line, [&](StringRef Name) { return symbolNamed(Name); });
    if (!E)
      return fail(toString(E.takeError()));
    Line = Line.ltrim();
    return E;
  }

  /// `$a:i8` or `where CONDITION`, if the line is one.
  Expected<bool> symbolLine(Window &W) {
    if (take("where ")) {
      Expected<SymCondition> C =
          takeCondition(Line, [&](StringRef Name) { return symbolNamed(Name); });
      if (!C)
        return fail(toString(C.takeError()));
      if (!Line.trim().empty())
        return fail("unexpected '" + Line.trim() + "' after a condition");
      W.Where.push_back(std::move(*C));
      return true;
    }
    if (!take("$"))
      return false;
    auto [Name, Type] = Line.split(':');
    unsigned Bits;
    if (!Type.consume_front("i") || Type.trim().getAsInteger(10, Bits) || !Bits || Bits > 1024)
      return fail("expected a symbol and its width, such as $a:i8");
    Name = Name.trim();
    if (Name.empty() || !all_of(Name, [](char C) { return isAlnum(C) || C == '_'; }))
      return fail("'$" + Name + "' is no symbol's name");
    if (symbolNamed(Name))
      return fail("symbol $" + Name + " is declared twice");
    if (Symbols.size() == MaxSymbols)
      return fail("a rule has at most " + Twine(MaxSymbols) + " symbols");
    Symbols.push_back(Name);
    W.Symbols.push_back({uint16_t(Bits)});
    return true;
  }

  /// After `const`: a number that symbols give; false if there is none.
  Expected<bool> symbolicConstant(Leaf &L) {
    StringRef After = Line;
    unsigned N = L.Ty.Bits;
    if (!After.consume_front("whole(")) {
      if (!After.consume_front("splat(i") || After.consumeInteger(10, N))
        return false;
      After = After.ltrim();
      // A plain number is read by bits().
      if (!After.contains('$'))
        return false;
    }
    Line = After;
    Expected<SymExpr> E = expression();
    if (!E)
      return E.takeError();
    if (!take(")"))
      return fail("expected ')', found '" + Line + "'");
    if (!N || L.Ty.Bits % N)
      return fail("a splat's element does not divide the value's " + Twine(L.Ty.Bits) + " bits");
    L.Symbolic = std::move(*E);
    L.ElementBits = uint16_t(N);
    return true;
  }

  Expected<APInt> bits(unsigned Width) {
    if (take("splat(i")) {
      unsigned N;
      uint64_t Value;
      if (Line.consumeInteger(10, N) || !N || N > 64 || Width % N)
        return fail("a splat's element does not divide the value's " + Twine(Width) + " bits");
      Line = Line.ltrim();
      bool Negative = Line.consume_front("-");
      if (Line.consumeInteger(0, Value) || !Line.consume_front(")"))
        return fail("expected a splat's value, such as splat(i8 0x0f)");
      if (Negative)
        Value = 0 - Value;
      else if (!isUIntN(N, Value))
        return fail("a splat's value does not fit i" + Twine(N));
      Line = Line.ltrim();
      return APInt::getSplat(Width, APInt(N, Value, false, true));
    }
    if (take("hex(")) {
      auto [Digits, After] = Line.split(')');
      if (Digits.size() != Width / 4 || !all_of(Digits, isHexDigit))
        return fail("hex(..) needs " + Twine(Width / 4) + " digits");
      APInt R(Width, 0);
      for (unsigned I = 0; I < Width; I += 8)
        R.insertBits(uint64_t(hexFromNibbles(Digits[I / 4], Digits[I / 4 + 1])), I, 8);
      Line = After.ltrim();
      return R;
    }
    return fail("expected splat(iN ..) or hex(..), found '" + Line + "'");
  }

  Error leaf(Window &W, ValueType T) {
    Leaf L;
    L.Ty = T;
    L.Zeros = L.Ones = APInt(T.Bits, 0);
    if (take("=")) {
      if (take("undef")) {
        L.Choice = true;
      } else if (take("const")) {
        Expected<bool> Symbolic = symbolicConstant(L);
        if (!Symbolic)
          return Symbolic.takeError();
        if (!*Symbolic) {
          Expected<APInt> C = bits(T.Bits);
          if (!C)
            return C.takeError();
          L.Const = *C;
        }
      }
    }
    if (Line == "loop") {
      L.Loop = true;
      Line = "";
    }
    while (!Line.empty()) {
      APInt *Into = take("zeros=") ? &L.Zeros : take("ones=") ? &L.Ones : nullptr;
      if (!Into)
        return fail("unexpected '" + Line + "' after a leaf");
      Expected<APInt> B = bits(T.Bits);
      if (!B)
        return B.takeError();
      *Into = *B;
    }
    W.Leaves.push_back(std::move(L));
    return Error::success();
  }

  Error node(Window &W, Program &P, ValueType T) {
    // Variants of variants have a dash: V_PK_MIN_F16:gfx12-mods.
    StringRef Op =
        Line.take_while([](char C) { return isAlnum(C) || C == '_' || C == ':' || C == '-'; });
    Node N;
    N.R = W.Isa->find(Op);
    if (!N.R)
      return fail("unknown opcode '" + Op + "'");
    N.Ty = T;
    Line = Line.drop_front(Op.size()).ltrim();
    while (!Line.empty()) {
      if (Line.front() == '%') {
        if (!N.Imms.empty())
          return fail("a value after an immediate");
        Expected<unsigned> Id = number();
        if (!Id)
          return Id.takeError();
        auto It = Names.find(*Id);
        if (It == Names.end())
          return fail("operand %" + Twine(*Id) + " is not bound");
        N.Ops.push_back(It->second);
      } else {
        int64_t Imm;
        StringRef Whole = Line;
        bool IsNumber = !Line.consumeInteger(0, Imm);
        Line = Line.ltrim();
        if (IsNumber && (Line.empty() || Line.front() == ',')) {
          N.Imms.push_back(Imm);
        } else {
          Line = Whole;
          if (!IsNumber && !StringRef("$~(").contains(Line.front()) && !isAlpha(Line.front()))
            return fail("expected an operand, found '" + Line + "'");
          Expected<SymExpr> E = expression();
          if (!E)
            return E.takeError();
          N.Symbolic.resize(N.Imms.size());
          N.Symbolic.push_back(std::move(*E));
          N.Imms.push_back(0);
        }
      }
      if (!Line.empty() && !take(","))
        return fail("expected ',', found '" + Line + "'");
    }
    if (!N.Symbolic.empty())
      N.Symbolic.resize(N.Imms.size());
    P.Nodes.push_back(std::move(N));
    return Error::success();
  }

  Error yield(Window &W, Program &P, bool InTarget) {
    do {
      Expected<unsigned> Id = number();
      if (!Id)
        return Id.takeError();
      auto It = Names.find(*Id);
      if (It == Names.end())
        return fail("output %" + Twine(*Id) + " is not bound");
      P.Outputs.push_back(It->second);
      if (InTarget || !take("low="))
        continue;
      unsigned Bits, Width = W.typeOf(P, It->second).Bits;
      if (Line.consumeInteger(10, Bits) || !Bits || Bits >= Width)
        return fail("an output's low bits are fewer than its " + Twine(Width));
      Line = Line.ltrim();
      W.LowBits.resize(P.Outputs.size());
      W.LowBits.back() = uint16_t(Bits);
    } while (take(","));
    if (!W.LowBits.empty())
      W.LowBits.resize(W.Source.Outputs.size());
    return Line.empty() ? Error::success() : fail("unexpected '" + Line + "' after the outputs");
  }

  /// Definitions up to and with a yield. New leaves are allowed while no node
  /// was read, and in a target if they are constants.
  Error definitions(Window &W, Program &P, bool InTarget) {
    while (nextLine()) {
      if (take("yield"))
        return yield(W, P, InTarget);
      if (General && !InTarget && W.Leaves.empty() && P.Nodes.empty()) {
        Expected<bool> IsSymbol = symbolLine(W);
        if (!IsSymbol)
          return IsSymbol.takeError();
        if (*IsSymbol)
          continue;
      }
      Expected<unsigned> Id = number();
      if (!Id)
        return Id.takeError();
      if (!take(":"))
        return fail("expected ':' and a type");
      Expected<ValueType> T = type();
      if (!T)
        return T.takeError();
      if (Names.count(*Id))
        return fail("value %" + Twine(*Id) + " is bound twice");
      StringRef After = Line;
      bool IsNode = After.consume_front("=") && !After.ltrim().starts_with("const ") &&
                    After.ltrim() != "undef" && !After.ltrim().starts_with("undef ");
      if (IsNode) {
        take("=");
        if (Error E = node(W, P, *T))
          return E;
        Names[*Id] = W.numLeaves() + unsigned(P.Nodes.size()) - 1;
        continue;
      }
      if (!P.Nodes.empty() || InTarget)
        return fail("leaf %" + Twine(*Id) + " comes after an instruction");
      if (Error E = leaf(W, *T))
        return E;
      Names[*Id] = W.numLeaves() - 1;
    }
    return fail("the text ends before 'yield'");
  }

  Error parseSource(Window &W) {
    if (Error E = definitions(W, W.Source, false))
      return E;
    nextLine();
    return Error::success();
  }

  Error parseTarget(Rule &R) {
    if (Line != "=>")
      return fail("expected '=>', found '" + Line + "'");
    // The target sees leaves only: its nodes have numbers of their own.
    std::erase_if(Names, [&](const auto &N) { return N.second >= R.W.numLeaves(); });
    if (Error E = definitions(R.W, R.Target, true))
      return E;
    nextLine();
    return Error::success();
  }

  StringRef Rest, Name, Line;
  unsigned LineNo = 0;
  std::map<unsigned, unsigned> Names;
  std::vector<StringRef> Symbols; ///< names, in the order of declaration
  bool General = false;           ///< symbols may be declared
};
} // namespace

Expected<Rule> parseRule(StringRef Text) {
  Parser P(Text, "");
  if (!P.nextLine())
    return P.fail("no rule");
  return P.parse(true);
}

Expected<Window> parseWindow(StringRef Text) {
  Parser P(Text, "");
  if (!P.nextLine())
    return P.fail("no window");
  Expected<Rule> R = P.parse(false);
  if (!R)
    return R.takeError();
  return std::move(R->W);
}

Expected<std::vector<Rule>> parseRules(StringRef Text, StringRef Name) {
  std::vector<Rule> Rules;
  Parser P(Text, Name);
  while (P.nextLine()) {
    Expected<Rule> R = P.parse(true);
    if (!R)
      return R.takeError();
    Rules.push_back(std::move(*R));
    P.reset();
  }
  return Rules;
}

} // namespace whittle
