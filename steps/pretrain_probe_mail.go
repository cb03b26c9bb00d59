package steps

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strings"

	"idiolect/backends/local/engine"
	"idiolect/backends/local/tokenizer"
	"idiolect/datasets/world"
)

// pretrainMailTokens is more than any answer of the corpus needs.
const pretrainMailTokens = 160

// What is measured of e-mails. Where a name is followed by an attribute, each attribute has a rate of its own: a mean would hide
// the one that was not learned.
const (
	mailKnown    = "known"         // e-mails that have name, noun and day or amount of their request, all words of the corpus
	mailUnseen   = "unseen"        // the same of names and nouns that stand in no document
	mailWhole    = "whole"         // e-mails whose every attribute can be read and that do what was asked
	mailUntold   = "untold"        // e-mails that have a random value of an attribute, nothing having been said of it
	mailTold     = "told"          // the same, an instruction having named it
	mailRead     = "read"          // values read off an e-mail
	mailCheck    = "check"         // yes or no
	mailCompare  = "compare"       // A or B
	mailFewShot  = "few-shot"      // attributes that are those of the two e-mails before
	mailChance   = "chance"        // the same of e-mails with nothing before
	mailQuirk    = "few-shot_line" // e-mails with the line that the two before have
	mailJSON     = "json"          // answers that are a list in a fenced block
	mailCount    = "json_count"    // of as many requests as were asked for
	mailKind     = "json_kind"     // all of the kind
	mailDistinct = "json_distinct" // no two of them equal
	mailCosine   = "cosine"        // of the embeddings of an attribute's values, the mean over pairs
)

// mailRates are in the order in which they are printed.
type mailRates []mailRate

// A mailRate is a share of N answers, or a mean cosine.
type mailRate struct {
	Question string
	N        int
	Share    float64
}

// share is the mean over the rates of a question, that of each attribute; 0 without any.
func (rates mailRates) share(question string) float64 {
	sum, n := 0.0, 0
	for _, r := range rates {
		if r.Question == question || strings.HasPrefix(r.Question, question+" ") {
			sum, n = sum+r.Share, n+1
		}
	}
	return sum / float64(max(n, 1))
}

// String is the second line of a line of progress: percents.
func (rates mailRates) String() string {
	var b strings.Builder
	question := ""
	for _, r := range rates {
		q, _, each := strings.Cut(r.Question, " ")
		switch {
		case question == "":
			b.WriteString("\n      e-mails: " + q + " ")
		case each && q == question:
			b.WriteString("/")
		default:
			b.WriteString("  " + q + " ")
		}
		fmt.Fprintf(&b, "%.0f", 100*r.Share)
		question = q
	}
	return b.String()
}

// A mailQuiz collects prompts and what is asked of their answers.
type mailQuiz struct {
	prompts [][]tokenizer.Message
	judges  []func(answer string)
	right   map[string]float64
	asked   map[string]int
}

func (z *mailQuiz) ask(prompt []tokenizer.Message, judge func(answer string)) {
	z.prompts, z.judges = append(z.prompts, prompt), append(z.judges, judge)
}

func (z *mailQuiz) count(question string, share float64) {
	z.right[question] += share
	z.asked[question]++
}

func (z *mailQuiz) tally(question string, right bool) {
	if right {
		z.count(question, 1)
	} else {
		z.count(question, 0)
	}
}

// measureMails asks everything that is measured of e-mails.
func (p *pretrainProbe) measureMails(ctx context.Context, s *engine.Sampler, w *engine.Weights) (mailRates, error) {
	z := &mailQuiz{right: map[string]float64{}, asked: map[string]int{}}
	r := p.spec.random(pretrainProbeStream, 2)
	for range p.mails {
		p.askToWrite(r, z)
		p.askToRead(r, z)
		p.askForRequests(r, z)
	}
	answers, err := p.answers(ctx, s, z.prompts, pretrainMailTokens)
	if err != nil {
		return nil, err
	}
	for i, a := range answers {
		z.judges[i](a)
	}
	var rates mailRates
	add := func(question string) {
		rates = append(rates, mailRate{question, z.asked[question], z.right[question] / float64(max(z.asked[question], 1))})
	}
	each := func(question string) {
		for _, a := range world.Attributes() {
			add(question + " " + a.Name)
		}
	}
	add(mailKnown)
	add(mailUnseen)
	add(mailWhole)
	each(mailUntold)
	each(mailTold)
	each(mailRead)
	for _, q := range []string{mailCheck, mailCompare, mailChance, mailFewShot, mailQuirk, mailJSON, mailCount, mailKind, mailDistinct} {
		add(q)
	}
	for _, a := range world.Attributes() {
		rates = append(rates, mailRate{mailCosine + " " + a.Name, 1, p.cosine(w, a.Values)})
	}
	return rates, nil
}

// askToWrite asks for e-mails: plainly, about words never seen, told one attribute, and after two e-mails of one style.
func (p *pretrainProbe) askToWrite(r *rand.Rand, z *mailQuiz) {
	mail := p.corpus.mail
	attributes := world.Attributes()
	wanted, shown := mail.Style(r), mail.Style(r)
	values := world.Style{}
	for _, a := range attributes {
		values[a.Name] = a.Values[r.IntN(len(a.Values))]
	}
	shown[world.Quirk] = world.Quirks()[r.IntN(len(world.Quirks()))]
	q := knownRequest(r)
	z.ask(chatPrompt("", nil, q.Text), func(answer string) {
		read := world.ReadMail(answer)
		z.tally(mailKnown, q.Answered(answer))
		z.tally(mailWhole, read.Whole() && world.MailKind(answer) == q.Kind)
		for _, a := range attributes {
			z.tally(mailUntold+" "+a.Name, read[a.Name] == values[a.Name])
		}
		z.count(mailChance, agreement(read, wanted))
	})
	u := requestOf(r, world.UnseenNames(), world.UnseenNouns())
	z.ask(chatPrompt("", nil, u.Text), func(answer string) { z.tally(mailUnseen, u.Answered(answer)) })
	for _, a := range attributes {
		told := world.Instruction(r, world.Style{a.Name: values[a.Name]})
		z.ask(chatPrompt(told, nil, knownRequest(r).Text), func(answer string) {
			z.tally(mailTold+" "+a.Name, world.ReadMail(answer)[a.Name] == values[a.Name])
		})
	}
	var earlier []world.Exchange
	for range 2 {
		e := knownRequest(r)
		earlier = append(earlier, world.Exchange{Prompt: e.Text, Completion: world.WriteMail(r, e, shown)})
	}
	z.ask(chatPrompt("", earlier, knownRequest(r).Text), func(answer string) {
		read := world.ReadMail(answer)
		z.count(mailFewShot, agreement(read, shown))
		z.tally(mailQuirk, read[world.Quirk] == shown[world.Quirk])
	})
}

// askToRead asks about e-mails of known words: each attribute's value, two values by yes or no, and two comparisons.
func (p *pretrainProbe) askToRead(r *rand.Rand, z *mailQuiz) {
	mail := p.corpus.mail
	attributes := world.Attributes()
	for _, a := range attributes {
		style := mail.Style(r)
		text := world.WriteMail(r, knownRequest(r), style)
		z.ask(chatPrompt("", nil, world.ReadPrompt(text, a.Name)), func(answer string) { z.tally(mailRead+" "+a.Name, answer == style[a.Name]) })
	}
	for i := range 2 {
		a := attributes[r.IntN(len(attributes))]
		has, other := mail.Style(r), mail.Style(r)
		for has[a.Name] == other[a.Name] {
			other = mail.Style(r)
		}
		first, second := world.WriteMail(r, knownRequest(r), has), world.WriteMail(r, knownRequest(r), other)
		value, answers := has[a.Name], []string{"yes", "no"}
		z.ask(chatPrompt("", nil, world.CheckPrompt([]string{first, second}[i], a.Name, value)), func(answer string) { z.tally(mailCheck, answer == answers[i]) })
		compare := world.ComparePrompt(first, second, a.Name, value)
		if i == 1 {
			compare = world.ComparePrompt(second, first, a.Name, value)
		}
		z.ask(chatPrompt("", nil, compare), func(answer string) { z.tally(mailCompare, answer == []string{"A", "B"}[i]) })
	}
}

// askForRequests asks for a list of requests as JSON.
func (p *pretrainProbe) askForRequests(r *rand.Rand, z *mailQuiz) {
	kinds := world.RequestKinds()
	kind, n := kinds[r.IntN(len(kinds))], 2+r.IntN(4)
	z.ask(chatPrompt("", nil, world.RequestsPrompt(kind, n, nil)), func(answer string) {
		texts, ok := world.ReadRequests(answer)
		z.tally(mailJSON, ok)
		z.tally(mailCount, ok && len(texts) == n)
		z.tally(mailKind, ok && !slices.ContainsFunc(texts, func(text string) bool {
			q, ok := world.ReadRequest(text)
			return !ok || q.Kind != kind
		}))
		z.tally(mailDistinct, ok && len(slices.Compact(slices.Sorted(slices.Values(texts)))) == len(texts))
	})
}

// knownRequest draws a request about words of the corpus, none of them made up.
func knownRequest(r *rand.Rand) world.Request {
	return requestOf(r, world.KnownNames(), world.KnownNouns())
}

func requestOf(r *rand.Rand, names, nouns []string) world.Request {
	kinds := world.RequestKinds()
	return world.NewRequest(r, kinds[r.IntN(len(kinds))], names[r.IntN(len(names))], nouns[r.IntN(len(nouns))])
}

// agreement is the share of attributes in which two styles agree.
func agreement(a, b world.Style) float64 {
	n := 0
	for _, attribute := range world.Attributes() {
		if a[attribute.Name] != "" && a[attribute.Name] == b[attribute.Name] {
			n++
		}
	}
	return float64(n) / float64(len(world.Attributes()))
}

// cosine is the mean over pairs of words of the cosine between their embeddings, a word's being the sum of those of its tokens at the
// beginning of an answer. Words whose embeddings have collapsed onto one vector cannot be told apart.
func (p *pretrainProbe) cosine(w *engine.Weights, words []string) float64 {
	dim := w.Config().Dim
	embed := w.Tensors()[0].Data
	var vectors [][]float64
	for _, word := range words {
		v := make([]float64, dim)
		for _, id := range p.corpus.tokenizer.Encode(word) {
			for i := range v {
				v[i] += float64(embed[int(id)*dim+i])
			}
		}
		vectors = append(vectors, v)
	}
	sum, pairs := 0.0, 0
	for i := range vectors {
		for j := range i {
			sum += dot(vectors[i], vectors[j]) / math.Sqrt(dot(vectors[i], vectors[i])*dot(vectors[j], vectors[j]))
			pairs++
		}
	}
	return sum / float64(pairs)
}

func dot(a, b []float64) float64 {
	sum := 0.0
	for i := range a {
		sum += a[i] * b[i]
	}
	return sum
}
