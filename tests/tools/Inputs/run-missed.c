// Both versions of missed.ll on every word, beside its neighbours.
#include <immintrin.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define FUNCTIONS(X) X(words_shifted) X(digits) X(range_words)
#define DECLARE(F)                                                                                 \
  __m256i F##_original(__m256i);                                                                   \
  __m256i F##_whittled(__m256i);
FUNCTIONS(DECLARE)

int main(void) {
  int Calls = 0, Differences = 0;
  for (int T = 0; T != 65536; ++T) {
    uint16_t Words[16];
    for (int I = 0; I != 16; ++I)
      Words[I] = (uint16_t)(T + I * 257);
    __m256i X = _mm256_loadu_si256((const __m256i *)Words), A, B;
#define COMPARE(F)                                                                                 \
  A = F##_original(X);                                                                             \
  B = F##_whittled(X);                                                                             \
  Differences += memcmp(&A, &B, sizeof A) != 0;                                                    \
  ++Calls;
    FUNCTIONS(COMPARE)
  }
  printf("%d calls, %d differences\n", Calls, Differences);
  return Differences != 0;
}
