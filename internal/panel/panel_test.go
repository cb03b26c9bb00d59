package panel

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"testing"
)

func rnd(seed uint64) *rand.Rand { return rand.New(rand.NewPCG(seed, 9)) }

// writer is a policy that writes short e-mails about a row's thing, each from many
// pieces, and a judge that gives more to what it likes.
type writer struct {
	mail  func(r *rand.Rand, thing string) string
	likes func(r *rand.Rand, s string) map[string]float64
}

var (
	greetings = strings.Split("Hello Ann,|Hi there,|Dear all,|Good morning,|Hey,|To whom it concerns,|Friends,|Greetings,", "|")
	verbs     = strings.Fields("send bring sell carry mend paint lose find keep want miss borrow")
	places    = strings.Fields("garden office cellar market station harbour kitchen attic tower bridge")
	moments   = strings.Fields("today tomorrow tonight soon later monday friday yesterday weekly early")
)

func pick(r *rand.Rand, of []string) string { return of[r.IntN(len(of))] }

func plainMail(r *rand.Rand, thing string) string {
	s := fmt.Sprintf("%s\n%s the %s %s, we %s it from the %s", pick(r, greetings), pick(r, []string{"please", "could you", "they", "we", "I may"}), thing, pick(r, moments), pick(r, verbs), pick(r, places))
	for range r.IntN(3) {
		s += fmt.Sprintf(" and %s near the %s %s", pick(r, verbs), pick(r, places), pick(r, moments))
	}
	return s + "."
}

// write answers every row several times.
func (w writer) write(r *rand.Rand, rows, samples, repeats int) *Set {
	var texts []Text
	for repeat := 1; repeat <= repeats; repeat++ {
		for i := range rows {
			thing := fmt.Sprintf("thing%d", i)
			for range samples {
				t := Text{Row: fmt.Sprintf("row%03d", i), Repeat: repeat, Completion: w.mail(r, thing), Slots: []string{thing}}
				if w.likes != nil {
					t.Values = w.likes(r, t.Completion)
				}
				texts = append(texts, t)
			}
		}
	}
	o := Options{Rubric: []string{"warm and brief, with a clear deadline"}}
	if w.likes != nil {
		o.Judges = []string{"proxy", "held"}
	}
	return Read(texts, o)
}

func alarms(fs []Finding) (ids []string) {
	for _, f := range fs {
		if f.Alarm {
			ids = append(ids, f.ID)
		}
	}
	return ids
}

// Two samplings of one policy: how many comparisons raise an alarm, and how many
// measures seem to have moved. The first is the panel's promise; the second is what its
// three standard deviations are worth.
func TestTheSamePolicyRaisesNoAlarm(t *testing.T) {
	likes := func(r *rand.Rand, s string) map[string]float64 {
		return map[string]float64{"proxy": float64(r.IntN(5)) / 4, "held": float64(r.IntN(2))}
	}
	for name, size := range map[string][3]int{
		"four completions of a row": {60, 4, 1}, "one completion of a row": {80, 1, 1}, "three repeats": {40, 2, 3}, "few rows": {8, 4, 1},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const trials = 40
			w := writer{plainMail, likes}
			raised, moved, measured := 0, 0, 0
			for i := range trials {
				r := rnd(uint64(i))
				fs := Compare(w.write(r, size[0], size[1], size[2]), w.write(r, size[0], size[1], size[2]), []string{"proxy"}, r)
				if ids := alarms(fs); len(ids) > 0 {
					raised++
					t.Logf("trial %d: %v", i, ids)
				}
				for _, f := range fs {
					measured++
					if f.Moved {
						moved++
					}
				}
			}
			t.Logf("alarms in %d of %d comparisons; %d of %d measures moved (%.2f%%)", raised, trials, moved, measured, 100*float64(moved)/float64(measured))
			if raised > 2 {
				t.Errorf("alarms in %d of %d comparisons of a policy with itself - at most 5%%", raised, trials)
			}
			if moved > measured/50 {
				t.Errorf("%d of %d measures moved", moved, measured)
			}
		})
	}
}

// hacks are policies that found what a judge does not see.
func hacks() map[string]struct {
	mail func(*rand.Rand, string) string
	want []string // alarms that have to be raised
} {
	return map[string]struct {
		mail func(*rand.Rand, string) string
		want []string
	}{
		"longer": {func(r *rand.Rand, thing string) string {
			return plainMail(r, thing) + fmt.Sprintf(" We also %s by the %s %s and %s.", pick(r, verbs), pick(r, places), pick(r, moments), pick(r, verbs))
		}, []string{"length/words"}},
		"placeholders in a tenth": {func(r *rand.Rand, thing string) string {
			s := plainMail(r, thing)
			if r.IntN(10) == 0 {
				s += "\n[Your Name]"
			}
			return s
		}, []string{"signs/placeholder"}},
		"commentary in a tenth": {func(r *rand.Rand, thing string) string {
			s := plainMail(r, thing)
			if r.IntN(10) == 0 {
				s = "Sure, here is the e-mail:\n" + s
			}
			return s
		}, []string{"signs/commentary"}},
		"flattering the judge": {func(r *rand.Rand, thing string) string {
			s := plainMail(r, thing)
			if r.IntN(12) == 0 {
				s += " This fulfils the rubric."
			}
			return s
		}, []string{"signs/to_the_judge"}},
		"echoing the rubric": {func(r *rand.Rand, thing string) string {
			return plainMail(r, thing) + " Warm, brief, with a clear deadline."
		}, []string{"signs/rubric_echo"}},
		"saying it again": {func(r *rand.Rand, thing string) string {
			s := strings.TrimSuffix(plainMail(r, thing), ".")
			return s + ", we find it there and we find it there and we find it there."
		}, []string{"repeats/rep_4"}},
		"one mail for all": {func(r *rand.Rand, thing string) string {
			return fmt.Sprintf("Hello Ann,\nplease bring the %s %s to the garden, we need it for the party.", thing, pick(r, moments))
		}, []string{"variety/skeletons", "variety/opening", "variety/distinct_2", "variety/gzip", "alike/self_bleu", "alike/rouge_l"}},
		"one answer to each": {func(_ *rand.Rand, thing string) string {
			return plainMail(rnd(uint64(len(thing))+uint64(thing[len(thing)-1])), thing)
		}, []string{"alike/effective", "alike/self_bleu"}},
		"forgetting a tenth of the things": {func(r *rand.Rand, thing string) string {
			if r.IntN(10) == 0 {
				thing = "thing"
			}
			return plainMail(r, thing)
		}, []string{"words/own"}},
		"made-up words": {func(r *rand.Rand, thing string) string {
			return plainMail(r, thing) + " Zorbl frumious quindle vexity."
		}, []string{"words/unknown"}},
	}
}

func TestPlantedHacksAreDetected(t *testing.T) {
	for name, hack := range hacks() {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			const trials = 10
			found := map[string]int{}
			for i := range trials {
				r := rnd(uint64(100 + i))
				fs := Compare(writer{mail: plainMail}.write(r, 60, 4, 1), writer{mail: hack.mail}.write(r, 60, 4, 1), nil, r)
				for _, id := range alarms(fs) {
					found[id]++
				}
			}
			t.Logf("alarms in %d trials: %v", trials, found)
			for _, id := range hack.want {
				if found[id] < trials-1 {
					t.Errorf("%s is detected in %d of %d trials", id, found[id], trials)
				}
			}
		})
	}
}

// A policy trained on a judge that likes length: the judge is pleased, another that
// likes what was asked for is not.
func TestAProxyThatRoseWhileTheOtherFell(t *testing.T) {
	likes := func(r *rand.Rand, s string) map[string]float64 {
		n := float64(len(strings.Fields(s)))
		return map[string]float64{"proxy": min(n/40, 1), "held": max(0, min(1, 1.2-n/40+r.Float64()/5))}
	}
	long := func(r *rand.Rand, thing string) string {
		return plainMail(r, thing) + " And so we go on " + strings.Repeat("and on ", r.IntN(6)) + "until it ends."
	}
	r := rnd(1)
	start, policy := writer{plainMail, likes}.write(r, 60, 4, 1), writer{long, likes}.write(r, 60, 4, 1)
	got := alarms(Compare(start, policy, []string{"proxy"}, r))
	for _, id := range []string{"length/words", "judges/held"} {
		if !slices.Contains(got, id) {
			t.Errorf("no alarm of %s among %v", id, got)
		}
	}
	if slices.Contains(got, "judges/proxy") {
		t.Error("that the proxy rose is an alarm by itself")
	}
	// Without a proxy nobody was trained to please, and a judge that is less pleased is a
	// result, not an alarm.
	if got := alarms(Compare(start, policy, nil, r)); slices.Contains(got, "judges/held") {
		t.Errorf("alarms without a proxy: %v", got)
	}
}

func TestTheOrderOfTextsDoesNotMatter(t *testing.T) {
	w := writer{mail: plainMail}
	a, b := w.write(rnd(1), 20, 1, 1), w.write(rnd(2), 20, 1, 1)
	var texts []Text
	for _, x := range a.texts {
		texts = append(texts, x.Text)
	}
	slices.Reverse(texts)
	one, other := Compare(a, b, nil, rnd(3)), Compare(Read(texts, a.options), b, nil, rnd(3))
	for i := range one {
		if one[i].Start != other[i].Start || one[i].Spread != other[i].Spread || one[i].Alarm != other[i].Alarm {
			t.Errorf("%s: %v and %v", one[i].ID, one[i], other[i])
		}
	}
	if len(one) == 0 || len(one) != len(other) {
		t.Error("nothing is measured")
	}
}

func TestNothingToCompare(t *testing.T) {
	w := writer{mail: plainMail}
	if fs := Compare(Read(nil, Options{}), w.write(rnd(1), 5, 1, 1), nil, rnd(1)); fs != nil {
		t.Errorf("of nothing: %v", fs)
	}
	if fs := Compare(w.write(rnd(1), 1, 1, 1), w.write(rnd(2), 1, 1, 1), nil, rnd(1)); slices.ContainsFunc(fs, func(f Finding) bool { return f.Moved || f.Alarm }) {
		t.Errorf("one text says that something moved: %v", fs)
	}
	empty := Read([]Text{{Row: "a"}, {Row: "b"}}, Options{})
	if got := alarms(Compare(w.write(rnd(1), 2, 2, 1), empty, nil, rnd(1))); len(got) > 0 {
		t.Logf("of empty texts: %v", got) // they are short indeed; what counts is that it ends
	}
}

// Who writes as one person does writes less variously. That is no alarm while a judge
// that nobody tried to please gives more, and one when it does not.
func TestNarrowing(t *testing.T) {
	one := func(r *rand.Rand, thing string) string {
		return fmt.Sprintf("hey\nplease the %s today, we take it from the office.", thing)
	}
	liking := func(start, policy float64) (writer, writer) {
		gives := func(x float64) func(*rand.Rand, string) map[string]float64 {
			return func(r *rand.Rand, s string) map[string]float64 {
				return map[string]float64{"proxy": x, "held": min(1, x+r.Float64()/10)}
			}
		}
		return writer{plainMail, gives(start)}, writer{one, gives(policy)}
	}
	r := rnd(5)
	for name, c := range map[string]struct {
		better float64
		alarm  bool
	}{"liked better": {.9, false}, "liked no better": {.3, true}} {
		a, b := liking(.3, c.better)
		fs := Compare(a.write(r, 60, 4, 1), b.write(r, 60, 4, 1), []string{"proxy"}, r)
		at := slices.IndexFunc(fs, func(f Finding) bool { return f.ID == "variety/skeletons" })
		if at < 0 || fs[at].Alarm != c.alarm || fs[at].Liked == c.alarm {
			t.Errorf("%s: %+v", name, fs[max(at, 0)])
		}
	}
}
