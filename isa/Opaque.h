//===- isa/Opaque.h - Functions that proofs do not look into ----*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Floating-point operations and cipher rounds are uninterpreted functions of bit
// vectors to a proof: equal arguments, equal results, and nothing else but what
// commutes() says. Here is what they compute where all arguments are known.
//
// Floating-point formats are told by width: 16 is IEEE half, 32 single, 64
// double. Rounding is to nearest, ties to even, denormals are kept. Where the
// result is a NaN it is the positive quiet NaN without payload: rows never let it
// out, they choose their NaN themselves.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ISA_OPAQUE_H
#define WHITTLE_ISA_OPAQUE_H

#include "llvm/ADT/APInt.h"
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringRef.h"
#include <cstdint>
#include <optional>

namespace whittle {

enum class Opaque : uint8_t {
  FAdd, ///< subtraction is the sum with the negated second operand
  FMul,
  FDiv,
  FSqrt,
  FMulAdd,    ///< a * b + c, rounded once
  FConvert,   ///< between formats
  FToSInt,    ///< towards zero; saturates, NaN gives 0
  FToUInt,    ///< the same
  SIntToF,    ///< rounded
  UIntToF,    ///< rounded
  FRoundEven, ///< to an integer, as the three below
  FFloor,
  FCeil,
  FTrunc,
  // Approximations of AMD's vector unit. Their last bit is documented nowhere: here is
  // the exact result, rounded. The sine's and cosine's argument is in turns.
  FApproxRcp,
  FApproxRsq, ///< 1 / sqrt
  FApproxSqrt,
  FApproxExp2,
  FApproxLog2,
  FApproxSin,
  FApproxCos,
  AesEnc,     ///< ShiftRows, SubBytes, MixColumns of a 128-bit state
  AesEncLast, ///< the same without MixColumns
  AesDec,     ///< inverse ShiftRows, SubBytes, MixColumns
  AesDecLast,
  AesImc, ///< inverse MixColumns
};

/// "fadd", "aesenc", ..
llvm::StringRef opaqueName(Opaque F);
std::optional<Opaque> opaqueNamed(llvm::StringRef Name);
/// True if exchanging the first two arguments leaves the result as it is.
bool commutes(Opaque F);
/// True if hardware's results are not known to the bit, and differ between GPUs. What
/// evalOpaque() gives is near them and stands in no proof.
bool isApproximate(Opaque F);
/// The result, \p Width bits wide.
llvm::APInt evalOpaque(Opaque F, unsigned Width, llvm::ArrayRef<llvm::APInt> Args);

} // namespace whittle

#endif // WHITTLE_ISA_OPAQUE_H
