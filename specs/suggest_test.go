package specs

import "testing"

func TestSuggest(t *testing.T) {
	known := []string{"learning_rate", "epochs", "batch_size", "beta", "data"}
	for wrong, want := range map[string]string{
		"learnin_rate": "learning_rate", "epoch": "epochs", "batchsize": "batch_size", "bta": "beta", "dtaa": "data", "rounds": "", "x": "",
	} {
		if got := Suggest(wrong, known); got != want {
			t.Errorf("%s: %q, want %q", wrong, got, want)
		}
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{{"", "", 0}, {"abc", "", 3}, {"ab", "ba", 1}, {"kitten", "sitting", 3}, {"größe", "grosse", 3}, {"ca", "abc", 3}} {
		if got := distance(c.a, c.b); got != c.want || distance(c.b, c.a) != c.want {
			t.Errorf("%q to %q: %d, want %d", c.a, c.b, got, c.want)
		}
	}
}
