; Both rely on a move to zero what lies above.
target triple = "x86_64-unknown-linux-gnu"

define <8 x i64> @zero_extend_vector(<8 x i64> %x) {
  %low = shufflevector <8 x i64> %x, <8 x i64> poison, <2 x i32> <i32 0, i32 1>
  %r = shufflevector <2 x i64> %low, <2 x i64> zeroinitializer, <8 x i32> <i32 0, i32 1, i32 2, i32 3, i32 2, i32 3, i32 2, i32 3>
  ret <8 x i64> %r
}

define i64 @zero_extend_scalar(i64 %x) {
  %low = trunc i64 %x to i32
  %r = zext i32 %low to i64
  ret i64 %r
}
