//===- verify/Smt.h - A slice as SMT-LIB 2 text ------------------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The one translation of terms for solvers: what is exported is, byte for byte,
// what the linked solver is asked. Only operators of the standard.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_VERIFY_SMT_H
#define WHITTLE_VERIFY_SMT_H

#include "verify/Cone.h"

namespace whittle {

/// How an element read with a variable index is written.
enum class SelectForm : uint8_t {
  Array, ///< an array, defined element by element
  Mux,   ///< if-then-else on the bits of the index
};

struct SmtQuery {
  /// Declarations and assertions, without check-sat: satisfiable exactly if
  /// source and target differ. Atom k is the constant x<k>.
  std::string Text;
  bool Arrays = false;
  bool Functions = false; ///< uninterpreted ones
  std::vector<unsigned> AtomWidths;
};

SmtQuery writeSmt(const Cone &C, SelectForm Form = SelectForm::Array);

} // namespace whittle

#endif // WHITTLE_VERIFY_SMT_H
