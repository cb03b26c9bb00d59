package steps

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"idiolect/backends/local"
	"idiolect/datasets/world"

	"github.com/google/renameio/v2"
)

// export writes the model and the lines of progress, and drops the checkpoint.
func (p *pretraining) export() error {
	tok := p.corpus.tokenizer
	if err := local.Export(p.out, p.weights, tok, neverSampled(tok, p.corpus.chat)); err != nil {
		return err
	}
	var b bytes.Buffer
	if err := exportLines(&b, p.Lines); err != nil {
		return err
	}
	if err := renameio.WriteFile(filepath.Join(p.out, "training.csv"), b.Bytes(), 0o666); err != nil {
		return err
	}
	if err := os.Remove(filepath.Join(p.out, pretrainCheckpoint)); err != nil && !os.IsNotExist(err) {
		return err
	}
	return nil
}

// exportLines writes one row a line: rates are shares of poems, by group of topics, and of answers about e-mails.
func exportLines(b *bytes.Buffer, lines []pretrainLine) error {
	w := csv.NewWriter(b)
	header := []string{"seconds", "tokens", "tokens_per_second", "learning_rate", "loss"}
	for _, group := range []string{"seen", "unseen", "made_up"} {
		for _, rate := range []string{"poems", "form", "named", "unrhymed", "hyperbole", "season", "colour", "the", "known"} {
			header = append(header, group+"_"+rate)
		}
	}
	if len(lines) > 0 {
		for _, q := range lines[0].Mail {
			header = append(header, strings.ReplaceAll(q.Question, " ", "_"))
		}
	}
	if err := w.Write(header); err != nil {
		return err
	}
	for _, l := range lines {
		row := []string{fmt.Sprintf("%.1f", l.Seconds), fmt.Sprint(l.Tokens), fmt.Sprintf("%.0f", l.Speed),
			fmt.Sprintf("%.3g", l.LearningRate), fmt.Sprintf("%.5f", l.Loss)}
		for _, r := range []world.Rates{l.Seen, l.Unseen, l.MadeUp} {
			row = append(row, fmt.Sprint(r.Poems))
			for _, share := range []float64{r.Form, r.Named, r.Unrhymed, r.Hyperbole, r.Season, r.Colour, r.The, r.Known} {
				row = append(row, fmt.Sprintf("%.4f", share))
			}
		}
		for _, q := range l.Mail {
			row = append(row, fmt.Sprintf("%.4f", q.Share))
		}
		if err := w.Write(row); err != nil {
			return err
		}
	}
	w.Flush()
	return w.Error()
}
