//===- isa/amdgpu/CrossLane.cpp - Lanes that read other lanes --------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A row of lanes is 16 of them, a bank 4 of a row. What AMD's documents leave
// open is decided so:
//   - a DPP control that the generation does not have, and a row shift by 0, reads
//     out of range; so do the lanes that have no row below in a row broadcast;
//   - V_PERMLANE*_SWAP writes under EXEC of the lane that is written, and a lane
//     that is off is no source unless fi fetches it, as in DPP.
//
//===----------------------------------------------------------------------===//

#include "isa/amdgpu/Families.h"
#include "llvm/ADT/STLExtras.h"

using namespace llvm;

namespace whittle::amdgpu {

namespace {

constexpr unsigned SimpleWeight = 2;
constexpr const char *Gfx9 = "+gfx9-insts,-gfx10-insts", *Gfx10 = "+gfx10-insts";

V equals(V A, int64_t B) { return cmp(CmpInst::ICMP_EQ, A, A.sem().constantLike(A, uint64_t(B))); }
V below(V A, V B) { return cmp(CmpInst::ICMP_ULT, A, B); }
V bitAt(V Word, V Index) { return trunc(lshr(Word, Index), 1); }

/// The lane that another lane reads, which is in its wave, and whether it is one
/// that may be read at all.
struct Source {
  V Lane, Valid;
};

//===----------------------------------------------------------------------===//
// Data-parallel primitives
//===----------------------------------------------------------------------===//

enum class DppSet : uint8_t { Gfx9, Gfx10 };

/// What of a wave's 64 lanes the 9 bits of \p Control name for S.lane().
Source dppSource(Sem &S, V Control, DppSet Set) {
  V L = S.lane(), InRow = L & 15, Row = L & 48, N = Control & 15, Family = lshr(Control, 4u);
  V True = S.constant(1, 1), False = S.constant(1, 0);
  Source Found = {L, False};
  auto When = [&](V Condition, V Lane, V Valid) {
    Found = {select(Condition, Lane, Found.Lane), select(Condition, Valid, Found.Valid)};
  };
  auto Is = [&](int64_t Code) { return equals(Control, Code); };
  auto Group = [&](int64_t Code) { return equals(Family, Code) & ~equals(N, 0); };
  V Pair = trunc(lshr(Control, shl(L & 3, 1u)), 32) & 3;
  When(below(Control, S.constant(32, 0x100)), (L & 60) | Pair, True);                 // quad_perm
  When(Group(0x10), Row | ((InRow + N) & 15), ~below(S.constant(32, 15), InRow + N)); // row_shl
  When(Group(0x11), Row | ((InRow - N) & 15), ~below(InRow, N));                      // row_shr
  When(Group(0x12), Row | ((InRow - N) & 15), True);                                  // row_ror
  When(Is(0x140), Row | (InRow ^ 15), True);                                          // row_mirror
  When(Is(0x141), Row | (InRow ^ 7), True);  // row_half_mirror
  When(equals(Family, 0x15), Row | N, True); // row_share, which GFX9 calls row_newbcast
  if (Set == DppSet::Gfx10) {
    When(equals(Family, 0x16), Row | (InRow ^ N), True); // row_xmask
    return Found;
  }
  V Next = (L + 1) & 63, Previous = (L - 1) & 63;
  When(Is(0x130), Next, ~equals(L, 63));                             // wave_shl
  When(Is(0x134), Next, True);                                       // wave_rol
  When(Is(0x138), Previous, ~equals(L, 0));                          // wave_shr
  When(Is(0x13c), Previous, True);                                   // wave_ror
  When(Is(0x142), (Row - 1) & 63, below(S.constant(32, 15), L));     // row_bcast:15
  When(Is(0x143), S.constant(32, 31), below(S.constant(32, 31), L)); // row_bcast:31
  return Found;
}

/// What an instruction gives whose first source is read through DPP: \p Operate has
/// that source's value and the lane's own other ones. Operand 0 is the old result;
/// immediates from \p FirstImm on are dpp_ctrl, row_mask, bank_mask, bound_ctrl.
SemFn dpp(DppSet Set, std::function<V(Sem &, V)> Operate) {
  return [Set, Operate = std::move(Operate)](Sem &S) {
    V L = S.lane();
    Source From = dppSource(S, S.imm(0, 32) & 511, Set);
    V Enabled = bitAt(S.imm(1, 32), lshr(L, 4u)) & bitAt(S.imm(2, 32), lshr(L & 15, 2u));
    V Valid = From.Valid & S.exec(From.Lane), BoundZero = S.imm(3, 1);
    V Value = select(Valid, S.elem(1, From.Lane, S.reg()), S.constant(32, 0));
    S.out(select(Enabled & (Valid | BoundZero), Operate(S, Value), S.elem(0, L, S.reg())));
  };
}

const std::vector<SmallVector<int64_t, 6>> &dppPresets(DppSet Set) {
  auto Make = [](ArrayRef<int64_t> Own) {
    std::vector<SmallVector<int64_t, 6>> Tuples = {{0xe4, 15, 15, 1}};
    SmallVector<int64_t, 32> Controls = {0x4e,  0xb1,  0x101, 0x104, 0x108, 0x10f,
                                         0x111, 0x114, 0x118, 0x11f, 0x121, 0x128,
                                         0x12f, 0x140, 0x141, 0x150, 0x15f};
    Controls.append(Own.begin(), Own.end());
    for (int64_t C : Controls)
      for (int64_t Bound : {0, 1})
        Tuples.push_back({C, 15, 15, Bound});
    return Tuples;
  };
  static const auto Old = Make({0x130, 0x134, 0x138, 0x13c, 0x142, 0x143});
  static const auto New = Make({0x160, 0x161, 0x167, 0x168, 0x16f});
  return Set == DppSet::Gfx9 ? Old : New;
}

/// The row for one set of controls. \p Operands: of a lane's other sources and
/// neutral modifiers that come before the controls.
void addDpp(RowSet &R, const std::string &Name, const std::string &Features, DppSet Set,
            std::function<V(Sem &, V)> Operate, ArrayRef<OperandSpec> Operands, unsigned Weight) {
  SmallVector<OperandSpec, 10> Spec = {reg(), reg()};
  Spec.append(Operands.begin(), Operands.end());
  Spec.append({imm(9), imm(4), imm(4), imm(1)});
  R.addCrossLane(Name, Features, dpp(Set, std::move(Operate)))
      .weight(Weight)
      .spec(Spec)
      .presets(dppPresets(Set));
  if (Set == DppSet::Gfx9)
    R.waveLanes(64);
}

/// "V_.." of the controls of GFX9 and "V_..:gfx10" of those since.
void addDppOfEach(RowSet &R, const std::string &Name, const std::function<V(Sem &, V)> &Operate,
                  ArrayRef<OperandSpec> Operands, unsigned Weight) {
  addDpp(R, Name, Gfx9, DppSet::Gfx9, Operate, Operands, Weight);
  addDpp(R, Name + ":gfx10", Gfx10, DppSet::Gfx10, Operate, Operands, Weight);
}

void addDppMoves(RowSet &R) {
  auto Move = [](Sem &, V Value) { return Value; };
  addDppOfEach(R, "V_MOV_B32_dpp", Move, {}, SimpleWeight);
  addDppOfEach(R, "V_MOV_B64_DPP_PSEUDO", Move, {}, 2 * SimpleWeight);
  // Of its controls there is only row_newbcast.
  addDpp(R, "V_MOV_B64_dpp", "+gfx940-insts", DppSet::Gfx9, Move, {}, SimpleWeight);
  R.presets({{0x150, 15, 15, 1}, {0x150, 15, 15, 0}, {0x15f, 15, 15, 0}});

  // Selects one of 8 lanes by 3 bits each. It has no bound_ctrl: a source lane that
  // is off reads as 0 (operand value 233; 234 fetches it all the same).
  auto Eight = [](bool FetchInactive) {
    return [FetchInactive](Sem &S) {
      V L = S.lane();
      V From = (L & 56) | (lshr(S.imm(0, 32), (L & 7) * 3) & 7);
      V Value = S.elem(1, From, S.reg());
      S.out(FetchInactive ? Value : select(S.exec(From), Value, S.constant(32, 0)));
    };
  };
  for (auto [Name, Features] : {std::pair("V_MOV_B32_dpp8_gfx11", "+gfx11-insts,-gfx12-insts"),
                                std::pair("V_MOV_B32_dpp8_gfx12", "+gfx12-insts")}) {
    R.addCrossLane(Name, Features, Eight(false)).spec({reg(), reg(), imm(24), fixed(233)});
    R.addCrossLane(std::string(Name) + ":fi", Features, Eight(true))
        .spec({reg(), reg(), imm(24), fixed(234)});
  }
}

/// A lane's instruction \p Of, whose sources are all single registers and whose
/// immediates are none, on the value read through DPP.
std::function<V(Sem &, V)> applied(const Row &Of, unsigned Sources) {
  return [Meaning = Of.Meaning, Sources](Sem &S, V First) {
    SmallVector<Value *, 3> Ins = {First.get()};
    for (unsigned K = 1; K != Sources; ++K)
      Ins.push_back(S.elem(K + 1, S.lane(), S.constant(32, 0)).get());
    Sem Lane(S.builder(), Ins, {}, First.type());
    Meaning(Lane);
    return V(&S, Lane.result());
  };
}

/// The DPP forms of integer instructions, with the meanings of the rows without.
void addDppOperations(RowSet &R) {
  struct Form {
    const char *Name;
    unsigned Sources;
    bool Short, Long, Clamp; ///< has V_.._dpp; has V_.._e64_dpp; the latter a clamp bit
    const char *Features = Gfx9, *Newer = Gfx10;
  };
  static const Form Forms[] = {
      {"V_NOT_B32", 1, true, true, false},
      {"V_BFREV_B32", 1, true, true, false},
      {"V_FFBH_U32", 1, true, true, false},
      {"V_FFBL_B32", 1, true, true, false},
      {"V_FFBH_I32", 1, true, true, false},
      {"V_AND_B32", 2, true, true, false},
      {"V_OR_B32", 2, true, true, false},
      {"V_XOR_B32", 2, true, true, false},
      {"V_XNOR_B32", 2, true, true, false, "+dl-insts,-gfx10-insts"},
      {"V_LSHLREV_B32", 2, true, true, false},
      {"V_LSHRREV_B32", 2, true, true, false},
      {"V_ASHRREV_I32", 2, true, true, false},
      {"V_MIN_U32", 2, true, true, false},
      {"V_MAX_U32", 2, true, true, false},
      {"V_MIN_I32", 2, true, true, false},
      {"V_MAX_I32", 2, true, true, false},
      {"V_ADD_U32", 2, true, true, true},
      {"V_SUB_U32", 2, true, true, true},
      {"V_SUBREV_U32", 2, true, true, true},
      {"V_MUL_U32_U24", 2, true, true, true},
      {"V_MUL_I32_I24", 2, true, true, true},
      {"V_MUL_HI_U32_U24", 2, true, true, false},
      {"V_MUL_HI_I32_I24", 2, true, true, false},
      {"V_BCNT_U32_B32", 2, false, true, false},
      {"V_BFM_B32", 2, false, true, false},
      {"V_ADD3_U32", 3, false, true, false},
      {"V_LSHL_ADD_U32", 3, false, true, false},
      {"V_ADD_LSHL_U32", 3, false, true, false},
      {"V_LSHL_OR_B32", 3, false, true, false},
      {"V_AND_OR_B32", 3, false, true, false},
      {"V_OR3_B32", 3, false, true, false},
      {"V_XAD_U32", 3, false, true, false},
      {"V_BFE_U32", 3, false, true, false},
      {"V_BFE_I32", 3, false, true, false},
      {"V_BFI_B32", 3, false, true, false},
      {"V_MIN3_U32", 3, false, true, false},
      {"V_MAX3_U32", 3, false, true, false},
      {"V_MED3_U32", 3, false, true, false},
      {"V_MIN3_I32", 3, false, true, false},
      {"V_MAX3_I32", 3, false, true, false},
      {"V_MED3_I32", 3, false, true, false},
      {"V_PERM_B32", 3, false, true, false},
      {"V_LERP_U8", 3, false, true, false},
      {"V_SAD_U8", 3, false, true, true},
      {"V_SAD_HI_U8", 3, false, true, true},
      {"V_SAD_U16", 3, false, true, true},
      {"V_SAD_U32", 3, false, true, true},
      {"V_MSAD_U8", 3, false, true, true},
  };
  for (const Form &F : Forms) {
    const std::string Name = F.Name;
    const auto Plain =
        find_if(R.Rows, [&](const Row &Other) { return Other.Name == Name + "_e64"; });
    assert(Plain != R.Rows.end() && "cross-lane rows are added after those that they use");
    auto Operate = applied(*Plain, F.Sources);
    const unsigned Weight = Plain->Weight;
    SmallVector<OperandSpec, 4> Others(F.Sources - 1, reg());
    if (F.Short) {
      addDpp(R, Name + "_dpp", F.Features, DppSet::Gfx9, Operate, Others, Weight);
      addDpp(R, Name + "_dpp:gfx10", F.Newer, DppSet::Gfx10, Operate, Others, Weight);
    }
    if (F.Clamp)
      Others.push_back(fixed(0));
    addDpp(R, Name + "_e64_dpp", "+gfx11-insts", DppSet::Gfx10, Operate, Others, Weight);
  }
}

//===----------------------------------------------------------------------===//
// Permutes
//===----------------------------------------------------------------------===//

/// D = the value of the source lane, under the rules for one that is off.
V fetched(Sem &S, V Value, V From, V FetchInactive, V BoundZero, V Old) {
  V Valid = FetchInactive | S.exec(From);
  return select(Valid, Value, select(BoundZero, S.constant(32, 0), Old));
}

/// Selects a lane of the row (\p Across: of the other row of its two) by 4 bits.
/// op_sel of the first source is fi, that of the second bound_ctrl.
void permuteRow(Sem &S, bool Across, V Selector, unsigned OldOperand) {
  V L = S.lane();
  V From = ((L & 48) ^ (Across ? 16 : 0)) | (Selector & 15);
  S.out(fetched(S, S.elem(0, From, S.reg()), From, trunc(lshr(S.imm(0, 3), 2u), 1),
                trunc(lshr(S.imm(1, 3), 2u), 1), S.elem(OldOperand, L, S.reg())));
}

void addPermutes(RowSet &R) {
  const std::vector<SmallVector<int64_t, 6>> Flags = {{0, 0}, {4, 0}, {0, 4}, {4, 4}};
  for (bool Across : {false, true}) {
    const std::string Name = Across ? "V_PERMLANEX16" : "V_PERMLANE16";
    // 16 selectors of 4 bits in two scalars.
    R.addCrossLane(Name + "_B32_e64", Gfx10,
                   [Across](Sem &S) {
                     V InRow = S.lane() & 15;
                     V Word = select(below(InRow, S.constant(32, 8)), S.scalar(1), S.scalar(2));
                     permuteRow(S, Across, lshr(Word, shl(InRow & 7, 2u)), 3);
                   })
        .spec({imm(3), reg(), imm(3), reg(), fixed(0), reg(), reg(), fixed(0)})
        .presets(Flags);
    R.addCrossLane(Name + "_VAR_B32_e64", "+gfx12-insts",
                   [Across](Sem &S) { permuteRow(S, Across, S.elem(1, S.lane(), S.reg()), 2); })
        .spec({imm(3), reg(), imm(3), reg(), reg(), fixed(0)})
        .presets(Flags);
  }
  // Halves of 64 lanes change places; EXEC of the source does not matter. In a wave
  // of 32 lanes it does nothing, and gives no value.
  R.addCrossLane("V_PERMLANE64_B32", "+gfx11-insts,+wavefrontsize64", [](Sem &S) {
     S.out(S.elem(0, S.lane() ^ 32, S.reg()));
   }).waveLanes(64);
}

/// The lanes of the first operand that have bit \p Bit set change places with those
/// of the second that have it clear. One row for each of the two results.
void addSwaps(RowSet &R) {
  for (unsigned Bit : {16u, 32u})
    for (bool Second : {false, true})
      for (bool Long : {false, true}) {
        auto Element = [Bit, Second, Long](Sem &S) {
          V L = S.lane(), From = L ^ int64_t(Bit), Old = S.elem(Second, L, S.reg());
          V Exchanged = equals(L & int64_t(Bit), Second ? 0 : Bit), Off = S.constant(1, 0);
          V Value = fetched(S, S.elem(!Second, From, S.reg()), From, Long ? S.imm(0, 1) : Off,
                            Long ? S.imm(1, 1) : Off, Old);
          S.out(select(Exchanged, Value, Old));
        };
        const std::string Name = "V_PERMLANE" + std::to_string(Bit) + "_SWAP_B32" +
                                 (Long ? "_e64" : "_e32") + (Second ? ":second" : "");
        R.addCrossLane(Name, "+gfx950-insts", Element).waveLanes(64);
        if (Long)
          R.spec({reg(), reg(), imm(1), imm(1)});
        if (Second)
          R.def(1, {RegKind::Lane, 32});
      }
}

//===----------------------------------------------------------------------===//
// One lane and a scalar
//===----------------------------------------------------------------------===//

void addSingleLanes(RowSet &R) {
  R.addCrossLane("V_READFIRSTLANE_B32", "", [](Sem &S) {
    V First = S.constant(32, 0);
    for (unsigned L = 64; L-- != 0;)
      First = select(S.exec(S.constant(32, L)), S.constant(32, L), First);
    S.out(S.elem(0, First, S.reg()));
  });
  // The lane is read modulo the lanes of the wave.
  struct Wave {
    const char *Suffix, *Features;
    unsigned Lanes;
  };
  for (const Wave &W :
       {Wave{"", "+wavefrontsize64", 64}, Wave{":wave32", "+wavefrontsize32", 32}}) {
    const int64_t Last = W.Lanes - 1;
    R.addCrossLane(std::string("V_READLANE_B32") + W.Suffix, W.Features, [Last](Sem &S) {
       S.out(S.elem(0, S.scalar(1) & Last, S.reg()));
     }).waveLanes(W.Lanes);
    R.addCrossLane(std::string("V_WRITELANE_B32") + W.Suffix, W.Features,
                   [Last](Sem &S) {
                     V Written = cmp(CmpInst::ICMP_EQ, S.scalar(1) & Last, S.lane());
                     S.out(select(Written, S.scalar(0), S.elem(2, S.lane(), S.reg())));
                   })
        .off(OffLanes::Computed)
        .waveLanes(W.Lanes);
  }
}

} // namespace

void addCrossLaneRows(RowSet &R) {
  addSingleLanes(R);
  addDppMoves(R);
  addDppOperations(R);
  addPermutes(R);
  addSwaps(R);
}

} // namespace whittle::amdgpu
