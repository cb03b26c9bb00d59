package world

import (
	"fmt"
	"iter"
	"math/rand/v2"
	"strings"
)

// TokenizerText yields n texts to make the tokenizer from. It is made once, for haiku and for the short e-mails of a later
// world, so that both kinds of model share their ids: documents of h with the role words of the chat format, and sketches of
// e-mails, of JSON lists of requests and of plain word lists.
func TokenizerText(r *rand.Rand, h *Haiku, n int) iter.Seq[string] {
	return func(yield func(string) bool) {
		for range n {
			if !yield(tokenizerText(r, h)) {
				return
			}
		}
	}
}

func tokenizerText(r *rand.Rand, h *Haiku) string {
	switch r.IntN(10) {
	case 0, 1, 2, 3, 4:
		d := h.Document(r)
		return chat(d.Prompt, d.Completion)
	case 5, 6, 7:
		return chat("Write an e-mail: "+request(r, h), email(r, h))
	case 8:
		list := make([]string, 2+r.IntN(3))
		for i := range list {
			list[i] = fmt.Sprintf("%q", request(r, h))
		}
		return chat(fmt.Sprintf("List %d requests as JSON.", len(list)), "["+strings.Join(list, ", ")+"]")
	default:
		return pick(r, h.topics) + " " + MadeUp(r) + " " + pick(r, h.topics) + "\n" + MadeUp(r)
	}
}

func chat(prompt, completion string) string {
	return "system\nuser\n" + prompt + "\nassistant\n" + completion
}

// Words of an e-mail, as the later world will use them.
const (
	names    = "Anna Ben Clara David Elif Farid Grace Hugo Ines Jonas Kira Liam Mona Noor Otto Priya Rosa Sam Tara Victor"
	weekdays = "Monday Tuesday Wednesday Thursday Friday Saturday Sunday"
)

var (
	greetings = [...]string{"Hi %s,", "Hey %s,", "Hello %s,", "Dear %s,", "Good morning %s,", "%s,"}
	signOffs  = [...]string{"Cheers", "Thanks", "Best", "Kind regards", "Best wishes", "Yours", "Take care", "See you soon"}
	bodies    = [...]string{
		"could you please send me the %s by %s", "I am afraid I cannot make the %s on %s", "this is a reminder about the %s on %s",
		"thank you so much for the %s on %s", "I would like to ask you for the %s before %s", "we still need the %s, it is due %s",
		"sorry, I have to turn down the %s for %s", "the %s is ready and I will bring it on %s",
	}
	remarks = [...]string{
		"let me know if that works for you", "no rush at all", "I hope you are well", "it would help me a lot", "please confirm",
		"I really appreciate it", "that would be wonderful", "don't worry about the rest", "I'll call you at 10", "it's on me",
	}
)

func request(r *rand.Rand, h *Haiku) string {
	verb := pick(r, []string{"ask %s for the %s by %s", "decline %s's %s on %s", "remind %s of the %s on %s", "thank %s for the %s of %s"})
	return fmt.Sprintf(verb, name(r), pick(r, h.topics), date(r))
}

func email(r *rand.Rand, h *Haiku) string {
	stop := pick(r, []string{".", "!", ".", "?"})
	parts := []string{fmt.Sprintf(pick(r, greetings[:]), name(r)), fmt.Sprintf(pick(r, bodies[:]), pick(r, h.topics), date(r)) + stop}
	for range r.IntN(3) {
		parts[1] += " " + pick(r, remarks[:]) + stop
	}
	parts = append(parts, pick(r, signOffs[:])+pick(r, []string{"", ",", "!"}), name(r))
	return strings.Join(parts, "\n")
}

func name(r *rand.Rand) string {
	if r.IntN(4) == 0 {
		w := MadeUp(r)
		return strings.ToUpper(w[:1]) + w[1:]
	}
	return pick(r, strings.Fields(names))
}

func date(r *rand.Rand) string {
	if r.IntN(3) == 0 {
		return fmt.Sprintf("%d/%d", 1+r.IntN(12), 1+r.IntN(30))
	}
	if r.IntN(3) == 0 {
		return fmt.Sprintf("$%d", 10+r.IntN(90))
	}
	return pick(r, strings.Fields(weekdays))
}
