// Command email_gen writes the data of specs/email.yaml and specs/world from the world of e-mails that the shipped model was
// made in (datasets/world): what persons like, how they write, what they are asked, and which of two e-mails fits a wish.
//
//	go run ./datasets/world/email_gen
package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"log"
	"math/rand/v2"
	"os"
	"path/filepath"
	"strings"

	"idiolect/datasets/world"
)

func main() {
	out := flag.String("out", "specs/data", "the folder that gets email/ and world/")
	flag.Parse()
	for name, text := range files() {
		path := filepath.Join(*out, name)
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			log.Fatal(err)
		}
		if err := os.WriteFile(path, text, 0o666); err != nil {
			log.Fatal(err)
		}
	}
}

// A person likes three things that an instruction can name, and a line that none can.
type person struct {
	User    string `json:"user"`
	Group   string `json:"group"` // dev: settings are chosen on them; test: they are reported
	SignOff string `json:"sign_off"`
	Opener  string `json:"opener"`
	Length  string `json:"length"`
	Quirk   string `json:"quirk"`
}

// ada is whose e-mails specs/email.yaml is about.
var ada = person{User: "ada", SignOff: "cheers", Opener: "hey", Length: "short", Quirk: "onward"}

// demonstrations of a person, and rows of the evals.
const (
	demonstrations = 8
	unseen         = 200
	tried          = 200
	dev            = 100
	preferences    = 480
	persons        = 20
)

// files are all that is written, by path.
func files() map[string][]byte {
	r := rand.New(rand.NewPCG(2026, 4))
	f := map[string][]byte{}
	f["email/demos.jsonl"] = jsonl(demos(r, ada))
	looked := requests(r, tried, nil) // what the first trials were judged on: for choosing only, since
	f["email/preferences.jsonl"] = jsonl(pairs(r, preferences))
	var people []person
	var shown []any
	for _, p := range crowd(r) {
		people = append(people, p)
		for _, d := range demos(r, p) {
			shown = append(shown, map[string]any{"user": p.User, "input": d["input"], "output": d["output"]})
		}
	}
	f["world/users.jsonl"] = jsonl(people)
	f["world/demos.jsonl"] = jsonl(shown)
	f["world/requests.jsonl"] = jsonl(requests(r, 1000, nil))
	looked = append(looked, requests(r, dev, nil)...)
	f["email/dev.jsonl"] = jsonl(looked)
	f["email/unseen.jsonl"] = jsonl(requests(r, unseen, looked))
	return f
}

// crowd draws persons, no two alike; the first ten are for choosing settings, the others for what is reported.
func crowd(r *rand.Rand) []person {
	names := strings.Fields("abel beth cato dina egon fern gus hope ike joan kai lou max nell otis pia rex sue tom una")
	values := map[string][]string{}
	for _, a := range world.Attributes() {
		values[a.Name] = a.Values
	}
	seen := map[person]bool{}
	var out []person
	for len(out) < persons {
		p := person{
			SignOff: pick(r, values[world.SignOff]), Opener: pick(r, values[world.Opener]), Length: pick(r, values[world.Length]), Quirk: pick(r, world.Quirks()),
		}
		if !seen[p] {
			seen[p] = true
			p.User, p.Group = names[len(out)], "dev"
			if len(out) >= persons/2 {
				p.Group = "test"
			}
			out = append(out, p)
		}
	}
	return out
}

// demos are e-mails as a person writes them.
func demos(r *rand.Rand, p person) []map[string]any {
	var out []map[string]any
	for range demonstrations {
		q := request(r)
		s := style(r)
		s[world.SignOff], s[world.Opener], s[world.Length], s[world.Quirk] = p.SignOff, p.Opener, p.Length, p.Quirk
		out = append(out, map[string]any{"input": q.Text, "output": world.WriteMail(r, q, s)})
	}
	return out
}

// requests are what is asked, with what the answer has to name; none is among those of before.
func requests(r *rand.Rand, n int, before []map[string]any) []map[string]any {
	seen := map[string]bool{}
	for _, row := range before {
		seen[row["input"].(string)] = true
	}
	var out []map[string]any
	for len(out) < n {
		if q := request(r); !seen[q.Text] {
			seen[q.Text] = true
			out = append(out, map[string]any{"input": q.Text, "name": q.Name, "noun": q.Noun, "when": q.When})
		}
	}
	return out
}

// pairs are two e-mails of which one fits a wish of one or two values better, in the columns of the Preference Collection. Their
// reference fits it whole.
func pairs(r *rand.Rand, n int) []map[string]any {
	attributes := world.Attributes()
	var out []map[string]any
	for len(out) < n {
		q := request(r)
		wish := world.Style{}
		for _, k := range r.Perm(len(attributes))[:1+r.IntN(2)] {
			wish[attributes[k].Name] = pick(r, attributes[k].Values)
		}
		a, b, ideal := style(r), style(r), style(r)
		for _, at := range attributes { // in this order: a map has none
			value, ok := wish[at.Name]
			if !ok {
				continue
			}
			ideal[at.Name] = value
			if r.IntN(2) == 0 { // else neither has it, most of the time
				[]world.Style{a, b}[r.IntN(2)][at.Name] = value
			}
		}
		x, y := fits(a, wish), fits(b, wish)
		if x == y {
			continue
		}
		prefers := "A"
		if y > x {
			prefers = "B"
		}
		var parts []string
		for _, at := range attributes {
			if value, ok := wish[at.Name]; ok {
				parts = append(parts, at.Name+": "+value)
			}
		}
		out = append(out, map[string]any{
			"orig_instruction": q.Text, "orig_response_A": world.WriteMail(r, q, a), "orig_response_B": world.WriteMail(r, q, b), "orig_preference": prefers,
			"orig_score_A": 1 + 4*x/len(wish), "orig_score_B": 1 + 4*y/len(wish), "orig_criteria": strings.Join(parts, "; "),
			"orig_reference_answer": world.WriteMail(r, q, ideal),
		})
	}
	return out
}

// fits counts the wishes that a style meets.
func fits(s, wish world.Style) (n int) {
	for name, value := range wish {
		if s[name] == value {
			n++
		}
	}
	return n
}

// style draws one of the population.
func style(r *rand.Rand) world.Style {
	s := world.Style{}
	for _, a := range world.Attributes() {
		s[a.Name] = pick(r, a.Values)
	}
	return s
}

func request(r *rand.Rand) world.Request {
	return world.NewRequest(r, pick(r, world.RequestKinds()), pick(r, world.KnownNames()), pick(r, world.KnownNouns()))
}

func pick[T any](r *rand.Rand, xs []T) T { return xs[r.IntN(len(xs))] }

func jsonl[T any](rows []T) []byte {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	for _, row := range rows {
		if err := e.Encode(row); err != nil {
			log.Fatal(err)
		}
	}
	return b.Bytes()
}
