//===- isa/Value.h - What a machine value is --------------------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A value is a whole physical register as its class names it. What a narrower
// register class does not name (bits 128..511 of an XMM value, all but the low
// element of an FR32, the upper half of a GPR that is read as 32 bits) is not
// part of the value; an instruction that zeroes those bits says so with
// Row::ZeroesAbove. What an instruction reads from memory is a value of exactly
// the bytes that it reads.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ISA_VALUE_H
#define WHITTLE_ISA_VALUE_H

#include "llvm/ADT/StringRef.h"
#include <cstdint>
#include <optional>
#include <string>

namespace llvm {
class LLVMContext;
class Type;
} // namespace llvm

namespace whittle {

enum class RegKind : uint8_t {
  Vec,   ///< x86 XMM/YMM/ZMM: 128, 256 or 512 bits; 16 to 64: FR16, FR32, FR64.
  Mask,  ///< x86 k register: always 64 bits, whatever class names it.
  Gpr,   ///< x86 general register: 8, 16, 32 or 64 bits.
  Lane,  ///< AMDGPU VGPR/AGPR tuple: bits *per lane* (32 * registers); 16: one half of
         ///< a VGPR; 1: a mask, one bit for each lane, that stands in scalar registers.
  Sgpr,  ///< AMDGPU scalar register tuple: one value for the wave.
  Flags, ///< x86 EFLAGS as one byte: CF, PF, AF, ZF, SF, OF from bit 0 up; AMDGPU's SCC
         ///< in bit 0. Operand and result of rows, never a value of a program.
  Tile,  ///< x86 TMM register: 16 rows of 64 bytes, row by row; of no program either.
};

/// Kind and width in bits. Two values of one type may be exchanged freely as
/// far as meaning goes; register classes are checked when code is emitted.
struct ValueType {
  RegKind Kind = RegKind::Vec;
  uint16_t Bits = 0;

  bool operator==(const ValueType &) const = default;

  /// Bytes of one test of this type in an evaluator's buffer (for Lane: of one
  /// lane). Little-endian, the order of the register in memory.
  unsigned bytes() const { return (Bits + 7u) / 8; }
  bool isLaneMask() const { return Kind == RegKind::Lane && Bits == 1; }

  /// One integer in IR, not a vector of dwords: masks, general registers, and
  /// vector registers of which only the low element counts.
  bool isScalar() const {
    return Kind == RegKind::Mask || Kind == RegKind::Gpr || Kind == RegKind::Flags ||
           (Kind == RegKind::Vec && Bits < 128) || (Kind == RegKind::Lane && Bits < 32);
  }
  /// Bits of one element of irType.
  unsigned elementBits() const { return isScalar() ? Bits : 32; }

  /// v16 v32 v64 v128 v256 v512 k64 r8 r16 r32 r64 l1 l16 l32 l64 .. l1024 s32 s64 ..
  /// t8192; v8 is a byte in memory that a vector instruction reads; f8 are flags,
  /// which parse() does not know, since no program holds them.
  std::string str() const;
  static std::optional<ValueType> parse(llvm::StringRef Text);

  /// The IR type of an argument or result of this type: <Bits/32 x i32> for
  /// Vec from 128 bits on, iBits below, i64 for Mask, iBits for Gpr, i1, i16, i32 or
  /// <Bits/32 x i32> for Lane, Sgpr; <256 x i32> for Tile.
  llvm::Type *irType(llvm::LLVMContext &Ctx) const;
};

} // namespace whittle

#endif // WHITTLE_ISA_VALUE_H
