; One operation a function on halves, pairs of halves and mixes of halves and singles:
; what LLVM selects for it must compute the same as the rows say. Inputs are finite.
target triple = "amdgcn-amd-amdhsa"

define i32 @half_fadd(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ta = trunc i32 %a to i16
  %aa = bitcast i16 %ta to half
  %tb = trunc i32 %b to i16
  %bb = bitcast i16 %tb to half
  %r = fadd half %aa, %bb
  %z = bitcast half %r to i16
  %x = zext i16 %z to i32
  ret i32 %x
}

define i32 @pair_fadd(i32 %a, i32 %b, i32 %c, i32 %d) {
  %aa = bitcast i32 %a to <2 x half>
  %bb = bitcast i32 %b to <2 x half>
  %r = fadd <2 x half> %aa, %bb
  %x = bitcast <2 x half> %r to i32
  ret i32 %x
}

define i32 @half_fadd_high(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ua = lshr i32 %a, 16
  %ta = trunc i32 %ua to i16
  %aa = bitcast i16 %ta to half
  %tb = trunc i32 %b to i16
  %bb = bitcast i16 %tb to half
  %r = fadd half %aa, %bb
  %z = bitcast half %r to i16
  %x = zext i16 %z to i32
  ret i32 %x
}

define i32 @half_fadd_literal(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ta = trunc i32 %a to i16
  %aa = bitcast i16 %ta to half
  %r = fadd half 0xH4248, %aa
  %z = bitcast half %r to i16
  %x = zext i16 %z to i32
  ret i32 %x
}

define i32 @half_fsub(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ta = trunc i32 %a to i16
  %aa = bitcast i16 %ta to half
  %tb = trunc i32 %b to i16
  %bb = bitcast i16 %tb to half
  %r = fsub half %aa, %bb
  %z = bitcast half %r to i16
  %x = zext i16 %z to i32
  ret i32 %x
}

define i32 @pair_fsub(i32 %a, i32 %b, i32 %c, i32 %d) {
  %aa = bitcast i32 %a to <2 x half>
  %bb = bitcast i32 %b to <2 x half>
  %r = fsub <2 x half> %aa, %bb
  %x = bitcast <2 x half> %r to i32
  ret i32 %x
}

define i32 @half_fsub_high(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ua = lshr i32 %a, 16
  %ta = trunc i32 %ua to i16
  %aa = bitcast i16 %ta to half
  %tb = trunc i32 %b to i16
  %bb = bitcast i16 %tb to half
  %r = fsub half %aa, %bb
  %z = bitcast half %r to i16
  %x = zext i16 %z to i32
  ret i32 %x
}

define i32 @half_fsub_literal(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ta = trunc i32 %a to i16
  %aa = bitcast i16 %ta to half
  %r = fsub half 0xH4248, %aa
  %z = bitcast half %r to i16
  %x = zext i16 %z to i32
  ret i32 %x
}

define i32 @half_fmul(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ta = trunc i32 %a to i16
  %aa = bitcast i16 %ta to half
  %tb = trunc i32 %b to i16
  %bb = bitcast i16 %tb to half
  %r = fmul half %aa, %bb
  %z = bitcast half %r to i16
  %x = zext i16 %z to i32
  ret i32 %x
}

define i32 @pair_fmul(i32 %a, i32 %b, i32 %c, i32 %d) {
  %aa = bitcast i32 %a to <2 x half>
  %bb = bitcast i32 %b to <2 x half>
  %r = fmul <2 x half> %aa, %bb
  %x = bitcast <2 x half> %r to i32
  ret i32 %x
}

define i32 @half_fmul_high(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ua = lshr i32 %a, 16
  %ta = trunc i32 %ua to i16
  %aa = bitcast i16 %ta to half
  %tb = trunc i32 %b to i16
  %bb = bitcast i16 %tb to half
  %r = fmul half %aa, %bb
  %z = bitcast half %r to i16
  %x = zext i16 %z to i32
  ret i32 %x
}

define i32 @half_fmul_literal(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ta = trunc i32 %a to i16
  %aa = bitcast i16 %ta to half
  %r = fmul half 0xH4248, %aa
  %z = bitcast half %r to i16
  %x = zext i16 %z to i32
  ret i32 %x
}

define i32 @half_minimumnum(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ta = trunc i32 %a to i16
  %aa = bitcast i16 %ta to half
  %tb = trunc i32 %b to i16
  %bb = bitcast i16 %tb to half
  %r = call half @llvm.minimumnum.f16(half %aa, half %bb)
  %z = bitcast half %r to i16
  %x = zext i16 %z to i32
  ret i32 %x
}

define i32 @pair_minimumnum(i32 %a, i32 %b, i32 %c, i32 %d) {
  %aa = bitcast i32 %a to <2 x half>
  %bb = bitcast i32 %b to <2 x half>
  %r = call <2 x half> @llvm.minimumnum.v2f16(<2 x half> %aa, <2 x half> %bb)
  %x = bitcast <2 x half> %r to i32
  ret i32 %x
}

define i32 @half_minimumnum3(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ta = trunc i32 %a to i16
  %aa = bitcast i16 %ta to half
  %tb = trunc i32 %b to i16
  %bb = bitcast i16 %tb to half
  %tc = trunc i32 %c to i16
  %cc = bitcast i16 %tc to half
  %m = call half @llvm.minimumnum.f16(half %aa, half %bb)
  %r = call half @llvm.minimumnum.f16(half %m, half %cc)
  %z = bitcast half %r to i16
  %x = zext i16 %z to i32
  ret i32 %x
}

define i32 @half_maximumnum(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ta = trunc i32 %a to i16
  %aa = bitcast i16 %ta to half
  %tb = trunc i32 %b to i16
  %bb = bitcast i16 %tb to half
  %r = call half @llvm.maximumnum.f16(half %aa, half %bb)
  %z = bitcast half %r to i16
  %x = zext i16 %z to i32
  ret i32 %x
}

define i32 @pair_maximumnum(i32 %a, i32 %b, i32 %c, i32 %d) {
  %aa = bitcast i32 %a to <2 x half>
  %bb = bitcast i32 %b to <2 x half>
  %r = call <2 x half> @llvm.maximumnum.v2f16(<2 x half> %aa, <2 x half> %bb)
  %x = bitcast <2 x half> %r to i32
  ret i32 %x
}

define i32 @half_maximumnum3(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ta = trunc i32 %a to i16
  %aa = bitcast i16 %ta to half
  %tb = trunc i32 %b to i16
  %bb = bitcast i16 %tb to half
  %tc = trunc i32 %c to i16
  %cc = bitcast i16 %tc to half
  %m = call half @llvm.maximumnum.f16(half %aa, half %bb)
  %r = call half @llvm.maximumnum.f16(half %m, half %cc)
  %z = bitcast half %r to i16
  %x = zext i16 %z to i32
  ret i32 %x
}

define i32 @half_med3(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ta = trunc i32 %a to i16
  %aa = bitcast i16 %ta to half
  %tb = trunc i32 %b to i16
  %bb = bitcast i16 %tb to half
  %tc = trunc i32 %c to i16
  %cc = bitcast i16 %tc to half
  %m = call half @llvm.minimumnum.f16(half %aa, half %bb)
  %n = call half @llvm.maximumnum.f16(half %aa, half %bb)
  %o = call half @llvm.minimumnum.f16(half %n, half %cc)
  %r = call half @llvm.maximumnum.f16(half %m, half %o)
  %z = bitcast half %r to i16
  %x = zext i16 %z to i32
  ret i32 %x
}

define i32 @half_minmax(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ta = trunc i32 %a to i16
  %aa = bitcast i16 %ta to half
  %tb = trunc i32 %b to i16
  %bb = bitcast i16 %tb to half
  %tc = trunc i32 %c to i16
  %cc = bitcast i16 %tc to half
  %m = call half @llvm.minimumnum.f16(half %aa, half %bb)
  %r = call half @llvm.maximumnum.f16(half %m, half %cc)
  %z = bitcast half %r to i16
  %x = zext i16 %z to i32
  ret i32 %x
}

define i32 @half_maxmin(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ta = trunc i32 %a to i16
  %aa = bitcast i16 %ta to half
  %tb = trunc i32 %b to i16
  %bb = bitcast i16 %tb to half
  %tc = trunc i32 %c to i16
  %cc = bitcast i16 %tc to half
  %m = call half @llvm.maximumnum.f16(half %aa, half %bb)
  %r = call half @llvm.minimumnum.f16(half %m, half %cc)
  %z = bitcast half %r to i16
  %x = zext i16 %z to i32
  ret i32 %x
}

define i32 @half_fma(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ta = trunc i32 %a to i16
  %aa = bitcast i16 %ta to half
  %tb = trunc i32 %b to i16
  %bb = bitcast i16 %tb to half
  %tc = trunc i32 %c to i16
  %cc = bitcast i16 %tc to half
  %r = call half @llvm.fma.f16(half %aa, half %bb, half %cc)
  %z = bitcast half %r to i16
  %x = zext i16 %z to i32
  ret i32 %x
}

define i32 @half_fma_same(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ta = trunc i32 %a to i16
  %aa = bitcast i16 %ta to half
  %tb = trunc i32 %b to i16
  %bb = bitcast i16 %tb to half
  %r = call half @llvm.fma.f16(half %aa, half %bb, half %bb)
  %z = bitcast half %r to i16
  %x = zext i16 %z to i32
  ret i32 %x
}

define i32 @half_fma_addend(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ta = trunc i32 %a to i16
  %aa = bitcast i16 %ta to half
  %tb = trunc i32 %b to i16
  %bb = bitcast i16 %tb to half
  %r = call half @llvm.fma.f16(half %aa, half %bb, half 0xH4248)
  %z = bitcast half %r to i16
  %x = zext i16 %z to i32
  ret i32 %x
}

define i32 @half_fma_factor(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ta = trunc i32 %a to i16
  %aa = bitcast i16 %ta to half
  %tb = trunc i32 %b to i16
  %bb = bitcast i16 %tb to half
  %r = call half @llvm.fma.f16(half %aa, half 0xH4248, half %bb)
  %z = bitcast half %r to i16
  %x = zext i16 %z to i32
  ret i32 %x
}

define i32 @half_fma_high(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ua = lshr i32 %a, 16
  %ta = trunc i32 %ua to i16
  %aa = bitcast i16 %ta to half
  %ub = lshr i32 %b, 16
  %tb = trunc i32 %ub to i16
  %bb = bitcast i16 %tb to half
  %tc = trunc i32 %c to i16
  %cc = bitcast i16 %tc to half
  %r = call half @llvm.fma.f16(half %aa, half %bb, half %cc)
  %z = bitcast half %r to i16
  %x = zext i16 %z to i32
  ret i32 %x
}

define i32 @pair_fma(i32 %a, i32 %b, i32 %c, i32 %d) {
  %aa = bitcast i32 %a to <2 x half>
  %bb = bitcast i32 %b to <2 x half>
  %cc = bitcast i32 %c to <2 x half>
  %r = call <2 x half> @llvm.fma.v2f16(<2 x half> %aa, <2 x half> %bb, <2 x half> %cc)
  %x = bitcast <2 x half> %r to i32
  ret i32 %x
}

define i32 @half_neg_fma(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ta = trunc i32 %a to i16
  %aa = bitcast i16 %ta to half
  %tb = trunc i32 %b to i16
  %bb = bitcast i16 %tb to half
  %tc = trunc i32 %c to i16
  %cc = bitcast i16 %tc to half
  %n = fneg half %aa
  %m = fneg half %cc
  %r = call half @llvm.fma.f16(half %n, half %bb, half %m)
  %z = bitcast half %r to i16
  %x = zext i16 %z to i32
  ret i32 %x
}

define i32 @half_ceil(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ta = trunc i32 %a to i16
  %aa = bitcast i16 %ta to half
  %r = call half @llvm.ceil.f16(half %aa)
  %z = bitcast half %r to i16
  %x = zext i16 %z to i32
  ret i32 %x
}

define i32 @half_floor(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ta = trunc i32 %a to i16
  %aa = bitcast i16 %ta to half
  %r = call half @llvm.floor.f16(half %aa)
  %z = bitcast half %r to i16
  %x = zext i16 %z to i32
  ret i32 %x
}

define i32 @half_trunc(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ta = trunc i32 %a to i16
  %aa = bitcast i16 %ta to half
  %r = call half @llvm.trunc.f16(half %aa)
  %z = bitcast half %r to i16
  %x = zext i16 %z to i32
  ret i32 %x
}

define i32 @half_roundeven(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ta = trunc i32 %a to i16
  %aa = bitcast i16 %ta to half
  %r = call half @llvm.roundeven.f16(half %aa)
  %z = bitcast half %r to i16
  %x = zext i16 %z to i32
  ret i32 %x
}

define i32 @half_fabs(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ta = trunc i32 %a to i16
  %aa = bitcast i16 %ta to half
  %r = call half @llvm.fabs.f16(half %aa)
  %z = bitcast half %r to i16
  %x = zext i16 %z to i32
  ret i32 %x
}

define i32 @half_neg(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ta = trunc i32 %a to i16
  %aa = bitcast i16 %ta to half
  %r = fneg half %aa
  %z = bitcast half %r to i16
  %x = zext i16 %z to i32
  ret i32 %x
}

define i32 @half_add_abs(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ta = trunc i32 %a to i16
  %aa = bitcast i16 %ta to half
  %tb = trunc i32 %b to i16
  %bb = bitcast i16 %tb to half
  %n = call half @llvm.fabs.f16(half %aa)
  %r = fadd half %n, %bb
  %z = bitcast half %r to i16
  %x = zext i16 %z to i32
  ret i32 %x
}

define i32 @half_add_negabs(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ta = trunc i32 %a to i16
  %aa = bitcast i16 %ta to half
  %tb = trunc i32 %b to i16
  %bb = bitcast i16 %tb to half
  %n = call half @llvm.fabs.f16(half %aa)
  %m = fneg half %n
  %r = fadd half %m, %bb
  %z = bitcast half %r to i16
  %x = zext i16 %z to i32
  ret i32 %x
}

define i32 @half_mul_neg(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ta = trunc i32 %a to i16
  %aa = bitcast i16 %ta to half
  %tb = trunc i32 %b to i16
  %bb = bitcast i16 %tb to half
  %m = fneg half %aa
  %r = fmul half %m, %bb
  %z = bitcast half %r to i16
  %x = zext i16 %z to i32
  ret i32 %x
}

define i32 @half_clamp(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ta = trunc i32 %a to i16
  %aa = bitcast i16 %ta to half
  %tb = trunc i32 %b to i16
  %bb = bitcast i16 %tb to half
  %s = fadd nnan half %aa, %bb
  %m = call half @llvm.maximumnum.f16(half %s, half 0.0)
  %r = call half @llvm.minimumnum.f16(half %m, half 1.0)
  %z = bitcast half %r to i16
  %x = zext i16 %z to i32
  ret i32 %x
}

define i32 @pair_clamp(i32 %a, i32 %b, i32 %c, i32 %d) {
  %aa = bitcast i32 %a to <2 x half>
  %bb = bitcast i32 %b to <2 x half>
  %s = fadd nnan <2 x half> %aa, %bb
  %m = call <2 x half> @llvm.maximumnum.v2f16(<2 x half> %s, <2 x half> zeroinitializer)
  %r = call <2 x half> @llvm.minimumnum.v2f16(<2 x half> %m, <2 x half> <half 1.0, half 1.0>)
  %x = bitcast <2 x half> %r to i32
  ret i32 %x
}

define i32 @pair_add_swapped(i32 %a, i32 %b, i32 %c, i32 %d) {
  %aa = bitcast i32 %a to <2 x half>
  %bb = bitcast i32 %b to <2 x half>
  %s = shufflevector <2 x half> %aa, <2 x half> poison, <2 x i32> <i32 1, i32 0>
  %r = fadd <2 x half> %s, %bb
  %x = bitcast <2 x half> %r to i32
  ret i32 %x
}

define i32 @pair_mul_low(i32 %a, i32 %b, i32 %c, i32 %d) {
  %aa = bitcast i32 %a to <2 x half>
  %bb = bitcast i32 %b to <2 x half>
  %s = shufflevector <2 x half> %aa, <2 x half> poison, <2 x i32> zeroinitializer
  %r = fmul <2 x half> %s, %bb
  %x = bitcast <2 x half> %r to i32
  ret i32 %x
}

define i32 @pair_mul_high(i32 %a, i32 %b, i32 %c, i32 %d) {
  %aa = bitcast i32 %a to <2 x half>
  %bb = bitcast i32 %b to <2 x half>
  %s = shufflevector <2 x half> %aa, <2 x half> poison, <2 x i32> <i32 1, i32 1>
  %r = fmul <2 x half> %s, %bb
  %x = bitcast <2 x half> %r to i32
  ret i32 %x
}

define i32 @pair_add_neg(i32 %a, i32 %b, i32 %c, i32 %d) {
  %aa = bitcast i32 %a to <2 x half>
  %bb = bitcast i32 %b to <2 x half>
  %s = fneg <2 x half> %aa
  %r = fadd <2 x half> %s, %bb
  %x = bitcast <2 x half> %r to i32
  ret i32 %x
}

define i32 @pair_add_neg_low(i32 %a, i32 %b, i32 %c, i32 %d) {
  %aa = bitcast i32 %a to <2 x half>
  %bb = bitcast i32 %b to <2 x half>
  %l = extractelement <2 x half> %aa, i32 0
  %n = fneg half %l
  %s = insertelement <2 x half> %aa, half %n, i32 0
  %r = fadd <2 x half> %s, %bb
  %x = bitcast <2 x half> %r to i32
  ret i32 %x
}

define i32 @half_to_single(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ta = trunc i32 %a to i16
  %aa = bitcast i16 %ta to half
  %r = fpext half %aa to float
  %x = bitcast float %r to i32
  ret i32 %x
}

define i32 @high_to_single(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ua = lshr i32 %a, 16
  %ta = trunc i32 %ua to i16
  %aa = bitcast i16 %ta to half
  %r = fpext half %aa to float
  %x = bitcast float %r to i32
  ret i32 %x
}

define i32 @single_to_half(i32 %a, i32 %b, i32 %c, i32 %d) {
  %aa = bitcast i32 %a to float
  %r = fptrunc float %aa to half
  %z = bitcast half %r to i16
  %x = zext i16 %z to i32
  ret i32 %x
}

define i32 @neg_single_to_half(i32 %a, i32 %b, i32 %c, i32 %d) {
  %aa = bitcast i32 %a to float
  %n = fneg float %aa
  %r = fptrunc float %n to half
  %z = bitcast half %r to i16
  %x = zext i16 %z to i32
  ret i32 %x
}

define i32 @singles_to_pair(i32 %a, i32 %b, i32 %c, i32 %d) {
  %aa = bitcast i32 %a to float
  %bb = bitcast i32 %b to float
  %m = fptrunc float %aa to half
  %n = fptrunc float %bb to half
  %s = insertelement <2 x half> poison, half %m, i32 0
  %r = insertelement <2 x half> %s, half %n, i32 1
  %x = bitcast <2 x half> %r to i32
  ret i32 %x
}

define i32 @word_sitofp(i32 %a, i32 %b, i32 %c, i32 %d) {
  %aa = trunc i32 %a to i16
  %r = sitofp i16 %aa to half
  %z = bitcast half %r to i16
  %x = zext i16 %z to i32
  ret i32 %x
}

define i32 @word_uitofp(i32 %a, i32 %b, i32 %c, i32 %d) {
  %aa = trunc i32 %a to i16
  %r = uitofp i16 %aa to half
  %z = bitcast half %r to i16
  %x = zext i16 %z to i32
  ret i32 %x
}

define i32 @half_fptosi(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ta = trunc i32 %a to i16
  %aa = bitcast i16 %ta to half
  %m = and i16 %ta, -2049
  %n = bitcast i16 %m to half
  %r = fptosi half %n to i16
  %x = zext i16 %r to i32
  ret i32 %x
}

define i32 @half_fptoui(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ta = trunc i32 %a to i16
  %aa = bitcast i16 %ta to half
  %m = and i16 %ta, 30719
  %n = bitcast i16 %m to half
  %r = fptoui half %n to i16
  %x = zext i16 %r to i32
  ret i32 %x
}

define i32 @half_ldexp(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ta = trunc i32 %a to i16
  %aa = bitcast i16 %ta to half
  %bb = trunc i32 %b to i16
  %k = sext i16 %bb to i32
  %r = call half @llvm.ldexp.f16.i32(half %aa, i32 %k)
  %z = bitcast half %r to i16
  %x = zext i16 %z to i32
  ret i32 %x
}

define i32 @mix_first(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ta = trunc i32 %a to i16
  %aa = bitcast i16 %ta to half
  %bb = bitcast i32 %b to float
  %cc = bitcast i32 %c to float
  %ea = fpext half %aa to float
  %r = call float @llvm.fma.f32(float %ea, float %bb, float %cc)
  %x = bitcast float %r to i32
  ret i32 %x
}

define i32 @mix_high(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ua = lshr i32 %a, 16
  %ta = trunc i32 %ua to i16
  %aa = bitcast i16 %ta to half
  %bb = bitcast i32 %b to float
  %cc = bitcast i32 %c to float
  %ea = fpext half %aa to float
  %r = call float @llvm.fma.f32(float %ea, float %bb, float %cc)
  %x = bitcast float %r to i32
  ret i32 %x
}

define i32 @mix_neg(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ua = lshr i32 %a, 16
  %ta = trunc i32 %ua to i16
  %aa = bitcast i16 %ta to half
  %tb = trunc i32 %b to i16
  %bb = bitcast i16 %tb to half
  %cc = bitcast i32 %c to float
  %ea = fpext half %aa to float
  %eb = fpext half %bb to float
  %n = fneg float %ea
  %r = call float @llvm.fma.f32(float %n, float %eb, float %cc)
  %x = bitcast float %r to i32
  ret i32 %x
}

define i32 @mix_abs_addend(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ta = trunc i32 %a to i16
  %aa = bitcast i16 %ta to half
  %ub = lshr i32 %b, 16
  %tb = trunc i32 %ub to i16
  %bb = bitcast i16 %tb to half
  %cc = bitcast i32 %c to float
  %ea = fpext half %aa to float
  %eb = fpext half %bb to float
  %n = call float @llvm.fabs.f32(float %cc)
  %r = call float @llvm.fma.f32(float %ea, float %eb, float %n)
  %x = bitcast float %r to i32
  ret i32 %x
}

define i32 @mix_all(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ta = trunc i32 %a to i16
  %aa = bitcast i16 %ta to half
  %ub = lshr i32 %b, 16
  %tb = trunc i32 %ub to i16
  %bb = bitcast i16 %tb to half
  %tc = trunc i32 %c to i16
  %cc = bitcast i16 %tc to half
  %ea = fpext half %aa to float
  %eb = fpext half %bb to float
  %ec = fpext half %cc to float
  %r = call float @llvm.fma.f32(float %ea, float %eb, float %ec)
  %x = bitcast float %r to i32
  ret i32 %x
}

define i32 @mix_low(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ta = trunc i32 %a to i16
  %aa = bitcast i16 %ta to half
  %ub = lshr i32 %b, 16
  %tb = trunc i32 %ub to i16
  %bb = bitcast i16 %tb to half
  %cc = bitcast i32 %c to float
  %ea = fpext half %aa to float
  %eb = fpext half %bb to float
  %s = call float @llvm.fma.f32(float %ea, float %eb, float %cc)
  %r = fptrunc float %s to half
  %z = bitcast half %r to i16
  %x = zext i16 %z to i32
  ret i32 %x
}

define i32 @mix_low_all(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ta = trunc i32 %a to i16
  %aa = bitcast i16 %ta to half
  %ub = lshr i32 %b, 16
  %tb = trunc i32 %ub to i16
  %bb = bitcast i16 %tb to half
  %tc = trunc i32 %c to i16
  %cc = bitcast i16 %tc to half
  %ea = fpext half %aa to float
  %eb = fpext half %bb to float
  %ec = fpext half %cc to float
  %s = call float @llvm.fma.f32(float %ea, float %eb, float %ec)
  %r = fptrunc float %s to half
  %z = bitcast half %r to i16
  %x = zext i16 %z to i32
  ret i32 %x
}

define i32 @mix_high_half(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ta = trunc i32 %a to i16
  %aa = bitcast i16 %ta to half
  %ub = lshr i32 %b, 16
  %tb = trunc i32 %ub to i16
  %bb = bitcast i16 %tb to half
  %cc = bitcast i32 %c to float
  %ea = fpext half %aa to float
  %eb = fpext half %bb to float
  %s = call float @llvm.fma.f32(float %ea, float %eb, float %cc)
  %q = fptrunc float %s to half
  %m = bitcast i32 %d to <2 x half>
  %r = insertelement <2 x half> %m, half %q, i32 1
  %x = bitcast <2 x half> %r to i32
  ret i32 %x
}

define i32 @mix_low_kept(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ta = trunc i32 %a to i16
  %aa = bitcast i16 %ta to half
  %ub = lshr i32 %b, 16
  %tb = trunc i32 %ub to i16
  %bb = bitcast i16 %tb to half
  %cc = bitcast i32 %c to float
  %ea = fpext half %aa to float
  %eb = fpext half %bb to float
  %s = call float @llvm.fma.f32(float %ea, float %eb, float %cc)
  %q = fptrunc float %s to half
  %m = bitcast i32 %d to <2 x half>
  %r = insertelement <2 x half> %m, half %q, i32 0
  %x = bitcast <2 x half> %r to i32
  ret i32 %x
}
declare <2 x half> @llvm.fma.v2f16(<2 x half>, <2 x half>, <2 x half>)
declare <2 x half> @llvm.maximumnum.v2f16(<2 x half>, <2 x half>)
declare <2 x half> @llvm.minimumnum.v2f16(<2 x half>, <2 x half>)
declare float @llvm.fabs.f32(float)
declare float @llvm.fma.f32(float, float, float)
declare half @llvm.ceil.f16(half)
declare half @llvm.fabs.f16(half)
declare half @llvm.floor.f16(half)
declare half @llvm.fma.f16(half, half, half)
declare half @llvm.ldexp.f16.i32(half, i32)
declare half @llvm.maximumnum.f16(half, half)
declare half @llvm.minimumnum.f16(half, half)
declare half @llvm.roundeven.f16(half)
declare half @llvm.trunc.f16(half)
