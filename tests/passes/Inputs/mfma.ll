; C += A * B, in straight-line code and in one branch of a divergent if.
target triple = "amdgcn-amd-amdhsa"

declare <4 x i32> @llvm.amdgcn.mfma.i32.16x16x32.i8(i64, i64, <4 x i32>, i32 immarg, i32 immarg, i32 immarg)
declare i32 @llvm.amdgcn.workitem.id.x()

define amdgpu_kernel void @straight(ptr addrspace(1) %p, i64 %a, i64 %b) {
  %t = call i32 @llvm.amdgcn.workitem.id.x()
  %q = getelementptr <4 x i32>, ptr addrspace(1) %p, i32 %t
  %c = load <4 x i32>, ptr addrspace(1) %q
  %m = call <4 x i32> @llvm.amdgcn.mfma.i32.16x16x32.i8(i64 %a, i64 %b, <4 x i32> zeroinitializer, i32 0, i32 0, i32 0)
  %s = add <4 x i32> %m, %c
  store <4 x i32> %s, ptr addrspace(1) %q
  ret void
}

define amdgpu_kernel void @divergent(ptr addrspace(1) %p, i64 %a, i64 %b) {
  %t = call i32 @llvm.amdgcn.workitem.id.x()
  %q = getelementptr <4 x i32>, ptr addrspace(1) %p, i32 %t
  %c = load <4 x i32>, ptr addrspace(1) %q
  %cc = icmp ult i32 %t, 7
  br i1 %cc, label %then, label %else
then:
  %mm = mul <4 x i32> %c, %c
  store <4 x i32> %mm, ptr addrspace(1) %q
  br label %end
else:
  %m = call <4 x i32> @llvm.amdgcn.mfma.i32.16x16x32.i8(i64 %a, i64 %b, <4 x i32> zeroinitializer, i32 0, i32 0, i32 0)
  %s = add <4 x i32> %m, %c
  store <4 x i32> %s, ptr addrspace(1) %q
  br label %end
end:
  ret void
}
