//===- tests/verify/RandomRules.h - Rules, right and wrong -------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Sources are random programs and known identities; targets are the source or
// the identity's other side, rewritten by steps of which some keep the meaning
// and most do not. Which is which is not recorded: a second opinion decides.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_TESTS_VERIFY_RANDOMRULES_H
#define WHITTLE_TESTS_VERIFY_RANDOMRULES_H

#include "isa/Meaning.h"
#include "isa/TargetIsa.h"
#include <map>
#include <random>

namespace whittle::test {

class RandomRules {
public:
  /// \p PoolSize rows at random, and those of the identities.
  RandomRules(const TargetIsa &Isa, llvm::ArrayRef<std::string> Identities, unsigned PoolSize,
              uint64_t Seed)
      : Isa(Isa), Identities(Identities), R(Seed) {
    for (const Row &Each : Isa.rows())
      if (mayStand(Each))
        Pool.push_back(&Each);
    std::shuffle(Pool.begin(), Pool.end(), R);
    Pool.resize(std::min<size_t>(Pool.size(), PoolSize));
  }

  /// A rule that is well formed.
  Rule next() {
    for (;;) {
      bool Known = below(2);
      Rule X = Known ? identity() : program();
      if (X.W.Source.Outputs.empty())
        continue;
      for (unsigned Steps = Known && below(4) == 0 ? 0 : 1 + below(3); Steps; --Steps) {
        std::string Before = printRule(X);
        for (unsigned Tries = 0; Tries < 8 && printRule(X) == Before; ++Tries)
          change(X);
      }
      removeDeadNodes(X.W, X.W.Source);
      removeDeadNodes(X.W, X.Target);
      if (llvm::Error E = checkRule(X)) {
        llvm::consumeError(std::move(E));
        continue;
      }
      return X;
    }
  }

  unsigned below(unsigned N) { return R() % N; }

private:
  using Signature = std::string;

  /// In a rule that is run on concrete inputs: the compiled code knows neither EXEC
  /// nor every lane's number.
  static bool mayStand(const Row &X) {
    return X.inWindows() && X.Form != Shape::CrossLane && !X.ReadsLaneId;
  }

  static Signature signature(const Row &X) {
    Signature S = X.Def.str();
    for (ValueType T : X.Ins)
      S += T.str();
    return S + std::to_string(X.NumImms) + (X.isMatrix() ? "m" + std::to_string(X.WaveLanes) : "");
  }
  template <class T> const T &any(const std::vector<T> &From) { return From[below(From.size())]; }

  llvm::APInt someBits(unsigned Bits) {
    static constexpr uint64_t Masks[] = {0,          1,          0x80,       0x7f,   0xff,   0xf0,
                                         0x0f,       0x55,       0xfe,       0x8000, 0x00ff, 0xff00,
                                         0x80000000, 0xffff0000, 0xff000000, 0x7fff};
    unsigned N = std::min(Bits, 8u << below(4));
    uint64_t V = below(4) ? Masks[below(std::size(Masks))] : R();
    llvm::APInt All = llvm::APInt::getSplat(Bits, llvm::APInt(N, below(4) ? V : ~V, false, true));
    // Often one element is not like the others: equal slices are proved once.
    if (below(3) == 0)
      All.insertBits(llvm::APInt(N, below(2) ? R() : 0, false, true), N * below(Bits / N));
    return All;
  }

  Leaf someLeaf(ValueType T) {
    Leaf L;
    L.Ty = T;
    L.Zeros = L.Ones = llvm::APInt(T.Bits, 0);
    switch (below(10)) {
    case 0:
    case 1:
      L.Const = someBits(T.Bits);
      break;
    case 2:
    case 3:
      L.Zeros = someBits(T.Bits);
      break;
    case 4:
      L.Ones = someBits(T.Bits);
      L.Zeros = someBits(T.Bits) & ~L.Ones;
      break;
    case 5:
      if (T.Kind == RegKind::Lane && T.Bits >= 32 && below(2))
        L.Ty.Kind = RegKind::Sgpr;
      else
        L.Choice = below(2);
      break;
    default:
      break;
    }
    return L;
  }

  Rule identity() {
    std::string Text = any(Identities);
    struct {
      const char *Type, *Suffix;
    } Widths[] = {{"v128", ""}, {"v256", "Y"}, {"v512", "Z"}, {"v256", "Z256"}, {"v128", "Z128"}};
    auto &W = Widths[below(std::size(Widths))];
    unsigned I = below(below(3) ? 18 : 40), J = below(18), E = below(4);
    auto Put = [&](const std::string &Token, const std::string &Value) {
      for (size_t At; (At = Text.find(Token)) != std::string::npos;)
        Text.replace(At, Token.size(), Value);
    };
    Put("$V", W.Type);
    Put("$S", W.Suffix);
    Put("$D", W.Suffix[0] == 'Z' ? "D" : ""); // EVEX logic is named after elements
    Put("$Q", W.Suffix[0] == 'Z' ? "64" : "");
    Put("$E", std::string(1, "BWDQ"[E]));
    Put("$F", std::string(1, "BW"[E % 2]));
    Put("$G", std::string(1, "WD"[E % 2])); // with 16 or 32 bits
    Put("$bits", std::to_string(E % 2 ? 32 : 16));
    Put("$i", std::to_string(I));
    Put("$j", std::to_string(J));
    Put("$sum", std::to_string(I + J));
    Put("$m", std::to_string(uint64_t(1) << I % 16));
    Put("$-i", std::to_string(32 - I % 33));
    static const char *const Facts[] = {"0x80", "0xc0", "0xf0", "0x7f",
                                        "0xfe", "0x40", "0x0f", "0xe1"};
    Put("$f", Facts[below(std::size(Facts))]);
    llvm::Expected<Rule> X = parseRule("rule " + Isa.arch().str() + "\n" + Text + "end\n");
    if (!X) { // no such opcode at this width
      llvm::consumeError(X.takeError());
      return {};
    }
    return below(4) ? *X : reversed(*X);
  }

  static Rule reversed(Rule X) {
    std::swap(X.W.Source, X.Target);
    return X;
  }

  Rule program() {
    Rule X;
    X.W.Isa = &Isa;
    struct Value {
      bool IsLeaf;
      unsigned Index;
      ValueType Ty;
    };
    std::vector<Value> Values;
    std::vector<llvm::SmallVector<unsigned, 4>> OpsOf; // numbers in Values
    unsigned Want = 1 + below(3);
    for (unsigned Tries = 0; X.W.Source.Nodes.size() < Want && Tries < 200; ++Tries) {
      const Row &Next = *any(Pool);
      auto Fits = [&](ValueType T, const Value &V) { return V.Ty == T; };
      bool Joined = X.W.Source.Nodes.empty();
      for (ValueType T : Next.Ins)
        Joined |= !Values.empty() && Fits(T, Values.back());
      if (!Joined)
        continue;
      Node N;
      N.R = &Next;
      N.Ty = Next.Def;
      llvm::SmallVector<unsigned, 4> Ops;
      bool Tied = X.W.Source.Nodes.empty();
      for (ValueType T : Next.Ins) {
        std::vector<unsigned> Have;
        for (unsigned I = 0; I < Values.size(); ++I)
          if (Fits(T, Values[I]))
            Have.push_back(I);
        if (!Tied && Fits(T, Values.back())) {
          Tied = true;
          Ops.push_back(Values.size() - 1);
        } else if (!Have.empty() && below(2)) {
          Ops.push_back(any(Have));
        } else {
          X.W.Leaves.push_back(someLeaf(T));
          // After the node's own value, which must stay last: put it first.
          Values.insert(Values.begin(), {true, unsigned(X.W.Leaves.size()) - 1, T});
          for (unsigned &Op : Ops)
            ++Op;
          for (auto &Each : OpsOf)
            for (unsigned &Op : Each)
              ++Op;
          Ops.push_back(0);
        }
      }
      for (unsigned I = 0; I < Next.NumImms; ++I)
        N.Imms.push_back(below(2) ? below(256) : below(34));
      X.W.Source.Nodes.push_back(N);
      OpsOf.push_back(Ops);
      Values.push_back({false, unsigned(X.W.Source.Nodes.size()) - 1, Next.Def});
    }
    if (X.W.Source.Nodes.empty())
      return X;
    unsigned L = X.W.numLeaves();
    for (auto [N, Ops] : llvm::zip_equal(X.W.Source.Nodes, OpsOf))
      for (unsigned Op : Ops)
        N.Ops.push_back(Values[Op].IsLeaf ? Values[Op].Index : L + Values[Op].Index);
    X.W.Source.Outputs.push_back(L + X.W.Source.Nodes.size() - 1);
    if (X.W.Source.Nodes.size() > 1 && below(6) == 0)
      X.W.Source.Outputs.push_back(L + below(X.W.Source.Nodes.size() - 1));
    removeDeadNodes(X.W, X.W.Source);
    X.Target = X.W.Source;
    return X;
  }

  /// Values of \p P from \p From on have one more before them.
  static void renumber(Program &P, unsigned From) {
    for (Node &N : P.Nodes)
      for (unsigned &Op : N.Ops)
        Op += Op >= From;
    for (unsigned &Op : P.Outputs)
      Op += Op >= From;
  }
  static unsigned addLeaf(Rule &X, Leaf L) {
    unsigned Id = X.W.numLeaves();
    renumber(X.W.Source, Id);
    renumber(X.Target, Id);
    X.W.Leaves.push_back(std::move(L));
    return Id;
  }
  static unsigned addConst(Rule &X, ValueType T, llvm::APInt V) {
    Leaf L;
    L.Ty = T;
    L.Zeros = L.Ones = llvm::APInt(T.Bits, 0);
    L.Const = std::move(V);
    return addLeaf(X, std::move(L));
  }
  /// Before node \p At of the target; the new node's id.
  static unsigned insertNode(Rule &X, unsigned At, Node N) {
    unsigned Id = X.W.numLeaves() + At;
    renumber(X.Target, Id);
    X.Target.Nodes.insert(X.Target.Nodes.begin() + At, std::move(N));
    return Id;
  }

  /// \p N, which reads node \p At of the target, stands for it from then on.
  static void follow(Rule &X, unsigned At, Node N) {
    unsigned Id = X.W.numLeaves() + At;
    unsigned Made = insertNode(X, At + 1, std::move(N));
    for (unsigned K = At + 2; K < X.Target.Nodes.size(); ++K)
      for (unsigned &O : X.Target.Nodes[K].Ops)
        O = O == Id ? Made : O;
    for (unsigned &O : X.Target.Outputs)
      O = O == Id ? Made : O;
  }

  void change(Rule &X) {
    std::vector<Node> &Nodes = X.Target.Nodes;
    if (Nodes.empty())
      return;
    unsigned At = below(Nodes.size()), L = X.W.numLeaves(), Id = L + At;
    Node &N = Nodes[At];
    switch (below(15)) {
    case 0: // an immediate
      if (!N.Imms.empty()) {
        int64_t &I = N.Imms[below(N.Imms.size())];
        I = below(3) == 0 ? int64_t(below(256)) : (I ^ (int64_t(1) << below(8)));
      }
      return;
    case 1: // the same low byte
      if (!N.Imms.empty())
        N.Imms[0] = N.Imms[0] > 0 ? N.Imms[0] - 256 : N.Imms[0];
      return;
    case 2: // operands exchanged, or what the row lets one exchange
      if (auto Pairs = commutativeInputs(*N.R); !Pairs.empty() && below(2)) {
        auto [I, J] = Pairs[below(Pairs.size())];
        std::swap(N.Ops[I], N.Ops[J]);
      } else if (N.Ops.size() > 1) {
        unsigned I = below(N.Ops.size()), J = below(N.Ops.size());
        std::swap(N.Ops[I], N.Ops[J]);
      }
      return;
    case 3:
    case 4: { // another row of the same signature
      if (N.R->isGeneric())
        return;
      std::vector<const Row *> &Others = bySignature(signature(*N.R));
      N.R = any(Others);
      return;
    }
    case 5: // a node less
      for (unsigned Op : N.Ops)
        if (X.W.typeOf(X.Target, Op) == N.Ty) {
          for (Node &Each : Nodes)
            for (unsigned &O : Each.Ops)
              O = O == Id ? Op : O;
          for (unsigned &O : X.Target.Outputs)
            O = O == Id ? Op : O;
          return;
        }
      return;
    case 6: { // another operand
      if (N.Ops.empty())
        return;
      unsigned K = below(N.Ops.size());
      std::vector<unsigned> Have;
      for (unsigned V = 0; V < Id; ++V)
        if (X.W.typeOf(X.Target, V) == X.W.typeOf(X.Target, N.Ops[K]))
          Have.push_back(V);
      N.Ops[K] = any(Have);
      return;
    }
    case 7:
    case 11: { // another constant
      for (unsigned &Op : N.Ops)
        if (Op < L && X.W.Leaves[Op].Const) {
          llvm::APInt V = *X.W.Leaves[Op].Const;
          if (below(2))
            V.flipBit(below(V.getBitWidth()));
          else
            V = someBits(V.getBitWidth());
          unsigned New = addConst(X, X.W.Leaves[Op].Ty, V);
          for (unsigned &O : X.Target.Nodes[At].Ops)
            if (O < L && X.W.Leaves[O].Const && X.W.Leaves[O].Ty == X.W.Leaves[New].Ty) {
              O = New;
              return;
            }
          return;
        }
      return;
    }
    case 8: // less is known
      for (Leaf &F : X.W.Leaves)
        if (F.hasFacts()) {
          llvm::APInt &Mask = F.Zeros.isZero() ? F.Ones : F.Zeros;
          llvm::APInt Drop =
              llvm::APInt::getSplat(Mask.getBitWidth(), llvm::APInt(8, 1u << below(8)));
          if (unsigned How = below(4); How == 0)
            Mask.clearAllBits();
          else if (How == 1)
            Mask.clearBit(below(Mask.getBitWidth()));
          else
            Mask &= ~Drop;
        }
      return;
    case 9: { // (a . b) . c as a . (b . c), true or not
      if (N.Ops.size() != 2 || !N.Imms.empty() || N.Ops[0] < L || N.R->isGeneric())
        return;
      const Node Inner = Nodes[N.Ops[0] - L];
      if (Inner.R != N.R)
        return;
      Node New = Inner;
      New.Ops = {Inner.Ops[1], N.Ops[1]};
      unsigned Made = insertNode(X, At, New);
      X.Target.Nodes[At + 1].Ops = {Inner.Ops[0], Made};
      return;
    }
    case 10: // logic with a constant that matters, in one place perhaps, or not
    case 12:
      if (const Row *Logic = logic(N.Ty); Logic && !N.Ops.empty()) {
        llvm::APInt Mask(N.Ty.Bits, 0);
        if (unsigned How = below(3); How == 0)
          Mask.setBit(below(N.Ty.Bits));
        else if (How == 1)
          Mask = someBits(N.Ty.Bits);
        unsigned Constant = addConst(X, N.Ty, Mask);
        follow(X, At, {Logic, N.Ty, {Id + 1, Constant}, {}});
      }
      return;
    case 13: // elements in order, but perhaps for one
      if (const Row *Shuffle = shuffle(N.Ty))
        follow(X, At, {Shuffle, N.Ty, {Id}, {below(2) ? 228 : 228 ^ int64_t(1u << below(8))}});
      return;
    default: // the source changed as the target was
      if (below(3) == 0)
        X.W.Source = X.Target;
      return;
    }
  }

  const Row *logic(ValueType T) {
    static const std::map<std::string, std::vector<const char *>> Names = {
        {"v128", {"VPORrr", "VPXORrr"}},
        {"v256", {"VPORYrr", "VPXORYrr"}},
        {"v512", {"VPORDZrr", "VPXORQZrr"}},
        {"k64", {"KORQkk", "KXORQkk", "KORWkk"}},
        {"r32", {"OR32rr", "ADD32rr"}},
        {"r64", {"XOR64rr", "ADD64rr"}},
        {"l32", {"V_OR_B32_e64", "V_ADD_U32_e32"}}};
    auto It = Names.find(T.str());
    return It == Names.end() ? nullptr : Isa.find(It->second[below(It->second.size())]);
  }

  const Row *shuffle(ValueType T) {
    static const std::map<std::string, std::vector<const char *>> Names = {
        {"v128", {"VPSHUFDri", "VPSHUFLWri"}},
        {"v256", {"VPERMQYri", "VPSHUFHWYri"}},
        {"v512", {"VPERMQZri", "VPSHUFLWZri", "VPSHUFDZri"}}};
    auto It = Names.find(T.str());
    return It == Names.end() ? nullptr : Isa.find(It->second[below(It->second.size())]);
  }

  std::vector<const Row *> &bySignature(const Signature &S) {
    if (Groups.empty())
      for (const Row *Each : Pool)
        Groups[signature(*Each)].push_back(Each);
    std::vector<const Row *> &G = Groups[S];
    // A row of an identity may be the only one of its kind in the pool.
    if (G.size() < 4)
      for (const Row &Each : Isa.rows())
        if (G.size() < 4 && mayStand(Each) && signature(Each) == S && below(3) == 0)
          G.push_back(&Each);
    if (G.empty())
      for (const Row &Each : Isa.rows())
        if (mayStand(Each) && signature(Each) == S)
          G.push_back(&Each);
    return G;
  }

  const TargetIsa &Isa;
  std::vector<std::string> Identities;
  std::mt19937_64 R;
  std::vector<const Row *> Pool;
  std::map<Signature, std::vector<const Row *>> Groups;
};

} // namespace whittle::test

#endif // WHITTLE_TESTS_VERIFY_RANDOMRULES_H
