// The 25 programs of Warren's Hacker's Delight that work on program synthesis has compared itself on since Gulwani et
// al. (PLDI 2011), each over arrays. Each is written as the book has it, operation by operation, so that its length in
// the book is the number of operators: bench/hackers.py has it.
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#include <stdint.h>

#define N 1024

typedef uint32_t u;
typedef int32_t s;
typedef u *restrict out;
typedef const u *restrict in;

#define PROGRAM(NAME, ...)                                                                                             \
  void NAME(out r, in xs, in ys, in zs, in ws) {                                                                       \
    for (int i = 0; i < N; ++i) {                                                                                      \
      u x = xs[i], y = ys[i], z = zs[i], w = ws[i];                                                                    \
      (void)y, (void)z, (void)w;                                                                                       \
      __VA_ARGS__                                                                                                      \
    }                                                                                                                  \
  }

// 1. Turn off the rightmost 1. 2. Is it 2^n - 1? 3. Isolate the rightmost 1. 4. Mask of the rightmost 1 and what is
// below it. 5. Propagate the rightmost 1 to the right. 6. Turn on the rightmost 0. 7. Isolate the rightmost 0.
// 8. Mask of the trailing zeros.
PROGRAM(p01, r[i] = x & (x - 1);)
PROGRAM(p02, r[i] = x & (x + 1);)
PROGRAM(p03, r[i] = x & -x;)
PROGRAM(p04, r[i] = x ^ (x - 1);)
PROGRAM(p05, r[i] = x | (x - 1);)
PROGRAM(p06, r[i] = x | (x + 1);)
PROGRAM(p07, r[i] = ~x & (x + 1);)
PROGRAM(p08, r[i] = (x - 1) & ~x;)
// 9. Absolute value.
PROGRAM(p09, u m = (u)((s)x >> 31); r[i] = (x ^ m) - m;)
// 10 to 12. Compare numbers of leading zeros: equal, less, less or equal. All ones or zero, as lanes have it.
PROGRAM(p10, r[i] = (x & y) >= (x ^ y) ? ~0u : 0;)
PROGRAM(p11, r[i] = (x & ~y) > y ? ~0u : 0;)
PROGRAM(p12, r[i] = (x & ~y) <= y ? ~0u : 0;)
// 13. Sign. 14. Floor of the average. 15. Its ceiling. 16. Maximum.
PROGRAM(p13, r[i] = (u)((s)x >> 31) | (-x >> 31);)
PROGRAM(p14, r[i] = (x & y) + ((x ^ y) >> 1);)
PROGRAM(p15, r[i] = (x | y) - ((x ^ y) >> 1);)
PROGRAM(p16, r[i] = ((x ^ y) & -(u)(x >= y)) ^ y;)
// 17. Turn off the rightmost string of ones. 18. Is it a power of 2? All ones or zero.
PROGRAM(p17, r[i] = (((x - 1) | x) + 1) & x;)
PROGRAM(p18, r[i] = (((x & (x - 1)) == 0) & (x != 0)) ? ~0u : 0;)
// 19. Exchange two fields of x: z is the mask of the lower, y how far apart they are (below 32).
PROGRAM(p19, u k = y & 31; u t = ((x >> k) ^ x) & z; r[i] = x ^ t ^ (t << k);)
// 20. The next number with as many ones; the quotient by a power of two is a shift here, as no lane divides.
PROGRAM(p20, u a = x & -x; u b = x + a; u c = (x ^ b) >> 2; u t = 31 - (u)__builtin_clz(a | 1); r[i] = b | (c >> t);)
// 21. From x = y to z, from z to w, from w to y.
PROGRAM(p21, r[i] = (-(u)(x == w) & (y ^ w)) ^ (-(u)(x == y) & (z ^ w)) ^ w;)
// 22. Parity. 23. Population count.
PROGRAM(p22, x ^= x >> 1; x ^= x >> 2; x = (x & 0x11111111) * 0x11111111; r[i] = (x >> 28) & 1;)
PROGRAM(p23, x -= (x >> 1) & 0x55555555; x = (x & 0x33333333) + ((x >> 2) & 0x33333333);
        x = (x + (x >> 4)) & 0x0f0f0f0f; x += x >> 8; x += x >> 16; r[i] = x & 63;)
// 24. Round up to a power of 2.
PROGRAM(p24, --x; x |= x >> 1; x |= x >> 2; x |= x >> 4; x |= x >> 8; x |= x >> 16; r[i] = x + 1;)
// 25. The upper half of a product, from products of halves.
PROGRAM(p25, u u0 = x & 0xffff; u u1 = x >> 16; u v0 = y & 0xffff; u v1 = y >> 16; u t = u1 * v0 + ((u0 * v0) >> 16);
        u w1 = (t & 0xffff) + u0 * v1; r[i] = u1 * v1 + (t >> 16) + (w1 >> 16);)
