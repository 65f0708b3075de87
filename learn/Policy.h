//===- learn/Policy.h - The learned order of opcode classes -----*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_LEARN_POLICY_H
#define WHITTLE_LEARN_POLICY_H

#include "enumerate/Search.h"
#include "learn/Features.h"
#include "learn/PolicyFile.h"

namespace whittle {

/// Sorts a pool by the network's log odds for the window less workPenalty
/// (likeliest per candidate first), ties by class id; classes the policy does not know go last,
/// cheapest first. One forward pass a window, whatever the number of candidates. The whole pool
/// stays in the order: a bad policy makes search slower, never poorer.
class Policy final : public CandidateRanker {
public:
  /// Fails, naming \p Name, if \p P is of another target or opcode table.
  static llvm::Expected<std::unique_ptr<Policy>> create(const TargetIsa &Isa, PolicyData P,
                                                        llvm::StringRef Name);
  llvm::StringRef name() const override { return "policy"; }
  std::vector<const OpClass *> order(const Window &W,
                                     llvm::ArrayRef<const OpClass *> Pool) override;
  const PolicyData &data() const { return Data; }

private:
  Policy(OpTable Table, PolicyData Data) : Table(std::move(Table)), Data(std::move(Data)) {}

  OpTable Table;
  PolicyData Data;
};

} // namespace whittle

#endif // WHITTLE_LEARN_POLICY_H
