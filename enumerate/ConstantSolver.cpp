//===- enumerate/ConstantSolver.cpp - A constant for one operand -----------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "enumerate/ConstantSolver.h"

using namespace llvm;

namespace whittle {

uint8_t *ConstantSolver::repeated(const Problem &P) {
  size_t Bytes = P.R->R->Ins[P.C->Index].bytes() * P.Tests;
  if (Repeated.size() < Bytes)
    Repeated.resize(Bytes);
  return Repeated.data();
}

/// The row with what repeated() holds.
const uint8_t *ConstantSolver::runRepeated(const Problem &P, std::vector<uint8_t> &Out) {
  std::array<const uint8_t *, 4> In = P.In;
  In[P.C->Index] = Repeated.data();
  size_t OutBytes = P.R->R->Def.bytes() * P.Tests;
  if (Out.size() < OutBytes)
    Out.resize(OutBytes);
  P.R->Fn(In.data(), Out.data(), P.R->immediates(P.Imm), P.Tests);
  return Out.data();
}

/// The row with \p Constant in every test.
const uint8_t *ConstantSolver::run(const Problem &P, const uint8_t *Constant,
                                   std::vector<uint8_t> &Out) {
  size_t Bytes = P.R->R->Ins[P.C->Index].bytes();
  uint8_t *To = repeated(P);
  for (size_t T = 0; T != P.Tests; ++T)
    memcpy(To + T * Bytes, Constant, Bytes);
  return runRepeated(P, Out);
}

const uint8_t *ConstantSolver::runUnit(const Problem &P, uint64_t Unit, std::vector<uint8_t> &Out) {
  fillUnits(repeated(P), P.R->R->Ins[P.C->Index].bytes() * P.Tests, P.C->Unit, Unit);
  return runRepeated(P, Out);
}

static bool equal(const uint8_t *A, const uint8_t *B, const uint8_t *Care, size_t Bytes) {
  if (!Care)
    return memcmp(A, B, Bytes) == 0;
  for (size_t K = 0; K != Bytes; ++K)
    if ((A[K] ^ B[K]) & Care[K])
      return false;
  return true;
}

bool ConstantSolver::gives(const Problem &P, const uint8_t *Constant) {
  return equal(run(P, Constant, Results[0]), P.Goal, P.Care, P.R->R->Def.bytes() * P.Tests);
}

std::optional<ConstantBytes> ConstantSolver::checked(const Problem &P,
                                                     std::optional<ConstantBytes> C) {
  if (C && !gives(P, C->data()))
    C.reset();
  return C;
}

/// For each unit one of \p Values, tried in all units at once.
std::optional<ConstantBytes> ConstantSolver::choose(const Problem &P, ArrayRef<uint64_t> Values) {
  const ConstantOperand &C = *P.C;
  size_t Bytes = P.R->R->Ins[C.Index].bytes(), OutBytes = P.R->R->Def.bytes();
  size_t Units = Bytes * 8 / C.Unit;
  ChoiceTable Table(Units, Values.size());
  std::vector<uint8_t> Possible(Units);
  Differ.resize(std::max<size_t>(OutBytes, 8));
  for (size_t V = 0; V != Values.size(); ++V) {
    const uint8_t *Out = runUnit(P, Values[V], Results[0]);
    std::fill(Differ.begin(), Differ.end(), 0);
    uint8_t *D = Differ.data();
    for (size_t T = 0; T != P.Tests; ++T) {
      const uint8_t *A = Out + T * OutBytes, *G = P.Goal + T * OutBytes;
      const uint8_t *M = P.Care ? P.Care + T * OutBytes : nullptr;
      for (size_t K = 0; K != OutBytes; ++K)
        D[K] |= (A[K] ^ G[K]) & (M ? M[K] : 0xff);
    }
    if (C.Whole) {
      if (all_of(ArrayRef(D, OutBytes), [](uint8_t X) { return X == 0; })) {
        Table.allow(0, V);
        Possible[0] = 1;
      }
      continue;
    }
    for (size_t U = 0; U != Units; ++U)
      if (C.BitResult ? !(D[U / 8] >> (U % 8) & 1) : !unitAt(D, U, C.Unit)) {
        Table.allow(U, V);
        Possible[U] = 1;
      }
  }
  if (is_contained(Possible, 0))
    return std::nullopt;
  auto Picked = Table.pick();
  if (!Picked)
    return std::nullopt;
  ConstantBytes Constant(Bytes);
  for (size_t U = 0; U != Units; ++U)
    setUnit(Constant.data(), U, C.Unit, Values[(*Picked)[U]]);
  return Constant;
}

/// What each bit that is looked up has to be.
std::optional<ConstantBytes> ConstantSolver::lookUp(const Problem &P) {
  const size_t Width = P.R->R->Ins[P.C->Index].bytes(), OutBytes = P.R->R->Def.bytes() * P.Tests;
  const uint8_t *Base = runUnit(P, 0, Results[0]), *Ones = runUnit(P, ~uint64_t(0), Results[1]);
  if (!BitSources::mayGive(Base, Ones, P.Goal, P.Care, OutBytes))
    return std::nullopt;
  BitSources From(Width, OutBytes);
  From.add(0, Base, Ones);
  ConstantBytes Pattern(Width);
  for (unsigned K = 1; K != From.patterns(); ++K) {
    From.pattern(K, Pattern.data());
    From.add(K, Base, run(P, Pattern.data(), Results[1]));
  }
  return From.solve(Base, P.Goal, P.Care);
}

static int64_t asSigned(uint64_t X, unsigned Bits) {
  return int64_t(X << (64 - Bits)) >> (64 - Bits);
}

/// True if every unit that counts is 0 or -1, as vector compares give them.
static bool isTruth(const ConstantSolver::Problem &P, size_t Units) {
  const unsigned Unit = P.C->Unit;
  const uint64_t Mask = unitMask(Unit);
  for (size_t At = 0; At != Units * P.Tests; ++At) {
    const uint64_t Care = P.Care ? unitAt(P.Care, At, Unit) : Mask, G = unitAt(P.Goal, At, Unit);
    if ((G & Care) && (~G & Care))
      return false;
  }
  return true;
}

/// Units computed from the goal and the other operand in single tests (a clamp's
/// bound is a result), or for truth values bounds between what is in and what is out.
std::optional<ConstantBytes> ConstantSolver::propose(const Problem &P) {
  const ConstantOperand &C = *P.C;
  const uint8_t *X = nullptr;
  for (unsigned I = 0; I != P.R->arity() && !X; ++I)
    if (I != C.Index && P.R->R->Ins[I].bytes() == P.R->R->Ins[C.Index].bytes())
      X = P.In[I];
  if (!X)
    return std::nullopt;
  size_t Units = P.R->R->Ins[C.Index].bytes() * 8 / C.Unit;
  uint64_t Mask = unitMask(C.Unit);
  SmallVector<uint64_t, 64> Values;
  auto Add = [&](uint64_t V) {
    if (!is_contained(Values, V & Mask))
      Values.push_back(V & Mask);
  };
  const bool LaneMask = P.R->R->Def.isLaneMask();
  if (C.Whole && !LaneMask)
    return std::nullopt;
  if (!C.BitResult && !C.Whole && !isTruth(P, Units)) {
    for (size_t At = 0; At < Units * P.Tests && Values.size() < 48; At += Units + 1) {
      uint64_t G = unitAt(P.Goal, At, C.Unit), A = unitAt(X, At, C.Unit);
      for (uint64_t V : {G, G - A, A - G, 2 * G - A, 2 * G - A - 1})
        Add(V);
    }
    return choose(P, Values);
  }
  struct Side {
    bool Any = false;
    uint64_t Least, Most, Or = 0, And = ~0ull;
    int64_t SLeast, SMost;
  } Sides[2];
  for (size_t At = 0; At != Units * P.Tests; ++At) {
    // A bit of a mask, a lane's of a mask of lanes, or the lowest of a unit.
    auto Wanted = [&](const uint8_t *From) {
      if (C.Whole)
        return uint64_t(From[At] & 1);
      return C.BitResult ? unitAt(From, At / Units, 64) >> At % Units & 1
                         : unitAt(From, At, C.Unit) & 1;
    };
    if (P.Care && !Wanted(P.Care))
      continue;
    uint64_t A = unitAt(X, At, C.Unit);
    int64_t S = asSigned(A, C.Unit);
    Side &D = Sides[Wanted(P.Goal)];
    D.Least = D.Any ? std::min(D.Least, A) : A;
    D.Most = D.Any ? std::max(D.Most, A) : A;
    D.SLeast = D.Any ? std::min(D.SLeast, S) : S;
    D.SMost = D.Any ? std::max(D.SMost, S) : S;
    D.Or |= A;
    D.And &= A;
    D.Any = true;
  }
  for (const Side &D : Sides)
    if (D.Any)
      for (uint64_t V : {D.Least, D.Most, uint64_t(D.SLeast), uint64_t(D.SMost), ~D.Or, D.And})
        Add(V);
  return choose(P, Values);
}

/// The first test's goal is made of units that are there to be selected.
bool ConstantSolver::mayBeSelected(const Problem &P) {
  const unsigned Unit = P.C->Unit;
  for (size_t U = 0; U != P.R->R->Def.bytes() * 8 / Unit; ++U) {
    uint64_t G = unitAt(P.Goal, U, Unit);
    bool Found = G == 0 || (P.Care && !unitAt(P.Care, U, Unit));
    for (unsigned I = 0; !Found && I != P.R->arity(); ++I)
      for (size_t K = 0; !Found && I != P.C->Index && K != P.R->R->Ins[I].bytes() * 8 / Unit; ++K)
        Found = unitAt(P.In[I], K, Unit) == G || P.Care;
    if (!Found)
      return false;
  }
  return true;
}

/// With one constant in all units the goal has to be a function of the others'.
bool ConstantSolver::mayBeFunction(const Problem &P) {
  SmallVector<const uint8_t *, 4> In;
  for (unsigned I = 0; I != P.R->arity(); ++I)
    if (I != P.C->Index && !is_contained(In, P.In[I]))
      In.push_back(P.In[I]);
  return Filter.isFunction(In, P.Goal, P.Care, P.C->Unit, P.C->BitResult,
                           P.R->R->Ins[P.C->Index].bytes(), P.Tests);
}

std::optional<ConstantSolver::Subgoal> ConstantSolver::invert(const Problem &P) {
  const ConstantOperand &C = *P.C;
  size_t Bytes = P.R->R->Def.bytes() * P.Tests;
  Subgoal G;
  G.Goal.resize(Bytes);
  G.Care.resize(Bytes);
  auto Cared = [&](size_t K) { return P.Care ? P.Care[K] : uint8_t(0xff); };
  const uint8_t *Zero = runUnit(P, 0, Results[1]);
  if (C.K == ConstantOperand::Bits) {
    const uint8_t *Ones = runUnit(P, ~uint64_t(0), Results[2]);
    for (size_t K = 0; K != Bytes; ++K) {
      uint8_t Decided = Zero[K] ^ Ones[K];
      if ((Zero[K] ^ P.Goal[K]) & ~Decided & Cared(K))
        return std::nullopt;
      G.Goal[K] = Decided & uint8_t(~(P.Goal[K] ^ Ones[K]));
      G.Care[K] = Decided & Cared(K);
    }
    return G;
  }
  if (C.K != ConstantOperand::Weights || C.Fields != 1)
    return std::nullopt;
  const uint8_t *One = runUnit(P, 1, Results[2]);
  size_t Unit = C.Unit / 8;
  for (size_t I = 0; I != Bytes / Unit; ++I) {
    uint64_t Base = unitAt(Zero, I, C.Unit), Goal = unitAt(P.Goal, I, C.Unit);
    uint64_t Times = unitAt(One, I, C.Unit) - Base;
    uint64_t Care = P.Care ? unitAt(P.Care, I, C.Unit) : unitMask(C.Unit);
    if (!(Times & unitMask(C.Unit))) {
      if ((Goal ^ Base) & Care)
        return std::nullopt;
      continue;
    }
    if (!(Times & 1) || (Care && Care != unitMask(C.Unit)))
      return std::nullopt;
    setUnit(G.Goal.data(), I, C.Unit, (Goal - Base) * inverse(Times));
    setUnit(G.Care.data(), I, C.Unit, Care);
  }
  return G;
}

std::optional<ConstantBytes> ConstantSolver::solve(const Problem &P) {
  const ConstantOperand &C = *P.C;
  size_t Width = P.R->R->Ins[C.Index].bytes();
  if (C.K == ConstantOperand::Bits) {
    ConstantBytes Ones(Width, 0xff);
    const uint8_t *With0 = runUnit(P, 0, Results[1]), *With1 = run(P, Ones.data(), Results[2]);
    return checked(P, solveBits(With0, With1, P.Goal, P.Care, Width, P.Tests));
  }
  if (C.K == ConstantOperand::Weights) {
    const uint8_t *Base = runUnit(P, 0, Results[1]);
    SmallVector<const uint8_t *, 8> With;
    for (unsigned F = 0; F != C.Fields; ++F)
      With.push_back(runUnit(P, 1ull << (F * C.Unit / C.Fields), Results[2 + F]));
    return checked(P, solveWeights(Base, With, P.Goal, P.Care, C.Unit, Width, P.Tests));
  }
  if (C.K == ConstantOperand::Table)
    return checked(P, lookUp(P));
  if (auto Found = checked(P, choose(P, C.Values)))
    return Found;
  return C.K == ConstantOperand::Samples ? checked(P, propose(P)) : std::nullopt;
}

} // namespace whittle
