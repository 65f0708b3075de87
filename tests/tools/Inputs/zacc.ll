target triple = "x86_64-unknown-linux-gnu"

declare <16 x i32> @llvm.x86.avx512.vpdpbusd.512(<16 x i32>, <64 x i8>, <64 x i8>)

define <16 x i32> @zacc(<16 x i32> %s, <64 x i8> %a, <64 x i8> %b) {
  %d = call <16 x i32> @llvm.x86.avx512.vpdpbusd.512(<16 x i32> zeroinitializer, <64 x i8> %a, <64 x i8> %b)
  %r = add <16 x i32> %d, %s
  ret <16 x i32> %r
}
