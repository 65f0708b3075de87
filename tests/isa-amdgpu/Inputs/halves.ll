; One operation a function on 16-bit integers, pairs of them, and dot products: what
; LLVM selects for it must compute the same as the rows say.
target triple = "amdgcn-amd-amdhsa"

define i32 @half_add(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ha = trunc i32 %a to i16
  %hb = trunc i32 %b to i16
  %r = add i16 %ha, %hb
  %z = zext i16 %r to i32
  ret i32 %z
}

define i32 @half_sub(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ha = trunc i32 %a to i16
  %hb = trunc i32 %b to i16
  %r = sub i16 %ha, %hb
  %z = zext i16 %r to i32
  ret i32 %z
}

define i32 @half_mul(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ha = trunc i32 %a to i16
  %hb = trunc i32 %b to i16
  %r = mul i16 %ha, %hb
  %z = zext i16 %r to i32
  ret i32 %z
}

define i32 @half_shl(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ha = trunc i32 %a to i16
  %hb = trunc i32 %b to i16
  %n = and i16 %hb, 15
  %r = shl i16 %ha, %n
  %z = zext i16 %r to i32
  ret i32 %z
}

define i32 @half_lshr(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ha = trunc i32 %a to i16
  %hb = trunc i32 %b to i16
  %n = and i16 %hb, 15
  %r = lshr i16 %ha, %n
  %z = zext i16 %r to i32
  ret i32 %z
}

define i32 @half_ashr(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ha = trunc i32 %a to i16
  %hb = trunc i32 %b to i16
  %n = and i16 %hb, 15
  %r = ashr i16 %ha, %n
  %z = zext i16 %r to i32
  ret i32 %z
}

define i32 @half_umin(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ha = trunc i32 %a to i16
  %hb = trunc i32 %b to i16
  %r = call i16 @llvm.umin.i16(i16 %ha, i16 %hb)
  %z = zext i16 %r to i32
  ret i32 %z
}

define i32 @half_umax(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ha = trunc i32 %a to i16
  %hb = trunc i32 %b to i16
  %r = call i16 @llvm.umax.i16(i16 %ha, i16 %hb)
  %z = zext i16 %r to i32
  ret i32 %z
}

define i32 @half_smin(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ha = trunc i32 %a to i16
  %hb = trunc i32 %b to i16
  %r = call i16 @llvm.smin.i16(i16 %ha, i16 %hb)
  %z = zext i16 %r to i32
  ret i32 %z
}

define i32 @half_smax(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ha = trunc i32 %a to i16
  %hb = trunc i32 %b to i16
  %r = call i16 @llvm.smax.i16(i16 %ha, i16 %hb)
  %z = zext i16 %r to i32
  ret i32 %z
}

define i32 @half_uadd_sat(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ha = trunc i32 %a to i16
  %hb = trunc i32 %b to i16
  %r = call i16 @llvm.uadd.sat.i16(i16 %ha, i16 %hb)
  %z = zext i16 %r to i32
  ret i32 %z
}

define i32 @half_usub_sat(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ha = trunc i32 %a to i16
  %hb = trunc i32 %b to i16
  %r = call i16 @llvm.usub.sat.i16(i16 %ha, i16 %hb)
  %z = zext i16 %r to i32
  ret i32 %z
}

define i32 @half_sadd_sat(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ha = trunc i32 %a to i16
  %hb = trunc i32 %b to i16
  %r = call i16 @llvm.sadd.sat.i16(i16 %ha, i16 %hb)
  %z = zext i16 %r to i32
  ret i32 %z
}

define i32 @half_ssub_sat(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ha = trunc i32 %a to i16
  %hb = trunc i32 %b to i16
  %r = call i16 @llvm.ssub.sat.i16(i16 %ha, i16 %hb)
  %z = zext i16 %r to i32
  ret i32 %z
}

define i32 @half_umin3(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ha = trunc i32 %a to i16
  %hb = trunc i32 %b to i16
  %hc = trunc i32 %c to i16
  %t = call i16 @llvm.umin.i16(i16 %ha, i16 %hb)
  %r = call i16 @llvm.umin.i16(i16 %t, i16 %hc)
  %z = zext i16 %r to i32
  ret i32 %z
}

define i32 @half_umax3(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ha = trunc i32 %a to i16
  %hb = trunc i32 %b to i16
  %hc = trunc i32 %c to i16
  %t = call i16 @llvm.umax.i16(i16 %ha, i16 %hb)
  %r = call i16 @llvm.umax.i16(i16 %t, i16 %hc)
  %z = zext i16 %r to i32
  ret i32 %z
}

define i32 @half_umed3(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ha = trunc i32 %a to i16
  %hb = trunc i32 %b to i16
  %hc = trunc i32 %c to i16
  %l = call i16 @llvm.umin.i16(i16 %ha, i16 %hb)
  %h = call i16 @llvm.umax.i16(i16 %ha, i16 %hb)
  %m = call i16 @llvm.umin.i16(i16 %h, i16 %hc)
  %r = call i16 @llvm.umax.i16(i16 %l, i16 %m)
  %z = zext i16 %r to i32
  ret i32 %z
}

define i32 @half_smin3(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ha = trunc i32 %a to i16
  %hb = trunc i32 %b to i16
  %hc = trunc i32 %c to i16
  %t = call i16 @llvm.smin.i16(i16 %ha, i16 %hb)
  %r = call i16 @llvm.smin.i16(i16 %t, i16 %hc)
  %z = zext i16 %r to i32
  ret i32 %z
}

define i32 @half_smax3(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ha = trunc i32 %a to i16
  %hb = trunc i32 %b to i16
  %hc = trunc i32 %c to i16
  %t = call i16 @llvm.smax.i16(i16 %ha, i16 %hb)
  %r = call i16 @llvm.smax.i16(i16 %t, i16 %hc)
  %z = zext i16 %r to i32
  ret i32 %z
}

define i32 @half_smed3(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ha = trunc i32 %a to i16
  %hb = trunc i32 %b to i16
  %hc = trunc i32 %c to i16
  %l = call i16 @llvm.smin.i16(i16 %ha, i16 %hb)
  %h = call i16 @llvm.smax.i16(i16 %ha, i16 %hb)
  %m = call i16 @llvm.smin.i16(i16 %h, i16 %hc)
  %r = call i16 @llvm.smax.i16(i16 %l, i16 %m)
  %z = zext i16 %r to i32
  ret i32 %z
}

define i32 @half_mad(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ha = trunc i32 %a to i16
  %hb = trunc i32 %b to i16
  %hc = trunc i32 %c to i16
  %m = mul i16 %ha, %hb
  %r = add i16 %m, %hc
  %z = zext i16 %r to i32
  ret i32 %z
}

define i32 @half_mad_high(i32 %a, i32 %b, i32 %c, i32 %d) {
  %sa = lshr i32 %a, 16
  %ha = trunc i32 %sa to i16
  %sb = lshr i32 %b, 16
  %hb = trunc i32 %sb to i16
  %sc = lshr i32 %c, 16
  %hc = trunc i32 %sc to i16
  %m = mul i16 %ha, %hb
  %r = add i16 %m, %hc
  %z = zext i16 %r to i32
  ret i32 %z
}

define i32 @half_sub_high(i32 %a, i32 %b, i32 %c, i32 %d) {
  %sa = lshr i32 %a, 16
  %ha = trunc i32 %sa to i16
  %sb = lshr i32 %b, 16
  %hb = trunc i32 %sb to i16
  %r = sub i16 %ha, %hb
  %z = zext i16 %r to i32
  ret i32 %z
}

define i32 @half_sadd_sat_high(i32 %a, i32 %b, i32 %c, i32 %d) {
  %sa = lshr i32 %a, 16
  %ha = trunc i32 %sa to i16
  %sb = lshr i32 %b, 16
  %hb = trunc i32 %sb to i16
  %r = call i16 @llvm.sadd.sat.i16(i16 %ha, i16 %hb)
  %z = zext i16 %r to i32
  ret i32 %z
}

define i32 @half_not(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ha = trunc i32 %a to i16
  %r = xor i16 %ha, -1
  %z = zext i16 %r to i32
  ret i32 %z
}

define i32 @half_and(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ha = trunc i32 %a to i16
  %hb = trunc i32 %b to i16
  %hc = trunc i32 %c to i16
  %m = and i16 %ha, %hb
  %r = add i16 %m, %hc
  %z = zext i16 %r to i32
  ret i32 %z
}

define i32 @half_or(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ha = trunc i32 %a to i16
  %hb = trunc i32 %b to i16
  %hc = trunc i32 %c to i16
  %m = or i16 %ha, %hb
  %r = add i16 %m, %hc
  %z = zext i16 %r to i32
  ret i32 %z
}

define i32 @half_xor(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ha = trunc i32 %a to i16
  %hb = trunc i32 %b to i16
  %hc = trunc i32 %c to i16
  %m = xor i16 %ha, %hb
  %r = add i16 %m, %hc
  %z = zext i16 %r to i32
  ret i32 %z
}

define i32 @half_chain(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ha = trunc i32 %a to i16
  %hb = trunc i32 %b to i16
  %hc = trunc i32 %c to i16
  %m = add i16 %ha, %hb
  %o = mul i16 %m, %hc
  %n = and i16 %ha, 15
  %r = lshr i16 %o, %n
  %z = zext i16 %r to i32
  ret i32 %z
}

define i32 @half_sext(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ha = trunc i32 %a to i16
  %hb = trunc i32 %b to i16
  %m = add i16 %ha, %hb
  %z = sext i16 %m to i32
  ret i32 %z
}

define i32 @half_wide_unsigned(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ha = trunc i32 %a to i16
  %hb = trunc i32 %b to i16
  %x = zext i16 %ha to i32
  %y = zext i16 %hb to i32
  %m = mul i32 %x, %y
  %z = add i32 %m, %c
  ret i32 %z
}

define i32 @half_wide_signed(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ha = trunc i32 %a to i16
  %hb = trunc i32 %b to i16
  %x = sext i16 %ha to i32
  %y = sext i16 %hb to i32
  %m = mul i32 %x, %y
  %z = add i32 %m, %c
  ret i32 %z
}

define i32 @pair_add(i32 %a, i32 %b, i32 %c, i32 %d) {
  %pa = bitcast i32 %a to <2 x i16>
  %pb = bitcast i32 %b to <2 x i16>
  %r = add <2 x i16> %pa, %pb
  %z = bitcast <2 x i16> %r to i32
  ret i32 %z
}

define i32 @pair_sub(i32 %a, i32 %b, i32 %c, i32 %d) {
  %pa = bitcast i32 %a to <2 x i16>
  %pb = bitcast i32 %b to <2 x i16>
  %r = sub <2 x i16> %pa, %pb
  %z = bitcast <2 x i16> %r to i32
  ret i32 %z
}

define i32 @pair_mul(i32 %a, i32 %b, i32 %c, i32 %d) {
  %pa = bitcast i32 %a to <2 x i16>
  %pb = bitcast i32 %b to <2 x i16>
  %r = mul <2 x i16> %pa, %pb
  %z = bitcast <2 x i16> %r to i32
  ret i32 %z
}

define i32 @pair_shl(i32 %a, i32 %b, i32 %c, i32 %d) {
  %pa = bitcast i32 %a to <2 x i16>
  %pb = bitcast i32 %b to <2 x i16>
  %n = and <2 x i16> %pb, splat (i16 15)
  %r = shl <2 x i16> %pa, %n
  %z = bitcast <2 x i16> %r to i32
  ret i32 %z
}

define i32 @pair_lshr(i32 %a, i32 %b, i32 %c, i32 %d) {
  %pa = bitcast i32 %a to <2 x i16>
  %pb = bitcast i32 %b to <2 x i16>
  %n = and <2 x i16> %pb, splat (i16 15)
  %r = lshr <2 x i16> %pa, %n
  %z = bitcast <2 x i16> %r to i32
  ret i32 %z
}

define i32 @pair_ashr(i32 %a, i32 %b, i32 %c, i32 %d) {
  %pa = bitcast i32 %a to <2 x i16>
  %pb = bitcast i32 %b to <2 x i16>
  %n = and <2 x i16> %pb, splat (i16 15)
  %r = ashr <2 x i16> %pa, %n
  %z = bitcast <2 x i16> %r to i32
  ret i32 %z
}

define i32 @pair_umin(i32 %a, i32 %b, i32 %c, i32 %d) {
  %pa = bitcast i32 %a to <2 x i16>
  %pb = bitcast i32 %b to <2 x i16>
  %r = call <2 x i16> @llvm.umin.v2i16(<2 x i16> %pa, <2 x i16> %pb)
  %z = bitcast <2 x i16> %r to i32
  ret i32 %z
}

define i32 @pair_umax(i32 %a, i32 %b, i32 %c, i32 %d) {
  %pa = bitcast i32 %a to <2 x i16>
  %pb = bitcast i32 %b to <2 x i16>
  %r = call <2 x i16> @llvm.umax.v2i16(<2 x i16> %pa, <2 x i16> %pb)
  %z = bitcast <2 x i16> %r to i32
  ret i32 %z
}

define i32 @pair_smin(i32 %a, i32 %b, i32 %c, i32 %d) {
  %pa = bitcast i32 %a to <2 x i16>
  %pb = bitcast i32 %b to <2 x i16>
  %r = call <2 x i16> @llvm.smin.v2i16(<2 x i16> %pa, <2 x i16> %pb)
  %z = bitcast <2 x i16> %r to i32
  ret i32 %z
}

define i32 @pair_smax(i32 %a, i32 %b, i32 %c, i32 %d) {
  %pa = bitcast i32 %a to <2 x i16>
  %pb = bitcast i32 %b to <2 x i16>
  %r = call <2 x i16> @llvm.smax.v2i16(<2 x i16> %pa, <2 x i16> %pb)
  %z = bitcast <2 x i16> %r to i32
  ret i32 %z
}

define i32 @pair_uadd_sat(i32 %a, i32 %b, i32 %c, i32 %d) {
  %pa = bitcast i32 %a to <2 x i16>
  %pb = bitcast i32 %b to <2 x i16>
  %r = call <2 x i16> @llvm.uadd.sat.v2i16(<2 x i16> %pa, <2 x i16> %pb)
  %z = bitcast <2 x i16> %r to i32
  ret i32 %z
}

define i32 @pair_usub_sat(i32 %a, i32 %b, i32 %c, i32 %d) {
  %pa = bitcast i32 %a to <2 x i16>
  %pb = bitcast i32 %b to <2 x i16>
  %r = call <2 x i16> @llvm.usub.sat.v2i16(<2 x i16> %pa, <2 x i16> %pb)
  %z = bitcast <2 x i16> %r to i32
  ret i32 %z
}

define i32 @pair_sadd_sat(i32 %a, i32 %b, i32 %c, i32 %d) {
  %pa = bitcast i32 %a to <2 x i16>
  %pb = bitcast i32 %b to <2 x i16>
  %r = call <2 x i16> @llvm.sadd.sat.v2i16(<2 x i16> %pa, <2 x i16> %pb)
  %z = bitcast <2 x i16> %r to i32
  ret i32 %z
}

define i32 @pair_ssub_sat(i32 %a, i32 %b, i32 %c, i32 %d) {
  %pa = bitcast i32 %a to <2 x i16>
  %pb = bitcast i32 %b to <2 x i16>
  %r = call <2 x i16> @llvm.ssub.sat.v2i16(<2 x i16> %pa, <2 x i16> %pb)
  %z = bitcast <2 x i16> %r to i32
  ret i32 %z
}

define i32 @pair_mad(i32 %a, i32 %b, i32 %c, i32 %d) {
  %pa = bitcast i32 %a to <2 x i16>
  %pb = bitcast i32 %b to <2 x i16>
  %pc = bitcast i32 %c to <2 x i16>
  %m = mul <2 x i16> %pa, %pb
  %r = add <2 x i16> %m, %pc
  %z = bitcast <2 x i16> %r to i32
  ret i32 %z
}

define i32 @pair_sub_swapped(i32 %a, i32 %b, i32 %c, i32 %d) {
  %pa = bitcast i32 %a to <2 x i16>
  %pb = bitcast i32 %b to <2 x i16>
  %s = shufflevector <2 x i16> %pb, <2 x i16> %pb, <2 x i32> <i32 1, i32 0>
  %r = sub <2 x i16> %pa, %s
  %z = bitcast <2 x i16> %r to i32
  ret i32 %z
}

define i32 @pair_sub_low(i32 %a, i32 %b, i32 %c, i32 %d) {
  %pa = bitcast i32 %a to <2 x i16>
  %pb = bitcast i32 %b to <2 x i16>
  %s = shufflevector <2 x i16> %pb, <2 x i16> %pb, <2 x i32> <i32 0, i32 0>
  %r = sub <2 x i16> %pa, %s
  %z = bitcast <2 x i16> %r to i32
  ret i32 %z
}

define i32 @pair_sub_high(i32 %a, i32 %b, i32 %c, i32 %d) {
  %pa = bitcast i32 %a to <2 x i16>
  %pb = bitcast i32 %b to <2 x i16>
  %s = shufflevector <2 x i16> %pb, <2 x i16> %pb, <2 x i32> <i32 1, i32 1>
  %r = sub <2 x i16> %pa, %s
  %z = bitcast <2 x i16> %r to i32
  ret i32 %z
}

define i32 @pair_usub_sat_swapped(i32 %a, i32 %b, i32 %c, i32 %d) {
  %pa = bitcast i32 %a to <2 x i16>
  %pb = bitcast i32 %b to <2 x i16>
  %s = shufflevector <2 x i16> %pa, <2 x i16> %pa, <2 x i32> <i32 1, i32 0>
  %r = call <2 x i16> @llvm.usub.sat.v2i16(<2 x i16> %s, <2 x i16> %pb)
  %z = bitcast <2 x i16> %r to i32
  ret i32 %z
}

define i32 @pair_mad_high(i32 %a, i32 %b, i32 %c, i32 %d) {
  %pa = bitcast i32 %a to <2 x i16>
  %pb = bitcast i32 %b to <2 x i16>
  %pc = bitcast i32 %c to <2 x i16>
  %s = shufflevector <2 x i16> %pc, <2 x i16> %pc, <2 x i32> <i32 1, i32 1>
  %m = mul <2 x i16> %pa, %pb
  %r = add <2 x i16> %m, %s
  %z = bitcast <2 x i16> %r to i32
  ret i32 %z
}

define i32 @dot4_uu(i32 %a, i32 %b, i32 %c, i32 %d) {
  %va = bitcast i32 %a to <4 x i8>
  %vb = bitcast i32 %b to <4 x i8>
  %a0 = extractelement <4 x i8> %va, i32 0
  %wa0 = zext i8 %a0 to i32
  %b0 = extractelement <4 x i8> %vb, i32 0
  %wb0 = zext i8 %b0 to i32
  %m0 = mul i32 %wa0, %wb0
  %s0 = add i32 %m0, %c
  %a1 = extractelement <4 x i8> %va, i32 1
  %wa1 = zext i8 %a1 to i32
  %b1 = extractelement <4 x i8> %vb, i32 1
  %wb1 = zext i8 %b1 to i32
  %m1 = mul i32 %wa1, %wb1
  %s1 = add i32 %m1, %s0
  %a2 = extractelement <4 x i8> %va, i32 2
  %wa2 = zext i8 %a2 to i32
  %b2 = extractelement <4 x i8> %vb, i32 2
  %wb2 = zext i8 %b2 to i32
  %m2 = mul i32 %wa2, %wb2
  %s2 = add i32 %m2, %s1
  %a3 = extractelement <4 x i8> %va, i32 3
  %wa3 = zext i8 %a3 to i32
  %b3 = extractelement <4 x i8> %vb, i32 3
  %wb3 = zext i8 %b3 to i32
  %m3 = mul i32 %wa3, %wb3
  %s3 = add i32 %m3, %s2
  ret i32 %s3
}

define i32 @dot4_ss(i32 %a, i32 %b, i32 %c, i32 %d) {
  %va = bitcast i32 %a to <4 x i8>
  %vb = bitcast i32 %b to <4 x i8>
  %a0 = extractelement <4 x i8> %va, i32 0
  %wa0 = sext i8 %a0 to i32
  %b0 = extractelement <4 x i8> %vb, i32 0
  %wb0 = sext i8 %b0 to i32
  %m0 = mul i32 %wa0, %wb0
  %s0 = add i32 %m0, %c
  %a1 = extractelement <4 x i8> %va, i32 1
  %wa1 = sext i8 %a1 to i32
  %b1 = extractelement <4 x i8> %vb, i32 1
  %wb1 = sext i8 %b1 to i32
  %m1 = mul i32 %wa1, %wb1
  %s1 = add i32 %m1, %s0
  %a2 = extractelement <4 x i8> %va, i32 2
  %wa2 = sext i8 %a2 to i32
  %b2 = extractelement <4 x i8> %vb, i32 2
  %wb2 = sext i8 %b2 to i32
  %m2 = mul i32 %wa2, %wb2
  %s2 = add i32 %m2, %s1
  %a3 = extractelement <4 x i8> %va, i32 3
  %wa3 = sext i8 %a3 to i32
  %b3 = extractelement <4 x i8> %vb, i32 3
  %wb3 = sext i8 %b3 to i32
  %m3 = mul i32 %wa3, %wb3
  %s3 = add i32 %m3, %s2
  ret i32 %s3
}

define i32 @dot4_su(i32 %a, i32 %b, i32 %c, i32 %d) {
  %va = bitcast i32 %a to <4 x i8>
  %vb = bitcast i32 %b to <4 x i8>
  %a0 = extractelement <4 x i8> %va, i32 0
  %wa0 = sext i8 %a0 to i32
  %b0 = extractelement <4 x i8> %vb, i32 0
  %wb0 = zext i8 %b0 to i32
  %m0 = mul i32 %wa0, %wb0
  %s0 = add i32 %m0, %c
  %a1 = extractelement <4 x i8> %va, i32 1
  %wa1 = sext i8 %a1 to i32
  %b1 = extractelement <4 x i8> %vb, i32 1
  %wb1 = zext i8 %b1 to i32
  %m1 = mul i32 %wa1, %wb1
  %s1 = add i32 %m1, %s0
  %a2 = extractelement <4 x i8> %va, i32 2
  %wa2 = sext i8 %a2 to i32
  %b2 = extractelement <4 x i8> %vb, i32 2
  %wb2 = zext i8 %b2 to i32
  %m2 = mul i32 %wa2, %wb2
  %s2 = add i32 %m2, %s1
  %a3 = extractelement <4 x i8> %va, i32 3
  %wa3 = sext i8 %a3 to i32
  %b3 = extractelement <4 x i8> %vb, i32 3
  %wb3 = zext i8 %b3 to i32
  %m3 = mul i32 %wa3, %wb3
  %s3 = add i32 %m3, %s2
  ret i32 %s3
}

define i32 @dot4_us(i32 %a, i32 %b, i32 %c, i32 %d) {
  %va = bitcast i32 %a to <4 x i8>
  %vb = bitcast i32 %b to <4 x i8>
  %a0 = extractelement <4 x i8> %va, i32 0
  %wa0 = zext i8 %a0 to i32
  %b0 = extractelement <4 x i8> %vb, i32 0
  %wb0 = sext i8 %b0 to i32
  %m0 = mul i32 %wa0, %wb0
  %s0 = add i32 %m0, %c
  %a1 = extractelement <4 x i8> %va, i32 1
  %wa1 = zext i8 %a1 to i32
  %b1 = extractelement <4 x i8> %vb, i32 1
  %wb1 = sext i8 %b1 to i32
  %m1 = mul i32 %wa1, %wb1
  %s1 = add i32 %m1, %s0
  %a2 = extractelement <4 x i8> %va, i32 2
  %wa2 = zext i8 %a2 to i32
  %b2 = extractelement <4 x i8> %vb, i32 2
  %wb2 = sext i8 %b2 to i32
  %m2 = mul i32 %wa2, %wb2
  %s2 = add i32 %m2, %s1
  %a3 = extractelement <4 x i8> %va, i32 3
  %wa3 = zext i8 %a3 to i32
  %b3 = extractelement <4 x i8> %vb, i32 3
  %wb3 = sext i8 %b3 to i32
  %m3 = mul i32 %wa3, %wb3
  %s3 = add i32 %m3, %s2
  ret i32 %s3
}

define i32 @dot8_uu(i32 %a, i32 %b, i32 %c, i32 %d) {
  %va = bitcast i32 %a to <8 x i4>
  %vb = bitcast i32 %b to <8 x i4>
  %a0 = extractelement <8 x i4> %va, i32 0
  %wa0 = zext i4 %a0 to i32
  %b0 = extractelement <8 x i4> %vb, i32 0
  %wb0 = zext i4 %b0 to i32
  %m0 = mul i32 %wa0, %wb0
  %s0 = add i32 %m0, %c
  %a1 = extractelement <8 x i4> %va, i32 1
  %wa1 = zext i4 %a1 to i32
  %b1 = extractelement <8 x i4> %vb, i32 1
  %wb1 = zext i4 %b1 to i32
  %m1 = mul i32 %wa1, %wb1
  %s1 = add i32 %m1, %s0
  %a2 = extractelement <8 x i4> %va, i32 2
  %wa2 = zext i4 %a2 to i32
  %b2 = extractelement <8 x i4> %vb, i32 2
  %wb2 = zext i4 %b2 to i32
  %m2 = mul i32 %wa2, %wb2
  %s2 = add i32 %m2, %s1
  %a3 = extractelement <8 x i4> %va, i32 3
  %wa3 = zext i4 %a3 to i32
  %b3 = extractelement <8 x i4> %vb, i32 3
  %wb3 = zext i4 %b3 to i32
  %m3 = mul i32 %wa3, %wb3
  %s3 = add i32 %m3, %s2
  %a4 = extractelement <8 x i4> %va, i32 4
  %wa4 = zext i4 %a4 to i32
  %b4 = extractelement <8 x i4> %vb, i32 4
  %wb4 = zext i4 %b4 to i32
  %m4 = mul i32 %wa4, %wb4
  %s4 = add i32 %m4, %s3
  %a5 = extractelement <8 x i4> %va, i32 5
  %wa5 = zext i4 %a5 to i32
  %b5 = extractelement <8 x i4> %vb, i32 5
  %wb5 = zext i4 %b5 to i32
  %m5 = mul i32 %wa5, %wb5
  %s5 = add i32 %m5, %s4
  %a6 = extractelement <8 x i4> %va, i32 6
  %wa6 = zext i4 %a6 to i32
  %b6 = extractelement <8 x i4> %vb, i32 6
  %wb6 = zext i4 %b6 to i32
  %m6 = mul i32 %wa6, %wb6
  %s6 = add i32 %m6, %s5
  %a7 = extractelement <8 x i4> %va, i32 7
  %wa7 = zext i4 %a7 to i32
  %b7 = extractelement <8 x i4> %vb, i32 7
  %wb7 = zext i4 %b7 to i32
  %m7 = mul i32 %wa7, %wb7
  %s7 = add i32 %m7, %s6
  ret i32 %s7
}

define i32 @dot8_ss(i32 %a, i32 %b, i32 %c, i32 %d) {
  %va = bitcast i32 %a to <8 x i4>
  %vb = bitcast i32 %b to <8 x i4>
  %a0 = extractelement <8 x i4> %va, i32 0
  %wa0 = sext i4 %a0 to i32
  %b0 = extractelement <8 x i4> %vb, i32 0
  %wb0 = sext i4 %b0 to i32
  %m0 = mul i32 %wa0, %wb0
  %s0 = add i32 %m0, %c
  %a1 = extractelement <8 x i4> %va, i32 1
  %wa1 = sext i4 %a1 to i32
  %b1 = extractelement <8 x i4> %vb, i32 1
  %wb1 = sext i4 %b1 to i32
  %m1 = mul i32 %wa1, %wb1
  %s1 = add i32 %m1, %s0
  %a2 = extractelement <8 x i4> %va, i32 2
  %wa2 = sext i4 %a2 to i32
  %b2 = extractelement <8 x i4> %vb, i32 2
  %wb2 = sext i4 %b2 to i32
  %m2 = mul i32 %wa2, %wb2
  %s2 = add i32 %m2, %s1
  %a3 = extractelement <8 x i4> %va, i32 3
  %wa3 = sext i4 %a3 to i32
  %b3 = extractelement <8 x i4> %vb, i32 3
  %wb3 = sext i4 %b3 to i32
  %m3 = mul i32 %wa3, %wb3
  %s3 = add i32 %m3, %s2
  %a4 = extractelement <8 x i4> %va, i32 4
  %wa4 = sext i4 %a4 to i32
  %b4 = extractelement <8 x i4> %vb, i32 4
  %wb4 = sext i4 %b4 to i32
  %m4 = mul i32 %wa4, %wb4
  %s4 = add i32 %m4, %s3
  %a5 = extractelement <8 x i4> %va, i32 5
  %wa5 = sext i4 %a5 to i32
  %b5 = extractelement <8 x i4> %vb, i32 5
  %wb5 = sext i4 %b5 to i32
  %m5 = mul i32 %wa5, %wb5
  %s5 = add i32 %m5, %s4
  %a6 = extractelement <8 x i4> %va, i32 6
  %wa6 = sext i4 %a6 to i32
  %b6 = extractelement <8 x i4> %vb, i32 6
  %wb6 = sext i4 %b6 to i32
  %m6 = mul i32 %wa6, %wb6
  %s6 = add i32 %m6, %s5
  %a7 = extractelement <8 x i4> %va, i32 7
  %wa7 = sext i4 %a7 to i32
  %b7 = extractelement <8 x i4> %vb, i32 7
  %wb7 = sext i4 %b7 to i32
  %m7 = mul i32 %wa7, %wb7
  %s7 = add i32 %m7, %s6
  ret i32 %s7
}

define i32 @dot8_su(i32 %a, i32 %b, i32 %c, i32 %d) {
  %va = bitcast i32 %a to <8 x i4>
  %vb = bitcast i32 %b to <8 x i4>
  %a0 = extractelement <8 x i4> %va, i32 0
  %wa0 = sext i4 %a0 to i32
  %b0 = extractelement <8 x i4> %vb, i32 0
  %wb0 = zext i4 %b0 to i32
  %m0 = mul i32 %wa0, %wb0
  %s0 = add i32 %m0, %c
  %a1 = extractelement <8 x i4> %va, i32 1
  %wa1 = sext i4 %a1 to i32
  %b1 = extractelement <8 x i4> %vb, i32 1
  %wb1 = zext i4 %b1 to i32
  %m1 = mul i32 %wa1, %wb1
  %s1 = add i32 %m1, %s0
  %a2 = extractelement <8 x i4> %va, i32 2
  %wa2 = sext i4 %a2 to i32
  %b2 = extractelement <8 x i4> %vb, i32 2
  %wb2 = zext i4 %b2 to i32
  %m2 = mul i32 %wa2, %wb2
  %s2 = add i32 %m2, %s1
  %a3 = extractelement <8 x i4> %va, i32 3
  %wa3 = sext i4 %a3 to i32
  %b3 = extractelement <8 x i4> %vb, i32 3
  %wb3 = zext i4 %b3 to i32
  %m3 = mul i32 %wa3, %wb3
  %s3 = add i32 %m3, %s2
  %a4 = extractelement <8 x i4> %va, i32 4
  %wa4 = sext i4 %a4 to i32
  %b4 = extractelement <8 x i4> %vb, i32 4
  %wb4 = zext i4 %b4 to i32
  %m4 = mul i32 %wa4, %wb4
  %s4 = add i32 %m4, %s3
  %a5 = extractelement <8 x i4> %va, i32 5
  %wa5 = sext i4 %a5 to i32
  %b5 = extractelement <8 x i4> %vb, i32 5
  %wb5 = zext i4 %b5 to i32
  %m5 = mul i32 %wa5, %wb5
  %s5 = add i32 %m5, %s4
  %a6 = extractelement <8 x i4> %va, i32 6
  %wa6 = sext i4 %a6 to i32
  %b6 = extractelement <8 x i4> %vb, i32 6
  %wb6 = zext i4 %b6 to i32
  %m6 = mul i32 %wa6, %wb6
  %s6 = add i32 %m6, %s5
  %a7 = extractelement <8 x i4> %va, i32 7
  %wa7 = sext i4 %a7 to i32
  %b7 = extractelement <8 x i4> %vb, i32 7
  %wb7 = zext i4 %b7 to i32
  %m7 = mul i32 %wa7, %wb7
  %s7 = add i32 %m7, %s6
  ret i32 %s7
}

define i32 @dot8_us(i32 %a, i32 %b, i32 %c, i32 %d) {
  %va = bitcast i32 %a to <8 x i4>
  %vb = bitcast i32 %b to <8 x i4>
  %a0 = extractelement <8 x i4> %va, i32 0
  %wa0 = zext i4 %a0 to i32
  %b0 = extractelement <8 x i4> %vb, i32 0
  %wb0 = sext i4 %b0 to i32
  %m0 = mul i32 %wa0, %wb0
  %s0 = add i32 %m0, %c
  %a1 = extractelement <8 x i4> %va, i32 1
  %wa1 = zext i4 %a1 to i32
  %b1 = extractelement <8 x i4> %vb, i32 1
  %wb1 = sext i4 %b1 to i32
  %m1 = mul i32 %wa1, %wb1
  %s1 = add i32 %m1, %s0
  %a2 = extractelement <8 x i4> %va, i32 2
  %wa2 = zext i4 %a2 to i32
  %b2 = extractelement <8 x i4> %vb, i32 2
  %wb2 = sext i4 %b2 to i32
  %m2 = mul i32 %wa2, %wb2
  %s2 = add i32 %m2, %s1
  %a3 = extractelement <8 x i4> %va, i32 3
  %wa3 = zext i4 %a3 to i32
  %b3 = extractelement <8 x i4> %vb, i32 3
  %wb3 = sext i4 %b3 to i32
  %m3 = mul i32 %wa3, %wb3
  %s3 = add i32 %m3, %s2
  %a4 = extractelement <8 x i4> %va, i32 4
  %wa4 = zext i4 %a4 to i32
  %b4 = extractelement <8 x i4> %vb, i32 4
  %wb4 = sext i4 %b4 to i32
  %m4 = mul i32 %wa4, %wb4
  %s4 = add i32 %m4, %s3
  %a5 = extractelement <8 x i4> %va, i32 5
  %wa5 = zext i4 %a5 to i32
  %b5 = extractelement <8 x i4> %vb, i32 5
  %wb5 = sext i4 %b5 to i32
  %m5 = mul i32 %wa5, %wb5
  %s5 = add i32 %m5, %s4
  %a6 = extractelement <8 x i4> %va, i32 6
  %wa6 = zext i4 %a6 to i32
  %b6 = extractelement <8 x i4> %vb, i32 6
  %wb6 = sext i4 %b6 to i32
  %m6 = mul i32 %wa6, %wb6
  %s6 = add i32 %m6, %s5
  %a7 = extractelement <8 x i4> %va, i32 7
  %wa7 = zext i4 %a7 to i32
  %b7 = extractelement <8 x i4> %vb, i32 7
  %wb7 = sext i4 %b7 to i32
  %m7 = mul i32 %wa7, %wb7
  %s7 = add i32 %m7, %s6
  ret i32 %s7
}

define i32 @dot2_uu(i32 %a, i32 %b, i32 %c, i32 %d) {
  %va = bitcast i32 %a to <2 x i16>
  %vb = bitcast i32 %b to <2 x i16>
  %a0 = extractelement <2 x i16> %va, i32 0
  %wa0 = zext i16 %a0 to i32
  %b0 = extractelement <2 x i16> %vb, i32 0
  %wb0 = zext i16 %b0 to i32
  %m0 = mul i32 %wa0, %wb0
  %s0 = add i32 %m0, %c
  %a1 = extractelement <2 x i16> %va, i32 1
  %wa1 = zext i16 %a1 to i32
  %b1 = extractelement <2 x i16> %vb, i32 1
  %wb1 = zext i16 %b1 to i32
  %m1 = mul i32 %wa1, %wb1
  %s1 = add i32 %m1, %s0
  ret i32 %s1
}

define i32 @dot2_ss(i32 %a, i32 %b, i32 %c, i32 %d) {
  %va = bitcast i32 %a to <2 x i16>
  %vb = bitcast i32 %b to <2 x i16>
  %a0 = extractelement <2 x i16> %va, i32 0
  %wa0 = sext i16 %a0 to i32
  %b0 = extractelement <2 x i16> %vb, i32 0
  %wb0 = sext i16 %b0 to i32
  %m0 = mul i32 %wa0, %wb0
  %s0 = add i32 %m0, %c
  %a1 = extractelement <2 x i16> %va, i32 1
  %wa1 = sext i16 %a1 to i32
  %b1 = extractelement <2 x i16> %vb, i32 1
  %wb1 = sext i16 %b1 to i32
  %m1 = mul i32 %wa1, %wb1
  %s1 = add i32 %m1, %s0
  ret i32 %s1
}

declare i16 @llvm.umin.i16(i16, i16)
declare <2 x i16> @llvm.umin.v2i16(<2 x i16>, <2 x i16>)
declare i16 @llvm.umax.i16(i16, i16)
declare <2 x i16> @llvm.umax.v2i16(<2 x i16>, <2 x i16>)
declare i16 @llvm.smin.i16(i16, i16)
declare <2 x i16> @llvm.smin.v2i16(<2 x i16>, <2 x i16>)
declare i16 @llvm.smax.i16(i16, i16)
declare <2 x i16> @llvm.smax.v2i16(<2 x i16>, <2 x i16>)
declare i16 @llvm.uadd.sat.i16(i16, i16)
declare <2 x i16> @llvm.uadd.sat.v2i16(<2 x i16>, <2 x i16>)
declare i16 @llvm.usub.sat.i16(i16, i16)
declare <2 x i16> @llvm.usub.sat.v2i16(<2 x i16>, <2 x i16>)
declare i16 @llvm.sadd.sat.i16(i16, i16)
declare <2 x i16> @llvm.sadd.sat.v2i16(<2 x i16>, <2 x i16>)
declare i16 @llvm.ssub.sat.i16(i16, i16)
declare <2 x i16> @llvm.ssub.sat.v2i16(<2 x i16>, <2 x i16>)
