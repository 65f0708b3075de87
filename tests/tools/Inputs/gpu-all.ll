target triple = "amdgcn-amd-amdhsa"
define void @f(ptr addrspace(1) %p, i32 %a, i32 %b) {
  %1 = mul i32 %a, %b
  %2 = xor i32 %1, %b
  %3 = add i32 %2, %a
  %4 = or i32 %3, 7
  store i32 %4, ptr addrspace(1) %p
  ret void
}
