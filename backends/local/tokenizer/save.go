package tokenizer

import (
	"encoding/json"
	"io"
)

// Save writes t as a tokenizer.json from which Hugging Face tokenizers, and Load, make a tokenizer of the same ids. The
// same tokenizer writes the same bytes.
func (t *Tokenizer) Save(w io.Writer) error {
	alphabet := spelling()
	vocab := make(map[string]int32, len(t.tokens))
	added := make(map[int32]bool, len(t.added))
	for _, a := range t.added {
		added[a.ID] = true
		vocab[a.Content] = a.ID
	}
	for id, text := range t.tokens {
		if !added[int32(id)] {
			vocab[spell(text, &alphabet)] = int32(id)
		}
	}
	f := file{Version: "1.0", Added: t.added, parts: t.parts, Model: model{
		Type:         "BPE",
		IgnoreMerges: t.whole != nil,
		Vocab:        vocab,
		Merges:       make([]mergeText, len(t.merges)),
	}}
	for i, p := range t.merges {
		f.Model.Merges[i] = mergeText{spell(t.tokens[p.left], &alphabet), spell(t.tokens[p.right], &alphabet)}
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", " ")
	return enc.Encode(f)
}
