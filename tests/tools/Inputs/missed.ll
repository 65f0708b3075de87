target triple = "x86_64-unknown-linux-gnu"

; Words shifted by different counts: the upper half of a product.
define <16 x i16> @words_shifted(<16 x i16> %a) {
  %r = lshr <16 x i16> %a, <i16 3, i16 5, i16 3, i16 5, i16 3, i16 5, i16 3, i16 5, i16 3, i16 5, i16 3, i16 5, i16 3, i16 5, i16 3, i16 5>
  ret <16 x i16> %r
}

; Ranges: moved to where one signed comparison sees both ends.
define <32 x i8> @digits(<32 x i8> %x) {
  %s = add <32 x i8> %x, splat (i8 -48)
  %m = icmp ult <32 x i8> %s, splat (i8 10)
  %r = sext <32 x i1> %m to <32 x i8>
  ret <32 x i8> %r
}
define <16 x i16> @range_words(<16 x i16> %a) {
  %c = icmp sgt <16 x i16> %a, splat (i16 -11)
  %d = icmp slt <16 x i16> %a, splat (i16 101)
  %e = and <16 x i1> %c, %d
  %r = sext <16 x i1> %e to <16 x i16>
  ret <16 x i16> %r
}
