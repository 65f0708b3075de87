; 8-bit matrix products on the matrix cores of gfx942, whose results are added to
; what other parts of the program left: one wave each, in kernel entry code.
;
; Part of Whittle, under the Apache License v2.0 with LLVM Exceptions.
; SPDX-License-Identifier: Apache-2.0 WITH LLVM-exception
target triple = "amdgcn-amd-amdhsa"

declare i32 @llvm.amdgcn.workitem.id.x()
declare <4 x i32> @llvm.amdgcn.mfma.i32.16x16x32.i8(i64, i64, <4 x i32>, i32 immarg, i32 immarg, i32 immarg)
declare <16 x i32> @llvm.amdgcn.mfma.i32.32x32x16.i8(i64, i64, <16 x i32>, i32 immarg, i32 immarg, i32 immarg)

; C += A * B, 16x16x32, with the four registers of C side by side in memory.
define amdgpu_kernel void @tile16_vector(ptr addrspace(1) readonly noalias %a, ptr addrspace(1) readonly noalias %b, ptr addrspace(1) noalias %c) "amdgpu-flat-work-group-size"="64,64" {
  %lane = call i32 @llvm.amdgcn.workitem.id.x()
  %a.at = getelementptr inbounds i64, ptr addrspace(1) %a, i32 %lane
  %b.at = getelementptr inbounds i64, ptr addrspace(1) %b, i32 %lane
  %x = load i64, ptr addrspace(1) %a.at
  %y = load i64, ptr addrspace(1) %b.at
  %c.at = getelementptr inbounds <4 x i32>, ptr addrspace(1) %c, i32 %lane
  %old = load <4 x i32>, ptr addrspace(1) %c.at
  %product = call <4 x i32> @llvm.amdgcn.mfma.i32.16x16x32.i8(i64 %x, i64 %y, <4 x i32> zeroinitializer, i32 0, i32 0, i32 0)
  %new = add <4 x i32> %old, %product
  store <4 x i32> %new, ptr addrspace(1) %c.at
  ret void
}

; The same with C as planes of one register each: four separate adds.
define amdgpu_kernel void @tile16_lanes(ptr addrspace(1) readonly noalias %a, ptr addrspace(1) readonly noalias %b, ptr addrspace(1) noalias %c) "amdgpu-flat-work-group-size"="64,64" {
  %lane = call i32 @llvm.amdgcn.workitem.id.x()
  %a.at = getelementptr inbounds i64, ptr addrspace(1) %a, i32 %lane
  %b.at = getelementptr inbounds i64, ptr addrspace(1) %b, i32 %lane
  %x = load i64, ptr addrspace(1) %a.at
  %y = load i64, ptr addrspace(1) %b.at
  %product = call <4 x i32> @llvm.amdgcn.mfma.i32.16x16x32.i8(i64 %x, i64 %y, <4 x i32> zeroinitializer, i32 0, i32 0, i32 0)
  %c.at0 = getelementptr inbounds i32, ptr addrspace(1) %c, i32 %lane
  %old0 = load i32, ptr addrspace(1) %c.at0
  %part0 = extractelement <4 x i32> %product, i32 0
  %new0 = add i32 %part0, %old0
  store i32 %new0, ptr addrspace(1) %c.at0
  %c.at1 = getelementptr inbounds i32, ptr addrspace(1) %c.at0, i32 64
  %old1 = load i32, ptr addrspace(1) %c.at1
  %part1 = extractelement <4 x i32> %product, i32 1
  %new1 = add i32 %part1, %old1
  store i32 %new1, ptr addrspace(1) %c.at1
  %c.at2 = getelementptr inbounds i32, ptr addrspace(1) %c.at0, i32 128
  %old2 = load i32, ptr addrspace(1) %c.at2
  %part2 = extractelement <4 x i32> %product, i32 2
  %new2 = add i32 %part2, %old2
  store i32 %new2, ptr addrspace(1) %c.at2
  %c.at3 = getelementptr inbounds i32, ptr addrspace(1) %c.at0, i32 192
  %old3 = load i32, ptr addrspace(1) %c.at3
  %part3 = extractelement <4 x i32> %product, i32 3
  %new3 = add i32 %part3, %old3
  store i32 %new3, ptr addrspace(1) %c.at3
  ret void
}

; 32x32x16, with the sixteen registers of C side by side.
define amdgpu_kernel void @tile32_vector(ptr addrspace(1) readonly noalias %a, ptr addrspace(1) readonly noalias %b, ptr addrspace(1) noalias %c) "amdgpu-flat-work-group-size"="64,64" {
  %lane = call i32 @llvm.amdgcn.workitem.id.x()
  %a.at = getelementptr inbounds i64, ptr addrspace(1) %a, i32 %lane
  %b.at = getelementptr inbounds i64, ptr addrspace(1) %b, i32 %lane
  %x = load i64, ptr addrspace(1) %a.at
  %y = load i64, ptr addrspace(1) %b.at
  %c.at = getelementptr inbounds <16 x i32>, ptr addrspace(1) %c, i32 %lane
  %old = load <16 x i32>, ptr addrspace(1) %c.at
  %product = call <16 x i32> @llvm.amdgcn.mfma.i32.32x32x16.i8(i64 %x, i64 %y, <16 x i32> zeroinitializer, i32 0, i32 0, i32 0)
  %new = add <16 x i32> %old, %product
  store <16 x i32> %new, ptr addrspace(1) %c.at
  ret void
}
