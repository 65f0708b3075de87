// Each function of loops.c against itself as rewritten, on random inputs.
#include <immintrin.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

enum { ROUNDS = 20000, MOST = 6 };
static uint64_t State = 0x5eed;
static void fill(unsigned char *P, int N) {
  for (int I = 0; I < N; ++I) {
    State ^= State << 13, State ^= State >> 7, State ^= State << 17;
    P[I] = State >> 56;
  }
}
#define FUNCTIONS                                                                                  \
  F(dot) F(guarded) F(sparse) F(twice) F(saturated) F(reread) F(late)
#define F(N)                                                                                       \
  __m512i N##_original(__m512i, unsigned char *, unsigned char *, long);                           \
  __m512i N##_whittled(__m512i, unsigned char *, unsigned char *, long);
FUNCTIONS
#undef F

int main(void) {
  long Wrong = 0, Calls = 0;
  for (int Round = 0; Round < ROUNDS; ++Round) {
    unsigned char P[64 * (MOST + 2)], Q[sizeof P], P2[sizeof P], C[64];
    fill(P, sizeof P);
    fill(Q, sizeof Q);
    fill(C, sizeof C);
    long N = Round % (MOST + 1);
#define F(Name)                                                                                    \
  {                                                                                                \
    memcpy(P2, P, sizeof P);                                                                       \
    __m512i A = Name##_original(_mm512_loadu_si512(C), P, Q, N);                                   \
    __m512i B = Name##_whittled(_mm512_loadu_si512(C), P2, Q, N);                                  \
    Wrong += memcmp(&A, &B, 64) || memcmp(P, P2, sizeof P);                                        \
    ++Calls;                                                                                       \
  }
    FUNCTIONS
  }
  printf("%ld calls, %ld differences\n", Calls, Wrong);
  return Wrong != 0;
}
