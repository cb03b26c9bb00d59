package tokenizer

import (
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// TestLoadRefuses changes one thing in a good file. A path names the place to change, a nil value removes it.
func TestLoadRefuses(t *testing.T) {
	type object = map[string]any
	first := "Ġ t"
	cases := map[string]struct {
		path  string
		value any
		want  string
	}{
		"another version":             {"version", "2.0", `version "2.0"`},
		"truncation":                  {"truncation", object{"max_length": 8}, "truncation is set"},
		"padding":                     {"padding", object{"pad_id": 0}, "padding is set"},
		"a field it does not know":    {"sentiment", 1, `unknown field "sentiment"`},
		"another model":               {"model.type", "Unigram", `model "Unigram" is not implemented`},
		"dropout":                     {"model.dropout", 0.1, "dropout is 0.1"},
		"a word prefix":               {"model.continuing_subword_prefix", "##", "continuing_subword_prefix"},
		"a word suffix":               {"model.end_of_word_suffix", "</w>", "end_of_word_suffix"},
		"byte fallback":               {"model.byte_fallback", true, "byte_fallback"},
		"a byte without a token":      {"model.vocab.a", nil, "has id"},
		"two tokens of one id":        {"model.vocab.a", 5, "two tokens"},
		"an id outside":               {"model.vocab.a", 4000000, "has id 4000000, but there are"},
		"a negative id":               {"model.vocab.a", -1, "has id -1"},
		"a token not made of bytes":   {"model.vocab.日本", 404, "not spelled in the byte-level alphabet"},
		"a merge of three":            {"model.merges", []any{"a b c"}, "has 3 parts"},
		"a merge of what is not":      {"model.merges", []any{"q q"}, "have to be in vocab"},
		"a merge twice":               {"model.merges", []any{first, first}, "is there twice"},
		"another normalizer":          {"normalizer", object{"type": "NFKC"}, `normalizer "NFKC" is not implemented`},
		"no pre-tokenizer":            {"pre_tokenizer", nil, "pre_tokenizer is null"},
		"another pre-tokenizer":       {"pre_tokenizer", object{"type": "Metaspace"}, `pre_tokenizer "Metaspace" is not implemented`},
		"a prefix space":              {"pre_tokenizer", object{"type": "ByteLevel", "add_prefix_space": true}, "add_prefix_space is true"},
		"bytes not last":              {"pre_tokenizer", object{"type": "Digits", "individual_digits": true}, "want ByteLevel at the end"},
		"an empty sequence":           {"pre_tokenizer", object{"type": "Sequence", "pretokenizers": []any{}}, "Sequence is empty"},
		"an unknown setting":          {"pre_tokenizer", object{"type": "ByteLevel", "mood": 1}, `unknown field "mood"`},
		"another post-processor":      {"post_processor", object{"type": "BertProcessing"}, `post_processor "BertProcessing" is not implemented`},
		"no decoder":                  {"decoder", nil, "decoder is null"},
		"another decoder":             {"decoder", object{"type": "WordPiece"}, `decoder "WordPiece" is not implemented`},
		"added tokens that strip":     {"added_tokens", []any{object{"id": 400, "content": "<x>", "lstrip": true}}, "lstrip"},
		"an added token normalized":   {"added_tokens", []any{object{"id": 400, "content": "<x>", "normalized": true}}, "normalized with a normalizer"},
		"an added token of two ids":   {"added_tokens", []any{object{"id": 400, "content": "a"}}, "in the model's vocab"},
		"an added token without text": {"added_tokens", []any{object{"id": 400}}, "has no content"},
	}
	sequence := func(split object) object {
		return object{"type": "Sequence", "pretokenizers": []any{split, object{"type": "ByteLevel", "use_regex": false}}}
	}
	for name, split := range map[string]object{
		`another pattern: pattern map["Regex":"\\w+"] is not`: {"type": "Split", "pattern": object{"Regex": `\w+`}, "behavior": "Isolated"},
		`a literal: pattern map["String":" "] is not`:         {"type": "Split", "pattern": object{"String": " "}, "behavior": "Isolated"},
		`what matches removed: behavior "Removed"`:            {"type": "Split", "pattern": object{"Regex": qwenPattern}, "behavior": "Removed"},
		`digits together: individual_digits is false`:         {"type": "Digits", "individual_digits": false},
	} {
		name, want, _ := strings.Cut(name, ": ")
		c := cases[name]
		c.path, c.value, c.want = "pre_tokenizer", sequence(split), want
		cases[name] = c
	}
	data, err := os.ReadFile("testdata/qwen.json")
	if err != nil {
		t.Fatal(err)
	}
	for name, c := range cases {
		t.Run(name, func(t *testing.T) {
			var file object
			if err := json.Unmarshal(data, &file); err != nil {
				t.Fatal(err)
			}
			change(file, strings.Split(c.path, "."), c.value)
			changed, err := json.Marshal(file)
			if err != nil {
				t.Fatal(err)
			}
			_, err = Load(strings.NewReader(string(changed)))
			if err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
}

func change(object map[string]any, path []string, value any) {
	for _, name := range path[:len(path)-1] {
		object = object[name].(map[string]any)
	}
	last := path[len(path)-1]
	if value == nil {
		delete(object, last)
		return
	}
	object[last] = value
}

func TestLoadRefusesWhatIsNotOneJSONValue(t *testing.T) {
	data, err := os.ReadFile("testdata/qwen.json")
	if err != nil {
		t.Fatal(err)
	}
	for name, text := range map[string]string{"nothing": "", "half a file": string(data[:500]), "two files": string(data) + string(data)} {
		if _, err := Load(strings.NewReader(text)); err == nil {
			t.Errorf("%s: no error", name)
		}
	}
}
