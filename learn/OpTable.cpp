//===- learn/OpTable.cpp - Opcode classes as a policy numbers them ----------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "learn/OpTable.h"
#include <algorithm>
#include <numeric>

using namespace llvm;

namespace whittle {

Hash128 tableHash(ArrayRef<Hash128> Meanings) {
  std::string Text;
  for (const Hash128 &H : Meanings)
    Text.append(H.Bytes.begin(), H.Bytes.end());
  return Hash128::of(Text);
}

OpTable::OpTable(const TargetIsa &Isa) : Isa(&Isa) {
  ArrayRef<OpClass> Classes = Isa.classes();
  IdOfIndex.resize(Classes.size());
  IndexOfId.resize(Classes.size());
  std::iota(IdOfIndex.begin(), IdOfIndex.end(), 0);
  std::sort(IdOfIndex.begin(), IdOfIndex.end(),
            [&](unsigned A, unsigned B) { return Classes[A].Meaning < Classes[B].Meaning; });
  for (unsigned I = 0; I != IdOfIndex.size(); ++I) {
    IndexOfId[IdOfIndex[I]] = I;
    Meanings.push_back(Classes[IdOfIndex[I]].Meaning);
  }
  TableHash = tableHash(Meanings);
}

std::optional<unsigned> OpTable::indexOf(const OpClass &C) const {
  if (C.Id >= IndexOfId.size() || Isa->classes()[C.Id].Meaning != C.Meaning)
    return std::nullopt;
  return IndexOfId[C.Id];
}

} // namespace whittle
