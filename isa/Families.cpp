//===- isa/Families.cpp - Opcodes that differ in one respect --------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/Families.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"
#include <map>
#include <mutex>

using namespace llvm;

namespace whittle {

using Swap = std::pair<StringRef, StringRef>;

// Longer words first: ADDUS before ADDS.
static constexpr Swap X86Sign[] = {{"ADDUS", "ADDS"},    {"SUBUS", "SUBS"}, {"PMAXU", "PMAXS"},
                                   {"PMINU", "PMINS"},   {"PCMPU", "PCMP"}, {"PMOVZX", "PMOVSX"},
                                   {"PACKUS", "PACKSS"}, {"PSRL", "PSRA"},  {"PMOVUS", "PMOVS"},
                                   {"PMULHU", "PMULH"},  {"PMULU", "PMUL"}};
static constexpr Swap X86Order[] = {{"MIN", "MAX"}};
static constexpr Swap X86Direction[] = {{"PSLL", "PSRL"},     {"PROL", "PROR"}, {"PSHLD", "PSHRD"},
                                        {"UNPCKL", "UNPCKH"}, {"SHL", "SHR"},   {"ROL", "ROR"}};
static constexpr Swap X86Sum[] = {{"ADD", "SUB"}};
static constexpr Swap X86Logic[] = {{"AND", "OR"}, {"TESTNM", "TESTM"}};
static constexpr OpcodeChange X86Changes[] = {
    {"", 0, {}},
    {"elements of 2 times the width", 1, {}},
    {"elements of 4 times the width", 2, {}},
    {"elements of 8 times the width", 3, {}},
    {"elements of half the width", -1, {}},
    {"elements of a 4th of the width", -2, {}},
    {"elements of an 8th of the width", -3, {}},
    {"the other sign", 0, X86Sign},
    {"the other order", 0, X86Order},
    {"the other direction", 0, X86Direction},
    {"sums and differences", 0, X86Sum},
    {"conjunctions and disjunctions", 0, X86Logic},
};

static constexpr Swap AMDGPUSign[] = {{"ASHRREV_I", "LSHRREV_B"}, {"_I", "_U"}};
static constexpr Swap AMDGPUOrder[] = {{"MIN", "MAX"}, {"CMP_LT", "CMP_GT"}, {"CMP_LE", "CMP_GE"}};
static constexpr Swap AMDGPUDirection[] = {{"LSHL", "LSHR"}};
static constexpr Swap AMDGPUSum[] = {{"ADD", "SUB"}};
static constexpr Swap AMDGPULogic[] = {{"AND", "OR"}};
static constexpr OpcodeChange AMDGPUChanges[] = {
    {"", 0, {}},
    {"elements of 2 times the width", 1, {}},
    {"elements of half the width", -1, {}},
    {"the other sign", 0, AMDGPUSign},
    {"the other order", 0, AMDGPUOrder},
    {"the other direction", 0, AMDGPUDirection},
    {"sums and differences", 0, AMDGPUSum},
    {"conjunctions and disjunctions", 0, AMDGPULogic},
};

//===----------------------------------------------------------------------===//
// Names
//===----------------------------------------------------------------------===//

/// VPADDDZ128rr, VPADDDYrr and PADDDrr are PADDD|rr: what follows the width are the
/// operands, in small letters.
static std::string x86Key(StringRef Name) {
  size_t End = Name.size();
  while (End && (islower(Name[End - 1])))
    --End;
  StringRef Stem = Name.take_front(End), Operands = Name.drop_front(End);
  for (StringRef Width : {"Z128", "Z256", "Z", "Y"})
    if (Stem.consume_back(Width))
      break;
  Stem.consume_front("V");
  return (Stem + "|" + Operands).str();
}

/// Encodings of one instruction, and what only says that it is one of a generation.
static std::string amdgpuKey(StringRef Name) {
  std::string Key = Name.str();
  for (StringRef Part : {"_e32", "_e64", "_fake16", "_t16", "_NC"})
    if (size_t At = Key.find(Part); At != std::string::npos)
      Key.erase(At, Part.size());
  return Key;
}

/// B, W, D and Q as 0 to 3, PH (no 8-bit numbers), PS, PD as 1 to 3.
static constexpr StringLiteral Integers("BWDQ"), Floats("?HSD");

/// \p C, a letter of \p Letters, as many places further; 0 if there is none.
static char moved(StringRef Letters, char C, int By) {
  size_t At = Letters.find(C);
  int To = int(At) + By;
  return At == StringRef::npos || To < 0 || To > 3 || Letters[size_t(To)] == '?'
             ? 0
             : Letters[size_t(To)];
}

/// The element stands at the end of the stem (PADDW), twice where it is converted
/// (PACKSSDW, UNPCKLBW), before 2M in copies to masks.
static SmallVector<std::string, 2> x86Elements(StringRef Key, int By) {
  SmallVector<std::string, 2> Out;
  auto [Stem, Operands] = Key.split('|');
  StringRef Tail = Stem.ends_with("2M") ? "2M" : "";
  Stem = Stem.drop_back(Tail.size());
  if (Stem.size() < 3)
    return Out;
  char Last = Stem.back(), Before = Stem[Stem.size() - 2];
  auto Put = [&](unsigned Letters, const Twine &New) {
    Out.push_back((Stem.drop_back(Letters) + New + Tail + "|" + Operands).str());
  };
  if (Before == 'P' || Before == 'S')
    if (char F = moved(Floats, Last, By))
      Put(1, Twine(F));
  if (char L = moved(Integers, Last, By)) {
    Put(1, Twine(L));
    if (char B = moved(Integers, Before, By))
      Put(2, Twine(B) + Twine(L));
  }
  return Out;
}

/// Every 16, 32 or 64 behind a letter for the kind of a number.
static SmallVector<std::string, 2> amdgpuElements(StringRef Key, int By) {
  std::string New;
  for (size_t I = 0; I < Key.size();) {
    size_t Digits = 0;
    while (I + Digits < Key.size() && isDigit(Key[I + Digits]))
      ++Digits;
    unsigned Bits = 0;
    if (Digits && I && StringRef("UIBF").contains(Key[I - 1]) &&
        !Key.substr(I, Digits).getAsInteger(10, Bits)) {
      Bits = By > 0 ? Bits << By : Bits >> -By;
      New += utostr(Bits);
      I += Digits;
    } else {
      New += Key.substr(I, std::max<size_t>(Digits, 1)).str();
      I += std::max<size_t>(Digits, 1);
    }
  }
  return {New};
}

static std::string swapped(StringRef Key, ArrayRef<Swap> Swaps) {
  for (auto [A, B] : Swaps)
    for (auto [From, To] : {std::pair(A, B), std::pair(B, A)})
      if (size_t At = Key.find(From); At != StringRef::npos)
        return (Key.take_front(At) + To + Key.drop_front(At + From.size())).str();
  return "";
}

//===----------------------------------------------------------------------===//
// Families
//===----------------------------------------------------------------------===//

OpcodeFamilies::OpcodeFamilies(const TargetIsa &Isa)
    : Isa(Isa), X86(Isa.arch() == "x86_64"),
      Changes(X86 ? ArrayRef(X86Changes) : ArrayRef(AMDGPUChanges)) {
  for (const OpClass &C : Isa.classes())
    for (const Row *R : C.Members)
      if (R->inWindows()) {
        auto &Family = ByKey[keyOf(R->Name)];
        if (!is_contained(Family, &C.leader()))
          Family.push_back(&C.leader());
      }
}

const OpcodeFamilies &OpcodeFamilies::of(const TargetIsa &Isa) {
  static std::mutex Lock;
  static std::map<const TargetIsa *, std::unique_ptr<OpcodeFamilies>> All;
  std::lock_guard<std::mutex> Guard(Lock);
  std::unique_ptr<OpcodeFamilies> &F = All[&Isa];
  if (!F)
    F.reset(new OpcodeFamilies(Isa));
  return *F;
}

std::string OpcodeFamilies::keyOf(StringRef Name) const {
  return X86 ? x86Key(Name) : amdgpuKey(Name);
}

SmallVector<std::string, 2> OpcodeFamilies::changed(StringRef Key, const OpcodeChange &C) const {
  if (C.Elements)
    return X86 ? x86Elements(Key, C.Elements) : amdgpuElements(Key, C.Elements);
  std::string Other = swapped(Key, C.Swaps);
  return Other.empty() ? SmallVector<std::string, 2>() : SmallVector<std::string, 2>{Other};
}

OpcodeFamilies::Relatives OpcodeFamilies::relatives(const Row &R, const OpcodeChange &C) const {
  Relatives Out;
  if (R.isGeneric())
    return Out;
  SetVector<const Row *> Rows;
  auto Enter = [&](StringRef Key) {
    if (auto It = ByKey.find(Key); It != ByKey.end())
      Rows.insert(It->second.begin(), It->second.end());
  };
  // An opcode of the class may have the telling name: VPERMILPS is a VPSHUFD.
  for (const Row *Member : Isa.classOf(R).Members)
    for (const std::string &Key : changed(keyOf(Member->Name), C))
      Enter(Key);
  Out.Changed = !Rows.empty();
  if (!Out.Changed)
    for (const Row *Member : Isa.classOf(R).Members)
      Enter(keyOf(Member->Name));
  Out.Rows.assign(Rows.begin(), Rows.end());
  return Out;
}

} // namespace whittle
