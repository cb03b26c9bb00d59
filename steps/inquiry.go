package steps

import (
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"strings"

	"idiolect/backends"
	"idiolect/internal/rng"
	"idiolect/runner"
	"idiolect/runner/tables"
	"idiolect/specs"
)

// inquiry is one question to the model.
type inquiry struct {
	tables.Question
	key      string // names it in the journal
	messages []backends.Message
	asksFor
}

// finding is what came of it.
type finding struct {
	inquiry
	value  float64 // see asksFor.worth
	failed string  // why there is none; "" when there is
	mute   bool    // nothing came back: what failed was the call
	calls  []tables.Call
}

// inquire makes an inquiry of what is shown, named after the role and the round.
func (x *assessor) inquire(place string, q tables.Question, s shown, w wanted, f asksFor) (inquiry, error) {
	ms, err := x.messages(s, w, f)
	if err != nil {
		return inquiry{}, err
	}
	q.Messages = mustJSON(ms)
	if s.criterion != nil {
		q.Criterion = &s.criterion.Name
	}
	// What was sent is in the name: an answer to another text is not taken for one
	// to this, when a step goes on with texts that a service wrote anew.
	sum := sha256.Sum256([]byte(q.Messages + "\n" + f.list()))
	key := strings.Join([]string{place, q.RowKey, deref(q.Criterion), deref(q.Order), fmt.Sprint(q.Repeat), hex.EncodeToString(sum[:8])}, "/")
	return inquiry{q, key, ms, f}, nil
}

// about makes the inquiries about each text, and notes in out what cannot be asked.
func (x *assessor) about(place string, texts []entrant, out []ruling) ([][]finding, error) {
	asked := make([][]finding, len(texts))
	for i, e := range texts {
		if e.missing != "" {
			out[i].reason = e.missing
			continue
		}
		w, err := x.wanted(e.fields)
		if err != nil {
			out[i].reason = err.Error()
			continue
		}
		if asked[i], err = x.aboutOne(place, e, w); err != nil {
			return nil, fmt.Errorf("row %s: %w", e.row, err)
		}
	}
	return asked, nil
}

// aboutOne are the inquiries about one text: one, or one for each criterion.
func (x *assessor) aboutOne(place string, e entrant, w wanted) ([]finding, error) {
	q := tables.Question{RowKey: e.row, Replicate: e.replicate, SampleID: e.id, User: e.user, Repeat: 1}
	s := shown{row: e.row, fields: e.fields, text: e.text}
	place = fmt.Sprintf("%s/%d", place, e.replicate)
	if x.kind == "accept" {
		return x.repeated(place, q, s, w, asksFor{what: forYes})
	}
	criteria := w.criteria
	if len(criteria) == 0 {
		criteria = []specs.Criterion{{Name: overall, Says: w.text, Weight: 1, Scale: specs.Scale{Low: 1, High: 5}}}
	}
	var all []finding
	for _, k := range criteria {
		s.criterion = &k
		f := level(k)
		if x.reads {
			f = reading(k)
		}
		one, err := x.repeated(place, q, s, w, f)
		if err != nil {
			return nil, err
		}
		all = append(all, one...)
	}
	return all, nil
}

// repeated asks a question as often as the judge's repeats say. Probabilities are
// asked for once: they would come out the same.
func (x *assessor) repeated(place string, q tables.Question, s shown, w wanted, f asksFor) ([]finding, error) {
	times := x.judge.Repeats
	if x.weighs {
		times = 1
	}
	var all []finding
	for k := range times {
		q.Repeat = int64(k + 1)
		in, err := x.inquire(place, q, s, w, f)
		if err != nil {
			return nil, err
		}
		all = append(all, finding{inquiry: in})
	}
	return all, nil
}

// between makes the inquiries of games: one for each order, or for one that is
// drawn.
func (x *assessor) between(place string, games []game, out []ruling) ([][]finding, error) {
	asked := make([][]finding, len(games))
	for i, g := range games {
		if reason := g.missing(); reason != "" {
			out[i].reason = reason
			continue
		}
		w, err := x.wanted(g.first.fields)
		if err != nil {
			out[i].reason = err.Error()
			continue
		}
		at := fmt.Sprintf("%s/%d-%d", place, g.first.replicate, g.second.replicate)
		for _, order := range x.orders {
			if order == "one" {
				order = [2]string{"ab", "ba"}[rng.New(x.seed, rng.Judge, g.first.row, "order "+at).IntN(2)]
			}
			q := tables.Question{RowKey: g.first.row, Replicate: g.first.replicate, SampleID: g.first.id, OtherID: optional(g.second.id), Order: &order, User: g.first.user}
			s := shown{row: g.first.row, fields: g.first.fields, text: g.first.text, other: &g.second.text}
			if order == "ba" {
				s.text, s.other = g.second.text, &g.first.text
			}
			one, err := x.repeated(at, q, s, w, asksFor{what: forPair})
			if err != nil {
				return nil, err
			}
			asked[i] = append(asked[i], one...)
		}
	}
	return asked, nil
}

// missing is why a game cannot be held; "" when it can.
func (g game) missing() string {
	return invalid(ruling{valid: g.first.missing == "", reason: g.first.missing}, ruling{valid: g.second.missing == "", reason: g.second.missing})
}

// answered asks all that was made, and puts questions and calls into the rulings.
func (x *assessor) answered(ctx context.Context, r *runner.Run, asked [][]finding, out []ruling) error {
	if x.sampler == nil {
		return errors.New("the judge is not open")
	}
	var flat []inquiry
	for _, fs := range asked {
		for _, f := range fs {
			flat = append(flat, f.inquiry)
		}
	}
	found, err := x.findings(ctx, r, flat)
	if err != nil {
		return err
	}
	for i, fs := range asked {
		copy(fs, found[:len(fs)])
		found = found[len(fs):]
		for _, f := range fs {
			out[i].questions = append(out[i].questions, f.question(string(r.Key())))
			out[i].calls = append(out[i].calls, f.calls...)
		}
	}
	return nil
}
