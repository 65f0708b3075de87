// Runs two versions of one program, now_f and new_f, on random and corner inputs; the status is 1 at a difference.
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define N 1024
void now_f(uint32_t *, const uint32_t *, const uint32_t *, const uint32_t *, const uint32_t *);
void new_f(uint32_t *, const uint32_t *, const uint32_t *, const uint32_t *, const uint32_t *);

static uint64_t state = 88172645463325252u;
static uint32_t next(void) {
  state ^= state << 13, state ^= state >> 7, state ^= state << 17;
  return (uint32_t)(state >> 16);
}

// Random bits, few bits, small numbers, neighbours of powers of two.
static uint32_t value(void) {
  uint32_t p = 1u << (next() & 31);
  switch (next() & 7) {
  case 0:
    return next() & next() & next();
  case 1:
    return next() & 63;
  case 2:
    return p - 1;
  case 3:
    return p;
  case 4:
    return -p;
  case 5:
    return ~(next() & 3);
  default:
    return next();
  }
}

int main(int argc, char **argv) {
  static uint32_t in[4][N], now[N], new[N];
  int rounds = argc > 1 ? atoi(argv[1]) : 200;
  for (int k = 0; k < rounds; ++k) {
    for (int i = 0; i < N; ++i) {
      for (int j = 0; j < 4; ++j)
        in[j][i] = value();
      // Equal operands are rare otherwise.
      if ((next() & 3) == 0)
        in[next() & 3][i] = in[next() & 3][i];
    }
    now_f(now, in[0], in[1], in[2], in[3]);
    new_f(new, in[0], in[1], in[2], in[3]);
    for (int i = 0; i < N; ++i)
      if (now[i] != new[i]) {
        printf("x=%#" PRIx32 " y=%#" PRIx32 " z=%#" PRIx32 " w=%#" PRIx32 ": %#" PRIx32 " became %#" PRIx32 "\n",
               in[0][i], in[1][i], in[2][i], in[3][i], now[i], new[i]);
        return 1;
      }
  }
  return 0;
}
