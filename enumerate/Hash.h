//===- enumerate/Hash.h - Fingerprints of bytes -----------------*- C++ -*-===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
// The same on every host. Equal fingerprints are necessary for equal bytes, not
// sufficient.
//
//===----------------------------------------------------------------------===//

#ifndef WHITTLE_ENUMERATE_HASH_H
#define WHITTLE_ENUMERATE_HASH_H

#include <cstddef>
#include <cstdint>

namespace whittle {

/// Of \p N bytes: a kilobyte or so, a value on all tests.
uint64_t hashBytes(const uint8_t *Bytes, size_t N, uint64_t Seed);

/// Of each of \p Count chunks, which lie side by side and have \p Bytes bytes each: a
/// line or so, a value on the first tests. Out has room for Count.
void hashChunks(const uint8_t *Chunks, size_t Count, size_t Bytes, uint64_t Seed, uint64_t *Out);

} // namespace whittle

#endif // WHITTLE_ENUMERATE_HASH_H
