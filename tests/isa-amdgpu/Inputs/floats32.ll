; One operation a function on singles and doubles: what LLVM selects for it must compute
; the same as the rows say. Inputs are finite. A double is two words; none becomes an
; integer here, as its bounds are constants of 64 bits that the test does not read.
target triple = "amdgcn-amd-amdhsa"

define i32 @single_fadd(i32 %a, i32 %b, i32 %c, i32 %d) {
  %aa = bitcast i32 %a to float
  %bb = bitcast i32 %b to float
  %cc = bitcast i32 %c to float
  %r = fadd float %aa, %bb
  %x = bitcast float %r to i32
  ret i32 %x
}

define i32 @single_fadd_neg_abs(i32 %a, i32 %b, i32 %c, i32 %d) {
  %aa = bitcast i32 %a to float
  %bb = bitcast i32 %b to float
  %cc = bitcast i32 %c to float
  %f = call float @llvm.fabs.f32(float %aa)
  %n = fneg float %bb
  %r = fadd float %f, %n
  %x = bitcast float %r to i32
  ret i32 %x
}

define i32 @single_fsub(i32 %a, i32 %b, i32 %c, i32 %d) {
  %aa = bitcast i32 %a to float
  %bb = bitcast i32 %b to float
  %cc = bitcast i32 %c to float
  %r = fsub float %aa, %bb
  %x = bitcast float %r to i32
  ret i32 %x
}

define i32 @single_fsub_neg_abs(i32 %a, i32 %b, i32 %c, i32 %d) {
  %aa = bitcast i32 %a to float
  %bb = bitcast i32 %b to float
  %cc = bitcast i32 %c to float
  %f = call float @llvm.fabs.f32(float %aa)
  %n = fneg float %bb
  %r = fsub float %f, %n
  %x = bitcast float %r to i32
  ret i32 %x
}

define i32 @single_fmul(i32 %a, i32 %b, i32 %c, i32 %d) {
  %aa = bitcast i32 %a to float
  %bb = bitcast i32 %b to float
  %cc = bitcast i32 %c to float
  %r = fmul float %aa, %bb
  %x = bitcast float %r to i32
  ret i32 %x
}

define i32 @single_fmul_neg_abs(i32 %a, i32 %b, i32 %c, i32 %d) {
  %aa = bitcast i32 %a to float
  %bb = bitcast i32 %b to float
  %cc = bitcast i32 %c to float
  %f = call float @llvm.fabs.f32(float %aa)
  %n = fneg float %bb
  %r = fmul float %f, %n
  %x = bitcast float %r to i32
  ret i32 %x
}

define i32 @single_fma(i32 %a, i32 %b, i32 %c, i32 %d) {
  %aa = bitcast i32 %a to float
  %bb = bitcast i32 %b to float
  %cc = bitcast i32 %c to float
  %r = call float @llvm.fma.f32(float %aa, float %bb, float %cc)
  %x = bitcast float %r to i32
  ret i32 %x
}

define i32 @single_minnum(i32 %a, i32 %b, i32 %c, i32 %d) {
  %aa = bitcast i32 %a to float
  %bb = bitcast i32 %b to float
  %cc = bitcast i32 %c to float
  %r = call float @llvm.minnum.f32(float %aa, float %bb)
  %x = bitcast float %r to i32
  ret i32 %x
}

define i32 @single_maxnum(i32 %a, i32 %b, i32 %c, i32 %d) {
  %aa = bitcast i32 %a to float
  %bb = bitcast i32 %b to float
  %cc = bitcast i32 %c to float
  %r = call float @llvm.maxnum.f32(float %aa, float %bb)
  %x = bitcast float %r to i32
  ret i32 %x
}

define i32 @single_floor(i32 %a, i32 %b, i32 %c, i32 %d) {
  %aa = bitcast i32 %a to float
  %bb = bitcast i32 %b to float
  %cc = bitcast i32 %c to float
  %r = call float @llvm.floor.f32(float %aa)
  %x = bitcast float %r to i32
  ret i32 %x
}

define i32 @single_ceil(i32 %a, i32 %b, i32 %c, i32 %d) {
  %aa = bitcast i32 %a to float
  %bb = bitcast i32 %b to float
  %cc = bitcast i32 %c to float
  %r = call float @llvm.ceil.f32(float %aa)
  %x = bitcast float %r to i32
  ret i32 %x
}

define i32 @single_trunc(i32 %a, i32 %b, i32 %c, i32 %d) {
  %aa = bitcast i32 %a to float
  %bb = bitcast i32 %b to float
  %cc = bitcast i32 %c to float
  %r = call float @llvm.trunc.f32(float %aa)
  %x = bitcast float %r to i32
  ret i32 %x
}

define i32 @single_rint(i32 %a, i32 %b, i32 %c, i32 %d) {
  %aa = bitcast i32 %a to float
  %bb = bitcast i32 %b to float
  %cc = bitcast i32 %c to float
  %r = call float @llvm.rint.f32(float %aa)
  %x = bitcast float %r to i32
  ret i32 %x
}

define i32 @single_roundeven(i32 %a, i32 %b, i32 %c, i32 %d) {
  %aa = bitcast i32 %a to float
  %bb = bitcast i32 %b to float
  %cc = bitcast i32 %c to float
  %r = call float @llvm.roundeven.f32(float %aa)
  %x = bitcast float %r to i32
  ret i32 %x
}

define i32 @single_ldexp(i32 %a, i32 %b, i32 %c, i32 %d) {
  %aa = bitcast i32 %a to float
  %bb = bitcast i32 %b to float
  %cc = bitcast i32 %c to float
  %e = and i32 %c, 255
  %f = sub i32 %e, 128
  %r = call float @llvm.ldexp.f32.i32(float %aa, i32 %f)
  %x = bitcast float %r to i32
  ret i32 %x
}

define i32 @single_fptosi(i32 %a, i32 %b, i32 %c, i32 %d) {
  %aa = bitcast i32 %a to float
  %bb = bitcast i32 %b to float
  %cc = bitcast i32 %c to float
  %x = call i32 @llvm.fptosi.sat.i32.f32(float %aa)
  ret i32 %x
}

define i32 @single_sitofp(i32 %a, i32 %b, i32 %c, i32 %d) {
  %aa = bitcast i32 %a to float
  %bb = bitcast i32 %b to float
  %cc = bitcast i32 %c to float
  %r = sitofp i32 %a to float
  %x = bitcast float %r to i32
  ret i32 %x
}

define i32 @single_fptoui(i32 %a, i32 %b, i32 %c, i32 %d) {
  %aa = bitcast i32 %a to float
  %bb = bitcast i32 %b to float
  %cc = bitcast i32 %c to float
  %x = call i32 @llvm.fptoui.sat.i32.f32(float %aa)
  ret i32 %x
}

define i32 @single_uitofp(i32 %a, i32 %b, i32 %c, i32 %d) {
  %aa = bitcast i32 %a to float
  %bb = bitcast i32 %b to float
  %cc = bitcast i32 %c to float
  %r = uitofp i32 %a to float
  %x = bitcast float %r to i32
  ret i32 %x
}

define i32 @double_fadd(i32 %a, i32 %b, i32 %c, i32 %d) {
  %la = zext i32 %a to i64
  %lb = zext i32 %b to i64
  %lc = zext i32 %c to i64
  %ld = zext i32 %d to i64
  %hb = shl i64 %lb, 32
  %hd = shl i64 %ld, 32
  %pa = or i64 %la, %hb
  %pc = or i64 %lc, %hd
  %aa = bitcast i64 %pa to double
  %bb = bitcast i64 %pc to double
  %r = fadd double %aa, %bb
  %y = bitcast double %r to i64
  %h = lshr i64 %y, 32
  %th = trunc i64 %h to i32
  %tl = trunc i64 %y to i32
  %x = xor i32 %th, %tl
  ret i32 %x
}

define i32 @double_fadd_neg_abs(i32 %a, i32 %b, i32 %c, i32 %d) {
  %la = zext i32 %a to i64
  %lb = zext i32 %b to i64
  %lc = zext i32 %c to i64
  %ld = zext i32 %d to i64
  %hb = shl i64 %lb, 32
  %hd = shl i64 %ld, 32
  %pa = or i64 %la, %hb
  %pc = or i64 %lc, %hd
  %aa = bitcast i64 %pa to double
  %bb = bitcast i64 %pc to double
  %f = call double @llvm.fabs.f64(double %aa)
  %n = fneg double %bb
  %r = fadd double %f, %n
  %y = bitcast double %r to i64
  %h = lshr i64 %y, 32
  %th = trunc i64 %h to i32
  %tl = trunc i64 %y to i32
  %x = xor i32 %th, %tl
  ret i32 %x
}

define i32 @double_fsub(i32 %a, i32 %b, i32 %c, i32 %d) {
  %la = zext i32 %a to i64
  %lb = zext i32 %b to i64
  %lc = zext i32 %c to i64
  %ld = zext i32 %d to i64
  %hb = shl i64 %lb, 32
  %hd = shl i64 %ld, 32
  %pa = or i64 %la, %hb
  %pc = or i64 %lc, %hd
  %aa = bitcast i64 %pa to double
  %bb = bitcast i64 %pc to double
  %r = fsub double %aa, %bb
  %y = bitcast double %r to i64
  %h = lshr i64 %y, 32
  %th = trunc i64 %h to i32
  %tl = trunc i64 %y to i32
  %x = xor i32 %th, %tl
  ret i32 %x
}

define i32 @double_fsub_neg_abs(i32 %a, i32 %b, i32 %c, i32 %d) {
  %la = zext i32 %a to i64
  %lb = zext i32 %b to i64
  %lc = zext i32 %c to i64
  %ld = zext i32 %d to i64
  %hb = shl i64 %lb, 32
  %hd = shl i64 %ld, 32
  %pa = or i64 %la, %hb
  %pc = or i64 %lc, %hd
  %aa = bitcast i64 %pa to double
  %bb = bitcast i64 %pc to double
  %f = call double @llvm.fabs.f64(double %aa)
  %n = fneg double %bb
  %r = fsub double %f, %n
  %y = bitcast double %r to i64
  %h = lshr i64 %y, 32
  %th = trunc i64 %h to i32
  %tl = trunc i64 %y to i32
  %x = xor i32 %th, %tl
  ret i32 %x
}

define i32 @double_fmul(i32 %a, i32 %b, i32 %c, i32 %d) {
  %la = zext i32 %a to i64
  %lb = zext i32 %b to i64
  %lc = zext i32 %c to i64
  %ld = zext i32 %d to i64
  %hb = shl i64 %lb, 32
  %hd = shl i64 %ld, 32
  %pa = or i64 %la, %hb
  %pc = or i64 %lc, %hd
  %aa = bitcast i64 %pa to double
  %bb = bitcast i64 %pc to double
  %r = fmul double %aa, %bb
  %y = bitcast double %r to i64
  %h = lshr i64 %y, 32
  %th = trunc i64 %h to i32
  %tl = trunc i64 %y to i32
  %x = xor i32 %th, %tl
  ret i32 %x
}

define i32 @double_fmul_neg_abs(i32 %a, i32 %b, i32 %c, i32 %d) {
  %la = zext i32 %a to i64
  %lb = zext i32 %b to i64
  %lc = zext i32 %c to i64
  %ld = zext i32 %d to i64
  %hb = shl i64 %lb, 32
  %hd = shl i64 %ld, 32
  %pa = or i64 %la, %hb
  %pc = or i64 %lc, %hd
  %aa = bitcast i64 %pa to double
  %bb = bitcast i64 %pc to double
  %f = call double @llvm.fabs.f64(double %aa)
  %n = fneg double %bb
  %r = fmul double %f, %n
  %y = bitcast double %r to i64
  %h = lshr i64 %y, 32
  %th = trunc i64 %h to i32
  %tl = trunc i64 %y to i32
  %x = xor i32 %th, %tl
  ret i32 %x
}

define i32 @double_fma(i32 %a, i32 %b, i32 %c, i32 %d) {
  %la = zext i32 %a to i64
  %lb = zext i32 %b to i64
  %lc = zext i32 %c to i64
  %ld = zext i32 %d to i64
  %hb = shl i64 %lb, 32
  %hd = shl i64 %ld, 32
  %pa = or i64 %la, %hb
  %pc = or i64 %lc, %hd
  %aa = bitcast i64 %pa to double
  %bb = bitcast i64 %pc to double
  %r = call double @llvm.fma.f64(double %aa, double %bb, double %aa)
  %y = bitcast double %r to i64
  %h = lshr i64 %y, 32
  %th = trunc i64 %h to i32
  %tl = trunc i64 %y to i32
  %x = xor i32 %th, %tl
  ret i32 %x
}

define i32 @double_minnum(i32 %a, i32 %b, i32 %c, i32 %d) {
  %la = zext i32 %a to i64
  %lb = zext i32 %b to i64
  %lc = zext i32 %c to i64
  %ld = zext i32 %d to i64
  %hb = shl i64 %lb, 32
  %hd = shl i64 %ld, 32
  %pa = or i64 %la, %hb
  %pc = or i64 %lc, %hd
  %aa = bitcast i64 %pa to double
  %bb = bitcast i64 %pc to double
  %r = call double @llvm.minnum.f64(double %aa, double %bb)
  %y = bitcast double %r to i64
  %h = lshr i64 %y, 32
  %th = trunc i64 %h to i32
  %tl = trunc i64 %y to i32
  %x = xor i32 %th, %tl
  ret i32 %x
}

define i32 @double_maxnum(i32 %a, i32 %b, i32 %c, i32 %d) {
  %la = zext i32 %a to i64
  %lb = zext i32 %b to i64
  %lc = zext i32 %c to i64
  %ld = zext i32 %d to i64
  %hb = shl i64 %lb, 32
  %hd = shl i64 %ld, 32
  %pa = or i64 %la, %hb
  %pc = or i64 %lc, %hd
  %aa = bitcast i64 %pa to double
  %bb = bitcast i64 %pc to double
  %r = call double @llvm.maxnum.f64(double %aa, double %bb)
  %y = bitcast double %r to i64
  %h = lshr i64 %y, 32
  %th = trunc i64 %h to i32
  %tl = trunc i64 %y to i32
  %x = xor i32 %th, %tl
  ret i32 %x
}

define i32 @double_floor(i32 %a, i32 %b, i32 %c, i32 %d) {
  %la = zext i32 %a to i64
  %lb = zext i32 %b to i64
  %lc = zext i32 %c to i64
  %ld = zext i32 %d to i64
  %hb = shl i64 %lb, 32
  %hd = shl i64 %ld, 32
  %pa = or i64 %la, %hb
  %pc = or i64 %lc, %hd
  %aa = bitcast i64 %pa to double
  %bb = bitcast i64 %pc to double
  %r = call double @llvm.floor.f64(double %aa)
  %y = bitcast double %r to i64
  %h = lshr i64 %y, 32
  %th = trunc i64 %h to i32
  %tl = trunc i64 %y to i32
  %x = xor i32 %th, %tl
  ret i32 %x
}

define i32 @double_ceil(i32 %a, i32 %b, i32 %c, i32 %d) {
  %la = zext i32 %a to i64
  %lb = zext i32 %b to i64
  %lc = zext i32 %c to i64
  %ld = zext i32 %d to i64
  %hb = shl i64 %lb, 32
  %hd = shl i64 %ld, 32
  %pa = or i64 %la, %hb
  %pc = or i64 %lc, %hd
  %aa = bitcast i64 %pa to double
  %bb = bitcast i64 %pc to double
  %r = call double @llvm.ceil.f64(double %aa)
  %y = bitcast double %r to i64
  %h = lshr i64 %y, 32
  %th = trunc i64 %h to i32
  %tl = trunc i64 %y to i32
  %x = xor i32 %th, %tl
  ret i32 %x
}

define i32 @double_trunc(i32 %a, i32 %b, i32 %c, i32 %d) {
  %la = zext i32 %a to i64
  %lb = zext i32 %b to i64
  %lc = zext i32 %c to i64
  %ld = zext i32 %d to i64
  %hb = shl i64 %lb, 32
  %hd = shl i64 %ld, 32
  %pa = or i64 %la, %hb
  %pc = or i64 %lc, %hd
  %aa = bitcast i64 %pa to double
  %bb = bitcast i64 %pc to double
  %r = call double @llvm.trunc.f64(double %aa)
  %y = bitcast double %r to i64
  %h = lshr i64 %y, 32
  %th = trunc i64 %h to i32
  %tl = trunc i64 %y to i32
  %x = xor i32 %th, %tl
  ret i32 %x
}

define i32 @double_rint(i32 %a, i32 %b, i32 %c, i32 %d) {
  %la = zext i32 %a to i64
  %lb = zext i32 %b to i64
  %lc = zext i32 %c to i64
  %ld = zext i32 %d to i64
  %hb = shl i64 %lb, 32
  %hd = shl i64 %ld, 32
  %pa = or i64 %la, %hb
  %pc = or i64 %lc, %hd
  %aa = bitcast i64 %pa to double
  %bb = bitcast i64 %pc to double
  %r = call double @llvm.rint.f64(double %aa)
  %y = bitcast double %r to i64
  %h = lshr i64 %y, 32
  %th = trunc i64 %h to i32
  %tl = trunc i64 %y to i32
  %x = xor i32 %th, %tl
  ret i32 %x
}

define i32 @double_roundeven(i32 %a, i32 %b, i32 %c, i32 %d) {
  %la = zext i32 %a to i64
  %lb = zext i32 %b to i64
  %lc = zext i32 %c to i64
  %ld = zext i32 %d to i64
  %hb = shl i64 %lb, 32
  %hd = shl i64 %ld, 32
  %pa = or i64 %la, %hb
  %pc = or i64 %lc, %hd
  %aa = bitcast i64 %pa to double
  %bb = bitcast i64 %pc to double
  %r = call double @llvm.roundeven.f64(double %aa)
  %y = bitcast double %r to i64
  %h = lshr i64 %y, 32
  %th = trunc i64 %h to i32
  %tl = trunc i64 %y to i32
  %x = xor i32 %th, %tl
  ret i32 %x
}

define i32 @double_ldexp(i32 %a, i32 %b, i32 %c, i32 %d) {
  %la = zext i32 %a to i64
  %lb = zext i32 %b to i64
  %lc = zext i32 %c to i64
  %ld = zext i32 %d to i64
  %hb = shl i64 %lb, 32
  %hd = shl i64 %ld, 32
  %pa = or i64 %la, %hb
  %pc = or i64 %lc, %hd
  %aa = bitcast i64 %pa to double
  %bb = bitcast i64 %pc to double
  %e = and i32 %c, 255
  %f = sub i32 %e, 128
  %r = call double @llvm.ldexp.f64.i32(double %aa, i32 %f)
  %y = bitcast double %r to i64
  %h = lshr i64 %y, 32
  %th = trunc i64 %h to i32
  %tl = trunc i64 %y to i32
  %x = xor i32 %th, %tl
  ret i32 %x
}

define i32 @double_sitofp(i32 %a, i32 %b, i32 %c, i32 %d) {
  %la = zext i32 %a to i64
  %lb = zext i32 %b to i64
  %lc = zext i32 %c to i64
  %ld = zext i32 %d to i64
  %hb = shl i64 %lb, 32
  %hd = shl i64 %ld, 32
  %pa = or i64 %la, %hb
  %pc = or i64 %lc, %hd
  %aa = bitcast i64 %pa to double
  %bb = bitcast i64 %pc to double
  %r = sitofp i32 %a to double
  %y = bitcast double %r to i64
  %h = lshr i64 %y, 32
  %th = trunc i64 %h to i32
  %tl = trunc i64 %y to i32
  %x = xor i32 %th, %tl
  ret i32 %x
}

define i32 @double_uitofp(i32 %a, i32 %b, i32 %c, i32 %d) {
  %la = zext i32 %a to i64
  %lb = zext i32 %b to i64
  %lc = zext i32 %c to i64
  %ld = zext i32 %d to i64
  %hb = shl i64 %lb, 32
  %hd = shl i64 %ld, 32
  %pa = or i64 %la, %hb
  %pc = or i64 %lc, %hd
  %aa = bitcast i64 %pa to double
  %bb = bitcast i64 %pc to double
  %r = uitofp i32 %a to double
  %y = bitcast double %r to i64
  %h = lshr i64 %y, 32
  %th = trunc i64 %h to i32
  %tl = trunc i64 %y to i32
  %x = xor i32 %th, %tl
  ret i32 %x
}

define i32 @single_fmed(i32 %a, i32 %b, i32 %c, i32 %d) {
  %aa = bitcast i32 %a to float
  %bb = bitcast i32 %b to float
  %cc = bitcast i32 %c to float
  %m = call float @llvm.maxnum.f32(float %aa, float 0.0)
  %r = call float @llvm.minnum.f32(float %m, float 1.0)
  %x = bitcast float %r to i32
  ret i32 %x
}

define i32 @single_min3(i32 %a, i32 %b, i32 %c, i32 %d) {
  %aa = bitcast i32 %a to float
  %bb = bitcast i32 %b to float
  %cc = bitcast i32 %c to float
  %m = call float @llvm.minnum.f32(float %aa, float %bb)
  %r = call float @llvm.minnum.f32(float %m, float %cc)
  %x = bitcast float %r to i32
  ret i32 %x
}

define i32 @single_literal(i32 %a, i32 %b, i32 %c, i32 %d) {
  %aa = bitcast i32 %a to float
  %bb = bitcast i32 %b to float
  %cc = bitcast i32 %c to float
  %r = call float @llvm.fma.f32(float %aa, float %bb, float 10.5)
  %x = bitcast float %r to i32
  ret i32 %x
}

define i32 @byte_to_single(i32 %a, i32 %b, i32 %c, i32 %d) {
  %s = lshr i32 %a, 16
  %m = and i32 %s, 255
  %r = uitofp i32 %m to float
  %x = bitcast float %r to i32
  ret i32 %x
}

define i32 @single_fpext(i32 %a, i32 %b, i32 %c, i32 %d) {
  %aa = bitcast i32 %a to float
  %bb = bitcast i32 %b to float
  %cc = bitcast i32 %c to float
  %r = fpext float %aa to double
  %y = bitcast double %r to i64
  %h = lshr i64 %y, 32
  %th = trunc i64 %h to i32
  %tl = trunc i64 %y to i32
  %x = xor i32 %th, %tl
  ret i32 %x
}

define i32 @double_fptrunc(i32 %a, i32 %b, i32 %c, i32 %d) {
  %la = zext i32 %a to i64
  %lb = zext i32 %b to i64
  %lc = zext i32 %c to i64
  %ld = zext i32 %d to i64
  %hb = shl i64 %lb, 32
  %hd = shl i64 %ld, 32
  %pa = or i64 %la, %hb
  %pc = or i64 %lc, %hd
  %aa = bitcast i64 %pa to double
  %bb = bitcast i64 %pc to double
  %r = fptrunc double %aa to float
  %x = bitcast float %r to i32
  ret i32 %x
}

define i32 @pair_fadd(i32 %a, i32 %b, i32 %c, i32 %d) {
  %ab = insertelement <2 x i32> poison, i32 %a, i32 0
  %p = insertelement <2 x i32> %ab, i32 %b, i32 1
  %cd = insertelement <2 x i32> poison, i32 %c, i32 0
  %q = insertelement <2 x i32> %cd, i32 %d, i32 1
  %aa = bitcast <2 x i32> %p to <2 x float>
  %bb = bitcast <2 x i32> %q to <2 x float>
  %s = fmul <2 x float> %aa, %bb
  %t = fadd <2 x float> %s, %aa
  %u = bitcast <2 x float> %t to <2 x i32>
  %l = extractelement <2 x i32> %u, i32 0
  %h = extractelement <2 x i32> %u, i32 1
  %x = xor i32 %l, %h
  ret i32 %x
}

declare double @llvm.ceil.f64(double)
declare double @llvm.fabs.f64(double)
declare double @llvm.floor.f64(double)
declare double @llvm.fma.f64(double, double, double)
declare double @llvm.ldexp.f64.i32(double, i32)
declare double @llvm.maxnum.f64(double, double)
declare double @llvm.minnum.f64(double, double)
declare double @llvm.rint.f64(double)
declare double @llvm.roundeven.f64(double)
declare double @llvm.trunc.f64(double)
declare float @llvm.ceil.f32(float)
declare float @llvm.fabs.f32(float)
declare float @llvm.floor.f32(float)
declare float @llvm.fma.f32(float, float, float)
declare float @llvm.ldexp.f32.i32(float, i32)
declare float @llvm.maxnum.f32(float, float)
declare float @llvm.minnum.f32(float, float)
declare float @llvm.rint.f32(float)
declare float @llvm.roundeven.f32(float)
declare float @llvm.trunc.f32(float)
declare i32 @llvm.fptosi.sat.i32.f32(float)
declare i32 @llvm.fptoui.sat.i32.f32(float)
