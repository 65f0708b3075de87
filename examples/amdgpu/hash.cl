// Hashes and checksums, one message or word to a lane, in OpenCL C:
//   clang-22 -x cl -cl-std=CL2.0 -target amdgcn-amd-amdhsa -mcpu=gfx942 -nogpulib -O3 -S
//     hash.cl -o -
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception

static uint rotate_left(uint x, int n) { return x << n | x >> (32 - n); }
static uint rotate_right(uint x, int n) { return x >> n | x << (32 - n); }
static ulong rotate_left_long(ulong x, int n) { return x << n | x >> (64 - n); }
static uint swap_bytes(uint x) { return __builtin_bswap32(x); }

constant uint sha256_constants[64] = {
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2};

/// One block of SHA-256.
kernel void sha256_block(global const uint *restrict message, global uint *restrict state) {
  uint lane = __builtin_amdgcn_workitem_id_x();
  uint w[16], s[8];
  for (int i = 0; i < 16; ++i)
    w[i] = swap_bytes(message[lane * 16 + i]);
  for (int i = 0; i < 8; ++i)
    s[i] = state[lane * 8 + i];
#pragma unroll
  for (int i = 0; i < 64; ++i) {
    if (i >= 16) {
      uint x = w[(i + 1) & 15], y = w[(i + 14) & 15];
      w[i & 15] += (rotate_right(x, 7) ^ rotate_right(x, 18) ^ x >> 3) + w[(i + 9) & 15] +
                   (rotate_right(y, 17) ^ rotate_right(y, 19) ^ y >> 10);
    }
    uint e = s[4], a = s[0];
    uint t1 = s[7] + (rotate_right(e, 6) ^ rotate_right(e, 11) ^ rotate_right(e, 25)) +
              ((e & s[5]) ^ (~e & s[6])) + sha256_constants[i] + w[i & 15];
    uint t2 = (rotate_right(a, 2) ^ rotate_right(a, 13) ^ rotate_right(a, 22)) +
              ((a & s[1]) ^ (a & s[2]) ^ (s[1] & s[2]));
    for (int k = 7; k > 0; --k)
      s[k] = s[k - 1];
    s[4] += t1;
    s[0] = t1 + t2;
  }
  for (int i = 0; i < 8; ++i)
    state[lane * 8 + i] += s[i];
}

static uint quarter(uint *a, uint *b, uint *c, uint *d) {
  *a += *b, *d = rotate_left(*d ^ *a, 16);
  *c += *d, *b = rotate_left(*b ^ *c, 12);
  *a += *b, *d = rotate_left(*d ^ *a, 8);
  *c += *d, *b = rotate_left(*b ^ *c, 7);
  return *a;
}

/// A double round of ChaCha.
kernel void chacha(global uint *restrict state) {
  uint lane = __builtin_amdgcn_workitem_id_x();
  uint x[16];
  for (int i = 0; i < 16; ++i)
    x[i] = state[lane * 16 + i];
  for (int i = 0; i < 4; ++i)
    quarter(&x[i], &x[4 + i], &x[8 + i], &x[12 + i]);
  for (int i = 0; i < 4; ++i)
    quarter(&x[i], &x[4 + (i + 1) % 4], &x[8 + (i + 2) % 4], &x[12 + (i + 3) % 4]);
  for (int i = 0; i < 16; ++i)
    state[lane * 16 + i] += x[i];
}

/// xxHash of sixteen bytes in 32 bits.
kernel void xxhash32(global const uint4 *restrict message, global uint *restrict out, uint seed) {
  const uint p1 = 2654435761u, p2 = 2246822519u, p3 = 3266489917u;
  uint lane = __builtin_amdgcn_workitem_id_x();
  uint4 m = message[lane];
  uint a = rotate_left(seed + p1 + p2 + m.x * p2, 13) * p1;
  uint b = rotate_left(seed + p2 + m.y * p2, 13) * p1;
  uint c = rotate_left(seed + m.z * p2, 13) * p1;
  uint d = rotate_left(seed - p1 + m.w * p2, 13) * p1;
  uint h = rotate_left(a, 1) + rotate_left(b, 7) + rotate_left(c, 12) + rotate_left(d, 18) + 16;
  h = (h ^ h >> 15) * p2;
  h = (h ^ h >> 13) * p3;
  out[lane] = h ^ h >> 16;
}

/// A step of xxHash in 64 bits and its finish.
kernel void xxhash64(global const ulong *restrict message, global ulong *restrict out) {
  const ulong p1 = 11400714785074694791ul, p2 = 14029467366897019727ul, p3 = 1609587929392839161ul;
  uint lane = __builtin_amdgcn_workitem_id_x();
  ulong h = rotate_left_long(out[lane] + message[lane] * p2, 31) * p1;
  h = (h ^ h >> 33) * p2;
  h = (h ^ h >> 29) * p3;
  out[lane] = h ^ h >> 32;
}

/// FNV-1a over the bytes of a dword, and MurmurHash3's last mix.
kernel void fnv_murmur(global const uint *restrict message, global uint *restrict out) {
  uint lane = __builtin_amdgcn_workitem_id_x();
  uint m = message[lane], h = 2166136261u;
  for (int i = 0; i < 4; ++i)
    h = (h ^ ((m >> (8 * i)) & 0xff)) * 16777619u;
  h = (h ^ h >> 16) * 0x85ebca6bu;
  h = (h ^ h >> 13) * 0xc2b2ae35u;
  out[lane] = h ^ h >> 16;
}

/// CRC-32 bit by bit, as where tables are slow to read.
kernel void crc32(global const uint *restrict message, global uint *restrict out) {
  uint lane = __builtin_amdgcn_workitem_id_x();
  uint c = ~message[lane];
#pragma unroll
  for (int i = 0; i < 32; ++i)
    c = c >> 1 ^ (c & 1 ? 0xedb88320u : 0u);
  out[lane] = ~c;
}

/// The same with the mask made by a subtraction, and bit reversal around it.
kernel void crc32_reversed(global const uint *restrict message, global uint *restrict out) {
  uint lane = __builtin_amdgcn_workitem_id_x();
  uint c = __builtin_bitreverse32(message[lane]);
#pragma unroll
  for (int i = 0; i < 8; ++i)
    c = c << 1 ^ (-(c >> 31) & 0x04c11db7u);
  out[lane] = __builtin_bitreverse32(c);
}

/// Adler-32 over the bytes of sixteen dwords.
kernel void adler(global const uint *restrict message, global uint *restrict out) {
  uint lane = __builtin_amdgcn_workitem_id_x();
  uint a = 1, b = 0;
  for (int i = 0; i < 16; ++i) {
    uint m = message[lane * 16 + i];
    for (int k = 0; k < 4; ++k) {
      a += (m >> (8 * k)) & 0xff;
      b += a;
    }
  }
  out[lane] = (b % 65521) << 16 | a % 65521;
}
