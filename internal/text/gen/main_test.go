package main

import (
	"strings"
	"testing"
)

func TestReduce(t *testing.T) {
	for phonemes, want := range map[string]string{
		"N AY1 T": "AY T|1", "B R OW1 K AH0 N": "OW K AH N|2", "B AH1 T ER0 F L AY2": "AY|3", "DH AH0": "AH|1", "AH0 V AH0": "AH|2", "HH M": "M|1",
	} {
		if got := reduce(strings.Fields(phonemes)); got != want {
			t.Errorf("reduce(%s) = %s, want %s", phonemes, got, want)
		}
	}
}
