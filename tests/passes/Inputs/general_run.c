// Compares the functions of general.ll with themselves after rewriting.
#include <immintrin.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

typedef __m512i Fn(__m512i, __m512i, __m512i);
Fn below, above, below_rewritten, above_rewritten;

static uint64_t State = 1;
static uint64_t next(void) {
  uint64_t Z = State += 0x9e3779b97f4a7c15;
  Z = (Z ^ (Z >> 30)) * 0xbf58476d1ce4e5b9;
  Z = (Z ^ (Z >> 27)) * 0x94d049bb133111eb;
  return Z ^ (Z >> 31);
}

int main(void) {
  int Differences = 0;
  for (int Try = 0; Try < 20000; ++Try) {
    uint64_t In[3][8];
    for (int I = 0; I < 24; ++I)
      In[I / 8][I % 8] = next();
    __m512i A = _mm512_loadu_si512(In[0]), B = _mm512_loadu_si512(In[1]),
            C = _mm512_loadu_si512(In[2]);
    __m512i X = below(A, B, C), Y = below_rewritten(A, B, C), Z = above(A, B, C),
            W = above_rewritten(A, B, C);
    Differences += memcmp(&X, &Y, 64) != 0 || memcmp(&Z, &W, 64) != 0;
  }
  printf("20000 inputs, %d differences\n", Differences);
  return Differences != 0;
}
