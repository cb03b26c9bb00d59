package steps

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"idiolect/backends/local/engine"
	"idiolect/backends/local/safetensors"

	"github.com/google/renameio/v2"
)

// The checkpoint is one safetensors file in the output folder, replaced as a whole: weights and AdamW moments as tensors, and
// in the metadata the recipe it belongs to and what was reached. It is gone when the model is there.
const (
	pretrainCheckpoint = "checkpoint.safetensors"
	pretrainRecipeKey  = "recipe"
	pretrainReachedKey = "reached"
	pretrainStepsKey   = "steps"
)

// recipe is what must be equal for training to go on from a checkpoint.
func (p *pretraining) recipe() (string, error) {
	data, err := json.Marshal(p.spec)
	return string(data), err
}

// save replaces the checkpoint by the present state.
func (p *pretraining) save() error {
	recipe, err := p.recipe()
	if err != nil {
		return err
	}
	reached := p.pretrainProgress
	reached.Seconds += time.Since(p.window.start).Seconds()
	progress, err := json.Marshal(reached)
	if err != nil {
		return err
	}
	s := p.trainer.State()
	vector := func(name string, data []float32) safetensors.Tensor {
		return safetensors.Tensor{Name: name, DType: safetensors.F32, Shape: []int{len(data)}, Data: data}
	}
	var b bytes.Buffer
	err = safetensors.Write(&b, []safetensors.Tensor{vector("weights", s.Weights), vector("m", s.M), vector("v", s.V)}, map[string]string{
		pretrainRecipeKey: recipe, pretrainReachedKey: string(progress), pretrainStepsKey: fmt.Sprint(s.Step),
	})
	if err != nil {
		return err
	}
	return renameio.WriteFile(filepath.Join(p.out, pretrainCheckpoint), b.Bytes(), 0o666)
}

// resume takes up the checkpoint if there is one. A checkpoint of another recipe is an error.
func (p *pretraining) resume() error {
	path := filepath.Join(p.out, pretrainCheckpoint)
	data, err := os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	if err := p.restore(data); err != nil {
		return fmt.Errorf("%s: %w", path, err)
	}
	return nil
}

func (p *pretraining) restore(data []byte) error {
	f, err := safetensors.Open(bytes.NewReader(data), int64(len(data)))
	if err != nil {
		return err
	}
	recipe, err := p.recipe()
	if err != nil {
		return err
	}
	if f.Metadata[pretrainRecipeKey] != recipe {
		return errors.New("made by another recipe: remove it or write to another folder")
	}
	if err := json.Unmarshal([]byte(f.Metadata[pretrainReachedKey]), &p.pretrainProgress); err != nil {
		return err
	}
	var s engine.State
	if _, err := fmt.Sscan(f.Metadata[pretrainStepsKey], &s.Step); err != nil {
		return fmt.Errorf("%s: %w", pretrainStepsKey, err)
	}
	for name, into := range map[string]*[]float32{"weights": &s.Weights, "m": &s.M, "v": &s.V} {
		t, err := f.Tensor(name)
		if err != nil {
			return err
		}
		*into = t.Data
	}
	return p.trainer.SetState(s)
}
