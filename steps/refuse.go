package steps

import (
	"fmt"
	"maps"
	"slices"

	"idiolect/backends"
	"idiolect/specs"
)

// refuse reports settings that the language has and this release does not carry
// out yet: each at its place, so that nothing is accepted and silently ignored.
func (c *Compiler) refuse() {
	for id, m := range c.Models.All() {
		if b, ok := c.machines.Find(m.Backend); ok && backends.IsPlanned(b) {
			continue // told once, where it is used
		}
		c.later("models."+id, map[string]bool{
			"renderer": m.Renderer != "", "key_env": m.KeyEnv != "", "base_url": m.BaseURL != "", "timeout": m.Timeout != 0, "retries": m.Retries != nil,
		})
	}
	for id, j := range c.Judges.All() {
		if j.Model.ID == "" {
			c.modelsAlone(id, j)
		}
	}
	c.later("report", map[string]bool{"figures": len(c.Report.Figures) > 0})
	for i, format := range c.Report.Formats {
		if format == "html" || format == "tex" {
			c.comesLater(fmt.Sprintf("report.formats.%d", i), "leave it out", "report format %s comes with a later release", format)
		}
	}
}

// modelsAlone tells what only a judge that is a model has.
func (c *Compiler) modelsAlone(id string, j *specs.Judge) {
	for _, said := range []struct {
		key string
		set bool
	}{{"prompt", j.Prompt.ID != ""}, {"feedback", j.Feedback}, {"repeats", j.Repeats != 1}} {
		if said.set {
			c.note(nil, c.Errorf("judges."+id+"."+said.key, "name who judges: `model`", "%s without a model - judge %s is a program", said.key, id))
		}
	}
}

func (c *Compiler) later(path string, said map[string]bool) {
	for _, key := range slices.Sorted(maps.Keys(said)) {
		if said[key] {
			c.comesLater(path+"."+key, "leave it out", "%s has no effect in this release", key)
		}
	}
}

// comesLater notes, once, what the plan holds and this release cannot carry out.
func (c *Compiler) comesLater(path, hint, format string, args ...any) {
	e := c.Errorf(path, hint, format, args...)
	if text := e.Error(); !c.told[text] {
		c.told[text] = true
		c.plan.Later(e)
	}
}
