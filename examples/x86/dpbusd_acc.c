// One step of an 8-bit matrix product whose partial sums arrive from elsewhere.
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include <immintrin.h>
#include <stdint.h>

/// The dot product of a block, as a library function would give it.
static inline __m512i block_dot(__m512i activations, __m512i weights) {
  return _mm512_dpbusd_epi32(_mm512_setzero_si512(), activations, weights);
}

/// sums[16] += dot products of four pairs each.
void dpbusd_acc(int32_t *sums, const uint8_t *activations, const int8_t *weights) {
  __m512i block = block_dot(_mm512_loadu_si512(activations), _mm512_loadu_si512(weights));
  _mm512_storeu_si512(sums, _mm512_add_epi32(_mm512_loadu_si512(sums), block));
}
