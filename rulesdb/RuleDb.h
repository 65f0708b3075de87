//===- rulesdb/RuleDb.h - Windows, rules and their evidence -----*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A SQLite file. Every public write is one transaction: a kill at any time
// leaves a database that opens with all that was committed. SQLite's header
// stays behind this one.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_RULESDB_RULEDB_H
#define WHITTLE_RULESDB_RULEDB_H

#include "isa/Program.h"
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <vector>

namespace whittle {

/// Where a window was seen; the key of a sighting, never a counter.
struct Sighting {
  std::string SourceHash; ///< of the file's content
  std::string Function;
  unsigned Index = 0; ///< which occurrence in the function
  std::string CPU;
};

enum class WindowState : uint8_t { Pending, Solved, Searched, Unknown };
/// "pending", "solved", "searched", "unknown".
llvm::StringRef stateName(WindowState S);
std::optional<WindowState> parseWindowState(llvm::StringRef Name);

struct QueuedWindow {
  Hash128 Id;
  Window W;
  WindowState State = WindowState::Pending;
  uint64_t Sightings = 0;
  std::string CPU; ///< where it was seen most (of equals the first by name)
};

/// Evidence as stored: verify/ is not used here, the caller fills it in.
struct RuleEvidence {
  std::string Method, Solvers, Assumptions; ///< Solvers comma-separated
  unsigned Slices = 0, DistinctSlices = 0, BySyntax = 0, BySolver = 0;
  std::string LLVMVersion, ProverVersion;
  /// opcode -> rowHash; empty when stored: rowHashesOf(the rule) is taken.
  std::vector<std::pair<std::string, Hash128>> RowHashes;
  bool Confirmed = true; ///< every row has silicon or a second source
  std::string FPClass = "exact";
  std::string FoundBy; ///< "search", "lifting", "generalisation", "hand"
  double Seconds = 0;  ///< kept out of the canonical dump
};

/// Every non-generic row that the rule uses, by opcode name, with today's hash.
std::vector<std::pair<std::string, Hash128>> rowHashesOf(const Rule &R);

enum class RuleState : uint8_t { On, Off, Stale };
/// "on", "off", "stale".
llvm::StringRef stateName(RuleState S);
std::optional<RuleState> parseRuleState(llvm::StringRef Name);
/// Hash128::hex() read back: exactly 32 hexadecimal digits.
std::optional<Hash128> parseHash(llvm::StringRef Hex);

/// An entry of a rule's log. A rule without any is On; the last step counts, and
/// among events of one step (files were joined) off beats stale beats on.
struct RuleEvent {
  unsigned Step = 0; ///< 1, 2, ..
  RuleState State = RuleState::On;
  std::string Why;
};

struct StoredRule {
  Hash128 Id;
  Rule R; ///< empty (W.Isa null) if Text no longer parses: then State is Stale
  std::string Text;
  RuleEvidence Evidence;
  RuleState State = RuleState::On;
  StaticCost CostSource, CostTarget;
  uint64_t Sightings = 0;          ///< of the windows it solved
  std::vector<std::string> SeenIn; ///< "function@cpu", a few
  std::string Target;              ///< arch; known even if Text does not parse
  std::string StaleWhy;            ///< Stale: the reason
};

/// A rule that may fire, without what only readers need.
struct MatcherRule {
  Hash128 Id;
  Rule R;
};

struct SearchRecord {
  uint64_t Candidates = 0;
  unsigned Refuted = 0, Unknown = 0;
  std::string Settings; ///< canonical text of the options that matter
};

/// One open file, for one thread at a time; any number of processes may have the
/// same file open (writers wait for each other).
class RuleDb {
public:
  enum class Mode : uint8_t { ReadOnly, ReadWrite, Create };
  /// Create makes the file if missing. Errors name the file and what is wrong
  /// (missing, not a database, not Whittle's, newer schema, corrupt).
  static llvm::Expected<std::unique_ptr<RuleDb>> open(const std::string &Path, Mode M);
  ~RuleDb();

  /// True if the window is new.
  llvm::Expected<bool> addWindow(const Window &W, const Sighting &S);
  /// Many in one transaction (a file's harvest); gives the number of new windows.
  llvm::Expected<unsigned> addWindows(llvm::ArrayRef<std::pair<Window, Sighting>> Seen);
  /// Pending first seen most, then by id; State filters. A window whose text no
  /// longer parses is left out, with a message.
  llvm::Expected<std::vector<QueuedWindow>> windows(std::optional<WindowState> State,
                                                    std::vector<std::string> *Warnings = nullptr);
  /// One window's outcome and the rules it gave, in one transaction. \p NewRules
  /// counts those not stored before.
  llvm::Error finishWindow(const Hash128 &Id, WindowState State, const SearchRecord &Rec,
                           llvm::ArrayRef<std::pair<Rule, RuleEvidence>> Rules,
                           unsigned *NewRules = nullptr);
  /// A rule of its own (written by hand); false if it was there already. Here and in
  /// finishWindow a rule that is malformed or whose target is not cheaper is an error.
  llvm::Expected<bool> addRule(const Rule &R, const RuleEvidence &E);
  /// New evidence after the rule was proved again; or a state change with its reason.
  /// New evidence ends a logged Stale; Off stays Off; FoundBy stays as it was. The state that the
  /// rule has already, for the same reason, is not logged twice.
  llvm::Error setEvidence(const Hash128 &Id, const RuleEvidence &E);
  llvm::Error setState(const Hash128 &Id, RuleState S, llvm::StringRef Why);

  /// All rules by id, or of one arch. A rule whose text no longer parses or whose
  /// row hashes differ comes back Stale, never On; the message goes to \p Warnings.
  llvm::Expected<std::vector<StoredRule>> rules(llvm::StringRef Arch = "",
                                                std::vector<std::string> *Warnings = nullptr);
  /// By full id or unique prefix of at least 4 digits.
  llvm::Expected<StoredRule> rule(llvm::StringRef IdPrefix);
  /// Only the rules that may fire, by id: On, and confirmed (every row was held against
  /// silicon or a second source). Of them only what a matcher needs; if \p Roots are given,
  /// those alone of which one may be the root of a match.
  llvm::Expected<std::vector<MatcherRule>>
  matcherRules(llvm::StringRef Arch, std::vector<std::string> *Warnings = nullptr,
               llvm::ArrayRef<std::string> Roots = {});
  /// Every opcode that may be the root of a match of those, and maybe others: code without
  /// them needs no rules. No meaning is built to know this.
  llvm::Expected<std::vector<std::string>> matcherRoots(llvm::StringRef Arch);
  /// A rule's log, oldest first.
  llvm::Expected<std::vector<RuleEvent>> events(const Hash128 &Id);

  /// Takes over all that another file has: windows, sightings, searches, rules and
  /// their logs. In any order of files and however often, the result is the same.
  /// Gives the number of new rules.
  llvm::Expected<unsigned> mergeFrom(const std::string &Path);

  /// The settings that each window was searched with (SearchRecord::Settings).
  llvm::Expected<std::map<Hash128, std::set<std::string>>> searches();

  /// Canonical dump: the same inputs and seed give the same bytes. What was found
  /// and the evidence, not the effort: no seconds, no counts of candidates.
  llvm::Expected<std::string> dump();
  const std::string &path() const;

private:
  RuleDb();
  struct Impl;
  std::unique_ptr<Impl> I;
};

} // namespace whittle

#endif // WHITTLE_RULESDB_RULEDB_H
