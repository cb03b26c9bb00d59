package steps

import (
	"math/rand/v2"
	"slices"

	"idiolect/backends/local/tokenizer"
	"idiolect/datasets/world"
)

// A mailQuiz is prompts, and what is asked of their answers.
type mailQuiz struct {
	mail    *world.Mail
	prompts []probePrompt
	judges  []func(answer string)
	right   map[string]float64
	asked   map[string]int
}

// newMailQuiz draws all that is measured of e-mails, n times over.
func newMailQuiz(mail *world.Mail, r *rand.Rand, n int) *mailQuiz {
	z := &mailQuiz{mail: mail, right: map[string]float64{}, asked: map[string]int{}}
	for range n {
		z.askToWrite(r)
		z.askToRead(r)
		z.askForRequests(r)
	}
	return z
}

func (z *mailQuiz) ask(messages []tokenizer.Message, maxTokens int, judge func(answer string)) {
	z.prompts, z.judges = append(z.prompts, probePrompt{messages, maxTokens}), append(z.judges, judge)
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

// rates judges the answers, one to each prompt.
func (z *mailQuiz) rates(answers []string) mailRates {
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
	return rates
}

// askToWrite asks for e-mails: plainly, about words never seen, told one attribute, and after two e-mails of one style.
func (z *mailQuiz) askToWrite(r *rand.Rand) {
	attributes := world.Attributes()
	other, shown := z.mail.Style(r), z.mail.Style(r)
	values := world.Style{}
	for _, a := range attributes {
		values[a.Name] = a.Values[r.IntN(len(a.Values))]
	}
	shown[world.Quirk] = world.Quirks()[r.IntN(len(world.Quirks()))]
	q := knownRequest(r)
	z.ask(chatPrompt("", nil, q.Text), mailTokens, func(answer string) {
		read := world.ReadMail(answer)
		z.tally(mailKnown, q.Answered(answer))
		z.tally(mailWhole, read.Whole() && world.MailKind(answer) == q.Kind)
		for _, a := range attributes {
			z.tally(mailUntold+" "+a.Name, read[a.Name] == values[a.Name])
		}
		z.count(mailChance, agreement(read, other))
	})
	u := requestOf(r, world.UnseenNames(), world.UnseenNouns())
	z.ask(chatPrompt("", nil, u.Text), mailTokens, func(answer string) { z.tally(mailUnseen, u.Answered(answer)) })
	for _, a := range attributes {
		told := world.Instruction(r, world.Style{a.Name: values[a.Name]})
		z.ask(chatPrompt(told, nil, knownRequest(r).Text), mailTokens, func(answer string) {
			z.tally(mailTold+" "+a.Name, world.ReadMail(answer)[a.Name] == values[a.Name])
		})
	}
	var earlier []world.Exchange
	for range 2 {
		e := knownRequest(r)
		earlier = append(earlier, world.Exchange{Prompt: e.Text, Completion: world.WriteMail(r, e, shown)})
	}
	z.ask(chatPrompt("", earlier, knownRequest(r).Text), mailTokens, func(answer string) {
		read := world.ReadMail(answer)
		z.count(mailFewShot, agreement(read, shown))
		z.tally(mailQuirk, read[world.Quirk] == shown[world.Quirk])
	})
}

// askToRead asks about e-mails of known words: each attribute's value, two values by yes or no, and two comparisons.
func (z *mailQuiz) askToRead(r *rand.Rand) {
	attributes := world.Attributes()
	for _, a := range attributes {
		style := z.mail.Style(r)
		text := world.WriteMail(r, knownRequest(r), style)
		z.ask(chatPrompt("", nil, world.ReadPrompt(text, a.Name)), mailValueTokens, func(answer string) { z.tally(mailRead+" "+a.Name, answer == style[a.Name]) })
	}
	for i := range 2 {
		a := attributes[r.IntN(len(attributes))]
		has, other := z.mail.Style(r), z.mail.Style(r)
		for has[a.Name] == other[a.Name] {
			other = z.mail.Style(r)
		}
		first, second := world.WriteMail(r, knownRequest(r), has), world.WriteMail(r, knownRequest(r), other)
		value, answers := has[a.Name], []string{"yes", "no"}
		z.ask(chatPrompt("", nil, world.CheckPrompt([]string{first, second}[i], a.Name, value)), mailValueTokens, func(answer string) { z.tally(mailCheck, answer == answers[i]) })
		compare := world.ComparePrompt(first, second, a.Name, value)
		if i == 1 {
			compare = world.ComparePrompt(second, first, a.Name, value)
		}
		z.ask(chatPrompt("", nil, compare), mailValueTokens, func(answer string) { z.tally(mailCompare, answer == []string{"A", "B"}[i]) })
	}
}

// askForRequests asks for a list of requests as JSON.
func (z *mailQuiz) askForRequests(r *rand.Rand) {
	kinds := world.RequestKinds()
	kind, n := kinds[r.IntN(len(kinds))], 2+r.IntN(4)
	z.ask(chatPrompt("", nil, world.RequestsPrompt(kind, n, nil)), mailListTokens, func(answer string) {
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
