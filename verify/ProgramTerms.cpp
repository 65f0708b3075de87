//===- verify/ProgramTerms.cpp - Programs as terms
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "verify/ProgramTerms.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/Module.h"

using namespace llvm;

namespace whittle {

static constexpr StringLiteral ElementRead = "whittle.element", ExecRead = "whittle.lane.on";

Function *waveFunction(Module &M, const Row &R) {
  std::string Name = "wave." + R.Name;
  if (Function *F = M.getFunction(Name))
    return F;
  LLVMContext &Ctx = M.getContext();
  Type *I32 = Type::getInt32Ty(Ctx);
  FunctionCallee Read =
      M.getOrInsertFunction(ElementRead, FunctionType::get(I32, {I32, I32, I32}, false));
  FunctionCallee On =
      M.getOrInsertFunction(ExecRead, FunctionType::get(Type::getInt1Ty(Ctx), {I32}, false));
  SmallVector<Type *, 8> Params(2, I32);
  Params.append(R.NumImms, Type::getInt64Ty(Ctx));
  Function *F = Function::Create(FunctionType::get(I32, Params, false),
                                 GlobalValue::InternalLinkage, Name, M);
  IRBuilder<> B(BasicBlock::Create(Ctx, "", F));
  SmallVector<Value *, 6> Imms;
  for (Argument &A : drop_begin(F->args(), 2))
    Imms.push_back(&A);
  auto Reader = [&](unsigned K, Value *Lane, Value *Reg) -> Value * {
    return B.CreateCall(
        Read, {B.getInt32(K), B.CreateZExtOrTrunc(Lane, I32), B.CreateZExtOrTrunc(Reg, I32)});
  };
  B.CreateRet(buildElement(B, R, Reader, F->getArg(0), F->getArg(1), Imms, [&](Value *Lane) {
    return B.CreateCall(On, {B.CreateZExtOrTrunc(Lane, I32)});
  }));
  return F;
}

static Error refuse(const Twine &Why) { return createStringError(inconvertibleErrorCode(), Why); }

void ProgramTerms::pushImmediates(const Node &N, std::vector<TermList> &Args) {
  for (unsigned K = 0; K != N.Imms.size(); ++K) {
    const SymExpr *E = N.symbolic(K);
    Args.push_back({E ? G.zext(G.trunc(symbolTerm(G, *E, W.Symbols, Vars), N.immBits(K)), 64)
                      : G.constant(64, uint64_t(N.Imms[K]))});
  }
}

Term ProgramTerms::exec(unsigned Lane) {
  if (WaveLanes && Lane >= WaveLanes)
    return G.bit(false);
  switch (Exec) {
  case ExecMode::AllOn:
    return G.bit(true);
  case ExecMode::AllOff:
    return G.bit(false);
  case ExecMode::Symbolic:
    break;
  }
  return Vars({VarKey::Exec, 0, Lane}, 0, 1);
}

Term ProgramTerms::laneId(unsigned Lane) {
  if (WaveLanes)
    return G.constant(32, Lane);
  return G.concat({Vars({VarKey::LaneId, 0, 0}, 0, 6), G.zero(26)});
}

Term ProgramTerms::leafBits(const Leaf &L, const VarKey &Key, unsigned Lo, unsigned Width) {
  if (L.Const)
    return G.constant(L.Const->extractBits(Width, Lo));
  if (L.Symbolic) {
    Term Element = G.zextOrTrunc(symbolTerm(G, *L.Symbolic, W.Symbols, Vars), L.ElementBits);
    unsigned First = Lo / L.ElementBits, End = (Lo + Width - 1) / L.ElementBits + 1;
    SmallVector<Term, 8> Elements(End - First, Element);
    return G.extract(G.concat(Elements), Lo - First * L.ElementBits, Width);
  }
  if (L.Choice || !L.hasFacts())
    return Vars(Key, Lo, Width);
  auto Fact = [&](const APInt &Mask, unsigned Bit) {
    return Mask.getBitWidth() > Bit && Mask[Bit];
  };
  auto KindOf = [&](unsigned Bit) { return Fact(L.Zeros, Bit) ? 0 : Fact(L.Ones, Bit) ? 1 : 2; };
  SmallVector<Term, 8> Pieces;
  for (unsigned At = Lo; At < Lo + Width;) {
    unsigned End = At + 1;
    while (End < Lo + Width && KindOf(End) == KindOf(At))
      ++End;
    switch (KindOf(At)) {
    case 0:
      Pieces.push_back(G.zero(End - At));
      break;
    case 1:
      Pieces.push_back(G.ones(End - At));
      break;
    default:
      Pieces.push_back(Vars(Key, At, End - At));
    }
    At = End;
  }
  return G.concat(Pieces);
}

TermList ProgramTerms::leaf(unsigned Id, unsigned Lane) {
  const Leaf &L = W.Leaves[Id];
  bool PerLane = L.Ty.Kind == RegKind::Lane;
  VarKey Key{VarKey::Leaf, Id, PerLane ? Lane : 0};
  TermList R;
  for (unsigned Lo = 0, N = elementBits(L.Ty); Lo < L.Ty.Bits; Lo += N) {
    Term Known = leafBits(L, Key, Lo, N);
    // A mask is in scalar registers: what is known of it holds in all lanes.
    if (PerLane && !L.Ty.isLaneMask() && (L.isConstant() || (L.hasFacts() && !L.Choice)))
      Known = G.ite(exec(Lane), Known, Vars(Key, Lo, N));
    R.push_back(Known);
  }
  return R;
}

Expected<TermList> ProgramTerms::value(unsigned Id, unsigned Lane) {
  // What is one value for the wave is kept under lane 0.
  if (W.typeOf(P, Id).Kind != RegKind::Lane)
    Lane = 0;
  if (auto It = Memo.find({Id, Lane}); It != Memo.end())
    return It->second;
  TermList R;
  if (Id < W.numLeaves()) {
    R = leaf(Id, Lane);
  } else {
    Expected<TermList> N = node(Id, Lane);
    if (!N)
      return N.takeError();
    R = std::move(*N);
  }
  return Memo[{Id, Lane}] = R;
}

Expected<TermList> ProgramTerms::node(unsigned Id, unsigned Lane) {
  const Node &N = P.Nodes[Id - W.numLeaves()];
  const Row &R = *N.R;
  if (R.isWave())
    return wave(N, Id, Lane);

  std::vector<TermList> Args;
  SmallVector<ValueType, 4> Types;
  for (unsigned Op : N.Ops) {
    ValueType T = W.typeOf(P, Op);
    if (T.Kind == RegKind::Lane && N.Ty.Kind != RegKind::Lane)
      return refuse(R.Name + " makes one value for the wave from lanes");
    Expected<TermList> V = value(Op, Lane);
    if (!V)
      return V.takeError();
    Types.push_back(T);
    Args.push_back(std::move(*V));
  }
  // Wiring defines every lane that its operands define.
  if (R.Generic == GenericOp::Extract) {
    uint64_t From = N.Imms[0];
    if (From + N.Ty.Bits > Types[0].Bits)
      return refuse("EXTRACT past the end of its operand");
    return regroup(G, {G.extract(G.concat(Args[0]), From, N.Ty.Bits)}, elementBits(N.Ty));
  }
  if (R.Generic == GenericOp::Concat) {
    TermList All;
    for (const TermList &A : Args)
      All.append(A);
    return regroup(G, {G.concat(All)}, elementBits(N.Ty));
  }
  pushImmediates(N, Args);
  if (R.ReadsLaneId)
    Args.push_back({laneId(Lane)});
  Expected<TermList> V = executeFunction(G, *buildMeaning(M, N, Types), Args);
  if (!V)
    return refuse(R.Name + ": " + toString(V.takeError()));
  settleRest(N, Id, Lane, *V);
  return V;
}

void ProgramTerms::settleRest(const Node &N, unsigned Id, unsigned Lane, TermList &Result) {
  const unsigned Bits = elementBits(N.Ty);
  const VarKey Key{Choice, Id, N.Ty.Kind == RegKind::Lane ? Lane : 0};
  if (unsigned Low = N.R->DefinedBits) {
    assert(Result.size() == 1 && Low < Bits && "only parts of one register are unspecified");
    Result[0] = G.concat({G.extract(Result[0], 0, Low), Vars(Key, Low, Bits - Low)});
  }
  if (N.Ty.Kind != RegKind::Lane || N.R->Off == OffLanes::Computed)
    return;
  for (auto [I, T] : enumerate(Result))
    T = G.ite(exec(Lane), T,
              N.R->Off == OffLanes::Zero ? G.zero(Bits) : Vars(Key, unsigned(I) * Bits, Bits));
}

Expected<TermList> ProgramTerms::wave(const Node &N, unsigned Id, unsigned Lane) {
  const Row &R = *N.R;
  Function *F = waveFunction(M, R);
  CallFn Read = [&](StringRef Callee, ArrayRef<Term> Args) -> Expected<Term> {
    if (!all_of(Args, [&](Term T) { return G.isConst(T); }))
      return refuse("reads an element that depends on data");
    if (Callee == ExecRead)
      return exec(unsigned(G.value(Args[0]).getZExtValue()));
    assert(Callee == ElementRead && "a row over the wave calls its readers only");
    uint64_t K = G.value(Args[0]).getZExtValue(), L = G.value(Args[1]).getZExtValue(),
             Reg = G.value(Args[2]).getZExtValue();
    if (K >= N.Ops.size() || L >= 64 || (R.isMatrix() && L >= WaveLanes))
      return refuse("reads outside of the wave");
    if (Reg >= R.Ins[K].Bits / 32u)
      return refuse("reads outside of a register tuple");
    // A lane that the wave has not is never on: what is read there is not used.
    if (L >= WaveLanes)
      return Vars({Choice, Id, uint32_t(L + 64 * K)}, 32 * unsigned(Reg), 32);
    // What brings a scalar into lanes is a copy under EXEC; other lanes, which the
    // instruction reads as well, do not have it.
    if (R.Ins[K].Kind == RegKind::Lane && W.typeOf(P, N.Ops[K]).Kind != RegKind::Lane)
      return refuse("reads a scalar in all lanes");
    Expected<TermList> V = value(N.Ops[K], L);
    if (!V)
      return V.takeError();
    return (*V)[Reg];
  };
  if (N.Ty.Bits % 32)
    return refuse(R.Name + " gives less than a register");
  TermList Result;
  for (unsigned Reg = 0; Reg < N.Ty.Bits / 32u; ++Reg) {
    std::vector<TermList> Args{{G.constant(32, Lane)}, {G.constant(32, Reg)}};
    pushImmediates(N, Args);
    Expected<TermList> E = executeFunction(G, *F, Args, Read);
    if (!E)
      return refuse(R.Name + ": " + toString(E.takeError()));
    Result.push_back((*E)[0]);
  }
  settleRest(N, Id, Lane, Result);
  return Result;
}

} // namespace whittle
