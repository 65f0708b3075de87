//===- isa/amdgpu/Families.h - The AMDGPU row families ----------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The meanings are those of AMD's CDNA instruction set references; the layout of
// matrix operands is that of AMD's matrix instruction calculator. What of this
// was compared with what: docs/AMDGPU.md.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ISA_AMDGPU_FAMILIES_H
#define WHITTLE_ISA_AMDGPU_FAMILIES_H

#include "isa/Row.h"
#include "isa/TargetIsa.h"

namespace whittle::amdgpu {

/// A register use; a lane mask in a scalar register; an immediate that the meaning
/// reads; a modifier that must stand at one value.
inline OperandSpec reg() { return {}; }
inline OperandSpec mask() {
  OperandSpec S;
  S.Ty = {RegKind::Lane, 1};
  return S;
}
inline OperandSpec imm(unsigned Bits) {
  OperandSpec S;
  S.K = OperandSpec::Imm;
  S.ImmBits = uint8_t(Bits);
  return S;
}
inline OperandSpec fixed(int64_t Value) {
  OperandSpec S;
  S.K = OperandSpec::Fixed;
  S.Value = Value;
  return S;
}

/// Adds NAME_e64 and NAME_e32. The vector unit has both encodings of most
/// two-operand instructions; instruction selection emits e64.
void addBothEncodings(RowSet &R, const std::string &Name, const std::string &Features,
                      const SemFn &Fn, unsigned Weight, bool HasClamp = false);

void addSumRows(RowSet &R);           ///< 32-bit sums, carries, selections
void addValuRows(RowSet &R);          ///< logic, shifts, min and max, moves
void addFieldRows(RowSet &R);         ///< bit fields, bytes, counts of bits
void addMultiplyRows(RowSet &R);      ///< multiplies, sums of differences
void addQuadRows(RowSet &R);          ///< sums of differences at four places
void addWideRows(RowSet &R);          ///< 64-bit integers
void addDotRows(RowSet &R);           ///< integer dot products
void addHalfRows(RowSet &R);          ///< 16-bit integers
void addPackedRows(RowSet &R);        ///< pairs of 16-bit integers, pairs of words
void addMfmaRows(RowSet &R);          ///< matrix products of gfx9
void addWmmaRows(RowSet &R);          ///< matrix products of gfx11 and gfx12
void addSparseRows(RowSet &R);        ///< matrix products with a sparse factor
void addCompareRows(RowSet &R);       ///< vector compares into lane masks
void addScalarRows(RowSet &R);        ///< integers of the scalar unit, logic on lane masks
void addScalarCompareRows(RowSet &R); ///< compares into SCC
void addScalarFloatRows(RowSet &R);   ///< floating point of the scalar unit
void addFloatRows(RowSet &R);         ///< FP32 and FP64 arithmetic
void addApproximationRows(RowSet &R); ///< reciprocals and roots
void addFloatConvertRows(RowSet &R);  ///< between FP32, FP64 and integers
void addFloat16Rows(RowSet &R);       ///< halves, in registers or half registers
void addPackedFloatRows(RowSet &R);   ///< pairs of halves, mixes with singles, dot products
void addConvert16Rows(RowSet &R);     ///< conversions from and to 16 and 8 bits
/// Lanes that read others. After the rows whose DPP forms they give.
void addCrossLaneRows(RowSet &R);

} // namespace whittle::amdgpu

#endif // WHITTLE_ISA_AMDGPU_FAMILIES_H
