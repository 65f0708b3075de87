//===- verify/Lift.cpp - A proved rule for other opcodes of its families --===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "verify/Lift.h"
#include "isa/Families.h"
#include "llvm/ADT/STLExtras.h"
#include <set>

using namespace llvm;

namespace whittle {

/// Ways of choosing registers' widths under one change, and of filling in constants
/// and immediates under one of these, that are tried.
static constexpr size_t MaxTypings = 16, MaxFillings = 64;

/// A proof of a rule about the whole wave counts as so many.
static constexpr unsigned WaveCost = 16;

namespace {

/// Rows for the instructions of both programs that give every value one type.
class Typing {
public:
  Typing(const Rule &R, const OpcodeChange &C) : R(R), L(R.W.numLeaves()) {
    Leaves.resize(L);
    const OpcodeFamilies &Families = OpcodeFamilies::of(*R.W.Isa);
    for (const Program *P : {&R.W.Source, &R.Target})
      for (const Node &N : P->Nodes) {
        Options.push_back(Families.relatives(*N.R, C));
        Changes |= Options.back().Changed;
      }
    Changes |= C.Name.empty();
  }

  struct Choice {
    std::vector<const Row *> Rows;                ///< null: a generic one
    std::vector<std::optional<ValueType>> Leaves; ///< none: no instruction reads it
    unsigned Bits = 0;                            ///< of all results; then the order found
  };
  std::vector<Choice> run() {
    if (Changes)
      place(0);
    llvm::sort(Found, [](const Choice &A, const Choice &B) { return A.Bits < B.Bits; });
    return std::move(Found);
  }

private:
  const Node &node(size_t I) const {
    size_t S = R.W.Source.Nodes.size();
    return I < S ? R.W.Source.Nodes[I] : R.Target.Nodes[I - S];
  }
  ValueType typeOf(size_t Program, unsigned Id) const {
    return Types[Program * R.W.Source.Nodes.size() + Id - L];
  }

  bool outputsAgree() const {
    for (auto [S, T] : zip(R.W.Source.Outputs, R.Target.Outputs)) {
      std::optional<ValueType> A = S < L ? Leaves[S] : typeOf(0, S),
                               B = T < L ? Leaves[T] : typeOf(1, T);
      if (A && B && *A != *B)
        return false;
    }
    return true;
  }

  void place(size_t I) {
    if (Found.size() == MaxTypings)
      return;
    if (I == Options.size()) {
      if (outputsAgree()) {
        unsigned Bits = 0;
        for (ValueType T : Types)
          Bits += T.Bits;
        Found.push_back({Rows, Leaves, Bits * 1024 + unsigned(Found.size())});
      }
      return;
    }
    const Node &N = node(I);
    if (N.R->isGeneric())
      return attempt(I, nullptr, N.Ty);
    for (const Row *Candidate : Options[I].Rows)
      if (Candidate->Ins.size() == N.R->Ins.size() && Candidate->NumImms == N.R->NumImms &&
          Candidate->Form == N.R->Form)
        attempt(I, Candidate, Candidate->Def);
  }

  void attempt(size_t I, const Row *With, ValueType Ty) {
    const Node &N = node(I);
    size_t Program = I >= R.W.Source.Nodes.size();
    auto Before = Leaves;
    bool Fits = true;
    for (auto [K, Op] : enumerate(N.Ops)) {
      ValueType Wanted = With ? With->Ins[K] : R.W.typeOf(Program ? R.Target : R.W.Source, Op);
      if (Op >= L)
        Fits &= typeOf(Program, Op) == Wanted;
      else if (!Leaves[Op])
        Leaves[Op] = Wanted;
      else
        Fits &= *Leaves[Op] == Wanted;
    }
    if (Fits) {
      Rows.push_back(With);
      Types.push_back(Ty);
      place(I + 1);
      Rows.pop_back();
      Types.pop_back();
    }
    Leaves = std::move(Before);
  }

  const Rule &R;
  unsigned L;
  bool Changes = false;
  std::vector<OpcodeFamilies::Relatives> Options;
  std::vector<const Row *> Rows;
  std::vector<ValueType> Types;
  std::vector<std::optional<ValueType>> Leaves;
  std::vector<Choice> Found;
};

/// \p Bits for a register of another width: repeated or cut.
APInt resized(const APInt &Bits, unsigned Width) {
  if (Width <= Bits.getBitWidth())
    return Bits.trunc(Width);
  return Width % Bits.getBitWidth() ? Bits.zext(Width) : APInt::getSplat(Width, Bits);
}

unsigned period(const APInt &Bits) {
  for (unsigned N : {8u, 16u, 32u, 64u})
    if (Bits.getBitWidth() % N == 0 && Bits.isSplat(N))
      return N;
  return 0;
}

/// What \p Bits, constants or facts, may be in elements 2^By times as wide.
SmallVector<APInt, 6> scaled(const APInt &Bits, unsigned Width, int By) {
  SmallVector<APInt, 6> Out{resized(Bits, Width)};
  auto Put = [&](const APInt &Element) {
    if (Width % Element.getBitWidth())
      return;
    APInt New = APInt::getSplat(Width, Element);
    if (!is_contained(Out, New))
      Out.push_back(New);
  };
  unsigned P = period(Bits), To = By > 0 ? P << By : P >> -By;
  if (!By || !P || To < 8 || To > 64)
    return Out;
  const APInt Element = Bits.trunc(P);
  // The sign by itself: -0x7fff of words is -0x7f of bytes.
  auto Signed = [&](APInt Rest) {
    Rest.setBitVal(To - 1, Element.isNegative());
    Put(Rest);
  };
  if (By > 0) {
    Put(Element.zext(To));
    Put(Element.sext(To));
    Put(Element.zext(To).shl(To - P));
    Signed(Element.trunc(P - 1).zext(To));
    Signed(Element.trunc(P - 1).sext(To));
  } else {
    Put(Element.trunc(To));
    Put(Element.lshr(P - To).trunc(To));
    Signed(Element.trunc(To));
  }
  return Out;
}

/// The same for facts, which mostly bound a number from above: the weakest first.
SmallVector<APInt, 6> scaledFacts(const APInt &Mask, unsigned Width, int By) {
  SmallVector<APInt, 6> Out = scaled(Mask, Width, By);
  unsigned P = period(Mask);
  APInt Top = Out.front();
  if (unsigned To = By > 0 ? P << By : P >> -By; By && P && To >= 8 && To <= 64)
    Top = APInt::getSplat(Width, By > 0 ? Mask.trunc(P).zext(To).shl(To - P)
                                        : Mask.trunc(P).lshr(P - To).trunc(To));
  erase(Out, Top);
  Out.insert(Out.begin(), Top);
  return Out;
}

/// What a number may become: the same, a share of the element, or as far from its top.
SmallVector<int64_t, 4> scaledImm(int64_t Imm, int By) {
  SmallVector<int64_t, 4> Out{Imm};
  auto Put = [&](int64_t New) {
    if (New >= 0 && New < 256 && !is_contained(Out, New))
      Out.push_back(New);
  };
  if (!By || Imm <= 0 || Imm >= 64)
    return Out;
  Put(By > 0 ? Imm << By : Imm >> -By);
  for (int64_t Width : {8, 16, 32, 64})
    if (Imm < Width) {
      Put(Imm - Width + (By > 0 ? Width << By : Width >> -By));
      break;
    }
  return Out;
}

/// A rule with the rows of a typing, in every way that its constants may be written.
class Filler {
public:
  /// For each number to fill in, which of what it may be.
  using Filling = SmallVector<unsigned, 8>;

  Filler(const Rule &R, const OpcodeChange &C, const Typing::Choice &T) : Base(R) {
    size_t I = 0;
    for (Program *P : {&Base.W.Source, &Base.Target})
      for (Node &N : P->Nodes)
        if (const Row *With = T.Rows[I++]) {
          N.R = With;
          N.Ty = With->Def;
        }
    unsigned Number = 1; // 0: facts, which change alike
    for (auto [L, Ty] : zip(Base.W.Leaves, T.Leaves)) {
      if (!Ty)
        continue;
      L.Ty = *Ty;
      if (L.Const)
        Ways.push_back({Number++, &*L.Const, scaled(*L.Const, Ty->Bits, C.Elements), nullptr, {}});
      for (APInt *Mask : {&L.Zeros, &L.Ones})
        if (Mask->getBitWidth() && !Mask->isZero())
          Ways.push_back({0, Mask, scaledFacts(*Mask, Ty->Bits, C.Elements), nullptr, {}});
        else
          *Mask = APInt::getZeroWidth();
    }
    for (Program *P : {&Base.W.Source, &Base.Target})
      for (Node &N : P->Nodes)
        for (int64_t &Imm : N.Imms)
          Ways.push_back({Number++, nullptr, {}, &Imm, scaledImm(Imm, C.Elements)});
    Counts.assign(Number, 1);
    for (const Way &W : Ways)
      Counts[W.Number] = std::max(Counts[W.Number], W.count());
  }

  /// All fillings, the simplest first, MaxFillings at most.
  std::vector<Filling> all() const {
    std::vector<Filling> Out;
    Filling F(Counts.size(), 0);
    while (Out.size() != MaxFillings) {
      Out.push_back(F);
      size_t K = 0;
      while (K != F.size() && ++F[K] >= Counts[K])
        F[K++] = 0;
      if (K == F.size())
        break;
    }
    return Out;
  }

  const Rule &fill(const Filling &F) {
    for (const Way &W : Ways) {
      unsigned K = std::min(F[W.Number], W.count() - 1);
      if (!W.Bits)
        *W.Imm = W.Imms[K];
      else if (W.Number == 0 && W.Values[K].isZero())
        *W.Bits = APInt::getZeroWidth(); // nothing is known
      else
        *W.Bits = W.Values[K];
    }
    return Base;
  }

private:
  struct Way {
    unsigned Number;
    APInt *Bits;
    SmallVector<APInt, 6> Values;
    int64_t *Imm;
    SmallVector<int64_t, 4> Imms;
    unsigned count() const { return unsigned(Bits ? Values.size() : Imms.size()); }
  };

  Rule Base;
  std::vector<Way> Ways; ///< point into Base
  SmallVector<unsigned, 8> Counts;
};

/// A rule and all that comes of it.
class Lifter {
public:
  explicit Lifter(const LiftOptions &O) : O(O) {}

  Expected<std::vector<Lifted>> run(const Rule &R) {
    Rule Given = R;
    canonicalize(Given);
    Seen.insert(ruleId(Given));
    Holding.insert(ruleId(Given));
    for (size_t From = 0; From <= Out.size() && !spent(); ++From) {
      const Rule Of = From ? Out[From - 1].R : Given;
      for (const OpcodeChange &C : OpcodeFamilies::of(*R.W.Isa).changes())
        if (C.Name.empty() || !R.W.isGeneral())
          if (Error E = change(Of, C))
            return std::move(E);
    }
    return std::move(Out);
  }

private:
  bool spent() const { return Out.size() == O.MaxRules || Proofs == O.MaxProofs || O.Stop(); }

  /// The narrowest registers say which numbers do; the others are tried with those.
  Error change(const Rule &R, const OpcodeChange &C) {
    std::vector<Filler::Filling> Fillings;
    for (auto [I, T] : enumerate(Typing(R, C).run())) {
      Filler F(R, C, T);
      if (I == 0)
        Fillings = F.all();
      std::vector<Filler::Filling> Hold;
      for (const Filler::Filling &Numbers : Fillings) {
        // Facts change first; those that do are enough.
        if (!Hold.empty() && ArrayRef(Hold.back()).drop_front() == ArrayRef(Numbers).drop_front())
          continue;
        Expected<bool> H = holds(F.fill(Numbers));
        if (!H)
          return H.takeError();
        if (*H)
          Hold.push_back(Numbers);
      }
      if (I == 0)
        Fillings = std::move(Hold);
      if (Fillings.empty() || spent())
        break;
    }
    return Error::success();
  }

  Expected<bool> holds(Rule New) {
    if (Error E = checkRule(New)) {
      consumeError(std::move(E)); // an immediate out of range, a type that no leaf has
      return false;
    }
    if (!(staticCost(New.W, New.Target) < staticCost(New.W, New.W.Source)))
      return false;
    canonicalize(New);
    auto [It, Unseen] = Seen.insert(ruleId(New));
    if (!Unseen)
      return Holding.count(*It) != 0;
    if (spent())
      return false;
    ++Proofs;
    Expected<VerifyResult> V = verify(New, O.Verify);
    if (!V)
      return V.takeError();
    if (!std::holds_alternative<Proved>(V->V))
      return false;
    Holding.insert(*It);
    Out.push_back({std::move(New), std::move(*V)});
    return true;
  }

  const LiftOptions &O;
  std::vector<Lifted> Out;
  std::set<Hash128> Seen, Holding;
  unsigned Proofs = 0;
};

} // namespace

Expected<std::vector<Lifted>> lift(const Rule &R, const LiftOptions &O) {
  if (R.W.isLoop() || !R.W.LowBits.empty())
    return std::vector<Lifted>();
  LiftOptions Own = O;
  if (any_of(R.W.Source.Nodes, [](const Node &N) { return N.R->isWave(); }))
    Own.MaxProofs /= WaveCost;
  return Lifter(Own).run(R);
}

} // namespace whittle
