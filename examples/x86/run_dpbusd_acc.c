// Runs dpbusd_acc, original against transformed, on random inputs. Link with two
// objects of dpbusd_acc.c, whose function is renamed to *_original and *_whittled.
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include "random_bytes.h"
#include <stdio.h>
#include <string.h>

void dpbusd_acc_original(int32_t *, const uint8_t *, const int8_t *);
void dpbusd_acc_whittled(int32_t *, const uint8_t *, const int8_t *);

enum { ROUNDS = 200000 };

int main(void) {
  uint8_t activations[64];
  int8_t weights[64];
  int32_t sums[16], original[16], whittled[16];
  uint64_t state = 0x5eed;
  long wrong = 0;
  for (int round = 0; round < ROUNDS; ++round) {
    fill_bytes(&state, activations, sizeof activations);
    fill_bytes(&state, weights, sizeof weights);
    fill_bytes(&state, sums, sizeof sums);
    memcpy(original, sums, sizeof sums);
    memcpy(whittled, sums, sizeof sums);
    dpbusd_acc_original(original, activations, weights);
    dpbusd_acc_whittled(whittled, activations, weights);
    wrong += memcmp(original, whittled, sizeof sums) != 0;
    for (int i = 0; i < 16; ++i) {
      uint32_t sum = (uint32_t)sums[i];
      for (int k = 0; k < 4; ++k)
        sum += (uint32_t)(activations[4 * i + k] * weights[4 * i + k]);
      wrong += sum != (uint32_t)whittled[i];
    }
  }
  printf("%d random inputs of dpbusd_acc, %ld differences\n", ROUNDS, wrong);
  return wrong != 0;
}
