; Rounding at random has no meaning, a bitwise operation has one.
target triple = "amdgcn-amd-amdhsa"
declare i32 @llvm.amdgcn.cvt.sr.fp8.f32(float, i32, i32, i32)
define void @f(ptr addrspace(1) %p, i32 %a, i32 %b, float %x) {
  %1 = xor i32 %a, %b
  %2 = call i32 @llvm.amdgcn.cvt.sr.fp8.f32(float %x, i32 %b, i32 %1, i32 0)
  store i32 %2, ptr addrspace(1) %p
  ret void
}
