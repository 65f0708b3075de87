; More operations in generic IR, for every GPU: two results, 64 bits, saturation.
target triple = "amdgcn-amd-amdhsa"

define i32 @uadd_sat(i32 %a, i32 %b, i32 %c, i32 %d) {
  %r = call i32 @llvm.uadd.sat.i32(i32 %a, i32 %b)
  ret i32 %r
}

define i32 @usub_sat(i32 %a, i32 %b, i32 %c, i32 %d) {
  %r = call i32 @llvm.usub.sat.i32(i32 %a, i32 %b)
  ret i32 %r
}

define i32 @sadd_sat(i32 %a, i32 %b, i32 %c, i32 %d) {
  %r = call i32 @llvm.sadd.sat.i32(i32 %a, i32 %b)
  ret i32 %r
}

define i32 @ssub_sat(i32 %a, i32 %b, i32 %c, i32 %d) {
  %r = call i32 @llvm.ssub.sat.i32(i32 %a, i32 %b)
  ret i32 %r
}

define i32 @xor3(i32 %a, i32 %b, i32 %c, i32 %d) {
  %1 = xor i32 %a, %b
  %r = xor i32 %1, %c
  ret i32 %r
}

define i32 @three_inputs(i32 %a, i32 %b, i32 %c, i32 %d) {
  %1 = and i32 %a, %b
  %2 = xor i32 %c, -1
  %3 = or i32 %1, %2
  %r = xor i32 %3, %b
  ret i32 %r
}

define i32 @other_three_inputs(i32 %a, i32 %b, i32 %c, i32 %d) {
  %1 = or i32 %c, %a
  %2 = xor i32 %b, -1
  %r = and i32 %1, %2
  ret i32 %r
}

define i32 @minmax(i32 %a, i32 %b, i32 %c, i32 %d) {
  %1 = call i32 @llvm.smin.i32(i32 %a, i32 %b)
  %r = call i32 @llvm.smax.i32(i32 %1, i32 %c)
  ret i32 %r
}

define i32 @maxmin(i32 %a, i32 %b, i32 %c, i32 %d) {
  %1 = call i32 @llvm.smax.i32(i32 %a, i32 %b)
  %r = call i32 @llvm.smin.i32(i32 %1, i32 %c)
  ret i32 %r
}

define i32 @uminmax(i32 %a, i32 %b, i32 %c, i32 %d) {
  %1 = call i32 @llvm.umin.i32(i32 %a, i32 %b)
  %r = call i32 @llvm.umax.i32(i32 %1, i32 %c)
  ret i32 %r
}

define i32 @umaxmin(i32 %a, i32 %b, i32 %c, i32 %d) {
  %1 = call i32 @llvm.umax.i32(i32 %a, i32 %b)
  %r = call i32 @llvm.umin.i32(i32 %1, i32 %c)
  ret i32 %r
}

define i32 @funnel(i32 %a, i32 %b, i32 %c, i32 %d) {
  %r = call i32 @llvm.fshr.i32(i32 %a, i32 %b, i32 %c)
  ret i32 %r
}

define i32 @add64_low(i32 %a, i32 %b, i32 %c, i32 %d) {
  %xl = zext i32 %a to i64
  %xw = zext i32 %b to i64
  %xh = shl i64 %xw, 32
  %x = or i64 %xl, %xh
  %yl = zext i32 %c to i64
  %yw = zext i32 %d to i64
  %yh = shl i64 %yw, 32
  %y = or i64 %yl, %yh
  %r = add i64 %x, %y
  %t = trunc i64 %r to i32
  ret i32 %t
}

define i32 @add64_high(i32 %a, i32 %b, i32 %c, i32 %d) {
  %xl = zext i32 %a to i64
  %xw = zext i32 %b to i64
  %xh = shl i64 %xw, 32
  %x = or i64 %xl, %xh
  %yl = zext i32 %c to i64
  %yw = zext i32 %d to i64
  %yh = shl i64 %yw, 32
  %y = or i64 %yl, %yh
  %r = add i64 %x, %y
  %s = lshr i64 %r, 32
  %t = trunc i64 %s to i32
  ret i32 %t
}

define i32 @sub64_low(i32 %a, i32 %b, i32 %c, i32 %d) {
  %xl = zext i32 %a to i64
  %xw = zext i32 %b to i64
  %xh = shl i64 %xw, 32
  %x = or i64 %xl, %xh
  %yl = zext i32 %c to i64
  %yw = zext i32 %d to i64
  %yh = shl i64 %yw, 32
  %y = or i64 %yl, %yh
  %r = sub i64 %x, %y
  %t = trunc i64 %r to i32
  ret i32 %t
}

define i32 @sub64_high(i32 %a, i32 %b, i32 %c, i32 %d) {
  %xl = zext i32 %a to i64
  %xw = zext i32 %b to i64
  %xh = shl i64 %xw, 32
  %x = or i64 %xl, %xh
  %yl = zext i32 %c to i64
  %yw = zext i32 %d to i64
  %yh = shl i64 %yw, 32
  %y = or i64 %yl, %yh
  %r = sub i64 %x, %y
  %s = lshr i64 %r, 32
  %t = trunc i64 %s to i32
  ret i32 %t
}

define i32 @shl64_low(i32 %a, i32 %b, i32 %c, i32 %d) {
  %xl = zext i32 %a to i64
  %xw = zext i32 %b to i64
  %xh = shl i64 %xw, 32
  %x = or i64 %xl, %xh
  %yl = zext i32 %c to i64
  %yw = zext i32 %d to i64
  %yh = shl i64 %yw, 32
  %y = or i64 %yl, %yh
  %k = and i64 %y, 63
  %r = shl i64 %x, %k
  %t = trunc i64 %r to i32
  ret i32 %t
}

define i32 @shl64_high(i32 %a, i32 %b, i32 %c, i32 %d) {
  %xl = zext i32 %a to i64
  %xw = zext i32 %b to i64
  %xh = shl i64 %xw, 32
  %x = or i64 %xl, %xh
  %yl = zext i32 %c to i64
  %yw = zext i32 %d to i64
  %yh = shl i64 %yw, 32
  %y = or i64 %yl, %yh
  %k = and i64 %y, 63
  %r = shl i64 %x, %k
  %s = lshr i64 %r, 32
  %t = trunc i64 %s to i32
  ret i32 %t
}

define i32 @lshr64_low(i32 %a, i32 %b, i32 %c, i32 %d) {
  %xl = zext i32 %a to i64
  %xw = zext i32 %b to i64
  %xh = shl i64 %xw, 32
  %x = or i64 %xl, %xh
  %yl = zext i32 %c to i64
  %yw = zext i32 %d to i64
  %yh = shl i64 %yw, 32
  %y = or i64 %yl, %yh
  %k = and i64 %y, 63
  %r = lshr i64 %x, %k
  %t = trunc i64 %r to i32
  ret i32 %t
}

define i32 @lshr64_high(i32 %a, i32 %b, i32 %c, i32 %d) {
  %xl = zext i32 %a to i64
  %xw = zext i32 %b to i64
  %xh = shl i64 %xw, 32
  %x = or i64 %xl, %xh
  %yl = zext i32 %c to i64
  %yw = zext i32 %d to i64
  %yh = shl i64 %yw, 32
  %y = or i64 %yl, %yh
  %k = and i64 %y, 63
  %r = lshr i64 %x, %k
  %s = lshr i64 %r, 32
  %t = trunc i64 %s to i32
  ret i32 %t
}

define i32 @ashr64_low(i32 %a, i32 %b, i32 %c, i32 %d) {
  %xl = zext i32 %a to i64
  %xw = zext i32 %b to i64
  %xh = shl i64 %xw, 32
  %x = or i64 %xl, %xh
  %yl = zext i32 %c to i64
  %yw = zext i32 %d to i64
  %yh = shl i64 %yw, 32
  %y = or i64 %yl, %yh
  %k = and i64 %y, 63
  %r = ashr i64 %x, %k
  %t = trunc i64 %r to i32
  ret i32 %t
}

define i32 @ashr64_high(i32 %a, i32 %b, i32 %c, i32 %d) {
  %xl = zext i32 %a to i64
  %xw = zext i32 %b to i64
  %xh = shl i64 %xw, 32
  %x = or i64 %xl, %xh
  %yl = zext i32 %c to i64
  %yw = zext i32 %d to i64
  %yh = shl i64 %yw, 32
  %y = or i64 %yl, %yh
  %k = and i64 %y, 63
  %r = ashr i64 %x, %k
  %s = lshr i64 %r, 32
  %t = trunc i64 %s to i32
  ret i32 %t
}

define i32 @shl3_add64_low(i32 %a, i32 %b, i32 %c, i32 %d) {
  %xl = zext i32 %a to i64
  %xw = zext i32 %b to i64
  %xh = shl i64 %xw, 32
  %x = or i64 %xl, %xh
  %yl = zext i32 %c to i64
  %yw = zext i32 %d to i64
  %yh = shl i64 %yw, 32
  %y = or i64 %yl, %yh
  %k = shl i64 %x, 3
  %r = add i64 %k, %y
  %t = trunc i64 %r to i32
  ret i32 %t
}

define i32 @shl3_add64_high(i32 %a, i32 %b, i32 %c, i32 %d) {
  %xl = zext i32 %a to i64
  %xw = zext i32 %b to i64
  %xh = shl i64 %xw, 32
  %x = or i64 %xl, %xh
  %yl = zext i32 %c to i64
  %yw = zext i32 %d to i64
  %yh = shl i64 %yw, 32
  %y = or i64 %yl, %yh
  %k = shl i64 %x, 3
  %r = add i64 %k, %y
  %s = lshr i64 %r, 32
  %t = trunc i64 %s to i32
  ret i32 %t
}

define i32 @umad64_low(i32 %a, i32 %b, i32 %c, i32 %d) {
  %xl = zext i32 %a to i64
  %xw = zext i32 %b to i64
  %xh = shl i64 %xw, 32
  %x = or i64 %xl, %xh
  %yl = zext i32 %c to i64
  %yw = zext i32 %d to i64
  %yh = shl i64 %yw, 32
  %y = or i64 %yl, %yh
  %za = zext i32 %a to i64
  %zb = zext i32 %b to i64
  %k = mul i64 %za, %zb
  %r = add i64 %k, %y
  %t = trunc i64 %r to i32
  ret i32 %t
}

define i32 @umad64_high(i32 %a, i32 %b, i32 %c, i32 %d) {
  %xl = zext i32 %a to i64
  %xw = zext i32 %b to i64
  %xh = shl i64 %xw, 32
  %x = or i64 %xl, %xh
  %yl = zext i32 %c to i64
  %yw = zext i32 %d to i64
  %yh = shl i64 %yw, 32
  %y = or i64 %yl, %yh
  %za = zext i32 %a to i64
  %zb = zext i32 %b to i64
  %k = mul i64 %za, %zb
  %r = add i64 %k, %y
  %s = lshr i64 %r, 32
  %t = trunc i64 %s to i32
  ret i32 %t
}

define i32 @smad64_low(i32 %a, i32 %b, i32 %c, i32 %d) {
  %xl = zext i32 %a to i64
  %xw = zext i32 %b to i64
  %xh = shl i64 %xw, 32
  %x = or i64 %xl, %xh
  %yl = zext i32 %c to i64
  %yw = zext i32 %d to i64
  %yh = shl i64 %yw, 32
  %y = or i64 %yl, %yh
  %za = sext i32 %a to i64
  %zb = sext i32 %b to i64
  %k = mul i64 %za, %zb
  %r = add i64 %k, %y
  %t = trunc i64 %r to i32
  ret i32 %t
}

define i32 @smad64_high(i32 %a, i32 %b, i32 %c, i32 %d) {
  %xl = zext i32 %a to i64
  %xw = zext i32 %b to i64
  %xh = shl i64 %xw, 32
  %x = or i64 %xl, %xh
  %yl = zext i32 %c to i64
  %yw = zext i32 %d to i64
  %yh = shl i64 %yw, 32
  %y = or i64 %yl, %yh
  %za = sext i32 %a to i64
  %zb = sext i32 %b to i64
  %k = mul i64 %za, %zb
  %r = add i64 %k, %y
  %s = lshr i64 %r, 32
  %t = trunc i64 %s to i32
  ret i32 %t
}

define i32 @mul64_low(i32 %a, i32 %b, i32 %c, i32 %d) {
  %xl = zext i32 %a to i64
  %xw = zext i32 %b to i64
  %xh = shl i64 %xw, 32
  %x = or i64 %xl, %xh
  %yl = zext i32 %c to i64
  %yw = zext i32 %d to i64
  %yh = shl i64 %yw, 32
  %y = or i64 %yl, %yh
  %r = mul i64 %x, %y
  %t = trunc i64 %r to i32
  ret i32 %t
}

define i32 @mul64_high(i32 %a, i32 %b, i32 %c, i32 %d) {
  %xl = zext i32 %a to i64
  %xw = zext i32 %b to i64
  %xh = shl i64 %xw, 32
  %x = or i64 %xl, %xh
  %yl = zext i32 %c to i64
  %yw = zext i32 %d to i64
  %yh = shl i64 %yw, 32
  %y = or i64 %yl, %yh
  %r = mul i64 %x, %y
  %s = lshr i64 %r, 32
  %t = trunc i64 %s to i32
  ret i32 %t
}
