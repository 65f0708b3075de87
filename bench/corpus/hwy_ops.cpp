//===- bench/corpus/hwy_ops.cpp - Highway: each operation over arrays of each lane type
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include <cstddef>
#include <cstdint>
#include <hwy/highway.h>
#include <type_traits>

namespace hn = hwy::HWY_NAMESPACE;

namespace {
/// Out[i] = Op(A[i], B[i]) for whole vectors.
template <class T, class F> HWY_INLINE void each(const T *A, const T *B, T *Out, size_t N, F Op) {
  const hn::ScalableTag<T> D;
  for (size_t I = 0; I + hn::Lanes(D) <= N; I += hn::Lanes(D))
    hn::StoreU(Op(D, hn::LoadU(D, A + I), hn::LoadU(D, B + I)), D, Out + I);
}
/// The same of another lane type; whole vectors of the wider one.
template <class From, class To, class F>
HWY_INLINE void convert(const From *In, To *Out, size_t N, F Op) {
  using Wide = std::conditional_t<(sizeof(From) > sizeof(To)), From, To>;
  const hn::ScalableTag<Wide> D;
  const hn::Rebind<From, decltype(D)> DFrom;
  const hn::Rebind<To, decltype(D)> DTo;
  for (size_t I = 0; I + hn::Lanes(D) <= N; I += hn::Lanes(D))
    hn::StoreU(Op(DTo, hn::LoadU(DFrom, In + I)), DTo, Out + I);
}
} // namespace

#define OP(NAME, T, BODY)                                                                          \
  extern "C" void hwy##NAME##_##T(const T *A, const T *B, T *Out, size_t N) {                      \
    each(A, B, Out, N, [](auto D, auto X, auto Y) HWY_ATTR {                                       \
      (void)D, (void)X, (void)Y;                                                                   \
      return BODY;                                                                                 \
    });                                                                                            \
  }
#define CONVERT(NAME, FROM, TO)                                                                    \
  extern "C" void hwy##NAME##_##FROM##_##TO(const FROM *In, TO *Out, size_t N) {                   \
    convert(In, Out, N, [](auto D, auto X) HWY_ATTR { return hn::NAME(D, X); });                   \
  }
#define I8(F) F(int8_t) F(uint8_t)
#define I16(F) F(int16_t) F(uint16_t)
#define I32(F) F(int32_t) F(uint32_t)
#define I64(F) F(int64_t) F(uint64_t)
#define FP(F) F(float) F(double)
#define INTEGERS(F) I8(F) I16(F) I32(F) I64(F)
#define ALL(F) INTEGERS(F) FP(F)
using std::int16_t;
using std::int32_t;
using std::int64_t;
using std::int8_t;
using std::uint16_t;
using std::uint32_t;
using std::uint64_t;
using std::uint8_t;

#define BASIC(T)                                                                                   \
  OP(Add, T, hn::Add(X, Y))                                                                        \
  OP(Sub, T, hn::Sub(X, Y))                                                                        \
  OP(Min, T, hn::Min(X, Y))                                                                        \
  OP(Max, T, hn::Max(X, Y))                                                                        \
  OP(Select, T, hn::IfThenElse(hn::Gt(X, Y), X, hn::Xor(X, Y)))                                    \
  OP(SelectZero, T, hn::IfThenElseZero(hn::Eq(X, Y), hn::Or(X, Y)))                                \
  OP(SelectNot, T, hn::IfThenZeroElse(hn::Or(hn::Ne(X, Y), hn::Lt(X, Y)), hn::AndNot(X, Y)))       \
  OP(Logic, T, hn::OrAnd(hn::Xor(X, hn::Not(Y)), X, Y))                                            \
  OP(FirstN, T, hn::IfThenElse(hn::FirstN(D, 3), X, Y))                                            \
  OP(Iota, T, hn::Add(hn::Iota(D, 1), X))
ALL(BASIC)

#define SHIFTS(T)                                                                                  \
  OP(ShiftLeft, T, hn::Add(hn::ShiftLeft<3>(X), Y))                                                \
  OP(ShiftRight, T, hn::Sub(hn::ShiftRight<2>(X), Y))                                              \
  OP(ShiftSame, T, hn::Xor(hn::ShiftLeftSame(X, 5), hn::ShiftRightSame(Y, 1)))                     \
  OP(Sign, T, hn::IfThenElse(hn::TestBit(X, hn::Set(D, 4)), Y, hn::Zero(D)))
INTEGERS(SHIFTS)
#define VARIABLE(T)                                                                                \
  OP(Shl, T, hn::Shl(X, hn::And(Y, hn::Set(D, 31))))                                               \
  OP(Shr, T, hn::Shr(X, hn::And(Y, hn::Set(D, 31))))
I32(VARIABLE)
I64(VARIABLE)
OP(Rotate, uint32_t, hn::Add(hn::RotateRight<7>(X), Y))
OP(Rotate, uint64_t, hn::Add(hn::RotateRight<19>(X), Y))
#define SATURATED(T)                                                                               \
  OP(SaturatedAdd, T, hn::SaturatedAdd(X, Y)) OP(SaturatedSub, T, hn::SaturatedSub(X, Y))
I8(SATURATED)
I16(SATURATED)
OP(Mul, int16_t, hn::Mul(X, Y))
OP(Mul, int32_t, hn::Mul(X, Y))
OP(MulHigh, int16_t, hn::MulHigh(X, Y))
OP(MulHigh, uint16_t, hn::MulHigh(X, Y))
OP(MulEven, int32_t, hn::BitCast(D, hn::MulEven(X, Y)))
OP(MulEven, uint32_t, hn::BitCast(D, hn::MulEven(X, Y)))
OP(Average, uint8_t, hn::AverageRound(X, Y))
OP(Average, uint16_t, hn::AverageRound(X, Y))
OP(Abs, int8_t, hn::Add(hn::Abs(X), Y))
OP(Abs, int16_t, hn::Add(hn::Abs(X), Y))
OP(Abs, int32_t, hn::Add(hn::Abs(X), Y))
OP(Abs, int64_t, hn::Add(hn::Abs(X), Y))
OP(BroadcastSign, int16_t, hn::BroadcastSignBit(hn::Sub(X, Y)))
OP(BroadcastSign, int32_t, hn::BroadcastSignBit(hn::Sub(X, Y)))
OP(BroadcastSign, int64_t, hn::BroadcastSignBit(hn::Sub(X, Y)))

#define FLOATS(T)                                                                                  \
  OP(Mul, T, hn::Mul(X, Y))                                                                        \
  OP(Div, T, hn::Div(X, Y))                                                                        \
  OP(Sqrt, T, hn::Sqrt(hn::Abs(hn::Sub(X, Y))))                                                    \
  OP(MulAdd, T, hn::MulAdd(X, Y, X))                                                               \
  OP(NegMulAdd, T, hn::NegMulAdd(X, Y, hn::Set(D, 3)))                                             \
  OP(MulSub, T, hn::MulSub(X, hn::Set(D, 5), Y))                                                   \
  OP(Clamp, T, hn::Clamp(X, hn::Set(D, -1), Y))                                                    \
  OP(CopySign, T, hn::CopySign(X, Y))                                                              \
  OP(IfNegative, T, hn::IfNegativeThenElse(X, Y, hn::Neg(X)))                                      \
  OP(Rounding, T, hn::Add(hn::Round(X), hn::Sub(hn::Floor(Y), hn::Trunc(X))))                      \
  OP(IsNaN, T, hn::IfThenElse(hn::Or(hn::IsNaN(X), hn::Not(hn::IsFinite(Y))), hn::Zero(D), X))
FP(FLOATS)
OP(Reciprocal, float, hn::Mul(hn::ApproximateReciprocal(X), hn::ApproximateReciprocalSqrt(Y)))

#define SHUFFLES(T)                                                                                \
  OP(Reverse, T, hn::Add(hn::Reverse(D, X), Y))                                                    \
  OP(Reverse2, T, hn::Sub(hn::Reverse2(D, X), Y))                                                  \
  OP(InterleaveLower, T, hn::InterleaveLower(D, X, Y))                                             \
  OP(InterleaveUpper, T, hn::InterleaveUpper(D, X, Y))                                             \
  OP(ConcatEven, T, hn::ConcatEven(D, X, Y))                                                       \
  OP(ConcatOdd, T, hn::ConcatOdd(D, X, Y))                                                         \
  OP(ConcatHalves, T, hn::ConcatUpperLower(D, X, hn::ConcatLowerUpper(D, X, Y)))                   \
  OP(OddEven, T, hn::OddEven(X, Y))                                                                \
  OP(Blocks, T, hn::OddEvenBlocks(hn::SwapAdjacentBlocks(X), hn::ReverseBlocks(D, Y)))             \
  OP(SumOfLanes, T, hn::Add(hn::SumOfLanes(D, X), Y))                                              \
  OP(MinMaxOfLanes, T, hn::Sub(hn::MaxOfLanes(D, X), hn::MinOfLanes(D, Y)))                        \
  OP(Table, T,                                                                                     \
     hn::TableLookupLanes(X,                                                                       \
                          hn::IndicesFromVec(D, hn::Set(hn::RebindToSigned<decltype(D)>(), 1))))
I32(SHUFFLES)
I64(SHUFFLES)
FP(SHUFFLES)
#define BYTESHUFFLES(T)                                                                            \
  OP(InterleaveLower, T, hn::InterleaveLower(D, X, Y))                                             \
  OP(InterleaveUpper, T, hn::InterleaveUpper(D, X, Y))                                             \
  OP(ConcatEven, T, hn::ConcatEven(D, X, Y))                                                       \
  OP(OddEven, T, hn::OddEven(X, Y))                                                                \
  OP(TableBytes, T, hn::TableLookupBytes(X, Y))                                                    \
  OP(CombineBytes, T, hn::CombineShiftRightBytes<3>(D, X, Y))                                      \
  OP(ShiftBytes, T, hn::Xor(hn::ShiftLeftBytes<1>(D, X), hn::ShiftRightBytes<2>(D, Y)))
I8(BYTESHUFFLES)
I16(BYTESHUFFLES)
OP(Reverse, int16_t, hn::Add(hn::Reverse(D, X), Y))
#define DUPLICATE(T)                                                                               \
  OP(DupEven, T, hn::Sub(hn::DupEven(X), hn::DupOdd(Y)))                                           \
  OP(Shuffle0123, T, hn::Xor(hn::Shuffle0123(X), hn::Shuffle2301(Y)))                              \
  OP(Shuffle1032, T, hn::Xor(hn::Shuffle1032(X), hn::Shuffle0321(Y)))                              \
  OP(Shuffle2103, T, hn::Xor(hn::Shuffle2103(X), hn::Broadcast<2>(Y)))
I32(DUPLICATE)
DUPLICATE(float)

#define COMPRESS(T)                                                                                \
  OP(Compress, T, hn::Compress(X, hn::Gt(X, Y)))                                                   \
  extern "C" size_t hwyCompressStore_##T(const T *In, T *Out, size_t N, T Least) {                 \
    const hn::ScalableTag<T> D;                                                                    \
    size_t Kept = 0;                                                                               \
    for (size_t I = 0; I + hn::Lanes(D) <= N; I += hn::Lanes(D)) {                                 \
      auto X = hn::LoadU(D, In + I);                                                               \
      Kept += hn::CompressStore(X, hn::Gt(X, hn::Set(D, Least)), D, Out + Kept);                   \
    }                                                                                              \
    return Kept;                                                                                   \
  }                                                                                                \
  extern "C" size_t hwyCount_##T(const T *In, size_t N, T V) {                                     \
    const hn::ScalableTag<T> D;                                                                    \
    size_t Found = 0;                                                                              \
    for (size_t I = 0; I + hn::Lanes(D) <= N; I += hn::Lanes(D))                                   \
      Found += hn::CountTrue(D, hn::Eq(hn::LoadU(D, In + I), hn::Set(D, V)));                      \
    return Found;                                                                                  \
  }                                                                                                \
  extern "C" void hwyMasked_##T(const T *A, T *Out, size_t N) {                                    \
    const hn::ScalableTag<T> D;                                                                    \
    auto M = hn::FirstN(D, N);                                                                     \
    hn::BlendedStore(hn::MaskedLoad(M, D, A), M, D, Out);                                          \
  }
I16(COMPRESS)
I32(COMPRESS)
I64(COMPRESS)
FP(COMPRESS)

#define GATHER(T, INDEX)                                                                           \
  extern "C" void hwyGather_##T(const T *Base, const INDEX *At, T *Out, size_t N) {                \
    const hn::ScalableTag<T> D;                                                                    \
    const hn::RebindToSigned<decltype(D)> DI;                                                      \
    for (size_t I = 0; I + hn::Lanes(D) <= N; I += hn::Lanes(D))                                   \
      hn::StoreU(hn::GatherIndex(D, Base, hn::LoadU(DI, At + I)), D, Out + I);                     \
  }                                                                                                \
  extern "C" void hwyScatter_##T(const T *In, const INDEX *At, T *Base, size_t N) {                \
    const hn::ScalableTag<T> D;                                                                    \
    const hn::RebindToSigned<decltype(D)> DI;                                                      \
    for (size_t I = 0; I + hn::Lanes(D) <= N; I += hn::Lanes(D))                                   \
      hn::ScatterIndex(hn::LoadU(D, In + I), D, Base, hn::LoadU(DI, At + I));                      \
  }
GATHER(int32_t, int32_t)
GATHER(float, int32_t)
GATHER(double, int64_t)

CONVERT(PromoteTo, uint8_t, uint16_t)
CONVERT(PromoteTo, int8_t, int16_t)
CONVERT(PromoteTo, uint8_t, int16_t)
CONVERT(PromoteTo, uint8_t, uint32_t)
CONVERT(PromoteTo, int8_t, int32_t)
CONVERT(PromoteTo, uint16_t, uint32_t)
CONVERT(PromoteTo, int16_t, int32_t)
CONVERT(PromoteTo, uint32_t, uint64_t)
CONVERT(PromoteTo, int32_t, int64_t)
CONVERT(PromoteTo, float, double)
CONVERT(PromoteTo, int32_t, double)
CONVERT(DemoteTo, int32_t, int16_t)
CONVERT(DemoteTo, int32_t, uint16_t)
CONVERT(DemoteTo, int32_t, uint8_t)
CONVERT(DemoteTo, int32_t, int8_t)
CONVERT(DemoteTo, int16_t, uint8_t)
CONVERT(DemoteTo, int16_t, int8_t)
CONVERT(DemoteTo, double, float)
CONVERT(DemoteTo, double, int32_t)
CONVERT(ConvertTo, int32_t, float)
CONVERT(ConvertTo, float, int32_t)
CONVERT(ConvertTo, int64_t, double)
CONVERT(ConvertTo, double, int64_t)
using F16 = hwy::float16_t;
using BF16 = hwy::bfloat16_t;
CONVERT(PromoteTo, F16, float)
CONVERT(PromoteTo, BF16, float)
CONVERT(DemoteTo, float, F16)
CONVERT(DemoteTo, float, BF16)
