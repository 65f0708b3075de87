//===- isa/x86/X86Rows.h - How x86 families are written -*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A family gives the meaning of its plain form once, as a function of the
// register width; add() makes the legacy, VEX and EVEX opcodes of all widths of
// it, and the merge- and zero-masked forms of the EVEX ones.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ISA_X86_X86ROWS_H
#define WHITTLE_ISA_X86_X86ROWS_H

#include "isa/Row.h"
#include <functional>
#include <string>

namespace whittle::x86 {

/// The operands of an instruction's plain form, wherever a masked form has them.
class Ops {
public:
  /// \p Bits: the width that the opcode is named after. Operands \p From and up
  /// stand \p By places further right. An operand of fewer than \p Widen bits has
  /// zeros above it.
  Ops(Sem &S, unsigned Bits, unsigned From = 0, unsigned By = 0, unsigned Widen = 0)
      : S(S), Bits(Bits), From(From), By(By), Widen(Widen) {}

  Sem &sem() const { return S; }
  unsigned bits() const { return Bits; }
  unsigned lanes(unsigned EltBits) const { return Bits / EltBits; }
  V in(unsigned K, unsigned EltBits) const;
  V raw(unsigned K) const { return S.raw(place(K)); }
  /// The immediate, as hardware reads it: one byte.
  V imm() const { return S.imm(0, 8); }
  /// The immediate byte, zero-extended to the elements of \p Like.
  V immLike(V Like) const { return S.splat(zextOrTrunc(imm(), Like.eltBits()), Like.lanes()); }

private:
  unsigned place(unsigned K) const { return K < From ? K : K + By; }

  Sem &S;
  unsigned Bits, From, By, Widen;
};

using Body = std::function<V(const Ops &)>;

/// Which opcodes a family has. Null features: no such form.
struct Family {
  std::string Stem;                  ///< legacy name without the leading V
  const char *Sse = nullptr;         ///< legacy form
  const char *Avx = nullptr;         ///< VEX.128
  const char *Avx2 = nullptr;        ///< VEX.256
  const char *Evex = nullptr;        ///< EVEX.512; narrower also need avx512vl
  unsigned MaskElt = 0;              ///< element a mask bit stands for; 0: no masked forms
  std::string Suffix = "rr";         ///< of the legacy and VEX forms
  std::string EvexSuffix = "";       ///< of the EVEX forms, if it differs
  unsigned Widths = 128 | 256 | 512; ///< EVEX widths that exist
  /// Operand 0 is read, tied to the result and also what merge masking keeps.
  bool Tied = false;
  /// The 512-bit forms have twins (a `b` after the suffix) that raise no exceptions,
  /// which is nothing to us.
  bool Sae = false;
  unsigned Weight = 2;
  Row::ImmUse Imm = Row::ImmUse::None;
  /// Load forms: how many bits the form of a width reads, 0 if there is no such
  /// form. The plain form sees them as the low bits of an XMM register.
  std::function<unsigned(unsigned Bits)> Load = nullptr;
};

/// The load forms of a family whose register forms are \p F: `rm` for `rr`. Only
/// those that LLVM cannot unfold get rows, which are those that read less than
/// the register that the register form reads.
Family loadForms(Family F, std::function<unsigned(unsigned Bits)> Load);

/// Adds every form of \p F. \p Plain returns the result with the elements of
/// the plain form; a result narrower than 128 bits is extended with zeros. The
/// mask bits of a masked form stand for that result's elements of MaskElt.
void add(RowSet &R, const Family &F, const Body &Plain);

/// One opcode that has only a plain form.
RowSet &addOne(RowSet &R, const std::string &Name, const std::string &Features, unsigned Weight,
               SemFn Meaning);

/// The forms of one compare into mask registers of 128, 256 and 512 bits, plain
/// and masked. \p Plain gives one bit an element. \p Sae: as in Family.
void addToMask(RowSet &R, const std::string &Stem, const std::string &Suffix, const char *Features,
               Row::ImmUse Imm, const Body &Plain, bool Sae = false);

/// Names a register width as EVEX opcodes do: Z128, Z256, Z.
std::string evexName(unsigned Bits);
/// \p Features, and avx512vl below 512 bits.
std::string evexFeatures(const char *Features, unsigned Bits);

/// N elements: element I is element From(I) of A then B (of A alone).
V arrange(V A, V B, unsigned N, llvm::function_ref<unsigned(unsigned)> From);
V arrange(V A, unsigned N, llvm::function_ref<unsigned(unsigned)> From);
/// A with zeros above it up to \p Bits bits, in elements of A's width.
V withZerosAbove(V A, unsigned Bits);
/// The same; a result, which is a vector.
V extendTo(V A, unsigned Bits);
/// Concatenates equally typed parts, first lowest.
V join(llvm::ArrayRef<V> Parts);
/// True where bit \p Bit of the scalar is set.
V testBit(V Scalar, unsigned Bit);
/// Choices[low bits of Sel >> Shift]; the number of choices is a power of two.
V choose(V Sel, unsigned Shift, llvm::ArrayRef<V> Choices);
/// Table[Idx[i] mod elements of Table] for each i.
V lookup(V Table, V Idx);
/// lookup() in each 128-bit lane by itself.
V lookupInLanes(V Table, V Idx);
/// Shuffles whose selectors are fields of the immediate: lane L of the result
/// is lane Index(L, C) of A then B, where C is the field of \p FieldBits bits at
/// bit \p FieldBits * Stride * Position(L) of the immediate.
struct ImmShuffle {
  unsigned Positions, FieldBits, Stride;
  llvm::function_ref<unsigned(unsigned)> Position;
  llvm::function_ref<unsigned(unsigned, unsigned)> Index;
};
V shuffleByImm(const Ops &O, V A, V B, const ImmShuffle &How);
/// The upper half of Hi:Lo << Count, the lower half of Hi:Lo >> Count; the count
/// modulo the width of an element.
V funnelLeft(V Hi, V Lo, V Count);
V funnelRight(V Hi, V Lo, V Count);
/// Fn of adjacent pairs of A, then of B, in each 128-bit lane.
V horizontal(V A, V B, V (*Fn)(V, V));
/// Lanes 0..N-1 of elements of EltBits: their numbers.
V iota(Sem &S, unsigned N, unsigned EltBits);

/// Flags as i1; one that is not given is 0.
struct FlagBits {
  V Carry = {}, Parity = {}, Adjust = {}, Zero = {}, Sign = {}, Overflow = {};
  static constexpr uint8_t CarryBit = 1, AdjustBit = 4, All = 0x3f;
};
/// The byte that a value of kind Flags is.
V flagsOf(const FlagBits &F);

// The field GF(2^8) of x^8 + x^4 + x^3 + x + 1, in bytes.
V fieldDouble(V A);
V fieldProduct(V A, V B);
/// 1/A; 0 for 0.
V fieldInverse(V A);

// The families.
void addLogic(RowSet &R);
void addArithmetic(RowSet &R);
void addMultiply(RowSet &R);
void addGalois(RowSet &R);
void addCipher(RowSet &R);
void addHash(RowSet &R);
void addShift(RowSet &R);
void addCompare(RowSet &R);
void addFlags(RowSet &R);
void addMask(RowSet &R);
void addMove(RowSet &R);
void addConvert(RowSet &R);
void addShuffle(RowSet &R);
void addPermute(RowSet &R);
void addBits(RowSet &R);
void addScalar(RowSet &R);
void addNarrow(RowSet &R);
void addFloat(RowSet &R);
void addFloatCompare(RowSet &R);
void addFloatConvert(RowSet &R);
void addFloatRound(RowSet &R);
void addLoad(RowSet &R);
void addTile(RowSet &R);

} // namespace whittle::x86

#endif // WHITTLE_ISA_X86_X86ROWS_H
