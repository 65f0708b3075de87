//===- enumerate/TaskSearch.h - Bottom-up search for one value --*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ENUMERATE_TASKSEARCH_H
#define WHITTLE_ENUMERATE_TASKSEARCH_H

#include "enumerate/ConstantLibrary.h"
#include "enumerate/ConstantSolver.h"
#include "enumerate/FingerprintTable.h"
#include "enumerate/SearchState.h"
#include "enumerate/Task.h"
#include "enumerate/ValueTable.h"
#include "llvm/ADT/DenseSet.h"
#include <optional>

namespace whittle {

/// A candidate that agrees with the goal on the table's tests.
struct Hit {
  Expr Root;                        ///< Row null: Ops[0] itself is the goal
  std::optional<Expr> Inner;        ///< what InnerOp stands for, if not a table value
  std::optional<llvm::APInt> Const; ///< what ConstOp stands for
  bool Solved = false;              ///< its parameters were solved on the tests
  unsigned Weight = 0, Instructions = 0;
  uint64_t At = 0; ///< candidates seen by the end of its item
};

/// Values that one operand of a probed instruction ranges over.
struct InnerSet {
  ValueType Ty;
  const uint8_t *Chunks = nullptr;
  size_t Count = 0;
  unsigned Weight = 0, Instructions = 0;
  uint32_t Reads = 0;            ///< needed leaves, each of them
  const uint32_t *Ids = nullptr; ///< table values; else
  const Expr *Exprs = nullptr;   ///< instructions over table values
};

/// What a value with a new constant shall be.
struct Aim {
  ValueType Ty;
  const uint8_t *Goal = nullptr, *Care = nullptr; ///< on all tests; Care null: all bits
  const Expr *Outer = nullptr;                    ///< the last instruction: its InnerOp
  unsigned Weight = 0, Instructions = 0;          ///< of it and its other operands
  size_t Tests = 0;                               ///< the first of them alone; 0: all
  bool Quick = false;                             ///< not what takes many evaluations
};

/// What a thread works in.
struct Scratch {
  std::vector<uint8_t> Full[3];          ///< one value on all tests
  std::vector<uint8_t> Out, Repeated[4]; ///< tiles
  std::vector<uint32_t> Hits;
  std::vector<uint8_t> Tables;
  Bytes64 Tile;                      ///< chains' first tests
  std::map<size_t, Bytes64> Parents; ///< of a lot, on so many tests
  ConstantSolver Solver;
  FunctionFilter Filter;
  /// Of the goal, until the table is filled again: TaskSearch::mayBeFunction().
  llvm::DenseMap<std::pair<uint64_t, unsigned>, bool> Functions;
};

/// A piece of work: its candidates and what it found. Pieces are merged in
/// order, whatever thread did them.
struct ItemResult {
  uint64_t Candidates = 0;
  std::vector<Hit> Hits;
  llvm::DenseSet<uint64_t> Touched; ///< see TaskSearch::Touched
};

class TaskSearch {
public:
  TaskSearch(SearchState &S, const Task &T);
  /// Sizes 0, 1, 2, .. up to SearchOptions::MaxInstructions.
  void run();

private:
  // TaskSearch.cpp: goal, hits.
  void readGoal();
  bool fillFree();
  void sizeZero();
  /// Immediates of a last instruction: over constants of the library the likely ones.
  llvm::ArrayRef<int64_t> lastImms(const PoolRow &R) const {
    return Library.empty() ? R.LastImms : R.InnerImms;
  }
  bool fits(unsigned Weight, unsigned Instructions, unsigned ConstantBytes = 0) const;
  bool matches(const uint8_t *Full) const;
  bool matchesChunk(const uint8_t *Chunk) const;
  void add(ItemResult &Out, Hit H) const;
  struct Built {
    Rule R;
    Program Value; ///< the target with the goal as its output
  };
  Built build(const Hit &H) const;
  bool usesChoiceTwice(const Window &W, const Program &P) const;
  bool replay(const Built &B) const;
  bool resolve(Hit &H, const Built &B) const;
  bool resolveOperand(Hit &H, Expr &E, llvm::ArrayRef<const uint8_t *> In, const Aim &A) const;
  std::vector<std::vector<uint8_t>> runOnTests(const Window &W, const Program &P) const;
  void consider(Hit H);
  void settle(std::vector<Hit> Hits);

  // LastLevel.cpp: one instruction over a range of values.
  const std::vector<Operands> &assignments(const PoolRow &R, unsigned Mask, bool Solved) const;
  const std::vector<Operands> &assignments(const PoolRow &R, unsigned Mask, ValueType Other) const;
  void prepareOthers(llvm::ArrayRef<unsigned> Ranks, llvm::ArrayRef<ValueType> Types);
  std::vector<Operands> makeAssignments(const PoolRow &R, unsigned Mask,
                                        std::optional<ValueType> Other, bool Solved) const;
  /// The goal as \p R over \p In (in all operand positions that fit) and free
  /// values; with \p Other also that value, in at least one position. \p
  /// LoneInner: In in one position only, before Other's if that has one too.
  void probeRange(const PoolRow &R, const InnerSet &In, std::optional<uint32_t> Other,
                  bool LoneInner, ItemResult &Out, Scratch &X);
  void probeOne(const PoolRow &R, unsigned Mask, const InnerSet &In, const Operands &Ops,
                ItemResult &Out, Scratch &X);
  void scan(const PoolRow &R, unsigned Mask, const InnerSet &In, const Operands &Ops,
            ItemResult &Out, Scratch &X);
  void scanWhole(const PoolRow &R, const InnerSet &In, const Operands &Ops, ItemResult &Out,
                 Scratch &X);
  void solveTables(const PoolRow &R, const InnerSet &In, const Operands &Ops, ItemResult &Out,
                   Scratch &X);
  void solveMaps(const PoolRow &R, const InnerSet &In, ItemResult &Out, Scratch &X);
  void solveSelectors(const PoolRow &R, const InnerSet &In, ItemResult &Out, Scratch &X);
  void found(const PoolRow &R, const InnerSet &In, size_t Index, Operands Ops, int64_t Imm,
             ItemResult &Out, Scratch &X);
  Hit hitOf(const PoolRow &R, const InnerSet &In, size_t Index, Operands Ops, int64_t Imm) const;
  const uint8_t *fullOf(const Hit &H, uint32_t Op, ValueType Ty, std::vector<uint8_t> &Room) const;
  void touch(const InnerSet &In, size_t Index, ItemResult &Out, Scratch &X) const;
  bool agrees(const Hit &H, Scratch &X) const;
  uint64_t countOf(const PoolRow &R, ValueType Inner, bool WithOther, uint32_t Reads) const;

  // Reads.cpp: leaves that each candidate has to read.
  void findNeeded();
  uint32_t readsBelow(unsigned Id) const;
  uint32_t readsOf(const PoolRow &R, const Operands &Ops) const;
  bool completes(const PoolRow &R, const Operands &Ops, uint32_t Reads) const;
  bool mayComplete(unsigned Operands, uint32_t Reads) const;

  // SolvedConstants.cpp: a constant that the window has not got.
  std::vector<Operands> constantAssignments(const PoolRow &R, unsigned Index, unsigned Mask,
                                            bool MustVary) const;
  void solveConstant(Hit H, ConstantSolver::Problem &P, const Aim &A, ItemResult &Out, Scratch &X);
  void findFunctions();
  bool mayBeFunction(const ConstantSolver::Problem &P, const Operands &Ops, uint32_t Inner,
                     Scratch &X) const;
  bool worthTrying(const ConstantSolver::Problem &P, const Operands &Ops, uint32_t Inner,
                   Scratch &X) const;
  void solveConstants(const PoolRow &R, const InnerSet &In, const Aim &A, ItemResult &Out,
                      Scratch &X);
  void solveMasks(const PoolRow &R, const InnerSet &In, const Aim &A, ItemResult &Out, Scratch &X);
  Aim goalAim() const;
  void addSolved(Hit H, const Aim &A, ItemResult &Out) const;
  std::vector<unsigned> constantRows(ValueType Ty, unsigned Weight, unsigned Instructions);
  bool constantLast(bool OverTable);
  static llvm::APInt constantOf(llvm::ArrayRef<uint8_t> Bytes, ValueType Ty);

  // InnerConstants.cpp: the same before the last instruction.
  bool mayPool(const PoolRow &R, unsigned Mask, const Operands &Ops, unsigned K) const;
  bool withLibrary();
  bool withShifted();
  bool withTuples();
  struct Outer {
    Expr E;
    const ConstantOperand *C;
  };
  std::vector<Outer> outers(unsigned Weight, unsigned Instructions, bool OverTable);
  std::optional<ConstantSolver::Subgoal> subgoal(const Outer &O, uint32_t Other, size_t Tests,
                                                 Scratch &X) const;
  bool constantInner();
  bool constantInPair();
  bool resolveInner(Hit &H, const Built &B) const;

  // Levels.cpp: what is combined with what.
  bool prepareRows(llvm::ArrayRef<unsigned> Ranks);
  void compileProbes(llvm::ArrayRef<std::pair<unsigned, unsigned>> Wanted);
  bool rounds(unsigned First, unsigned Factor, llvm::function_ref<bool(unsigned, unsigned)> Round,
              llvm::function_ref<bool(unsigned)> Again);
  std::vector<unsigned> lastRows(unsigned Until, unsigned Extra) const;
  bool usefulRow(const PoolRow &R) const;
  bool keeps(const Value &V) const;
  bool sizeOne(bool Search);
  struct NewValue {
    Value V;
    uint64_t Fingerprint;
    size_t At;
  };
  struct RowOutput {
    ItemResult R;
    std::vector<NewValue> Values;
    std::vector<uint8_t> Bytes;
  };
  void runRow(const PoolRow &R, bool Search, RowOutput &Out, Scratch &X);
  bool sizeTwo();
  struct Slice {
    unsigned Row, Bucket;
    size_t Begin, End; ///< in the bucket
    uint64_t Candidates;
  };
  bool lastOverTable(unsigned Done, unsigned Until);
  size_t rankedBelow(const Bucket &B, unsigned Rank) const;
  /// Fills the table again after new tests; true if there are more values, or they
  /// are told apart by more leaves.
  bool refill();
  /// Does the items in batches on all threads, in order; false if all is done.
  bool runItems(size_t Count, llvm::function_ref<uint64_t(size_t)> Estimate,
                llvm::function_ref<void(size_t, ItemResult &, Scratch &)> Do);

  // DeepLevels.cpp: three instructions.
  struct Block;
  bool sizeThree();
  bool lastOverPairs(unsigned Done, unsigned Until);
  bool lastOverChains(unsigned Done, unsigned Until);
  bool splitChains(unsigned Until);
  bool chains(unsigned Done, unsigned Until, bool Whole);
  bool probeBlocks(llvm::ArrayRef<Block> Blocks, unsigned Done, llvm::ArrayRef<unsigned> Last);

  // ChainLevel.cpp: chains of two, their fingerprints, what of them is new.
  struct Step;
  struct Lot;
  struct ChainLevel;
  size_t mergeTests(ValueType Ty) const;
  void addSteps(ChainLevel &L, ValueType Ty, llvm::ArrayRef<unsigned> Rows) const;
  ChainLevel chainLevel(std::vector<unsigned> Rows, unsigned Until) const;
  const uint8_t *evaluate(const Step &St, const Lot &L, Scratch &X) const;
  const uint8_t *evaluate(const Expr &E, size_t Tests, std::vector<uint8_t> &Room) const;
  uint64_t mergePrint(const Expr &E, Scratch &X) const;
  unsigned mostOthers() const;
  size_t extend(const Lot &L, bool Whole, FingerprintTable &Out, unsigned Thread);
  void collect(const Lot &L, const uint8_t *Marks, unsigned Done, Block &Out, Scratch &X) const;

  SearchState &S;
  const Task &T;
  unsigned C; ///< tests in a chunk
  ValueTable Table;
  std::vector<uint8_t> Goal, Care;
  bool CareAll = true;
  size_t GoalTests = 0;
  uint32_t Needed = 0;                       ///< leaves that the goal depends on
  std::vector<Scratch> Rooms;                ///< one a thread
  std::unique_ptr<FingerprintTable> Chained; ///< kept for its memory
  mutable std::vector<std::map<unsigned, std::vector<Operands>>> Assignments; ///< by rank, mask
  Evaluator::TernaryFn TernarySolver = nullptr;
  /// Least weight of the instructions that lead from a type to the goal's.
  std::map<std::pair<unsigned, unsigned>, unsigned> OneStep, TwoSteps;
  std::vector<ValueType> OtherTypes; ///< whose assignments there are
  /// Constants that are free values too, while withLibrary() is at work.
  std::vector<std::pair<ValueType, llvm::APInt>> Library;
  std::vector<uint8_t> Functions; ///< by value: findFunctions()
  bool TableFull = false;
  /// Tests when the task began: fingerprints that outlive the table are of these.
  size_t FirstTests;
  /// Fingerprints, on the first tests and halved, of chains over which a last
  /// instruction gave the goal there. Others with one of them were left out as equal;
  /// they are told apart on all tests. Too many: AllTouched, which stands for all.
  llvm::DenseSet<uint64_t> Touched;
  bool AllTouched = false;
};

} // namespace whittle

#endif // WHITTLE_ENUMERATE_TASKSEARCH_H
