; Five vector instructions for haswell: an add, an add of memory, a gather, a plain load and a plain store.
target triple = "x86_64-unknown-linux-gnu"

define void @add(ptr %p, <8 x i32> %a, <8 x i32> %b) {
  %s = add <8 x i32> %a, %b
  store <8 x i32> %s, ptr %p, align 32
  ret void
}

define <8 x i32> @addOfMemory(ptr %p, <8 x i32> %a) {
  %b = load <8 x i32>, ptr %p, align 32
  %s = add <8 x i32> %a, %b
  ret <8 x i32> %s
}

define <8 x i32> @gather(ptr %p, <8 x i32> %at, <8 x i32> %mask) {
  %z = load <8 x i32>, ptr %p, align 32
  %g = call <8 x i32> @llvm.x86.avx2.gather.d.d.256(<8 x i32> %z, ptr %p, <8 x i32> %at, <8 x i32> %mask, i8 4)
  ret <8 x i32> %g
}

declare <8 x i32> @llvm.x86.avx2.gather.d.d.256(<8 x i32>, ptr, <8 x i32>, <8 x i32>, i8)
