//===- tests/isa-amdgpu/FeaturesTest.cpp - Features, against the assembler ===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// LLVM does not say which GPUs have an opcode. What its assembler takes does: each
// row's opcode is printed as the opcodes that encode it, and the features of the
// rows have to be those of the GPUs where one of these is accepted.
//
//===----------------------------------------------------------------------===//

#include "tests/isa-amdgpu/TestTools.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/MC/MCAsmInfo.h"
#include "llvm/MC/MCInst.h"
#include "llvm/MC/MCInstPrinter.h"
#include "llvm/MC/MCInstrInfo.h"
#include "llvm/MC/MCRegisterInfo.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/MCTargetOptions.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/Regex.h"
#include "llvm/TargetParser/Triple.h"
#include "gtest/gtest.h"
#include <map>
#include <set>

using namespace llvm;
using namespace whittle;

namespace {

const TargetIsa &isa() { return openIsa("amdgcn"); }

struct Gpu {
  const char *Name, *Attributes;
  /// What the names of the opcodes end in that its assembler knows.
  std::vector<StringRef> Encodings;
};

const std::vector<Gpu> &gpus() {
  static const char *Wave64 = "+wavefrontsize64,-wavefrontsize32";
  static const std::vector<Gpu> All = {
      {"gfx90a", "", {"_vi", "_gfx9", "_gfx90a", "_gfx90a_acd", "_gfx90a_vcd"}},
      {"gfx942", "", {"_vi", "_gfx9", "_gfx90a", "_gfx940", "_gfx940_acd", "_gfx940_vcd"}},
      {"gfx950",
       "",
       {"_vi", "_gfx9", "_gfx90a", "_gfx940", "_gfx940_acd", "_gfx940_vcd", "_gfx950"}},
      {"gfx1100", "", {"_gfx11"}},
      {"gfx1200", "", {"_gfx12"}},
      {"gfx1100", Wave64, {"_gfx11"}},
      {"gfx1200", Wave64, {"_gfx12"}},
  };
  return All;
}

/// Opcodes that no encoding has, and the reason why they are left out.
const char *withoutEncoding(StringRef Opcode) {
  if (Opcode == "V_MOV_B64_DPP_PSEUDO")
    return "becomes DPP moves of its halves, which are compared";
  if (Opcode == "V_FMA_MIX_F16_t16")
    return "becomes V_FMA_MIXLO_F16 or V_FMA_MIXHI_F16, as its register is a low or high half";
  if (Opcode.ends_with("_PSEUDO"))
    return "becomes other instructions after selection, on every GPU that selects it";
  return nullptr;
}

/// Encodings have the names of their assembly, opcodes those of the first GPU.
std::vector<std::string> renamed(StringRef Opcode) {
  static const std::pair<const char *, const char *> Names[] = {
      {"V_ADDC_U32", "V_ADDC_CO_U32"},
      {"V_ADDC_U32", "V_ADD_CO_CI_U32"},
      {"V_SUBB_U32", "V_SUBB_CO_U32"},
      {"V_SUBB_U32", "V_SUB_CO_CI_U32"},
      {"V_SUBBREV_U32", "V_SUBBREV_CO_U32"},
      {"V_SUBBREV_U32", "V_SUBREV_CO_CI_U32"},
      {"V_ADD_U32", "V_ADD_NC_U32"},
      {"V_SUB_U32", "V_SUB_NC_U32"},
      {"V_SUBREV_U32", "V_SUBREV_NC_U32"},
      {"V_ADD_I32", "V_ADD_NC_I32"},
      {"V_SUB_I32", "V_SUB_NC_I32"},
      {"V_CMP_TRU", "V_CMP_T"},
      {"V_FFBH_I32", "V_CLS_I32"},
      {"V_FFBH_U32", "V_CLZ_I32_U32"},
      {"V_FFBL_B32", "V_CTZ_I32_B32"},
      {"V_CVT_FLR_I32_F32", "V_CVT_FLOOR_I32_F32"},
      {"V_CVT_RPI_I32_F32", "V_CVT_NEAREST_I32_F32"},
      {"V_CVT_PKNORM_I16_F32", "V_CVT_PK_NORM_I16_F32"},
      {"V_CVT_PKNORM_U16_F32", "V_CVT_PK_NORM_U16_F32"},
      {"V_CVT_PKRTZ_F16_F32", "V_CVT_PK_RTZ_F16_F32"},
      {"V_CVT_F32_BF8_OP_SEL", "V_CVT_F32_BF8"},
      {"V_CVT_F32_FP8_OP_SEL", "V_CVT_F32_FP8"},
      {"V_CVT_PKNORM_I16_F16", "V_CVT_PK_NORM_I16_F16"},
      {"V_CVT_PKNORM_U16_F16", "V_CVT_PK_NORM_U16_F16"},
      {"V_DIV_FIXUP_F16", "V_DIV_FIXUP_LEGACY_F16"},
      {"V_DOT2C_F32_F16", "V_DOT2ACC_F32_F16"},
      {"V_FMAC_LEGACY_F32", "V_FMAC_DX9_ZERO_F32"},
      {"V_FMA_LEGACY_F32", "V_FMA_DX9_ZERO_F32"},
      {"V_MUL_LEGACY_F32", "V_MUL_DX9_ZERO_F32"},
      {"V_MAD_I64_I32", "V_MAD_CO_I64_I32"},
      {"V_MAD_U64_U32", "V_MAD_CO_U64_U32"},
      {"V_FMA_F16", "V_FMA_LEGACY_F16"},
      {"V_MAD_F16", "V_MAD_LEGACY_F16"},
      {"V_MAD_I16", "V_MAD_LEGACY_I16"},
      {"V_MAD_U16", "V_MAD_LEGACY_U16"},
  };
  std::vector<std::string> Found = {Opcode.str()};
  for (auto [From, To] : Names)
    if (StringRef Rest = Opcode; Rest.consume_front(From) && (Rest.empty() || Rest[0] == '_'))
      Found.push_back(To + Rest.str());
  static const Regex Extremes("^(V_(PK_)?(MIN|MAX|MIN3|MAX3|MED3|MINMAX|MAXMIN))_(F(16|32).*)$");
  if (SmallVector<StringRef, 6> Parts; Extremes.match(Opcode, &Parts))
    Found.push_back((Parts[1] + "_NUM_" + Parts[4]).str());
  return Found;
}

/// The opcodes that encode others, by what stands before the encoding's suffix.
class Encodings {
public:
  Encodings() {
    const MCInstrInfo &MII = isa().instrInfo();
    std::set<StringRef> Suffixes;
    for (const Gpu &G : gpus())
      Suffixes.insert(G.Encodings.begin(), G.Encodings.end());
    for (unsigned Op = 0; Op != MII.getNumOpcodes(); ++Op) {
      StringRef Name = MII.getName(Op);
      if (Name.contains("_pseudo_"))
        Pseudos.insert(Name);
      if (MII.get(Op).isPseudo() || (!Name.starts_with("V_") && !Name.starts_with("S_")))
        continue;
      for (StringRef Suffix : Suffixes) {
        StringRef Base = Name;
        if (!Base.consume_back(Suffix))
          continue;
        ByName[Base][Suffix] = Op;
        // Some are named twice: V_ADD_NC_I16V_ADD_I16_t16_e64_gfx11. The beginning of
        // V_DIV_FIXUP_F16 has V_ in it.
        if (size_t Second = Base.find(Base.take_front(4), 2);
            Second != StringRef::npos && Base[Second - 1] != '_')
          ByName[Base.substr(Second)][Suffix] = Op;
      }
    }
  }

  /// Of \p Opcode on \p G.
  std::vector<unsigned> of(StringRef Opcode, const Gpu &G) const {
    const bool VectorResult = Opcode.contains("_vgprcd");
    std::set<std::string> Bases;
    // GFX12 has short encodings of some opcodes, and other opcodes for these.
    const bool Gfx12 = is_contained(G.Encodings, StringRef("_gfx12"));
    std::string Plain = Opcode.str();
    if (size_t At = Plain.find("_pseudo_"); At != std::string::npos && Gfx12)
      Plain.erase(At, StringRef("_pseudo").size());
    else if (Gfx12 && hasPseudoTwin(Opcode))
      return {};
    for (std::string Name : renamed(Plain)) {
      // What only says where operands are, or that the result is one of them.
      for (auto [From, To] : {std::pair("_vgprcd", ""), std::pair("_mac", ""),
                              std::pair("_TIED", ""), std::pair("_threeaddr", "_twoaddr")})
        if (size_t At = Name.find(From); At != std::string::npos)
          Name.replace(At, StringRef(From).size(), To);
      Bases.insert(Name);
      Bases.insert(Name + "_e64");
      if (StringRef Short = Name; Short.consume_back("_e64"))
        Bases.insert(Short.str());
      // An opcode of one encoding only.
      for (StringRef Suffix : G.Encodings)
        if (StringRef Own = Name; Own.consume_back(Suffix))
          Bases.insert(Own.str());
    }
    std::vector<unsigned> Found;
    for (const std::string &Base : Bases)
      if (auto It = ByName.find(Base); It != ByName.end())
        for (StringRef Suffix : G.Encodings)
          if (auto Op = It->second.find(Suffix);
              Op != It->second.end() &&
              !(VectorResult ? Suffix.ends_with("_acd") : Suffix.ends_with("_vcd")))
            Found.push_back(Op->second);
    return Found;
  }

private:
  /// V_LSHLREV_B64_e64 has, in V_LSHLREV_B64_pseudo_e64.
  bool hasPseudoTwin(StringRef Opcode) const {
    const size_t At = Opcode.rfind("_e");
    return At != StringRef::npos &&
           Pseudos.contains((Opcode.take_front(At) + "_pseudo" + Opcode.drop_front(At)).str());
  }

  StringMap<std::map<StringRef, unsigned>> ByName;
  StringSet<> Pseudos; ///< V_.._pseudo_..
};

/// Prints opcodes with registers that their classes have and the row's modifiers.
class Printer {
public:
  explicit Printer(const Gpu &G) {
    std::string Message;
    const Triple T("amdgcn-amd-amdhsa");
    const Target *Found = TargetRegistry::lookupTarget(T, Message);
    if (!Found)
      report_fatal_error(StringRef(Message));
    Sub.reset(Found->createMCSubtargetInfo(T, G.Name, G.Attributes));
    Info.reset(Found->createMCAsmInfo(isa().registerInfo(), T, MCTargetOptions()));
    Text.reset(Found->createMCInstPrinter(T, 0, *Info, isa().instrInfo(), isa().registerInfo()));
  }

  const MCSubtargetInfo &subtarget() const { return *Sub; }

  std::string print(const Row &R, unsigned Encoded) {
    const MCInstrDesc &D = isa().instrInfo().get(Encoded);
    const MCInstrDesc &Plain = isa().instrInfo().get(R.Opcode);
    const SmallVector<int64_t, 6> Imms =
        R.Presets.empty() ? SmallVector<int64_t, 6>(R.NumImms) : R.Presets[0];
    // Encodings may have fi after the opcode's operands.
    std::vector<int64_t> Values(D.getNumOperands());
    if (D.getNumOperands() - Plain.getNumOperands() <= 1)
      for (unsigned I = 0, Next = 0; I != R.Uses.size(); ++I) {
        const OperandSpec &Use = R.Uses[I];
        Values[R.NumDefs + I] = Use.K == OperandSpec::Fixed ? Use.Value
                                : Use.K == OperandSpec::Imm ? Imms[Next++]
                                                            : 0;
      }
    MCInst Inst;
    Inst.setOpcode(Encoded);
    for (unsigned I = 0; I != D.getNumOperands(); ++I) {
      const int Tied = D.getOperandConstraint(I, MCOI::TIED_TO);
      const int Class = isa().instrInfo().getOpRegClassID(
          D.operands()[I], Sub->getHwMode(MCSubtargetInfo::HwMode_RegInfo));
      Inst.addOperand(Tied >= 0    ? Inst.getOperand(unsigned(Tied))
                      : Class >= 0 ? MCOperand::createReg(registerOf(unsigned(Class)))
                                   : MCOperand::createImm(Values[I]));
    }
    std::string Line;
    raw_string_ostream OS(Line);
    Text->printInst(&Inst, 0, "", *Sub, OS);
    return StringRef(Line).trim().str();
  }

private:
  static MCRegister registerOf(unsigned Class) {
    const MCRegisterInfo &MRI = isa().registerInfo();
    const MCRegisterClass &RC = MRI.getRegClass(Class);
    const bool Accumulator = StringRef(MRI.getRegClassName(&RC)).starts_with("A") &&
                             !StringRef(MRI.getRegClassName(&RC)).starts_with("AV");
    static constexpr StringRef Vector[] = {"VGPR", "SGPR"}, Accumulators[] = {"AGPR"};
    for (StringRef File : Accumulator ? ArrayRef<StringRef>(Accumulators) : Vector)
      for (MCPhysReg Reg : RC)
        if (StringRef(MRI.getName(Reg)).starts_with(File))
          return Reg;
    return *RC.begin();
  }

  std::unique_ptr<MCSubtargetInfo> Sub;
  std::unique_ptr<MCAsmInfo> Info;
  std::unique_ptr<MCInstPrinter> Text;
};

/// The numbers of the lines that the assembler refuses, with its reasons.
std::map<unsigned, std::string> refused(const Gpu &G, StringRef Source) {
  ToolOutput Asm = runTool("llvm-mc",
                           {"-triple=amdgcn-amd-amdhsa", "-mcpu=" + std::string(G.Name),
                            "-mattr=" + std::string(G.Attributes), "-filetype=null"},
                           Source);
  std::map<unsigned, std::string> Lines;
  SmallVector<StringRef, 0> Messages;
  StringRef(Asm.Err).split(Messages, '\n');
  for (StringRef Message : Messages)
    if (size_t At = Message.find(": error: "); At != StringRef::npos) {
      unsigned Number = 0;
      Message.split(':').second.split(':').first.getAsInteger(10, Number);
      Lines[Number] = Message.substr(At + 9).str();
    }
  EXPECT_EQ(Asm.Code != 0, !Lines.empty()) << Asm.Err;
  return Lines;
}

/// The assembler takes it for waves where it does nothing, so that it is no row's.
bool doesNothing(StringRef Opcode, const MCSubtargetInfo &Sub) {
  return Opcode == "V_PERMLANE64_B32" && Sub.checkFeatures("+wavefrontsize32");
}

bool has(const MCSubtargetInfo &Sub, const Row &R) {
  return R.Features.empty() || Sub.checkFeatures(R.Features);
}

/// LLVM has two opcodes of each of these texts, of which gfx950 and gfx12 have one; on
/// gfx942 it takes the text for unreliable and selects neither.
bool isTwofold(StringRef Opcode) {
  static const Regex FromByte("^V_CVT_F32_(FP8|BF8)_(OP_SEL_)?e(32|64)$");
  return FromByte.match(Opcode);
}

/// Rows of one opcode that say the same of different GPUs.
std::string resultOf(const Row &R) {
  return (R.opcodeName() + " " + Twine(R.DefIndex) + " " + Twine(unsigned(R.Gives))).str();
}

TEST(AMDGPUFeatures, AgreeWithTheAssembler) {
  const Encodings Known;
  std::set<const Row *> Somewhere;
  for (const Gpu &G : gpus()) {
    Printer Print(G);
    const bool True16 = Print.subtarget().checkFeatures("+real-true16");
    std::string Source;
    std::vector<const Row *> OfLine = {nullptr};
    std::vector<std::string> TextOfLine = {""};
    for (const Row &R : isa().rows()) {
      if (withoutEncoding(R.opcodeName()))
        continue;
      // The assembler takes these everywhere; selection does where there is no other.
      if (True16 ? R.opcodeName().contains("_fake16")
                 : R.opcodeName().starts_with("V_CMP") && R.opcodeName().ends_with("_t16_e32"))
        continue;
      for (unsigned Encoded : Known.of(R.opcodeName(), G)) {
        OfLine.push_back(&R);
        TextOfLine.push_back(Print.print(R, Encoded));
        Source += TextOfLine.back() + "\n";
      }
    }
    const std::map<unsigned, std::string> Refused = refused(G, Source);
    std::map<const Row *, std::string> Accepted, Why;
    for (unsigned Line = 1; Line != OfLine.size(); ++Line)
      if (auto It = Refused.find(Line); It == Refused.end())
        Accepted[OfLine[Line]] = TextOfLine[Line];
      else
        Why[OfLine[Line]] += "; '" + TextOfLine[Line] + "': " + It->second;

    const std::string Where = std::string(G.Name) + (*G.Attributes ? " with 64 lanes: " : ": ");
    std::set<std::string> Covered;
    for (const Row &R : isa().rows())
      if (has(Print.subtarget(), R) && !withoutEncoding(R.opcodeName())) {
        Covered.insert(resultOf(R));
        if (Accepted.count(&R))
          Somewhere.insert(&R);
        else
          ADD_FAILURE() << Where << R.Name << " (" << R.Features << ") is not there"
                        << (Why[&R].empty() ? "; no opcode encodes it" : Why[&R]);
      }
    for (const auto &[R, Text] : Accepted)
      if (!Covered.count(resultOf(*R)) && !isTwofold(R->opcodeName()))
        if (!Covered.count(resultOf(*R)) && !doesNothing(R->opcodeName(), Print.subtarget()))
          if (!Covered.count(resultOf(*R)) && !isTwofold(R->opcodeName()) &&
              !doesNothing(R->opcodeName(), Print.subtarget()))
            ADD_FAILURE() << Where << R->Name << " (" << R->Features << ") is there: '" << Text
                          << "'";
  }
  for (const Row &R : isa().rows())
    EXPECT_TRUE(Somewhere.count(&R) || withoutEncoding(R.opcodeName()))
        << R.Name << " (" << R.Features << ") is on none of the GPUs";
}

} // namespace
