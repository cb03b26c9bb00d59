package main

import (
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// wordNet is what choose needs of the database (file formats: wndb(5WN), senseidx(5WN)).
type wordNet struct {
	nouns     map[string]*noun // lower-case lemmas only: Paris is none
	otherTags map[string]int   // SemCor tags as verb, adjective or adverb
	verbs     map[string]bool
	glossed   map[string]int // number of synsets, of any part of speech, whose gloss has the word
}

type noun struct {
	file    string            // lexicographer file of the first sense, "06" for artifacts
	first   string            // gloss of the first sense
	glosses map[string]string // gloss of each synset it is in, by the synset's offset
	tags    int               // SemCor tags as a noun
}

func readWordNet(dict string) (*wordNet, error) {
	wn := &wordNet{nouns: map[string]*noun{}, otherTags: map[string]int{}, verbs: map[string]bool{}, glossed: map[string]int{}}
	for _, file := range []string{"data.noun", "data.verb", "data.adj", "data.adv"} {
		if err := eachLine(filepath.Join(dict, file), func(line string) { wn.addSynset(line, file == "data.noun") }); err != nil {
			return nil, err
		}
	}
	return wn, eachLine(filepath.Join(dict, "index.sense"), wn.addSense)
}

var letters = regexp.MustCompile(`[a-z]+`)

// addSynset reads "offset file type count word id word id ... | gloss".
func (wn *wordNet) addSynset(line string, isNoun bool) {
	head, gloss, _ := strings.Cut(line, "|")
	seen := map[string]bool{}
	for _, w := range letters.FindAllString(strings.ToLower(gloss), -1) {
		if !seen[w] {
			seen[w] = true
			wn.glossed[w]++
		}
	}
	if !isNoun {
		return
	}
	fields := strings.Fields(head)
	count, _ := strconv.ParseInt(fields[3], 16, 0)
	for i := range int(count) {
		word := fields[4+2*i]
		if wn.nouns[word] == nil {
			wn.nouns[word] = &noun{glosses: map[string]string{}}
		}
		wn.nouns[word].glosses[fields[0]] = gloss
	}
}

// addSense reads "lemma%type:file:id:: offset number tags", type 1 being nouns and 2 verbs.
func (wn *wordNet) addSense(line string) {
	fields := strings.Fields(line)
	lemma, sense, _ := strings.Cut(fields[0], "%")
	tags, _ := strconv.Atoi(fields[3])
	n := wn.nouns[lemma]
	switch {
	case sense[0] != '1':
		wn.otherTags[lemma] += tags
		wn.verbs[lemma] = wn.verbs[lemma] || sense[0] == '2'
	case n != nil:
		n.tags += tags
		if fields[2] == "1" {
			n.file, n.first = strings.Split(sense, ":")[1], n.glosses[fields[1]]
		}
	}
}

// eachLine calls f with each line of the file but those of the licence, which begin with a space.
func eachLine(path string, f func(line string)) error {
	data, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	for line := range strings.Lines(string(data)) {
		if !strings.HasPrefix(line, " ") {
			f(line)
		}
	}
	return nil
}
