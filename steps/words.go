package steps

import (
	"fmt"

	"idiolect/internal/text"
	"idiolect/specs"
)

// Words are the functions that expressions may call. Those that speak of words
// or lines take one text or a list of texts, and answer likewise.
func Words() []specs.Word {
	return []specs.Word{
		{Name: "words", Doc: "the words of a text, in lower case", Func: text.Words},
		{Name: "lines", Doc: "its lines, trimmed, without blank ones", Func: text.Lines},
		{Name: "sentences", Doc: "its sentences", Func: text.Sentences},
		{Name: "paragraphs", Doc: "its paragraphs", Func: text.Paragraphs},
		{Name: "chars", Doc: "how many characters a reader sees", Func: text.Chars},
		{Name: "known", Doc: "whether the dictionary has the word, or every one of a list", Func: known, Types: []any{new(func(string) bool), new(func([]string) bool)}},
		{Name: "syllables", Doc: "the syllables of a text; for a list, of each", Func: syllables, Types: []any{new(func(string) int), new(func([]string) []int)}},
		{Name: "rhymes", Doc: "whether the last words of any two lines rhyme", Func: rhymes, Types: []any{new(func([]string) bool), new(func(string) bool)}},
		{Name: "mentions", Doc: "whether a text names the topic, singular or plural", Func: text.Mentions},
		{Name: "placeholder", Doc: "whether a text holds something still to be filled in, like [name]", Func: text.Placeholder},
		{Name: "repeats", Doc: "how many n-grams of words occur again", Func: text.Repeats},
		{Name: "count_of", Doc: "how often a word occurs in a text", Func: text.CountOf},
		{Name: "rouge_l", Doc: "ROUGE-L F1 of two texts", Func: text.RougeL},
		{Name: "starts", Doc: "whether a text begins with another, whatever the case and the space around them", Func: text.Starts},
		{Name: "ends", Doc: "whether it ends with another, closing punctuation left aside too", Func: text.Ends},
		{Name: "similarity", Doc: "cosine of the character trigrams of two texts, 0 to 1", Func: text.Similarity},
		{Name: "regex", Doc: "the matches of a pattern (RE2) in a text", Func: text.Regex, Check: pattern},
		{Name: "last_lines", Doc: "the last n lines of a text", Func: text.LastLines},
	}
}

// pattern refuses what regex cannot look for.
func pattern(argument int, constant string) error {
	if argument != 1 {
		return nil
	}
	return text.CheckRegex(constant)
}

func known(args ...any) (any, error) {
	ws, err := texts("known", args)
	if err != nil {
		return nil, err
	}
	for _, w := range ws {
		if !text.Known(w) {
			return false, nil
		}
	}
	return true, nil
}

func syllables(args ...any) (any, error) {
	if s, ok := args[0].(string); ok {
		return text.SyllablesIn(s), nil
	}
	ls, err := texts("syllables", args)
	if err != nil {
		return nil, err
	}
	n := make([]int, len(ls))
	for i, l := range ls {
		n[i] = text.SyllablesIn(l)
	}
	return n, nil
}

func rhymes(args ...any) (any, error) {
	if s, ok := args[0].(string); ok {
		return text.AnyRhyme(text.Lines(s)), nil
	}
	ls, err := texts("rhymes", args)
	return text.AnyRhyme(ls), err
}

// texts reads the argument of a word that takes a text or a list of texts.
func texts(word string, args []any) ([]string, error) {
	switch v := args[0].(type) {
	case string:
		return []string{v}, nil
	case []string:
		return v, nil
	case []any:
		out := make([]string, len(v))
		for i, x := range v {
			s, ok := x.(string)
			if !ok {
				return nil, fmt.Errorf("%s: item %d is %v - want a text", word, i, x)
			}
			out[i] = s
		}
		return out, nil
	}
	return nil, fmt.Errorf("%s: %v - want a text or a list of texts", word, args[0])
}
