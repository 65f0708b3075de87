//===- learn/Skeleton.cpp - What a program is but for its form --------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "learn/Skeleton.h"
#include "isa/TargetIsa.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/xxhash.h"
#include <algorithm>

using namespace llvm;

namespace whittle {

namespace {
/// The tail of an x86 opcode name: its operand letters.
struct X86Name {
  StringRef Stem;
  StringRef Plain; ///< the name of the unmasked form, if masked()
  bool Merge = false, Zero = false;

  explicit X86Name(StringRef Name) {
    Name.consume_back("_REV");
    Stem = Name.rtrim("rimkz");
    Plain = Name;
    Zero = Plain.consume_back("kz");
    Merge = !Zero && Plain.consume_back("k") && (Plain.ends_with("r") || Plain.ends_with("i"));
  }
  bool masked() const { return Merge || Zero; }
};

std::string x86Family(StringRef Name) {
  StringRef S = X86Name(Name).Stem;
  S.consume_front("V");
  for (StringRef Width : {"Z128", "Z256", "Z", "Y"})
    if (S.size() > Width.size() + 1 && S.consume_back(Width))
      break;
  // Element widths: VPADDB, VPUNPCKLBW, VINSERTI64x4. A D of the name goes with
  // them (PADDB, PADDW: "PA"), the same for all widths.
  S = S.rtrim("0123456789x");
  StringRef Short = S.rtrim("BWDQ");
  return (Short.size() >= 2 ? Short : S).str();
}

std::string amdgpuFamily(StringRef Name) {
  for (StringRef Tail : {"_e64", "_e32", "_vgprcd"})
    Name.consume_back(Tail);
  Name.consume_back("_vgprcd");
  // Types: _U32, _I32, _B32, _U32_U24, _I32_I8.
  for (;;) {
    auto [Head, Tail] = Name.rsplit('_');
    if (Tail.empty() || !StringRef("UIBF").contains(Tail[0]) || Tail.drop_front().empty() ||
        !all_of(Tail.drop_front(), isDigit))
      return Name.str();
    Name = Head;
  }
}

class Walk {
public:
  explicit Walk(const Window &W) : W(W), Arch(W.Isa->arch()) {}

  std::string of(unsigned Id) const {
    if (Id < W.numLeaves())
      return W.Leaves[Id].Const ? "c" : "x";
    const Node &N = W.Source.Nodes[Id - W.numLeaves()];
    SmallVector<std::string, 4> Ops;
    for (unsigned Op : plainOperands(N))
      Ops.push_back(of(Op));
    llvm::sort(Ops);
    // Encodings of one meaning have names of different families (VPANDD, VANDPS).
    const Row &R = N.R->isGeneric() ? *N.R : W.Isa->classOf(*N.R).leader();
    return opcodeFamily(Arch, R.Name) + "(" + join(Ops, ",") + ")";
  }

private:
  /// Without mask and pass-through.
  SmallVector<unsigned, 4> plainOperands(const Node &N) const {
    SmallVector<unsigned, 4> Ops(N.Ops.begin(), N.Ops.end());
    if (Arch != "x86_64" || N.R->isGeneric())
      return Ops;
    X86Name Form(N.R->Name);
    const Row *Plain = Form.masked() ? W.Isa->find(Form.Plain) : nullptr;
    if (!Plain)
      return Ops;
    auto *Mask =
        find_if(Ops, [&](unsigned Op) { return W.typeOf(W.Source, Op).Kind == RegKind::Mask; });
    if (Mask != Ops.end())
      Ops.erase(Mask);
    // A tied accumulator is the pass-through as well, and stays.
    if (Ops.size() > Plain->Ins.size())
      Ops.erase(Ops.begin());
    return Ops;
  }

  const Window &W;
  StringRef Arch;
};
} // namespace

std::string opcodeFamily(StringRef Arch, StringRef Name) {
  if (Arch == "x86_64")
    return x86Family(Name);
  if (Arch == "amdgcn")
    return amdgpuFamily(Name);
  return Name.str();
}

std::string skeleton(const Window &W) {
  Walk Tree(W);
  std::vector<std::string> Parts;
  for (unsigned Id : W.Source.Outputs)
    Parts.push_back(Tree.of(Id));
  llvm::sort(Parts);
  return join(Parts, ";");
}

Split splitOf(StringRef Skeleton) {
  switch (xxh3_64bits("split " + Skeleton.str()) % 10) {
  case 8:
    return Split::Validation;
  case 9:
    return Split::Test;
  default:
    return Split::Train;
  }
}

} // namespace whittle
