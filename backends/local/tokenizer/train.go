package tokenizer

import (
	"encoding/json"
	"fmt"
	"iter"
	"slices"
)

// Train learns a tokenizer of exactly vocab tokens from texts. The ids are the special tokens in their order, then the
// 256 bytes in theirs, then one per merge, so growing the vocabulary moves no id. Each merge joins the most frequent
// pair of neighbouring tokens (Sennrich et al. 2016, algorithm 1); of equally frequent pairs, the one whose left, then
// right token has the lower bytes; a pair that spells a token there already is passed over. The same texts in any order give the same tokenizer.
//
// Texts are cut by the Qwen pattern: one digit a piece, no normalizer. Special tokens in them are recognised and skipped,
// so texts may be rendered chats; if they are, the words of role headers become single tokens like other frequent words.
func Train(texts iter.Seq[string], vocab int, special []string) (*Tokenizer, error) {
	t, err := untrained(special)
	if err != nil {
		return nil, err
	}
	if vocab < len(t.tokens) {
		return nil, fmt.Errorf("vocabulary of %d: want at least %d, the special tokens and the 256 bytes", vocab, len(t.tokens))
	}
	l := newLearner(t, countPieces(t, texts))
	for len(t.tokens) < vocab {
		if !l.mergeBest() {
			return nil, fmt.Errorf("vocabulary of %d: the texts allow %d merges, which make %d tokens", vocab, len(t.merges), len(t.tokens))
		}
	}
	return t, nil
}

// untrained returns a tokenizer of special tokens and bytes without merges.
func untrained(special []string) (*Tokenizer, error) {
	f := file{Version: "1.0", Model: model{Type: "BPE", Vocab: map[string]int32{}}}
	for i, s := range special {
		f.Model.Vocab[s] = int32(i)
		f.Added = append(f.Added, addedToken{ID: int32(i), Content: s, Special: true})
	}
	if len(f.Model.Vocab) < len(special) {
		return nil, fmt.Errorf("special tokens %q: one is there twice", special)
	}
	for b, r := range spelling() {
		if _, ok := f.Model.Vocab[string(r)]; ok {
			return nil, fmt.Errorf("special token %q: want more than one character", string(r))
		}
		f.Model.Vocab[string(r)] = int32(len(special) + b)
	}
	byteLevel := func(setting string) json.RawMessage {
		return json.RawMessage(`{"type":"ByteLevel","add_prefix_space":false,"trim_offsets":true,"use_regex":` + setting + `}`)
	}
	pattern, err := json.Marshal(qwenPattern)
	if err != nil {
		return nil, err
	}
	f.PreTokenizer = slices.Concat(json.RawMessage(`{"type":"Sequence","pretokenizers":[{"type":"Split","pattern":{"Regex":`),
		pattern, json.RawMessage(`},"behavior":"Isolated","invert":false},`), byteLevel("false"), json.RawMessage(`]}`))
	f.Decoder = byteLevel("true")
	t := &Tokenizer{parts: f.parts}
	if t.splits, err = readPreTokenizer(f.PreTokenizer); err != nil {
		return nil, err
	}
	return t, f.fill(t)
}
