"""random_loops.py SEED DIR: writes DIR/loops.c, functions whose accumulators take steps of several kinds in loops of several
shapes, are reset, left early or read by others, and are added to in the end; and DIR/run.c, which compares o_* and w_* of each."""

import random
import sys

FUNCTIONS, CALLS = 40, 2000
R = random.Random(int(sys.argv[1]))


def value():
    return R.choice(["L(p + 64 * i)", "L(q + 64 * i)", "L(q)", "c", "d"])


def step(a):
    plain = [
        f"{a} = _mm512_dpbusd_epi32({a}, {value()}, {value()});",
        f"{a} = _mm512_dpbusd_epi32({a}, {value()}, {value()});",
        f"{a} = _mm512_dpwssd_epi32({a}, {value()}, {value()});",
        f"{a} = _mm512_sub_epi32({a}, {value()});",
        f"{a} = _mm512_add_epi32({value()}, {a});",
    ]
    odd = [
        f"if (q[i] & 8) {a} = zero;",
        f"{a} = _mm512_dpbusds_epi32({a}, {value()}, {value()});",
        "if ((p[i] & 63) == 7) break;",
        "if ((p[i] & 31) == 5) continue;",
        f"s = _mm512_xor_si512(s, {a});",
        f"if ((p[i] & 31) == 3) return _mm512_add_epi32({a}, c);",
    ]
    kind = R.randrange(8)
    if kind < 5:
        return plain[kind]
    if kind == 5:
        return f"if (p[i] & {R.choice([1, 2, 4])}) {{ {step(a)} }}"
    if kind == 6:
        return f"if (q[i] & 16) {{ {step(a)} }} else {{ {step(a)} }}"
    return R.choice(odd)


def function(name):
    accs = R.choice([["a"], ["a"], ["a"], ["a", "b"]])
    steps = " ".join(step(R.choice(accs)) for _ in range(R.choice([1, 1, 2, 3])))
    between = R.choice(["", "a = _mm512_sub_epi32(a, L(p + j));", "c = _mm512_add_epi32(c, d);"])
    loop = R.choice(
        [
            f"for (long i = 0; i < n; ++i) {{ {steps} }}",
            f"long i = 0; do {{ {steps} }} while (++i < n);",
            f"for (long j = 0; j < 2; ++j) {{ for (long i = j; i < n; ++i) {{ {steps} }} {between} }}",
            f"if (n > 1) for (long i = 1; i < n; ++i) {{ {steps} }}",
        ]
    )
    total = "a" if len(accs) == 1 else R.choice(["_mm512_add_epi32(a, b)", "_mm512_sub_epi32(a, b)"])
    addend = R.choice(["c", "c", "c", "d", "L(p)", "_mm512_set1_epi32(77)", "_mm512_add_epi32(c, d)"])
    reread = R.choice([""] * 6 + ["r = _mm512_xor_si512(r, a);"])
    return f"""V {name}(V c, V d, const unsigned char *p, const unsigned char *q, long n) {{
  const V zero = _mm512_setzero_si512();
  V {", ".join(f"{a} = zero" for a in accs + ["s"])};
  {loop}
  V r = _mm512_add_epi32({total}, {addend});
  {reread}
  return _mm512_xor_si512(r, s);
}}
"""


HEAD = "#include <immintrin.h>\n#include <stdint.h>\n#include <stdio.h>\n#include <string.h>\ntypedef __m512i V;\n#define L(P) _mm512_loadu_si512(P)\n"
names = [f"f{i}" for i in range(FUNCTIONS)]
with open(sys.argv[2] + "/loops.c", "w") as out:
    out.write(HEAD + "\n".join(function(n) for n in names))
with open(sys.argv[2] + "/run.c", "w") as out:
    out.write(HEAD + "typedef V F(V, V, const unsigned char *, const unsigned char *, long);\n")
    out.write("".join(f"F o_{n}, w_{n};\n" for n in names))
    for k in "ow":
        out.write(f"static F *const {k}[] = {{" + ", ".join(f"{k}_{n}" for n in names) + "};\n")
    out.write(
        f"""int main(void) {{
  uint64_t state = 0x5eed;
  long calls = 0, wrong = 0;
  for (int t = 0; t < {CALLS}; ++t) {{
    unsigned char p[64 * 12], q[64 * 12], c[128], *all[] = {{p, q, c}};
    int sizes[] = {{sizeof p, sizeof q, sizeof c}};
    for (int k = 0; k < 3; ++k)
      for (int i = 0; i < sizes[k]; ++i) {{
        state ^= state << 13, state ^= state >> 7, state ^= state << 17;
        all[k][i] = state >> 40;
      }}
    for (int f = 0; f < {FUNCTIONS}; ++f) {{
      V x = o[f](L(c), L(c + 64), p, q, t % 9), y = w[f](L(c), L(c + 64), p, q, t % 9);
      ++calls;
      if (memcmp(&x, &y, 64) && ++wrong < 5)
        printf("f%d differs, n = %d\\n", f, t % 9);
    }}
  }}
  printf("%ld calls, %ld differences\\n", calls, wrong);
  return wrong != 0;
}}
"""
    )
