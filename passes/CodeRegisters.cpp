//===- passes/CodeRegisters.cpp - Registers of x86-64 as variables ---------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "passes/CodeRegisters.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/MC/MCRegisterInfo.h"

using namespace llvm;

namespace whittle {

RegisterSet::RegisterSet(const TargetIsa &Isa)
    : Returned(Count), Arguments(Count), Kept(Count), RI(Isa.registerInfo()),
      Parts(RI.getNumRegs()) {
  StringMap<MCRegister> ByName;
  for (unsigned R = 1; R != RI.getNumRegs(); ++R)
    ByName[RI.getName(R)] = MCRegister(R);
  for (unsigned N = 0; N != Vectors; ++N)
    for (auto [Prefix, Bits] : {std::pair("XMM", 128), {"YMM", 256}, {"ZMM", 512}})
      Parts[ByName.lookup(Prefix + std::to_string(N)).id()] = {N, uint16_t(Bits), false};
  for (unsigned N = 0; N != Masks; ++N)
    Parts[ByName.lookup("K" + std::to_string(N)).id()] = {Vectors + N, 64, false};

  static constexpr StringRef Old[] = {"RAX", "RCX", "RDX", "RBX", "RSP", "RBP", "RSI", "RDI"};
  for (unsigned N = 0; N != Generals; ++N) {
    const MCRegister Whole =
        ByName.lookup(N < std::size(Old) ? Old[N].str() : "R" + std::to_string(N));
    const CodeVariable V = Vectors + Masks + N;
    for (MCRegister Sub : RI.subregs_inclusive(Whole))
      for (unsigned Class = 0; Class != RI.getNumRegClasses(); ++Class) {
        const MCRegisterClass &RC = RI.getRegClass(Class);
        const StringRef Name = RI.getRegClassName(&RC);
        if (!is_contained({"GR8", "GR16", "GR32", "GR64"}, Name) || !RC.contains(Sub))
          continue;
        Parts[Sub.id()] = {V, uint16_t(RC.getSizeInBits()),
                           StringRef(RI.getName(Sub)).ends_with("H") && RC.getSizeInBits() == 8};
      }
  }
  auto Set = [&](BitVector &Into, ArrayRef<StringRef> Names) {
    for (StringRef Name : Names)
      Into.set(*named(Name));
  };
  Set(Returned, {"rax", "rdx", "xmm0", "xmm1"});
  Set(Kept, {"rbx", "rbp", "rsp", "r12", "r13", "r14", "r15"});
  Set(Arguments, {"rdi", "rsi", "rdx", "rcx", "r8", "r9", "rax", "r10", "rsp", "xmm0", "xmm1",
                  "xmm2", "xmm3", "xmm4", "xmm5", "xmm6", "xmm7"});
}

std::optional<RegisterPart> RegisterSet::part(MCRegister R) const { return Parts[R.id()]; }

std::string RegisterSet::name(CodeVariable V, unsigned Bits) const {
  for (unsigned R = 1; R != Parts.size(); ++R)
    if (Parts[R] && Parts[R]->Var == V && Parts[R]->Bits == Bits && !Parts[R]->High)
      return "$" + StringRef(RI.getName(R)).lower();
  llvm_unreachable("a variable has a register of each width");
}

StringRef RegisterSet::className(RegKind K, unsigned Bits) {
  if (K == RegKind::Mask)
    return "vk64";
  if (K == RegKind::Vec)
    return Bits == 128 ? "vr128x" : Bits == 256 ? "vr256x" : "vr512";
  return Bits == 8 ? "gr8" : Bits == 16 ? "gr16" : Bits == 32 ? "gr32" : "gr64_with_sub_8bit";
}

StringRef RegisterSet::lowIndex(RegKind K, unsigned Bits) {
  if (K == RegKind::Vec)
    return Bits == 128 ? "sub_xmm" : "sub_ymm";
  return Bits == 8 ? "sub_8bit" : Bits == 16 ? "sub_16bit" : "sub_32bit";
}

std::optional<CodeVariable> RegisterSet::named(StringRef Name) const {
  for (unsigned R = 1; R != Parts.size(); ++R)
    if (Parts[R] && Name.equals_insensitive(RI.getName(R)))
      return Parts[R]->Var;
  return std::nullopt;
}

} // namespace whittle
