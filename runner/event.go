package runner

import (
	"sync"
	"time"
)

// Kinds of events. Steps add kinds of their own with [Run.Event].
const (
	Planned  = "plan"     // Total steps will be looked at
	Started  = "start"    // a step runs
	Progress = "progress" // Done of Total
	Log      = "log"      // Note is one line for people
	Done     = "done"     // a step's artifact is in the store
	Cached   = "cached"   // it was there already
	Failed   = "failed"   // a step ended with Err
	Skipped  = "skipped"  // a step was not tried; Err names the step that failed
	Stopped  = "stopped"  // a step was interrupted; it goes on when the plan is run again
	Finished = "finish"   // Done of Total steps have their artifact
)

// Event is one thing that happened while a plan is executed.
type Event struct {
	Time        time.Time
	Kind        string
	Step        string // id of the step, empty for the whole plan
	Done, Total int
	Note        string
	Err         error
	Used        Usage // by the step, in this process: of Progress and of how it ended
	Fields      map[string]any
}

// sender stamps events and hands them on one at a time.
type sender struct {
	mu  sync.Mutex
	to  func(Event)
	now func() time.Time
}

func (s *sender) send(e Event) {
	if s.to == nil {
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	e.Time = s.now()
	s.to(e)
}
