target triple = "amdgcn-amd-amdhsa"

declare i64 @llvm.bswap.i64(i64)

define i64 @f(i64 %a) {
  %x = call i64 @llvm.bswap.i64(i64 %a)
  %y = lshr i64 %x, 16
  ret i64 %y
}
