package world

import "math/rand/v2"

// Questions about e-mails: what is read, checked or compared. A document asks several about the same text, in turns, since a single
// answer of one word teaches little for what its e-mail costs; the first question is the one that others will ask alone.

// ReadPrompt asks for the value of an attribute: "tone?" after the e-mail.
func ReadPrompt(mail, attribute string) string { return mail + "\n\n" + attribute + "?" }

// CheckPrompt asks whether an e-mail has a value; the answer is yes or no.
func CheckPrompt(mail, attribute, value string) string {
	return mail + "\n\n" + attribute + " " + value + "?"
}

// ComparePrompt asks which of two e-mails has a value; the answer is A or B.
func ComparePrompt(a, b, attribute, value string) string {
	return "A: " + a + "\n\nB: " + b + "\n\n" + compareQuestion(attribute, value)
}

func compareQuestion(attribute, value string) string { return attribute + " " + value + ": A or B?" }

// dialogue makes a document of questions and answers; the first question brings what they are about.
func dialogue(kind string, turns []Exchange) Document {
	last := len(turns) - 1
	return Document{Kind: kind, Earlier: turns[:last], Prompt: turns[last].Prompt, Completion: turns[last].Completion}
}

// mail draws an e-mail of the population, and its style.
func (m *Mail) mail(r *rand.Rand) (string, Style) {
	s := m.Style(r)
	if r.Float64() < m.dials.Quirk {
		s[Quirk] = pick(r, Quirks())
	}
	return WriteMail(r, m.request(r), s), s
}

// read asks for every attribute of one e-mail, in random order.
func (m *Mail) read(r *rand.Rand) Document {
	text, style := m.mail(r)
	var turns []Exchange
	for i, k := range r.Perm(len(attributes)) {
		a := attributes[k].Name
		turn := Exchange{a + "?", style[a]}
		if i == 0 {
			turn.Prompt = ReadPrompt(text, a)
		}
		turns = append(turns, turn)
	}
	return dialogue("read", turns)
}

// check asks of four attributes of one e-mail, each with its value or, as often, another.
func (m *Mail) check(r *rand.Rand) Document {
	text, style := m.mail(r)
	var turns []Exchange
	for i, k := range r.Perm(len(attributes))[:4] {
		a := attributes[k]
		value, answer := style[a.Name], "yes"
		if r.IntN(2) == 0 {
			value, answer = another(r, a, value), "no"
		}
		turn := Exchange{a.Name + " " + value + "?", answer}
		if i == 0 {
			turn.Prompt = CheckPrompt(text, a.Name, value)
		}
		turns = append(turns, turn)
	}
	return dialogue("check", turns)
}

// another draws a value that is not this one.
func another(r *rand.Rand, a Attribute, value string) string {
	for {
		if other := pick(r, a.Values); other != value {
			return other
		}
	}
}

// compare asks which of two e-mails has a value, of up to three attributes in which they differ.
func (m *Mail) compare(r *rand.Rand) Document {
	for {
		texts, styles := [2]string{}, [2]Style{}
		for i := range texts {
			texts[i], styles[i] = m.mail(r)
		}
		var turns []Exchange
		for _, k := range r.Perm(len(attributes)) {
			a := attributes[k].Name
			if styles[0][a] == styles[1][a] || len(turns) == 3 {
				continue
			}
			has := r.IntN(2)
			turn := Exchange{compareQuestion(a, styles[has][a]), []string{"A", "B"}[has]}
			if len(turns) == 0 {
				turn.Prompt = ComparePrompt(texts[0], texts[1], a, styles[has][a])
			}
			turns = append(turns, turn)
		}
		if len(turns) > 0 {
			return dialogue("compare", turns)
		}
	}
}
