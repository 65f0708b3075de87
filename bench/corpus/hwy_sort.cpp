//===- bench/corpus/hwy_sort.cpp - Highway: vectorised quicksort
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include <cstddef>
#include <cstdint>
#include <hwy/highway.h>

#include <hwy/contrib/sort/traits-inl.h>
#include <hwy/contrib/sort/traits128-inl.h>
#include <hwy/contrib/sort/vqsort-inl.h>

namespace hn = hwy::HWY_NAMESPACE;

template <class Order, class T> static void sortKeys(T *Keys, size_t N) {
  hn::SortTag<T> D;
  hn::detail::SharedTraits<hn::detail::TraitsLane<Order>> Traits;
  hn::Sort(D, Traits, Keys, N, static_cast<T *>(nullptr));
}

#define SORT(NAME, ORDER, TYPE)                                                                    \
  extern "C" void hwySort##NAME(TYPE *Keys, size_t N) {                                            \
    sortKeys<hn::detail::ORDER<TYPE>>(Keys, N);                                                    \
  }

SORT(U16, OrderAscending, uint16_t)
SORT(I32, OrderAscending, int32_t)
SORT(I64, OrderDescending, int64_t)
SORT(F32, OrderAscending, float)
SORT(F64, OrderDescending, double)

/// 32-bit keys with 32-bit values, and 128-bit keys as pairs of quadwords.
extern "C" void hwySortKV64(uint64_t *Keys, size_t N) {
  sortKeys<hn::detail::OrderAscendingKV64>(Keys, N);
}
extern "C" void hwySort128(uint64_t *Keys, size_t N) {
  hn::SortTag<uint64_t> D;
  hn::detail::SharedTraits<hn::detail::Traits128<hn::detail::OrderAscending128>> Traits;
  hn::Sort(D, Traits, Keys, 2 * N, static_cast<uint64_t *>(nullptr));
}
