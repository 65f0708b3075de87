//===- isa/TargetIsa.cpp - All rows of one target --------------------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/TargetIsa.h"
#include "isa/Meaning.h"
#include "llvm/CodeGen/TargetOpcodes.h"
#include "llvm/MC/MCInstrInfo.h"
#include "llvm/MC/MCRegisterInfo.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Support/ErrorHandling.h"
#include "llvm/Support/SHA256.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/TargetParser/Triple.h"
#include <map>

using namespace llvm;

namespace whittle {

RowSet &RowSet::add(std::string Name, std::string Features, SemFn Meaning) {
  Row &R = Rows.emplace_back();
  R.Name = std::move(Name);
  R.Features = std::move(Features);
  R.Meaning = std::move(Meaning);
  return *this;
}
RowSet &RowSet::addMatrix(std::string Name, std::string Features, SemFn Element) {
  add(std::move(Name), std::move(Features), std::move(Element));
  Rows.back().Form = Shape::Matrix;
  Rows.back().Off = OffLanes::Computed;
  return *this;
}
RowSet &RowSet::addFlags(std::string Name, std::string Features, SemFn Meaning, uint8_t Undefined) {
  add(std::move(Name), std::move(Features), std::move(Meaning));
  Rows.back().GivesFlags = true;
  Rows.back().FlagsUndefined = Undefined;
  return *this;
}
RowSet &RowSet::weight(unsigned W) { return Rows.back().Weight = W, *this; }
RowSet &RowSet::imm(Row::ImmUse K) { return Rows.back().ImmKind = K, *this; }
RowSet &RowSet::spec(ArrayRef<OperandSpec> Uses) {
  return Rows.back().Spec.assign(Uses.begin(), Uses.end()), *this;
}

RowSet &RowSet::mem(unsigned Bits) { return Rows.back().MemBits = Bits, *this; }
RowSet &RowSet::ordered() { return Rows.back().Ordered = true, *this; }
RowSet &RowSet::addCrossLane(std::string Name, std::string Features, SemFn Element) {
  add(std::move(Name), std::move(Features), std::move(Element));
  Rows.back().Form = Shape::CrossLane;
  return *this;
}
RowSet &RowSet::off(OffLanes O) { return Rows.back().Off = O, *this; }
RowSet &RowSet::definedBits(unsigned Bits) { return Rows.back().DefinedBits = Bits, *this; }
RowSet &RowSet::waveLanes(unsigned Lanes) {
  Rows.back().WaveLanes = Lanes;
  Rows.back().OneWaveSize = true;
  return *this;
}
RowSet &RowSet::def(unsigned I, ValueType Ty) {
  Rows.back().DefIndex = I;
  Rows.back().DefType = Ty;
  return *this;
}
RowSet &RowSet::gives(ImplicitReg R) {
  Rows.back().Gives = R;
  Rows.back().GivesFlags = R == ImplicitReg::SCC;
  return *this;
}
RowSet &RowSet::reads(ImplicitReg R) { return Rows.back().Reads = R, *this; }
RowSet &RowSet::readsLaneId() { return Rows.back().ReadsLaneId = true, *this; }
RowSet &RowSet::presets(std::vector<SmallVector<int64_t, 6>> Tuples) {
  return Rows.back().Presets = std::move(Tuples), *this;
}

std::string Hash128::hex() const {
  static const char Digits[] = "0123456789abcdef";
  std::string S;
  for (uint8_t B : Bytes) {
    S += Digits[B >> 4];
    S += Digits[B & 15];
  }
  return S;
}
Hash128 Hash128::of(StringRef Data) {
  auto Full = SHA256::hash(ArrayRef(reinterpret_cast<const uint8_t *>(Data.data()), Data.size()));
  Hash128 H;
  std::copy_n(Full.begin(), H.Bytes.size(), H.Bytes.begin());
  return H;
}

static Error makeError(const Twine &Message) {
  return createStringError(inconvertibleErrorCode(), Message);
}

Expected<const TargetIsa *> TargetIsa::get(StringRef Arch) {
  // Opened once a process and never destroyed: rows are compared by address.
  static std::mutex Lock;
  static auto &Open = *new std::map<std::string, std::unique_ptr<TargetIsa>>();
  std::lock_guard<std::mutex> Guard(Lock);
  auto It = Open.find(Arch.str());
  if (It != Open.end())
    return It->second.get();
  std::unique_ptr<TargetIsa> T(new TargetIsa());
  if (Error E = T->open(Arch))
    return std::move(E);
  return (Open[Arch.str()] = std::move(T)).get();
}

Expected<const TargetIsa *> TargetIsa::forTriple(StringRef TripleText) {
  switch (Triple(TripleText).getArch()) {
  case Triple::x86_64:
    return get("x86_64");
  case Triple::amdgcn:
    return get("amdgcn");
  default:
    return makeError("target '" + TripleText +
                     "' has no instruction rows (x86_64 and amdgcn have)");
  }
}

TargetIsa::~TargetIsa() = default;

/// LLVM numbers a target's opcodes in the order of their names, after the
/// generic ones. The name found is compared, and if the order ever changes a
/// scan finds what the bisection misses.
static unsigned opcodeOf(const MCInstrInfo &MII, StringRef Name) {
  unsigned Low = TargetOpcode::GENERIC_OP_END + 1, High = MII.getNumOpcodes();
  while (Low < High) {
    unsigned Middle = (Low + High) / 2;
    if (MII.getName(Middle) < Name)
      Low = Middle + 1;
    else
      High = Middle;
  }
  if (Low < MII.getNumOpcodes() && MII.getName(Low) == Name)
    return Low;
  for (unsigned Op = 0, E = MII.getNumOpcodes(); Op != E; ++Op)
    if (MII.getName(Op) == Name)
      return Op;
  return 0;
}

Error TargetIsa::open(StringRef ArchName) {
  Arch = ArchName.str();
  if (Arch == "x86_64") {
    LLVMInitializeX86TargetInfo();
    LLVMInitializeX86TargetMC();
    TripleName = "x86_64-unknown-linux-gnu";
    addX86Rows(Set);
  } else if (Arch == "amdgcn") {
    LLVMInitializeAMDGPUTargetInfo();
    LLVMInitializeAMDGPUTargetMC();
    TripleName = "amdgcn-amd-amdhsa";
    addAMDGPURows(Set);
  } else {
    return makeError("unknown target '" + ArchName + "' (x86_64, amdgcn)");
  }
  std::string Message;
  Triple T(TripleName);
  TheTarget = TargetRegistry::lookupTarget(T, Message);
  if (!TheTarget)
    return makeError(Message);
  MII.reset(TheTarget->createMCInstrInfo());
  ByName.reserve(unsigned(Set.Rows.size()) + 2);
  for (Row &R : Set.Rows)
    if (!ByName.try_emplace(R.Name, &R).second)
      return makeError("row " + R.Name + ": given twice");
    else if (R.opcodeName().size() != R.Name.size())
      Variants[R.opcodeName()].push_back(&R);

  Extract.Name = "EXTRACT";
  Extract.Generic = GenericOp::Extract;
  Concat.Name = "CONCAT";
  Concat.Generic = GenericOp::Concat;
  Extract.Weight = Concat.Weight = 0;
  Extract.Joined = Concat.Joined = true;
  ByName["EXTRACT"] = &Extract;
  ByName["CONCAT"] = &Concat;
  return Error::success();
}

const MCRegisterInfo &TargetIsa::registerInfo() const {
  std::call_once(RegisterOnce, [&] { MRI.reset(TheTarget->createMCRegInfo(Triple(TripleName))); });
  return *MRI;
}

std::optional<ValueType> TargetIsa::typeOfRegClass(unsigned Id) const {
  const MCRegisterInfo &RI = registerInfo();
  const MCRegisterClass &RC = RI.getRegClass(Id);
  StringRef Name = RI.getRegClassName(&RC);
  uint16_t Bits = uint16_t(RC.getSizeInBits());
  if (Arch == "x86_64") {
    if (Name.starts_with("VK") && !Name.contains("PAIR"))
      return ValueType{RegKind::Mask, 64};
    if (Name.starts_with("VR") && (Bits == 128 || Bits == 256 || Bits == 512))
      return ValueType{RegKind::Vec, Bits};
    for (uint16_t Low : {16, 32, 64})
      if (std::string Class = "FR" + std::to_string(Low); Name == Class || Name == Class + "X")
        return ValueType{RegKind::Vec, Low};
    for (uint16_t Wide : {8, 16, 32, 64})
      if (Name.starts_with("GR" + std::to_string(Wide)) && Bits == Wide)
        return ValueType{RegKind::Gpr, Bits};
    return std::nullopt;
  }
  if (Bits == 16 && (Name.starts_with("VGPR_16") || Name.starts_with("VS_16")))
    return ValueType{RegKind::Lane, 16};
  if (Bits < 32 || Bits > 1024 || Bits % 32)
    return std::nullopt;
  for (const char *Prefix : {"VGPR", "AGPR", "AV", "VReg", "AReg", "VS_", "VRegSrc", "VRegOrLds"})
    if (Name.starts_with(Prefix) && !Name.contains("_16"))
      return ValueType{RegKind::Lane, Bits};
  for (const char *Prefix : {"SReg", "SGPR", "SSrc", "SCSrc"})
    if (Name.starts_with(Prefix))
      return ValueType{RegKind::Sgpr, Bits};
  return std::nullopt;
}

std::string TargetIsa::join(Row &R) const {
  std::lock_guard<std::mutex> Guard(JoinLock);
  return R.Joined ? "" : joinUnlocked(R);
}

/// Base, scale, index, displacement, segment.
static constexpr unsigned AddressOperands = 5;

std::string TargetIsa::joinUnlocked(Row &R) const {
  auto Fail = [&](const Twine &What) { return ("row " + R.Name + ": " + What).str(); };
  R.Uses.clear();
  R.Ins.clear();
  R.TiedUse = R.MemUse = -1;
  R.MaskedLoad = R.MemBits && StringRef(R.Name).contains("MASKMOV");
  R.NumImms = 0;
  R.Opcode = opcodeOf(*MII, R.opcodeName());
  if (!R.Opcode)
    return Fail("LLVM has no such " + Arch + " opcode");
  const MCInstrDesc &D = MII->get(R.Opcode);
  const bool X86 = Arch == "x86_64";
  const unsigned NumDefs = R.NumDefs = D.getNumDefs();
  const bool GivesNamed = !R.GivesFlags && R.Gives == ImplicitReg::None;
  if (X86 ? NumDefs != unsigned(GivesNamed) : GivesNamed && R.DefIndex >= NumDefs)
    return Fail("defines " + Twine(NumDefs) + " explicit registers, the row " +
                Twine(GivesNamed ? R.DefIndex + 1 : 0));
  auto TypeOf = [&](unsigned I) -> std::optional<ValueType> {
    int Id = MII->getOpRegClassID(D.operands()[I], 0);
    if (Id < 0)
      return std::nullopt;
    // Tiles are values of rows, but of no window.
    if (R.Ordered && StringRef(registerInfo().getRegClassName(
                         &registerInfo().getRegClass(unsigned(Id)))) == "TILE")
      return ValueType{RegKind::Tile, 8192};
    return typeOfRegClass(Id);
  };
  const ValueType FlagsType{RegKind::Flags, 8}, MaskType{RegKind::Lane, 1};
  std::optional<ValueType> Def = R.GivesFlags                  ? FlagsType
                                 : R.Gives == ImplicitReg::VCC ? MaskType
                                 : R.DefType                   ? R.DefType
                                                               : TypeOf(R.DefIndex);
  if (!Def)
    return Fail("no value type for the result's register class");
  R.Def = *Def;

  // An address is five operands, of which LLVM marks each as memory.
  unsigned NumUses = D.getNumOperands() - NumDefs, Addresses = 0;
  auto IsAddress = [&](unsigned I) {
    return R.MemBits && D.operands()[I].OperandType == MCOI::OPERAND_MEMORY;
  };
  if (!R.Spec.empty() && R.Spec.size() != NumUses)
    return Fail("has " + Twine(R.Spec.size()) + " operand specs for " + Twine(NumUses) +
                " operands");
  for (unsigned I = 0; I != NumUses; ++I) {
    if (IsAddress(I + NumDefs)) {
      if (!R.Spec.empty() || I + AddressOperands > NumUses || ++Addresses > 1)
        return Fail("operand " + Twine(I) + " is no address of its own");
      OperandSpec S;
      S.K = OperandSpec::Mem;
      S.Ty = {RegKind::Vec, uint16_t(R.MemBits)};
      R.MemUse = int(R.Ins.size());
      R.Ins.push_back(S.Ty);
      R.Uses.push_back(S);
      I += AddressOperands - 1;
      continue;
    }
    OperandSpec S = R.Spec.empty() ? OperandSpec{} : R.Spec[I];
    std::optional<ValueType> T = TypeOf(I + NumDefs);
    if (R.Spec.empty())
      S.K = T ? OperandSpec::Reg : OperandSpec::Imm;
    if (S.K == OperandSpec::Reg) {
      if (!T)
        return Fail("no value type for operand " + Twine(I));
      if (!S.Ty.Bits)
        S.Ty = *T;
      if (D.getOperandConstraint(I + NumDefs, MCOI::TIED_TO) == 0)
        R.TiedUse = int(R.Ins.size());
      R.MaskedLoad |= R.MemBits && S.Ty.Kind == RegKind::Mask;
      R.Ins.push_back(S.Ty);
    } else if (S.K == OperandSpec::Imm) {
      if (MII->getOpRegClassID(D.operands()[I + NumDefs], 0) >= 0)
        return Fail("operand " + Twine(I) + " is a register of a class without a value type");
      ++R.NumImms;
    }
    R.Uses.push_back(S);
  }
  if (R.Reads != ImplicitReg::None)
    R.Ins.push_back(R.Reads == ImplicitReg::SCC ? FlagsType : MaskType);
  if (std::string Wrong = joinImplicit(R, D); !Wrong.empty())
    return Fail(Wrong);
  if (R.Ordered ? !D.mayLoad() || !D.mayStore() || R.MemBits
                : D.mayStore() || D.mayLoad() != (R.MemUse >= 0))
    return Fail(R.Ordered   ? "is not marked as touching memory"
                : R.MemBits ? "does not load from one address"
                            : "touches memory");
  // VEX and EVEX forms and 32-bit GPR definitions zero what lies above. Of an
  // FR result that is not so: the first operand is above its low element.
  bool Vex = StringRef(R.Features).contains("avx");
  // Pseudo opcodes become whatever encoding the function is in.
  R.LegacySse = R.Def.Kind == RegKind::Vec && !Vex && !D.isPseudo();
  R.ZeroesAbove = (R.Def.Kind == RegKind::Vec && R.Def.Bits >= 128 && Vex) ||
                  (R.Def.Kind == RegKind::Gpr && R.Def.Bits == 32) || R.Def.Kind == RegKind::Mask;
  R.Joined = true;
  return "";
}

static StringRef implicitName(ImplicitReg R) {
  return R == ImplicitReg::SCC ? "SCC" : R == ImplicitReg::VCC ? "VCC" : "";
}

/// Registers that the opcode's encoding does not name; empty, or what is wrong.
std::string TargetIsa::joinImplicit(Row &R, const MCInstrDesc &D) const {
  bool Gives = R.Gives == ImplicitReg::None, Reads = R.Reads == ImplicitReg::None;
  for (MCPhysReg Reg : D.implicit_defs()) {
    StringRef Name = registerInfo().getName(Reg);
    Gives |= Name == implicitName(R.Gives);
    if (Name == "EFLAGS" || Name == "SCC" || Name == "VCC")
      R.DefsFlags = true;
    else if (Name != "MODE" && Name != "EXEC")
      return ("defines " + Name + " besides its result").str();
  }
  if (R.GivesFlags && !R.DefsFlags)
    return "does not define EFLAGS";
  if (!Gives)
    return ("does not define " + implicitName(R.Gives)).str();
  // The environment of floating point is as the program starts with it.
  R.ReadsMXCSR = false;
  for (MCPhysReg Reg : D.implicit_uses()) {
    StringRef Name = registerInfo().getName(Reg);
    Reads |= Name == implicitName(R.Reads);
    if (Name == "MXCSR" || Name == "MODE")
      // Integers do not round.
      R.ReadsMXCSR =
          !R.opcodeName().starts_with("V_MFMA_I32") && !R.opcodeName().starts_with("V_SMFMAC_I32");
    else if (Name != "EXEC" && Name != implicitName(R.Reads))
      return ("reads " + Name + " besides its operands").str();
  }
  return Reads ? "" : ("does not read " + implicitName(R.Reads)).str();
}

Error TargetIsa::check() const {
  std::lock_guard<std::mutex> Guard(JoinLock);
  for (Row &R : Set.Rows)
    if (std::string Wrong = R.Joined ? "" : joinUnlocked(R); !Wrong.empty())
      return makeError(Wrong);
  AllJoined = true;
  return Error::success();
}

const std::deque<Row> &TargetIsa::rows() const {
  {
    std::lock_guard<std::mutex> Guard(JoinLock);
    if (AllJoined)
      return Set.Rows;
  }
  if (Error E = check())
    report_fatal_error(std::move(E));
  return Set.Rows;
}

const Row *TargetIsa::find(StringRef Name) const {
  auto It = ByName.find(Name);
  return It != ByName.end() && join(*It->second).empty() ? It->second : nullptr;
}
const Row *TargetIsa::find(unsigned Opcode) const { return find(MII->getName(Opcode)); }
SmallVector<const Row *, 2> TargetIsa::rowsOf(unsigned Opcode) const {
  SmallVector<const Row *, 2> Found;
  StringRef Name = MII->getName(Opcode);
  if (const Row *R = find(Name))
    Found.push_back(R);
  if (auto It = Variants.find(Name); It != Variants.end())
    for (Row *R : It->second)
      if (join(*R).empty())
        Found.push_back(R);
  return Found;
}
const Row &TargetIsa::generic(GenericOp G) const {
  assert(G != GenericOp::None);
  return G == GenericOp::Extract ? Extract : Concat;
}

ArrayRef<OpClass> TargetIsa::classes() const {
  std::call_once(ClassesOnce, [&] {
    std::map<Hash128, unsigned> Ids;
    for (const Row &R : rows()) {
      Hash128 H = meaningHash(R);
      auto [It, New] = Ids.try_emplace(H, unsigned(Classes.size()));
      if (New)
        Classes.push_back({It->second, H, {}});
      Classes[It->second].Members.push_back(&R);
      ClassIds[&R] = It->second;
    }
  });
  return Classes;
}
bool sameSymbol(const Row &A, const Row &B) {
  if (&A == &B)
    return true;
  if (A.isGeneric() || B.isGeneric() || A.Def != B.Def || A.Ins != B.Ins ||
      A.NumImms != B.NumImms || A.Form != B.Form)
    return false;
  // Immediates are compared, and written, as far as a row reads them.
  auto Bits = [](const Row &R) {
    SmallVector<uint8_t, 4> All;
    for (const OperandSpec &U : R.Uses)
      if (U.K == OperandSpec::Imm)
        All.push_back(U.ImmBits);
    return All;
  };
  if (A.NumImms && Bits(A) != Bits(B))
    return false;
  return meaningHash(A) == meaningHash(B);
}

const OpClass &TargetIsa::classOf(const Row &R) const {
  assert(!R.isGeneric() && "generic rows are their own class");
  ArrayRef<OpClass> All = classes();
  return All[ClassIds.find(&R)->second];
}

Expected<std::unique_ptr<MCSubtargetInfo>> TargetIsa::subtarget(StringRef CPU,
                                                                StringRef Features) const {
  Triple T(TripleName);
  // An unknown CPU makes LLVM print a warning and go on; ask the table first.
  std::unique_ptr<MCSubtargetInfo> Base(TheTarget->createMCSubtargetInfo(T, "", ""));
  if (!CPU.empty() && !Base->isCPUStringValid(CPU))
    return makeError("unknown " + Arch + " CPU '" + CPU + "'");
  return std::unique_ptr<MCSubtargetInfo>(TheTarget->createMCSubtargetInfo(T, CPU, Features));
}

} // namespace whittle
