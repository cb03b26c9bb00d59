package fail

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestDeathIsForever(t *testing.T) {
	d := At("write", 2)
	asked := []string{"write", "read", "write", "write", "read"}
	dead := make([]bool, len(asked))
	for i, name := range asked {
		dead[i] = errors.Is(Point(d, name), ErrDied)
	}
	if diff := cmp.Diff([]bool{false, false, true, true, true}, dead); diff != "" {
		t.Errorf("dead after each point (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]int{"write": 2, "read": 1}, d.Hits()); diff != "" {
		t.Errorf("hits until the death (-want +got):\n%s", diff)
	}
}

func TestNobodyDiesUnasked(t *testing.T) {
	for _, i := range []Injector{nil, Never()} {
		if err := Point(i, ""); err != nil {
			t.Errorf("%T: %v", i, err)
		}
	}
}
