//===- verify/Obligations.cpp - What has to hold for a rule
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "verify/Obligations.h"
#include "isa/TargetIsa.h"
#include "llvm/ADT/SmallSet.h"
#include "llvm/IR/LLVMContext.h"
#include "llvm/IR/Module.h"
#include <set>

using namespace llvm;

namespace whittle {

/// The source choices that W2 has used, and for what: a second output bit that
/// is the same choice must be given the same value.
struct RuleTerms::Choices {
  std::map<std::pair<VarKey, unsigned>, Term> Given;
};

static Error refuse(const Twine &Why) { return createStringError(inconvertibleErrorCode(), Why); }

Term RuleTerms::assumeExec(Term T, unsigned Lane, bool On) {
  if (!(G.execMask(T) >> Lane & 1))
    return T;
  if (G.op(T) == TermOp::Var)
    return G.bit(On);
  auto Key = std::make_tuple(T.Id, Lane, On);
  if (auto It = Assumed.find(Key); It != Assumed.end())
    return It->second;
  SmallVector<Term, 8> Ops;
  for (Term O : G.operands(T))
    Ops.push_back(assumeExec(O, Lane, On));
  return Assumed[Key] = G.rebuild(T, Ops);
}

/// True if the term may be cut anywhere for nothing: wiring and bitwise
/// operations of variables and constants.
bool RuleTerms::isBitParallel(Term T) {
  switch (G.op(T)) {
  case TermOp::Const:
  case TermOp::Var:
    return true;
  case TermOp::And:
  case TermOp::Or:
  case TermOp::Xor:
  case TermOp::Concat:
  case TermOp::Ite:
    break;
  case TermOp::Sext: // one bit that depends on symbols, spread
    return IsGeneral && G.width(G.operand(T, 0)) == 1;
  default:
    return false;
  }
  if (auto It = BitParallel.find(T.Id); It != BitParallel.end())
    return It->second;
  // One condition holds for all bits, whatever it is.
  bool R = all_of(G.operands(T).drop_front(G.op(T) == TermOp::Ite),
                  [&](Term O) { return isBitParallel(O); });
  return BitParallel[T.Id] = R;
}

void RuleTerms::add(Obligation O) {
  Term None = G.zero(G.width(O.Source));
  O.Source = G.ite(Guard, O.Source, None);
  O.Target = G.ite(Guard, O.Target, None);
  Obligations.push_back(O);
}

void RuleTerms::cut(Term S, Term T, const Obligation &At) {
  // Where both sides have a seam, or one has and the other does not mind.
  auto Seams = [&](Term X, std::set<unsigned> &Cuts,
                   std::vector<std::pair<unsigned, unsigned>> &Solid) {
    unsigned Bit = 0;
    ArrayRef<Term> Pieces = G.op(X) == TermOp::Concat ? G.operands(X) : ArrayRef(X);
    for (Term P : Pieces) {
      if (!isBitParallel(P))
        Solid.push_back({Bit, Bit + G.width(P)});
      Bit += G.width(P);
      Cuts.insert(Bit);
    }
  };
  std::set<unsigned> Cuts;
  std::vector<std::pair<unsigned, unsigned>> Solid;
  Seams(S, Cuts, Solid);
  Seams(T, Cuts, Solid);
  for (auto [Begin, End] : Solid)
    Cuts.erase(Cuts.upper_bound(Begin), Cuts.lower_bound(End));

  unsigned Begin = 0;
  for (unsigned End : Cuts) {
    Obligation O = At;
    unsigned N = End - Begin;
    O.Source = G.extract(S, Begin, N);
    O.Target = G.extract(T, Begin, N);
    O.Bit = At.Bit + Begin;
    Begin = End;
    if (O.Source == O.Target || N == 1 || !isBitParallel(O.Source) || !isBitParallel(O.Target)) {
      add(O);
      continue;
    }
    for (unsigned I = 0; I < N; ++I) {
      Obligation B = O;
      B.Source = G.extract(O.Source, I, 1);
      B.Target = G.extract(O.Target, I, 1);
      B.Bit = O.Bit + I;
      add(B);
    }
  }
}

Error RuleTerms::compareBits(Term S, Term T, Obligation At, Choices &Skipped) {
  unsigned Bit = 0, Base = At.Bit;
  SmallVector<Term, 8> Pieces;
  if (G.op(S) == TermOp::Concat)
    Pieces.append(G.operands(S).begin(), G.operands(S).end());
  else
    Pieces.push_back(S);
  // Runs of pieces that are compared are cut together.
  unsigned Run = 0;
  auto Flush = [&](unsigned End) {
    if (End == Run)
      return;
    At.Bit = Base + Run;
    cut(G.extract(S, Run, End - Run), G.extract(T, Run, End - Run), At);
  };
  for (Term P : Pieces) {
    unsigned N = G.width(P);
    if (G.op(P) == TermOp::Var && G.key(P).K == VarKey::SourceChoice) {
      Flush(Bit);
      Run = Bit + N;
      for (unsigned I = 0; I < N; ++I) {
        Term Given = G.extract(T, Bit + I, 1);
        auto [It, New] = Skipped.Given.try_emplace({G.key(P), G.lo(P) + I}, Given);
        if (!New && It->second != Given)
          return refuse(
              "one unspecified lane of the source is used twice, and the target differs in it");
      }
    }
    Bit += N;
  }
  Flush(Bit);
  return Error::success();
}

Error RuleTerms::compareLane(const Rule &R, ProgramTerms &S, ProgramTerms &T, Obligation At,
                             Choices &Skipped) {
  Expected<TermList> A = S.value(R.W.Source.Outputs[At.Output], At.Lane);
  if (!A)
    return A.takeError();
  Expected<TermList> B = T.value(R.Target.Outputs[At.Output], At.Lane);
  if (!B)
    return B.takeError();
  Term X = G.concat(*A), Y = G.concat(*B);
  if (unsigned Low = R.W.lowBits(At.Output)) {
    X = G.extract(X, 0, Low);
    Y = G.extract(Y, 0, Low);
  }
  if (At.LaneOn && (G.execMask(X) | G.execMask(Y))) {
    X = assumeExec(X, At.Lane, *At.LaneOn);
    Y = assumeExec(Y, At.Lane, *At.LaneOn);
  }
  return compareBits(X, Y, At, Skipped);
}

static bool isLane(ValueType T) { return T.Kind == RegKind::Lane; }

Error RuleTerms::compare(const Rule &R, Module &M, ExecMode Mode, unsigned WaveLanes,
                         ArrayRef<bool> Cases) {
  VarSource Vars = withBounds(
      G, R.W, [this](const VarKey &K, unsigned Lo, unsigned Width) { return G.var(K, Lo, Width); });
  Guard = guardTerm(G, R.W.Where, R.W.Symbols, Vars);
  ProgramTerms S(G, M, R.W, R.W.Source, VarKey::SourceChoice, Mode, WaveLanes, Vars);
  ProgramTerms T(G, M, R.W, R.Target, VarKey::TargetChoice, Mode, WaveLanes, Vars);
  Choices Skipped;
  Obligation At;
  At.WaveLanes = WaveLanes;
  for (At.Output = 0; At.Output < R.W.Source.Outputs.size(); ++At.Output) {
    bool EachLane = isLane(R.W.typeOf(R.W.Source, R.W.Source.Outputs[At.Output]));
    for (At.Lane = 0; At.Lane < (EachLane ? std::max(WaveLanes, 1u) : 1); ++At.Lane) {
      At.LaneOn = std::nullopt;
      if (!EachLane) {
        if (Error Err = compareLane(R, S, T, At, Skipped))
          return Err;
        continue;
      }
      for (bool On : Cases) {
        At.LaneOn = On;
        if (Error Err = compareLane(R, S, T, At, Skipped))
          return Err;
      }
    }
  }
  return Error::success();
}

/// How often \p P reads each leaf: 0, 1, or 2 for more. A part of a register and
/// a tuple are operands of whoever reads them, not instructions whose result
/// would settle what an unspecified leaf holds.
static std::vector<unsigned> leafReads(const Window &W, const Program &P) {
  unsigned L = W.numLeaves();
  std::vector<unsigned> Reads(L, 0);
  auto Add = [](std::vector<unsigned> &To, const std::vector<unsigned> &From) {
    for (auto [T, F] : zip_equal(To, From))
      T = std::min(T + F, 2u);
  };
  // What one read of a value reads.
  std::vector<std::vector<unsigned>> Through(L + P.Nodes.size(), std::vector<unsigned>(L, 0));
  for (unsigned I = 0; I < L; ++I)
    Through[I][I] = 1;
  for (auto [I, N] : enumerate(P.Nodes))
    for (unsigned Op : N.Ops)
      Add(N.R->isGeneric() ? Through[L + I] : Reads, Through[Op]);
  for (unsigned Out : P.Outputs)
    Add(Reads, Through[Out]);
  return Reads;
}

/// Waves of how many lanes the rule may run in: matrix rows have a number, most others
/// over the wave hold for both. Empty: no row looks at another lane. None: matrix
/// rows that never meet.
static std::optional<SmallVector<unsigned, 2>> waveSizes(const Rule &R) {
  SmallVector<unsigned, 4> Matrix;
  bool Wave = false;
  for (const Program *P : {&R.W.Source, &R.Target})
    for (const Node &N : P->Nodes) {
      Wave |= N.R->isWave();
      if (N.R->isMatrix() || N.R->OneWaveSize)
        Matrix.push_back(N.R->WaveLanes);
    }
  if (!all_equal(Matrix))
    return std::nullopt;
  if (!Matrix.empty())
    return SmallVector<unsigned, 2>{Matrix.front()};
  return Wave ? SmallVector<unsigned, 2>{64, 32} : SmallVector<unsigned, 2>{};
}

Error RuleTerms::collect(const Rule &R) {
  // Each read of an unspecified value may see another one.
  std::vector<unsigned> Reads = leafReads(R.W, R.Target);
  for (auto [I, L] : enumerate(R.W.Leaves))
    if (L.Choice && Reads[I] > 1)
      return refuse("the target reads the unspecified value %" + std::to_string(I) +
                    " more than once");

  IsGeneral = R.W.isGeneral();
  LLVMContext Ctx;
  Module M("rule", Ctx);
  if (readsMXCSR(R.W.Source) || readsMXCSR(R.Target))
    Assumptions =
        R.W.Isa->arch() == "x86_64"
            ? "MXCSR as programs start: to nearest even, denormals kept, exceptions masked"
            : "MODE as kernels start: to nearest even, denormals kept, IEEE, DX10_CLAMP";
  auto Assume = [&](const Twine &What) {
    Assumptions += Assumptions.empty() ? "" : "; ";
    Assumptions += What.str();
  };
  auto Sizes = waveSizes(R);
  if (!Sizes)
    return refuse("matrix instructions of waves of different size");
  IsWave = !Sizes->empty();
  for (unsigned Lanes : *Sizes) {
    Assume("EXEC symbolic, wave of " + Twine(Lanes) + " lanes");
    if (Error Err = compare(R, M, ExecMode::Symbolic, Lanes, {true, false}))
      return Err;
  }
  if (IsWave)
    return Error::success();
  if (Error Err = compare(R, M, ExecMode::AllOn, 0, {true}))
    return Err;
  bool PerLane = any_of(R.W.Leaves, [&](const Leaf &L) { return isLane(L.Ty); }) ||
                 any_of(R.W.Source.Nodes, [&](const Node &N) { return isLane(N.Ty); }) ||
                 any_of(R.Target.Nodes, [&](const Node &N) { return isLane(N.Ty); });
  if (!PerLane)
    return Error::success();
  // No node of such a window looks at another lane: one lane that is off
  // stands for all of them.
  Assume("one lane, on and off");
  return compare(R, M, ExecMode::AllOff, 0, {false});
}

Expected<std::unique_ptr<RuleTerms>> RuleTerms::create(const Rule &R) {
  auto T = std::make_unique<RuleTerms>();
  if (Error E = T->collect(R))
    return E;
  return T;
}

Expected<std::pair<APInt, APInt>>
replay(const Rule &R, const Obligation &At, unsigned Width,
       const std::function<APInt(const VarKey &, unsigned, unsigned)> &Value) {
  TermGraph G;
  LLVMContext Ctx;
  Module M("replay", Ctx);
  VarSource Vars = withBounds(G, R.W, [&](const VarKey &K, unsigned Lo, unsigned N) {
    return G.constant(Value(K, Lo, N));
  });
  auto Run = [&](const Program &P, VarKey::Kind Choice) -> Expected<APInt> {
    ProgramTerms T(G, M, R.W, P, Choice, ExecMode::Symbolic, At.WaveLanes, Vars);
    Expected<TermList> V = T.value(P.Outputs[At.Output], At.Lane);
    if (!V)
      return V.takeError();
    Term Whole = G.concat(*V);
    if (!G.isConst(Whole))
      return refuse("the replay of a counterexample is not constant");
    return G.value(Whole).extractBits(Width, At.Bit);
  };
  Expected<APInt> S = Run(R.W.Source, VarKey::SourceChoice);
  if (!S)
    return S.takeError();
  Expected<APInt> T = Run(R.Target, VarKey::TargetChoice);
  if (!T)
    return T.takeError();
  return std::make_pair(*S, *T);
}

} // namespace whittle
