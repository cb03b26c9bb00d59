package text

import "strings"

// Mentions reports whether every word of topic occurs in s as a word, in any order, in the singular, the plural or the
// possessive: topic leaf is mentioned by "leaves" and "the leaf's edge", topic cherries by "a cherry", but topic art
// not by "heart". A topic without words is not mentioned.
func Mentions(s, topic string) bool {
	words := map[string]bool{}
	eachWord(s, func(w string) bool {
		words[strings.TrimSuffix(w, "'s")] = true
		return true
	})
	found, some := true, false
	eachWord(topic, func(w string) bool {
		some, found = true, false
		w = strings.TrimSuffix(w, "'s")
		for _, form := range append(append(plurals(w), singulars(w)...), w) {
			found = found || words[form]
		}
		return found
	})
	return found && some
}

// plurals lists the plural spellings a noun may have.
func plurals(noun string) []string {
	if p := irregular(noun, 0, 1); p != "" {
		return []string{p}
	}
	stem := noun[:max(len(noun)-1, 0)]
	switch {
	case hissing(noun):
		return []string{noun + "es"}
	case strings.HasSuffix(noun, "y") && stem != "" && !vowelLetter(stem[len(stem)-1]):
		return []string{stem + "ies"}
	case strings.HasSuffix(noun, "o"):
		return []string{noun + "s", noun + "es"}
	case strings.HasSuffix(noun, "fe"):
		return []string{noun + "s", strings.TrimSuffix(noun, "fe") + "ves"}
	case strings.HasSuffix(noun, "f"):
		return []string{noun + "s", stem + "ves"}
	}
	return []string{noun + "s"}
}

// singulars lists the nouns that have this plural.
func singulars(plural string) []string {
	if s := irregular(plural, 1, 0); s != "" {
		return []string{s}
	}
	var list []string
	for _, ending := range [...][2]string{{"ies", "y"}, {"ves", "f"}, {"ves", "fe"}, {"es", ""}, {"s", ""}} {
		stem, ok := strings.CutSuffix(plural, ending[0])
		noun := stem + ending[1]
		for _, p := range plurals(noun) {
			if ok && stem != "" && p == plural {
				list = append(list, noun)
			}
		}
	}
	return list
}

// irregular returns the noun's other number, from and to being 0 for the singular and 1 for the plural, or "". It knows
// compounds that end in man (fisherman, fishermen).
func irregular(noun string, from, to int) string {
	for _, pair := range [...][2]string{
		{"child", "children"}, {"foot", "feet"}, {"tooth", "teeth"}, {"goose", "geese"}, {"mouse", "mice"},
		{"louse", "lice"}, {"ox", "oxen"}, {"person", "people"},
	} {
		if noun == pair[from] {
			return pair[to]
		}
	}
	forms := [2]string{"man", "men"}
	stem, ok := strings.CutSuffix(noun, forms[from])
	if !ok || noun == "human" || noun == "german" || noun == "roman" || noun == "talisman" {
		return ""
	}
	return stem + forms[to]
}
