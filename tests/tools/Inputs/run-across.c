// Both versions of across.ll on random inputs.
#include <immintrin.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

void hoisted_not_original(__m256i *, __m256i, long);
void hoisted_not_whittled(__m256i *, __m256i, long);
__m256i masked_index_original(__m256i, __m256i, bool);
__m256i masked_index_whittled(__m256i, __m256i, bool);

static uint64_t State = 88172645463325252u;
static __m256i any(void) {
  uint64_t V[4];
  for (int I = 0; I != 4; ++I) {
    State ^= State << 13;
    State ^= State >> 7;
    State ^= State << 17;
    V[I] = State;
  }
  return _mm256_loadu_si256((const __m256i *)V);
}

int main(void) {
  int Calls = 0, Differences = 0;
  for (int T = 0; T != 1000; ++T) {
    __m256i A[5], B[5], M = any(), X = any();
    for (int I = 0; I != 5; ++I)
      A[I] = B[I] = any();
    long N = 1 + T % 5;
    hoisted_not_original(A, M, N);
    hoisted_not_whittled(B, M, N);
    Differences += memcmp(A, B, sizeof A) != 0;
    A[0] = masked_index_original(X, M, T % 4 != 0);
    B[0] = masked_index_whittled(X, M, T % 4 != 0);
    Differences += memcmp(A, B, sizeof *A) != 0;
    Calls += 2;
  }
  printf("%d calls, %d differences\n", Calls, Differences);
  return Differences != 0;
}
