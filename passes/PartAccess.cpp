//===- passes/PartAccess.cpp - Bytes and halves read in place --------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/PartAccess.h"
#include "llvm/CodeGen/MachineFunction.h"
#include "llvm/CodeGen/MachineInstr.h"
#include "llvm/CodeGen/MachineRegisterInfo.h"
#include "llvm/CodeGen/TargetSubtargetInfo.h"

using namespace llvm;

namespace whittle {

namespace {

using Constants = SmallVector<std::optional<APInt>, 4>;

StringRef baseName(const Row &R) {
  StringRef Name = R.opcodeName();
  if (!Name.consume_back("_e64"))
    Name.consume_back("_e32");
  return Name;
}

bool isOneOf(const std::optional<APInt> &C, ArrayRef<uint64_t> Values) {
  return C && C->getActiveBits() <= 32 && is_contained(Values, C->getZExtValue());
}

/// An instruction that gives a byte or a half of one operand.
bool readsPart(const Row &R, const Constants &C) {
  const StringRef Name = baseName(R);
  if (Name == "V_AND_B32")
    return isOneOf(C[0], {0xff, 0xffff}) || isOneOf(C[1], {0xff, 0xffff});
  if (Name == "V_LSHRREV_B32" || Name == "V_ASHRREV_I32")
    return isOneOf(C[0], {16, 24});
  if (Name == "V_BFE_U32" || Name == "V_BFE_I32")
    return (isOneOf(C[1], {0, 8, 16, 24}) && isOneOf(C[2], {8})) ||
           (isOneOf(C[1], {0, 16}) && isOneOf(C[2], {16}));
  return false;
}

/// One that puts the low part of its operand above zeros.
bool writesPart(const Row &R, const Constants &C) {
  return baseName(R) == "V_LSHLREV_B32" && isOneOf(C[0], {16, 24});
}

class Counter {
public:
  Counter(ValueView &View, const Match &M, const RewritePlan &Plan, const Rewriter &R)
      : View(View), M(M), Plan(Plan), R(R), W(M.window()), L(W.numLeaves()) {}

  unsigned source() { return inside(W.Source, nullptr) + around(W.Source, nullptr); }
  unsigned target() {
    return inside(M.rule().Target, &Plan.Live) + around(M.rule().Target, &Plan.Live);
  }

private:
  bool hasForm(const Row &R) {
    return !R.isGeneric() &&
           View.table().opcodeNamed((baseName(R) + "_sdwa").str(), View.instrInfo());
  }

  Constants constants(const NodeView &N) {
    Constants C;
    for (const ValueRef &V : N.Ops)
      C.push_back(View.constant(V));
    return C;
  }
  Constants constants(const Node &N) {
    Constants C;
    for (unsigned Op : N.Ops) {
      C.push_back(std::nullopt);
      if (Op >= L)
        continue;
      C.back() = W.Leaves[Op].Const;
      if (!C.back() && M.Leaves[Op].Whole)
        C.back() = View.constant(M.Leaves[Op].Whole);
    }
    return C;
  }

  /// The one node that reads \p Id, once, or nullptr.
  static const Node *onlyReader(const Program &P, const std::vector<bool> *Live, unsigned Id) {
    const Node *Reader = nullptr;
    for (auto [I, N] : enumerate(P.Nodes)) {
      if (Live && !(*Live)[I])
        continue;
      const auto Reads = count(N.Ops, Id);
      if (Reads > 1 || (Reads && Reader))
        return nullptr;
      if (Reads)
        Reader = &N;
    }
    return Reader;
  }

  unsigned inside(const Program &P, const std::vector<bool> *Live) {
    unsigned Saved = 0;
    for (auto [I, N] : enumerate(P.Nodes)) {
      if ((Live && !(*Live)[I]) || N.R->isGeneric())
        continue;
      const Constants C = constants(N);
      const Node *Reader = onlyReader(P, Live, L + unsigned(I));
      if (readsPart(*N.R, C)) {
        Saved += Reader && !is_contained(P.Outputs, L + I) && hasForm(*Reader->R);
      } else if (writesPart(*N.R, C) && N.Ops[1] >= L && !is_contained(P.Outputs, N.Ops[1])) {
        Saved += onlyReader(P, Live, N.Ops[1]) == &N && hasForm(*P.Nodes[N.Ops[1] - L].R);
      }
    }
    return Saved;
  }

  unsigned around(const Program &P, const std::vector<bool> *Live) {
    unsigned Saved = 0;
    for (unsigned I = 0; I != L; ++I) {
      const ValueRef &V = M.Leaves[I].Whole;
      const NodeView *Made = V.K == ValueRef::Reg ? View.producer(V, M.Block) : nullptr;
      if (!Made || !readsPart(*Made->R, constants(*Made)) ||
          !all_of(View.regInfo().use_nodbg_instructions(V.R), [&](const MachineInstr &User) {
            return Plan.Matched.contains(&User) || R.isNew(User);
          }))
        continue;
      const Node *Reader = onlyReader(P, Live, I);
      Saved += Reader && hasForm(*Reader->R);
    }
    for (auto [I, Id] : enumerate(P.Outputs)) {
      if (Id < L || !hasForm(*P.Nodes[Id - L].R))
        continue;
      SmallVector<MachineInstr *, 2> Readers;
      const Register Old = M.output(unsigned(I))->getOperand(0).getReg();
      View.readers(Old, 0, 0, M.Block, Readers);
      const NodeView *Reader = Readers.size() == 1 ? View.node(*Readers[0]) : nullptr;
      Saved += Reader && writesPart(*Reader->R, constants(*Reader)) &&
               View.regInfo().hasOneNonDBGUse(Old);
    }
    return Saved;
  }

  ValueView &View;
  const Match &M;
  const RewritePlan &Plan;
  const Rewriter &R;
  const Window &W;
  unsigned L;
};

} // namespace

PartAccess countPartAccess(ValueView &View, const Match &M, const RewritePlan &Plan,
                           const Rewriter &R) {
  if (!View.isAMDGPU() || !View.function().getSubtarget().checkFeatures("+sdwa"))
    return {};
  Counter C(View, M, Plan, R);
  return {C.source(), C.target()};
}

} // namespace whittle
