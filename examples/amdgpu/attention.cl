// Attention: softmax over rows of scores in single and half precision, in OpenCL C:
//   clang-22 -x cl -cl-std=CL2.0 -target amdgcn-amd-amdhsa -mcpu=gfx942 -nogpulib -O3 -S
//     attention.cl -o -
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

#pragma OPENCL EXTENSION cl_khr_fp16 : enable

typedef half v2h __attribute__((ext_vector_type(2)));
typedef half v8h __attribute__((ext_vector_type(8)));
typedef float v2f __attribute__((ext_vector_type(2)));
typedef float v8f __attribute__((ext_vector_type(8)));

#define LOG2_E 1.4426950408889634f

static float power_of_two(float x) { return __builtin_amdgcn_exp2f(x); }

/// A row of eight scores in each lane.
kernel void softmax_f32(global const v8f *restrict scores, global v8f *restrict out, float scale) {
  uint lane = __builtin_amdgcn_workitem_id_x();
  v8f x = scores[lane] * (scale * LOG2_E);
  float largest = x[0];
  for (int i = 1; i < 8; ++i)
    largest = __builtin_fmaxf(largest, x[i]);
  float sum = 0;
  for (int i = 0; i < 8; ++i) {
    x[i] = power_of_two(x[i] - largest);
    sum += x[i];
  }
  out[lane] = x * __builtin_amdgcn_rcpf(sum);
}

/// Scores and probabilities in halves, sums in single precision.
kernel void softmax_f16(global const v8h *restrict scores, global v8h *restrict out, half scale) {
  uint lane = __builtin_amdgcn_workitem_id_x();
  v8h x = scores[lane] * scale;
  half largest = x[0];
  for (int i = 1; i < 8; ++i)
    largest = __builtin_elementwise_max(largest, x[i]);
  v8f e;
  float sum = 0;
  for (int i = 0; i < 8; ++i) {
    e[i] = power_of_two((float)(x[i] - largest) * LOG2_E);
    sum += e[i];
  }
  out[lane] = __builtin_convertvector(e * __builtin_amdgcn_rcpf(sum), v8h);
}

/// A row over a group of 64, through local memory, causal: later positions do not count.
__attribute__((reqd_work_group_size(64, 1, 1))) kernel void
softmax_causal(global const float *restrict scores, global float *restrict out,
               local float *restrict shared, int row) {
  int lane = (int)__builtin_amdgcn_workitem_id_x();
  float x = lane <= row ? scores[row * 64 + lane] * LOG2_E : -__builtin_inff();
  shared[lane] = x;
  __builtin_amdgcn_s_barrier();
  float largest = x;
  for (int step = 32; step > 0; step >>= 1)
    largest = __builtin_fmaxf(largest, shared[lane ^ step]);
  float e = power_of_two(x - largest);
  __builtin_amdgcn_s_barrier();
  shared[lane] = e;
  __builtin_amdgcn_s_barrier();
  float sum = e;
  for (int step = 32; step > 0; step >>= 1)
    sum += shared[lane ^ step];
  out[row * 64 + lane] = e * __builtin_amdgcn_rcpf(sum);
}

/// A row over eight neighbouring lanes, through data-parallel primitives.
static float quad_max(float x) {
  int y = __builtin_bit_cast(int, x);
  int swapped = __builtin_amdgcn_mov_dpp(y, 0xb1, 0xf, 0xf, true); // 1, 0, 3, 2
  x = __builtin_fmaxf(x, __builtin_bit_cast(float, swapped));
  y = __builtin_bit_cast(int, x);
  int halves = __builtin_amdgcn_mov_dpp(y, 0x4e, 0xf, 0xf, true); // 2, 3, 0, 1
  x = __builtin_fmaxf(x, __builtin_bit_cast(float, halves));
  y = __builtin_bit_cast(int, x);
  int mirrored = __builtin_amdgcn_mov_dpp(y, 0x141, 0xf, 0xf, true); // half row mirrored
  return __builtin_fmaxf(x, __builtin_bit_cast(float, mirrored));
}

kernel void row_max(global const float *restrict scores, global float *restrict out) {
  uint lane = __builtin_amdgcn_workitem_id_x();
  out[lane] = scores[lane] - quad_max(scores[lane]);
}

/// One more block of keys into a running softmax, as flash attention does it.
kernel void online(global const v8f *restrict scores, global const v8f *restrict values,
                   global v8f *restrict out, global v2f *restrict state) {
  uint lane = __builtin_amdgcn_workitem_id_x();
  v8f s = scores[lane];
  float before = state[lane].x, largest = before;
  for (int i = 0; i < 8; ++i)
    largest = __builtin_fmaxf(largest, s[i]);
  float correction = power_of_two((before - largest) * LOG2_E);
  float sum = state[lane].y * correction;
  v8f o = out[lane] * correction;
  for (int i = 0; i < 8; ++i) {
    float p = power_of_two((s[i] - largest) * LOG2_E);
    sum += p;
    o += p * values[lane * 8 + i];
  }
  state[lane] = (v2f){largest, sum};
  out[lane] = o;
}

/// Positions turned into angles: pairs of halves, rotated.
kernel void rotate_pairs(global v2h *restrict x, global const v2f *restrict angles) {
  uint lane = __builtin_amdgcn_workitem_id_x();
  float re = (float)x[lane].x, im = (float)x[lane].y, c = angles[lane].x, s = angles[lane].y;
  x[lane] = (v2h){(half)(re * c - im * s), (half)(re * s + im * c)};
}
