package steps

import (
	"encoding/json"
	"fmt"

	"idiolect/backends"
)

// decodeMessages reads a stored conversation.
func decodeMessages(text string) ([]backends.Message, error) {
	var ms []backends.Message
	if err := json.Unmarshal([]byte(text), &ms); err != nil {
		return nil, fmt.Errorf("messages: %w", err)
	}
	return ms, nil
}
