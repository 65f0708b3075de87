//===- isa/x86/Convert.cpp - Extensions and truncations of elements -----===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/x86/X86Rows.h"

using namespace llvm;

namespace whittle::x86 {

static const struct {
  const char *Wide, *Narrow; ///< as extensions and truncations name them
  unsigned From, To;         ///< narrow and wide bits
} Pairs[] = {{"BW", "WB", 8, 16},  {"BD", "DB", 8, 32},  {"BQ", "QB", 8, 64},
             {"WD", "DW", 16, 32}, {"WQ", "QW", 16, 64}, {"DQ", "QD", 32, 64}};

void addConvert(RowSet &R) {
  for (auto &P : Pairs) {
    unsigned From = P.From, To = P.To;
    const char *Evex = From == 8 && To == 16 ? "+avx512bw" : "+avx512f";
    // The low elements of the operand fill the result.
    for (bool Signed : {true, false}) {
      Family F{.Stem = std::string(Signed ? "PMOVSX" : "PMOVZX") + P.Wide,
               .Sse = "+sse4.1",
               .Avx = "+avx",
               .Avx2 = "+avx2",
               .Evex = Evex,
               .MaskElt = To};
      auto Extend = [=](const Ops &O) {
        V Low = slice(O.in(0, From), 0, O.lanes(To));
        return Signed ? sext(Low, To) : zext(Low, To);
      };
      add(R, F, Extend);
      // Loads of a whole XMM or more unfold.
      add(R,
          loadForms(F,
                    [=](unsigned Bits) { return Bits / To * From < 128 ? Bits / To * From : 0; }),
          Extend);
    }
    enum { Plain, Signed, Unsigned };
    for (int How : {Plain, Signed, Unsigned})
      add(R,
          {.Stem = std::string(How == Plain    ? "PMOV"
                               : How == Signed ? "PMOVS"
                                               : "PMOVUS") +
                   P.Narrow,
           .Evex = Evex,
           .MaskElt = From},
          [=](const Ops &O) {
            V A = O.in(0, To);
            if (How == Signed)
              return truncSSat(A, From);
            if (How == Unsigned)
              A = umin(A, O.sem().constantLike(A, (uint64_t(1) << From) - 1));
            return trunc(A, From);
          });
  }
}

} // namespace whittle::x86
