package tokenizer

import "fmt"

// fill gives t the tokens and merges of f.
func (f *file) fill(t *Tokenizer) error {
	plain, err := f.plainTokens()
	if err != nil {
		return err
	}
	if err := f.fillTokens(t, plain); err != nil {
		return err
	}
	for b := range t.bytes {
		id, ok := plain[string([]byte{byte(b)})]
		if !ok {
			return fmt.Errorf("model: byte 0x%02x has no token: want one for every byte", b)
		}
		t.bytes[b] = id
	}
	if f.Model.IgnoreMerges {
		t.whole = plain
	}
	t.cache = newCache()
	return f.fillMerges(t, plain)
}

// plainTokens returns the ids of the model's tokens by their bytes. Added tokens that the model lists as well are left
// out, so that no text can be encoded to them.
func (f *file) plainTokens() (map[string]int32, error) {
	added := make(map[string]bool, len(f.Added))
	for _, a := range f.Added {
		added[a.Content] = true
	}
	alphabet := spelling()
	bytes := inverse(&alphabet)
	plain := make(map[string]int32, len(f.Model.Vocab))
	for text, id := range f.Model.Vocab {
		if added[text] {
			continue
		}
		raw, ok := unspell(text, bytes)
		if !ok || raw == "" {
			return nil, fmt.Errorf("model: token %q is not spelled in the byte-level alphabet", text)
		}
		plain[raw] = id
	}
	return plain, nil
}

// fillTokens lists all tokens by id.
func (f *file) fillTokens(t *Tokenizer, plain map[string]int32) error {
	n := len(plain) + len(f.Added)
	t.tokens, t.special, t.added = make([]string, n), make([]bool, n), f.Added
	place := func(id int32, text string) error {
		if id < 0 || int(id) >= n {
			return fmt.Errorf("token %q has id %d, but there are %d tokens: want every id below that once", text, id, n)
		}
		if t.tokens[id] != "" {
			return fmt.Errorf("id %d has two tokens: want one", id)
		}
		t.tokens[id] = text
		return nil
	}
	for raw, id := range plain {
		if err := place(id, raw); err != nil {
			return err
		}
	}
	for _, a := range f.Added {
		if err := f.checkAdded(a); err != nil {
			return err
		}
		if err := place(a.ID, a.Content); err != nil {
			return err
		}
		t.special[a.ID] = a.Special
	}
	return nil
}

func (f *file) checkAdded(a addedToken) error {
	switch id, ok := f.Model.Vocab[a.Content]; {
	case a.Content == "":
		return fmt.Errorf("added token %d has no content", a.ID)
	case ok && id != a.ID:
		return fmt.Errorf("added token %q has id %d, but %d in the model's vocab", a.Content, a.ID, id)
	case a.SingleWord || a.LStrip || a.RStrip:
		return fmt.Errorf("added token %q: single_word, lstrip and rstrip are not implemented", a.Content)
	case a.Normalized && !null(f.Normalizer):
		return fmt.Errorf("added token %q: normalized with a normalizer is not implemented", a.Content)
	}
	return nil
}

func (f *file) fillMerges(t *Tokenizer, plain map[string]int32) error {
	alphabet := spelling()
	bytes := inverse(&alphabet)
	t.ranks = make(map[pair]merge, len(f.Model.Merges))
	for rank, text := range f.Model.Merges {
		left, okLeft := unspell(text[0], bytes)
		right, okRight := unspell(text[1], bytes)
		for _, part := range []string{left, right, left + right} {
			if _, ok := plain[part]; !ok || !okLeft || !okRight {
				return fmt.Errorf("model: merge %q: its parts and what they make have to be in vocab and not be added tokens", text)
			}
		}
		p := pair{plain[left], plain[right]}
		if _, ok := t.ranks[p]; ok {
			return fmt.Errorf("model: merge %q is there twice", text)
		}
		t.merges = append(t.merges, p)
		t.ranks[p] = merge{int32(rank), plain[left+right]}
	}
	return nil
}
