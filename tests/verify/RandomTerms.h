//===- tests/verify/RandomTerms.h - Terms built twice ------------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Random terms, each made twice from the same choices: through the constructors
// under test, and as SMT-LIB text that simplifies nothing.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_TESTS_VERIFY_RANDOMTERMS_H
#define WHITTLE_TESTS_VERIFY_RANDOMTERMS_H

#include "verify/Term.h"
#include <random>
#include <string>

namespace whittle::test {

struct Twin {
  Term T;
  std::string Text;
};

class RandomTerms {
public:
  /// Variables are slices of Leaves leaves of LeafBits bits, "v0", "v1", ..
  RandomTerms(TermGraph &G, uint64_t Seed, unsigned Leaves = 3, unsigned LeafBits = 12)
      : G(G), R(Seed), Leaves(Leaves), LeafBits(LeafBits) {}

  std::string declarations() const {
    std::string S;
    for (unsigned I = 0; I < Leaves; ++I)
      S += "(declare-const v" + std::to_string(I) + " " + bv(LeafBits) + ")\n";
    return S;
  }
  static std::string bv(unsigned W) { return "(_ BitVec " + std::to_string(W) + ")"; }

  unsigned below(unsigned N) { return R() % N; }

  Twin make(unsigned W, unsigned Depth) {
    if (Depth == 0)
      return leaf(W);
    auto Two = [&](const char *Op, Term (TermGraph::*F)(Term, Term)) {
      Twin A = make(W, Depth - 1), B = make(W, Depth - 1);
      return Twin{(G.*F)(A.T, B.T), call(Op, A, B)};
    };
    auto Compare = [&](const char *Op, Term (TermGraph::*F)(Term, Term)) {
      unsigned N = 1 + below(LeafBits);
      Twin A = make(N, Depth - 1), B = make(N, Depth - 1);
      return Twin{(G.*F)(A.T, B.T), "(ite " + call(Op, A, B) + " #b1 #b0)"};
    };
    switch (below(W == 1 ? 19 : 16)) {
    case 10: {
      // Two slices of one thing, often neighbours: what may be joined.
      if (W == 1)
        return leaf(W);
      unsigned N = W + below(5), First = 1 + below(W - 1), Lo = below(N - W + 1);
      Twin A = make(N, Depth - 1);
      Twin Low = slice(A, Lo, First);
      if (below(4) == 0) { // and copies of the sign
        Twin Sign = slice(A, Lo + First - 1, 1);
        return {G.concat({Low.T, G.sext(Sign.T, W - First)}),
                "(concat ((_ sign_extend " + std::to_string(W - First - 1) + ") " + Sign.Text +
                    ") " + Low.Text + ")"};
      }
      Twin High = slice(A, below(2) ? Lo + First : below(N - (W - First) + 1), W - First);
      return {G.concat({Low.T, High.T}), call("concat", High, Low)};
    }
    case 0:
      return Two("bvadd", &TermGraph::add);
    case 1:
      return Two("bvsub", &TermGraph::sub);
    case 2:
      return Two("bvmul", &TermGraph::mul);
    case 3:
      return Two("bvand", &TermGraph::bitAnd);
    case 4:
      return Two("bvor", &TermGraph::bitOr);
    case 5:
      return Two("bvxor", &TermGraph::bitXor);
    case 6:
      return Two("bvshl", &TermGraph::shl);
    case 7:
      return Two("bvlshr", &TermGraph::lshr);
    case 8:
      return Two("bvashr", &TermGraph::ashr);
    case 9: {
      Twin C = make(1, Depth - 1), A = make(W, Depth - 1), B = make(W, Depth - 1);
      return {G.ite(C.T, A.T, B.T), "(ite (= " + C.Text + " #b1) " + A.Text + " " + B.Text + ")"};
    }
    case 11: {
      if (W == 1)
        return leaf(W);
      unsigned Lo = 1 + below(W - 1);
      Twin A = make(Lo, Depth - 1), B = make(W - Lo, Depth - 1);
      return {G.concat({A.T, B.T}), call("concat", B, A)};
    }
    case 12:
    case 13: {
      unsigned N = W + below(6), Lo = below(N - W + 1);
      return slice(make(N, Depth - 1), Lo, W);
    }
    case 14: {
      unsigned N = 1 + below(W);
      Twin A = make(N, Depth - 1);
      bool Signed = below(2);
      return {Signed ? G.sext(A.T, W) : G.zext(A.T, W),
              std::string("((_ ") + (Signed ? "sign" : "zero") + "_extend " +
                  std::to_string(W - N) + ") " + A.Text + ")"};
    }
    case 15: {
      unsigned Bits = 1 + below(2);
      Twin Index = make(Bits, Depth - 1);
      llvm::SmallVector<Term> Elements;
      std::string Text, Close;
      for (unsigned I = 0; I < 1u << Bits; ++I) {
        Twin E = make(W, Depth - 1);
        Elements.push_back(E.T);
        if (I + 1 < 1u << Bits) {
          Text += "(ite (= " + Index.Text + " (_ bv" + std::to_string(I) + " " +
                  std::to_string(Bits) + ")) " + E.Text + " ";
          Close += ")";
        } else {
          Text += E.Text;
        }
      }
      return {G.select(Index.T, Elements), Text + Close};
    }
    case 16:
      return Compare("=", &TermGraph::eq);
    case 17:
      return Compare("bvult", &TermGraph::ult);
    default:
      return Compare("bvslt", &TermGraph::slt);
    }
  }

  /// Sums and products of extensions, saturation and comparisons, as the rows of
  /// multiply-adds have them; narrow, so that every interval is reached.
  Term arithmetic(unsigned W, unsigned Depth) {
    if (Depth == 0) {
      unsigned N = 1 + below(std::min(W, 4u));
      Term X = G.var({VarKey::Leaf, below(Leaves), 0}, below(4), N);
      return below(2) ? G.sext(X, W) : G.zext(X, W);
    }
    Term A = arithmetic(W, Depth - 1), B = arithmetic(W, Depth - 1);
    unsigned Narrow = 1 + below(W);
    switch (below(12)) {
    case 0:
    case 1:
      return G.add(A, B);
    case 2:
      return G.sub(A, B);
    case 3:
    case 4:
      return G.mul(A, B);
    case 5:
      return G.sext(G.trunc(A, Narrow), W);
    case 6:
      return G.zext(G.trunc(A, Narrow), W);
    case 7:
      return G.smin(A, B);
    case 8:
      return G.umax(A, B);
    case 9:
      return G.saddSat(A, B);
    case 10:
      return G.ite(G.slt(A, B), G.lshr(A, G.constant(W, below(W))), B);
    default:
      return G.mul(A, G.constant(W, below(1u << W)));
    }
  }

  /// What lookInside() is about: masks and choices by bits, slices of sums and products put
  /// back in their place, sums of functions of bits.
  Term choices(unsigned W, unsigned Depth) {
    if (Depth == 0)
      return arithmetic(W, 0);
    Term A = choices(W, Depth - 1), B = choices(W, Depth - 1);
    Term X = G.extract(A, below(W), 1), Y = G.extract(B, below(W), 1);
    const unsigned Lo = below(W), N = 1 + below(W - Lo);
    switch (below(10)) {
    case 0:
      return G.bitAnd(G.sext(X, W), B);
    case 1:
      return G.bitAnd(G.bitAnd(G.bitNot(G.sext(X, W)), B), G.sext(Y, W));
    case 2:
      return G.ite(below(2) ? X : G.ult(A, B), A, B);
    case 3:
    case 4: { // in its place, or one beside it
      Term Slice = G.zext(G.extract(below(2) ? G.mul(A, B) : G.add(A, B), Lo, N), W);
      return G.add(G.shl(Slice, G.constant(W, below(4) ? Lo : Lo + 1)), below(2) ? A : B);
    }
    case 5:
      return G.add(G.zext(G.bitXor(X, Y), W), A);
    case 6:
      return G.sub(G.zext(G.bitOr(X, Y), W), B);
    case 7:
      return G.mul(G.zext(G.ite(X, Y, G.bitNot(Y)), W), A);
    default:
      return arithmetic(W, Depth);
    }
  }

private:
  Twin slice(const Twin &A, unsigned Lo, unsigned W) {
    return {G.extract(A.T, Lo, W), "((_ extract " + std::to_string(Lo + W - 1) + " " +
                                       std::to_string(Lo) + ") " + A.Text + ")"};
  }

  Twin leaf(unsigned W) {
    if (below(4) == 0) {
      static constexpr uint64_t Corners[] = {0, ~0ull, 1, 2, 0x55, 0x0f, 0x80};
      llvm::APInt V(W, below(2) ? Corners[below(7)] : R(), false, true);
      llvm::SmallString<32> Digits;
      V.toStringUnsigned(Digits);
      return {G.constant(V), "(_ bv" + Digits.str().str() + " " + std::to_string(W) + ")"};
    }
    if (W > LeafBits) {
      Twin A = leaf(LeafBits), B = leaf(W - LeafBits);
      return {G.concat({A.T, B.T}), call("concat", B, A)};
    }
    unsigned Leaf = below(Leaves), Lo = below(LeafBits - W + 1);
    return {G.var({VarKey::Leaf, Leaf, 0}, Lo, W), "((_ extract " + std::to_string(Lo + W - 1) +
                                                       " " + std::to_string(Lo) + ") v" +
                                                       std::to_string(Leaf) + ")"};
  }
  static std::string call(const char *Op, const Twin &A, const Twin &B) {
    return std::string("(") + Op + " " + A.Text + " " + B.Text + ")";
  }

  TermGraph &G;
  std::mt19937_64 R;
  unsigned Leaves, LeafBits;
};

} // namespace whittle::test

#endif // WHITTLE_TESTS_VERIFY_RANDOMTERMS_H
