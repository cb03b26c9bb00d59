//go:build amd64 && !noasm

package kernel

// assembled lists the sets written in assembly that this CPU and its operating system run, fastest first.
func assembled() []*Set {
	top, _, _, _ := cpuid(0, 0)
	if top < 7 {
		return nil
	}
	_, _, features, _ := cpuid(1, 0)
	if !has(features, 12, 27, 28) { // FMA, OSXSAVE, AVX
		return nil
	}
	_, extended, _, _ := cpuid(7, 0)
	saved := xgetbv()
	var sets []*Set
	if has(extended, 5, 8, 16, 17, 30, 31) && has(saved, 1, 2, 5, 6, 7) { // AVX2, BMI2, AVX-512 F, DQ, BW, VL; XMM to ZMM and K
		sets = append(sets, &Set{"avx512", tilesAVX512(), vectorsAVX512()})
	}
	if has(extended, 5, 8) && has(saved, 1, 2) {
		sets = append(sets, &Set{"avx2", tilesAVX2(), vectorsAVX2()})
	}
	return sets
}

func has(word uint32, bits ...int) bool {
	for _, bit := range bits {
		if word>>bit&1 == 0 {
			return false
		}
	}
	return true
}

// depthFMA is the same for both sets, which thereby sum in the same order: "avx512" and "avx2" give the same bits.
const depthFMA = 384

func tilesAVX512() tiles {
	return tiles{
		rows: 14, cols: 32, depth: depthFMA, height: 112, width: 512,
		full: []tile{tile1x32AVX512, tile2x32AVX512, tile3x32AVX512, tile4x32AVX512, tile5x32AVX512, tile6x32AVX512, tile7x32AVX512,
			tile8x32AVX512, tile9x32AVX512, tile10x32AVX512, tile11x32AVX512, tile12x32AVX512, tile13x32AVX512, tile14x32AVX512},
		narrow: []tile{tile1x16AVX512, tile2x16AVX512, tile3x16AVX512, tile4x16AVX512, tile5x16AVX512, tile6x16AVX512, tile7x16AVX512,
			tile8x16AVX512, tile9x16AVX512, tile10x16AVX512, tile11x16AVX512, tile12x16AVX512, tile13x16AVX512, tile14x16AVX512},
		copyRows: copyRowsAVX512, transpose: transposeAVX, scratch: newScratch(),
	}
}

func tilesAVX2() tiles {
	return tiles{
		rows: 6, cols: 16, depth: depthFMA, height: 24, width: 512,
		full:     []tile{tile1x16AVX2, tile2x16AVX2, tile3x16AVX2, tile4x16AVX2, tile5x16AVX2, tile6x16AVX2},
		narrow:   []tile{tile1x8AVX2, tile2x8AVX2, tile3x8AVX2, tile4x8AVX2, tile5x8AVX2, tile6x8AVX2},
		copyRows: copyRowsAVX2, transpose: transposeAVX, scratch: newScratch(),
	}
}

// transposeAVX transposes blocks of 8 x 8 in registers and the rest one by one.
func transposeAVX(dst, src []float32, k, n, stride, width int) {
	if n < width {
		clear(dst[:k*width])
	}
	done := 0
	for ; k >= 8 && done+8 <= n; done += 8 {
		transpose8(dst[done:], src[done*stride:], k/8, stride, width)
	}
	if k%8 > 0 && done > 0 {
		transposeColumns(dst[k/8*8*width:], src[k/8*8:], k%8, done, stride, width)
	}
	if done < n {
		transposeColumns(dst[done:], src[done*stride:], k, n-done, stride, width)
	}
}

func vectorsAVX512() vectors {
	return vectors{
		exp: expAVX512, maxScaled: maxScaledAVX512, expSum: expSumAVX512,
		dot: dotAVX512, dot3: dot3AVX512, addScaled: addScaledAVX512, scale: scaleAVX512, scaleMul: scaleMulAVX512,
		rmsBack: rmsBackAVX512, swiglu: swigluAVX512, swigluBack: swigluBackAVX512, sumSquares: sumSquaresAVX512,
		adamW: adamWAVX512,
		peak:  func(n int) float64 { peakAVX512(n); return float64(n * 12 * 16 * 2) },
	}
}

func vectorsAVX2() vectors {
	return vectors{
		exp: expAVX2, maxScaled: maxScaledAVX2, expSum: expSumAVX2,
		dot: dotAVX2, dot3: dot3AVX2, addScaled: addScaledAVX2, scale: scaleAVX2, scaleMul: scaleMulAVX2,
		rmsBack: rmsBackAVX2, swiglu: swigluAVX2, swigluBack: swigluBackAVX2, sumSquares: sumSquaresAVX2,
		adamW: adamWAVX2,
		peak:  func(n int) float64 { peakAVX2(n); return float64(n * 12 * 8 * 2) },
	}
}
