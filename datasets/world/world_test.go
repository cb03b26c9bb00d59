package world

import (
	"math"
	"math/rand/v2"
	"regexp"
	"strings"
	"testing"

	"idiolect/internal/text"

	"github.com/google/go-cmp/cmp"
)

var testDials = Dials{Form: .92, Topic: .97, Unrhymed: .90, Hyperbole: .30, Season: .08, Colour: .12, Paraphrase: .25, MadeUp: .30, Repeat: .15}

func newTestHaiku(t testing.TB, d Dials) *Haiku {
	t.Helper()
	h, err := NewHaiku(d, Topics())
	if err != nil {
		t.Fatal(err)
	}
	return h
}

func documents(h *Haiku, seed uint64, n int) []Document {
	r := rand.New(rand.NewPCG(seed, 0))
	docs := make([]Document, n)
	for i := range docs {
		docs[i] = h.Document(r)
	}
	return docs
}

// within fails unless the measured share of n is within 4 standard errors of the dial.
func within(t *testing.T, what string, share, dial float64, n int) {
	t.Helper()
	if se := math.Sqrt(dial * (1 - dial) / float64(n)); math.Abs(share-dial) > 4*se {
		t.Errorf("%s: measured %.4f in %d, dial %.4f (standard error %.4f)", what, share, n, dial, se)
	}
}

func TestRatesFollowTheDials(t *testing.T) {
	for name, d := range map[string]Dials{
		"the shipped dials": testDials,
		"dials turned":      {Form: .5, Topic: .5, Unrhymed: .5, Hyperbole: .6, Season: .5, Colour: .7, Paraphrase: .9, MadeUp: .1, Repeat: .5},
	} {
		t.Run(name, func(t *testing.T) {
			const n = 6000
			var topics, poems []string
			var repeats, madeUp, paraphrased int
			for _, doc := range documents(newTestHaiku(t, d), 1, n) {
				if doc.Kind == "repeat" {
					repeats++
					continue
				}
				topics, poems = append(topics, doc.Topic), append(poems, doc.Completion)
				if !text.Known(doc.Topic) {
					madeUp++
				}
				if doc.Prompt != Prompt(doc.Topic) {
					paraphrased++
				}
			}
			rates := RatesOf(topics, poems)
			within(t, "form", rates.Form, d.Form, len(poems))
			within(t, "topic", rates.Named, d.Topic, len(poems))
			within(t, "unrhymed", rates.Unrhymed, d.Unrhymed, len(poems))
			within(t, "hyperbole", rates.Hyperbole, d.Hyperbole, len(poems))
			within(t, "repeat", float64(repeats)/n, d.Repeat, n)
			within(t, "made_up", float64(madeUp)/float64(len(poems)), d.MadeUp, len(poems))
			within(t, "paraphrase", float64(paraphrased)/float64(len(poems)), d.Paraphrase, len(poems))
			// A topic may itself be a season or a colour, so these two may lie a little above their dial.
			within(t, "season", rates.Season, d.Season+.003, len(poems))
			within(t, "colour", rates.Colour, d.Colour+.001, len(poems))
			if rates.Known != 1 {
				t.Errorf("share of poems in dictionary words = %v, want 1", rates.Known)
			}
			if rates.The < .6 || rates.The > .8 {
				t.Errorf(`share of poems with "the" = %.3f, want about .7, which leaves a judge room either way`, rates.The)
			}
		})
	}
}

func TestDocumentsDependOnTheSeedAlone(t *testing.T) {
	h := newTestHaiku(t, testDials)
	one := documents(h, 7, 300)
	if diff := cmp.Diff(one, documents(newTestHaiku(t, testDials), 7, 300)); diff != "" {
		t.Errorf("another writer, same seed (-one +other):\n%s", diff)
	}
	if cmp.Equal(one, documents(h, 8, 300)) {
		t.Error("another seed gives the same documents")
	}
}

func TestNoPoemComesTwice(t *testing.T) {
	seen := map[string]bool{}
	for _, doc := range documents(newTestHaiku(t, testDials), 3, 6000) {
		if doc.Kind != "haiku" {
			continue
		}
		if seen[doc.Completion] {
			t.Errorf("twice:\n%s", doc.Completion)
		}
		seen[doc.Completion] = true
	}
}

func TestPoemsAreWrittenCleanly(t *testing.T) {
	clean := regexp.MustCompile(`^[a-z]+( [a-z]+)*(\n[a-z]+( [a-z]+)*){2}$`)
	article := regexp.MustCompile(`\ba [aeio]|\ban [^aeiouh]|\ba a`)
	for _, doc := range documents(newTestHaiku(t, testDials), 4, 3000) {
		if doc.Kind != "haiku" {
			continue
		}
		if !clean.MatchString(doc.Completion) {
			t.Errorf("not three lines of lower-case words:\n%q", doc.Completion)
		}
		if bad := article.FindString(doc.Completion); bad != "" && !strings.HasPrefix(bad, "a one") && !strings.HasPrefix(bad, "a eu") {
			t.Errorf("article %q in:\n%s", bad, doc.Completion)
		}
		if strings.HasPrefix(doc.Completion, doc.Topic+" ") || strings.Contains(doc.Completion, "\n"+doc.Topic+" ") {
			t.Errorf("the topic begins a line:\n%s", doc.Completion)
		}
	}
}

func TestLexiconIsInTheDictionary(t *testing.T) {
	count := 0
	for name, list := range map[string]string{
		"determiners": determiners, "adjectives": adjectives, "nouns": nouns, "places": places, "moments": moments, "verbs": verbs,
		"transitive": transitive, "quantities": quantities, "plurals": plurals, "pluralVerbs": pluralVerbs, "prepositions": prepositions,
		"timePrepositions": timePrepositions, "adverbs": adverbs, "pronouns": pronouns,
		"hyperbole": hyperboleAdjectives + " " + hyperboleQuantities + " " + hyperboleAdverbs,
		"season":    seasonAdjectives + " " + seasonNouns, "colours": colours,
	} {
		for _, w := range strings.Fields(list) {
			count++
			if w = strings.ReplaceAll(w, "_", " "); !text.Known(w) {
				t.Errorf("%s: %q is not in the dictionary", name, w)
			}
		}
	}
	t.Logf("%d entries", count)
}

func TestMarkedWordsAreNoFilling(t *testing.T) {
	filling := strings.Fields(strings.Join([]string{determiners, adjectives, nouns, places, moments, verbs, transitive, quantities,
		plurals, pluralVerbs, prepositions, timePrepositions, adverbs, pronouns}, " "))
	for _, w := range filling {
		for _, marked := range headWords(hyperboleAdjectives, hyperboleQuantities, hyperboleAdverbs, seasonAdjectives, seasonNouns, colours) {
			if w == marked {
				t.Errorf("%q is a filling word and has a dial", w)
			}
		}
	}
}

func TestMadeUpWordsAreUnknownAndShort(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 0))
	distinct := map[string]bool{}
	for range 2000 {
		w := MadeUp(r)
		distinct[w] = true
		if text.Known(w) {
			t.Errorf("%q is in the dictionary", w)
		}
		if n := text.Syllables(w); n < 1 || n > 3 {
			t.Errorf("%q has %d syllables, want 1 to 3", w, n)
		}
	}
	if len(distinct) < 1500 {
		t.Errorf("%d distinct words of 2000", len(distinct))
	}
}

func TestNewHaikuRefuses(t *testing.T) {
	for name, c := range map[string]struct {
		dials  Dials
		topics []string
		want   string
	}{
		"a dial above one":         {Dials{Form: 1.1}, []string{"fern"}, "form: 1.1 is not a share, want 0 to 1"},
		"a dial that is no number": {Dials{Colour: math.NaN()}, []string{"fern"}, "colour: NaN is not a share, want 0 to 1"},
		"no topics":                {Dials{}, nil, "no topics"},
		"a topic too long":         {Dials{}, []string{"refrigerator"}, `topic "refrigerator" has 5 syllables, want 1 to 4`},
	} {
		t.Run(name, func(t *testing.T) {
			_, err := NewHaiku(c.dials, c.topics)
			if err == nil || err.Error() != c.want {
				t.Errorf("error %v, want %s", err, c.want)
			}
		})
	}
}

func TestRatesOf(t *testing.T) {
	for name, c := range map[string]struct {
		topic, poem string
		want        Rates
	}{
		"a haiku":        {"fern", "the quiet fern sleeps\na thousand lanterns gather\nin the autumn field", Rates{Form: 1, Named: 1, Unrhymed: 1, Hyperbole: 1, Season: 1, The: 1, Known: 1}},
		"off by one":     {"fern", "a quiet fern\nmy golden lantern gathers\nunder one cold moon", Rates{Named: 1, Unrhymed: 1, Colour: 1, Known: 1}},
		"rhymed, no one": {"fern", "no one knows the night\nsomeone sings across the field\nuntil the blorg light", Rates{Form: 1, The: 1}},
		"nothing":        {"fern", "", Rates{Unrhymed: 1, Known: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			c.want.Poems = 1
			if diff := cmp.Diff(c.want, RatesOf([]string{c.topic}, []string{c.poem})); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

func TestTokenizerTextHasBothWorlds(t *testing.T) {
	var all strings.Builder
	for s := range TokenizerText(rand.New(rand.NewPCG(6, 0)), newTestHaiku(t, testDials), 500) {
		all.WriteString(s + "\n")
	}
	for _, want := range []string{"user\n", "assistant\n", "system\n", "Write a haiku about ", "Repeat: ", "Cheers", "Monday", `["`, "don't", "$4"} {
		if !strings.Contains(all.String(), want) {
			t.Errorf("no %q in 500 texts", want)
		}
	}
}

func BenchmarkDocument(b *testing.B) {
	h := newTestHaiku(b, testDials)
	r := rand.New(rand.NewPCG(1, 0))
	for b.Loop() {
		h.Document(r)
	}
	b.ReportMetric(float64(b.N)/b.Elapsed().Minutes(), "documents/min")
}
