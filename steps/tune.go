package steps

import (
	"bytes"
	"context"
	"encoding/gob"
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

// tuneStep is supervised fine-tuning as a step.
type tuneStep struct {
	Training
	settings SFTHyperparameters
	seed     int64
	draw     string // names the randomness of this training among those of equal ones
	scope    map[string]any
}

// tuning is one run of it: data, order, and where it stands.
type tuning struct {
	*tuneStep
	r       *runner.Run
	trainer backends.Trainer
	base    opened
	prompt  string // as the policies table has it
	data    []backends.Datum
	order   *rng.Stream // of the rows, drawn epoch by epoch
	epoch   []int       // data indices of the epoch that was drawn last
	epochs  int         // how many were drawn
	steps   int
	rate    float64
	log     []tables.Training
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
	trainer, err := s.Start.Backend.Trainer(ctx, base.model, backends.Tuning{Seed: rng.Seed(s.seed, rng.Init, "", s.draw)})
	if err != nil {
		return err
	}
	defer trainer.Close()
	t := &tuning{tuneStep: s, r: r, trainer: trainer, base: base}
	if err := t.load(); err != nil {
		return err
	}
	if len(t.data) == 0 {
		return t.untrained()
	}
	if err := t.train(ctx); err != nil {
		return err
	}
	return t.write()
}

// train takes the steps that are left.
func (t *tuning) train(ctx context.Context) error {
	first, err := t.resume()
	if err != nil {
		return err
	}
	for i := first; ; i++ { // i steps are taken
		over := i == t.steps || i > 0 && t.reached(i-1)
		err := t.look(ctx, i, over)
		if errors.Is(err, runner.ErrStopped) || errors.Is(err, runner.ErrBudget) {
			return errors.Join(err, t.checkpoint(i))
		}
		if err != nil || over {
			return err
		}
		select {
		case <-t.r.Stopping():
			return errors.Join(runner.ErrStopped, t.checkpoint(i))
		default:
		}
		if err := t.step(ctx, i); err != nil {
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

func (t *tuning) step(ctx context.Context, i int) error {
	s, batch := t.settings, t.batch(i)
	used := tokensOf(batch)
	settle, err := t.r.Reserve(ctx, used)
	if err != nil {
		return errors.Join(err, t.checkpoint(i))
	}
	out, err := t.trainer.ForwardBackward(ctx, batch, backends.CrossEntropy)
	if err != nil {
		return err
	}
	if math.IsNaN(out.Loss) || math.IsInf(out.Loss, 0) {
		return fmt.Errorf("the loss of step %d is %v - use a smaller learning_rate than %.3g", i+1, out.Loss, t.rate)
	}
	adam := backends.Adam{LearningRate: t.at(i), Beta1: s.Beta1, Beta2: s.Beta2, WeightDecay: s.WeightDecay, ClipNorm: s.ClipNorm}
	metrics, err := t.trainer.OptimStep(ctx, adam)
	if err != nil {
		return err
	}
	for _, name := range slices.Sorted(maps.Keys(metrics)) {
		if v := metrics[name]; math.IsNaN(v) || math.IsInf(v, 0) {
			return fmt.Errorf("%s of step %d is %v - use a smaller learning_rate than %.3g", name, i+1, metrics[name], t.rate)
		}
	}
	row := tables.Training{
		ID: tables.ID(string(t.r.Key()), "", int64(i)), Replicate: int64(i), Step: int64(i + 1), Loss: out.Loss,
		Epoch: float64(i+1) / float64(t.perEpoch()), LearningRate: adam.LearningRate, Metrics: mustJSON(metrics), Tokens: used.Tokens,
	}
	settle(used)
	for _, d := range batch {
		for _, w := range d.Weights {
			if w != 0 {
				row.Targets++
			}
		}
	}
	t.log = append(t.log, row)
	t.r.Progress(i+1, t.steps, fmt.Sprintf("loss %.3f", out.Loss))
	return nil
}

// tokensOf is what a step trains on.
func tokensOf(batch []backends.Datum) runner.Usage {
	var u runner.Usage
	for _, d := range batch {
		u.Tokens += int64(len(d.Tokens))
	}
	return u
}

// reached says whether until_loss ends the training: the mean loss of an epoch
// that has just ended is at or below it.
func (t *tuning) reached(i int) bool {
	perEpoch := t.perEpoch()
	if t.settings.UntilLoss == 0 || (i+1)%perEpoch != 0 {
		return false
	}
	sum := 0.0
	for _, row := range t.log[len(t.log)-perEpoch:] {
		sum += row.Loss
	}
	return sum/float64(perEpoch) <= t.settings.UntilLoss
}

// saved is a checkpoint: the log and what a monitor saw so far, then the
// trainer's state.
type saved struct {
	Log   []tables.Training
	Watch watch
}

func (t *tuning) checkpoint(step int) error {
	return t.r.SaveCheckpoint(step, func(w io.Writer) error {
		if err := gob.NewEncoder(w).Encode(saved{t.log, t.watch}); err != nil {
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
	t.log, t.watch = s.Log, s.Watch
	t.r.Log("goes on from step %d of %d", step, t.steps)
	return step, t.trainer.LoadState(r)
}
