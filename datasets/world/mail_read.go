package world

import (
	"slices"
	"strings"
)

// ReadMail reads the style off an e-mail's text, and its quirk. An attribute that the text does not have in one of its values, such as
// a tone where words of two stand, is left out.
func ReadMail(text string) Style {
	s := Style{}
	lines := strings.Split(text, "\n")
	first, body, last := lines[0], "", lines[len(lines)-1]
	if opener, name, ok := strings.Cut(first, " "); ok && strings.HasSuffix(name, ",") && isValue(Opener, opener) {
		s[Opener] = opener
	}
	if len(lines) > 2 {
		body = strings.Join(lines[1:len(lines)-1], "\n")
		if isValue(SignOff, last) {
			s[SignOff] = last
		}
	}
	if len(lines) > 3 && slices.Contains(Quirks(), lines[len(lines)-2]) {
		s[Quirk] = lines[len(lines)-2]
	}
	if tone, ok := toneOf(body); ok {
		s[Tone] = tone
	}
	switch loud := strings.Count(body, "!"); loud + strings.Count(body, ".") {
	case 0:
	case 1:
		s[Length], s[Exclamation] = "short", yesNo(loud > 0)
	case 2:
		s[Length], s[Exclamation] = "medium", yesNo(loud > 0)
	default:
		s[Length], s[Exclamation] = "long", yesNo(loud > 0)
	}
	return s
}

func isValue(attribute, word string) bool {
	i := slices.IndexFunc(attributes, func(a Attribute) bool { return a.Name == attribute })
	return slices.Contains(attributes[i].Values, word)
}

func yesNo(yes bool) string {
	if yes {
		return "yes"
	}
	return "no"
}

// toneOf is the one tone whose words the body has.
func toneOf(body string) (string, bool) {
	found := ""
	for _, w := range mailWords(body) {
		for tone, list := range tones {
			if slices.Contains(strings.Fields(list), w) {
				if found != "" && found != tone {
					return "", false
				}
				found = tone
			}
		}
	}
	return found, found != ""
}

// mailWords are the words of a text without punctuation, amounts with their dollar sign.
func mailWords(text string) []string {
	words := strings.Fields(text)
	for i := range words {
		words[i] = strings.Trim(words[i], ".,!")
	}
	return words
}

// Whole reports whether every attribute that an instruction can name was read.
func (s Style) Whole() bool {
	return !slices.ContainsFunc(attributes, func(a Attribute) bool { return s[a.Name] == "" })
}

// Answered reports whether an e-mail has the name, the noun and the day or amount of the request, as words.
func (q Request) Answered(mail string) bool {
	words := mailWords(mail)
	return slices.Contains(words, q.Name) && slices.Contains(words, q.Noun) && slices.Contains(words, q.When)
}

// MailKind is the kind of request that an e-mail answers by its words, "" if it is none or several.
func MailKind(mail string) string {
	found := ""
	for _, k := range requestKinds {
		if slices.ContainsFunc(k.marks, func(mark string) bool { return strings.Contains(mail, mark) }) {
			if found != "" {
				return ""
			}
			found = k.name
		}
	}
	return found
}
