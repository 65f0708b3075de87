// C += A * B of 8-bit tiles on gfx942's matrix cores, in OpenCL C:
//   clang-22 -x cl -target amdgcn-amd-amdhsa -mcpu=gfx942 -nogpulib -O3 -S mfma_acc.cl -o -
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

typedef int v4i __attribute__((ext_vector_type(4)));
typedef int v16i __attribute__((ext_vector_type(16)));

/// One product, as a helper that knows nothing of C.
static v4i tile_product(long a, long b) {
  return __builtin_amdgcn_mfma_i32_16x16x32_i8(a, b, (v4i)(0), 0, 0, 0);
}

__attribute__((reqd_work_group_size(64, 1, 1))) kernel void
tile16(global const long *restrict a, global const long *restrict b, global v4i *restrict c) {
  uint lane = __builtin_amdgcn_workitem_id_x();
  c[lane] += tile_product(a[lane], b[lane]);
}

__attribute__((reqd_work_group_size(64, 1, 1))) kernel void
tile32(global const long *restrict a, global const long *restrict b, global v16i *restrict c) {
  uint lane = __builtin_amdgcn_workitem_id_x();
  c[lane] += __builtin_amdgcn_mfma_i32_32x32x16_i8(a[lane], b[lane], (v16i)(0), 0, 0, 0);
}
