//===- isa/conformance/AMDGPUFoldTable.cpp - What LLVM is asked to fold ---===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// Shift counts are masked as selection lets the instruction do it.
//
//===----------------------------------------------------------------------===//

#include "isa/conformance/AMDGPUFolds.h"
#include "llvm/IR/IntrinsicsAMDGPU.h"

using namespace llvm;

namespace whittle {

namespace {

using T = FoldType;
using Args = ArrayRef<Value *>;
using Builder = IRBuilderBase;
using Build = std::function<Value *(Builder &, Args)>;

/// An intrinsic of these operands, overloaded on the types of those in \p Types.
Build call(Intrinsic::ID Id, const std::vector<unsigned> &Types = {}) {
  return [=](Builder &B, Args A) -> Value * {
    SmallVector<Type *, 2> Overloads;
    for (unsigned I : Types)
      Overloads.push_back(A[I]->getType());
    return B.CreateIntrinsic(Id, Overloads, A);
  };
}

Build binary(Instruction::BinaryOps Op) {
  return [Op](Builder &B, Args A) { return B.CreateBinOp(Op, A[0], A[1]); };
}

/// Sources the other way round.
Build reversed(const Build &F) {
  return [F](Builder &B, Args A) { return F(B, {A[1], A[0]}); };
}

/// \p Op on the second operand; the count is the first, modulo the width.
Build shift(Instruction::BinaryOps Op) {
  return [Op](Builder &B, Args A) {
    Type *Ty = A[1]->getType();
    Value *Count =
        B.CreateAnd(A[0], ConstantInt::get(A[0]->getType(), Ty->getScalarSizeInBits() - 1));
    return B.CreateBinOp(Op, A[1], B.CreateZExtOrTrunc(Count, Ty));
  };
}

Build cast(Instruction::CastOps Op, Type *(*To)(LLVMContext &)) {
  return [=](Builder &B, Args A) { return B.CreateCast(Op, A[0], To(B.getContext())); };
}

Type *i32(LLVMContext &C) { return Type::getInt32Ty(C); }
Type *i16(LLVMContext &C) { return Type::getInt16Ty(C); }
Type *f16(LLVMContext &C) { return Type::getHalfTy(C); }
Type *f32(LLVMContext &C) { return Type::getFloatTy(C); }
Type *f64(LLVMContext &C) { return Type::getDoubleTy(C); }

/// The high 32 bits of a product.
Build highProduct(bool Signed) {
  return [Signed](Builder &B, Args A) {
    auto Wide = [&](Value *V) {
      return Signed ? B.CreateSExt(V, B.getInt64Ty()) : B.CreateZExt(V, B.getInt64Ty());
    };
    return B.CreateTrunc(B.CreateLShr(B.CreateMul(Wide(A[0]), Wide(A[1])), 32), B.getInt32Ty());
  };
}

class Table {
public:
  std::vector<Fold> Folds;

  void add(std::string Row, T Result, std::vector<T> Operands, Build F,
           const char *Cpu = "gfx942") {
    Folds.push_back({std::move(Row), Cpu, Result, std::move(Operands), std::move(F)});
  }
  /// NAME_e64 and NAME_e32.
  void addBoth(const std::string &Name, T Result, const std::vector<T> &Operands, const Build &F) {
    add(Name + "_e64", Result, Operands, F);
    add(Name + "_e32", Result, Operands, F);
  }
};

/// AMDGPU's own intrinsics, of those that LLVM folds.
void addIntrinsics(Table &Folds) {
  namespace I = Intrinsic;
  Folds.add("V_PERM_B32_e64", T::I32, {T::I32, T::I32, T::I32}, call(I::amdgcn_perm));
  Folds.add("V_BFE_U32_e64", T::I32, {T::I32, T::I32, T::I32}, call(I::amdgcn_ubfe, {0}));
  Folds.add("V_BFE_I32_e64", T::I32, {T::I32, T::I32, T::I32}, call(I::amdgcn_sbfe, {0}));
  const std::vector<T> Three = {T::F32, T::F32, T::F32};
  Folds.add("V_CUBEID_F32_e64", T::F32, Three, call(I::amdgcn_cubeid));
  Folds.add("V_CUBEMA_F32_e64", T::F32, Three, call(I::amdgcn_cubema));
  Folds.add("V_CUBESC_F32_e64", T::F32, Three, call(I::amdgcn_cubesc));
  Folds.add("V_CUBETC_F32_e64", T::F32, Three, call(I::amdgcn_cubetc));
  Folds.add("V_MED3_F32_e64", T::F32, Three, call(I::amdgcn_fmed3, {0}));
  Folds.add("V_MED3_F16_e64", T::F16, {T::F16, T::F16, T::F16}, call(I::amdgcn_fmed3, {0}));
  Folds.add("V_FMA_LEGACY_F32_e64", T::F32, Three, call(I::amdgcn_fma_legacy), "gfx1100");
  Folds.addBoth("V_MUL_LEGACY_F32", T::F32, {T::F32, T::F32}, call(I::amdgcn_fmul_legacy));
  struct Format {
    const char *Name;
    T Number;
    T Exponent;
    Type *(*ExponentType)(LLVMContext &);
    const char *ExponentName;
  };
  for (const Format &F : {Format{"F16", T::F16, T::I16, i16, "V_FREXP_EXP_I16_F16"},
                          Format{"F32", T::F32, T::I32, i32, "V_FREXP_EXP_I32_F32"},
                          Format{"F64", T::F64, T::I32, i32, "V_FREXP_EXP_I32_F64"}}) {
    const std::string Name = F.Name;
    Folds.addBoth("V_FRACT_" + Name, F.Number, {F.Number}, call(I::amdgcn_fract, {0}));
    Folds.addBoth("V_FREXP_MANT_" + Name, F.Number, {F.Number}, call(I::amdgcn_frexp_mant, {0}));
    Folds.addBoth(F.ExponentName, F.Exponent, {F.Number},
                  [Id = I::amdgcn_frexp_exp, To = F.ExponentType](Builder &B, Args A) -> Value * {
                    return B.CreateIntrinsic(Id, {To(B.getContext()), A[0]->getType()}, A);
                  });
    Folds.add("V_CMP_CLASS_" + Name + "_e64", T::I1, {F.Number, T::I32},
              [](Builder &B, Args A) -> Value * {
                return B.CreateIntrinsic(Intrinsic::amdgcn_class, {A[0]->getType()}, A);
              });
  }
  Folds.add("V_LDEXP_F32_e64", T::F32, {T::F32, T::I32}, call(I::ldexp, {0, 1}));
  Folds.add("V_LDEXP_F64_e64", T::F64, {T::F64, T::I32}, call(I::ldexp, {0, 1}));
  Folds.addBoth("V_CVT_PKRTZ_F16_F32", T::V2F16, {T::F32, T::F32}, call(I::amdgcn_cvt_pkrtz));
  Folds.addBoth("V_CVT_OFF_F32_I4", T::F32, {T::I32}, call(I::amdgcn_cvt_off_f32_i4));
  Folds.add("S_BITREPLICATE_B64_B32", T::I64, {T::I32}, call(I::amdgcn_s_bitreplicate));
  Folds.add("S_QUADMASK_B32", T::I32, {T::I32}, call(I::amdgcn_s_quadmask, {0, 0}));
  Folds.add("S_QUADMASK_B64", T::I64, {T::I64}, call(I::amdgcn_s_quadmask, {0, 0}));
  Folds.add("S_WQM_B32", T::I32, {T::I32}, call(I::amdgcn_s_wqm, {0, 0}));
  Folds.add("S_WQM_B64", T::I64, {T::I64}, call(I::amdgcn_s_wqm, {0, 0}));
}

/// Generic instructions of which selection makes one opcode.
void addIntegers(Table &Folds) {
  namespace I = Intrinsic;
  const std::vector<T> Two = {T::I32, T::I32}, Halves = {T::V2I16, T::V2I16};
  struct Named {
    const char *Name;
    Build F;
  };
  for (const Named &N :
       std::initializer_list<Named>{{"AND_B32", binary(Instruction::And)},
                                    {"OR_B32", binary(Instruction::Or)},
                                    {"XOR_B32", binary(Instruction::Xor)},
                                    {"ADD_U32", binary(Instruction::Add)},
                                    {"SUB_U32", binary(Instruction::Sub)},
                                    {"SUBREV_U32", reversed(binary(Instruction::Sub))},
                                    {"MIN_U32", call(I::umin, {0})},
                                    {"MAX_U32", call(I::umax, {0})},
                                    {"MIN_I32", call(I::smin, {0})},
                                    {"MAX_I32", call(I::smax, {0})},
                                    {"LSHLREV_B32", shift(Instruction::Shl)},
                                    {"LSHRREV_B32", shift(Instruction::LShr)},
                                    {"ASHRREV_I32", shift(Instruction::AShr)}})
    Folds.addBoth("V_" + std::string(N.Name), T::I32, Two, N.F);
  Folds.add("V_MUL_LO_U32_e64", T::I32, Two, binary(Instruction::Mul));
  Folds.add("V_MUL_HI_U32_e64", T::I32, Two, highProduct(false));
  Folds.add("V_MUL_HI_I32_e64", T::I32, Two, highProduct(true));
  Folds.add("V_ADD_U32_e64:clamp", T::I32, Two, call(I::uadd_sat, {0}));
  Folds.add("V_SUB_U32_e64:clamp", T::I32, Two, call(I::usub_sat, {0}));
  Folds.add("V_ADD_I32_e64:clamp", T::I32, Two, call(I::sadd_sat, {0}));
  Folds.add("V_SUB_I32_e64:clamp", T::I32, Two, call(I::ssub_sat, {0}));
  Folds.addBoth("V_NOT_B32", T::I32, {T::I32},
                [](Builder &B, Args A) { return B.CreateNot(A[0]); });
  Folds.addBoth("V_BFREV_B32", T::I32, {T::I32}, call(I::bitreverse, {0}));
  Folds.add("V_BCNT_U32_B32_e64", T::I32, Two, [](Builder &B, Args A) {
    return B.CreateAdd(B.CreateUnaryIntrinsic(Intrinsic::ctpop, A[0]), A[1]);
  });
  Folds.add("V_ALIGNBIT_B32_opsel_e64", T::I32, {T::I32, T::I32, T::I32}, call(I::fshr, {0}));
  for (const char *Width : {"B32", "B64"}) {
    const T Ty = StringRef(Width) == "B32" ? T::I32 : T::I64;
    const std::string W = Width;
    Folds.add("S_AND_" + W, Ty, {Ty, Ty}, binary(Instruction::And));
    Folds.add("S_OR_" + W, Ty, {Ty, Ty}, binary(Instruction::Or));
    Folds.add("S_XOR_" + W, Ty, {Ty, Ty}, binary(Instruction::Xor));
    Folds.add("S_BREV_" + W, Ty, {Ty}, call(I::bitreverse, {0}));
    Folds.add("S_LSHL_" + W, Ty, {Ty, T::I32}, reversed(shift(Instruction::Shl)));
    Folds.add("S_LSHR_" + W, Ty, {Ty, T::I32}, reversed(shift(Instruction::LShr)));
    Folds.add(Ty == T::I32 ? "S_ASHR_I32" : "S_ASHR_I64", Ty, {Ty, T::I32},
              reversed(shift(Instruction::AShr)));
    Folds.add("S_BCNT1_I32_" + W, T::I32, {Ty}, [](Builder &B, Args A) {
      return B.CreateZExtOrTrunc(B.CreateUnaryIntrinsic(Intrinsic::ctpop, A[0]), B.getInt32Ty());
    });
  }
  Folds.add("S_MUL_I32", T::I32, Two, binary(Instruction::Mul));
  Folds.add("S_MUL_HI_U32", T::I32, Two, highProduct(false));
  Folds.add("S_MUL_HI_I32", T::I32, Two, highProduct(true));
  Folds.add("S_MIN_I32", T::I32, Two, call(I::smin, {0}));
  Folds.add("S_MAX_I32", T::I32, Two, call(I::smax, {0}));
  Folds.add("S_MIN_U32", T::I32, Two, call(I::umin, {0}));
  Folds.add("S_MAX_U32", T::I32, Two, call(I::umax, {0}));
  Folds.add("V_LSHLREV_B64_e64", T::I64, {T::I32, T::I64}, shift(Instruction::Shl));
  Folds.add("V_LSHRREV_B64_e64", T::I64, {T::I32, T::I64}, shift(Instruction::LShr));
  Folds.add("V_ASHRREV_I64_e64", T::I64, {T::I32, T::I64}, shift(Instruction::AShr));
  for (const Named &N : std::initializer_list<Named>{{"ADD_U16", binary(Instruction::Add)},
                                                     {"SUB_I16", binary(Instruction::Sub)},
                                                     {"MUL_LO_U16", binary(Instruction::Mul)},
                                                     {"MIN_U16", call(I::umin, {0})},
                                                     {"MAX_U16", call(I::umax, {0})},
                                                     {"MIN_I16", call(I::smin, {0})},
                                                     {"MAX_I16", call(I::smax, {0})},
                                                     {"LSHLREV_B16", shift(Instruction::Shl)},
                                                     {"LSHRREV_B16", shift(Instruction::LShr)},
                                                     {"ASHRREV_I16", shift(Instruction::AShr)}})
    Folds.add("V_PK_" + std::string(N.Name), T::V2I16, Halves, N.F);
}

void addCompares(Table &Folds) {
  struct Named {
    const char *Name;
    CmpInst::Predicate Signed, Unsigned, Float;
  };
  static const Named Compares[] = {
      {"LT", CmpInst::ICMP_SLT, CmpInst::ICMP_ULT, CmpInst::FCMP_OLT},
      {"EQ", CmpInst::ICMP_EQ, CmpInst::ICMP_EQ, CmpInst::FCMP_OEQ},
      {"LE", CmpInst::ICMP_SLE, CmpInst::ICMP_ULE, CmpInst::FCMP_OLE},
      {"GT", CmpInst::ICMP_SGT, CmpInst::ICMP_UGT, CmpInst::FCMP_OGT},
      {"GE", CmpInst::ICMP_SGE, CmpInst::ICMP_UGE, CmpInst::FCMP_OGE},
      {"NE", CmpInst::ICMP_NE, CmpInst::ICMP_NE, CmpInst::BAD_FCMP_PREDICATE},
      {"LG", CmpInst::BAD_ICMP_PREDICATE, CmpInst::BAD_ICMP_PREDICATE, CmpInst::FCMP_ONE},
      {"O", CmpInst::BAD_ICMP_PREDICATE, CmpInst::BAD_ICMP_PREDICATE, CmpInst::FCMP_ORD},
      {"U", CmpInst::BAD_ICMP_PREDICATE, CmpInst::BAD_ICMP_PREDICATE, CmpInst::FCMP_UNO},
      {"NGE", CmpInst::BAD_ICMP_PREDICATE, CmpInst::BAD_ICMP_PREDICATE, CmpInst::FCMP_ULT},
      {"NLG", CmpInst::BAD_ICMP_PREDICATE, CmpInst::BAD_ICMP_PREDICATE, CmpInst::FCMP_UEQ},
      {"NGT", CmpInst::BAD_ICMP_PREDICATE, CmpInst::BAD_ICMP_PREDICATE, CmpInst::FCMP_ULE},
      {"NLE", CmpInst::BAD_ICMP_PREDICATE, CmpInst::BAD_ICMP_PREDICATE, CmpInst::FCMP_UGT},
      {"NEQ", CmpInst::BAD_ICMP_PREDICATE, CmpInst::BAD_ICMP_PREDICATE, CmpInst::FCMP_UNE},
      {"NLT", CmpInst::BAD_ICMP_PREDICATE, CmpInst::BAD_ICMP_PREDICATE, CmpInst::FCMP_UGE},
  };
  auto Add = [&](const std::string &Name, const char *Type, CmpInst::Predicate P, T Operand) {
    if (P != CmpInst::BAD_ICMP_PREDICATE && P != CmpInst::BAD_FCMP_PREDICATE)
      Folds.add("V_CMP_" + Name + "_" + Type + "_e64", T::I1, {Operand, Operand},
                [P](Builder &B, Args A) { return B.CreateCmp(P, A[0], A[1]); });
  };
  for (const Named &N : Compares) {
    Add(N.Name, "I32", N.Signed, T::I32);
    Add(N.Name, "U32", N.Unsigned, T::I32);
    Add(N.Name, "I64", N.Signed, T::I64);
    Add(N.Name, "U64", N.Unsigned, T::I64);
    Add(N.Name, "F16", N.Float, T::F16);
    Add(N.Name, "F32", N.Float, T::F32);
    Add(N.Name, "F64", N.Float, T::F64);
  }
}

void addFloats(Table &Folds) {
  namespace I = Intrinsic;
  auto Arithmetic = [&](const std::string &Name, T Ty, bool Short) {
    auto Add = [&](const char *Operation, const Build &F) {
      if (Short)
        Folds.add("V_" + std::string(Operation) + "_" + Name + "_e32", Ty, {Ty, Ty}, F);
      Folds.add("V_" + std::string(Operation) + "_" + Name + "_e64", Ty, {Ty, Ty}, F);
    };
    Add("ADD", binary(Instruction::FAdd));
    Add("MUL", binary(Instruction::FMul));
    if (Ty == T::F64)
      return;
    Add("SUB", binary(Instruction::FSub));
    Add("SUBREV", reversed(binary(Instruction::FSub)));
  };
  Arithmetic("F16", T::F16, true);
  Arithmetic("F32", T::F32, true);
  Arithmetic("F64", T::F64, false);
  Folds.add("V_FMA_F32_e64", T::F32, {T::F32, T::F32, T::F32}, call(I::fma, {0}));
  Folds.add("V_FMA_F64_e64", T::F64, {T::F64, T::F64, T::F64}, call(I::fma, {0}));
  Folds.add("V_FMA_F16_gfx9_e64", T::F16, {T::F16, T::F16, T::F16}, call(I::fma, {0}));
  Folds.add("V_PK_ADD_F16", T::V2F16, {T::V2F16, T::V2F16}, binary(Instruction::FAdd));
  Folds.add("V_PK_MUL_F16", T::V2F16, {T::V2F16, T::V2F16}, binary(Instruction::FMul));
  Folds.add("V_PK_ADD_F32", T::V2F32, {T::V2F32, T::V2F32}, binary(Instruction::FAdd));
  Folds.add("V_PK_MUL_F32", T::V2F32, {T::V2F32, T::V2F32}, binary(Instruction::FMul));
  for (auto [Name, Ty] :
       {std::pair("F16", T::F16), std::pair("F32", T::F32), std::pair("F64", T::F64)}) {
    const std::string N = Name;
    Folds.addBoth("V_FLOOR_" + N, Ty, {Ty}, call(I::floor, {0}));
    Folds.addBoth("V_CEIL_" + N, Ty, {Ty}, call(I::ceil, {0}));
    Folds.addBoth("V_TRUNC_" + N, Ty, {Ty}, call(I::trunc, {0}));
    Folds.addBoth("V_RNDNE_" + N, Ty, {Ty}, call(I::roundeven, {0}));
  }
  // Out of range they give the nearest integer, of NaN 0.
  for (auto [Name, Ty] : {std::pair("F32", T::F32), std::pair("F64", T::F64)}) {
    const std::string N = Name;
    for (bool Signed : {false, true})
      Folds.addBoth((Signed ? "V_CVT_I32_" : "V_CVT_U32_") + N, T::I32, {Ty},
                    [Signed](Builder &B, Args A) -> Value * {
                      return B.CreateIntrinsic(Signed ? Intrinsic::fptosi_sat
                                                      : Intrinsic::fptoui_sat,
                                               {B.getInt32Ty(), A[0]->getType()}, A);
                    });
    auto *To = Ty == T::F32 ? f32 : f64;
    Folds.addBoth("V_CVT_" + N + "_I32", Ty, {T::I32}, cast(Instruction::SIToFP, To));
    Folds.addBoth("V_CVT_" + N + "_U32", Ty, {T::I32}, cast(Instruction::UIToFP, To));
  }
  Folds.addBoth("V_CVT_F16_F32", T::F16, {T::F32}, cast(Instruction::FPTrunc, f16));
  Folds.addBoth("V_CVT_F32_F16", T::F32, {T::F16}, cast(Instruction::FPExt, f32));
  Folds.addBoth("V_CVT_F32_F64", T::F32, {T::F64}, cast(Instruction::FPTrunc, f32));
  Folds.addBoth("V_CVT_F64_F32", T::F64, {T::F32}, cast(Instruction::FPExt, f64));
  Folds.addBoth("V_CVT_F16_I16", T::F16, {T::I16}, cast(Instruction::SIToFP, f16));
  Folds.addBoth("V_CVT_F16_U16", T::F16, {T::I16}, cast(Instruction::UIToFP, f16));
}

} // namespace

const std::vector<Fold> &amdgpuFolds() {
  static const std::vector<Fold> All = [] {
    Table Folds;
    addIntrinsics(Folds);
    addIntegers(Folds);
    addCompares(Folds);
    addFloats(Folds);
    return std::move(Folds.Folds);
  }();
  return All;
}

} // namespace whittle
