package steps

import (
	"context"
	"fmt"
	"math"
	"strings"

	"idiolect/backends/local/engine"
	"idiolect/datasets/world"
)

// More tokens than an e-mail, the value of an attribute and a list of requests need.
const (
	mailTokens      = 128
	mailValueTokens = 10
	mailListTokens  = 160
)

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

// measureMails asks everything that is measured of e-mails.
func (p *pretrainProbe) measureMails(ctx context.Context, s *engine.Sampler, w *engine.Weights) (mailRates, error) {
	z := newMailQuiz(p.corpus.mail, p.spec.random(pretrainProbeStream, 2), p.mails)
	answers, err := p.answers(ctx, s, z.prompts)
	if err != nil {
		return nil, err
	}
	rates := z.rates(answers)
	for _, a := range world.Attributes() {
		rates = append(rates, mailRate{mailCosine + " " + a.Name, 1, p.cosine(w, a.Values)})
	}
	return rates, nil
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
