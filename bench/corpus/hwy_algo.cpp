//===- bench/corpus/hwy_algo.cpp - Highway: search, copy, images, hashes, quantised arithmetic
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include <cstddef>
#include <cstdint>
#include <hwy/highway.h>

#include <hwy/contrib/algo/copy-inl.h>
#include <hwy/contrib/algo/find-inl.h>
#include <hwy/contrib/algo/transform-inl.h>
#include <hwy/contrib/image/image.h>

namespace hn = hwy::HWY_NAMESPACE;

#define ALGORITHMS(TYPE)                                                                           \
  extern "C" size_t hwyFind_##TYPE(const TYPE *In, size_t N, TYPE V) {                             \
    return hn::Find(hn::ScalableTag<TYPE>(), V, In, N);                                            \
  }                                                                                                \
  extern "C" size_t hwyFindAbove_##TYPE(const TYPE *In, size_t N, TYPE V) {                        \
    return hn::FindIf(hn::ScalableTag<TYPE>(), In, N,                                              \
                      [V](auto D, auto X) HWY_ATTR { return hn::Gt(X, hn::Set(D, V)); });          \
  }                                                                                                \
  extern "C" void hwyFill_##TYPE(TYPE *Out, size_t N, TYPE V) {                                    \
    hn::Fill(hn::ScalableTag<TYPE>(), V, N, Out);                                                  \
  }                                                                                                \
  extern "C" void hwyCopy_##TYPE(const TYPE *In, size_t N, TYPE *Out) {                            \
    hn::Copy(hn::ScalableTag<TYPE>(), In, N, Out);                                                 \
  }                                                                                                \
  extern "C" void hwyReplace_##TYPE(TYPE *InOut, size_t N, TYPE From, TYPE To) {                   \
    hn::Replace(hn::ScalableTag<TYPE>(), InOut, N, To, From);                                      \
  }                                                                                                \
  extern "C" TYPE hwyMaximum_##TYPE(const TYPE *In, size_t N) {                                    \
    const hn::ScalableTag<TYPE> D;                                                                 \
    auto M = hn::Set(D, In[0]);                                                                    \
    for (size_t I = 0; I + hn::Lanes(D) <= N; I += hn::Lanes(D))                                   \
      M = hn::Max(M, hn::LoadU(D, In + I));                                                        \
    HWY_ALIGN TYPE Lanes[hn::MaxLanes(D)];                                                         \
    hn::Store(M, D, Lanes);                                                                        \
    TYPE Best = Lanes[0];                                                                          \
    for (size_t I = 1; I != hn::Lanes(D); ++I)                                                     \
      Best = Lanes[I] > Best ? Lanes[I] : Best;                                                    \
    return Best;                                                                                   \
  }
using std::int16_t;
using std::int32_t;
using std::int64_t;
using std::int8_t;
using std::uint16_t;
using std::uint32_t;
using std::uint64_t;
using std::uint8_t;
ALGORITHMS(int8_t)
ALGORITHMS(uint8_t)
ALGORITHMS(int16_t)
ALGORITHMS(uint16_t)
ALGORITHMS(int32_t)
ALGORITHMS(uint32_t)
ALGORITHMS(int64_t)
ALGORITHMS(uint64_t)
ALGORITHMS(float)
ALGORITHMS(double)

/// Keeps what lies in [Low, High).
#define KEEP(TYPE)                                                                                 \
  extern "C" TYPE *hwyKeep_##TYPE(const TYPE *In, size_t N, TYPE *Out, TYPE Low, TYPE High) {      \
    return hn::CopyIf(hn::ScalableTag<TYPE>(), In, N, Out, [=](auto D, auto X) HWY_ATTR {          \
      return hn::AndNot(hn::Lt(X, hn::Set(D, Low)), hn::Lt(X, hn::Set(D, High)));                  \
    });                                                                                            \
  }
KEEP(int16_t)
KEEP(int32_t)
KEEP(uint64_t)
KEEP(float)
KEEP(double)

/// RGB bytes to luma, ITU-R BT.601 in 8.8 fixed point.
extern "C" void hwyLuma(const uint8_t *Rgb, uint8_t *Out, size_t N) {
  const hn::ScalableTag<uint8_t> D8;
  const hn::RepartitionToWide<decltype(D8)> D16;
  const hn::Half<decltype(D8)> H8;
  for (size_t I = 0; I + hn::Lanes(D8) <= N; I += hn::Lanes(D8)) {
    hn::Vec<decltype(D8)> R, G, B;
    hn::LoadInterleaved3(D8, Rgb + 3 * I, R, G, B);
    auto Mix = [&](auto R8, auto G8, auto B8) HWY_ATTR {
      auto S = hn::Mul(hn::PromoteTo(D16, R8), hn::Set(D16, 77));
      S = hn::Add(S, hn::Mul(hn::PromoteTo(D16, G8), hn::Set(D16, 150)));
      S = hn::Add(S, hn::Mul(hn::PromoteTo(D16, B8), hn::Set(D16, 29)));
      return hn::ShiftRight<8>(hn::Add(S, hn::Set(D16, 128)));
    };
    auto Low = Mix(hn::LowerHalf(H8, R), hn::LowerHalf(H8, G), hn::LowerHalf(H8, B));
    auto High = Mix(hn::UpperHalf(H8, R), hn::UpperHalf(H8, G), hn::UpperHalf(H8, B));
    const hn::RebindToSigned<decltype(D16)> S16;
    hn::StoreU(hn::DemoteTo(H8, hn::BitCast(S16, Low)), H8, Out + I);
    hn::StoreU(hn::DemoteTo(H8, hn::BitCast(S16, High)), H8, Out + I + hn::Lanes(H8));
  }
}

/// RGBA bytes in another order, and planes to pixels.
extern "C" void hwySwapRedBlue(uint8_t *Rgba, size_t N) {
  const hn::ScalableTag<uint8_t> D;
  for (size_t I = 0; I + hn::Lanes(D) <= N; I += hn::Lanes(D)) {
    hn::Vec<decltype(D)> R, G, B, A;
    hn::LoadInterleaved4(D, Rgba + 4 * I, R, G, B, A);
    hn::StoreInterleaved4(B, G, R, A, D, Rgba + 4 * I);
  }
}
extern "C" void hwyInterleave3(const float *R, const float *G, const float *B, float *Out,
                               size_t N) {
  const hn::ScalableTag<float> D;
  for (size_t I = 0; I + hn::Lanes(D) <= N; I += hn::Lanes(D))
    hn::StoreInterleaved3(hn::LoadU(D, R + I), hn::LoadU(D, G + I), hn::LoadU(D, B + I), D,
                          Out + 3 * I);
}
extern "C" void hwyComplexMul(const float *A, const float *B, float *Out, size_t N) {
  const hn::ScalableTag<float> D;
  for (size_t I = 0; I + hn::Lanes(D) <= N; I += hn::Lanes(D)) {
    hn::Vec<decltype(D)> AR, AI, BR, BI;
    hn::LoadInterleaved2(D, A + 2 * I, AR, AI);
    hn::LoadInterleaved2(D, B + 2 * I, BR, BI);
    hn::StoreInterleaved2(hn::MulSub(AR, BR, hn::Mul(AI, BI)), hn::MulAdd(AR, BI, hn::Mul(AI, BR)),
                          D, Out + 2 * I);
  }
}

/// A 3 x 3 binomial blur of an image of floats, and a Sobel gradient.
extern "C" void hwyBlur(const hwy::ImageF &In, hwy::ImageF &Out) {
  const hn::ScalableTag<float> D;
  for (size_t Y = 1; Y + 1 < In.ysize(); ++Y) {
    const float *Row[3] = {In.ConstRow(Y - 1), In.ConstRow(Y), In.ConstRow(Y + 1)};
    float *To = Out.MutableRow(Y);
    for (size_t X = 1; X + hn::Lanes(D) < In.xsize(); X += hn::Lanes(D)) {
      auto Sum = hn::Zero(D), Gx = Sum, Gy = Sum;
      for (int R = 0; R != 3; ++R) {
        auto L = hn::LoadU(D, Row[R] + X - 1), C = hn::LoadU(D, Row[R] + X),
             N = hn::LoadU(D, Row[R] + X + 1);
        auto H = hn::MulAdd(C, hn::Set(D, 2), hn::Add(L, N));
        Sum = hn::MulAdd(H, hn::Set(D, R == 1 ? 2.0f / 16 : 1.0f / 16), Sum);
        Gx = hn::MulAdd(hn::Sub(N, L), hn::Set(D, R == 1 ? 2 : 1), Gx);
        Gy = hn::MulAdd(H, hn::Set(D, float(R - 1)), Gy);
      }
      auto Edge = hn::Sqrt(hn::MulAdd(Gx, Gx, hn::Mul(Gy, Gy)));
      hn::StoreU(hn::IfThenElse(hn::Gt(Edge, hn::Set(D, 0.5f)), hn::LoadU(D, Row[1] + X), Sum), D,
                 To + X);
    }
  }
}

/// Sum of absolute differences, as motion search does it, and the mean of two blocks.
extern "C" uint64_t hwySad(const uint8_t *A, const uint8_t *B, uint8_t *Mean, size_t N) {
  const hn::ScalableTag<uint8_t> D;
  const hn::Repartition<uint64_t, decltype(D)> D64;
  auto Sum = hn::Zero(D64);
  for (size_t I = 0; I + hn::Lanes(D) <= N; I += hn::Lanes(D)) {
    auto X = hn::LoadU(D, A + I), Y = hn::LoadU(D, B + I);
    auto Diff = hn::Or(hn::SaturatedSub(X, Y), hn::SaturatedSub(Y, X));
    Sum = hn::Add(Sum, hn::SumsOf8(Diff));
    hn::StoreU(hn::AverageRound(X, Y), D, Mean + I);
  }
  return hn::GetLane(hn::SumOfLanes(D64, Sum));
}

/// Bits set, bytes classed by table (as a base64 decoder does), ASCII to lower case.
extern "C" uint64_t hwyPopcount(const uint64_t *In, size_t N) {
  const hn::ScalableTag<uint64_t> D;
  auto Sum = hn::Zero(D);
  for (size_t I = 0; I + hn::Lanes(D) <= N; I += hn::Lanes(D))
    Sum = hn::Add(Sum, hn::PopulationCount(hn::LoadU(D, In + I)));
  return hn::GetLane(hn::SumOfLanes(D, Sum));
}
extern "C" size_t hwyBase64(const uint8_t *In, uint8_t *Out, size_t N) {
  const hn::ScalableTag<uint8_t> D;
  const hn::RepartitionToWide<decltype(D)> D16;
  HWY_ALIGN static const uint8_t Roll[16] = {0, 16, 19, 4, 191, 191, 185, 185,
                                             0, 0,  0,  0, 0,   0,   0,   0};
  const auto Table = hn::LoadDup128(D, Roll);
  size_t I = 0;
  for (; I + hn::Lanes(D) <= N; I += hn::Lanes(D)) {
    auto X = hn::LoadU(D, In + I);
    auto High = hn::And(hn::BitCast(D, hn::ShiftRight<4>(hn::BitCast(D16, X))), hn::Set(D, 15));
    auto Slash = hn::VecFromMask(D, hn::Eq(X, hn::Set(D, '/')));
    auto Value = hn::Add(X, hn::TableLookupBytes(Table, hn::Add(Slash, High)));
    if (!hn::AllTrue(D, hn::Lt(Value, hn::Set(D, 64))))
      return I;
    hn::StoreU(Value, D, Out + I);
  }
  return I;
}
extern "C" void hwyLower(uint8_t *Text, size_t N) {
  hn::Transform(hn::ScalableTag<uint8_t>(), Text, N, [](auto D, auto X) HWY_ATTR {
    auto Upper = hn::And(hn::Gt(X, hn::Set(D, 'A' - 1)), hn::Lt(X, hn::Set(D, 'Z' + 1)));
    return hn::Or(X, hn::IfThenElseZero(Upper, hn::Set(D, 0x20)));
  });
}

/// 8-bit and 16-bit dot products, and requantisation to bytes.
extern "C" int32_t hwyDotI16(const int16_t *A, const int16_t *B, size_t N) {
  const hn::ScalableTag<int16_t> D;
  const hn::RepartitionToWide<decltype(D)> D32;
  auto S0 = hn::Zero(D32), S1 = S0;
  for (size_t I = 0; I + hn::Lanes(D) <= N; I += hn::Lanes(D))
    S0 = hn::ReorderWidenMulAccumulate(D32, hn::LoadU(D, A + I), hn::LoadU(D, B + I), S0, S1);
  return hn::GetLane(hn::SumOfLanes(D32, hn::RearrangeToOddPlusEven(S0, S1)));
}
extern "C" void hwyRequantise(const int32_t *In, int8_t *Out, float Scale, size_t N) {
  const hn::ScalableTag<int32_t> D32;
  const hn::RebindToFloat<decltype(D32)> DF;
  const hn::Rebind<int8_t, decltype(D32)> D8;
  for (size_t I = 0; I + hn::Lanes(D32) <= N; I += hn::Lanes(D32)) {
    auto F = hn::Mul(hn::ConvertTo(DF, hn::LoadU(D32, In + I)), hn::Set(DF, Scale));
    hn::StoreU(hn::DemoteTo(D8, hn::NearestInt(F)), D8, Out + I);
  }
}
extern "C" void hwyGain(int16_t *Samples, int16_t Gain, size_t N) {
  hn::Transform(hn::ScalableTag<int16_t>(), Samples, N, [Gain](auto D, auto X) HWY_ATTR {
    return hn::SaturatedAdd(hn::MulFixedPoint15(X, hn::Set(D, Gain)),
                            hn::MulHigh(X, hn::Set(D, 1 << 12)));
  });
}

/// AES counter mode of a block, and a carry-less polynomial hash.
extern "C" void hwyAes(const uint8_t *Keys, uint8_t *Blocks, size_t N) {
  const hn::ScalableTag<uint8_t> D;
  for (size_t I = 0; I + hn::Lanes(D) <= N; I += hn::Lanes(D)) {
    auto State = hn::Xor(hn::LoadU(D, Blocks + I), hn::LoadDup128(D, Keys));
    for (int Round = 1; Round != 10; ++Round)
      State = hn::AESRound(State, hn::LoadDup128(D, Keys + 16 * Round));
    hn::StoreU(hn::AESLastRound(State, hn::LoadDup128(D, Keys + 160)), D, Blocks + I);
  }
}
extern "C" void hwyClmulHash(const uint64_t *In, const uint64_t *Key, uint64_t *Hash, size_t N) {
  const hn::ScalableTag<uint64_t> D;
  auto State = hn::LoadU(D, Hash);
  const auto K = hn::LoadDup128(D, Key);
  for (size_t I = 0; I + hn::Lanes(D) <= N; I += hn::Lanes(D)) {
    State = hn::Xor(State, hn::LoadU(D, In + I));
    State = hn::Xor(hn::CLMulLower(State, K), hn::CLMulUpper(State, K));
  }
  hn::StoreU(State, D, Hash);
}
