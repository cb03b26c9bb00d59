// Package tokenizer turns text into token ids and back: byte-level byte-pair encoding (Sennrich et al. 2016; bytes as in
// Radford et al. 2019), read from and written to Hugging Face tokenizer.json files, or trained from texts.
//
//	tokenizer.go   Tokenizer: encode, decode, look up
//	split.go       pieces of text that merges never cross, as the GPT-2, Qwen and Llama-3 patterns cut them
//	merge.go       one piece to ids: merges by rank, and a cache
//	added.go       added tokens: found in text only when asked for
//	train.go       a tokenizer from texts; learn.go counts and merges
//	file.go        tokenizer.json: what is understood; everything else is refused by name
//	pretokenizer.go, build.go    its splitters; its tokens and merges
//	save.go        tokenizer.json: written
//	alphabet.go    the printable spelling of bytes inside tokenizer.json
//	chatml.go      chat messages to ids and training weights
//
// It knows no model: ids go out, ids come in.
package tokenizer

import (
	"strings"
	"unicode/utf8"

	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/unicode/norm"
)

// Tokenizer maps text to token ids in [0, Vocab()) and back. It does not change after it is made and may be used by
// several goroutines at once.
type Tokenizer struct {
	tokens  []string // by id: the bytes a token stands for; for an added token, its text
	added   []addedToken
	special []bool // by id: Decode leaves the token out

	bytes  [256]int32 // id of each single byte
	merges []pair     // by rank
	ranks  map[pair]merge
	whole  map[string]int32 // pieces that are tokens as they stand (ignore_merges); nil when merges decide alone

	nfc    bool
	splits []splitter
	parts  parts // as the file had them, for Save
	cache  *cache
}

// Vocab returns the number of ids; every id in [0, Vocab()) has a token.
func (t *Tokenizer) Vocab() int { return len(t.tokens) }

// ID returns the id of an added token such as <|im_end|>.
func (t *Tokenizer) ID(special string) (int32, bool) {
	for _, a := range t.added {
		if a.Content == special {
			return a.ID, true
		}
	}
	return 0, false
}

// Encode returns the ids of s as plain text: "<|im_end|>" written in s becomes the ids of its characters, never the
// special token, so text from outside cannot forge the structure of a chat. It adds nothing before or after. Bytes that
// are not UTF-8 are encoded as they are.
func (t *Tokenizer) Encode(s string) []int32 {
	var w merger
	return t.encode(make([]int32, 0, len(s)/3), s, &w) // about as many as English text has
}

// EncodeSpecial returns the ids of s with every added token in it recognised, the leftmost first and, where several
// begin, the longest. Use it only for text whose author may write structure.
func (t *Tokenizer) EncodeSpecial(s string) []int32 {
	var w merger
	var ids []int32
	for text, token := range splitAdded(s, t.added) {
		ids = t.encode(ids, text, &w)
		if token != nil {
			ids = append(ids, token.ID)
		}
	}
	return ids
}

// encode appends the ids of plain text to ids.
func (t *Tokenizer) encode(ids []int32, s string, w *merger) []int32 {
	if t.nfc {
		s = norm.NFC.String(s)
	}
	return t.encodePieces(ids, s, t.splits, w)
}

// encodePieces cuts s by the first splitter, its pieces by the second and so on, and appends the ids of what remains.
func (t *Tokenizer) encodePieces(ids []int32, s string, splits []splitter, w *merger) []int32 {
	if len(splits) == 0 {
		return t.encodePiece(ids, s, w)
	}
	for len(s) > 0 {
		n := splits[0](s)
		ids = t.encodePieces(ids, s[:n], splits[1:], w)
		s = s[n:]
	}
	return ids
}

// Decode returns the text of ids without special tokens. Bytes that do not form UTF-8, as where a character's tokens
// are cut apart, become U+FFFD, one for each maximal invalid sequence (WHATWG Encoding, section 8.1.1), as Hugging Face
// decoders do. Ids outside [0, Vocab()) stand for no text: the embedding tables of models are often padded.
func (t *Tokenizer) Decode(ids []int32) string { return t.decode(ids, false) }

// DecodeSpecial is Decode with special tokens written out.
func (t *Tokenizer) DecodeSpecial(ids []int32) string { return t.decode(ids, true) }

func (t *Tokenizer) decode(ids []int32, special bool) string {
	var b strings.Builder
	for _, id := range ids {
		if id < 0 || int(id) >= len(t.tokens) || t.special[id] && !special {
			continue
		}
		b.WriteString(t.tokens[id])
	}
	s := b.String()
	if utf8.ValidString(s) {
		return s
	}
	s, err := unicode.UTF8.NewDecoder().String(s)
	if err != nil {
		panic("tokenizer: a decoder that replaces what is invalid returned " + err.Error())
	}
	return s
}
