package world

import (
	"crypto/sha256"
	"encoding/hex"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var testMailDials = MailDials{
	Share: .5, Write: .5, Requests: .1, Read: .15, Checked: .1, Compare: .05, Repeat: .1,
	Instructed: .7, Named: .5, Compliance: .85, FewShot: .4, MadeUp: .5, Short: .35, Exclamation: .4, Quirk: .12,
}

func newTestMail(t testing.TB, d MailDials) *Mail {
	t.Helper()
	m, err := NewMail(d, Topics())
	if err != nil {
		t.Fatal(err)
	}
	return m
}

// The program that reads an e-mail agrees with the one that wrote it on every attribute, and finds the request's words.
func TestReadMailReadsWhatWasWritten(t *testing.T) {
	m, r := newTestMail(t, testMailDials), rand.New(rand.NewPCG(1, 0))
	for range 5000 {
		want := m.Style(r)
		if r.IntN(4) == 0 {
			want[Quirk] = pick(r, Quirks())
		}
		q := m.request(r)
		text := WriteMail(r, q, want)
		if diff := cmp.Diff(want, ReadMail(text)); diff != "" {
			t.Fatalf("(-written +read)\n%s\n%s", diff, text)
		}
		if !q.Answered(text) || MailKind(text) != q.Kind || !want.Whole() {
			t.Fatalf("%+v: kind %q, answered %v:\n%s", q, MailKind(text), q.Answered(text), text)
		}
		if strings.Contains(text, "%") {
			t.Fatalf("a place was left open:\n%s", text)
		}
		if got, ok := ReadRequest(q.Text); !ok || got != q {
			t.Fatalf("request %+v read as %+v, %v", q, got, ok)
		}
	}
}

func TestReadMailLeavesOutWhatIsNotThere(t *testing.T) {
	whole := Style{SignOff: "cheers", Length: "short", Tone: "warm", Opener: "hey", Exclamation: "no"}
	for name, c := range map[string]struct {
		text string
		want Style
		lost string
	}{
		"all of it":            {"hey Anna,\nkindly please send me the plan by friday.\ncheers", whole, ""},
		"a quirk":              {"hey Anna,\nkindly please send me the plan by friday.\nselah\ncheers", whole, ""},
		"no opener":            {"yo Anna,\nkindly please send me the plan by friday.\ncheers", whole, Opener},
		"no comma":             {"hey Anna\nkindly please send me the plan by friday.\ncheers", whole, Opener},
		"no sign-off":          {"hey Anna,\nkindly please send me the plan by friday.\nbye", whole, SignOff},
		"words of two tones":   {"hey Anna,\nkindly please send me the plan by friday yay.\ncheers", whole, Tone},
		"no word of a tone":    {"hey Anna,\nplease send me the plan by friday.\ncheers", whole, Tone},
		"one line, and no end": {"hey Anna,", Style{Opener: "hey"}, ""},
		"nothing":              {"", Style{}, ""},
	} {
		t.Run(name, func(t *testing.T) {
			got := ReadMail(c.text)
			want := Style{}
			for k, v := range c.want {
				if k != c.lost {
					want[k] = v
				}
			}
			if name == "a quirk" {
				want[Quirk] = "selah"
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got)\n%s", diff)
			}
		})
	}
}

// Rates of the population, and what an instruction does to them, are the dials'.
func TestMailFollowsTheDials(t *testing.T) {
	const n = 8000
	m, r := newTestMail(t, testMailDials), rand.New(rand.NewPCG(2, 0))
	kinds := map[string]int{}
	var alone, mails, instructed, after, quirky, obeyed, named int
	values := map[string]int{}
	for range n {
		d := m.Document(r)
		kinds[d.Kind]++
		if d.Kind != "write" {
			continue
		}
		mails++
		read := ReadMail(d.Completion)
		for _, e := range d.Earlier {
			if diff := cmp.Diff(read, ReadMail(e.Completion)); diff != "" {
				t.Fatalf("styles within a document differ:\n%s", diff)
			}
		}
		if len(d.Earlier) > 0 {
			after++
		} else if read[Quirk] != "" {
			quirky++
		}
		if d.System != "" {
			instructed++
			wanted := readInstruction(t, d.System)
			for a, value := range wanted {
				if a == SignOff {
					named++
					if read[a] == value {
						obeyed++
					}
				}
			}
			continue
		}
		alone++
		for _, value := range read {
			values[value]++
		}
	}
	d := testMailDials
	for kind, share := range map[string]float64{"write": d.Write, "requests": d.Requests, "read": d.Read, "check": d.Checked, "compare": d.Compare, "repeat": d.Repeat} {
		within(t, kind, float64(kinds[kind])/n, share, n)
	}
	within(t, "instructed", float64(instructed)/float64(mails), d.Instructed, mails)
	within(t, "few_shot", float64(after)/float64(mails), d.FewShot, mails)
	within(t, "quirk", float64(quirky)/float64(mails-after), d.Quirk, mails-after)
	within(t, "sign-off obeyed", float64(obeyed)/float64(named), d.Compliance+(1-d.Compliance)/6, named)
	for value, share := range map[string]float64{"short": d.Short, "medium": d.Short, "yes": d.Exclamation, "cheers": 1. / 6, "hey": .25, "warm": 1. / 3} {
		within(t, value, float64(values[value])/float64(alone), share, alone)
	}
}

// readInstruction reads what a style instruction wants.
func readInstruction(t *testing.T, system string) Style {
	t.Helper()
	list, ok := strings.CutPrefix(strings.TrimSuffix(system, "."), "Style: ")
	if !ok {
		t.Fatalf("instruction %q", system)
	}
	wanted := Style{}
	for _, part := range strings.Split(list, ", ") {
		name, value, _ := strings.Cut(part, " ")
		if !isValue(name, value) {
			t.Fatalf("instruction %q: %q", system, part)
		}
		wanted[name] = value
	}
	return wanted
}

// Every question of a document has the answer that the text of its e-mails gives.
func TestQuestionsAreAnsweredRight(t *testing.T) {
	m, r := newTestMail(t, testMailDials), rand.New(rand.NewPCG(3, 0))
	answers := map[string]map[string]int{"check": {}, "compare": {}}
	for range 800 {
		read, check, compare := m.read(r), m.check(r), m.compare(r)
		for i, e := range turns(read) {
			text, _, _ := strings.Cut(first(read), "\n\n")
			question := strings.TrimSuffix(e.Prompt[strings.LastIndex(e.Prompt, "\n")+1:], "?")
			if i == 0 && e.Prompt != ReadPrompt(text, question) || ReadMail(text)[question] != e.Completion {
				t.Fatalf("read %+v of\n%s", e, text)
			}
		}
		for i, e := range turns(check) {
			text, _, _ := strings.Cut(first(check), "\n\n")
			attribute, value, _ := strings.Cut(strings.TrimSuffix(e.Prompt[strings.LastIndex(e.Prompt, "\n")+1:], "?"), " ")
			if i == 0 && e.Prompt != CheckPrompt(text, attribute, value) || yesNo(ReadMail(text)[attribute] == value) != e.Completion {
				t.Fatalf("check %+v of\n%s", e, text)
			}
			answers["check"][e.Completion]++
		}
		parts := strings.Split(first(compare), "\n\n")
		a, b := strings.TrimPrefix(parts[0], "A: "), strings.TrimPrefix(parts[1], "B: ")
		for i, e := range turns(compare) {
			attribute, value, _ := strings.Cut(strings.TrimSuffix(e.Prompt[strings.LastIndex(e.Prompt, "\n")+1:], ": A or B?"), " ")
			has := map[bool]string{true: "A", false: "B"}[ReadMail(a)[attribute] == value]
			if i == 0 && e.Prompt != ComparePrompt(a, b, attribute, value) || has != e.Completion || ReadMail(a)[attribute] == ReadMail(b)[attribute] {
				t.Fatalf("compare %+v of\n%s", e, first(compare))
			}
			answers["compare"][e.Completion]++
		}
	}
	for kind, said := range answers {
		n := 0
		for _, k := range said {
			n += k
		}
		for answer, k := range said {
			within(t, kind+" "+answer, float64(k)/float64(n), .5, n)
		}
	}
}

func turns(d Document) []Exchange {
	return append(slices.Clone(d.Earlier), Exchange{d.Prompt, d.Completion})
}

func first(d Document) string { return turns(d)[0].Prompt }

func TestRequestsAreJSON(t *testing.T) {
	m, r := newTestMail(t, testMailDials), rand.New(rand.NewPCG(4, 0))
	for range 1000 {
		d := m.requests(r)
		texts, ok := ReadRequests(d.Completion)
		if !ok || len(texts) < 2 || len(texts) > 5 {
			t.Fatalf("%v: %q", ok, d.Completion)
		}
		if distinct := slices.Compact(slices.Sorted(slices.Values(texts))); len(distinct) != len(texts) {
			t.Errorf("twice the same: %q", texts)
		}
		q, ok := ReadRequest(texts[0])
		lines := strings.Split(d.Prompt, "\n")
		var examples []string
		for _, l := range lines[:len(lines)-1] {
			examples = append(examples, strings.TrimPrefix(l, "- "))
		}
		if !ok || d.Prompt != RequestsPrompt(q.Kind, len(texts), examples) {
			t.Errorf("%q is asked for by %q", texts[0], d.Prompt)
		}
		for _, text := range append(examples, texts...) {
			if other, ok := ReadRequest(text); !ok || other.Kind != q.Kind {
				t.Errorf("%q is no request of kind %s", text, q.Kind)
			}
		}
	}
	for _, bad := range []string{"", `["a"]`, "```json\n[\"a\"]", "```json\n[\"a\"\n```", "```json\n{}\n```"} {
		if texts, ok := ReadRequests(bad); ok {
			t.Errorf("%q is read as %q", bad, texts)
		}
	}
	for _, bad := range []string{"", "Ask Anna.", "Ask Anna for the plan by someday.", "Thank Anna for the plan on $40.", "Ask Anna for the plan by friday. Now."} {
		if q, ok := ReadRequest(bad); ok {
			t.Errorf("%q is read as %+v", bad, q)
		}
	}
}

// Words that are called unseen stand in no list that the corpus draws from, here or of haiku.
func TestUnseenWordsAreUnseen(t *testing.T) {
	data, err := os.ReadFile("../../specs/data/nouns.txt")
	if err != nil {
		t.Fatal(err)
	}
	for _, noun := range UnseenNouns() {
		if slices.Contains(KnownNouns(), noun) || slices.Contains(Topics(), noun) {
			t.Errorf("noun %q is seen", noun)
		}
	}
	for _, noun := range KnownNouns() {
		if slices.Contains(strings.Fields(string(data)), noun) && !slices.Contains(Topics(), noun) {
			t.Errorf("noun %q is one that haiku never are about", noun)
		}
	}
	for _, name := range UnseenNames() {
		if slices.Contains(KnownNames(), name) {
			t.Errorf("name %q is seen", name)
		}
	}
}

func TestMailDependsOnTheSeedAlone(t *testing.T) {
	draw := func(seed uint64) (docs []Document) {
		m, r := newTestMail(t, testMailDials), rand.New(rand.NewPCG(seed, 0))
		for range 300 {
			docs = append(docs, m.Document(r))
		}
		return docs
	}
	if diff := cmp.Diff(draw(7), draw(7)); diff != "" {
		t.Errorf("same seed (-one +other):\n%s", diff)
	}
	if cmp.Equal(draw(7), draw(8)) {
		t.Error("another seed gives the same documents")
	}
}

func TestNewMailRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		change func(*MailDials)
		want   string
	}{
		"a dial above one":             {func(d *MailDials) { d.Compliance = 1.5 }, "compliance: 1.5 is not a share, want 0 to 1"},
		"shares that do not add up":    {func(d *MailDials) { d.Read += .5 }, "write, requests, read, check, compare and repeat sum to 1.5, want 1"},
		"more short and medium than 1": {func(d *MailDials) { d.Short = .6 }, "short: 0.6, want 0 to 0.5: as many have two sentences"},
		"quirks after others":          {func(d *MailDials) { d.Quirk = .5 }, "quirk: 0.5, want 0 to 0.4: after others there are 2.5 times as many"},
	} {
		t.Run(name, func(t *testing.T) {
			d := testMailDials
			c.change(&d)
			if _, err := NewMail(d, Topics()); err == nil || err.Error() != c.want {
				t.Errorf("error %v, want %s", err, c.want)
			}
		})
	}
	if _, err := NewMail(testMailDials, nil); err == nil || err.Error() != "no topics" {
		t.Errorf("error %v, want no topics", err)
	}
}

// The tokenizer's text and the first documents of haiku are those that mini-1 was made from.
func TestTheOlderCorpusIsUnchanged(t *testing.T) {
	const want = "de3f6d5d5cf5f7ffc1de0b8ac2d06d22c455af10dddccd62022a24e842b51b78"
	h := newTestHaiku(t, testDials)
	var all strings.Builder
	for _, d := range documents(h, 9, 50) {
		all.WriteString(d.Prompt + "\n" + d.Completion + "\n")
	}
	for s := range TokenizerText(rand.New(rand.NewPCG(9, 0)), h, 50) {
		all.WriteString(s + "\n")
	}
	if got := sha256.Sum256([]byte(all.String())); hex.EncodeToString(got[:]) != want {
		t.Errorf("sha256 %x, want %s", got, want)
	}
}
