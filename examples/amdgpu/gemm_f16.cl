// Tiles of C = A * B in halves, summed in single precision on the matrix cores, in OpenCL C:
//   clang-22 -x cl -cl-std=CL2.0 -target amdgcn-amd-amdhsa -mcpu=gfx942 -nogpulib -O3 -S
//     gemm_f16.cl -o -
// MFMA on gfx90a, gfx942 and gfx950, WMMA on gfx1100 and gfx1200.
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#pragma OPENCL EXTENSION cl_khr_fp16 : enable

typedef half v2h __attribute__((ext_vector_type(2)));
typedef half v4h __attribute__((ext_vector_type(4)));
typedef half v8h __attribute__((ext_vector_type(8)));
typedef half v16h __attribute__((ext_vector_type(16)));
typedef float v4f __attribute__((ext_vector_type(4)));
typedef float v8f __attribute__((ext_vector_type(8)));

#if defined(__gfx90a__) || defined(__gfx942__) || defined(__gfx950__)
typedef v4h operand;
typedef v4f accumulator;
#define LANES 64
#define PRODUCT(A, B, C) __builtin_amdgcn_mfma_f32_16x16x16f16(A, B, C, 0, 0, 0)
#elif defined(__gfx1200__)
typedef v8h operand;
typedef v8f accumulator;
#define LANES 32
#define PRODUCT(A, B, C) __builtin_amdgcn_wmma_f32_16x16x16_f16_w32_gfx12(A, B, C)
#else
typedef v16h operand;
typedef v8f accumulator;
#define LANES 32
#define PRODUCT(A, B, C) __builtin_amdgcn_wmma_f32_16x16x16_f16_w32(A, B, C)
#endif
#define TILE __attribute__((reqd_work_group_size(LANES, 1, 1))) kernel void

TILE gemm_tile(global const operand *restrict a, global const operand *restrict b,
               global accumulator *restrict c, int steps) {
  uint lane = __builtin_amdgcn_workitem_id_x();
  accumulator sum = (accumulator)(0);
  for (int k = 0; k < steps; ++k)
    sum = PRODUCT(a[k * LANES + lane], b[k * LANES + lane], sum);
  c[lane] = sum;
}

/// alpha * A * B + beta * C, as BLAS wants it.
TILE gemm_blas(global const operand *restrict a, global const operand *restrict b,
               global accumulator *restrict c, float alpha, float beta) {
  uint lane = __builtin_amdgcn_workitem_id_x();
  accumulator product = PRODUCT(a[lane], b[lane], (accumulator)(0));
  c[lane] = alpha * product + beta * c[lane];
}

/// A layer of a network: bias, ReLU, and back to halves.
TILE gemm_relu(global const operand *restrict a, global const operand *restrict b, float bias,
               global v2h *restrict out) {
  uint lane = __builtin_amdgcn_workitem_id_x();
  accumulator sum = PRODUCT(a[lane], b[lane], (accumulator)(bias));
  const int pairs = sizeof(accumulator) / (2 * sizeof(float));
  for (int i = 0; i < pairs; ++i) {
    v2h y = {(half)sum[2 * i], (half)sum[2 * i + 1]};
    out[lane * pairs + i] = __builtin_elementwise_max(y, (v2h)(0));
  }
}

/// What adds up in halves, without matrix cores: packed multiplications and sums.
TILE axpy(global const v4h *restrict x, global v4h *restrict y, half alpha) {
  uint lane = __builtin_amdgcn_workitem_id_x();
  y[lane] = __builtin_elementwise_fma((v4h)(alpha), x[lane], y[lane]);
}

/// Mean and variance of a row's eight halves, as normalisation layers begin.
TILE moments(global const v8h *restrict x, global v2h *restrict out, float scale) {
  uint lane = __builtin_amdgcn_workitem_id_x();
  v8f v = __builtin_convertvector(x[lane], v8f);
  float sum = 0, squares = 0;
  for (int i = 0; i < 8; ++i) {
    sum += v[i];
    squares = __builtin_fmaf(v[i], v[i], squares);
  }
  float mean = sum * scale;
  float variance = __builtin_fmaxf(squares * scale - mean * mean, 0.0f);
  out[lane] = (v2h){(half)mean, (half)__builtin_amdgcn_rsqf(variance + 0x1p-20f)};
}
