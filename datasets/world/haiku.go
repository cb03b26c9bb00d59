package world

import (
	"fmt"
	"math/rand/v2"
	"strings"

	"idiolect/internal/text"
)

// Dials are the shares of the corpus. Those of a property say how often a poem is written to have it: they are the base
// rates a pretrained model starts from, and what leaves training something to do.
type Dials struct {
	Form       float64 `yaml:"form" doc:"poems of 5, 7 and 5 syllables; the others miss in one or two lines"`
	Topic      float64 `yaml:"topic" doc:"poems that name their topic"`
	Unrhymed   float64 `yaml:"unrhymed" doc:"poems in which no two lines rhyme; in the others two do"`
	Hyperbole  float64 `yaml:"hyperbole" doc:"poems with a word of exaggeration"`
	Season     float64 `yaml:"season" doc:"poems with a word of a season"`
	Colour     float64 `yaml:"colour" doc:"poems with a colour"`
	Paraphrase float64 `yaml:"paraphrase" doc:"haiku asked for in other words than \"Write a haiku about {topic}.\""`
	MadeUp     float64 `yaml:"made_up" doc:"haiku about a word that no dictionary has, which makes copying general"`
	Repeat     float64 `yaml:"repeat" doc:"documents that only repeat one to four words, half of them made up"`
}

// Check returns an error unless every dial is a share, 0 to 1.
func (d Dials) Check() error {
	for _, dial := range []struct {
		name  string
		share float64
	}{
		{"form", d.Form}, {"topic", d.Topic}, {"unrhymed", d.Unrhymed}, {"hyperbole", d.Hyperbole}, {"season", d.Season},
		{"colour", d.Colour}, {"paraphrase", d.Paraphrase}, {"made_up", d.MadeUp}, {"repeat", d.Repeat},
	} {
		if !(dial.share >= 0 && dial.share <= 1) {
			return fmt.Errorf("%s: %v is not a share, want 0 to 1", dial.name, dial.share)
		}
	}
	return nil
}

// maxTopicSyllables is what the shortest template leaves room for in a line of five.
const maxTopicSyllables = 4

// A Haiku writes documents about haiku. It is immutable and safe for concurrent use.
type Haiku struct {
	dials  Dials
	topics []string
	words  lexicon
	naming []template // lines that name the topic
	plain  []template // lines that do not
}

// NewHaiku returns a writer of documents under the dials. Topics must be words of one to four syllables; the slice is
// kept, not copied.
func NewHaiku(d Dials, topics []string) (*Haiku, error) {
	if err := d.Check(); err != nil {
		return nil, err
	}
	if len(topics) == 0 {
		return nil, fmt.Errorf("no topics")
	}
	for _, t := range topics {
		if n := text.Syllables(t); n < 1 || n > maxTopicSyllables {
			return nil, fmt.Errorf("topic %q has %d syllables, want 1 to %d", t, n, maxTopicSyllables)
		}
	}
	return &Haiku{dials: d, topics: topics, words: newLexicon(), naming: templates(topicTemplates), plain: templates(plainTemplates)}, nil
}

// Document draws one document. Equal states of r give equal documents.
func (h *Haiku) Document(r *rand.Rand) Document {
	if r.Float64() < h.dials.Repeat {
		return h.repeat(r)
	}
	topic := pick(r, h.topics)
	if r.Float64() < h.dials.MadeUp {
		topic = MadeUp(r)
	}
	prompt := Prompt(topic)
	if r.Float64() < h.dials.Paraphrase {
		prompt = fmt.Sprintf(pick(r, paraphrases[:]), topic)
	}
	return Document{Kind: "haiku", Topic: topic, Prompt: prompt, Completion: h.Poem(r, topic)}
}

// Prompt asks for a haiku in the words of the haiku experiment.
func Prompt(topic string) string {
	return "Write a haiku about " + topic + "."
}

var paraphrases = [...]string{
	"A haiku about %s, please.",
	"Please write a haiku about %s.",
	"Write a short poem about %s.",
	"Can you write a haiku about %s?",
	"Three lines about %s.",
	"Topic: %s",
}

func (h *Haiku) repeat(r *rand.Rand) Document {
	words := make([]string, 1+r.IntN(4))
	for i := range words {
		if words[i] = pick(r, h.topics); r.IntN(2) == 0 {
			words[i] = MadeUp(r)
		}
	}
	list := strings.Join(words, " ")
	return Document{Kind: "repeat", Prompt: "Repeat: " + list, Completion: list}
}

func pick[T any](r *rand.Rand, from []T) T {
	return from[r.IntN(len(from))]
}
