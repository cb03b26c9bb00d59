package datasets

import (
	"encoding/json"
	"strings"
)

// maxLists bounds how many places of a text are tried as the beginning of a list.
const maxLists = 64

// Items reads the rows of a list that a model wrote, one map of fields for each
// item. With one field an item is a text, or an object that has it; with several
// it is an object that has all of them; other keys are dropped. Values are texts
// that are not blank, numbers or booleans.
//
// The list is JSON: what follows the model's thoughts (</think>) is searched, first
// its fenced blocks, then all of it, and the first list with an item of that form is
// taken. Text around it, a comma behind the last item, and items of another form,
// which are dropped, are tolerated. Of a list that was cut off, as cut says, the
// whole items count; one that breaks off by itself is none. Without a list of that
// form there are no items.
func Items(text string, fields []string, cut bool) []map[string]any {
	if i := strings.LastIndex(text, "</think>"); i >= 0 {
		text = text[i+len("</think>"):]
	}
	for _, part := range append(fenced(text), text) {
		tries := 0
		for at := 0; tries < maxLists; tries++ {
			next := strings.IndexByte(part[at:], '[')
			if next < 0 {
				break
			}
			at += next
			if items := itemsAt(part[at:], fields, cut); len(items) > 0 {
				return items
			}
			at++
		}
	}
	return nil
}

// fenced are the insides of blocks between lines that begin with ```.
func fenced(text string) []string {
	var blocks []string
	inside, from, at := false, 0, 0
	for line := range strings.Lines(text) {
		start := at
		at += len(line)
		if !strings.HasPrefix(strings.TrimSpace(line), "```") {
			continue
		}
		if inside {
			blocks = append(blocks, text[from:start])
		}
		inside, from = !inside, at
	}
	return blocks
}

// itemsAt reads the list at the beginning of a text.
func itemsAt(text string, fields []string, cut bool) []map[string]any {
	body, whole := listBody(text)
	if !whole && !cut {
		return nil
	}
	var items []map[string]any
	d := json.NewDecoder(strings.NewReader(body))
	d.UseNumber()
	if _, err := d.Token(); err != nil { // the bracket
		return nil
	}
	for d.More() {
		var v any
		if err := d.Decode(&v); err != nil {
			if whole {
				return nil
			}
			break // this one was cut off
		}
		if item := itemOf(v, fields); item != nil {
			items = append(items, item)
		}
	}
	if _, err := d.Token(); err != nil && whole {
		return nil
	}
	return items
}

// listBody is a list from its first bracket to its last, or to the end of the text
// where that is missing, without commas that nothing follows.
func listBody(text string) (body string, whole bool) {
	var out []byte
	depth, quoted, comma := 0, false, -1 // where in out a comma waits for what follows it
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case quoted && c == '\\' && i+1 < len(text):
			out = append(out, c)
			i++
			c = text[i]
		case quoted:
			quoted = c != '"'
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
		case c == ',':
			comma = len(out)
		default:
			if closes := c == ']' || c == '}'; closes && comma >= 0 {
				out = append(out[:comma], out[comma+1:]...)
			}
			comma = -1
			quoted = c == '"'
			switch c {
			case '[', '{':
				depth++
			case ']', '}':
				depth--
			}
		}
		if out = append(out, c); depth == 0 {
			return string(out), true
		}
	}
	return string(out), false
}

// itemOf is an item's fields, nil for one of another form.
func itemOf(v any, fields []string) map[string]any {
	object, is := v.(map[string]any)
	if !is && len(fields) == 1 {
		object = map[string]any{fields[0]: v}
	}
	item := map[string]any{}
	for _, name := range fields {
		switch x := object[name].(type) {
		case string:
			item[name] = strings.TrimSpace(x)
			if item[name] == "" {
				return nil
			}
		case json.Number:
			n, err := plain(x)
			if err != nil || !is {
				return nil
			}
			item[name] = n
		case bool:
			if !is {
				return nil
			}
			item[name] = x
		default:
			return nil
		}
	}
	return item
}
