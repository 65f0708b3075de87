//===- bench/corpus/simdjson_scan.cpp - simdjson: scanning, minifying, validating, reading documents
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

// The library's header has its vector types and the reader of documents; the scanners
// over those types are ours.
#include <simdjson.h>

namespace sj = simdjson::SIMDJSON_BUILTIN_IMPLEMENTATION;
using sj::simd::simd8;
using sj::simd::simd8x64;
using Bytes = simd8<uint8_t>;
using Block = simd8x64<uint8_t>;

namespace {
/// Which of 64 bytes lie in strings; \p Inside and \p Escaped go on from block to block.
uint64_t inString(const Block &In, uint64_t &Inside, uint64_t &Escaped) {
  uint64_t Back = In.eq('\\');
  uint64_t Follows = Back << 1 | Escaped, Starts = Back & ~Follows, Odd = Starts;
  for (uint64_t Left = Starts; Left; Left &= Left - 1)
    Odd ^= Left << 1;
  Escaped = Back >> 63;
  uint64_t Quotes = In.eq('"') & ~(Odd & Follows);
  uint64_t Text = sj::prefix_xor(Quotes) ^ Inside;
  Inside = uint64_t(int64_t(Text) >> 63);
  return Text;
}

/// Bytes of \p In whose bits in two tables by nibble meet.
simd8<bool> classOf(Bytes In, uint8_t Mask) {
  Bytes Low = In.lookup_16<uint8_t>(16, 0, 0, 0, 0, 0, 0, 0, 0, 8, 12, 1, 2, 9, 0, 0);
  Bytes High = In.shr<4>().lookup_16<uint8_t>(8, 0, 18, 4, 0, 1, 0, 1, 0, 0, 0, 3, 2, 1, 0, 0);
  return (Low & High).any_bits_set(Bytes(Mask));
}
} // namespace

#define EACH(NAME, RESULT, BODY)                                                                   \
  extern "C" uint64_t simdjson##NAME(const uint8_t *In, size_t N) {                                \
    uint64_t Result = RESULT, Inside = 0, Escaped = 0;                                             \
    for (size_t I = 0; I + 64 <= N; I += 64) {                                                     \
      Block B(In + I);                                                                             \
      BODY                                                                                         \
    }                                                                                              \
    return Result + Inside + Escaped;                                                              \
  }
EACH(CountQuotes, 0, Result += sj::count_ones(B.eq('"'));)
EACH(CountControl, 0, Result += sj::count_ones(B.lteq(0x1F) & inString(B, Inside, Escaped));)
EACH(Structural, 0, {
  uint64_t Ops = B.eq('{') | B.eq('}') | B.eq('[') | B.eq(']') | B.eq(':') | B.eq(',');
  Result += sj::count_ones(Ops & ~inString(B, Inside, Escaped));
})
EACH(Spaces, 0, {
  uint64_t Space = B.eq(' ') | B.eq('\t') | B.eq('\n') | B.eq('\r');
  Result ^= Space & ~inString(B, Inside, Escaped);
})
EACH(Ascii, 1, Result &= B.reduce_or().is_ascii();)
EACH(SameBlock, 0, { Result += B.eq(Block(In)) == ~uint64_t(0); })

extern "C" size_t simdjsonMinify(const uint8_t *In, size_t N, uint8_t *Out) {
  uint64_t Inside = 0, Escaped = 0;
  size_t Kept = 0;
  for (size_t I = 0; I + 64 <= N; I += 64) {
    Block B(In + I);
    uint64_t Space = B.eq(' ') | B.eq('\t') | B.eq('\n') | B.eq('\r');
    Kept += B.compress(Space & ~inString(B, Inside, Escaped), Out + Kept);
  }
  return Kept;
}

/// UTF-8 up to overlong forms: every lead byte has its continuation bytes, none is alone.
extern "C" bool simdjsonUtf8(const uint8_t *In, size_t N) {
  Bytes Prev(uint8_t(0)), Error(uint8_t(0));
  for (size_t I = 0; I + sizeof(Bytes) <= N; I += sizeof(Bytes)) {
    Bytes X = Bytes::load(In + I);
    Bytes Lead2 = X.prev<1>(Prev).saturating_sub(uint8_t(0xBF));
    Bytes Lead3 = X.prev<2>(Prev).saturating_sub(uint8_t(0xDF));
    Bytes Lead4 = X.prev<3>(Prev).saturating_sub(uint8_t(0xEF));
    Bytes Wanted = Bytes((Lead2 | Lead3 | Lead4).any_bits_set());
    Bytes Continues = Bytes(simd8<int8_t>(X) < simd8<int8_t>(int8_t(-64)));
    Error |= (Wanted ^ Continues) | X.gt_bits(Bytes(uint8_t(0xF4)));
    Prev = X;
  }
  return Error.bits_not_set_anywhere();
}
extern "C" uint64_t simdjsonClasses(const uint8_t *In, size_t N, uint8_t *Out) {
  uint64_t Any = 0;
  for (size_t I = 0; I + sizeof(Bytes) <= N; I += sizeof(Bytes)) {
    Bytes X = Bytes::load(In + I);
    simd8<bool> Hit = classOf(X, 7), Digit = classOf(X, 16);
    Bytes(Bytes(Hit) | Bytes(Digit)).store(Out + I);
    Any += Hit.any();
  }
  return Any;
}
extern "C" void simdjsonRange(const uint8_t *In, size_t N, uint8_t *Out) {
  for (size_t I = 0; I + sizeof(Bytes) <= N; I += sizeof(Bytes)) {
    Bytes X = Bytes::load(In + I);
    Bytes Y = X.max_val(uint8_t(' ')).min_val(uint8_t('~')).saturating_add(uint8_t(3));
    (Y.shl<1>() | (X - Y).shr<2>()).store(Out + I);
  }
}

// Documents.
double simdjsonSum(simdjson::ondemand::parser &P, const simdjson::padded_string &Text) {
  double Sum = 0;
  simdjson::ondemand::document Doc = P.iterate(Text);
  for (simdjson::ondemand::object Row : Doc)
    for (double X : Row["values"].get_array())
      Sum += X;
  return Sum;
}
size_t simdjsonStrings(simdjson::ondemand::parser &P, const simdjson::padded_string &Text) {
  size_t Length = 0;
  simdjson::ondemand::document Doc = P.iterate(Text);
  for (auto Field : Doc.get_object()) {
    Length += std::string_view(Field.unescaped_key()).size();
    Length += std::string_view(Field.value().get_string()).size();
  }
  return Length;
}
int64_t simdjsonIntegers(simdjson::ondemand::parser &P, const simdjson::padded_string &Text) {
  int64_t Sum = 0;
  simdjson::ondemand::document Doc = P.iterate(Text);
  for (auto Row : Doc) {
    Sum += int64_t(Row["id"]);
    Sum ^= int64_t(uint64_t(Row["mask"]));
    Sum += bool(Row["live"]);
  }
  return Sum;
}
double simdjsonDom(simdjson::dom::parser &P, const simdjson::padded_string &Text) {
  simdjson::dom::element Root = P.parse(Text);
  double Sum = 0;
  for (simdjson::dom::element X : Root["points"])
    Sum += double(X["x"]) * double(X["y"]);
  return Sum;
}
std::string simdjsonPrint(const simdjson::dom::element &E) { return simdjson::minify(E); }
