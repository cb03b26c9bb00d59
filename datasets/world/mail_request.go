package world

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// Request is what an e-mail is asked for: to write to Name about Noun, by a weekday or of an amount.
type Request struct {
	Kind string // ask, decline, remind or thank
	Name string
	Noun string
	When string // a weekday in lower case; of remind two digits behind a dollar sign
	Text string // the sentence that says all this
}

// A requestKind is one of the four, with its sentences and those of the e-mails that answer them. Places: 1 the name, 2 the noun, 3
// the day or amount.
type requestKind struct {
	name, words string
	texts       []string
	bodies      []string
	marks       []string // by which a body is told to be of this kind
}

var requestKinds = []requestKind{
	{"ask", "ask somebody for something", []string{
		"Ask %[1]s for the %[2]s by %[3]s.", "Ask %[1]s to send the %[2]s by %[3]s.", "Get the %[2]s from %[1]s by %[3]s.",
		"Write to %[1]s and ask for the %[2]s by %[3]s.",
	}, []string{
		"please send me the %[2]s by %[3]s", "could you send me the %[2]s by %[3]s", "i need the %[2]s from you by %[3]s",
	}, []string{"send me the", "i need the"}},
	{"decline", "decline something", []string{
		"Decline the %[2]s with %[1]s on %[3]s.", "Tell %[1]s that I cannot make the %[2]s on %[3]s.", "Tell %[1]s no for the %[2]s on %[3]s.",
	}, []string{
		"i cannot make the %[2]s on %[3]s", "the %[2]s on %[3]s is not for me", "i am afraid the %[2]s on %[3]s is too much",
	}, []string{"cannot make", "not for me", "too much"}},
	{"remind", "remind somebody", []string{
		"Remind %[1]s of the %[3]s for the %[2]s.", "Remind %[1]s to send %[3]s for the %[2]s.", "Tell %[1]s that the %[3]s for the %[2]s are due.",
	}, []string{
		"the %[3]s for the %[2]s are still due", "please remember the %[3]s for the %[2]s", "we still wait for the %[3]s for the %[2]s",
	}, []string{"are still due", "please remember", "we still wait"}},
	{"thank", "thank somebody", []string{
		"Thank %[1]s for the %[2]s on %[3]s.", "Tell %[1]s thanks for the %[2]s on %[3]s.", "Send thanks to %[1]s for the %[2]s on %[3]s.",
	}, []string{
		"thank you for the %[2]s on %[3]s", "the %[2]s on %[3]s was wonderful", "i really liked the %[2]s on %[3]s",
	}, []string{"thank you for", "was wonderful", "really liked"}},
}

// Names and nouns of requests besides made-up words and the topics of haiku. The unseen ones stand in no document, so that they show
// what copying is worth; the first names are those of the tokenizer's text.
const (
	moreNames = `Adam Bella Boris Carl Clive Diana Emma Erik Felix Greta Hana Igor Ivan Jane Karl Laura Lena Marco Nadia Nora Olga Paul
		Quinn Ralf Ruth Simon Stella Thomas Uma Vera Walter Wendy Yusuf Zoe`
	unseenNames = `Alma Bruno Cora Derek Edith Finn Gina Helga Iris Jakob Kevin Louis Marta Nathan Oscar Petra Robin Selma Tobias Ulla
		Violet Wanda Xenia Zelda`
	mailNouns = `report invoice budget contract agenda draft form letter file ticket badge memo recipe essay survey chart brochure parcel
		receipt visa passport manual catalog sample plan schedule summary proposal offer quote estimate refund coupon bill deposit meeting
		workshop party concert picnic trip tour match game show lecture seminar demo call interview`
	unseenMailNouns = `permit license policy roster order voucher statement ledger rent lease deed hike launch review poster
		menu quiz exam novel script voyage`
)

// KnownNames are the names of the corpus; the caller owns the slice.
func KnownNames() []string { return strings.Fields(names + " " + moreNames) }

// UnseenNames stand in no document; the caller owns the slice.
func UnseenNames() []string { return strings.Fields(unseenNames) }

// KnownNouns are what the corpus' e-mails are about, besides topics of haiku and made-up words; the caller owns the slice.
func KnownNouns() []string { return strings.Fields(mailNouns) }

// UnseenNouns stand in no document; the caller owns the slice.
func UnseenNouns() []string { return strings.Fields(unseenMailNouns) }

// RequestKinds are the kinds of requests.
func RequestKinds() []string {
	var kinds []string
	for _, k := range requestKinds {
		kinds = append(kinds, k.name)
	}
	return kinds
}

func requestKindOf(name string) requestKind {
	return requestKinds[slices.IndexFunc(requestKinds, func(k requestKind) bool { return k.name == name })]
}

// NewRequest draws the words and the day or amount of a request of a kind that RequestKinds lists.
func NewRequest(r *rand.Rand, kind, name, noun string) Request {
	q := Request{Kind: kind, Name: name, Noun: noun, When: pick(r, strings.Fields(strings.ToLower(weekdays)))}
	if kind == "remind" {
		q.When = amount(r)
	}
	q.Text = fmt.Sprintf(pick(r, requestKindOf(kind).texts), q.Name, q.Noun, q.When)
	return q
}

func amount(r *rand.Rand) string { return fmt.Sprintf("$%d", 10+r.IntN(90)) }

// requestPatterns match the texts of requests, kind by kind. They are compiled when first asked for: every start of
// the program would pay for them.
var requestPatterns = sync.OnceValue(func() map[string][]*regexp.Regexp {
	slot := strings.NewReplacer("%[1]s", `(?P<name>\p{Lu}\p{Ll}+)`, "%[2]s", `(?P<noun>[\p{Ll}-]+)`,
		"%[3]s", `(?P<when>\$\d\d|`+strings.Join(strings.Fields(strings.ToLower(weekdays)), "|")+`)`)
	patterns := map[string][]*regexp.Regexp{}
	for _, k := range requestKinds {
		for _, t := range k.texts {
			patterns[k.name] = append(patterns[k.name], regexp.MustCompile("^"+slot.Replace(strings.TrimSuffix(t, "."))+`\.$`))
		}
	}
	return patterns
})

// ReadRequest reads a request in one of the sentences of this world, and reports whether it is one.
func ReadRequest(text string) (Request, bool) {
	for _, k := range requestKinds {
		for _, p := range requestPatterns()[k.name] {
			if m := p.FindStringSubmatch(text); m != nil {
				at := func(name string) string { return m[p.SubexpIndex(name)] }
				q := Request{Kind: k.name, Name: at("name"), Noun: at("noun"), When: at("when"), Text: text}
				if strings.HasPrefix(q.When, "$") == (k.name == "remind") {
					return q, true
				}
			}
		}
	}
	return Request{}, false
}

// RequestsPrompt asks for n requests of a kind that RequestKinds lists, after the examples if there are any.
func RequestsPrompt(kind string, n int, examples []string) string {
	var b strings.Builder
	for _, e := range examples {
		b.WriteString("- " + e + "\n")
	}
	fmt.Fprintf(&b, "Write %d requests to %s, as JSON.", n, requestKindOf(kind).words)
	return b.String()
}

const (
	fenceStart = "```json\n"
	fenceEnd   = "\n```"
)

// RequestsAnswer is the answer to RequestsPrompt: a JSON list in a fenced block.
func RequestsAnswer(texts []string) string {
	quoted := make([]string, len(texts))
	for i, t := range texts {
		quoted[i] = fmt.Sprintf("%q", t)
	}
	return fenceStart + "[" + strings.Join(quoted, ", ") + "]" + fenceEnd
}

// ReadRequests reads the list out of an answer to RequestsPrompt, and reports whether it is one.
func ReadRequests(answer string) ([]string, bool) {
	body, ok := strings.CutPrefix(answer, fenceStart)
	if !ok {
		return nil, false
	}
	if body, ok = strings.CutSuffix(body, fenceEnd); !ok {
		return nil, false
	}
	var texts []string
	if err := json.Unmarshal([]byte(body), &texts); err != nil {
		return nil, false
	}
	return texts, true
}
