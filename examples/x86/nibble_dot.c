// Dot products of a quantised model: packed 4-bit weights, 8-bit activations.
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include <immintrin.h>
#include <stddef.h>
#include <stdint.h>

/// Sums of adjacent products of unsigned and signed bytes, four to a lane.
static inline __m512i dot_u8_i8(__m512i u, __m512i s) {
  return _mm512_madd_epi16(_mm512_maddubs_epi16(u, s), _mm512_set1_epi16(1));
}

/// 16 partial sums of weights * activations. Each byte of `weights` holds two
/// weights from 0 to 15; of every 128, the low nibbles are the first 64. `n`
/// weights, a multiple of 128.
void nibble_dot(const uint8_t *weights, const int8_t *activations, int32_t *sums, size_t n) {
  const __m512i low = _mm512_set1_epi8(0x0f);
  __m512i acc = _mm512_setzero_si512();
#pragma clang loop unroll(disable)
  for (size_t i = 0; i < n; i += 128) {
    __m512i packed = _mm512_loadu_si512(weights + i / 2);
    __m512i w0 = _mm512_and_si512(packed, low);
    __m512i w1 = _mm512_and_si512(_mm512_srli_epi16(packed, 4), low);
    __m512i a0 = _mm512_loadu_si512(activations + i);
    __m512i a1 = _mm512_loadu_si512(activations + i + 64);
    acc = _mm512_add_epi32(acc, dot_u8_i8(w0, a0));
    acc = _mm512_add_epi32(acc, dot_u8_i8(w1, a1));
  }
  _mm512_storeu_si512(sums, acc);
}

/// The same with whole bytes as weights, 0 to 255: two of the 16-bit products
/// may saturate in vpmaddubsw, and callers rely on that. `n` is a multiple of 64.
void byte_dot(const uint8_t *weights, const int8_t *activations, int32_t *sums, size_t n) {
  __m512i acc = _mm512_setzero_si512();
#pragma clang loop unroll(disable)
  for (size_t i = 0; i < n; i += 64) {
    __m512i w = _mm512_loadu_si512(weights + i);
    __m512i a = _mm512_loadu_si512(activations + i);
    acc = _mm512_add_epi32(acc, dot_u8_i8(w, a));
  }
  _mm512_storeu_si512(sums, acc);
}
