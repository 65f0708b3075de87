target triple = "x86_64-unknown-linux-gnu"

; Many windows, few answers.
define <16 x i32> @chain(<16 x i32> %a, <16 x i32> %b, <16 x i32> %c, <16 x i32> %d) {
  %1 = mul <16 x i32> %a, %b
  %2 = xor <16 x i32> %1, %c
  %3 = add <16 x i32> %2, %d
  %4 = lshr <16 x i32> %3, splat (i32 7)
  %5 = sub <16 x i32> %4, %a
  %6 = call <16 x i32> @llvm.umax.v16i32(<16 x i32> %5, <16 x i32> %b)
  %7 = shl <16 x i32> %6, splat (i32 3)
  %8 = mul <16 x i32> %7, %c
  %9 = sub <16 x i32> %8, %3
  ret <16 x i32> %9
}
declare <16 x i32> @llvm.umax.v16i32(<16 x i32>, <16 x i32>)
