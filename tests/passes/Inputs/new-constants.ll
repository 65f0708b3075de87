target triple = "amdgcn-amd-amdhsa"

declare i32 @llvm.amdgcn.workitem.id.x()

define amdgpu_kernel void @byte_sum(ptr addrspace(1) %p) {
  %i = call i32 @llvm.amdgcn.workitem.id.x()
  %q = getelementptr i32, ptr addrspace(1) %p, i32 %i
  %x = load i32, ptr addrspace(1) %q
  %r = getelementptr i32, ptr addrspace(1) %q, i32 1024
  %y = load i32, ptr addrspace(1) %r
  %s = lshr i32 %x, 16
  %b = and i32 %s, 255
  %v = add i32 %b, %y
  store i32 %v, ptr addrspace(1) %q
  ret void
}

define amdgpu_kernel void @two_bytes(ptr addrspace(1) %p) {
  %i = call i32 @llvm.amdgcn.workitem.id.x()
  %q = getelementptr i32, ptr addrspace(1) %p, i32 %i
  %x = load i32, ptr addrspace(1) %q
  %r = getelementptr i32, ptr addrspace(1) %q, i32 1024
  %y = load i32, ptr addrspace(1) %r
  %s = lshr i32 %x, 16
  %b = and i32 %s, 255
  %t = lshr i32 %x, 8
  %c = and i32 %t, 255
  %w = add i32 %b, %c
  %v = add i32 %w, %y
  store i32 %v, ptr addrspace(1) %q
  ret void
}
