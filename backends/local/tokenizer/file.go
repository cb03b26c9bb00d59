package tokenizer

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
)

// file is a tokenizer.json of Hugging Face tokenizers, version 1.0.
type file struct {
	Version    string          `json:"version"`
	Truncation json.RawMessage `json:"truncation"`
	Padding    json.RawMessage `json:"padding"`
	Added      []addedToken    `json:"added_tokens"`
	parts
	Model model `json:"model"`
}

// parts are the components around the model, kept as they were written.
type parts struct {
	Normalizer    json.RawMessage `json:"normalizer"`
	PreTokenizer  json.RawMessage `json:"pre_tokenizer"`
	PostProcessor json.RawMessage `json:"post_processor"`
	Decoder       json.RawMessage `json:"decoder"`
}

type model struct {
	Type         string           `json:"type"`
	Dropout      *float64         `json:"dropout"`
	Unknown      *string          `json:"unk_token"` // never used: every byte has a token
	Prefix       *string          `json:"continuing_subword_prefix"`
	Suffix       *string          `json:"end_of_word_suffix"`
	FuseUnknown  bool             `json:"fuse_unk"` // likewise
	ByteFallback bool             `json:"byte_fallback"`
	IgnoreMerges bool             `json:"ignore_merges"`
	Vocab        map[string]int32 `json:"vocab"`
	Merges       []mergeText      `json:"merges"`
}

// mergeText is a merge in either spelling: "a b", or ["a", "b"] since tokenizers 0.20.
type mergeText [2]string

func (m *mergeText) UnmarshalJSON(data []byte) error {
	var two []string
	if data[0] == '"' {
		var line string
		if err := json.Unmarshal(data, &line); err != nil {
			return err
		}
		two = strings.Split(line, " ")
	} else if err := json.Unmarshal(data, &two); err != nil {
		return err
	}
	if len(two) != 2 {
		return fmt.Errorf("merge %s has %d parts: want 2", data, len(two))
	}
	m[0], m[1] = two[0], two[1]
	return nil
}

// MarshalText writes the first spelling, which every release reads.
func (m mergeText) MarshalText() ([]byte, error) { return []byte(m[0] + " " + m[1]), nil }

// Load reads a Hugging Face tokenizer.json of the byte-level BPE kind: normalizer NFC or none; pre-tokenizer ByteLevel,
// or a Sequence that ends in it, with Digits or Split by the pattern of GPT-2, Qwen or Llama 3 before. Anything else in
// the file that would change ids is refused by name. Post-processors ByteLevel and TemplateProcessing are accepted, for
// they change offsets and add begin and end tokens, and encoding here yields the ids of the text alone
// (add_special_tokens=False).
func Load(r io.Reader) (*Tokenizer, error) {
	var f file
	if err := strict(r, &f); err != nil {
		return nil, fmt.Errorf("tokenizer.json: %w", err)
	}
	t := &Tokenizer{parts: f.parts}
	err := f.checkModel()
	if err == nil {
		t.nfc, err = readNormalizer(f.Normalizer)
	}
	if err == nil {
		t.splits, err = readPreTokenizer(f.PreTokenizer)
	}
	if err == nil {
		err = checkPostProcessor(f.PostProcessor)
	}
	if err == nil {
		err = checkDecoder(f.Decoder)
	}
	if err == nil {
		err = f.fill(t)
	}
	if err != nil {
		return nil, fmt.Errorf("tokenizer.json: %w", err)
	}
	return t, nil
}

// strict decodes one JSON value into v and refuses fields that v does not have and anything after the value.
func strict(r io.Reader, v any) error {
	d := json.NewDecoder(r)
	d.DisallowUnknownFields()
	if err := d.Decode(v); err != nil {
		return err
	}
	if _, err := d.Token(); err != io.EOF {
		return fmt.Errorf("there is more after the JSON value: want one value")
	}
	return nil
}

func (f *file) checkModel() error {
	m := &f.Model
	empty := func(s *string) bool { return s == nil || *s == "" }
	switch {
	case f.Version != "1.0":
		return fmt.Errorf("version %q: want 1.0", f.Version)
	case !null(f.Truncation):
		return fmt.Errorf("truncation is set: want null")
	case !null(f.Padding):
		return fmt.Errorf("padding is set: want null")
	case m.Type != "BPE":
		return fmt.Errorf("model %q is not implemented: BPE is", m.Type)
	case m.Dropout != nil && *m.Dropout != 0:
		return fmt.Errorf("model: dropout is %g: want none", *m.Dropout)
	case !empty(m.Prefix):
		return fmt.Errorf("model: continuing_subword_prefix is %q: want none", *m.Prefix)
	case !empty(m.Suffix):
		return fmt.Errorf("model: end_of_word_suffix is %q: want none", *m.Suffix)
	case m.ByteFallback:
		return fmt.Errorf("model: byte_fallback is true: want false")
	}
	return nil
}

func null(raw json.RawMessage) bool {
	return len(raw) == 0 || bytes.Equal(raw, []byte("null"))
}

// kindOf returns the type of a component.
func kindOf(raw json.RawMessage) (string, error) {
	var c struct {
		Type string `json:"type"`
	}
	if err := json.Unmarshal(raw, &c); err != nil {
		return "", err
	}
	return c.Type, nil
}

func readNormalizer(raw json.RawMessage) (nfc bool, err error) {
	if null(raw) {
		return false, nil
	}
	kind, err := kindOf(raw)
	if err != nil {
		return false, fmt.Errorf("normalizer: %w", err)
	}
	if kind != "NFC" {
		return false, fmt.Errorf("normalizer %q is not implemented: NFC and null are", kind)
	}
	return true, nil
}

// checkPostProcessor accepts what does not change the ids of the text itself.
func checkPostProcessor(raw json.RawMessage) error {
	if null(raw) {
		return nil
	}
	kind, err := kindOf(raw)
	switch {
	case err != nil:
		return fmt.Errorf("post_processor: %w", err)
	case kind == "ByteLevel" || kind == "TemplateProcessing":
		return nil
	case kind != "Sequence":
		return fmt.Errorf("post_processor %q is not implemented: ByteLevel, TemplateProcessing, Sequence and null are", kind)
	}
	var sequence struct {
		Processors []json.RawMessage `json:"processors"`
	}
	if err := json.Unmarshal(raw, &sequence); err != nil {
		return fmt.Errorf("post_processor: %w", err)
	}
	for _, p := range sequence.Processors {
		if err := checkPostProcessor(p); err != nil {
			return err
		}
	}
	return nil
}

func checkDecoder(raw json.RawMessage) error {
	if null(raw) {
		return fmt.Errorf("decoder is null: want ByteLevel")
	}
	kind, err := kindOf(raw)
	if err != nil {
		return fmt.Errorf("decoder: %w", err)
	}
	if kind != "ByteLevel" {
		return fmt.Errorf("decoder %q is not implemented: ByteLevel is", kind)
	}
	return nil
}
