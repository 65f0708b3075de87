; Makes instruction selection emit most of the opcodes that have rows on gfx942.
target triple = "amdgcn-amd-amdhsa"

define i32 @dots(i32 %a, i32 %b, i32 %c, <2 x i16> %p, <2 x i16> %q) {
  %1 = call i32 @llvm.amdgcn.sdot4(i32 %a, i32 %b, i32 %c, i1 false)
  %2 = call i32 @llvm.amdgcn.udot4(i32 %1, i32 %b, i32 %c, i1 false)
  %3 = call i32 @llvm.amdgcn.sdot8(i32 %2, i32 %b, i32 %c, i1 false)
  %4 = call i32 @llvm.amdgcn.udot8(i32 %3, i32 %b, i32 %c, i1 false)
  %5 = call i32 @llvm.amdgcn.sdot2(<2 x i16> %p, <2 x i16> %q, i32 %4, i1 false)
  %6 = call i32 @llvm.amdgcn.udot2(<2 x i16> %p, <2 x i16> %q, i32 %5, i1 false)
  ret i32 %6
}

define i32 @sums(i32 %a, i32 %b, i32 %c) {
  %1 = call i32 @llvm.amdgcn.sad.u8(i32 %a, i32 %b, i32 %c)
  %2 = call i32 @llvm.amdgcn.msad.u8(i32 %1, i32 %b, i32 %c)
  %3 = call i32 @llvm.amdgcn.sad.hi.u8(i32 %2, i32 %b, i32 %c)
  %4 = call i32 @llvm.amdgcn.sad.u16(i32 %3, i32 %b, i32 %c)
  %5 = call i32 @llvm.amdgcn.lerp(i32 %4, i32 %b, i32 %c)
  %6 = mul i32 %5, %b
  %7 = call i32 @llvm.amdgcn.mul.u24.i32(i32 %6, i32 %c)
  %8 = call i32 @llvm.amdgcn.mul.i24.i32(i32 %7, i32 %c)
  %9 = call i32 @llvm.amdgcn.mulhi.u24(i32 %8, i32 %b)
  %10 = call i32 @llvm.amdgcn.mulhi.i24(i32 %9, i32 %b)
  %x = call i32 @llvm.amdgcn.mul.u24.i32(i32 %10, i32 %c)
  %11 = add i32 %x, %a
  %y = call i32 @llvm.amdgcn.mul.i24.i32(i32 %11, i32 %c)
  %12 = add i32 %y, %a
  %wa = zext i32 %12 to i64
  %wb = zext i32 %b to i64
  %w = mul i64 %wa, %wb
  %wh = lshr i64 %w, 32
  %13 = trunc i64 %wh to i32
  %sa = sext i32 %13 to i64
  %sb = sext i32 %b to i64
  %s = mul i64 %sa, %sb
  %sh = lshr i64 %s, 32
  %14 = trunc i64 %sh to i32
  ret i32 %14
}

define i32 @bits(i32 %a, i32 %b, i32 %c) {
  %1 = call i32 @llvm.amdgcn.alignbyte(i32 %a, i32 %b, i32 %c)
  %2 = call i32 @llvm.amdgcn.perm(i32 %1, i32 %b, i32 %c)
  %3 = call i32 @llvm.fshr.i32(i32 %2, i32 %b, i32 %c)
  %4 = call i32 @llvm.bitreverse.i32(i32 %3)
  %5 = call i32 @llvm.ctpop.i32(i32 %4)
  %6 = call i32 @llvm.ctlz.i32(i32 %5, i1 true)
  %7 = call i32 @llvm.amdgcn.sffbh.i32(i32 %6)
  %8 = call i32 @llvm.cttz.i32(i32 %7, i1 true)
  %9 = call i32 @llvm.amdgcn.ubfe.i32(i32 %8, i32 %b, i32 %c)
  %10 = call i32 @llvm.amdgcn.sbfe.i32(i32 %9, i32 %b, i32 %c)
  %11 = shl i32 %10, %b
  %12 = lshr i32 %11, %c
  %13 = ashr i32 %12, %a
  %14 = xor i32 %13, -1
  ret i32 %14
}

define void @logic(i32 %a, i32 %b, i32 %c, ptr addrspace(1) %p) {
  %1 = add i32 %a, %b
  store volatile i32 %1, ptr addrspace(1) %p
  %2 = sub i32 %a, %b
  store volatile i32 %2, ptr addrspace(1) %p
  %3 = and i32 %a, %b
  store volatile i32 %3, ptr addrspace(1) %p
  %4 = or i32 %a, %b
  store volatile i32 %4, ptr addrspace(1) %p
  %5 = xor i32 %a, %b
  store volatile i32 %5, ptr addrspace(1) %p
  %n = xor i32 %5, -1
  store volatile i32 %n, ptr addrspace(1) %p
  %6 = call i32 @llvm.umin.i32(i32 %a, i32 %c)
  store volatile i32 %6, ptr addrspace(1) %p
  %7 = call i32 @llvm.umax.i32(i32 %a, i32 %c)
  store volatile i32 %7, ptr addrspace(1) %p
  %8 = call i32 @llvm.smin.i32(i32 %a, i32 %c)
  store volatile i32 %8, ptr addrspace(1) %p
  %9 = call i32 @llvm.smax.i32(i32 %a, i32 %c)
  store volatile i32 %9, ptr addrspace(1) %p
  ret void
}

define void @three(i32 %a, i32 %b, i32 %c, i32 %d, ptr addrspace(1) %p) {
  %t1 = add i32 %a, %b
  %r1 = add i32 %t1, %c
  store volatile i32 %r1, ptr addrspace(1) %p
  %t2 = shl i32 %a, 5
  %r2 = add i32 %t2, %d
  store volatile i32 %r2, ptr addrspace(1) %p
  %t3 = add i32 %a, %d
  %r3 = shl i32 %t3, 7
  store volatile i32 %r3, ptr addrspace(1) %p
  %t4 = shl i32 %b, 9
  %r4 = or i32 %t4, %d
  store volatile i32 %r4, ptr addrspace(1) %p
  %t5 = and i32 %a, %c
  %r5 = or i32 %t5, %d
  store volatile i32 %r5, ptr addrspace(1) %p
  %t6 = or i32 %a, %c
  %r6 = or i32 %t6, %d
  store volatile i32 %r6, ptr addrspace(1) %p
  %t7 = xor i32 %a, %c
  %r7 = add i32 %t7, %d
  store volatile i32 %r7, ptr addrspace(1) %p
  %x8 = xor i32 %b, %c
  %m8 = and i32 %x8, %a
  %r8 = xor i32 %m8, %c
  store volatile i32 %r8, ptr addrspace(1) %p
  %t9 = call i32 @llvm.umin.i32(i32 %a, i32 %d)
  %r9 = call i32 @llvm.umin.i32(i32 %t9, i32 %c)
  store volatile i32 %r9, ptr addrspace(1) %p
  %t10 = call i32 @llvm.smax.i32(i32 %a, i32 %d)
  %r10 = call i32 @llvm.smax.i32(i32 %t10, i32 %c)
  store volatile i32 %r10, ptr addrspace(1) %p
  ret void
}

define <4 x i32> @matrix16(i64 %a, i64 %b, <4 x i32> %c) {
  %d = call <4 x i32> @llvm.amdgcn.mfma.i32.16x16x32.i8(i64 %a, i64 %b, <4 x i32> zeroinitializer, i32 0, i32 0, i32 0)
  %r = add <4 x i32> %d, %c
  ret <4 x i32> %r
}

define <4 x i32> @matrix16v(i64 %a, i64 %b, <4 x i32> %c) "amdgpu-agpr-alloc"="0" {
  %d = call <4 x i32> @llvm.amdgcn.mfma.i32.16x16x32.i8(i64 %a, i64 %b, <4 x i32> %c, i32 0, i32 0, i32 0)
  ret <4 x i32> %d
}

define <16 x i32> @matrix32(i64 %a, i64 %b, <16 x i32> %c) {
  %d = call <16 x i32> @llvm.amdgcn.mfma.i32.32x32x16.i8(i64 %a, i64 %b, <16 x i32> %c, i32 0, i32 0, i32 0)
  ret <16 x i32> %d
}

define <16 x i32> @matrix32v(i64 %a, i64 %b, <16 x i32> %c) "amdgpu-agpr-alloc"="0" {
  %d = call <16 x i32> @llvm.amdgcn.mfma.i32.32x32x16.i8(i64 %a, i64 %b, <16 x i32> %c, i32 0, i32 0, i32 0)
  ret <16 x i32> %d
}
