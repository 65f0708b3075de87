// Dot products of quantised vectors, as inference with few bits computes them, in OpenCL C:
//   clang-22 -x cl -cl-std=CL2.0 -target amdgcn-amd-amdhsa -mcpu=gfx942 -nogpulib -O3 -S
//     quantised_dot.cl -o -
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

typedef int v4i __attribute__((ext_vector_type(4)));

#if __has_builtin(__builtin_amdgcn_sdot4)
#define SDOT4(A, B, C) __builtin_amdgcn_sdot4(A, B, C, false)
#else
#define SDOT4(A, B, C) __builtin_amdgcn_sudot4(true, A, true, B, C, false)
#endif
#define UDOT4(A, B, C) __builtin_amdgcn_udot4(A, B, C, false)
#define UDOT8(A, B, C) __builtin_amdgcn_udot8(A, B, C, false)

/// 32 bytes by 32 bytes and a scale for each: a block of 8-bit weights.
kernel void dot_q8(global const int *restrict a, global const int *restrict b,
                   global const float *restrict scales, global float *restrict out) {
  uint lane = __builtin_amdgcn_workitem_id_x();
  int sum = 0;
  for (int i = 0; i < 8; ++i)
    sum = SDOT4(a[lane * 8 + i], b[lane * 8 + i], sum);
  out[lane] += (float)sum * (scales[2 * lane] * scales[2 * lane + 1]);
}

/// 4-bit weights from -8 to 7 by 8-bit values: the nibbles of a dword are apart by 16 elements.
kernel void dot_q4(global const uint *restrict weights, global const int *restrict values,
                   float scale, global float *restrict out) {
  uint lane = __builtin_amdgcn_workitem_id_x();
  int sum = 0, sum_of_values = 0;
  for (int i = 0; i < 4; ++i) {
    uint w = weights[lane * 4 + i];
    int low = values[lane * 8 + i], high = values[lane * 8 + 4 + i];
    sum = SDOT4((int)(w & 0x0f0f0f0fu), low, sum);
    sum = SDOT4((int)((w >> 4) & 0x0f0f0f0fu), high, sum);
    sum_of_values = SDOT4(low, 0x01010101, SDOT4(high, 0x01010101, sum_of_values));
  }
  out[lane] += scale * (float)(sum - 8 * sum_of_values);
}

/// Fifth bits kept apart from the nibbles, put back one by one.
kernel void dot_q5(global const uint *restrict nibbles, global const uint *restrict bits,
                   global const int *restrict values, global int *restrict out) {
  uint lane = __builtin_amdgcn_workitem_id_x();
  uint q = nibbles[lane], h = bits[lane];
  uint low = q & 0x0f0f0f0fu;
  low |= (h << 4) & 0x00000010u;
  low |= (h << 11) & 0x00001000u;
  low |= (h << 18) & 0x00100000u;
  low |= (h << 25) & 0x10000000u;
  uint high = (q >> 4) & 0x0f0f0f0fu;
  high |= (h >> 12) & 0x00000010u;
  high |= (h >> 5) & 0x00001000u;
  high |= (h << 2) & 0x00100000u;
  high |= (h << 9) & 0x10000000u;
  int sum = SDOT4((int)low, values[2 * lane], 0);
  out[lane] = SDOT4((int)high, values[2 * lane + 1], sum);
}

static int dot(int a, int b) { return SDOT4(a, b, 0); }
static uint dot_unsigned(uint a, uint b) { return UDOT4(a, b, 0u); }

/// Products of a helper that knows nothing of the sum they go to.
kernel void dot_apart(global const v4i *restrict a, global const v4i *restrict b,
                      global int *restrict out) {
  uint lane = __builtin_amdgcn_workitem_id_x();
  v4i x = a[lane], y = b[lane];
  out[lane] += dot(x.x, y.x) + dot(x.y, y.y) + dot(x.z, y.z) + dot(x.w, y.w);
}

/// Squared distance of unsigned bytes: |a|^2 + |b|^2 - 2 a.b.
kernel void distance(global const uint *restrict a, global const uint *restrict b,
                     global uint *restrict out) {
  uint lane = __builtin_amdgcn_workitem_id_x();
  uint x = a[lane], y = b[lane];
  out[lane] = dot_unsigned(x, x) + dot_unsigned(y, y) - 2 * dot_unsigned(x, y);
}

/// Nibbles by nibbles.
kernel void dot_nibbles(global const uint *restrict a, global const uint *restrict b,
                        global uint *restrict out) {
  uint lane = __builtin_amdgcn_workitem_id_x();
  out[lane] += UDOT8(a[2 * lane], b[2 * lane], 0u) + UDOT8(a[2 * lane + 1], b[2 * lane + 1], 0u);
}

/// Bits of a binary network: equal bits count one, others minus one.
kernel void dot_binary(global const uint *restrict a, global const uint *restrict b,
                       global int *restrict out) {
  uint lane = __builtin_amdgcn_workitem_id_x();
  int sum = 0;
  for (int i = 0; i < 4; ++i)
    sum += 32 - 2 * __builtin_popcount(a[lane * 4 + i] ^ b[lane * 4 + i]);
  out[lane] += sum;
}

static int clamped(float x) {
  float y = __builtin_rintf(x);
  y = __builtin_fminf(__builtin_fmaxf(y, -127.0f), 127.0f);
  return (int)y;
}

/// Floats to 8 bits with the scale of the largest of four, a dword for each lane.
kernel void quantise(global const float4 *restrict x, global uint *restrict bytes,
                     global float *restrict scales) {
  uint lane = __builtin_amdgcn_workitem_id_x();
  float4 v = x[lane];
  float largest = __builtin_fmaxf(__builtin_fmaxf(__builtin_fabsf(v.x), __builtin_fabsf(v.y)),
                                  __builtin_fmaxf(__builtin_fabsf(v.z), __builtin_fabsf(v.w)));
  float inverse = largest == 0.0f ? 0.0f : 127.0f * __builtin_amdgcn_rcpf(largest);
  uint packed = 0;
  for (int i = 0; i < 4; ++i)
    packed |= (uint)(clamped(v[i] * inverse) & 0xff) << (8 * i);
  bytes[lane] = packed;
  scales[lane] = largest * (1.0f / 127.0f);
}
