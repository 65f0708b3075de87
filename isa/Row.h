//===- isa/Row.h - One instruction, one row ---------------------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A row says what one opcode computes (as a function that builds LLVM IR),
// which subtarget features it needs, and its static weight. Everything else
// (operands, ties, register classes, implicit registers) is read from LLVM's
// tables by the opcode's name when the target is opened, and checked.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ISA_ROW_H
#define WHITTLE_ISA_ROW_H

#include "isa/Sem.h"
#include "isa/Value.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Error.h"
#include <array>
#include <deque>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace llvm {
class Function;
class Module;
} // namespace llvm

namespace whittle {

using SemFn = std::function<void(Sem &)>;

/// One explicit use operand of the MachineInstr, in its operand order.
struct OperandSpec {
  enum Kind : uint8_t {
    Reg,   ///< a register: an input of the meaning; Ty.Bits 0: of its class's type
    Imm,   ///< an immediate: a run-time argument of the meaning
    Fixed, ///< an immediate that must equal Value (clamp 0, op_sel_hi 3, ..)
    Mem,   ///< the five operands of an x86 address: an input, the Ty.Bits read there
  } K = Reg;
  ValueType Ty;        ///< Reg, Mem
  uint8_t ImmBits = 8; ///< Imm: significant bits
  int64_t Value = 0;   ///< Fixed
};

/// How a row's opcode treats lanes (AMDGPU); x86 rows are LaneWise.
enum class Shape : uint8_t {
  LaneWise,  ///< each lane (whole register on x86) on its own, under EXEC
  Matrix,    ///< whole wave, ignores EXEC: the meaning gives one output element
  CrossLane, ///< the same, but lanes read others under EXEC
};

/// What an AMDGPU row's result is in the lanes that EXEC masks off.
enum class OffLanes : uint8_t {
  Unspecified, ///< the vector unit's results: what the register held
  Zero,        ///< masks that the vector unit writes
  Computed,    ///< whatever EXEC is: matrix results, logic on masks in scalar registers
};

/// A register that an opcode's encoding does not name.
enum class ImplicitReg : uint8_t {
  None,
  SCC, ///< AMDGPU: a value of Flags kind, in bit 0
  VCC, ///< AMDGPU: a lane mask
};

/// The generic opcodes, whose meaning depends on their operands' types.
enum class GenericOp : uint8_t {
  None,
  Extract, ///< sub-register read; imm 0: bit offset; result type in the node
  Concat,  ///< REG_SEQUENCE, lowest first, all pieces covering the result
};

struct Row {
  /// LLVM's opcode name, or EXTRACT / CONCAT. A further row of an opcode, for other
  /// modifiers, features or another result, has ":variant" after it.
  std::string Name;
  std::string Features; ///< e.g. "+avx512f,+avx512vl": MCSubtargetInfo::checkFeatures
  SemFn Meaning;
  Shape Form = Shape::LaneWise;
  GenericOp Generic = GenericOp::None;
  /// Static cost, the same on every CPU: 2 is one simple instruction.
  unsigned Weight = 2;
  /// Inputs a compiler writer would try first as the row's immediates.
  enum class ImmUse : uint8_t {
    None,
    Shift,
    Shuffle,
    Ternary,
    Predicate,
    Any
  } ImmKind = ImmUse::None;
  /// Bits that a load form reads from memory, given by RowSet::mem; 0: no load.
  /// Load forms that LLVM can unfold need no row: they are the register form.
  unsigned MemBits = 0;
  /// The result is what the opcode leaves in EFLAGS, given by RowSet::addFlags;
  /// bits that the architecture leaves undefined are set in FlagsUndefined, and 0
  /// in the meaning.
  bool GivesFlags = false;
  uint8_t FlagsUndefined = 0;
  /// LLVM marks the opcode as one that loads and stores, though it only names
  /// registers, to keep it in order with what configures them (x86 tiles). Its
  /// meaning is known, shown and compared, but it stands in no window.
  bool Ordered = false;
  /// Given by the setters of the same names in RowSet.
  OffLanes Off = OffLanes::Unspecified;
  unsigned DefinedBits = 0; ///< 0: all of the result
  unsigned WaveLanes = 64;  ///< Matrix: 32 or 64. CrossLane: the wave's own number
  bool OneWaveSize = false; ///< CrossLane: for waves of WaveLanes only, not of either size
  unsigned DefIndex = 0;
  std::optional<ValueType> DefType;
  ImplicitReg Reads = ImplicitReg::None, Gives = ImplicitReg::None;
  bool ReadsLaneId = false; ///< LaneWise, but the meaning asks Sem::lane()
  std::vector<llvm::SmallVector<int64_t, 6>> Presets;
  /// Optional: explicit operands for rows with fixed modifiers, uses only, in
  /// MachineInstr order. Empty: derived from LLVM's table.
  llvm::SmallVector<OperandSpec, 0> Spec;

  // Filled in from LLVM's tables when the row is first asked for.
  bool Joined = false;
  unsigned Opcode = 0;                    ///< 0 for generic rows
  ValueType Def;                          ///< result
  llvm::SmallVector<OperandSpec, 6> Uses; ///< explicit uses in MI order
  llvm::SmallVector<ValueType, 4> Ins;    ///< the Reg and Mem operands of Uses
  unsigned NumImms = 0;                   ///< the Imm operands of Uses
  bool ZeroesAbove = false;               ///< bits above Def in the physical register become 0
  bool DefsFlags = false;                 ///< clobbers EFLAGS/SCC; a window needs them dead
  bool LegacySse = false;                 ///< an encoding that keeps what lies above the XMM
  bool ReadsMXCSR = false;                ///< its meaning holds for the floating-point mode that
                                          ///< programs start with (x86 MXCSR, AMDGPU MODE)
  unsigned NumDefs = 1;                   ///< explicit results, of which DefIndex is this row's
  int TiedUse = -1;                       ///< index in Ins of the operand tied to the result
  int MemUse = -1;                        ///< index in Ins of the Mem operand
  bool MaskedLoad = false;                ///< another operand says what is read of it

  bool isGeneric() const { return Generic != GenericOp::None; }
  bool isMatrix() const { return Form == Shape::Matrix; }
  /// The meaning gives one output element of the whole wave.
  bool isWave() const { return Form != Shape::LaneWise; }
  /// May be an instruction of a window. Others are shown, evaluated and compared.
  bool inWindows() const {
    return !GivesFlags && !Ordered && DefIndex == 0 && Reads == ImplicitReg::None &&
           Gives == ImplicitReg::None;
  }
  /// Name without a variant's suffix.
  llvm::StringRef opcodeName() const { return llvm::StringRef(Name).split(':').first; }
  bool readsMemory() const { return MemUse >= 0; }
};

/// Where a family file adds its rows. Chainable setters apply to the row just
/// added: R.add("V_ADD_U32_e64", "", fn).spec({..}).weight(2).
class RowSet {
public:
  RowSet &add(std::string Name, std::string Features, SemFn Meaning);
  /// A row whose opcode has no other result than EFLAGS: a meaning to show, to
  /// evaluate and to confirm. No window, rule or search has it.
  RowSet &addFlags(std::string Name, std::string Features, SemFn Meaning, uint8_t Undefined = 0);
  RowSet &addMatrix(std::string Name, std::string Features, SemFn Element);
  RowSet &weight(unsigned W);
  RowSet &imm(Row::ImmUse K);
  RowSet &spec(llvm::ArrayRef<OperandSpec> Uses);
  /// The row's opcode reads \p Bits from memory where LLVM's table has an
  /// address: an input of type v<Bits> in the address's place.
  RowSet &mem(unsigned Bits);
  /// Row::Ordered.
  RowSet &ordered();
  /// An element function of lanes that read others (DPP, permutes, readlane).
  RowSet &addCrossLane(std::string Name, std::string Features, SemFn Element);
  RowSet &off(OffLanes O);
  /// Only the low \p Bits of the result are specified: the register's others stay
  /// what they were. The meaning gives zeros there.
  RowSet &definedBits(unsigned Bits);
  RowSet &waveLanes(unsigned Lanes);
  /// The result is explicit definition \p I, not the first. Of another type than
  /// its register class says (a lane mask): \p Ty.
  RowSet &def(unsigned I, ValueType Ty);
  /// The result, or a last input, is a register that the opcode does not name.
  RowSet &gives(ImplicitReg R);
  RowSet &reads(ImplicitReg R);
  /// The meaning depends on the lane's number, an i32 that Sem::lane() gives.
  RowSet &readsLaneId();
  /// Immediate tuples that search tries for a row with several, the neutral one
  /// first. Without them such a row is in no search.
  RowSet &presets(std::vector<llvm::SmallVector<int64_t, 6>> Tuples);

  std::deque<Row> Rows;
};

/// 128 bits of a SHA-256: of a meaning, a window or a rule.
struct Hash128 {
  std::array<uint8_t, 16> Bytes{};
  auto operator<=>(const Hash128 &) const = default;
  std::string hex() const; ///< 32 digits
  static Hash128 of(llvm::StringRef Data);
};

} // namespace whittle

#endif // WHITTLE_ISA_ROW_H
