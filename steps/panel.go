package steps

import (
	"context"
	"fmt"
	"math/rand/v2"
	"slices"
	"strings"
	"unicode"

	"idiolect/datasets"
	"idiolect/internal/panel"
	"idiolect/internal/rng"
	"idiolect/internal/text"
	"idiolect/runner"
	"idiolect/runner/tables"
)

// panelStep measures, for an eval of trained policies, what of their texts changed
// that no judge was asked about, beside the same of the method that they are compared
// with on the same rows.
type panelStep struct {
	eval    string
	against string
	methods []string // all but that one
	judges  []string
	proxies map[string][]string // method -> the judges that it was trained or chosen to please
	rubric  []string            // what the judges look for, in words
	drawn   []panelInput
	seed    int64
}

// panelInput is what one method wrote for one person in one repeat.
type panelInput struct {
	method, user string
	repeat       int
	verdicts     []cell // of each judge that says something of single texts
	trained      bool   // there is a training to read
}

func (p panelInput) name(what string) string {
	return what + "." + cell{Method: p.method, Judge: "all", User: p.user, Repeat: p.repeat}.input()
}

// Columns of samples that are measured.
type panelSample struct {
	ID         string  `parquet:"id"`
	RowKey     string  `parquet:"row_key"`
	Completion *string `parquet:"completion,optional"`
	Extracted  *string `parquet:"extracted,optional"`
	Fields     string  `parquet:"fields"`
	Finish     *string `parquet:"finish,optional"`
	Error      *string `parquet:"error,optional"`
}

// Run reads what every method wrote and compares it.
func (s *panelStep) Run(ctx context.Context, r *runner.Run) error {
	start, err := s.read(r, s.against)
	if err != nil {
		return err
	}
	var rows []tables.Panel
	for i, m := range s.methods {
		if err := progress(r, i, len(s.methods), "methods"); err != nil {
			return err
		}
		if err := ctx.Err(); err != nil {
			return err
		}
		policy, err := s.read(r, m)
		if err != nil {
			return err
		}
		draw := rand.New(rng.New(s.seed, rng.Bootstrap, "panel "+s.eval, m+" "+s.against))
		of := int64(policy.Variety().Of)
		found := panel.Compare(start, policy, s.proxies[m], draw)
		for _, f := range found {
			row := tables.Panel{
				Method: m, Metric: f.ID, Says: f.Says, Form: f.Form.String(), N: int64(policy.Len()), Start: &f.Start, Value: &f.Value, Spread: finite(f.Spread),
				Threshold: finite(f.Threshold), Rule: optional(f.Rule()), Moved: f.Moved, Alarm: f.Alarm, Note: noteOf(f),
			}
			if strings.HasPrefix(f.ID, "variety/") {
				row.Of = &of
			}
			rows = append(rows, row)
		}
		learned, err := s.training(r, m, panel.Liked(found, s.proxies[m]))
		if err != nil {
			return err
		}
		rows = append(rows, learned...)
	}
	for i := range rows {
		rows[i].ID, rows[i].Replicate = tables.ID(string(r.Key()), "", int64(i)), int64(i)
		rows[i].Eval, rows[i].Against = s.eval, s.against
	}
	return writeTable(r, "panel.parquet", rows)
}

// read is what a method wrote, with what the judges gave for it.
func (s *panelStep) read(r *runner.Run, method string) (*panel.Set, error) {
	var all []panel.Text
	for _, in := range s.drawn {
		if in.method != method {
			continue
		}
		values := map[string]map[string]float64{}
		for _, c := range in.verdicts {
			for v, err := range eachRow[tables.Verdict](r.In("verdicts."+c.input()), "verdicts.parquet") {
				if err != nil {
					return nil, err
				}
				if v.Error != nil {
					continue
				}
				if values[v.SampleID] == nil {
					values[v.SampleID] = map[string]float64{}
				}
				values[v.SampleID][c.Judge] = verdictValue(v)
			}
		}
		for x, err := range eachRow[panelSample](r.In(in.name("samples")), "samples.parquet") {
			if err != nil {
				return nil, err
			}
			if x.Error != nil || x.Completion == nil {
				continue
			}
			slots, err := slotsOf(x.Fields)
			if err != nil {
				return nil, fmt.Errorf("sample %s: %w", x.ID, err)
			}
			t := panel.Text{Row: in.user + "/" + x.RowKey, Repeat: in.repeat, Completion: *x.Completion, Slots: slots, Cut: deref(x.Finish) == "length", Values: values[x.ID]}
			if x.Extracted != nil {
				t.Completion = *x.Extracted
			}
			all = append(all, t)
		}
	}
	return panel.Read(all, panel.Options{Rubric: s.rubric, Judges: s.judges}), nil
}

// mostSlotWords is how long a column is that names something. Of longer ones, which
// are prose, only what begins with a capital is a slot.
const mostSlotWords = 6

// slotsOf are the words of a row's own: its topic, its names.
func slotsOf(fields string) ([]string, error) {
	columns, err := datasets.Fields(fields)
	if err != nil {
		return nil, err
	}
	var slots []string
	for _, value := range columns {
		said, ok := value.(string)
		if !ok {
			continue
		}
		if words := text.Words(said); len(words) <= mostSlotWords {
			slots = append(slots, words...)
			continue
		}
		for _, word := range strings.Fields(said) {
			if strings.IndexFunc(word, unicode.IsUpper) == 0 {
				slots = append(slots, text.Words(word)...)
			}
		}
	}
	slices.Sort(slots)
	return slices.Compact(slots), nil
}
