target triple = "x86_64-unknown-linux-gnu"

; Signs in a general register: the CPU has an instruction for the opposite.
define i16 @positive_bytes(<16 x i8> %x) {
  %c = icmp sge <16 x i8> %x, zeroinitializer
  %r = bitcast <16 x i1> %c to i16
  ret i16 %r
}
define i8 @positive_dwords(<8 x i32> %x) {
  %c = icmp sgt <8 x i32> %x, splat (i32 -1)
  %r = bitcast <8 x i1> %c to i8
  ret i8 %r
}
; All 32 bits of it are read.
define i32 @positive_words(<16 x i16> %x) {
  %c = icmp sge <16 x i16> %x, zeroinitializer
  %b = bitcast <16 x i1> %c to i16
  %r = zext i16 %b to i32
  ret i32 %r
}
