package tokenizer

import (
	"bytes"
	"encoding/json"
	"fmt"
)

// preTokenizer has the settings of the kinds that are understood; each uses its own.
type preTokenizer struct {
	Type string `json:"type"`

	PreTokenizers []json.RawMessage `json:"pretokenizers"` // Sequence

	Pattern  map[string]string `json:"pattern"` // Split: {"Regex": …}
	Behavior string            `json:"behavior"`
	Invert   bool              `json:"invert"`

	IndividualDigits bool `json:"individual_digits"` // Digits

	AddPrefixSpace bool  `json:"add_prefix_space"` // ByteLevel
	TrimOffsets    bool  `json:"trim_offsets"`     // offsets only
	UseRegex       *bool `json:"use_regex"`        // split by the GPT-2 pattern; absent is true
}

// readPreTokenizer returns the splitters of the pre_tokenizer in order.
func readPreTokenizer(raw json.RawMessage) ([]splitter, error) {
	steps, err := flatten(raw)
	if err != nil {
		return nil, err
	}
	var splits []splitter
	for i, p := range steps {
		if last := i == len(steps)-1; last != (p.Type == "ByteLevel") {
			return nil, fmt.Errorf("pre_tokenizer %q at place %d of %d: want ByteLevel at the end and nowhere else", p.Type, i+1, len(steps))
		}
		split, err := p.splitter()
		if err != nil {
			return nil, fmt.Errorf("pre_tokenizer %s: %w", p.Type, err)
		}
		if split != nil {
			splits = append(splits, split)
		}
	}
	return splits, nil
}

// flatten lists the pre-tokenizers of a component, the members of a Sequence in its place.
func flatten(raw json.RawMessage) ([]preTokenizer, error) {
	if null(raw) {
		return nil, fmt.Errorf("pre_tokenizer is null: want ByteLevel, or a Sequence that ends in it")
	}
	kind, err := kindOf(raw)
	if err != nil {
		return nil, fmt.Errorf("pre_tokenizer: %w", err)
	}
	switch kind {
	case "Sequence", "Split", "Digits", "ByteLevel":
	default:
		return nil, fmt.Errorf("pre_tokenizer %q is not implemented: Sequence, Split, Digits and ByteLevel are", kind)
	}
	var p preTokenizer
	if err := strict(bytes.NewReader(raw), &p); err != nil {
		return nil, fmt.Errorf("pre_tokenizer %s: %w", kind, err)
	}
	if kind != "Sequence" {
		return []preTokenizer{p}, nil
	}
	var steps []preTokenizer
	for _, member := range p.PreTokenizers {
		more, err := flatten(member)
		if err != nil {
			return nil, err
		}
		steps = append(steps, more...)
	}
	if len(steps) == 0 {
		return nil, fmt.Errorf("pre_tokenizer Sequence is empty: want one that ends in ByteLevel")
	}
	return steps, nil
}

// splitter returns the splitter of one pre-tokenizer, nil when it does not split.
func (p preTokenizer) splitter() (splitter, error) {
	switch p.Type {
	case "Digits":
		if !p.IndividualDigits {
			return nil, fmt.Errorf("individual_digits is false: want true")
		}
		return splitDigits, nil
	case "ByteLevel":
		if p.AddPrefixSpace {
			return nil, fmt.Errorf("add_prefix_space is true: want false")
		}
		if p.UseRegex != nil && !*p.UseRegex {
			return nil, nil
		}
		return splitGPT2, nil
	}
	regex, ok := p.Pattern["Regex"]
	split := patterns()[regex]
	switch {
	case !ok || split == nil:
		return nil, fmt.Errorf("pattern %q is not implemented: the Regex patterns of GPT-2, Qwen and Llama 3 are", p.Pattern)
	case p.Behavior != "Isolated" || p.Invert:
		return nil, fmt.Errorf("behavior %q, invert %t: want Isolated, false", p.Behavior, p.Invert)
	}
	return split, nil
}
