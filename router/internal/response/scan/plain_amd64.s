//go:build !purego

#include "textflag.h"

// What the bytes are compared with, as often as a load has room for.
DATA quote<>+0(SB)/4, $0x22222222
DATA escape<>+0(SB)/4, $0x5C5C5C5C
DATA control<>+0(SB)/4, $0x1F1F1F1F // the last one
DATA space<>+0(SB)/4, $0x20202020
GLOBL quote<>(SB), RODATA|NOPTR, $4
GLOBL escape<>(SB), RODATA|NOPTR, $4
GLOBL control<>(SB), RODATA|NOPTR, $4
GLOBL space<>(SB), RODATA|NOPTR, $4

// func blocks(b []byte) (n int, high uint32)
//
// Two blocks at a time as long as they are plain ASCII, then one at a time. A load
// of n bytes from AX on follows a comparison of AX + n with the length.
TEXT ·blocks(SB), NOSPLIT, $0-36
	MOVQ b_base+0(FP), SI
	MOVQ b_len+8(FP), CX
	XORQ AX, AX
	VPBROADCASTD quote<>(SB), Y0
	VPBROADCASTD escape<>(SB), Y1
	VPBROADCASTD space<>(SB), Y8
	VPXOR Y7, Y7, Y7

pair:
	LEAQ 64(AX), DX
	CMPQ DX, CX
	JGT  single
	VMOVDQU (SI)(AX*1), Y3
	VMOVDQU 32(SI)(AX*1), Y9
	VPCMPEQB Y3, Y0, Y4
	VPCMPEQB Y3, Y1, Y5
	VPCMPGTB Y3, Y8, Y6 // below 0x20 with a sign: control characters, and all that is not ASCII
	VPCMPEQB Y9, Y0, Y10
	VPCMPEQB Y9, Y1, Y11
	VPCMPGTB Y9, Y8, Y12
	VPOR Y4, Y5, Y4
	VPOR Y10, Y11, Y10
	VPOR Y4, Y6, Y4
	VPOR Y10, Y12, Y10
	VPOR Y4, Y10, Y5
	VPMOVMSKB Y5, R8
	TESTL R8, R8
	JNZ  either
	MOVQ DX, AX
	JMP  pair

either:
	VPMOVMSKB Y4, R8
	VPMOVMSKB Y10, R9
	SHLQ $32, R9
	ORQ  R9, R8
	BSFQ R8, R8
	ADDQ AX, R8
	CMPB (SI)(R8*1), $0x80
	JAE  single
	MOVQ R8, AX
	XORL R11, R11
	JMP  done

	// Y4 to Y6 are the bytes that end plain text, Y7 the union of all that were seen
	// here.
single:
	VPBROADCASTD control<>(SB), Y2

next:
	LEAQ 32(AX), DX
	CMPQ DX, CX
	JGT  rest
	VMOVDQU (SI)(AX*1), Y3
	VPCMPEQB Y3, Y0, Y4
	VPCMPEQB Y3, Y1, Y5
	VPMINUB  Y3, Y2, Y6 // the smaller one of byte and 0x1F: the byte itself if it is a control character
	VPCMPEQB Y3, Y6, Y6
	VPOR Y4, Y5, Y4
	VPOR Y4, Y6, Y4
	VPMOVMSKB Y4, R8
	TESTL R8, R8
	JNZ  found
	VPOR Y3, Y7, Y7
	MOVQ DX, AX
	JMP  next

found:
	BSFL R8, R9
	ADDQ R9, AX
	LEAL -1(R8), R10
	XORL R8, R10 // the bytes up to the one that was found, which is ASCII
	VPMOVMSKB Y3, R11
	ANDL R10, R11
	VPMOVMSKB Y7, R12
	ORL  R12, R11
	JMP  done

rest:
	VPMOVMSKB Y7, R11

done:
	VZEROUPPER
	MOVQ AX, n+24(FP)
	MOVL R11, high+32(FP)
	RET
