//===- learn/PolicyFile.cpp - A policy on disk ------------------------------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "learn/PolicyFile.h"
#include "llvm/Support/Endian.h"
#include "llvm/Support/FileSystem.h"
#include "llvm/Support/MemoryBuffer.h"
#include "llvm/Support/Path.h"
#include "llvm/Support/raw_ostream.h"
#include <cmath>

using namespace llvm;

namespace whittle {

static constexpr StringLiteral Magic = "WHITTLEP";
static constexpr size_t HashBytes = 16;

namespace {
class Writer {
public:
  std::string Bytes;

  template <typename T> void put(T Value) {
    char Buffer[sizeof(T)];
    support::endian::write<T>(Buffer, Value, endianness::little);
    Bytes.append(Buffer, sizeof(T));
  }
  void put(const Hash128 &H) { Bytes.append(H.Bytes.begin(), H.Bytes.end()); }
};

/// Reads past the end give zeros and set Short.
class Reader {
public:
  explicit Reader(StringRef Bytes) : Rest(Bytes) {}

  template <typename T> T get() {
    StringRef Part = take(sizeof(T));
    return Part.empty() ? T() : support::endian::read<T>(Part.data(), endianness::little);
  }
  Hash128 getHash() {
    Hash128 H;
    StringRef Part = take(HashBytes);
    llvm::copy(Part, H.Bytes.begin());
    return H;
  }
  StringRef take(uint64_t N) {
    if (N > Rest.size()) {
      Short = true;
      Rest = "";
      return "";
    }
    StringRef Part = Rest.take_front(N);
    Rest = Rest.drop_front(N);
    return Part;
  }

  StringRef Rest;
  bool Short = false;
};
} // namespace

std::string encodePolicy(const PolicyData &P) {
  Writer W;
  W.Bytes = Magic.str();
  W.put<uint32_t>(PolicyFormatVersion);
  W.put<uint32_t>(uint32_t(P.Target.size()));
  W.Bytes += P.Target;
  W.put<uint64_t>(P.Seed);
  W.put<uint64_t>(P.TrainingWindows);
  W.put(P.TableHash);
  W.put<uint32_t>(uint32_t(P.Meanings.size()));
  for (const Hash128 &H : P.Meanings)
    W.put(H);
  W.put<uint32_t>(P.N.Shape.Inputs);
  W.put<uint32_t>(P.N.Shape.Hidden);
  W.put<uint32_t>(P.N.Shape.Outputs);
  W.put<uint64_t>(P.N.Weights.size());
  for (float F : P.N.Weights)
    W.put<uint32_t>(bit_cast<uint32_t>(F));
  W.put(Hash128::of(W.Bytes));
  return std::move(W.Bytes);
}

Expected<PolicyData> decodePolicy(StringRef Bytes, StringRef Name) {
  auto Fail = [&](const Twine &Why) {
    return createStringError(inconvertibleErrorCode(), Name + ": " + Why);
  };
  Reader R(Bytes);
  StringRef Start = R.take(Magic.size());
  if (Bytes.size() < Magic.size() ? !Magic.starts_with(Bytes) || Bytes.empty() : Start != Magic)
    return Fail("not a Whittle policy file");
  uint32_t Version = R.get<uint32_t>();
  if (R.Short)
    return Fail("truncated policy file");
  if (Version != PolicyFormatVersion)
    return Fail("policy format version " + Twine(Version) + ", this build reads version " +
                Twine(PolicyFormatVersion));

  PolicyData P;
  P.Target = R.take(R.get<uint32_t>()).str();
  P.Seed = R.get<uint64_t>();
  P.TrainingWindows = R.get<uint64_t>();
  P.TableHash = R.getHash();
  uint64_t NumMeanings = R.get<uint32_t>();
  // Counts are checked against what is left before anything is allocated.
  if (NumMeanings * HashBytes > R.Rest.size())
    return Fail("truncated policy file");
  for (uint64_t I = 0; I != NumMeanings; ++I)
    P.Meanings.push_back(R.getHash());
  P.N.Shape.Inputs = R.get<uint32_t>();
  P.N.Shape.Hidden = R.get<uint32_t>();
  P.N.Shape.Outputs = R.get<uint32_t>();
  uint64_t NumWeights = R.get<uint64_t>();
  if (R.Short || NumWeights > R.Rest.size() / sizeof(float) ||
      NumWeights * sizeof(float) + HashBytes > R.Rest.size())
    return Fail("truncated policy file");
  P.N.Weights.reserve(NumWeights);
  for (uint64_t I = 0; I != NumWeights; ++I)
    P.N.Weights.push_back(bit_cast<float>(R.get<uint32_t>()));
  StringRef Checked = Bytes.drop_back(R.Rest.size());
  Hash128 Sum = R.getHash();
  if (!R.Rest.empty())
    return Fail("corrupt policy file: " + Twine(R.Rest.size()) + " bytes after its end");
  if (Sum != Hash128::of(Checked))
    return Fail("corrupt policy file: the checksum does not match");

  bool Finite = all_of(P.N.Weights, [](float F) { return std::isfinite(F); });
  if (P.N.Weights.size() != P.N.Shape.numWeights() || P.N.Shape.Outputs != P.Meanings.size() ||
      !Finite)
    return Fail("corrupt policy file: its weights do not fit its shape");
  return P;
}

Error checkWritable(StringRef Path) {
  StringRef Dir = sys::path::parent_path(Path);
  if (std::error_code EC = sys::fs::access(Dir.empty() ? "." : Dir, sys::fs::AccessMode::Write))
    return createStringError(EC, Path + ": cannot write the policy: " + EC.message());
  if (sys::fs::is_directory(Path))
    return createStringError(inconvertibleErrorCode(),
                             Path + ": cannot write the policy: it is a directory");
  return Error::success();
}

Error writePolicy(const PolicyData &P, StringRef Path) {
  std::string Bytes = encodePolicy(P);
  Error E = writeToOutput(Path, [&](raw_ostream &OS) {
    OS << Bytes;
    return Error::success();
  });
  if (E)
    return createStringError(inconvertibleErrorCode(),
                             Path + ": cannot write the policy: " + toString(std::move(E)));
  return Error::success();
}

Expected<PolicyData> readPolicy(StringRef Path) {
  auto Buffer = MemoryBuffer::getFile(Path, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  if (!Buffer)
    return createStringError(Buffer.getError(),
                             Path + ": cannot read the policy: " + Buffer.getError().message());
  return decodePolicy((*Buffer)->getBuffer(), Path);
}

} // namespace whittle
