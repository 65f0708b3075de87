//===- isa/amdgpu/Compare.cpp - Vector compares into lane masks -----------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// A compare writes a bit for each lane, and 0 for the lanes that EXEC masks off:
// e64 to a register that it names, e32 to VCC. 16-bit operands in registers of 32
// bits are the low half. V_CMPX, which writes EXEC, has no rows.
//
//===----------------------------------------------------------------------===//

#include "isa/amdgpu/Float16.h"
#include "isa/amdgpu/FloatConditions.h"

using namespace llvm;

namespace whittle::amdgpu {

namespace {

constexpr unsigned SimpleWeight = 2, WideWeight = 4, DoubleWeight = 8;
constexpr ValueType LaneMask{RegKind::Lane, 1};

/// Source modifiers, applied in the order absolute value, negation.
constexpr unsigned ModifierBits = 2;
constexpr int64_t Negate = 1, Absolute = 2;

/// An encoding, or the form that a generation has of a 16-bit operation.
struct Form {
  const char *Suffix; ///< before _e64 and _e32
  const char *Features;
};
constexpr Form WholeForms[] = {{"", ""}};
constexpr Form HalfForms[] = {{"", "+gfx9-insts,-gfx10-insts"},
                              {"_t16", "+real-true16"},
                              {"_fake16", "+gfx11-insts,-real-true16"}};

ArrayRef<Form> formsOf(unsigned Bits) {
  return Bits == 16 ? ArrayRef<Form>(HalfForms) : ArrayRef<Form>(WholeForms);
}

std::string allOf(StringRef A, StringRef B) {
  return (A + (A.empty() || B.empty() ? "" : ",") + B).str();
}

/// Register operand \p K, of 16 bits its low half.
V element(Sem &S, unsigned K, unsigned Bits) {
  return Bits == 16 ? zextOrTrunc(S.raw(K), 16) : S.in(K, Bits);
}

using Relation = V (*)(V, V);

V constantCondition(Sem &S, bool Holds) { return S.constant(1, Holds); }

/// The two encodings of one compare, and one with source modifiers if it has
/// \p Modifiers.
struct Compare {
  std::string Name, Features;
  SemFn Plain, Modified;
  unsigned Weight = SimpleWeight;
  SmallVector<OperandSpec, 5> Neutral, Modifiers;
};

void addCompare(RowSet &R, const Compare &C) {
  auto ToRegister = [&](const std::string &Variant, const SemFn &Fn,
                        ArrayRef<OperandSpec> Operands) {
    R.add(C.Name + "_e64" + Variant, C.Features, Fn)
        .weight(C.Weight)
        .def(0, LaneMask)
        .off(OffLanes::Zero);
    if (!Operands.empty())
      R.spec(Operands);
  };
  ToRegister("", C.Plain, C.Neutral);
  if (C.Modified) {
    ToRegister(":mods", C.Modified, C.Modifiers);
    if (count_if(C.Modifiers, [](const OperandSpec &S) { return S.K == OperandSpec::Imm; }) == 2)
      R.presets({{0, 0}, {Negate, 0}, {0, Negate}, {Absolute, 0}, {0, Absolute}});
  }
  R.add(C.Name + "_e32", C.Features, C.Plain)
      .weight(C.Weight)
      .gives(ImplicitReg::VCC)
      .off(OffLanes::Zero);
}

//===----------------------------------------------------------------------===//
// Integers
//===----------------------------------------------------------------------===//

template <CmpInst::Predicate P> V compared(V A, V B) { return cmp(P, A, B); }

constexpr Condition SignedConditions[] = {{"F", nullptr},
                                          {"LT", compared<CmpInst::ICMP_SLT>},
                                          {"EQ", compared<CmpInst::ICMP_EQ>},
                                          {"LE", compared<CmpInst::ICMP_SLE>},
                                          {"GT", compared<CmpInst::ICMP_SGT>},
                                          {"NE", compared<CmpInst::ICMP_NE>},
                                          {"GE", compared<CmpInst::ICMP_SGE>},
                                          {"T", nullptr}};
constexpr Condition UnsignedConditions[] = {{"F", nullptr},
                                            {"LT", compared<CmpInst::ICMP_ULT>},
                                            {"EQ", compared<CmpInst::ICMP_EQ>},
                                            {"LE", compared<CmpInst::ICMP_ULE>},
                                            {"GT", compared<CmpInst::ICMP_UGT>},
                                            {"NE", compared<CmpInst::ICMP_NE>},
                                            {"GE", compared<CmpInst::ICMP_UGE>},
                                            {"T", nullptr}};

void addIntegers(RowSet &R, unsigned Bits, bool Signed) {
  ArrayRef<Condition> Conditions = Signed ? SignedConditions : UnsignedConditions;
  for (const Form &F : formsOf(Bits))
    for (const Condition &C : Conditions) {
      const bool Last = &C == &Conditions.back();
      // GFX10 dropped the constant conditions on 16 bits, GFX12 all others.
      if (!C.Holds && *F.Suffix)
        continue;
      Compare Row;
      Row.Name =
          std::string("V_CMP_") + C.Name + (Signed ? "_I" : "_U") + std::to_string(Bits) + F.Suffix;
      Row.Features = allOf(F.Features, C.Holds ? "" : "-gfx12-insts");
      Row.Weight = Bits == 64 ? WideWeight : SimpleWeight;
      Row.Plain = [Bits, Last, Holds = C.Holds](Sem &S) {
        S.out(Holds ? Holds(element(S, 0, Bits), element(S, 1, Bits)) : constantCondition(S, Last));
      };
      // True 16-bit operands have modifiers (to select halves), and op_sel.
      if (StringRef(F.Suffix) == "_t16")
        Row.Neutral = {fixed(0), reg(), fixed(0), reg(), fixed(0)};
      addCompare(R, Row);
    }
}

//===----------------------------------------------------------------------===//
// Floating point
//===----------------------------------------------------------------------===//

V fgreater(V A, V B) { return fless(B, A); }
V fgreaterEqual(V A, V B) { return flessEqual(B, A); }
/// Less or greater: unlike "not equal", false for NaNs.
V flessGreater(V A, V B) { return fless(A, B) | fless(B, A); }
V ordered(V A, V B) { return ~unordered(A, B); }
template <Relation F> V negated(V A, V B) { return ~F(A, B); }

constexpr Condition FloatConditions[] = {{"F", nullptr},
                                         {"LT", fless},
                                         {"EQ", fequal},
                                         {"LE", flessEqual},
                                         {"GT", fgreater},
                                         {"LG", flessGreater},
                                         {"GE", fgreaterEqual},
                                         {"O", ordered},
                                         {"U", unordered},
                                         {"NGE", negated<fgreaterEqual>},
                                         {"NLG", negated<flessGreater>},
                                         {"NGT", negated<fgreater>},
                                         {"NLE", negated<flessEqual>},
                                         {"NEQ", negated<fequal>},
                                         {"NLT", negated<fless>},
                                         {"TRU", nullptr}};

} // namespace

ArrayRef<Condition> floatConditions() { return FloatConditions; }

namespace {

void addFloats(RowSet &R, unsigned Bits) {
  ArrayRef<Condition> Conditions = floatConditions();
  for (const Form &F : formsOf(Bits))
    for (const Condition &C : Conditions) {
      const bool Last = &C == &Conditions.back();
      // GFX12 dropped the constant conditions, and GFX11 has half registers.
      if (!C.Holds && StringRef(F.Suffix) == "_fake16")
        continue;
      Compare Row;
      Row.Name = std::string("V_CMP_") + C.Name + "_F" + std::to_string(Bits) + F.Suffix;
      Row.Features = allOf(F.Features, C.Holds ? "" : "-gfx12-insts");
      Row.Weight = Bits == 64 ? DoubleWeight : SimpleWeight;
      auto Meaning = [Bits, Last, Holds = C.Holds](bool Modifiers) -> SemFn {
        return [=](Sem &S) {
          V A = element(S, 0, Bits), B = element(S, 1, Bits);
          if (Modifiers) {
            A = modified(A, S.imm(0));
            B = modified(B, S.imm(1));
          }
          S.out(Holds ? Holds(A, B) : constantCondition(S, Last));
        };
      };
      Row.Plain = Meaning(false);
      // The last operands are clamp, which would only ask for exceptions, and op_sel.
      Row.Neutral = {fixed(0), reg(), fixed(0), reg(), fixed(0)};
      // Of a condition that looks at nothing the modifiers mean nothing.
      if (C.Holds) {
        Row.Modified = Meaning(true);
        Row.Modifiers = {imm(ModifierBits), reg(), imm(ModifierBits), reg(), fixed(0)};
      }
      if (StringRef(F.Suffix) == "_t16") {
        Row.Neutral.push_back(fixed(0));
        if (C.Holds)
          Row.Modifiers.push_back(fixed(0));
      }
      addCompare(R, Row);
    }
}

/// Bit N of \p Mask asks for class N: signalling NaN, quiet NaN, -infinity,
/// -normal, -denormal, -0, +0, +denormal, +normal, +infinity.
V isOfClass(V A, V Mask) {
  Sem &S = A.sem();
  const unsigned Bits = A.eltBits();
  auto Is = [&](CmpInst::Predicate P, V X, uint64_t Y) { return cmp(P, X, S.constantLike(X, Y)); };
  auto Number = [&](unsigned N) { return S.constant(32, N); };
  V Magnitude = fabs(A);
  // Numbers as for minus signs; those of plus signs go up instead of down.
  V Small = select(Is(CmpInst::ICMP_EQ, Magnitude, 0), Number(5), Number(4));
  V Finite =
      select(Is(CmpInst::ICMP_ULT, Magnitude, uint64_t(1) << mantissaBits(Bits)), Small, Number(3));
  V Size = select(Is(CmpInst::ICMP_EQ, Magnitude, infinityBits(Bits)), Number(2), Finite);
  V Signed = select(Is(CmpInst::ICMP_SLT, A, 0), Size, Number(11) - Size);
  V Quiet =
      select(Is(CmpInst::ICMP_EQ, A & S.constantLike(A, quietBit(Bits)), 0), Number(0), Number(1));
  V Class = select(Is(CmpInst::ICMP_UGT, Magnitude, infinityBits(Bits)), Quiet, Signed);
  V Asked(&S, S.builder().CreateLShr(zextOrTrunc(Mask, 32).get(), (Class & 15).get()));
  return trunc(Asked, 1);
}

void addClasses(RowSet &R, unsigned Bits) {
  for (const Form &F : formsOf(Bits)) {
    const StringRef Suffix = F.Suffix;
    Compare Row;
    Row.Name = "V_CMP_CLASS_F" + std::to_string(Bits) + F.Suffix;
    Row.Features = F.Features;
    Row.Weight = Bits == 64 ? DoubleWeight : SimpleWeight;
    auto Meaning = [Bits](bool Modifiers) -> SemFn {
      return [=](Sem &S) {
        V A = element(S, 0, Bits);
        S.out(isOfClass(Modifiers ? modified(A, S.imm(0)) : A, S.raw(1)));
      };
    };
    Row.Plain = Meaning(false);
    Row.Modified = Meaning(true);
    for (auto *Operands : {&Row.Neutral, &Row.Modifiers}) {
      *Operands = {Operands == &Row.Neutral ? fixed(0) : imm(ModifierBits), reg()};
      if (!Suffix.empty())
        Operands->push_back(fixed(0)); // the mask's own
      Operands->push_back(reg());
      if (Suffix == "_t16")
        Operands->push_back(fixed(0));
    }
    addCompare(R, Row);
  }
}

} // namespace

void addCompareRows(RowSet &R) {
  for (unsigned Bits : {16, 32, 64}) {
    addIntegers(R, Bits, true);
    addIntegers(R, Bits, false);
    addFloats(R, Bits);
    addClasses(R, Bits);
  }
}

} // namespace whittle::amdgpu
