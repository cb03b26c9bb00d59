package text

import "testing"

func TestMentions(t *testing.T) {
	for name, c := range map[string]struct {
		s, topic string
		want     bool
	}{
		"the word itself, in any case":         {"The MOON.", "moon", true},
		"a plural":                             {"three moons rise", "moon", true},
		"a possessive":                         {"the moon’s face", "moon", true},
		"a plural possessive":                  {"the foxes' den", "fox", true},
		"a singular for a plural topic":        {"one cherry", "cherries", true},
		"ves":                                  {"falling leaves", "leaf", true},
		"ves of fe":                            {"sharp knives", "knife", true},
		"oes":                                  {"ripe tomatoes", "tomato", true},
		"an irregular plural":                  {"the geese", "goose", true},
		"an irregular singular":                {"a tooth", "teeth", true},
		"a compound of man":                    {"two fishermen", "fisherman", true},
		"not inside a word":                    {"my heart", "art", false},
		"not at the start of a word":           {"a carpet", "car", false},
		"not another word in s":                {"a bras band", "bra s", false},
		"glass is no plural":                   {"glas", "glass", false},
		"moss is no plural":                    {"mos", "moss", false},
		"humans are no humen":                  {"humen", "human", false},
		"a verb form is another word":          {"raining", "rain", false},
		"inside a hyphenated word":             {"snow-covered roof", "snow", true},
		"all words of a topic, in any order":   {"requests I turn down", "turn down request", true},
		"one word of a topic is not the topic": {"a cold morning", "cold e-mail", false},
		"no topic":                             {"anything", "", false},
	} {
		if got := Mentions(c.s, c.topic); got != c.want {
			t.Errorf("%s: Mentions(%q, %q) = %v, want %v", name, c.s, c.topic, got, c.want)
		}
	}
}

func TestPlaceholder(t *testing.T) {
	for s, want := range map[string]bool{
		"Dear [name],": true, "[Your Company Name] is": true, "on <date>": true, "<your name>": true, "Hi {name}": true,
		"{{ x }}": true, "${AMOUNT}": true, "%NAME%": true, "__NAME__": true, "sign here: ____": true, "call XXX-1234": true,
		"TODO": true, "time TBD.": true, "Lorem ipsum dolor": true, "Insert the price here": true, "your name here": true,
		"": false, "Hi Ann, see you at 5.": false, "[the docs](https://go.dev)": false, "<b>bold</b>": false, "<https://go.dev>": false,
		"<ann@example.org>": false, "a < b > c": false, "love, xxx": false, "footnote [3]": false, "snake_case_name": false,
		"**bold** __init__": false, "a to do list": false, "insert a coin": false, "{\"a\": 1}": false, "100% sure": false,
	} {
		if got := Placeholder(s); got != want {
			t.Errorf("Placeholder(%q) = %v, want %v", s, got, want)
		}
	}
}
