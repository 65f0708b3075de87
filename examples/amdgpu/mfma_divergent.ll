; Must be left alone. The sum in the else-branch looks like an accumulator, but
; only half of the wave is there: a matrix instruction writes all 64 lanes, and
; the other half still needs its c. (Fused, llc would even let the accumulator
; share registers with c, which it takes for dead in the else-branch.)
;
; Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
; SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
target triple = "amdgcn-amd-amdhsa"

declare i32 @llvm.amdgcn.workitem.id.x()
declare <4 x i32> @llvm.amdgcn.mfma.i32.16x16x32.i8(i64, i64, <4 x i32>, i32 immarg, i32 immarg, i32 immarg)

define amdgpu_kernel void @divergent(ptr addrspace(1) readonly noalias %a, ptr addrspace(1) noalias %c, i32 %edge) "amdgpu-flat-work-group-size"="64,64" {
entry:
  %lane = call i32 @llvm.amdgcn.workitem.id.x()
  %a.at = getelementptr inbounds i64, ptr addrspace(1) %a, i32 %lane
  %c.at = getelementptr inbounds <4 x i32>, ptr addrspace(1) %c, i32 %lane
  %x = load i64, ptr addrspace(1) %a.at
  %old = load <4 x i32>, ptr addrspace(1) %c.at
  %low = icmp ult i32 %lane, %edge
  br i1 %low, label %then, label %else

then:
  %square = mul <4 x i32> %old, %old
  br label %exit

else:
  %product = call <4 x i32> @llvm.amdgcn.mfma.i32.16x16x32.i8(i64 %x, i64 %x, <4 x i32> zeroinitializer, i32 0, i32 0, i32 0)
  %sum = add <4 x i32> %product, %old
  br label %exit

exit:
  %new = phi <4 x i32> [ %square, %then ], [ %sum, %else ]
  store <4 x i32> %new, ptr addrspace(1) %c.at
  ret void
}
