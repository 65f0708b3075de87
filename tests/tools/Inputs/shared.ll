; Sums of two bytes, which other code reads too, are at most 510.
define <8 x i16> @bounded(<16 x i8> %x, <8 x i16> %y, ptr %p) {
  %m = call <8 x i16> @llvm.x86.ssse3.pmadd.ub.sw.128(<16 x i8> %x, <16 x i8> splat (i8 1))
  store <8 x i16> %m, ptr %p
  %b = call <8 x i16> @llvm.smin.v8i16(<8 x i16> %m, <8 x i16> splat (i16 510))
  %c = add <8 x i16> %b, %y
  ret <8 x i16> %c
}

; The other reader reads what goes.
define <8 x i16> @inner(<16 x i8> %x, <8 x i16> %y, ptr %p) {
  %m = call <8 x i16> @llvm.x86.ssse3.pmadd.ub.sw.128(<16 x i8> %x, <16 x i8> splat (i8 1))
  %b = call <8 x i16> @llvm.smin.v8i16(<8 x i16> %m, <8 x i16> splat (i16 510))
  store <8 x i16> %b, ptr %p
  %c = add <8 x i16> %b, %y
  ret <8 x i16> %c
}

declare <8 x i16> @llvm.smin.v8i16(<8 x i16>, <8 x i16>)
declare <8 x i16> @llvm.x86.ssse3.pmadd.ub.sw.128(<16 x i8>, <16 x i8>)
