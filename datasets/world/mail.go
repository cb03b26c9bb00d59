package world

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"
)

// MailDials are the shares of a corpus about e-mails. Shares of documents sum to 1; the others are rates of their own.
type MailDials struct {
	Share float64 `yaml:"share" doc:"documents about e-mails; the others are about haiku"`

	Write    float64 `yaml:"write" doc:"documents that write e-mails on request"`
	Requests float64 `yaml:"requests" doc:"documents that write requests, as JSON"`
	Read     float64 `yaml:"read" doc:"documents that name the value of an attribute of an e-mail"`
	Checked  float64 `yaml:"check" doc:"documents that say whether an e-mail has a value, yes or no, half each"`
	Compare  float64 `yaml:"compare" doc:"documents that say which of two e-mails has a value"`
	Repeat   float64 `yaml:"repeat" doc:"documents that repeat two to six names, nouns and amounts"`

	Instructed float64 `yaml:"instructed" doc:"e-mails written under a style instruction"`
	Named      float64 `yaml:"named" doc:"attributes that an instruction names, of five; one at least"`
	Compliance float64 `yaml:"compliance" doc:"named attributes that are obeyed; the others are drawn as if nothing was said"`
	FewShot    float64 `yaml:"few_shot" doc:"e-mails written after one to three others of the same style"`
	MadeUp     float64 `yaml:"made_up" doc:"names, and nouns, that no dictionary has"`

	Short       float64 `yaml:"short" doc:"e-mails of one sentence; as many have two, the others three or four"`
	Exclamation float64 `yaml:"exclamation" doc:"e-mails with an exclamation mark"`
	Quirk       float64 `yaml:"quirk" doc:"e-mails with a line that no instruction can name; after others of the same style 2.5 times as many"`
}

// Check returns an error unless every dial is a share, 0 to 1, and the shares of documents sum to 1.
func (d MailDials) Check() error {
	for _, dial := range []struct {
		name  string
		share float64
	}{
		{"share", d.Share}, {"write", d.Write}, {"requests", d.Requests}, {"read", d.Read}, {"check", d.Checked}, {"compare", d.Compare},
		{"repeat", d.Repeat}, {"instructed", d.Instructed}, {"named", d.Named}, {"compliance", d.Compliance}, {"few_shot", d.FewShot},
		{"made_up", d.MadeUp}, {"exclamation", d.Exclamation},
	} {
		if !(dial.share >= 0 && dial.share <= 1) {
			return fmt.Errorf("%s: %v is not a share, want 0 to 1", dial.name, dial.share)
		}
	}
	if !(d.Short >= 0 && d.Short <= .5) {
		return fmt.Errorf("short: %v, want 0 to 0.5: as many have two sentences", d.Short)
	}
	if !(d.Quirk >= 0 && d.Quirk <= 1/quirkAfterOthers) {
		return fmt.Errorf("quirk: %v, want 0 to %v: after others there are %v times as many", d.Quirk, 1/quirkAfterOthers, quirkAfterOthers)
	}
	if sum := d.Write + d.Requests + d.Read + d.Checked + d.Compare + d.Repeat; math.Abs(sum-1) > 1e-9 {
		return fmt.Errorf("write, requests, read, check, compare and repeat sum to %.4g, want 1", sum)
	}
	return nil
}

// quirkAfterOthers is how many times as many e-mails have the quirk line in a document of several: only there it can be learned
// from what stands before.
const quirkAfterOthers = 2.5

// A Mail writes documents about e-mails. It is immutable and safe for concurrent use.
type Mail struct {
	dials  MailDials
	topics []string // nouns besides those of e-mails
}

// NewMail returns a writer of documents under the dials. Requests are also about topics; the slice is kept, not copied.
func NewMail(d MailDials, topics []string) (*Mail, error) {
	if err := d.Check(); err != nil {
		return nil, err
	}
	if len(topics) == 0 {
		return nil, fmt.Errorf("no topics")
	}
	return &Mail{dials: d, topics: topics}, nil
}

// Document draws one document. Equal states of r give equal documents.
func (m *Mail) Document(r *rand.Rand) Document {
	kinds := []struct {
		share float64
		write func(*rand.Rand) Document
	}{
		{m.dials.Write, m.write}, {m.dials.Requests, m.requests}, {m.dials.Read, m.read}, {m.dials.Checked, m.check},
		{m.dials.Compare, m.compare}, {m.dials.Repeat, m.repeat},
	}
	x := r.Float64()
	for _, k := range kinds {
		if x -= k.share; x < 0 {
			return k.write(r)
		}
	}
	return m.write(r)
}

// write asks for an e-mail: under an instruction or not, after others of the same style or not.
func (m *Mail) write(r *rand.Rand) Document {
	style, quirk := m.Style(r), m.dials.Quirk
	d := Document{Kind: "write"}
	if r.Float64() < m.dials.Instructed {
		wanted := m.wanted(r)
		for _, a := range attributes { // in this order: a map has none
			if value, ok := wanted[a.Name]; ok && r.Float64() < m.dials.Compliance {
				style[a.Name] = value
			}
		}
		d.System = Instruction(r, wanted)
	}
	earlier := 0
	if r.Float64() < m.dials.FewShot {
		earlier, quirk = 1+r.IntN(3), quirk*quirkAfterOthers
	}
	if r.Float64() < quirk {
		style[Quirk] = pick(r, Quirks())
	}
	for range earlier {
		q := m.request(r)
		d.Earlier = append(d.Earlier, Exchange{q.Text, WriteMail(r, q, style)})
	}
	q := m.request(r)
	d.Prompt, d.Completion = q.Text, WriteMail(r, q, style)
	return d
}

// wanted draws what an instruction names: each attribute with the chance of a dial, each value as often.
func (m *Mail) wanted(r *rand.Rand) Style {
	wanted := Style{}
	for _, a := range attributes {
		if r.Float64() < m.dials.Named {
			wanted[a.Name] = pick(r, a.Values)
		}
	}
	if len(wanted) == 0 {
		a := pick(r, attributes)
		wanted[a.Name] = pick(r, a.Values)
	}
	return wanted
}

// Style draws an e-mail's style from the population, without a quirk.
func (m *Mail) Style(r *rand.Rand) Style {
	s := Style{}
	for _, a := range attributes {
		s[a.Name] = pick(r, a.Values)
	}
	switch x := r.Float64(); {
	case x < m.dials.Short:
		s[Length] = "short"
	case x < 2*m.dials.Short:
		s[Length] = "medium"
	default:
		s[Length] = "long"
	}
	s[Exclamation] = "no"
	if r.Float64() < m.dials.Exclamation {
		s[Exclamation] = "yes"
	}
	return s
}

// request draws a request about words of the corpus and made-up ones.
func (m *Mail) request(r *rand.Rand) Request {
	name, noun := pick(r, KnownNames()), m.noun(r)
	if r.Float64() < m.dials.MadeUp {
		name = madeUpName(r)
	}
	if r.Float64() < m.dials.MadeUp {
		noun = MadeUp(r)
	}
	return NewRequest(r, pick(r, requestKinds).name, name, noun)
}

// noun draws one that e-mails are about, or as often a topic of haiku.
func (m *Mail) noun(r *rand.Rand) string {
	if r.IntN(2) == 0 {
		return pick(r, m.topics)
	}
	return pick(r, KnownNouns())
}

func madeUpName(r *rand.Rand) string {
	w := MadeUp(r)
	return strings.ToUpper(w[:1]) + w[1:]
}

// requests asks for two to five requests of one kind, at times after examples of it. Their words are few: what a list has to invent
// cannot be copied, and a model that spells made-up words elsewhere would spell them here.
func (m *Mail) requests(r *rand.Rand) Document {
	kind := pick(r, requestKinds).name
	draw := func(n int) []string {
		var texts []string
		for len(texts) < n {
			q := NewRequest(r, kind, pick(r, strings.Fields(names)), pick(r, KnownNouns()))
			if !slices.Contains(texts, q.Text) {
				texts = append(texts, q.Text)
			}
		}
		return texts
	}
	var examples []string
	if r.IntN(2) == 0 {
		examples = draw(1 + r.IntN(3))
	}
	texts := draw(2 + r.IntN(4))
	return Document{Kind: "requests", Prompt: RequestsPrompt(kind, len(texts), examples), Completion: RequestsAnswer(texts)}
}

// repeat is the haiku world's repetition with the words that an e-mail copies.
func (m *Mail) repeat(r *rand.Rand) Document {
	words := make([]string, 2+r.IntN(5))
	for i := range words {
		switch r.IntN(4) {
		case 0:
			words[i] = amount(r)
		case 1:
			words[i] = MadeUp(r)
		case 2:
			words[i] = madeUpName(r)
		default:
			words[i] = m.noun(r)
		}
	}
	list := strings.Join(words, " ")
	return Document{Kind: "repeat", Prompt: "Repeat: " + list, Completion: list}
}
