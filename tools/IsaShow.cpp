//===- tools/IsaShow.cpp - whittle isa show --------------------------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/Meaning.h"
#include "isa/Measured.h"
#include "isa/ModelCost.h"
#include "isa/conformance/Confirmed.h"
#include "tools/Commands.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/MCInstrInfo.h"
#include "llvm/MC/MCRegisterInfo.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/raw_ostream.h"
#include <nlohmann/json.hpp>

using namespace llvm;
using nlohmann::json;

namespace whittle {

Expected<const Row *> rowNamed(const TargetIsa &Isa, StringRef Opcode) {
  const Row *R = Isa.find(Opcode);
  if (R && !R->isGeneric())
    return R;
  // The closest three, unless they are another word altogether.
  std::vector<std::pair<unsigned, StringRef>> Close;
  unsigned Most = std::max<unsigned>(3, unsigned(Opcode.size()) / 3);
  for (const Row &Other : Isa.rows())
    if (unsigned D = Opcode.edit_distance_insensitive(Other.Name, true, Most); D <= Most)
      Close.push_back({D, Other.Name});
  llvm::sort(Close);
  std::string Hint;
  for (const auto &[D, Name] : ArrayRef(Close).take_front(3))
    Hint += (Hint.empty() ? "; close: " : ", ") + Name.str();
  return createStringError(inconvertibleErrorCode(),
                           Isa.arch() + " opcode '" + Opcode + "' has no row" + Hint);
}

/// The meaning as IR text: a function of the operands, or, for a matrix row, of
/// lane and register of the output.
static std::string meaningText(const Row &R) {
  LLVMContext Ctx;
  Module M("meaning", Ctx);
  Function *F;
  if (R.isWave()) {
    Type *I32 = Type::getInt32Ty(Ctx);
    FunctionCallee Elem = M.getOrInsertFunction("operand.lane.register",
                                                FunctionType::get(I32, {I32, I32, I32}, false));
    FunctionCallee ExecOf =
        M.getOrInsertFunction("exec.lane", FunctionType::get(Type::getInt1Ty(Ctx), {I32}, false));
    SmallVector<Type *, 8> Params(2, I32);
    Params.append(R.NumImms, Type::getInt64Ty(Ctx));
    F = Function::Create(FunctionType::get(I32, Params, false), GlobalValue::ExternalLinkage,
                         R.Name, M);
    F->getArg(0)->setName("lane");
    F->getArg(1)->setName("register");
    IRBuilder<> B(BasicBlock::Create(Ctx, "", F));
    auto Read = [&](unsigned K, Value *Lane, Value *Reg) -> Value * {
      return B.CreateCall(Elem, {B.getInt32(K), Lane, Reg});
    };
    SmallVector<Value *, 6> Imms;
    for (Argument &A : drop_begin(F->args(), 2)) {
      A.setName("imm" + Twine(A.getArgNo() - 2));
      Imms.push_back(&A);
    }
    B.CreateRet(buildElement(B, R, Read, F->getArg(0), F->getArg(1), Imms,
                             [&](Value *Lane) { return B.CreateCall(ExecOf, {Lane}); }));
  } else {
    F = buildMeaning(M, R);
    for (Argument &A : F->args())
      A.setName(A.getArgNo() < R.Ins.size() ? "in" + Twine(A.getArgNo())
                : A.getArgNo() - R.Ins.size() < R.NumImms
                    ? "imm" + Twine(A.getArgNo() - R.Ins.size())
                    : Twine("lane"));
    F->setName(R.Name);
  }
  std::string Text;
  raw_string_ostream OS(Text);
  F->print(OS);
  return Text;
}

/// The CPUs whose cost is shown: those whose code the rules are made for.
static ArrayRef<const char *> shownCpus(StringRef Arch) {
  static const char *const X86[] = {"x86-64-v3", "icelake-server", "sapphirerapids",
                                    "znver3",    "znver4",         "znver5"};
  static const char *const AMDGPU[] = {"gfx90a", "gfx942", "gfx950", "gfx1100", "gfx1200"};
  return Arch == "x86_64" ? ArrayRef(X86) : ArrayRef(AMDGPU);
}

namespace {
struct CostLine {
  std::string CPU;
  bool Measured = false;
  std::optional<double> Latency;
  double RThroughput = 0;
};

struct OperandLine {
  std::string Name, Kind, Class, Type;
  std::optional<int64_t> Value;
  bool Tied = false;
};
} // namespace

/// What was measured comes before the model of the same CPU; \p Own is a list
/// beside the shipped ones, or null.
static Expected<std::vector<CostLine>> costs(const TargetIsa &Isa, const Row &R,
                                             const MeasuredTable *Own) {
  std::vector<CostLine> Lines;
  auto Measured = [&](const MeasuredTable *T) {
    if (std::optional<MeasuredCost> C = T ? T->find(R.Name) : std::nullopt)
      Lines.push_back({T->cpu().str(), true, C->Latency, C->RThroughput});
  };
  bool OwnShown = !Own;
  for (const char *CPU : shownCpus(Isa.arch())) {
    bool IsOwn = Own && Own->cpu() == CPU;
    OwnShown |= IsOwn;
    Measured(IsOwn ? Own : MeasuredTable::shipped(CPU));
    auto STI = Isa.subtarget(CPU);
    if (!STI)
      return STI.takeError();
    if (std::optional<ModelCost> C = modelCost(Isa, R, **STI))
      Lines.push_back({CPU, false, C->Latency, C->RThroughput});
  }
  if (!OwnShown)
    Measured(Own);
  return Lines;
}

/// The explicit operands in the order of the MachineInstr, named as in the IR.
static std::vector<OperandLine> operands(const TargetIsa &Isa, const Row &R) {
  const MCInstrInfo &MII = Isa.instrInfo();
  const MCInstrDesc &D = MII.get(R.Opcode);
  std::vector<OperandLine> Lines;
  unsigned Inputs = 0, Imms = 0;
  for (unsigned I = 0; I != D.getNumOperands(); ++I) {
    OperandLine L;
    if (int Class = int(MII.getOpRegClassID(D.operands()[I], 0)); Class >= 0)
      L.Class =
          Isa.registerInfo().getRegClassName(&Isa.registerInfo().getRegClass(unsigned(Class)));
    L.Tied = D.getOperandConstraint(I, MCOI::TIED_TO) >= 0;
    const OperandSpec *U = I >= D.getNumDefs() && I - D.getNumDefs() < R.Uses.size()
                               ? &R.Uses[I - D.getNumDefs()]
                               : nullptr;
    if (I < D.getNumDefs()) {
      L.Name = "result";
      L.Kind = "register";
      L.Type = R.Def.str();
    } else if (U && U->K == OperandSpec::Reg) {
      L.Name = "in" + std::to_string(Inputs++);
      L.Kind = "register";
      L.Type = U->Ty.str();
    } else if (U && U->K == OperandSpec::Imm) {
      L.Name = "imm" + std::to_string(Imms++);
      L.Kind = "immediate";
    } else if (U) {
      L.Name = "-";
      L.Kind = "fixed";
      L.Value = U->Value;
    }
    Lines.push_back(std::move(L));
  }
  return Lines;
}

static std::vector<std::string> names(const TargetIsa &Isa, ArrayRef<MCPhysReg> Regs) {
  std::vector<std::string> Names;
  for (MCPhysReg R : Regs)
    Names.push_back(Isa.registerInfo().getName(R));
  return Names;
}

static const char *comparedWith(ConformEntry::How H) {
  return H == ConformEntry::Silicon        ? "the instruction itself, executed on a CPU"
         : H == ConformEntry::SecondSource ? "a reference written independently of the row"
                                           : "nothing";
}

static json toJson(const std::vector<CostLine> &Costs) {
  json All = json::array();
  for (const CostLine &L : Costs)
    All.push_back({{"cpu", L.CPU},
                   {"source", L.Measured ? "measured" : "model"},
                   {"latency", L.Latency ? json(*L.Latency) : json()},
                   {"rthroughput", L.RThroughput}});
  return All;
}

static json toJson(const std::vector<OperandLine> &Operands) {
  json All = json::array();
  for (const OperandLine &L : Operands) {
    json J{{"name", L.Name}, {"kind", L.Kind}, {"tied", L.Tied}};
    if (!L.Class.empty())
      J["class"] = L.Class;
    if (!L.Type.empty())
      J["type"] = L.Type;
    if (L.Value)
      J["value"] = *L.Value;
    All.push_back(std::move(J));
  }
  return All;
}

static void printOperands(const std::vector<OperandLine> &Operands) {
  const char *Title = "operands";
  for (const OperandLine &L : Operands) {
    outs() << format("  %-13s %-7s %s", Title, L.Name.c_str(), L.Kind.c_str());
    if (!L.Type.empty())
      outs() << " " << L.Type;
    if (!L.Class.empty())
      outs() << " " << L.Class;
    if (L.Value)
      outs() << " " << *L.Value;
    outs() << (L.Tied ? " (tied to the result)" : "") << "\n";
    Title = "";
  }
}

static void printCosts(const std::vector<CostLine> &Costs) {
  if (Costs.empty())
    outs() << "  cost          no model has it\n";
  const char *Title = "cost";
  for (const CostLine &L : Costs) {
    outs() << format("  %-13s %-15s latency ", Title, L.CPU.c_str());
    if (L.Latency)
      outs() << format("%6.2f", *L.Latency);
    else
      outs() << "     -";
    outs() << format("  reciprocal throughput %6.2f  %s\n", L.RThroughput,
                     L.Measured ? "measured" : "model");
    Title = "";
  }
}

Expected<int> runIsaShow(const TargetIsa &Isa, const IsaCommand &C, const OutputOptions &O) {
  Expected<const Row *> Found = rowNamed(Isa, C.Opcode);
  if (!Found)
    return Found.takeError();
  const Row &R = **Found;
  std::optional<MeasuredTable> Own;
  if (!C.Measured.empty()) {
    Expected<MeasuredTable> T = MeasuredTable::read(C.Measured);
    if (!T)
      return T.takeError();
    Own = std::move(*T);
  }
  Expected<std::vector<CostLine>> Costs = costs(Isa, R, Own ? &*Own : nullptr);
  if (!Costs)
    return Costs.takeError();

  std::vector<std::string> Same, Ins, Commutes;
  for (const Row *M : Isa.classOf(R).Members)
    Same.push_back(M->Name);
  for (ValueType T : R.Ins)
    Ins.push_back(T.str());
  for (auto [I, J] : commutativeInputs(R))
    Commutes.push_back(std::to_string(I) + "<->" + std::to_string(J));
  ConformEntry::How H = confirmation(Isa, R);
  const MCInstrDesc &D = Isa.instrInfo().get(R.Opcode);
  std::vector<std::string> Reads = names(Isa, D.implicit_uses()),
                           Writes = names(Isa, D.implicit_defs());
  if (D.mayLoad())
    Reads.push_back("memory");
  if (D.mayStore())
    Writes.push_back("memory");
  if (O.Json) {
    outs() << json{{"opcode", R.Name},
                   {"result", R.Def.str()},
                   {"inputs", Ins},
                   {"immediates", R.NumImms},
                   {"operands", toJson(operands(Isa, R))},
                   {"reads_besides", Reads},
                   {"writes_besides", Writes},
                   {"features", R.Features},
                   {"weight", R.Weight},
                   {"class", Same},
                   {"commutes", Commutes},
                   {"zeroes_above", R.ZeroesAbove},
                   {"defines_flags", R.DefsFlags},
                   {"tied", R.TiedUse},
                   {"cost", toJson(*Costs)},
                   {"confirmation", confirmationName(H)},
                   {"compared_with", comparedWith(H)},
                   {"hash", rowHash(R).hex()},
                   {"meaning", meaningText(R)}}
                  .dump(1)
           << "\n";
    return 0;
  }
  auto OrNothing = [](const std::vector<std::string> &Names) {
    return Names.empty() ? std::string("nothing") : join(Names, " ");
  };
  outs() << R.Name << ": " << R.Def.str() << " of (" << join(Ins, ", ") << ")"
         << (R.NumImms
                 ? ", " + std::to_string(R.NumImms) + " immediate" + (R.NumImms > 1 ? "s" : "")
                 : "")
         << "\n";
  printOperands(operands(Isa, R));
  outs() << "  reads too     " << OrNothing(Reads) << "\n"
         << "  writes too    " << OrNothing(Writes) << "\n"
         << "  needs         " << (R.Features.empty() ? "nothing" : R.Features) << "\n"
         << "  weight        " << R.Weight << "\n"
         << "  same meaning  " << join(Same, " ") << "\n"
         << "  commutes      " << (Commutes.empty() ? "no" : join(Commutes, " ")) << "\n"
         << "  bits above    " << (R.ZeroesAbove ? "zeroed" : "not promised") << "\n";
  printCosts(*Costs);
  outs() << "  confirmed     " << confirmationName(H) << ": compared with " << comparedWith(H)
         << "\n"
         << "  hash          " << rowHash(R).hex() << "\n"
         << meaningText(R);
  return 0;
}

} // namespace whittle
