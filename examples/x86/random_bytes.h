// Random and extreme bytes for the programs that run kernels against each other.
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#ifndef RANDOM_BYTES_H
#define RANDOM_BYTES_H

#include <stddef.h>
#include <stdint.h>

/// xorshift64*: the same inputs on every run.
static inline uint64_t next_random(uint64_t *state) {
  *state ^= *state >> 12;
  *state ^= *state << 25;
  *state ^= *state >> 27;
  return *state * 0x2545f4914f6cdd1du;
}

/// Some fills have only the extremes, where 16-bit sums saturate first.
static inline void fill_bytes(uint64_t *state, void *to, size_t n) {
  static const uint8_t extremes[] = {0x00, 0x01, 0x0f, 0x7f, 0x80, 0x81, 0xf0, 0xff};
  const unsigned kind = next_random(state) % 4;
  const uint8_t one = extremes[next_random(state) % sizeof extremes];
  for (size_t i = 0; i < n; ++i) {
    const uint64_t r = next_random(state) >> 32;
    ((uint8_t *)to)[i] = kind == 0 ? one : kind == 1 ? extremes[r % sizeof extremes] : (uint8_t)r;
  }
}

#endif
