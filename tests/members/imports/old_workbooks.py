"""A workbook of Excel 97 whose days count from 1904: name, birthday; Ada, 43979. Nothing here writes such files."""

import base64
import zlib

_PACKED = (
    "c-rk)O-NKx6#njW#`!_VH#!Cy$RK29B8VF|`ZOq4iPfTrK;JY2iZ;r_jV{!(Sq4F?qK)9Djn<|gYGJz;fl-Sf2xe;8N=Rs-"
    "^E&su`(pfAI8b78zsLRVnRCy*_sqNJp7-wiupZAZJ!>pr7kW{Fq8mYFiB3?7_&-"
    "cgyX#8PuftSajsFUfFfC+d5U;D>hvXW{^)A4`)4*F|;2V`2n8M&>Hj_L=oMRtsA${l}7I;jW7#i5CTIQR~b<C@5`G&cVHTRf%$Tl"
    "yoW8E5T>sC>G&1i-kF~<CY`+Q;RPSoR_jN<wG!m|yc-"
    "x;$fj%GtspbE>NbsNZJGmbrxM}ih`8Jlhr`04M|wWQV`u3mujzjo?F`{*AS0bl{{2nTqMlIvQ9x4>7n$W+R*kWtpYm7(;S8gr&c)"
    "AkH$`_pz*=40N!=8pYa&2e2toJI}HagJ`2GW6DyjgJ>oL)I{B7C2{nnf;V>1}<*P9@II;Eyf>iV?N7#hetihawBtsVv_2Xp?W1;S"
    "Y(^K+}c9(bTK|zr%U8kl5;;Uy==;Tx6Y8fGEkUJtbDeX&`dWYP5tGyh<4E~9zB$JW%;#GS>P*k!=8)~HcaKas~%r9*hZAaIJ5Ul-"
    "W{Rr#Xk0e?d6DbMwI=Dqhr-TuThKVe0%yzo{>>#XlQ6?XlQ6?XdGP#^>(k$8T9h*ogqT%yUsS1qW(;BY;hTrbWPJ~^E|RtJD4dee"
    "oi1L{ISFV`}p4rC9cx!4#tsUKgP?BUpfPd(*JYdj^^LnLgmh1EXU7(JpXT;F2Ix"
)
BOOK_OF_1904 = zlib.decompress(base64.b85decode(_PACKED))


def record(kind: int, value: bytes) -> bytes:
    """A record of a workbook."""
    return kind.to_bytes(2, "little") + len(value).to_bytes(2, "little") + value
