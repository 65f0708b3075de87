; One operation a function, in generic IR: what LLVM selects for it must compute
; the same as the rows say.
target triple = "amdgcn-amd-amdhsa"

define i32 @add(i32 %a, i32 %b, i32 %c, i32 %d) {
  %r = add i32 %a, %b
  ret i32 %r
}

define i32 @sub(i32 %a, i32 %b, i32 %c, i32 %d) {
  %r = sub i32 %a, %b
  ret i32 %r
}

define i32 @and(i32 %a, i32 %b, i32 %c, i32 %d) {
  %r = and i32 %a, %b
  ret i32 %r
}

define i32 @or(i32 %a, i32 %b, i32 %c, i32 %d) {
  %r = or i32 %a, %b
  ret i32 %r
}

define i32 @xor(i32 %a, i32 %b, i32 %c, i32 %d) {
  %r = xor i32 %a, %b
  ret i32 %r
}

define i32 @mul(i32 %a, i32 %b, i32 %c, i32 %d) {
  %r = mul i32 %a, %b
  ret i32 %r
}

define i32 @shl(i32 %a, i32 %b, i32 %c, i32 %d) {
  %n = and i32 %b, 31
  %r = shl i32 %a, %n
  ret i32 %r
}

define i32 @lshr(i32 %a, i32 %b, i32 %c, i32 %d) {
  %n = and i32 %b, 31
  %r = lshr i32 %a, %n
  ret i32 %r
}

define i32 @ashr(i32 %a, i32 %b, i32 %c, i32 %d) {
  %n = and i32 %b, 31
  %r = ashr i32 %a, %n
  ret i32 %r
}

define i32 @not(i32 %a, i32 %b, i32 %c, i32 %d) {
  %r = xor i32 %a, -1
  ret i32 %r
}

define i32 @xnor(i32 %a, i32 %b, i32 %c, i32 %d) {
  %x = xor i32 %a, %b
  %r = xor i32 %x, -1
  ret i32 %r
}

define i32 @umin(i32 %a, i32 %b, i32 %c, i32 %d) {
  %r = call i32 @llvm.umin.i32(i32 %a, i32 %b)
  ret i32 %r
}

define i32 @umin3(i32 %a, i32 %b, i32 %c, i32 %d) {
  %x = call i32 @llvm.umin.i32(i32 %a, i32 %b)
  %r = call i32 @llvm.umin.i32(i32 %x, i32 %c)
  ret i32 %r
}

define i32 @umax(i32 %a, i32 %b, i32 %c, i32 %d) {
  %r = call i32 @llvm.umax.i32(i32 %a, i32 %b)
  ret i32 %r
}

define i32 @umax3(i32 %a, i32 %b, i32 %c, i32 %d) {
  %x = call i32 @llvm.umax.i32(i32 %a, i32 %b)
  %r = call i32 @llvm.umax.i32(i32 %x, i32 %c)
  ret i32 %r
}

define i32 @smin(i32 %a, i32 %b, i32 %c, i32 %d) {
  %r = call i32 @llvm.smin.i32(i32 %a, i32 %b)
  ret i32 %r
}

define i32 @smin3(i32 %a, i32 %b, i32 %c, i32 %d) {
  %x = call i32 @llvm.smin.i32(i32 %a, i32 %b)
  %r = call i32 @llvm.smin.i32(i32 %x, i32 %c)
  ret i32 %r
}

define i32 @smax(i32 %a, i32 %b, i32 %c, i32 %d) {
  %r = call i32 @llvm.smax.i32(i32 %a, i32 %b)
  ret i32 %r
}

define i32 @smax3(i32 %a, i32 %b, i32 %c, i32 %d) {
  %x = call i32 @llvm.smax.i32(i32 %a, i32 %b)
  %r = call i32 @llvm.smax.i32(i32 %x, i32 %c)
  ret i32 %r
}

define i32 @umed3(i32 %a, i32 %b, i32 %c, i32 %d) {
  %lo = call i32 @llvm.umin.i32(i32 %a, i32 %b)
  %hi = call i32 @llvm.umax.i32(i32 %a, i32 %b)
  %t = call i32 @llvm.umin.i32(i32 %hi, i32 %c)
  %r = call i32 @llvm.umax.i32(i32 %lo, i32 %t)
  ret i32 %r
}

define i32 @uclamp(i32 %a, i32 %b, i32 %c, i32 %d) {
  %x = call i32 @llvm.umax.i32(i32 %a, i32 12)
  %r = call i32 @llvm.umin.i32(i32 %x, i32 50)
  ret i32 %r
}

define i32 @smed3(i32 %a, i32 %b, i32 %c, i32 %d) {
  %lo = call i32 @llvm.smin.i32(i32 %a, i32 %b)
  %hi = call i32 @llvm.smax.i32(i32 %a, i32 %b)
  %t = call i32 @llvm.smin.i32(i32 %hi, i32 %c)
  %r = call i32 @llvm.smax.i32(i32 %lo, i32 %t)
  ret i32 %r
}

define i32 @sclamp(i32 %a, i32 %b, i32 %c, i32 %d) {
  %x = call i32 @llvm.smax.i32(i32 %a, i32 12)
  %r = call i32 @llvm.smin.i32(i32 %x, i32 50)
  ret i32 %r
}

define i32 @add3(i32 %a, i32 %b, i32 %c, i32 %d) {
  %x = add i32 %a, %b
  %r = add i32 %x, %c
  ret i32 %r
}

define i32 @shl_add(i32 %a, i32 %b, i32 %c, i32 %d) {
  %n = and i32 %b, 31
  %x = shl i32 %a, %n
  %r = add i32 %x, %c
  ret i32 %r
}

define i32 @add_shl(i32 %a, i32 %b, i32 %c, i32 %d) {
  %n = and i32 %c, 31
  %x = add i32 %a, %b
  %r = shl i32 %x, %n
  ret i32 %r
}

define i32 @shl_or(i32 %a, i32 %b, i32 %c, i32 %d) {
  %n = and i32 %b, 31
  %x = shl i32 %a, %n
  %r = or i32 %x, %c
  ret i32 %r
}

define i32 @and_or(i32 %a, i32 %b, i32 %c, i32 %d) {
  %x = and i32 %a, %b
  %r = or i32 %x, %c
  ret i32 %r
}

define i32 @or3(i32 %a, i32 %b, i32 %c, i32 %d) {
  %x = or i32 %a, %b
  %r = or i32 %x, %c
  ret i32 %r
}

define i32 @xad(i32 %a, i32 %b, i32 %c, i32 %d) {
  %x = xor i32 %a, %b
  %r = add i32 %x, %c
  ret i32 %r
}

define i32 @bfi(i32 %a, i32 %b, i32 %c, i32 %d) {
  %x = xor i32 %b, %c
  %m = and i32 %x, %a
  %r = xor i32 %m, %c
  ret i32 %r
}

define i32 @bfi_plain(i32 %a, i32 %b, i32 %c, i32 %d) {
  %n = xor i32 %a, -1
  %x = and i32 %b, %a
  %y = and i32 %c, %n
  %r = or i32 %x, %y
  ret i32 %r
}

define i32 @bfm(i32 %a, i32 %b, i32 %c, i32 %d) {
  %n = and i32 %a, 31
  %m = and i32 %b, 31
  %o = shl i32 1, %n
  %x = add i32 %o, -1
  %r = shl i32 %x, %m
  ret i32 %r
}

define i32 @ubfe(i32 %a, i32 %b, i32 %c, i32 %d) {
  %x = lshr i32 %a, 5
  %r = and i32 %x, 2047
  ret i32 %r
}

define i32 @sbfe(i32 %a, i32 %b, i32 %c, i32 %d) {
  %x = shl i32 %a, 9
  %r = ashr i32 %x, 20
  ret i32 %r
}

define i32 @ubfe_var(i32 %a, i32 %b, i32 %c, i32 %d) {
  %n = and i32 %b, 31
  %m = and i32 %c, 31
  %x = lshr i32 %a, %n
  %o = shl i32 1, %m
  %k = add i32 %o, -1
  %r = and i32 %x, %k
  ret i32 %r
}

define i32 @fshr(i32 %a, i32 %b, i32 %c, i32 %d) {
  %r = call i32 @llvm.fshr.i32(i32 %a, i32 %b, i32 %c)
  ret i32 %r
}

define i32 @rotate(i32 %a, i32 %b, i32 %c, i32 %d) {
  %r = call i32 @llvm.fshl.i32(i32 %a, i32 %a, i32 11)
  ret i32 %r
}

define i32 @bitreverse(i32 %a, i32 %b, i32 %c, i32 %d) {
  %r = call i32 @llvm.bitreverse.i32(i32 %a)
  ret i32 %r
}

define i32 @bswap(i32 %a, i32 %b, i32 %c, i32 %d) {
  %r = call i32 @llvm.bswap.i32(i32 %a)
  ret i32 %r
}

define i32 @bcnt(i32 %a, i32 %b, i32 %c, i32 %d) {
  %x = call i32 @llvm.ctpop.i32(i32 %a)
  %r = add i32 %x, %b
  ret i32 %r
}

define i32 @ctlz(i32 %a, i32 %b, i32 %c, i32 %d) {
  %r = call i32 @llvm.ctlz.i32(i32 %a, i1 false)
  ret i32 %r
}

define i32 @cttz(i32 %a, i32 %b, i32 %c, i32 %d) {
  %r = call i32 @llvm.cttz.i32(i32 %a, i1 false)
  ret i32 %r
}

define i32 @umulhi(i32 %a, i32 %b, i32 %c, i32 %d) {
  %x = zext i32 %a to i64
  %y = zext i32 %b to i64
  %p = mul i64 %x, %y
  %h = lshr i64 %p, 32
  %r = trunc i64 %h to i32
  ret i32 %r
}

define i32 @smulhi(i32 %a, i32 %b, i32 %c, i32 %d) {
  %x = sext i32 %a to i64
  %y = sext i32 %b to i64
  %p = mul i64 %x, %y
  %h = lshr i64 %p, 32
  %r = trunc i64 %h to i32
  ret i32 %r
}

define i32 @umul24(i32 %a, i32 %b, i32 %c, i32 %d) {
  %x = and i32 %a, 16777215
  %y = and i32 %b, 16777215
  %r = mul i32 %x, %y
  ret i32 %r
}

define i32 @umad24(i32 %a, i32 %b, i32 %c, i32 %d) {
  %x = and i32 %a, 16777215
  %y = and i32 %b, 16777215
  %p = mul i32 %x, %y
  %r = add i32 %p, %c
  ret i32 %r
}

define i32 @smul24(i32 %a, i32 %b, i32 %c, i32 %d) {
  %x0 = shl i32 %a, 8
  %x = ashr i32 %x0, 8
  %y0 = shl i32 %b, 8
  %y = ashr i32 %y0, 8
  %r = mul i32 %x, %y
  ret i32 %r
}

define i32 @smad24(i32 %a, i32 %b, i32 %c, i32 %d) {
  %x0 = shl i32 %a, 8
  %x = ashr i32 %x0, 8
  %y0 = shl i32 %b, 8
  %y = ashr i32 %y0, 8
  %p = mul i32 %x, %y
  %r = add i32 %p, %c
  ret i32 %r
}

define i32 @umulhi24(i32 %a, i32 %b, i32 %c, i32 %d) {
  %x = and i32 %a, 16777215
  %y = and i32 %b, 16777215
  %v = zext i32 %x to i64
  %w = zext i32 %y to i64
  %p = mul i64 %v, %w
  %h = lshr i64 %p, 32
  %r = trunc i64 %h to i32
  ret i32 %r
}

define i32 @smulhi24(i32 %a, i32 %b, i32 %c, i32 %d) {
  %x0 = shl i32 %a, 8
  %x = ashr i32 %x0, 8
  %y0 = shl i32 %b, 8
  %y = ashr i32 %y0, 8
  %v = sext i32 %x to i64
  %w = sext i32 %y to i64
  %p = mul i64 %v, %w
  %h = lshr i64 %p, 32
  %r = trunc i64 %h to i32
  ret i32 %r
}

define i32 @sad(i32 %a, i32 %b, i32 %c, i32 %d) {
  %x = call i32 @llvm.umax.i32(i32 %a, i32 %b)
  %y = call i32 @llvm.umin.i32(i32 %a, i32 %b)
  %z = sub i32 %x, %y
  %r = add i32 %z, %c
  ret i32 %r
}

define i32 @udot4(i32 %a, i32 %b, i32 %c, i32 %d) {
  %va = bitcast i32 %a to <4 x i8>
  %vb = bitcast i32 %b to <4 x i8>
  %a0 = extractelement <4 x i8> %va, i32 0
  %b0 = extractelement <4 x i8> %vb, i32 0
  %wa0 = zext i8 %a0 to i32
  %wb0 = zext i8 %b0 to i32
  %p0 = mul i32 %wa0, %wb0
  %s0 = add i32 %p0, %c
  %a1 = extractelement <4 x i8> %va, i32 1
  %b1 = extractelement <4 x i8> %vb, i32 1
  %wa1 = zext i8 %a1 to i32
  %wb1 = zext i8 %b1 to i32
  %p1 = mul i32 %wa1, %wb1
  %s1 = add i32 %p1, %s0
  %a2 = extractelement <4 x i8> %va, i32 2
  %b2 = extractelement <4 x i8> %vb, i32 2
  %wa2 = zext i8 %a2 to i32
  %wb2 = zext i8 %b2 to i32
  %p2 = mul i32 %wa2, %wb2
  %s2 = add i32 %p2, %s1
  %a3 = extractelement <4 x i8> %va, i32 3
  %b3 = extractelement <4 x i8> %vb, i32 3
  %wa3 = zext i8 %a3 to i32
  %wb3 = zext i8 %b3 to i32
  %p3 = mul i32 %wa3, %wb3
  %s3 = add i32 %p3, %s2
  ret i32 %s3
}

define i32 @udot8(i32 %a, i32 %b, i32 %c, i32 %d) {
  %va = bitcast i32 %a to <8 x i4>
  %vb = bitcast i32 %b to <8 x i4>
  %a0 = extractelement <8 x i4> %va, i32 0
  %b0 = extractelement <8 x i4> %vb, i32 0
  %wa0 = zext i4 %a0 to i32
  %wb0 = zext i4 %b0 to i32
  %p0 = mul i32 %wa0, %wb0
  %s0 = add i32 %p0, %c
  %a1 = extractelement <8 x i4> %va, i32 1
  %b1 = extractelement <8 x i4> %vb, i32 1
  %wa1 = zext i4 %a1 to i32
  %wb1 = zext i4 %b1 to i32
  %p1 = mul i32 %wa1, %wb1
  %s1 = add i32 %p1, %s0
  %a2 = extractelement <8 x i4> %va, i32 2
  %b2 = extractelement <8 x i4> %vb, i32 2
  %wa2 = zext i4 %a2 to i32
  %wb2 = zext i4 %b2 to i32
  %p2 = mul i32 %wa2, %wb2
  %s2 = add i32 %p2, %s1
  %a3 = extractelement <8 x i4> %va, i32 3
  %b3 = extractelement <8 x i4> %vb, i32 3
  %wa3 = zext i4 %a3 to i32
  %wb3 = zext i4 %b3 to i32
  %p3 = mul i32 %wa3, %wb3
  %s3 = add i32 %p3, %s2
  %a4 = extractelement <8 x i4> %va, i32 4
  %b4 = extractelement <8 x i4> %vb, i32 4
  %wa4 = zext i4 %a4 to i32
  %wb4 = zext i4 %b4 to i32
  %p4 = mul i32 %wa4, %wb4
  %s4 = add i32 %p4, %s3
  %a5 = extractelement <8 x i4> %va, i32 5
  %b5 = extractelement <8 x i4> %vb, i32 5
  %wa5 = zext i4 %a5 to i32
  %wb5 = zext i4 %b5 to i32
  %p5 = mul i32 %wa5, %wb5
  %s5 = add i32 %p5, %s4
  %a6 = extractelement <8 x i4> %va, i32 6
  %b6 = extractelement <8 x i4> %vb, i32 6
  %wa6 = zext i4 %a6 to i32
  %wb6 = zext i4 %b6 to i32
  %p6 = mul i32 %wa6, %wb6
  %s6 = add i32 %p6, %s5
  %a7 = extractelement <8 x i4> %va, i32 7
  %b7 = extractelement <8 x i4> %vb, i32 7
  %wa7 = zext i4 %a7 to i32
  %wb7 = zext i4 %b7 to i32
  %p7 = mul i32 %wa7, %wb7
  %s7 = add i32 %p7, %s6
  ret i32 %s7
}

define i32 @udot2(i32 %a, i32 %b, i32 %c, i32 %d) {
  %va = bitcast i32 %a to <2 x i16>
  %vb = bitcast i32 %b to <2 x i16>
  %a0 = extractelement <2 x i16> %va, i32 0
  %b0 = extractelement <2 x i16> %vb, i32 0
  %wa0 = zext i16 %a0 to i32
  %wb0 = zext i16 %b0 to i32
  %p0 = mul i32 %wa0, %wb0
  %s0 = add i32 %p0, %c
  %a1 = extractelement <2 x i16> %va, i32 1
  %b1 = extractelement <2 x i16> %vb, i32 1
  %wa1 = zext i16 %a1 to i32
  %wb1 = zext i16 %b1 to i32
  %p1 = mul i32 %wa1, %wb1
  %s1 = add i32 %p1, %s0
  ret i32 %s1
}

define i32 @sdot4(i32 %a, i32 %b, i32 %c, i32 %d) {
  %va = bitcast i32 %a to <4 x i8>
  %vb = bitcast i32 %b to <4 x i8>
  %a0 = extractelement <4 x i8> %va, i32 0
  %b0 = extractelement <4 x i8> %vb, i32 0
  %wa0 = sext i8 %a0 to i32
  %wb0 = sext i8 %b0 to i32
  %p0 = mul i32 %wa0, %wb0
  %s0 = add i32 %p0, %c
  %a1 = extractelement <4 x i8> %va, i32 1
  %b1 = extractelement <4 x i8> %vb, i32 1
  %wa1 = sext i8 %a1 to i32
  %wb1 = sext i8 %b1 to i32
  %p1 = mul i32 %wa1, %wb1
  %s1 = add i32 %p1, %s0
  %a2 = extractelement <4 x i8> %va, i32 2
  %b2 = extractelement <4 x i8> %vb, i32 2
  %wa2 = sext i8 %a2 to i32
  %wb2 = sext i8 %b2 to i32
  %p2 = mul i32 %wa2, %wb2
  %s2 = add i32 %p2, %s1
  %a3 = extractelement <4 x i8> %va, i32 3
  %b3 = extractelement <4 x i8> %vb, i32 3
  %wa3 = sext i8 %a3 to i32
  %wb3 = sext i8 %b3 to i32
  %p3 = mul i32 %wa3, %wb3
  %s3 = add i32 %p3, %s2
  ret i32 %s3
}

define i32 @sdot8(i32 %a, i32 %b, i32 %c, i32 %d) {
  %va = bitcast i32 %a to <8 x i4>
  %vb = bitcast i32 %b to <8 x i4>
  %a0 = extractelement <8 x i4> %va, i32 0
  %b0 = extractelement <8 x i4> %vb, i32 0
  %wa0 = sext i4 %a0 to i32
  %wb0 = sext i4 %b0 to i32
  %p0 = mul i32 %wa0, %wb0
  %s0 = add i32 %p0, %c
  %a1 = extractelement <8 x i4> %va, i32 1
  %b1 = extractelement <8 x i4> %vb, i32 1
  %wa1 = sext i4 %a1 to i32
  %wb1 = sext i4 %b1 to i32
  %p1 = mul i32 %wa1, %wb1
  %s1 = add i32 %p1, %s0
  %a2 = extractelement <8 x i4> %va, i32 2
  %b2 = extractelement <8 x i4> %vb, i32 2
  %wa2 = sext i4 %a2 to i32
  %wb2 = sext i4 %b2 to i32
  %p2 = mul i32 %wa2, %wb2
  %s2 = add i32 %p2, %s1
  %a3 = extractelement <8 x i4> %va, i32 3
  %b3 = extractelement <8 x i4> %vb, i32 3
  %wa3 = sext i4 %a3 to i32
  %wb3 = sext i4 %b3 to i32
  %p3 = mul i32 %wa3, %wb3
  %s3 = add i32 %p3, %s2
  %a4 = extractelement <8 x i4> %va, i32 4
  %b4 = extractelement <8 x i4> %vb, i32 4
  %wa4 = sext i4 %a4 to i32
  %wb4 = sext i4 %b4 to i32
  %p4 = mul i32 %wa4, %wb4
  %s4 = add i32 %p4, %s3
  %a5 = extractelement <8 x i4> %va, i32 5
  %b5 = extractelement <8 x i4> %vb, i32 5
  %wa5 = sext i4 %a5 to i32
  %wb5 = sext i4 %b5 to i32
  %p5 = mul i32 %wa5, %wb5
  %s5 = add i32 %p5, %s4
  %a6 = extractelement <8 x i4> %va, i32 6
  %b6 = extractelement <8 x i4> %vb, i32 6
  %wa6 = sext i4 %a6 to i32
  %wb6 = sext i4 %b6 to i32
  %p6 = mul i32 %wa6, %wb6
  %s6 = add i32 %p6, %s5
  %a7 = extractelement <8 x i4> %va, i32 7
  %b7 = extractelement <8 x i4> %vb, i32 7
  %wa7 = sext i4 %a7 to i32
  %wb7 = sext i4 %b7 to i32
  %p7 = mul i32 %wa7, %wb7
  %s7 = add i32 %p7, %s6
  ret i32 %s7
}

define i32 @sdot2(i32 %a, i32 %b, i32 %c, i32 %d) {
  %va = bitcast i32 %a to <2 x i16>
  %vb = bitcast i32 %b to <2 x i16>
  %a0 = extractelement <2 x i16> %va, i32 0
  %b0 = extractelement <2 x i16> %vb, i32 0
  %wa0 = sext i16 %a0 to i32
  %wb0 = sext i16 %b0 to i32
  %p0 = mul i32 %wa0, %wb0
  %s0 = add i32 %p0, %c
  %a1 = extractelement <2 x i16> %va, i32 1
  %b1 = extractelement <2 x i16> %vb, i32 1
  %wa1 = sext i16 %a1 to i32
  %wb1 = sext i16 %b1 to i32
  %p1 = mul i32 %wa1, %wb1
  %s1 = add i32 %p1, %s0
  ret i32 %s1
}
