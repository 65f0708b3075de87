//===- tests/enumerate/PoolTest.cpp - Which opcodes a search has -----------===//
//
// Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
// SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
//
//===----------------------------------------------------------------------===//

#include "tests/enumerate/TestSupport.h"

using namespace llvm;
using namespace whittle;
using namespace whittle::test;

TEST(Pool, MasksOfTheWindowAreUsed) {
  // Adding where a comparison holds is one masked addition.
  Window W = window(R"(window x86_64
  %0:v512
  %1:v512
  %2:v512
  %3:k64 = VPCMPGTDZrr %0, %1
  %4:v512 = VPADDDZrr %1, %2
  %5:v512 = VPBLENDMDZrrk %3, %1, %4
  yield %5
end
)");
  auto STI = cpu(W, "icelake-server");
  RandomChecker Check;
  SearchOptions O;
  O.STI = STI.get();
  O.Seconds = 30;
  O.FirstSolution = true;
  SearchResult R = find(W, O, Check.fn());
  ASSERT_FALSE(R.Proved.empty());
  EXPECT_EQ(R.Proved[0].Target.Nodes.size(), 2u) << printRule(R.Proved[0]);
}

TEST(Pool, ModifiersAreAddedToThoseOfTheWindow) {
  // One operand's low half is read twice already; the other's halves are swapped besides.
  Window W = window(R"(window amdgcn
  %0:l32
  %1:l32
  %2:l32 = const splat(i32 0x00000010)
  %3:l32 = V_ALIGNBIT_B32_opsel_e64 %0, %0, %2
  %4:l32 = V_PK_SUB_U16:mods %3, %1, 8, 0, 0
  yield %4
end
)");
  auto STI = cpu(W, "gfx942");
  RandomChecker Check;
  SearchOptions O;
  O.STI = STI.get();
  O.Seconds = 30;
  O.FirstSolution = true;
  SearchResult R = find(W, O, Check.fn());
  ASSERT_FALSE(R.Proved.empty());
  const Rule &Found = R.Proved[0];
  ASSERT_EQ(Found.Target.Nodes.size(), 1u) << printRule(Found);
  EXPECT_EQ(Found.Target.Nodes[0].Imms, (SmallVector<int64_t, 6>{4, 0, 0}));
}

TEST(Pool, HalvesOfOneRegisterAreReadInPlace) {
  Window W = window(R"(window amdgcn
  %0:l32
  %1:l32
  %2:l16 = EXTRACT %0, 0
  %3:l16 = EXTRACT %1, 16
  %4:l16 = V_SUB_I16_t16_e64 %2, %3
  %5:l16 = EXTRACT %0, 16
  %6:l16 = EXTRACT %1, 0
  %7:l16 = V_SUB_I16_t16_e64 %5, %6
  %8:l32 = CONCAT %4, %7
  yield %8
end
)");
  auto STI = cpu(W, "gfx1100");
  RandomChecker Check;
  SearchOptions O;
  O.STI = STI.get();
  O.Seconds = 30;
  O.FirstSolution = true;
  SearchResult R = find(W, O, Check.fn());
  ASSERT_FALSE(R.Proved.empty());
  // Not one over two registers that four moves have put together.
  const Rule &Found = R.Proved[0];
  ASSERT_EQ(Found.Target.Nodes.size(), 1u) << printRule(Found);
  EXPECT_EQ(Found.Target.Nodes[0].R->opcodeName().substr(0, 8), "V_PK_SUB");
}

TEST(Pool, MasksForWindowsThatEmulateThem) {
  Window W = window(R"(window x86_64
  %0:v512
  %1:v512
  %2:v512 = VPSRAQZri %0, 63
  %3:v512 = VPANDDZrr %2, %1
  %4:v512 = VPADDQZrr %3, %0
  yield %4
end
)");
  auto STI = cpu(W, "skylake-avx512");
  RandomChecker Check;
  SearchOptions O;
  O.STI = STI.get();
  O.Seconds = 60;
  O.MaxInstructions = 2;
  O.FirstSolution = true;
  SearchResult R = find(W, O, Check.fn());
  ASSERT_FALSE(R.Proved.empty());
  EXPECT_TRUE(StringRef(opcodes(R)).contains("VPADDQZrrk")) << opcodes(R);
}
