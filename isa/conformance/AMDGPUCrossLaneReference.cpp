//===- isa/conformance/AMDGPUCrossLaneReference.cpp - Lanes and lanes -----===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A whole wave at a time: first a table of which lane each one reads, made by
// moving the lanes' numbers about as the instruction moves their values, then the
// values. What documents leave open is decided in isa/amdgpu/CrossLane.cpp.
//
//===----------------------------------------------------------------------===//

#include "isa/conformance/AMDGPUReferenceTools.h"
#include <array>
#include <numeric>

namespace whittle {

using namespace reference;

namespace {

constexpr int None = -1;

/// By lane: the lane that it reads, or None.
using Sources = std::array<int, 64>;

Sources everyLaneItself() {
  Sources S;
  std::iota(S.begin(), S.end(), 0);
  return S;
}

/// The same in each group of lanes.
template <typename F> Sources inGroupsOf(int Size, F Move) {
  Sources S = everyLaneItself();
  for (auto Group = S.begin(); Group != S.end(); Group += Size)
    Move(Group);
  return S;
}

/// Lanes read Count higher ones; those past the group's end read none.
Sources shiftedDown(int Size, int Count) {
  return inGroupsOf(Size, [=](int *Group) {
    for (int I = 0; I != Size; ++I)
      Group[I] = I + Count < Size ? Group[I + Count] : None;
  });
}

Sources shiftedUp(int Size, int Count) {
  return inGroupsOf(Size, [=](int *Group) {
    for (int I = Size; I-- != 0;)
      Group[I] = I >= Count ? Group[I - Count] : None;
  });
}

Sources dppSources(unsigned Control, bool Gfx10) {
  Sources Nothing;
  Nothing.fill(None);
  const int N = int(Control & 15);
  if (Control < 0x100) // quad_perm
    return inGroupsOf(4, [=](int *Quad) {
      const int Base = *Quad;
      for (int I = 0; I != 4; ++I)
        Quad[I] = Base + int(Control >> (2 * I) & 3);
    });
  if (Control > 0x100 && Control < 0x110)
    return shiftedDown(16, N); // row_shl
  if (Control > 0x110 && Control < 0x120)
    return shiftedUp(16, N); // row_shr
  if (Control > 0x120 && Control < 0x130)
    return inGroupsOf(16, [=](int *Row) { std::rotate(Row, Row + 16 - N, Row + 16); }); // row_ror
  if (Control == 0x140)
    return inGroupsOf(16, [](int *Row) { std::reverse(Row, Row + 16); });
  if (Control == 0x141)
    return inGroupsOf(8, [](int *Half) { std::reverse(Half, Half + 8); });
  if (Control >= 0x150 && Control < 0x160)
    return inGroupsOf(16, [=](int *Row) { std::fill(Row, Row + 16, Row[N]); });
  if (Gfx10) {
    if (Control < 0x160 || Control >= 0x170)
      return Nothing;
    return inGroupsOf(16, [=](int *Row) {
      for (int I = 0; I != 16; ++I)
        if ((I ^ N) > I)
          std::swap(Row[I], Row[I ^ N]);
    });
  }
  switch (Control) {
  case 0x130: // wave_shl
    return shiftedDown(64, 1);
  case 0x134: // wave_rol
    return inGroupsOf(64, [](int *Wave) { std::rotate(Wave, Wave + 1, Wave + 64); });
  case 0x138: // wave_shr
    return shiftedUp(64, 1);
  case 0x13c: // wave_ror
    return inGroupsOf(64, [](int *Wave) { std::rotate(Wave, Wave + 63, Wave + 64); });
  case 0x142: // the last lane of each row to the next row
    for (int Row = 1; Row != 4; ++Row)
      std::fill_n(&Nothing[size_t(16) * Row], 16, 16 * Row - 1);
    return Nothing;
  case 0x143: // lane 31 to the upper two rows
    std::fill_n(&Nothing[32], 32, 31);
    return Nothing;
  default:
    return Nothing;
  }
}

/// Operands: the old result, the source that is read through DPP, others.
ReferenceEntry dpp(bool Gfx10, const ReferenceEntry::Each &Operate = nullptr) {
  ReferenceEntry R;
  R.K = ReferenceEntry::Wave;
  R.W = [=](const WaveCall &Call, WaveRegisters &Out) {
    const Sources From = dppSources(unsigned(Call.Imm[0]), Gfx10);
    const int64_t Rows = Call.Imm[1], Banks = Call.Imm[2];
    const bool BoundZero = Call.Imm[3] != 0;
    for (unsigned Lane = 0; Lane != Call.Lanes; ++Lane) {
      for (size_t Reg = 0; Reg != Out.Regs.size(); ++Reg)
        Out.Regs[Reg][Lane] = Call.In[0].Regs[Reg][Lane];
      if (!bitOf(uint64_t(Rows), int(Lane / 16)) || !bitOf(uint64_t(Banks), int(Lane % 16 / 4)))
        continue;
      const int Source = From[Lane];
      const bool Valid = Source != None && Call.on(unsigned(Source));
      if (!Valid && !BoundZero)
        continue;
      for (size_t Reg = 0; Reg != Out.Regs.size(); ++Reg) {
        uint64_t Operands[4] = {Valid ? Call.In[1].Regs[Reg][size_t(Source)] : 0};
        for (size_t K = 2; K < Call.In.size(); ++K)
          Operands[K - 1] = Call.In[K].Regs[0][Lane];
        Out.Regs[Reg][Lane] = U(Operate ? Operate(Operands, nullptr) : Operands[0]);
      }
    }
  };
  return R;
}

ReferenceEntry dpp8(bool FetchInactive) {
  ReferenceEntry R;
  R.K = ReferenceEntry::Wave;
  R.W = [=](const WaveCall &Call, WaveRegisters &Out) {
    for (unsigned Base = 0; Base != Call.Lanes; Base += 8)
      for (unsigned I = 0; I != 8; ++I) {
        const unsigned Source = Base + unsigned(Call.Imm[0] / (int64_t(1) << 3 * I) % 8);
        const bool Read = FetchInactive || Call.on(Source);
        Out.Regs[0][Base + I] = Read ? Call.In[1].Regs[0][Source] : 0;
      }
  };
  return R;
}

/// \p Select gives the selector of a lane; \p Old is the operand of the old result.
template <typename F> ReferenceEntry permuteRows(bool Across, size_t Old, F Select) {
  ReferenceEntry R;
  R.K = ReferenceEntry::Wave;
  R.W = [=](const WaveCall &Call, WaveRegisters &Out) {
    // op_sel is bit 2 of a source's modifiers.
    const bool FetchInactive = bitOf(uint64_t(Call.Imm[0]), 2),
               BoundZero = bitOf(uint64_t(Call.Imm[1]), 2);
    for (unsigned Row = 0; Row != Call.Lanes / 16; ++Row) {
      const unsigned Other = !Across ? Row : Row % 2 ? Row - 1 : Row + 1;
      for (unsigned I = 0; I != 16; ++I) {
        const unsigned Lane = 16 * Row + I, Source = 16 * Other + Select(Call, Lane) % 16;
        if (FetchInactive || Call.on(Source))
          Out.Regs[0][Lane] = Call.In[0].Regs[0][Source];
        else
          Out.Regs[0][Lane] = BoundZero ? 0 : Call.In[Old].Regs[0][Lane];
      }
    }
  };
  return R;
}

U scalarSelector(const WaveCall &Call, unsigned Lane) {
  const uint64_t Both = uint64_t(Call.In[2].Regs[0][0]) << 32 | Call.In[1].Regs[0][0];
  return U(Both >> 4 * (Lane % 16));
}
U ownSelector(const WaveCall &Call, unsigned Lane) { return Call.In[1].Regs[0][Lane]; }

/// Groups of Size lanes in turn: the first operand's odd one changes places with
/// the second operand's even one below it.
ReferenceEntry swap(unsigned Size, size_t Result) {
  ReferenceEntry R;
  R.K = ReferenceEntry::Wave;
  R.W = [=](const WaveCall &Call, WaveRegisters &Out) {
    const bool FetchInactive = !Call.Imm.empty() && Call.Imm[0],
               BoundZero = !Call.Imm.empty() && Call.Imm[1];
    const std::vector<U> &First = Call.In[0].Regs[0], &Second = Call.In[1].Regs[0];
    std::vector<U> After[2] = {First, Second};
    auto Write = [&](U &To, U Value, unsigned Source) {
      if (FetchInactive || Call.on(Source))
        To = Value;
      else if (BoundZero)
        To = 0;
    };
    for (unsigned Even = 0; Even != Call.Lanes; Even += 2 * Size)
      for (unsigned Low = Even; Low != Even + Size; ++Low) {
        const unsigned High = Low + Size;
        Write(After[0][High], Second[Low], Low);
        Write(After[1][Low], First[High], High);
      }
    Out.Regs[0] = After[Result];
  };
  return R;
}

ReferenceEntry wholeWave(ReferenceEntry::Whole W) {
  ReferenceEntry R;
  R.K = ReferenceEntry::Wave;
  R.W = std::move(W);
  return R;
}

void addSingleLanes(ReferenceTable &T) {
  T["V_READFIRSTLANE_B32"] = wholeWave([](const WaveCall &Call, WaveRegisters &Out) {
    unsigned Lane = 0;
    while (Lane != Call.Lanes && !Call.on(Lane))
      ++Lane;
    Out.Regs[0][0] = Call.In[0].Regs[0][Lane == Call.Lanes ? 0 : Lane];
  });
  T["V_READLANE_B32"] = wholeWave([](const WaveCall &Call, WaveRegisters &Out) {
    Out.Regs[0][0] = Call.In[0].Regs[0][Call.In[1].Regs[0][0] % Call.Lanes];
  });
  T["V_WRITELANE_B32"] = wholeWave([](const WaveCall &Call, WaveRegisters &Out) {
    Out.Regs[0] = Call.In[2].Regs[0];
    Out.Regs[0][Call.In[1].Regs[0][0] % Call.Lanes] = Call.In[0].Regs[0][0];
  });
  for (const char *Name : {"V_READLANE_B32", "V_WRITELANE_B32"})
    T[std::string(Name) + ":wave32"] = T[Name];
}

} // namespace

void addCrossLaneReference(ReferenceTable &T) {
  addSingleLanes(T);
  // The DPP form of every instruction of 32-bit words that there is.
  const ReferenceTable Plain = T;
  for (const auto &[Name, Entry] : Plain)
    if (Entry.K == ReferenceEntry::Lane && Entry.E && Name.find(':') == std::string::npos) {
      T[Name + "_dpp"] = dpp(false, Entry.E);
      T[Name + "_dpp:gfx10"] = T[Name + "_e64_dpp"] = dpp(true, Entry.E);
    }
  for (const char *Name : {"V_MOV_B32_dpp", "V_MOV_B64_dpp", "V_MOV_B64_DPP_PSEUDO"}) {
    T[Name] = dpp(false);
    T[std::string(Name) + ":gfx10"] = dpp(true);
  }
  for (const char *Name : {"V_MOV_B32_dpp8", "V_MOV_B32_dpp8_gfx12"}) {
    T[Name] = dpp8(false);
    T[std::string(Name) + ":fi"] = dpp8(true);
  }
  T["V_PERMLANE16_B32"] = permuteRows(false, 3, scalarSelector);
  T["V_PERMLANEX16_B32"] = permuteRows(true, 3, scalarSelector);
  T["V_PERMLANE16_VAR_B32"] = permuteRows(false, 2, ownSelector);
  T["V_PERMLANEX16_VAR_B32"] = permuteRows(true, 2, ownSelector);
  T["V_PERMLANE64_B32"] = wholeWave([](const WaveCall &Call, WaveRegisters &Out) {
    Out.Regs[0] = Call.In[0].Regs[0];
    std::rotate(Out.Regs[0].begin(), Out.Regs[0].begin() + 32, Out.Regs[0].end());
  });
  for (unsigned Size : {16u, 32u}) {
    const std::string Name = "V_PERMLANE" + std::to_string(Size) + "_SWAP_B32";
    T[Name] = swap(Size, 0);
    T[Name + ":second"] = swap(Size, 1);
  }
}

} // namespace whittle
