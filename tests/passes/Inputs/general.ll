; Two truth tables in a row; LLVM leaves them.
declare <16 x i32> @llvm.x86.avx512.pternlog.d.512(<16 x i32>, <16 x i32>, <16 x i32>, i32)

define <16 x i32> @below(<16 x i32> %a, <16 x i32> %b, <16 x i32> %c) {
  %t = call <16 x i32> @llvm.x86.avx512.pternlog.d.512(<16 x i32> %a, <16 x i32> %b, <16 x i32> %c, i32 27)
  %r = call <16 x i32> @llvm.x86.avx512.pternlog.d.512(<16 x i32> %a, <16 x i32> %b, <16 x i32> %t, i32 108)
  ret <16 x i32> %r
}

define <16 x i32> @above(<16 x i32> %a, <16 x i32> %b, <16 x i32> %c) {
  %t = call <16 x i32> @llvm.x86.avx512.pternlog.d.512(<16 x i32> %a, <16 x i32> %b, <16 x i32> %c, i32 228)
  %r = call <16 x i32> @llvm.x86.avx512.pternlog.d.512(<16 x i32> %a, <16 x i32> %b, <16 x i32> %t, i32 57)
  ret <16 x i32> %r
}
