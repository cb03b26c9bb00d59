package local

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
)

// stateMagic begins a trainer's state: a format that is read by the release
// that wrote it, for checkpoints of a run, and never for exchange.
const stateMagic = "idiolect-state/1"

// SaveState writes step, weights and both moments, in float32.
func (t *trainer) SaveState(w io.Writer) error {
	s := t.t.State()
	b := bufio.NewWriter(w)
	if _, err := b.WriteString(stateMagic); err != nil {
		return err
	}
	for _, v := range []any{int64(s.Step), int64(len(s.Weights)), s.Weights, s.M, s.V} {
		if err := binary.Write(b, binary.LittleEndian, v); err != nil {
			return err
		}
	}
	return b.Flush()
}

// LoadState reads what SaveState wrote of the same model.
func (t *trainer) LoadState(r io.Reader) error {
	b := bufio.NewReader(r)
	magic := make([]byte, len(stateMagic))
	if _, err := io.ReadFull(b, magic); err != nil || string(magic) != stateMagic {
		return fmt.Errorf("a training state begins with %q - want %q", magic, stateMagic)
	}
	var step, n int64
	if err := binary.Read(b, binary.LittleEndian, &step); err != nil {
		return err
	}
	if err := binary.Read(b, binary.LittleEndian, &n); err != nil {
		return err
	}
	s := t.t.State()
	if n != int64(len(s.Weights)) {
		return fmt.Errorf("a training state of %d weights - model %s has %d", n, t.m.name, len(s.Weights))
	}
	s.Step, s.Weights, s.M, s.V = int(step), make([]float32, n), make([]float32, n), make([]float32, n)
	for _, v := range [][]float32{s.Weights, s.M, s.V} {
		if err := binary.Read(b, binary.LittleEndian, v); err != nil {
			return err
		}
	}
	return t.t.SetState(s)
}
