package steps

import (
	"bytes"
	"context"
	"encoding/gob"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"math"
	"slices"

	"idiolect/backends"
	"idiolect/internal/rng"
	"idiolect/runner"
	"idiolect/runner/tables"
)

// checkpointFile is the name of a trained policy's weights in its artifact.
const checkpointFile = "policy.safetensors"

// tuneStep is the training of a policy as a step, whatever it trains on.
type tuneStep struct {
	Training
	kind      string
	objective func() objective // a new one for each run of the step
	seed      int64
	draw      string // names the randomness of this training among those of equal ones
	scope     map[string]any
}

// objective is what a method that trains token by token does its own way: which
// data an optimizer step sees, and by which loss.
type objective interface {
	// begin reads what there is to train on and says how many optimizer steps that
	// takes; with none nothing is trained.
	begin(ctx context.Context, t *tuning) (steps int, err error)
	// step takes optimizer step i, from 0, and tells it. One that returns
	// runner.ErrStopped or runner.ErrBudget has left the trainer as it was.
	step(ctx context.Context, t *tuning, i int) (tables.Training, error)
	// enough says whether the i steps that were taken end the training early.
	enough(t *tuning, i int) bool
	// keeps points to what a checkpoint keeps of it; nil: nothing.
	keeps() any
	// end gives back what begin opened, and adds to the artifact of a policy that was
	// trained; it may be called whether begin was done or not.
	end(t *tuning, trained bool) error
	// rows is how many rows it trains on; settings are its hyperparameters as used.
	rows() int
	settings() []runner.Line
}

// tuning is one run of it: where it stands.
type tuning struct {
	*tuneStep
	objective
	r       *runner.Run
	trainer backends.Trainer
	base    opened
	prompt  string // as the policies table has it
	shots   *shots // how rows are asked while it trains
	steps   int
	log     []tables.Training
	calls   took // by its rollouts
	watch   watch
}

// Run trains, going on from the last checkpoint when there is one, and writes
// the policy.
func (s *tuneStep) Run(ctx context.Context, r *runner.Run) error {
	base := opened{model: backends.Model{Name: s.Start.Info.Name}}
	var err error
	if s.Start.Action != nil {
		if base, err = s.Start.open(r.In("start")); err != nil {
			return err
		}
	}
	trainer, err := s.Start.Backend.Trainer(ctx, base.model, backends.Tuning{Rank: s.rank, Seed: rng.Seed(s.seed, rng.Init, "", s.draw)})
	if err != nil {
		return err
	}
	defer trainer.Close()
	t := &tuning{tuneStep: s, objective: s.objective(), r: r, trainer: trainer, base: base}
	if err := t.ask(); err != nil {
		return err
	}
	trained, err := t.run(ctx)
	return errors.Join(err, t.end(t, trained && err == nil))
}

func (t *tuning) run(ctx context.Context) (trained bool, err error) {
	if t.steps, err = t.begin(ctx, t); err != nil {
		return false, err
	}
	if t.steps == 0 {
		return false, t.untrained()
	}
	if err := t.train(ctx); err != nil {
		return false, err
	}
	return true, t.write()
}

// ask settles how the policy is asked, and how while it trains.
func (t *tuning) ask() error {
	kept, err := t.Start.Prompt.shots(t.r, t.scope)
	if err != nil {
		return err
	}
	if t.prompt, err = t.Start.Prompt.stored(t.scope, kept.rows); err != nil {
		return err
	}
	t.shots, err = t.Worn.shots(t.r, t.scope)
	return err
}

// train takes the steps that are left.
func (t *tuning) train(ctx context.Context) error {
	first, err := t.resume()
	if err != nil {
		return err
	}
	for i := first; ; i++ { // i steps are taken
		over := i == t.steps || i > 0 && t.enough(t, i)
		err := t.look(ctx, i, over)
		if err == nil && !over {
			err = t.next(ctx, i)
		}
		if errors.Is(err, runner.ErrStopped) || errors.Is(err, runner.ErrBudget) {
			return errors.Join(err, t.checkpoint(i))
		}
		if err != nil || over {
			return err
		}
		if err := t.r.Point("step.train"); err != nil {
			return err
		}
		if t.r.CheckpointDue() {
			if err := t.checkpoint(i + 1); err != nil {
				return err
			}
		}
	}
}

// next takes optimizer step i, from 0, unless the run is to stop.
func (t *tuning) next(ctx context.Context, i int) error {
	select {
	case <-t.r.Stopping():
		return runner.ErrStopped
	default:
	}
	row, err := t.step(ctx, t, i)
	if err != nil {
		return err
	}
	row.ID, row.Replicate, row.Step = tables.ID(string(t.r.Key()), "", int64(i)), int64(i), int64(i+1)
	t.log = append(t.log, row)
	t.r.Progress(i+1, t.steps, fmt.Sprintf("loss %.3f", row.Loss))
	return nil
}

// descend follows a gradient: backward accumulates that of a loss, and the
// optimizer takes a step along it. Both are refused when they are no numbers; rate is
// the highest of the training, for who has to lower it.
func (t *tuning) descend(ctx context.Context, i int, rate float64, adam backends.Adam, backward func() (loss float64, err error)) (loss float64, metrics map[string]float64, err error) {
	if loss, err = backward(); err != nil {
		return 0, nil, err
	}
	if math.IsNaN(loss) || math.IsInf(loss, 0) {
		return 0, nil, fmt.Errorf("the loss of step %d is %v - use a smaller learning_rate than %.3g", i+1, loss, rate)
	}
	if metrics, err = t.trainer.OptimStep(ctx, adam); err != nil {
		return 0, nil, err
	}
	for _, name := range slices.Sorted(maps.Keys(metrics)) {
		if v := metrics[name]; math.IsNaN(v) || math.IsInf(v, 0) {
			return 0, nil, fmt.Errorf("%s of step %d is %v - use a smaller learning_rate than %.3g", name, i+1, v, rate)
		}
	}
	return loss, metrics, nil
}

// tokensOf is how many tokens a pass over a batch feeds.
func tokensOf(batch []backends.Datum) runner.Usage {
	var u runner.Usage
	for _, d := range batch {
		u.Tokens += int64(len(d.Tokens))
	}
	return u
}

// targetsOf is how many tokens of a batch have a weight.
func targetsOf(batch []backends.Datum) (n int64) {
	for _, d := range batch {
		for _, w := range d.Weights {
			if w != 0 {
				n++
			}
		}
	}
	return n
}

// saved is a checkpoint: the log, what a monitor saw so far, what the objective
// keeps; then the trainer's state.
type saved struct {
	Log       []tables.Training
	Watch     watch
	Calls     took
	Objective []byte
}

// took are calls, which a checkpoint keeps as JSON: gob does not tell a pointer to
// zero from none.
type took []tables.Call

// GobEncode writes them as JSON.
func (c took) GobEncode() ([]byte, error) { return json.Marshal([]tables.Call(c)) }

// GobDecode reads them again.
func (c *took) GobDecode(raw []byte) error { return json.Unmarshal(raw, (*[]tables.Call)(c)) }

func (t *tuning) checkpoint(step int) error {
	state := saved{Log: t.log, Watch: t.watch, Calls: t.calls}
	if own := t.keeps(); own != nil {
		var b bytes.Buffer
		if err := gob.NewEncoder(&b).Encode(own); err != nil {
			return err
		}
		state.Objective = b.Bytes()
	}
	return t.r.SaveCheckpoint(step, func(w io.Writer) error {
		if err := gob.NewEncoder(w).Encode(state); err != nil {
			return err
		}
		return t.trainer.SaveState(w)
	})
}

func (t *tuning) resume() (int, error) {
	step, data, ok, err := t.r.Checkpoint()
	if err != nil || !ok {
		return 0, err
	}
	var s saved
	r := bytes.NewReader(data) // an io.ByteReader: gob takes no more than its own bytes
	if err := gob.NewDecoder(r).Decode(&s); err != nil {
		return 0, err
	}
	if own := t.keeps(); own != nil {
		if err := gob.NewDecoder(bytes.NewReader(s.Objective)).Decode(own); err != nil {
			return 0, err
		}
	}
	t.log, t.watch, t.calls = s.Log, s.Watch, s.Calls
	t.r.Log("goes on from step %d of %d", step, t.steps)
	return step, t.trainer.LoadState(r)
}
