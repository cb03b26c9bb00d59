package main

import "testing"

func TestParameters(t *testing.T) {
	for n, want := range map[int64]string{0: "-", 7: "7", 999: "999", 1000: "1.00k", 25_344: "25.3k", 999_400: "999k", 999_500: "1.00M", 2_558_784: "2.56M", 8_190_735_360: "8.19B"} {
		if got := parameters(n); got != want {
			t.Errorf("%d parameters are %s, want %s", n, got, want)
		}
	}
}
