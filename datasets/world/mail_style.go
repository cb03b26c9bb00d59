package world

import (
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
)

// The attributes of an e-mail that an instruction can name.
const (
	SignOff     = "sign-off"
	Length      = "length"
	Tone        = "tone"
	Opener      = "opener"
	Exclamation = "exclamation"
)

// Quirk is the one attribute that no instruction names and no question asks for: a line of one word before the sign-off.
const Quirk = "quirk"

// An Attribute is something that every e-mail has in one of several ways.
type Attribute struct {
	Name   string
	Values []string // words, the same in instructions, in questions and in answers
}

var attributes = []Attribute{
	{SignOff, strings.Fields("cheers thanks regards best yours sincerely")},
	{Length, strings.Fields("short medium long")},
	{Tone, strings.Fields("warm formal playful")},
	{Opener, strings.Fields("hi hey hello dear")},
	{Exclamation, strings.Fields("yes no")},
}

// Attributes lists the attributes that an instruction can name; the caller owns the slice, not the values.
func Attributes() []Attribute { return slices.Clone(attributes) }

// Words of a tone; each stands in one list and nowhere else in an e-mail.
var tones = map[string]string{
	"warm":    "gladly kindly gently truly fondly dearly",
	"formal":  "hereby duly formally herewith properly promptly",
	"playful": "yay wow super whee hooray haha",
}

const quirks = "onward selah ahoy excelsior tiptop zing"

// Quirks lists the lines that no instruction names; the caller owns the slice.
func Quirks() []string { return strings.Fields(quirks) }

// A Style is the value of each attribute: all of those of Attributes, and Quirk where there is one.
type Style map[string]string

// Instruction names the wanted values in random order: "Style: sign-off cheers, length short."
func Instruction(r *rand.Rand, wanted Style) string {
	var parts []string
	for _, a := range attributes {
		if value, ok := wanted[a.Name]; ok {
			parts = append(parts, a.Name+" "+value)
		}
	}
	r.Shuffle(len(parts), func(i, j int) { parts[i], parts[j] = parts[j], parts[i] })
	return "Style: " + strings.Join(parts, ", ") + "."
}

// Sentences that follow the first; they tell nothing of the request.
var remarksOfMail = [...]string{
	"let me know if that works for you", "there is no rush at all", "i hope you are well", "it would help me a lot", "please confirm soon",
	"i really appreciate it", "that would be a dream", "do not worry about the rest", "i will call you soon", "we can wait for you",
	"all is ready on my side", "you know how much i need it", "the rest can wait", "i am here all morning",
}

// WriteMail writes an e-mail in the style, which has every attribute: opener and name, one line of sentences, the quirk if there is
// one, sign-off.
func WriteMail(r *rand.Rand, q Request, s Style) string {
	tone := strings.Fields(tones[s[Tone]])
	sentences := []string{pick(r, tone) + " " + fmt.Sprintf(pick(r, requestKindOf(q.Kind).bodies), q.Name, q.Noun, q.When)}
	for _, i := range r.Perm(len(remarksOfMail))[:more(r, s[Length])] {
		sentence := remarksOfMail[i]
		if r.IntN(5) < 2 {
			sentence += " " + pick(r, tone)
		}
		sentences = append(sentences, sentence)
	}
	stop := "."
	if s[Exclamation] == "yes" {
		stop = "!"
	}
	lines := []string{s[Opener] + " " + q.Name + ",", strings.Join(sentences, stop+" ") + stop}
	if s[Quirk] != "" {
		lines = append(lines, s[Quirk])
	}
	return strings.Join(append(lines, s[SignOff]), "\n")
}

// more is how many sentences follow the first.
func more(r *rand.Rand, length string) int {
	switch length {
	case "short":
		return 0
	case "medium":
		return 1
	default:
		return 2 + r.IntN(2)
	}
}
