; An MFMA accumulator that starts at zero, and C added behind the loop: all lanes take the same rounds; each its own;
; and a dot product of lanes that take their own.
target triple = "amdgcn-amd-amdhsa"

declare <4 x i32> @llvm.amdgcn.mfma.i32.16x16x32.i8(i64, i64, <4 x i32>, i32 immarg, i32 immarg, i32 immarg)
declare i32 @llvm.amdgcn.workitem.id.x()
declare i32 @llvm.amdgcn.sdot4(i32, i32, i32, i1 immarg)

define amdgpu_kernel void @uniform(ptr addrspace(1) %p, i64 %a, i64 %b, i32 %n) {
entry:
  %t = call i32 @llvm.amdgcn.workitem.id.x()
  %q = getelementptr <4 x i32>, ptr addrspace(1) %p, i32 %t
  %c = load <4 x i32>, ptr addrspace(1) %q
  br label %loop
loop:
  %i = phi i32 [0, %entry], [%next, %loop]
  %acc = phi <4 x i32> [zeroinitializer, %entry], [%m, %loop]
  %x = zext i32 %i to i64
  %f = add i64 %a, %x
  %m = call <4 x i32> @llvm.amdgcn.mfma.i32.16x16x32.i8(i64 %f, i64 %b, <4 x i32> %acc, i32 0, i32 0, i32 0)
  %next = add i32 %i, 1
  %more = icmp ult i32 %next, %n
  br i1 %more, label %loop, label %exit
exit:
  %s = add <4 x i32> %m, %c
  store <4 x i32> %s, ptr addrspace(1) %q
  ret void
}

define amdgpu_kernel void @guarded(ptr addrspace(1) %p, i64 %a, i64 %b, i32 %n) {
entry:
  %t = call i32 @llvm.amdgcn.workitem.id.x()
  %q = getelementptr <4 x i32>, ptr addrspace(1) %p, i32 %t
  %c = load <4 x i32>, ptr addrspace(1) %q
  %any = icmp ne i32 %n, 0
  br i1 %any, label %loop, label %exit
loop:
  %i = phi i32 [0, %entry], [%next, %loop]
  %acc = phi <4 x i32> [zeroinitializer, %entry], [%m, %loop]
  %x = zext i32 %i to i64
  %f = add i64 %a, %x
  %m = call <4 x i32> @llvm.amdgcn.mfma.i32.16x16x32.i8(i64 %f, i64 %b, <4 x i32> %acc, i32 0, i32 0, i32 0)
  %next = add i32 %i, 1
  %more = icmp ult i32 %next, %n
  br i1 %more, label %loop, label %exit
exit:
  %r = phi <4 x i32> [zeroinitializer, %entry], [%m, %loop]
  %s = add <4 x i32> %r, %c
  store <4 x i32> %s, ptr addrspace(1) %q
  ret void
}

define amdgpu_kernel void @divergent(ptr addrspace(1) %p, i64 %a, i64 %b) {
entry:
  %t = call i32 @llvm.amdgcn.workitem.id.x()
  %q = getelementptr <4 x i32>, ptr addrspace(1) %p, i32 %t
  %c = load <4 x i32>, ptr addrspace(1) %q
  br label %loop
loop:
  %i = phi i32 [0, %entry], [%next, %loop]
  %acc = phi <4 x i32> [zeroinitializer, %entry], [%m, %loop]
  %x = zext i32 %i to i64
  %f = add i64 %a, %x
  %m = call <4 x i32> @llvm.amdgcn.mfma.i32.16x16x32.i8(i64 %f, i64 %b, <4 x i32> %acc, i32 0, i32 0, i32 0)
  %next = add i32 %i, 1
  %more = icmp ult i32 %next, %t
  br i1 %more, label %loop, label %exit
exit:
  %s = add <4 x i32> %m, %c
  store <4 x i32> %s, ptr addrspace(1) %q
  ret void
}

define amdgpu_kernel void @lanes(ptr addrspace(1) %p, i32 %b) {
entry:
  %t = call i32 @llvm.amdgcn.workitem.id.x()
  %q = getelementptr i32, ptr addrspace(1) %p, i32 %t
  %c = load i32, ptr addrspace(1) %q
  br label %loop
loop:
  %i = phi i32 [0, %entry], [%next, %loop]
  %acc = phi i32 [0, %entry], [%m, %loop]
  %m = call i32 @llvm.amdgcn.sdot4(i32 %i, i32 %b, i32 %acc, i1 false)
  %next = add i32 %i, 1
  %more = icmp ult i32 %next, %t
  br i1 %more, label %loop, label %exit
exit:
  %s = add i32 %m, %c
  store i32 %s, ptr addrspace(1) %q
  ret void
}
