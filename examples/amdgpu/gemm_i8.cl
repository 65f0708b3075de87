// Tiles of C = A * B in 8-bit integers on the matrix cores, scaled back to bytes, in OpenCL C:
//   clang-22 -x cl -cl-std=CL2.0 -target amdgcn-amd-amdhsa -mcpu=gfx942 -nogpulib -O3 -S
//     gemm_i8.cl -o -
// MFMA on gfx90a, gfx942 and gfx950, WMMA on gfx1100 and gfx1200.
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

typedef int v2i __attribute__((ext_vector_type(2)));
typedef int v4i __attribute__((ext_vector_type(4)));
typedef int v8i __attribute__((ext_vector_type(8)));

#if defined(__gfx942__) || defined(__gfx950__)
typedef long operand;
typedef v4i accumulator;
#define LANES 64
#define PRODUCT(A, B, C) __builtin_amdgcn_mfma_i32_16x16x32_i8(A, B, C, 0, 0, 0)
#elif defined(__gfx90a__)
typedef int operand;
typedef v4i accumulator;
#define LANES 64
#define PRODUCT(A, B, C) __builtin_amdgcn_mfma_i32_16x16x16i8(A, B, C, 0, 0, 0)
#elif defined(__gfx1200__)
typedef v2i operand;
typedef v8i accumulator;
#define LANES 32
#define PRODUCT(A, B, C)                                                                           \
  __builtin_amdgcn_wmma_i32_16x16x16_iu8_w32_gfx12(true, A, true, B, C, false)
#else
typedef v4i operand;
typedef v8i accumulator;
#define LANES 32
#define PRODUCT(A, B, C) __builtin_amdgcn_wmma_i32_16x16x16_iu8_w32(true, A, true, B, C, false)
#endif
#define TILE __attribute__((reqd_work_group_size(LANES, 1, 1))) kernel void

/// One tile of the output over all of K: what a matrix product's inner loop is.
TILE gemm_tile(global const operand *restrict a, global const operand *restrict b,
               global accumulator *restrict c, int steps) {
  uint lane = __builtin_amdgcn_workitem_id_x();
  accumulator sum = (accumulator)(0);
  for (int k = 0; k < steps; ++k)
    sum = PRODUCT(a[k * LANES + lane], b[k * LANES + lane], sum);
  c[lane] = sum;
}

static accumulator partial(operand a, operand b) { return PRODUCT(a, b, (accumulator)(0)); }

/// Two products that a library computes apart, added to the tile afterwards.
TILE gemm_split(global const operand *restrict a, global const operand *restrict b,
                global accumulator *restrict c) {
  uint lane = __builtin_amdgcn_workitem_id_x();
  accumulator low = partial(a[lane], b[lane]);
  accumulator high = partial(a[lane + LANES], b[lane + LANES]);
  c[lane] += low + high;
}

/// Zero points: rows and columns whose sums are known leave the product of the offsets to subtract.
TILE gemm_zero_points(global const operand *restrict a, global const operand *restrict b,
                      global const int *restrict row_sums, int column_sum, int zero_a, int zero_b,
                      int depth, global accumulator *restrict c) {
  uint lane = __builtin_amdgcn_workitem_id_x();
  accumulator sum = partial(a[lane], b[lane]);
  int constant_part = depth * zero_a * zero_b - zero_a * column_sum;
  for (int i = 0; i < (int)(sizeof(accumulator) / sizeof(int)); ++i)
    sum[i] += constant_part - zero_b * row_sums[i];
  c[lane] = sum;
}

static int saturate(int x, int low, int high) { return x < low ? low : x > high ? high : x; }

/// Fixed-point scaling with rounding, as in gemmlowp: back to four bytes of a dword.
TILE requantise(global const v4i *restrict sums, global uint *restrict bytes, int multiplier,
                int shift, int zero) {
  uint lane = __builtin_amdgcn_workitem_id_x();
  v4i x = sums[lane];
  uint packed = 0;
  for (int i = 0; i < 4; ++i) {
    int high = (int)(((long)x[i] * multiplier + (1L << 30)) >> 31);
    int rounded = (high + ((1 << (shift & 15)) >> 1)) >> (shift & 15);
    packed |= (uint)(saturate(rounded + zero, -128, 127) & 0xff) << (8 * i);
  }
  bytes[lane] = packed;
}

/// The same through floats, as in most inference libraries, with a ReLU.
TILE requantise_float(global const v4i *restrict sums, global uint *restrict bytes, float scale,
                      float bias) {
  uint lane = __builtin_amdgcn_workitem_id_x();
  v4i x = sums[lane];
  uint packed = 0;
  for (int i = 0; i < 4; ++i) {
    float y = __builtin_fmaf((float)x[i], scale, bias);
    y = __builtin_fminf(__builtin_fmaxf(y, 0.0f), 255.0f);
    packed |= (uint)__builtin_rintf(y) << (8 * i);
  }
  bytes[lane] = packed;
}
