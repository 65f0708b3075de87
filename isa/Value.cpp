//===- isa/Value.cpp - Value types
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/Value.h"
#include "llvm/IR/DerivedTypes.h"
#include "llvm/IR/Type.h"

using namespace llvm;

namespace whittle {

static char letter(RegKind K) {
  switch (K) {
  case RegKind::Vec:
    return 'v';
  case RegKind::Mask:
    return 'k';
  case RegKind::Gpr:
    return 'r';
  case RegKind::Lane:
    return 'l';
  case RegKind::Sgpr:
    return 's';
  case RegKind::Flags:
    return 'f';
  case RegKind::Tile:
    return 't';
  }
  return '?';
}

std::string ValueType::str() const { return std::string(1, letter(Kind)) + std::to_string(Bits); }

std::optional<ValueType> ValueType::parse(StringRef Text) {
  if (Text.size() < 2)
    return std::nullopt;
  unsigned Bits = 0;
  if (Text.drop_front().getAsInteger(10, Bits))
    return std::nullopt;
  switch (Text[0]) {
  case 'v':
    if (Bits >= 8 && Bits <= 512 && (Bits & (Bits - 1)) == 0)
      return ValueType{RegKind::Vec, uint16_t(Bits)};
    break;
  case 'k':
    if (Bits == 64)
      return ValueType{RegKind::Mask, 64};
    break;
  case 'r':
    if (Bits == 8 || Bits == 16 || Bits == 32 || Bits == 64)
      return ValueType{RegKind::Gpr, uint16_t(Bits)};
    break;
  case 'l':
  case 's':
    if ((Bits >= 32 && Bits <= 1024 && Bits % 32 == 0) ||
        (Text[0] == 'l' && (Bits == 1 || Bits == 16)))
      return ValueType{Text[0] == 'l' ? RegKind::Lane : RegKind::Sgpr, uint16_t(Bits)};
    break;
  case 't':
    if (Bits == 8192)
      return ValueType{RegKind::Tile, 8192};
    break;
  default:
    break;
  }
  return std::nullopt;
}

Type *ValueType::irType(LLVMContext &Ctx) const {
  Type *I32 = Type::getInt32Ty(Ctx);
  switch (Kind) {
  case RegKind::Mask:
    return Type::getInt64Ty(Ctx);
  case RegKind::Gpr:
  case RegKind::Flags:
    return Type::getIntNTy(Ctx, Bits);
  case RegKind::Vec:
    if (isScalar())
      return Type::getIntNTy(Ctx, Bits);
    return FixedVectorType::get(I32, Bits / 32);
  case RegKind::Lane:
  case RegKind::Sgpr:
    return Bits <= 32 ? Type::getIntNTy(Ctx, Bits)
                      : static_cast<Type *>(FixedVectorType::get(I32, Bits / 32));
  case RegKind::Tile:
    return FixedVectorType::get(I32, Bits / 32);
  }
  return nullptr;
}

} // namespace whittle
