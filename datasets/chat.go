package datasets

import (
	"fmt"
	"iter"

	"idiolect/specs"
)

func chat() specs.Kind[Source] {
	return specs.Kind[Source]{
		Name: "chat", Version: 2,
		Doc: `conversations, one {"messages": [{role, content}, ...]} per line; columns messages, system, input, output`,
		New: func() Source { return &Chat{} },
	}
}

// Chat reads conversations, one JSON object per line, as services for
// fine-tuning take them. Of each it gives the columns
//
//	messages  the conversation, as JSON text
//	system    what its system message says, or null
//	input     what the user said last
//	output    what the assistant answered to that, or null
//
// and beside them whatever else the object holds. Where columns and set leave the
// four alone, a row whose last message is an answer is trained on as a whole.
type Chat struct {
	Path string `yaml:"path" doc:"the file, relative to the spec" required:"true" key:"-" file:"true"` // its content is in the key
}

// Columns are the four, and the other keys of the first object.
func (s *Chat) Columns(dir string) ([]string, error) { return firstKeys(s, dir, s.Path) }

// Files is the file.
func (s *Chat) Files(dir string) []File { return []File{{s.Path, resolve(dir, s.Path)}} }

// Read yields the conversations; blank lines are skipped.
func (s *Chat) Read(dir string) iter.Seq2[Record, error] {
	return func(yield func(Record, error) bool) {
		for rec, err := range (&JSONL{Path: s.Path}).Read(dir) {
			if err == nil {
				rec.Messages, err = converse(rec.Fields)
				err = ofRow(rec.Place, err)
			}
			if !goOn(yield(rec, err), err) {
				return
			}
		}
	}
}

// conversation are the columns that a conversation gives.
var conversation = []string{"messages", "system", "input", "output"}

// converse replaces the messages among an object's fields by the columns. A
// conversation that ends in an answer is returned, to be trained on.
func converse(fields map[string]any) (whole string, err error) {
	messages, ok := fields["messages"].([]any)
	if !ok || len(messages) == 0 {
		return "", fmt.Errorf("messages: want a list of {role, content}")
	}
	for _, name := range conversation[1:] {
		if _, taken := fields[name]; taken {
			return "", fmt.Errorf("%s stands beside messages, and is the name of a column made from them", name)
		}
		fields[name] = nil
	}
	for i, m := range messages {
		role, content, err := turn(m)
		switch {
		case err != nil:
			return "", fmt.Errorf("messages[%d]: %w", i, err)
		case role == "system" && i > 0:
			return "", fmt.Errorf("messages[%d]: a system message - it can only be the first", i)
		case role == "system":
			fields["system"] = content
		case role == "user":
			fields["input"], fields["output"] = content, nil // an earlier answer answers something else
		default:
			fields["output"] = content
		}
	}
	if fields["input"] == nil {
		return "", fmt.Errorf("messages: nothing is said by the role user")
	}
	text, err := Canonical(messages)
	fields["messages"] = text
	if fields["output"] == nil {
		return "", err
	}
	return text, err
}

// turn is one message's role and content.
func turn(message any) (role, content string, err error) {
	m, _ := message.(map[string]any)
	role, _ = m["role"].(string)
	if role != "system" && role != "user" && role != "assistant" {
		return "", "", fmt.Errorf("role %.40q - want system, user or assistant", fmt.Sprint(m["role"]))
	}
	content, ok := m["content"].(string)
	if !ok {
		return "", "", fmt.Errorf("content: %.40v - want text", m["content"])
	}
	return role, content, nil
}
