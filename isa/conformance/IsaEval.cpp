//===- isa/conformance/IsaEval.cpp - One opcode on concrete values --------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/conformance/IsaEval.h"
#include "isa/HostJit.h"
#include "isa/Meaning.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/IR/Module.h"
#include "llvm/MC/MCSubtargetInfo.h"
#include "llvm/Support/Endian.h"
#include <map>
#include <nlohmann/json.hpp>

using namespace llvm;
using Json = nlohmann::json;

namespace whittle {

static Error makeError(const Twine &Message) {
  return createStringError(inconvertibleErrorCode(), Message);
}

//===----------------------------------------------------------------------===//
// Compiling one row
//===----------------------------------------------------------------------===//

namespace {
/// Lane-wise: one lane (or x86 register) from In and Imm into Out.
using LaneFn = void (*)(const uint8_t *const *In, const int64_t *Imm, uint8_t *Out, uint32_t Lane);
/// Whole waves: one output element.
using ElementFn = uint32_t (*)(const uint8_t *const *In, const int64_t *Imm, uint64_t Exec,
                               uint32_t Lane, uint32_t Reg);
} // namespace

struct RowFunction::Impl {
  LaneFn Lane = nullptr;
  ElementFn Element = nullptr;
};

RowFunction::RowFunction(const Row &R, std::unique_ptr<Impl> P) : R(R), P(std::move(P)) {}
RowFunction::~RowFunction() = default;

static constexpr const char *EntryName = "whittle.row";

/// One for all rows, and never destroyed: their code is called until the end.
static Expected<HostJit *> sharedJit() {
  static std::mutex Lock;
  static HostJit *Made = nullptr;
  std::lock_guard<std::mutex> Guard(Lock);
  if (!Made) {
    auto Jit = HostJit::create(CodeGenOptLevel::Less);
    if (!Jit)
      return Jit.takeError();
    Made = Jit->release();
  }
  return Made;
}

static void emitLaneEntry(Module &M, const Row &R) {
  LLVMContext &Ctx = M.getContext();
  Type *Ptr = PointerType::get(Ctx, 0);
  Function *Meaning = buildMeaning(M, R);
  Type *I32 = Type::getInt32Ty(Ctx);
  auto *FT = FunctionType::get(Type::getVoidTy(Ctx), {Ptr, Ptr, Ptr, I32}, false);
  Function *F = Function::Create(FT, GlobalValue::ExternalLinkage, EntryName, M);
  IRBuilder<> B(BasicBlock::Create(Ctx, "", F));
  SmallVector<Value *, 8> Args;
  for (auto [I, Ty] : enumerate(R.Ins)) {
    Value *At = B.CreateLoad(Ptr, B.CreateConstGEP1_64(Ptr, F->getArg(0), I));
    Args.push_back(B.CreateAlignedLoad(Ty.irType(Ctx), At, Align(1)));
  }
  for (unsigned I = 0; I != R.NumImms; ++I)
    Args.push_back(
        B.CreateLoad(B.getInt64Ty(), B.CreateConstGEP1_64(B.getInt64Ty(), F->getArg(1), I)));
  if (R.ReadsLaneId)
    Args.push_back(F->getArg(3));
  B.CreateAlignedStore(B.CreateCall(Meaning, Args), F->getArg(2), Align(1));
  B.CreateRetVoid();
}

static void emitElementEntry(Module &M, const Row &R) {
  LLVMContext &Ctx = M.getContext();
  Type *Ptr = PointerType::get(Ctx, 0), *I32 = Type::getInt32Ty(Ctx), *I64 = Type::getInt64Ty(Ctx);
  Function *F = Function::Create(FunctionType::get(I32, {Ptr, Ptr, I64, I32, I32}, false),
                                 GlobalValue::ExternalLinkage, EntryName, M);
  IRBuilder<> B(BasicBlock::Create(Ctx, "", F));
  auto Read = [&](unsigned K, Value *Lane, Value *Reg) -> Value * {
    Value *At = B.CreateLoad(Ptr, B.CreateConstGEP1_64(Ptr, F->getArg(0), K));
    Value *Index = B.CreateAdd(B.CreateMul(Lane, B.getInt32(R.Ins[K].Bits / 32)), Reg);
    return B.CreateAlignedLoad(I32, B.CreateGEP(I32, At, B.CreateZExt(Index, I64)), Align(1));
  };
  auto Exec = [&](Value *Lane) -> Value * {
    return B.CreateTrunc(B.CreateLShr(F->getArg(2), B.CreateZExt(Lane, I64)), B.getInt1Ty());
  };
  SmallVector<Value *, 6> Imms;
  for (unsigned I = 0; I != R.NumImms; ++I)
    Imms.push_back(B.CreateLoad(I64, B.CreateConstGEP1_64(I64, F->getArg(1), I)));
  B.CreateRet(buildElement(B, R, Read, F->getArg(3), F->getArg(4), Imms, Exec));
}

Expected<std::unique_ptr<RowFunction>> RowFunction::compile(const Row &R) {
  assert(!R.isGeneric() && "a generic row has no one meaning");
  auto Jit = sharedJit();
  if (!Jit)
    return Jit.takeError();
  auto Entry = (*Jit)->build(
      [&](Module &M) { R.isWave() ? emitElementEntry(M, R) : emitLaneEntry(M, R); }, {EntryName});
  if (!Entry)
    return Entry.takeError();
  auto P = std::make_unique<Impl>();
  if (R.isWave())
    P->Element = reinterpret_cast<ElementFn>(Entry->front());
  else
    P->Lane = reinterpret_cast<LaneFn>(Entry->front());
  return std::unique_ptr<RowFunction>(new RowFunction(R, std::move(P)));
}

Expected<const RowFunction *> RowFunction::cached(const Row &R) {
  static std::mutex Lock;
  static std::map<const Row *, std::unique_ptr<RowFunction>> Compiled;
  std::lock_guard<std::mutex> Guard(Lock);
  std::unique_ptr<RowFunction> &Slot = Compiled[&R];
  if (!Slot) {
    auto F = compile(R);
    if (!F)
      return F.takeError();
    Slot = std::move(*F);
  }
  return Slot.get();
}

//===----------------------------------------------------------------------===//
// Running it
//===----------------------------------------------------------------------===//

size_t wholeRegisterBytes(ValueType Ty, unsigned Lanes) {
  return Ty.bytes() * size_t(Ty.Kind == RegKind::Lane ? Lanes : 1);
}

EvalReply RowFunction::run(ArrayRef<std::vector<uint8_t>> In, ArrayRef<int64_t> Imm, uint64_t Exec,
                           unsigned Lanes) const {
  assert(In.size() == R.Ins.size() && Imm.size() == R.NumImms && "operands do not fit the row");
  EvalReply Reply;
  std::vector<uint8_t> &Out = Reply.Out.emplace_back(wholeRegisterBytes(R.Def, Lanes));
  std::vector<uint8_t> &Defined = Reply.Defined.emplace_back(Out.size(), uint8_t(0xff));
  if (R.GivesFlags)
    Defined[0] = uint8_t((R.Gives == ImplicitReg::SCC ? 1 : 0x3f) & ~R.FlagsUndefined);
  SmallVector<const uint8_t *, 8> At;
  // Rows that cross lanes may look at lanes that a wave of 32 has not.
  std::vector<std::vector<uint8_t>> Padded;
  for (auto [Bytes, Ty] : zip_equal(In, R.Ins)) {
    At.push_back(Bytes.data());
    if (R.Form == Shape::CrossLane && Lanes < 64) {
      Padded.push_back(Bytes);
      Padded.back().resize(wholeRegisterBytes(Ty, 64));
      At.back() = Padded.back().data();
    }
  }

  // What of one lane's result is specified.
  auto Specify = [&](size_t Begin, bool On) {
    for (unsigned Bit = 0; Bit != 8 * R.Def.bytes(); ++Bit)
      if ((R.DefinedBits && Bit >= R.DefinedBits) || (!On && R.Off == OffLanes::Unspecified))
        Defined[Begin + Bit / 8] &= uint8_t(~(1u << Bit % 8));
  };
  if (R.isWave()) {
    assert(((!R.isMatrix() && !R.OneWaveSize) || Lanes == R.WaveLanes) &&
           "the row has its own number of lanes");
    const bool PerLane = R.Def.Kind == RegKind::Lane;
    const unsigned Regs = R.Def.Bits / 32;
    if (Lanes < 64)
      Exec &= (uint64_t(1) << Lanes) - 1;
    for (unsigned Lane = 0; Lane != (PerLane ? Lanes : 1); ++Lane) {
      for (unsigned Reg = 0; Reg != Regs; ++Reg)
        support::endian::write32le(&Out[4 * (Lane * Regs + Reg)],
                                   P->Element(At.data(), Imm.data(), Exec, Lane, Reg));
      if (PerLane)
        Specify(Lane * R.Def.bytes(), Exec >> Lane & 1);
    }
    return Reply;
  }
  if (R.Def.Kind != RegKind::Lane) {
    P->Lane(At.data(), Imm.data(), Out.data(), 0);
    return Reply;
  }
  for (unsigned Lane = 0; Lane != Lanes; ++Lane) {
    const size_t Begin = size_t(Lane) * R.Def.bytes();
    const bool On = Exec >> Lane & 1;
    if (On || R.Off == OffLanes::Computed)
      P->Lane(At.data(), Imm.data(), &Out[Begin], Lane);
    Specify(Begin, On);
    for (auto [K, Ty] : enumerate(R.Ins))
      if (Ty.Kind == RegKind::Lane)
        At[K] += Ty.bytes();
  }
  return Reply;
}

/// Whether the subtarget has the row's opcode, and its number of lanes.
static Expected<unsigned> checkCpu(const TargetIsa &Isa, const Row &R, StringRef Cpu) {
  if (Cpu.empty())
    return R.WaveLanes;
  auto Sub = Isa.subtarget(Cpu);
  if (!Sub)
    return Sub.takeError();
  if (!R.Features.empty() && !(*Sub)->checkFeatures(R.Features))
    return makeError("opcode '" + R.Name + "' is not available on " + Cpu + " (needs " +
                     R.Features + ")");
  if (R.isMatrix() || R.OneWaveSize)
    return R.WaveLanes;
  return Isa.arch() == "amdgcn" && (*Sub)->checkFeatures("+wavefrontsize32") ? 32 : 64;
}

/// The row of the name, or the one that the CPU has of those that differ by
/// generation only.
static const Row *findFor(const TargetIsa &Isa, const EvalRequest &Request) {
  const Row *R = Isa.find(Request.Opcode);
  if (!R || R->isGeneric() || Request.Cpu.empty())
    return R;
  auto Sub = Isa.subtarget(Request.Cpu);
  if (!Sub) {
    consumeError(Sub.takeError());
    return R;
  }
  auto Has = [&](const Row &Row) {
    return Row.Features.empty() || (*Sub)->checkFeatures(Row.Features);
  };
  if (!Has(*R) && R->Name == R->opcodeName())
    for (const Row *Other : Isa.rowsOf(R->Opcode))
      if (Has(*Other) && Other->Ins == R->Ins && Other->NumImms == R->NumImms)
        return Other;
  return R;
}

Expected<EvalReply> evaluate(const TargetIsa &Isa, const EvalRequest &Request) {
  const Row *R = findFor(Isa, Request);
  if (!R)
    return makeError("unknown " + Isa.arch() + " opcode '" + Request.Opcode + "'");
  if (R->isGeneric())
    return makeError("opcode '" + R->Name + "' has no meaning without its operands' types");
  auto Fail = [&](const Twine &What) { return makeError("opcode '" + R->Name + "': " + What); };
  auto Lanes = checkCpu(Isa, *R, Request.Cpu);
  if (!Lanes)
    return Lanes.takeError();

  if (Request.In.size() != R->Ins.size())
    return Fail(Twine(Request.In.size()) + " register operands given, it takes " +
                Twine(R->Ins.size()));
  for (auto [I, Bytes] : enumerate(Request.In)) {
    const size_t Want = wholeRegisterBytes(R->Ins[I], *Lanes);
    if (Bytes.size() != Want)
      return Fail("register operand " + Twine(I) + " has " + Twine(Bytes.size()) +
                  " bytes, it takes " + Twine(Want) + " (" + R->Ins[I].str() + ")");
  }
  if (Request.Imm.size() != R->NumImms)
    return Fail(Twine(Request.Imm.size()) + " immediates given, it takes " + Twine(R->NumImms));
  unsigned NextImm = 0;
  for (const OperandSpec &Use : R->Uses) {
    if (Use.K != OperandSpec::Imm)
      continue;
    // Immediates are written with either sign.
    const int64_t I = Request.Imm[NextImm++];
    if (!isIntN(Use.ImmBits, I) && !isUIntN(Use.ImmBits, uint64_t(I)))
      return Fail("immediate " + Twine(I) + " does not fit in " + Twine(unsigned(Use.ImmBits)) +
                  " bits");
  }
  uint64_t Exec = ~uint64_t(0);
  if (Request.Exec) {
    if (Isa.arch() != "amdgcn")
      return Fail("exec is given, which " + Isa.arch() + " does not have");
    if (Request.Exec->getActiveBits() > *Lanes)
      return Fail("exec has lanes past the " + Twine(*Lanes) + " of the wave");
    Exec = Request.Exec->getZExtValue();
  }
  auto F = RowFunction::cached(*R);
  if (!F)
    return F.takeError();
  return (*F)->run(Request.In, Request.Imm, Exec, *Lanes);
}

//===----------------------------------------------------------------------===//
// JSON lines
//===----------------------------------------------------------------------===//

Expected<std::vector<uint8_t>> bytesFromHex(StringRef Hex, const Twine &What) {
  std::string Bytes;
  if (Hex.size() % 2 || !tryGetFromHex(Hex, Bytes))
    return makeError(What + " is not pairs of hex digits");
  return std::vector<uint8_t>(Bytes.begin(), Bytes.end());
}

static Expected<APInt> execFromHex(StringRef Text) {
  StringRef Digits = Text;
  if (Digits.consume_front("0x") || Digits.consume_front("0X")) {
    uint64_t Mask = 0;
    if (Digits.getAsInteger(16, Mask))
      return makeError("exec '" + Text + "' is not a 64-bit number");
    return APInt(64, Mask);
  }
  auto Bytes = bytesFromHex(Text, "exec '" + Text + "'");
  if (!Bytes)
    return Bytes.takeError();
  if (Bytes->size() != 4 && Bytes->size() != 8)
    return makeError("exec '" + Text + "' has " + Twine(Bytes->size()) +
                     " bytes, a wave's mask has 8 (or 4)");
  Bytes->resize(8);
  return APInt(64, support::endian::read64le(Bytes->data()));
}

static Expected<EvalRequest> requestFromJson(const Json &J, StringRef DefaultCpu) {
  EvalRequest R;
  R.Opcode = J.at("opcode").get<std::string>();
  R.Cpu = J.value("cpu", DefaultCpu.str());
  for (auto &[Key, Unused] : J.items())
    if (Key != "opcode" && Key != "cpu" && Key != "in" && Key != "imm" && Key != "exec")
      return makeError("unknown key '" + Key + "' (opcode, cpu, in, imm, exec)");
  if (J.contains("in"))
    for (const Json &Text : J["in"]) {
      auto Bytes = bytesFromHex(Text.get<std::string>(), "register operand " + Twine(R.In.size()));
      if (!Bytes)
        return Bytes.takeError();
      R.In.push_back(std::move(*Bytes));
    }
  if (J.contains("imm"))
    for (const Json &Value : J["imm"]) {
      if (!Value.is_number_integer())
        return makeError("immediate " + Twine(R.Imm.size()) + " is not an integer");
      R.Imm.push_back(Value.get<int64_t>());
    }
  if (J.contains("exec")) {
    auto Exec = execFromHex(J["exec"].get<std::string>());
    if (!Exec)
      return Exec.takeError();
    R.Exec = std::move(*Exec);
  }
  return R;
}

Expected<EvalRequest> parseEvalRequest(StringRef Line, StringRef DefaultCpu) {
  try {
    Json J = Json::parse(Line.begin(), Line.end());
    if (!J.is_object())
      return makeError("a request is a JSON object");
    if (!J.contains("opcode"))
      return makeError("a request needs the key 'opcode'");
    return requestFromJson(J, DefaultCpu);
  } catch (const Json::exception &E) {
    return makeError(Twine("bad request: ") + E.what());
  }
}

static Json hexList(const std::vector<std::vector<uint8_t>> &Values) {
  Json List = Json::array();
  for (const auto &Bytes : Values)
    List.push_back(toHex(Bytes, /*LowerCase=*/true));
  return List;
}

/// Text that is not UTF-8 is shown with replacement characters.
static std::string dump(const nlohmann::ordered_json &J) {
  return J.dump(-1, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
}

std::string formatEvalReply(StringRef Opcode, const EvalReply &Reply) {
  return dump(
      {{"opcode", Opcode.str()}, {"out", hexList(Reply.Out)}, {"defined", hexList(Reply.Defined)}});
}

std::string formatEvalError(StringRef Opcode, StringRef Message) {
  return dump({{"opcode", Opcode.str()}, {"error", Message.str()}});
}

/// The opcode that a request names, for an answer to one that is wrong
/// elsewhere; empty if there is none.
static std::string opcodeOf(StringRef Line) {
  Json J = Json::parse(Line.begin(), Line.end(), nullptr, /*allow_exceptions=*/false);
  if (!J.is_object() || !J.contains("opcode") || !J["opcode"].is_string())
    return "";
  return J["opcode"].get<std::string>();
}

std::string evalLine(const TargetIsa &Isa, StringRef Line, StringRef DefaultCpu, bool *Failed) {
  if (Failed)
    *Failed = false;
  auto Answer = [&]() -> Expected<std::string> {
    auto Request = parseEvalRequest(Line, DefaultCpu);
    if (!Request)
      return Request.takeError();
    auto Reply = evaluate(Isa, *Request);
    if (!Reply)
      return Reply.takeError();
    return formatEvalReply(Request->Opcode, *Reply);
  }();
  if (Answer)
    return *Answer;
  if (Failed)
    *Failed = true;
  return formatEvalError(opcodeOf(Line), toString(Answer.takeError()));
}

} // namespace whittle
