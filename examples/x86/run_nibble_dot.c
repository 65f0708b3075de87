// Runs nibble_dot and byte_dot, original against transformed, on random inputs.
// Link with two objects of nibble_dot.c, whose functions are renamed to
// *_original and *_whittled.
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "random_bytes.h"
#include <stdio.h>
#include <string.h>

void nibble_dot_original(const uint8_t *, const int8_t *, int32_t *, size_t);
void nibble_dot_whittled(const uint8_t *, const int8_t *, int32_t *, size_t);
void byte_dot_original(const uint8_t *, const int8_t *, int32_t *, size_t);
void byte_dot_whittled(const uint8_t *, const int8_t *, int32_t *, size_t);

enum { MAX_BYTES = 1024, ROUNDS = 20000 };

/// Sum over the 16 partial sums.
static int64_t total(const int32_t *sums) {
  int64_t t = 0;
  for (int i = 0; i < 16; ++i)
    t += sums[i];
  return t;
}

/// What nibble_dot should give, without any intrinsic.
static int64_t plain_nibble_dot(const uint8_t *w, const int8_t *a, size_t n) {
  int64_t t = 0;
  for (size_t i = 0; i < n; i += 128)
    for (size_t k = 0; k < 64; ++k)
      t += (w[i / 2 + k] & 15) * a[i + k] + (w[i / 2 + k] >> 4) * a[i + 64 + k];
  return t;
}

static int64_t plain_byte_dot(const uint8_t *w, const int8_t *a, size_t n) {
  int64_t t = 0;
  for (size_t i = 0; i < n; ++i)
    t += w[i] * a[i];
  return t;
}

int main(void) {
  // One byte more: kernels must not need alignment.
  static uint8_t weights[MAX_BYTES + 1];
  static int8_t activations[2 * MAX_BYTES + 1];
  int32_t original[16], whittled[16];
  uint64_t state = 0x5eed;
  long wrong = 0, saturated = 0;
  for (int round = 0; round < ROUNDS; ++round) {
    const size_t blocks = 1 + next_random(&state) % (MAX_BYTES / 64), skew = next_random(&state) % 2;
    const uint8_t *w = weights + skew;
    const int8_t *a = activations + skew;
    fill_bytes(&state, weights, sizeof weights);
    fill_bytes(&state, activations, sizeof activations);

    nibble_dot_original(w, a, original, blocks * 128);
    nibble_dot_whittled(w, a, whittled, blocks * 128);
    wrong += memcmp(original, whittled, sizeof original) != 0;
    wrong += total(whittled) != plain_nibble_dot(w, a, blocks * 128);

    byte_dot_original(w, a, original, blocks * 64);
    byte_dot_whittled(w, a, whittled, blocks * 64);
    wrong += memcmp(original, whittled, sizeof original) != 0;
    saturated += total(original) != plain_byte_dot(w, a, blocks * 64);
  }
  printf("%d random inputs each of nibble_dot and byte_dot, %ld differences"
         " (byte_dot saturated on %ld of them)\n",
         ROUNDS, wrong, saturated);
  return wrong != 0;
}
