//===- tests/verify/RowsAgree.h - The consumers of a row compared -*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A row's meaning is IR that is checked to be total, compiled (plainly for
// conformance, optimised for search), executed on terms (for proofs) and handed
// to Z3. Here all of them have to compute the same bits. The terms are those of a
// proof: over variables, simplified, and only then evaluated.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_TESTS_VERIFY_ROWSAGREE_H
#define WHITTLE_TESTS_VERIFY_ROWSAGREE_H

#include "enumerate/Evaluator.h"
#include "isa/conformance/MeaningJit.h"
#include "isa/conformance/X86Inputs.h"
#include "verify/Cone.h"
#include "verify/ProgramTerms.h"
#include "verify/Z3Solver.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/Module.h"
#include "llvm/Support/xxhash.h"
#include <cstring>
#include <set>

namespace whittle::test {

inline llvm::APInt bitsOf(const uint8_t *Data, unsigned Bits) {
  llvm::APInt V = llvm::APInt::getZero(Bits);
  for (unsigned I = 0; I < Bits; I += 8)
    V.insertBits(llvm::APInt(8, Data[I / 8]), I);
  return V;
}

inline std::string hex(const llvm::APInt &V) { return llvm::toString(V, 16, false); }

/// A row of each meaning: rows with the same IR and operands are one. Tiles, of
/// no window, have a test of their own.
inline std::vector<const Row *> distinctRows(const TargetIsa &Isa) {
  std::vector<const Row *> Rows;
  std::set<Hash128> Seen;
  for (const Row &R : Isa.rows())
    if (!R.Ordered && Seen.insert(rowHash(R)).second)
      Rows.push_back(&R);
  return Rows;
}

/// A window of one node of \p R over fresh leaves.
inline Window windowOf(const TargetIsa &Isa, const Row &R, llvm::ArrayRef<int64_t> Imms) {
  Window W;
  W.Isa = &Isa;
  Node N;
  N.R = &R;
  N.Ty = R.Def;
  for (ValueType T : R.Ins) {
    N.Ops.push_back(W.Leaves.size());
    W.Leaves.emplace_back().Ty = T;
  }
  N.Imms.assign(Imms.begin(), Imms.end());
  W.Source.Nodes.push_back(N);
  W.Source.Outputs.push_back(W.numLeaves());
  return W;
}

/// One x86 row with some immediates: its terms over the operands' bits.
class RowTerms {
public:
  RowTerms(const TargetIsa &Isa, const Row &R, llvm::ArrayRef<int64_t> Imms)
      : R(R), M("row", Ctx), W(windowOf(Isa, R, Imms)) {
    ProgramTerms P(
        G, M, W, W.Source, VarKey::SourceChoice, ExecMode::AllOn, /*WaveLanes=*/0,
        [&](const VarKey &K, unsigned Lo, unsigned Width) { return G.var(K, Lo, Width); });
    llvm::Expected<TermList> V = P.value(W.Source.Outputs[0], 0);
    if (!V)
      Problem = llvm::toString(V.takeError());
    else
      Result = G.concat(*V);
  }

  /// A field's inverse takes a million terms and seconds.
  bool isLarge() const { return G.size() > 100'000; }
  /// Operand K at In + 64 * K.
  llvm::APInt evaluate(const uint8_t *In) {
    Cone &C = cone();
    return C.evaluate(atoms(C, In)).first;
  }

  /// Z3's word on whether the row gives \p Out for \p In: empty, or what it says
  /// instead.
  std::string askZ3(const uint8_t *In, const llvm::APInt &Out, SelectForm Form) {
    // The largest terms (the field's inverses) are held against compiled code alone:
    // Z3 does not get through one byte of them in a minute.
    if (isLarge())
      return "";
    Cone C(G, Result, G.constant(Out));
    SmtQuery Q = writeSmt(C, Form);
    auto Fix = [&](const std::string &Name, const llvm::APInt &V) {
      Q.Text += "(assert (= " + Name + " (_ bv" + llvm::toString(V, 10, false) + " " +
                std::to_string(V.getBitWidth()) + ")))\n";
    };
    std::vector<llvm::APInt> Values = atoms(C, In);
    for (auto [I, V] : llvm::enumerate(Values))
      Fix("x" + std::to_string(I), V);
    // Of functions it knows only what it is told.
    for (auto [T, V] : llvm::zip_equal(C.order(), C.values(Values)))
      if (G.op(T) == TermOp::Apply)
        Fix("t" + std::to_string(C.indexOf(T)), V);
    llvm::Expected<SolverAnswer> A = solveSmt(Q, 50'000'000, 60'000);
    if (!A)
      return llvm::toString(A.takeError());
    switch (A->K) {
    case SolverAnswer::Unsat:
      return "";
    case SolverAnswer::Sat:
      return "z3 computes something else";
    default:
      return "z3 does not tell: " + A->Reason;
    }
  }

  std::string Problem; ///< why there are no terms

private:
  Cone &cone() {
    if (!Whole)
      Whole.emplace(G, Result, Result);
    return *Whole;
  }
  std::vector<llvm::APInt> atoms(const Cone &C, const uint8_t *In) const {
    std::vector<llvm::APInt> Values;
    for (const Atom &A : C.atoms()) {
      assert(A.Key.K == VarKey::Leaf && "x86 rows leave no choice");
      Values.push_back(
          bitsOf(In + 64 * A.Key.Index, R.Ins[A.Key.Index].Bits).extractBits(A.Width, A.Lo));
    }
    return Values;
  }

  const Row &R;
  TermGraph G;
  llvm::LLVMContext Ctx;
  llvm::Module M;
  Window W;
  Term Result;
  std::optional<Cone> Whole;
};

/// What to compare with a row's terms, besides conformance's code.
struct Consumers {
  Evaluator *Search = nullptr;
  bool Z3 = false;
};

/// What the consumers of \p R disagree on, for random and corner inputs and
/// immediates; empty if nothing. \p Plain is conformance's code of the row.
inline std::string disagreement(const TargetIsa &Isa, const Row &R, MeaningJit::Fn Plain,
                                const Consumers &With) {
  if (llvm::Error E = checkTotal(R))
    return llvm::toString(std::move(E));
  whittle::Random Rng(llvm::xxh3_64bits(R.Name));
  Evaluator::RowFn Search = nullptr;
  if (With.Search) {
    Node N;
    N.R = &R;
    N.Ty = R.Def;
    auto Fn = With.Search->function(N, R.Ins);
    if (!Fn)
      return llvm::toString(Fn.takeError());
    Search = *Fn;
  }
  bool Large = false;
  // MIR holds immediate bytes with either sign.
  const unsigned Rounds = R.NumImms ? 8 : 1, InputsEach = R.NumImms ? 6 : 24;
  for (unsigned Round = 0; Round != Rounds; ++Round) {
    if (Round && Large)
      break;
    llvm::SmallVector<int64_t, 2> Imms;
    for (unsigned I = 0; I != R.NumImms; ++I)
      Imms.push_back(Round == 0   ? int64_t(Rng.below(8))
                     : Round == 1 ? int64_t(int8_t(Rng.next()))
                     : Round <= 4 ? int64_t(Rng.below(72))
                                  : int64_t(Rng.below(256)));
    RowTerms Terms(Isa, R, Imms);
    if (!Terms.Problem.empty())
      return "no terms: " + Terms.Problem;
    Large = Terms.isLarge();
    for (unsigned Input = 0; Input != (Large ? 4 : InputsEach); ++Input) {
      MachineState S;
      fillInputs(Rng, InputKind(Input % NumInputKinds), R, S);
      if (Input == 1 || Input == 2)
        std::memset(S.In, (Round + Input) % 2 ? 0 : 0xff, sizeof S.In);
      alignas(64) uint8_t Out[64];
      Plain(S.In[0], Imms.data(), Out);
      llvm::APInt Want = bitsOf(Out, R.Def.Bits), Got = Terms.evaluate(S.In[0]);
      auto Differ = [&](const std::string &Who) {
        std::string Text = Who;
        for (int64_t I : Imms)
          Text += " imm=" + std::to_string(I);
        for (auto [K, Ty] : llvm::enumerate(R.Ins))
          Text += " in" + std::to_string(K) + "=" + hex(bitsOf(S.In[K], Ty.Bits));
        return Text + " compiled=" + hex(Want);
      };
      if (Got != Want)
        return Differ("terms give " + hex(Got));
      if (Search) {
        llvm::SmallVector<const uint8_t *, 6> In;
        for (unsigned K = 0; K != R.Ins.size(); ++K)
          In.push_back(S.In[K]);
        Search(In.data(), Out, Imms.data(), 1);
        if (bitsOf(Out, R.Def.Bits) != Want)
          return Differ("optimised code gives " + hex(bitsOf(Out, R.Def.Bits)));
      }
      if (With.Z3 && Round < 2 && Input < 2)
        if (std::string Z3 =
                Terms.askZ3(S.In[0], Want, Round ? SelectForm::Mux : SelectForm::Array);
            !Z3.empty())
          return Differ(Z3);
    }
  }
  return "";
}

/// \p Visit each of \p Rows with its code for conformance.
template <class Fn> void withPlainCode(llvm::ArrayRef<const Row *> Rows, Fn Visit) {
  auto Jit = llvm::cantFail(MeaningJit::create());
  while (!Rows.empty()) {
    llvm::ArrayRef<const Row *> Now = Rows.take_front(64);
    Rows = Rows.drop_front(Now.size());
    std::vector<std::string> Keys;
    for (const Row *R : Now)
      Keys.push_back(rowHash(*R).hex());
    for (auto [R, Code] : llvm::zip_equal(Now, llvm::cantFail(Jit->compile(Now, Keys))))
      Visit(*R, Code);
  }
}

} // namespace whittle::test

#endif // WHITTLE_TESTS_VERIFY_ROWSAGREE_H
