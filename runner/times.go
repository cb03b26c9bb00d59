package runner

import (
	"bufio"
	"encoding/json"
	"os"
	"path/filepath"
	"time"
)

// Span is one time that a step ran, as the events of its run tell it.
type Span struct {
	Step     string
	From, To time.Time
	How      string // Done, Failed or Stopped
}

// ReadSpans reads from the events of a run directory how long its steps ran, in the order in which they
// ended. Lines that are not whole are passed over, and steps that never ended: the events of a killed run
// may end in both. There is no error, since nothing but an estimate rests on it.
func ReadSpans(dir string) []Span {
	f, err := os.Open(filepath.Join(dir, eventsName))
	if dir == "" || err != nil {
		return nil
	}
	defer f.Close()
	var spans []Span
	begun := map[string]time.Time{}
	lines := bufio.NewScanner(f)
	lines.Buffer(nil, 1<<22)
	for lines.Scan() {
		var e struct {
			Time       time.Time
			Kind, Step string
		}
		if json.Unmarshal(lines.Bytes(), &e) != nil {
			continue
		}
		switch from, running := begun[e.Step]; {
		case e.Kind == Started:
			begun[e.Step] = e.Time
		case running && (e.Kind == Done || e.Kind == Failed || e.Kind == Stopped):
			spans = append(spans, Span{e.Step, from, e.Time, e.Kind})
			delete(begun, e.Step)
		}
	}
	return spans
}
