package text

import (
	"bytes"
	"compress/gzip"
	_ "embed"
	"io"
	"strings"
	"sync"
)

// packed is the CMU pronouncing dictionary (cmudict.LICENSE) as package gen writes it: gzip over lines of
// "RHYME|SYLLABLES word word ...", one line for all words of the same rhyme and syllable count.
//
//go:generate go run ./gen -in index.js -out cmudict.gz
//go:embed cmudict.gz
var packed []byte

// sound is what the package knows of a pronunciation.
type sound struct {
	syllables int
	rhyme     string // ARPAbet phonemes from the last stressed vowel on, without stress marks: "AY T"
}

// last returns the final phoneme.
func (s sound) last() string {
	return s.rhyme[strings.LastIndexByte(s.rhyme, ' ')+1:]
}

// dictionary is the decoded table. It is read-only once built.
type dictionary struct {
	sounds []sound
	of     map[string]uint16 // word to its index in sounds
}

// look returns the word's first pronunciation.
func (d *dictionary) look(word string) (sound, bool) {
	i, ok := d.of[word]
	if !ok {
		return sound{}, false
	}
	return d.sounds[i], true
}

// cmudict decodes the table at its first call, in tens of milliseconds, and costs nothing to a program that never asks.
var cmudict = sync.OnceValue(unpack)

func unpack() *dictionary {
	unzip, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		panic("text: embedded dictionary: " + err.Error())
	}
	table, err := io.ReadAll(unzip)
	if err != nil {
		panic("text: embedded dictionary: " + err.Error())
	}
	return decode(string(table))
}

// decode reads the lines that package gen writes; the words stay slices of table.
func decode(table string) *dictionary {
	d := &dictionary{of: make(map[string]uint16, strings.Count(table, " "))}
	for line := range strings.Lines(table) {
		rhyme, rest, _ := strings.Cut(strings.TrimSuffix(line, "\n"), "|")
		count, words, _ := strings.Cut(rest, " ")
		id := uint16(len(d.sounds))
		d.sounds = append(d.sounds, sound{syllables: int(count[0] - '0'), rhyme: rhyme})
		for word := range strings.SplitSeq(words, " ") {
			d.of[word] = id
		}
	}
	return d
}
