target triple = "x86_64-unknown-linux-gnu"

; What a loop reads is prepared in front of it.
define void @hoisted_not(ptr %p, <8 x i32> %m, i64 %n) {
entry:
  %nm = xor <8 x i32> %m, splat (i32 -1)
  br label %loop
loop:
  %i = phi i64 [0, %entry], [%i1, %loop]
  %q = getelementptr <8 x i32>, ptr %p, i64 %i
  %v = load <8 x i32>, ptr %q, align 32
  %w = and <8 x i32> %v, %nm
  store <8 x i32> %w, ptr %q, align 32
  %i1 = add nuw i64 %i, 1
  %k = icmp eq i64 %i1, %n
  br i1 %k, label %exit, label %loop
exit:
  ret void
}

; Bits of an index that nobody reads, masked in another block.
declare <32 x i8> @llvm.x86.avx2.pshuf.b(<32 x i8>, <32 x i8>)
define <32 x i8> @masked_index(<32 x i8> %x, <32 x i8> %i, i1 %c) {
entry:
  %o = and <32 x i8> %i, splat (i8 -113)
  br i1 %c, label %then, label %exit
then:
  %r = call <32 x i8> @llvm.x86.avx2.pshuf.b(<32 x i8> %x, <32 x i8> %o)
  ret <32 x i8> %r
exit:
  ret <32 x i8> %x
}
