// Both versions of mask-moves.ll on random inputs.
#include <immintrin.h>
#include <stdint.h>
#include <stdio.h>

uint16_t positive_bytes_original(__m128i), positive_bytes_whittled(__m128i);
uint8_t positive_dwords_original(__m256i), positive_dwords_whittled(__m256i);
uint32_t positive_words_original(__m256i), positive_words_whittled(__m256i);

int main(void) {
  int Calls = 0, Differences = 0;
  uint64_t State = 88172645463325252u;
  for (int T = 0; T != 100000; ++T) {
    uint64_t V[4];
    for (int I = 0; I != 4; ++I) {
      State ^= State << 13;
      State ^= State >> 7;
      State ^= State << 17;
      V[I] = State;
    }
    __m256i X = _mm256_loadu_si256((const __m256i *)V);
    __m128i Low = _mm256_castsi256_si128(X);
    Differences += positive_bytes_original(Low) != positive_bytes_whittled(Low);
    Differences += positive_dwords_original(X) != positive_dwords_whittled(X);
    Differences += positive_words_original(X) != positive_words_whittled(X);
    Calls += 3;
  }
  printf("%d calls, %d differences\n", Calls, Differences);
  return Differences != 0;
}
