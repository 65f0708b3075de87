// Accumulators that start at zero and are added to behind the loop.
#include <immintrin.h>

#define LOAD(P) _mm512_loadu_si512(P)

// The loop runs at least once.
__m512i dot(__m512i c, const char *p, const char *q, long n) {
  __m512i acc = _mm512_setzero_si512();
  do {
    acc = _mm512_dpbusd_epi32(acc, LOAD(p), LOAD(q));
    p += 64, q += 64;
  } while (--n > 0);
  return _mm512_add_epi32(acc, c);
}

// It may not run at all, and takes two steps of two kinds a round.
__m512i guarded(__m512i c, const char *p, const char *q, long n) {
  __m512i acc = _mm512_setzero_si512();
  for (long i = 0; i < n; ++i) {
    acc = _mm512_dpbusd_epi32(acc, LOAD(p + 64 * i), LOAD(q + 64 * i));
    acc = _mm512_sub_epi32(acc, LOAD(q + 64 * i));
  }
  return _mm512_add_epi32(c, acc);
}

// Some rounds do nothing.
__m512i sparse(__m512i c, const char *p, const char *q, long n) {
  __m512i acc = _mm512_setzero_si512();
  for (long i = 0; i < n; ++i)
    if (p[64 * i] & 1)
      acc = _mm512_dpbusd_epi32(acc, LOAD(p + 64 * i), LOAD(q + 64 * i));
  return _mm512_add_epi32(acc, c);
}

// Two accumulators: one of them starts with c.
__m512i twice(__m512i c, const char *p, const char *q, long n) {
  __m512i even = _mm512_setzero_si512(), odd = _mm512_setzero_si512();
  for (long i = 0; i < n; i += 2) {
    even = _mm512_dpbusd_epi32(even, LOAD(p + 64 * i), LOAD(q + 64 * i));
    odd = _mm512_dpbusd_epi32(odd, LOAD(q + 64 * i), LOAD(p + 64 * i));
  }
  return _mm512_add_epi32(_mm512_add_epi32(even, odd), c);
}

// Saturation: stays.
__m512i saturated(__m512i c, const char *p, const char *q, long n) {
  __m512i acc = _mm512_setzero_si512();
  for (long i = 0; i < n; ++i)
    acc = _mm512_dpbusds_epi32(acc, LOAD(p + 64 * i), LOAD(q + 64 * i));
  return _mm512_add_epi32(acc, c);
}

// Read behind the loop besides: stays.
__m512i reread(__m512i c, const char *p, const char *q, long n) {
  __m512i acc = _mm512_setzero_si512();
  for (long i = 0; i < n; ++i)
    acc = _mm512_dpbusd_epi32(acc, LOAD(p + 64 * i), LOAD(q + 64 * i));
  return _mm512_xor_si512(_mm512_add_epi32(acc, c), _mm512_slli_epi32(acc, 3));
}

// c is loaded behind the loop, from what may be written meanwhile: stays.
__m512i late(__m512i c, char *p, const char *q, long n) {
  __m512i acc = _mm512_setzero_si512();
  for (long i = 0; i < n; ++i) {
    acc = _mm512_dpbusd_epi32(acc, LOAD(p + 64 * i), LOAD(q + 64 * i));
    p[64 * i] ^= 1;
  }
  return _mm512_add_epi32(acc, LOAD(p));
}
