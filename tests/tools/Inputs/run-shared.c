// Both versions of shared.ll on random inputs.
#include <immintrin.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

__m128i bounded_original(__m128i, __m128i, __m128i *);
__m128i bounded_whittled(__m128i, __m128i, __m128i *);
__m128i inner_original(__m128i, __m128i, __m128i *);
__m128i inner_whittled(__m128i, __m128i, __m128i *);

static uint64_t State = 88172645463325252u;
static uint64_t next(void) {
  State ^= State << 13;
  State ^= State >> 7;
  State ^= State << 17;
  return State;
}

int main(void) {
  int Calls = 0, Differences = 0;
  for (int T = 0; T != 1000; ++T) {
    __m128i X = _mm_set_epi64x(next() | (T % 3 ? 0 : -1), next()), Y = _mm_set_epi64x(next(), next());
    __m128i A[2], B[2];
    A[0] = bounded_original(X, Y, &A[1]);
    B[0] = bounded_whittled(X, Y, &B[1]);
    Differences += memcmp(A, B, sizeof A) != 0;
    A[0] = inner_original(X, Y, &A[1]);
    B[0] = inner_whittled(X, Y, &B[1]);
    Differences += memcmp(A, B, sizeof A) != 0;
    Calls += 2;
  }
  printf("%d calls, %d differences\n", Calls, Differences);
  return Differences != 0;
}
