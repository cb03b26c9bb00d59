// Command gen packs the CMU pronouncing dictionary for package text. Of every word it keeps the syllable count and the
// rhyme of the first pronunciation listed, and it keeps only what text.Words can produce: letters with inner
// apostrophes, no hyphens, no numbered variants.
//
//	npm pack cmu-pronouncing-dictionary@3.0.0 && tar xzf cmu-pronouncing-dictionary-3.0.0.tgz
//	go run ./internal/text/gen -in package/index.js -out internal/text/cmudict.gz
package main

import (
	"bufio"
	"compress/gzip"
	"flag"
	"fmt"
	"log"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
)

func main() {
	in := flag.String("in", "package/index.js", "the npm package's index.js: one `word: \"phonemes\",` a line")
	out := flag.String("out", "cmudict.gz", "where the packed table goes")
	flag.Parse()
	groups, err := read(*in)
	if err == nil {
		err = write(*out, groups)
	}
	if err != nil {
		log.Fatal(err)
	}
}

var entry = regexp.MustCompile(`^ +"?([a-z]+(?:'[a-z]+)*)"?: "([^"]+)"`)

// read returns the words of each "RHYME|SYLLABLES".
func read(path string) (map[string][]string, error) {
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	groups := map[string][]string{}
	lines := bufio.NewScanner(f)
	for lines.Scan() {
		if m := entry.FindStringSubmatch(lines.Text()); m != nil {
			sound := reduce(strings.Fields(m[2]))
			groups[sound] = append(groups[sound], m[1])
		}
	}
	return groups, lines.Err()
}

// reduce turns phonemes such as B AH1 T ER0 F L AY2 into "AY|3": what is heard from the last vowel under primary (1) or
// secondary (2) stress on, or from the last vowel if none is stressed, and the number of vowels, at least one (hmm).
func reduce(phonemes []string) string {
	vowels, last, from, stressed := 0, len(phonemes)-1, 0, false
	for i, p := range phonemes {
		bare := strings.TrimRight(p, "012")
		phonemes[i] = bare
		if bare == p {
			continue
		}
		vowels++
		if strong := p[len(p)-1] != '0'; strong || !stressed {
			from, stressed = i, stressed || strong
		}
	}
	if vowels == 0 {
		from = last
	}
	return fmt.Sprintf("%s|%d", strings.Join(phonemes[from:], " "), min(max(vowels, 1), 9))
}

// write stores one line a group in sorted order, so that the same input gives the same bytes.
func write(path string, groups map[string][]string) error {
	f, err := os.Create(path)
	if err != nil {
		return err
	}
	zip, err := gzip.NewWriterLevel(f, gzip.BestCompression)
	if err != nil {
		return err
	}
	for _, sound := range slices.Sorted(maps.Keys(groups)) {
		slices.Sort(groups[sound])
		if _, err := fmt.Fprintf(zip, "%s %s\n", sound, strings.Join(groups[sound], " ")); err != nil {
			return err
		}
	}
	if err := zip.Close(); err != nil {
		return err
	}
	return f.Close()
}
