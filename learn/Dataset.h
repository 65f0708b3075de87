//===- learn/Dataset.h - Windows with known cheapest answers ----*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_LEARN_DATASET_H
#define WHITTLE_LEARN_DATASET_H

#include "learn/Learn.h"
#include "learn/Net.h"
#include "learn/OpTable.h"
#include "learn/Skeleton.h"

namespace whittle {

/// A source and what is known of its cheapest equivalents. Equivalence is equal
/// fingerprints, and "cheapest" is of all programs that were enumerated.
struct LabelledWindow {
  Window W;
  /// The opcode classes (indices of OpTable, ascending, each once) of each
  /// cheapest answer, distinct; at most MaxAnswers.
  std::vector<std::vector<unsigned>> Answers;
  Rule Known; ///< with one of them; may have constants that W has not
  unsigned AnswerInstructions = 0;
  std::string Skeleton;
  Split Side = Split::Train;

  static constexpr size_t MaxAnswers = 32;
  /// All classes of all answers, ascending, and the share of answers that has
  /// each: any answer counts, but what most have is worth having early.
  std::vector<Example::Label> labels() const;
  /// True if every answer has a class that the source has not.
  bool needsNewOpcode(const OpTable &Table) const;
};

struct DatasetOptions {
  uint64_t Seed = 1;
  unsigned Threads = 2;
  size_t MaxClasses = 20000;
  /// No further pool is begun after this; the data are then not the same on
  /// every run, and the log says so.
  double Seconds = 300;
  /// Opcode names to enumerate over; empty: all rows that fit a space.
  std::vector<std::string> OnlyRows;
};

struct Dataset {
  std::vector<LabelledWindow> Windows;
  uint64_t Programs = 0; ///< enumerated
  size_t Classes = 0;    ///< of equal fingerprints, of which Windows has members
  bool Complete = true;  ///< false if time ended it
  double Seconds = 0;

  std::vector<const LabelledWindow *> side(Split S) const;
};

/// Enumerates the spaces of the target: all programs of two instructions over
/// as many opcodes as the limit allows, all of three and some of four over
/// small pools of related opcodes; then takes, of classes with a cheaper
/// member, some of the dearer members as windows.
llvm::Expected<Dataset> buildDataset(const OpTable &Table, const DatasetOptions &O,
                                     llvm::raw_ostream &Log);

/// A window solved before (by search and proof) as labelled data.
LabelledWindow labelSolved(const SolvedWindow &S, const OpTable &Table);

/// Features and labels of \p Windows.
std::vector<Example> examplesOf(llvm::ArrayRef<const LabelledWindow *> Windows,
                                const OpTable &Table);

} // namespace whittle

#endif // WHITTLE_LEARN_DATASET_H
