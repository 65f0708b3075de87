#include <immintrin.h>

__m512i masked(__m512i sum, __m512i u, __m512i s) {
  __m512i low = _mm512_and_si512(u, _mm512_set1_epi8(15));
  return _mm512_add_epi32(
      sum, _mm512_madd_epi16(_mm512_maddubs_epi16(low, s), _mm512_set1_epi16(1)));
}

__m512i unmasked(__m512i sum, __m512i u, __m512i s) {
  return _mm512_add_epi32(
      sum, _mm512_madd_epi16(_mm512_maddubs_epi16(u, s), _mm512_set1_epi16(1)));
}
