//go:build !purego

#include "textflag.h"

// func blocks(b []byte) (n int, high uint32)
//
// Y0 to Y2 hold the bytes that end plain text, Y7 the union of all bytes seen.
// A load needs 32 bytes from AX on, which is compared with the length first.
TEXT ·blocks(SB), NOSPLIT, $0-36
	MOVQ b_base+0(FP), SI
	MOVQ b_len+8(FP), CX
	XORQ AX, AX
	MOVL $0x22, R8
	MOVQ R8, X0
	VPBROADCASTB X0, Y0
	MOVL $0x5C, R8
	MOVQ R8, X1
	VPBROADCASTB X1, Y1
	MOVL $0x1F, R8
	MOVQ R8, X2
	VPBROADCASTB X2, Y2
	VPXOR Y7, Y7, Y7

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
