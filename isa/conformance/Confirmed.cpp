//===- isa/conformance/Confirmed.cpp - The checked-in list of confirmed rows ----===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "isa/conformance/Confirmed.h"
#include "isa/Meaning.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/raw_ostream.h"
#include <algorithm>
#include <map>

using namespace llvm;

namespace whittle {

namespace {
struct Line {
  StringRef Opcode;
  ConformEntry::How H;
  uint64_t Hash; ///< the first 8 bytes of rowHash, most significant first
};
} // namespace

// Each is sorted by opcode, bytewise; the last line is empty.
#define CONFIRMED(OPCODE, HOW, HASH) {#OPCODE, ConformEntry::HOW, HASH},
static constexpr Line X86Lines[] = {
#include "isa/conformance/confirmed-x86_64.inc"
    {"", ConformEntry::Unconfirmed, 0},
};
static constexpr Line AMDGPULines[] = {
#include "isa/conformance/confirmed-amdgcn.inc"
    {"", ConformEntry::Unconfirmed, 0},
};
#undef CONFIRMED

static const Line *findLine(const TargetIsa &Isa, StringRef Opcode) {
  ArrayRef<Line> Lines = Isa.arch() == "x86_64" ? ArrayRef(X86Lines) : ArrayRef(AMDGPULines);
  Lines = Lines.drop_back();
  const Line *It =
      llvm::lower_bound(Lines, Opcode, [](const Line &L, StringRef O) { return L.Opcode < O; });
  return It != Lines.end() && It->Opcode == Opcode ? It : nullptr;
}

static uint64_t prefix(const Hash128 &H) {
  uint64_t P = 0;
  for (unsigned I = 0; I != 8; ++I)
    P = P << 8 | H.Bytes[I];
  return P;
}

const char *confirmationName(ConformEntry::How H) {
  return H == ConformEntry::Silicon        ? "silicon"
         : H == ConformEntry::SecondSource ? "second source"
                                           : "unconfirmed";
}

ConformEntry::How confirmation(const TargetIsa &Isa, const Row &R) {
  if (R.isGeneric())
    return ConformEntry::SecondSource;
  const Line *L = findLine(Isa, R.Name);
  return L && L->Hash == prefix(rowHash(R)) ? L->H : ConformEntry::Unconfirmed;
}

// A feature is listed here while no run can execute its rows. Any other row must
// be confirmed, which a test checks.
static constexpr struct {
  StringRef Feature; ///< the beginning of one of the row's features
  StringRef Reason;
} OutOfReach[] = {
    {"+avx512fp16", "no emulator or CPU at hand executes AVX512-FP16"},
    {"+avx10.2", "no emulator or CPU at hand executes AVX10.2"},
    {"+avxneconvert", "no emulator or CPU at hand executes AVX-NE-CONVERT"},
    {"+avxifma", "no emulator or CPU at hand executes AVX-IFMA"},
    {"+sha512", "no emulator or CPU at hand executes SHA512"},
    {"+amx-", "no emulator or CPU at hand executes AMX"},
};

// Rows of which the documents leave a step open, or CPUs differ. A reference could
// only repeat the choice that the row makes, and one CPU says nothing of another.
static constexpr StringRef LastPlace =
    "AMD documents this approximation to some units in the last place, not to the bit";
static constexpr StringRef DotOrder =
    "the order and the rounding of a float dot product's sums are open in AMD's documents";
static constexpr StringRef ByteRounding = "how V_CVT_PK_U8_F32 rounds is open in AMD's documents";
static constexpr StringRef MatrixOrder =
    "AMD's documents give neither order nor rounding of a float matrix product's sums";
static constexpr StringRef NaNOrder =
    "of two products that are NaN, Intel's and AMD's CPUs add another one first";
static constexpr struct {
  StringRef Prefix; ///< of the opcode
  StringRef Reason;
} Unsettled[] = {
    {"DPPD", NaNOrder},
    {"DPPS", NaNOrder},
    {"VDPPD", NaNOrder},
    {"VDPPS", NaNOrder},
    {"V_RCP_", LastPlace},
    {"V_RSQ_", LastPlace},
    {"V_SQRT_", LastPlace},
    {"V_EXP_", LastPlace},
    {"V_LOG_", LastPlace},
    {"V_SIN_", LastPlace},
    {"V_COS_", LastPlace},
    {"V_CVT_PK_U8_F32", ByteRounding},
    {"V_DOT2_F32_", DotOrder},
    {"V_DOT2C_F32_", DotOrder},
    {"V_DOT2_F16_F16", DotOrder},
    {"V_DOT4_F32_", DotOrder},
    {"V_DOT2_BF16_BF16", DotOrder},
    {"V_MFMA_F32_", MatrixOrder},
    {"V_MFMA_F64_", MatrixOrder},
    {"V_WMMA_F32_", MatrixOrder},
    {"V_WMMA_F16_", MatrixOrder},
    {"V_WMMA_BF16_", MatrixOrder},
    {"V_WMMA_I32_16X16X16_IU4_w64",
     "the documents do not say which of 64 lanes hold 4-bit elements"},
};

StringRef unsettledReason(const Row &R) {
  for (const auto &[Prefix, Reason] : Unsettled)
    if (StringRef(R.Name).starts_with(Prefix))
      return Reason;
  return "";
}

StringRef unconfirmedReason(const Row &R) {
  if (StringRef Reason = unsettledReason(R); !Reason.empty())
    return Reason;
  SmallVector<StringRef, 4> Needed;
  StringRef(R.Features).split(Needed, ',', -1, false);
  for (const auto &[Feature, Reason] : OutOfReach)
    if (any_of(Needed, [&](StringRef F) { return F.starts_with(Feature); }))
      return Reason;
  return "";
}

std::string confirmedList(const TargetIsa &Isa, const ConformReport &Report) {
  std::map<std::string, const ConformEntry *> Entries;
  for (const ConformEntry &E : Report.Entries)
    Entries[E.Opcode] = &E;
  std::map<std::string, std::string> Text;
  for (const Row &R : Isa.rows()) {
    if (!unsettledReason(R).empty())
      continue;
    auto It = Entries.find(R.Name);
    bool Ran = It != Entries.end() && It->second->H != ConformEntry::Unconfirmed;
    ConformEntry::How H = ConformEntry::Unconfirmed;
    uint64_t Hash = 0;
    const Line *L = findLine(Isa, R.Name);
    bool OnSilicon = L && L->H == ConformEntry::Silicon && L->Hash == prefix(rowHash(R));
    if (L && (!Ran || (OnSilicon && It->second->H == ConformEntry::SecondSource))) {
      H = L->H;
      Hash = L->Hash;
    } else if (Ran && It->second->confirmed()) {
      H = It->second->H;
      Hash = prefix(rowHash(R));
    } else {
      continue;
    }
    Text[R.Name] = "CONFIRMED(" + R.Name +
                   (H == ConformEntry::Silicon ? ", Silicon, 0x" : ", SecondSource, 0x") +
                   utohexstr(Hash, /*LowerCase=*/true, 16) + ")\n";
  }
  std::string All =
      "// Rows that agreed with silicon or a second source, and the hash of each then. Written by\n"
      "// `whittle isa conform --target " +
      Isa.arch().str() + " --write-confirmed FILE`.\n";
  for (const auto &[Name, L] : Text)
    All += L;
  return All;
}

Error writeConfirmed(const TargetIsa &Isa, const ConformReport &Report, StringRef Path) {
  std::error_code Code;
  raw_fd_ostream Out(Path, Code, sys::fs::OF_Text);
  if (!Code) {
    Out << confirmedList(Isa, Report);
    Out.close();
    Code = Out.error();
    Out.clear_error();
  }
  if (Code)
    return createStringError(Code, Path + ": " + Code.message());
  return Error::success();
}

} // namespace whittle
