// Filters over images of four bytes a pixel, one pixel to a lane, in OpenCL C:
//   clang-22 -x cl -cl-std=CL2.0 -target amdgcn-amd-amdhsa -mcpu=gfx942 -nogpulib -O3 -S
//     image.cl -o -
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

typedef int v4i __attribute__((ext_vector_type(4)));

static uint position(void) {
  return __builtin_amdgcn_workgroup_id_x() * 64 + __builtin_amdgcn_workitem_id_x();
}
static v4i wide(uchar4 x) { return __builtin_convertvector(x, v4i); }
static uchar4 narrow(v4i x) { return __builtin_convertvector(x, uchar4); }
static v4i saturated(v4i x) {
  return __builtin_elementwise_min(__builtin_elementwise_max(x, (v4i)(0)), (v4i)(255));
}

/// The mean of three by three pixels; division by nine as a product.
kernel void box(global const uchar4 *restrict in, global uchar4 *restrict out, uint width) {
  uint at = position();
  v4i sum = (v4i)(0);
  for (uint y = 0; y < 3; ++y)
    for (uint x = 0; x < 3; ++x)
      sum += wide(in[at + y * width + x]);
  out[at] = narrow((sum * 7282 + 32768) >> 16);
}

/// How steep brightness is, as Sobel has it, of one byte a pixel.
kernel void sobel(global const uchar *restrict in, global uchar *restrict out, uint width) {
  uint at = position();
  int p[3][3];
  for (uint y = 0; y < 3; ++y)
    for (uint x = 0; x < 3; ++x)
      p[y][x] = in[at + y * width + x];
  int dx = p[0][2] + 2 * p[1][2] + p[2][2] - p[0][0] - 2 * p[1][0] - p[2][0];
  int dy = p[2][0] + 2 * p[2][1] + p[2][2] - p[0][0] - 2 * p[0][1] - p[0][2];
  int steep = __builtin_abs(dx) + __builtin_abs(dy);
  out[at] = (uchar)(steep > 255 ? 255 : steep);
}

/// One image over another by its alpha, rounded as division by 255 is.
kernel void blend(global const uchar4 *restrict over, global uchar4 *restrict under) {
  uint at = position();
  v4i a = wide(over[at]), b = wide(under[at]);
  v4i mixed = a * a.w + b * (255 - a.w) + 128;
  under[at] = narrow((mixed + (mixed >> 8)) >> 8);
}

/// The same on the pixel as one dword, two channels at a time.
kernel void blend_packed(global const uint *restrict over, global uint *restrict under,
                         uint alpha) {
  uint at = position();
  uint a = over[at], b = under[at], inverse = 256 - alpha;
  uint even = (a & 0x00ff00ff) * alpha + (b & 0x00ff00ff) * inverse;
  uint odd = ((a >> 8) & 0x00ff00ff) * alpha + ((b >> 8) & 0x00ff00ff) * inverse;
  under[at] = ((even >> 8) & 0x00ff00ff) | (odd & 0xff00ff00);
}

/// Means of bytes without unpacking them, rounded down and up.
kernel void average(global const uint *restrict a, global uint *restrict b,
                    global uint *restrict up) {
  uint at = position();
  uint x = a[at], y = b[at];
  b[at] = (x & y) + (((x ^ y) >> 1) & 0x7f7f7f7f);
  up[at] = (x | y) - (((x ^ y) >> 1) & 0x7f7f7f7f);
}

/// BT.601 in fixed point.
kernel void rgb_to_yuv(global const uchar4 *restrict in, global uchar4 *restrict out) {
  uint at = position();
  v4i p = wide(in[at]);
  v4i yuv = {((66 * p.x + 129 * p.y + 25 * p.z + 128) >> 8) + 16,
             ((-38 * p.x - 74 * p.y + 112 * p.z + 128) >> 8) + 128,
             ((112 * p.x - 94 * p.y - 18 * p.z + 128) >> 8) + 128, p.w};
  out[at] = narrow(yuv);
}

kernel void yuv_to_rgb(global const uchar4 *restrict in, global uchar4 *restrict out) {
  uint at = position();
  v4i p = wide(in[at]);
  int y = 298 * (p.x - 16) + 128, u = p.y - 128, v = p.z - 128;
  v4i rgb = {(y + 409 * v) >> 8, (y - 100 * u - 208 * v) >> 8, (y + 516 * u) >> 8, p.w};
  out[at] = narrow(saturated(rgb));
}

/// Sharpened by what a blur leaves out.
kernel void sharpen(global const uchar4 *restrict in, global const uchar4 *restrict blurred,
                    global uchar4 *restrict out, int amount) {
  uint at = position();
  v4i a = wide(in[at]), b = wide(blurred[at]);
  out[at] = narrow(saturated(a + (((a - b) * amount) >> 4)));
}

/// Red and blue exchanged, and five, six and five bits of a pixel.
kernel void exchange(global const uint *restrict in, global uint *restrict out,
                     global ushort *restrict small) {
  uint at = position();
  uint p = in[at];
  out[at] = (p & 0xff00ff00) | (p & 0xff) << 16 | ((p >> 16) & 0xff);
  small[at] = (ushort)((p & 0xf8) << 8 | ((p >> 8) & 0xfc) << 3 | ((p >> 16) & 0xff) >> 3);
}

/// The middle of three by one, with minima and maxima.
kernel void median(global const uchar *restrict in, global uchar *restrict out) {
  uint at = position();
  uint a = in[at], b = in[at + 1], c = in[at + 2];
  uint low = a < b ? a : b, high = a < b ? b : a;
  uint upper = high < c ? high : c;
  out[at] = (uchar)(low > upper ? low : upper);
}

/// How far apart two blocks are, as video coders look for motion.
kernel void difference(global const uint *restrict a, global const uint *restrict b,
                       global uint *restrict out) {
  uint at = position(), sum = 0;
  for (uint i = 0; i < 4; ++i) {
    uint x = a[at * 4 + i], y = b[at * 4 + i];
    for (int k = 0; k < 4; ++k) {
      int d = (int)((x >> (8 * k)) & 0xff) - (int)((y >> (8 * k)) & 0xff);
      sum += (uint)(d < 0 ? -d : d);
    }
  }
  out[at] = sum;
}

/// Gamma through floats, and brightness.
kernel void gamma(global const uchar4 *restrict in, global uchar4 *restrict out, float exponent) {
  uint at = position();
  v4i p = wide(in[at]);
  for (int i = 0; i < 3; ++i) {
    float x = (float)p[i] * (1.0f / 255.0f);
    float y = __builtin_amdgcn_exp2f(exponent * __builtin_amdgcn_logf(x));
    p[i] = (int)__builtin_fminf(y * 255.0f + 0.5f, 255.0f);
  }
  out[at] = narrow(p);
}
