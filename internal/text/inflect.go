package text

import "strings"

// endings are the suffixes a dictionary word may take, in the order they are tried.
var endings = [...]string{"'s", "ness", "less", "ful", "ing", "est", "ish", "ed", "er", "ly", "es", "s", "y"}

// inflected pronounces a word that is a dictionary word with one ending, or with two where English stacks them:
// tremblers is trembler and s, trembler is tremble and er.
func (d *dictionary) inflected(word string) (sound, bool) {
	return d.without("", word)
}

// without takes one ending off the word, another than outer, and asks for its stem.
func (d *dictionary) without(outer, word string) (sound, bool) {
	for _, ending := range endings {
		base, ok := strings.CutSuffix(word, ending)
		if !ok || ending == outer {
			continue
		}
		for _, stem := range stems(base, ending) {
			if max(len(base), len(stem)) < shortest(ending) {
				continue
			}
			s, ok := d.look(stem)
			if !ok && outer == "" && stacks(base, ending) {
				s, ok = d.without(ending, stem)
			}
			if ok {
				return spoken(stem, s, ending), true
			}
		}
	}
	return sound{}, false
}

// shortest is the least number of letters before the ending: 3 before those that few words end in by chance, 4 before
// the others, for the dictionary is full of three-letter names (cad, Jae) that would explain cading and jaer.
func shortest(ending string) int {
	switch ending {
	case "s", "ness", "less", "ful", "ish":
		return 3
	}
	return 4
}

// stacks reports whether the ending may follow another one: tremblers, witheringly, glossi|er, but no tremblering.
func stacks(base, ending string) bool {
	switch ending {
	case "'s", "s", "es", "ly", "ness":
		return true
	case "er", "est":
		return strings.HasSuffix(base, "i")
	}
	return false
}

// stems lists the spellings that base could be what is left of, the likeliest first.
func stems(base, ending string) []string {
	if len(base) < 2 {
		return nil
	}
	last := base[len(base)-1]
	var list []string
	if last == 'i' && ending != "'s" && ending != "s" && ending != "ing" {
		return []string{base[:len(base)-1] + "y"} // happi|ness, citi|es
	}
	switch ending {
	case "'s", "ness", "less", "ful":
		return []string{base}
	case "s":
		if hissing(base) || last == 'y' && !vowelLetter(base[len(base)-2]) {
			return nil
		}
		return []string{base}
	case "es":
		if hissing(base) || last == 'o' {
			list = append(list, base)
		}
	case "ly":
		if !vowelLetter(last) {
			list = append(list, base+"le") // gent|ly is gentle, not gent
		}
		return append(list, base)
	default:
		if ending == "y" && vowelLetter(last) || last == 'e' && !vowelLetter(base[len(base)-2]) {
			return nil // the e of hope is gone before ing
		}
		list = append(list, base, base+"e")
		if shortened(base) {
			list[0], list[1] = list[1], list[0] // hop|ing is hope: hop would have doubled its p
		}
	}
	if n := len(base); last == base[n-2] && !vowelLetter(last) {
		list = append(list, base[:n-1]) // hopp|ing
	}
	return list
}

// spoken adds the ending's sound to the stem's.
func spoken(stem string, s sound, ending string) sound {
	add := func(syllables int, phonemes string) sound {
		return sound{s.syllables + syllables, s.rhyme + " " + phonemes}
	}
	switch ending {
	case "'s", "s", "es":
		switch {
		case strings.Contains(" S Z SH ZH CH JH ", " "+s.last()+" "):
			return add(1, "IH Z")
		case voiceless(s.last()):
			return add(0, "S")
		}
		return add(0, "Z")
	case "ed":
		switch {
		case s.last() == "T" || s.last() == "D":
			return add(1, "IH D")
		case voiceless(s.last()):
			return add(0, "T")
		}
		return add(0, "D")
	case "ly":
		if strings.HasSuffix(stem, "le") && strings.HasSuffix(s.rhyme, " AH L") {
			return sound{s.syllables, strings.TrimSuffix(s.rhyme, "AH L") + "L IY"}
		}
		if s.last() == "L" {
			return add(1, "IY") // final|ly has one l to the ear
		}
		return add(1, "L IY")
	case "ness":
		return add(1, "N AH S")
	case "less":
		return add(1, "L AH S")
	case "ful":
		return add(1, "F AH L")
	case "ing":
		return add(1, "IH NG")
	case "est":
		return add(1, "AH S T")
	case "ish":
		return add(1, "IH SH")
	case "er":
		return add(1, "ER")
	case "y":
		return add(1, "IY")
	}
	panic("text: ending without a sound: " + ending)
}

// voiceless reports whether s and d after this phoneme are heard as S and T.
func voiceless(phoneme string) bool {
	return strings.Contains(" P T K F TH S SH CH ", " "+phoneme+" ")
}

// hissing reports a spelling that takes -es.
func hissing(stem string) bool {
	for _, end := range [...]string{"s", "x", "z", "ch", "sh"} {
		if strings.HasSuffix(stem, end) {
			return true
		}
	}
	return false
}

// shortened reports a base of one vowel letter and one consonant at its end, which would have been doubled if nothing
// had been dropped after it.
func shortened(base string) bool {
	vowels := 0
	for i := range len(base) {
		if vowelLetter(base[i]) {
			vowels++
		}
	}
	last := base[len(base)-1]
	return vowels == 1 && vowelLetter(base[len(base)-2]) && !vowelLetter(last) && last != 'w' && last != 'x'
}

// vowelLetter reports a e i o u y.
func vowelLetter(c byte) bool {
	return strings.IndexByte("aeiouy", c) >= 0
}
