package steps_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"idiolect/backends"
	"idiolect/backends/local/mini"
	"idiolect/datasets/world"
	"idiolect/internal/rng"
	"idiolect/steps"
)

// cardPoems is how many poems stand behind each row of the model card: about each topic one.
const cardPoems = 1024

// TestModelCard measures the rates of the shipped models and holds docs/mini.md against them, row by row. It takes minutes:
//
//	RATES=1 go test -run TestModelCard -v ./steps
func TestModelCard(t *testing.T) {
	if os.Getenv("RATES") == "" {
		t.Skip("RATES is not set: no poems are sampled")
	}
	card, err := os.ReadFile("../docs/mini.md")
	if err != nil {
		t.Fatal(err)
	}
	for _, model := range mini.Names() {
		t.Run(model, func(t *testing.T) {
			spec, err := steps.ReadPretrain("../specs/pretrain/" + model + ".yaml")
			if err != nil {
				t.Fatal(err)
			}
			groups := topicGroups(t, spec.Nouns)
			rows := []string{corpusRow(t, spec.Corpus)}
			for _, temperature := range []float64{1, .7, 0} {
				for _, group := range []string{"seen", "unseen", "made up"} {
					rows = append(rows, cardRow(fmt.Sprintf("%v | %s", temperature, group), groups[group], haikuOf(t, model, temperature, groups[group])))
				}
			}
			if spec.Mail != nil {
				var table strings.Builder
				if err := steps.ProbeModel(t.Context(), spec, model, &table); err != nil {
					t.Fatal(err)
				}
				rows = append(rows, strings.Split(strings.TrimSpace(table.String()), "\n")...)
			}
			for _, row := range rows {
				t.Log(row)
				if !strings.Contains(string(card), row+"\n") {
					t.Errorf("docs/mini.md does not have the row\n%s", row)
				}
			}
		})
	}
}

// topicGroups are topics of the corpus, nouns that never were one, and words that no dictionary has.
func topicGroups(t *testing.T, nouns string) map[string][]string {
	t.Helper()
	file, err := os.ReadFile(nouns)
	if err != nil {
		t.Fatal(err)
	}
	seen := world.Topics()
	unseen := slices.DeleteFunc(strings.Fields(string(file)), func(noun string) bool { return slices.Contains(seen, noun) })
	made := make([]string, cardPoems)
	r := rand.New(rand.NewPCG(1, 0))
	for i := range made {
		made[i] = world.MadeUp(r)
	}
	for _, list := range [][]string{seen, unseen} {
		r.Shuffle(len(list), func(i, j int) { list[i], list[j] = list[j], list[i] })
	}
	return map[string][]string{"seen": seen[:cardPoems], "unseen": unseen[:cardPoems], "made up": made}
}

// haikuOf samples one haiku about each topic.
func haikuOf(t *testing.T, model string, temperature float64, topics []string) []string {
	t.Helper()
	local := machines(t)[0]
	s, err := local.Sampler(t.Context(), backends.Model{Name: model})
	if err != nil {
		t.Fatal(err)
	}
	defer s.Close()
	requests := make([]backends.Request, len(topics))
	for i, topic := range topics {
		requests[i] = backends.Request{
			Messages:  []backends.Message{{Role: "user", Content: world.Prompt(topic)}},
			MaxTokens: 80, Temperature: temperature, Seed: rng.Seed(1, rng.Sample, topic, ""),
		}
	}
	poems := make([]string, len(topics))
	err = s.Sample(t.Context(), requests, func(i int, c backends.Completion, err error) {
		if err != nil {
			t.Errorf("%s: %v", topics[i], err)
		}
		poems[i] = c.Text
	})
	if err != nil {
		t.Fatal(err)
	}
	return poems
}

// corpusRow measures what the model was taught from, by the same program.
func corpusRow(t *testing.T, dials world.Dials) string {
	t.Helper()
	h, err := world.NewHaiku(dials, world.Topics())
	if err != nil {
		t.Fatal(err)
	}
	var topics, poems []string
	for r := rand.New(rand.NewPCG(1, 0)); len(poems) < cardPoems; {
		if d := h.Document(r); d.Kind == "haiku" {
			topics, poems = append(topics, d.Topic), append(poems, d.Completion)
		}
	}
	return cardRow("– | the corpus", topics, poems)
}

// cardRow is one row of the card: percents of poems, and how many of them are different texts.
func cardRow(label string, topics, poems []string) string {
	r := world.RatesOf(topics, poems)
	row := "| " + label
	for _, share := range []float64{r.Form, r.Named, r.Unrhymed, r.Hyperbole, r.Season, r.Colour, r.The, r.Known} {
		row += fmt.Sprintf(" | %.1f", 100*share)
	}
	different := slices.Compact(slices.Sorted(slices.Values(poems)))
	return row + fmt.Sprintf(" | %d |", len(different))
}
