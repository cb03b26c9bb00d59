package steps

import (
	"context"
	"fmt"
	"io"
	"math"
	"runtime"
	"strings"

	"idiolect/backends/local"
	"idiolect/backends/local/engine"
	"idiolect/backends/local/tokenizer"
	"idiolect/datasets/world"
	"idiolect/internal/stats"
)

// ProbeModel measures a finished model, one of the shipped names or a folder with a checkpoint, as the last line of Pretrain does, and
// prints every rate on out. The probe's questions are those of spec, whose corpus the model need not have seen.
func ProbeModel(ctx context.Context, spec PretrainSpec, model string, out io.Writer) error {
	probe, weights, err := openProbe(spec, model)
	if err != nil {
		return err
	}
	var line pretrainLine
	if err := probe.measure(ctx, engine.Runtime{Threads: runtime.GOMAXPROCS(0)}, weights, &line); err != nil {
		return err
	}
	line.table(out)
	return nil
}

// openProbe opens a finished model and the probe for it, whose tokens are the model's own.
func openProbe(spec PretrainSpec, model string) (*pretrainProbe, *engine.Weights, error) {
	if err := spec.Check(); err != nil {
		return nil, nil, err
	}
	weights, own, err := local.Import(model)
	if err != nil {
		return nil, nil, err
	}
	corpus, err := newPretrainCorpus(spec)
	if err != nil {
		return nil, nil, err
	}
	corpus.tokenizer = own
	if corpus.chat, err = tokenizer.NewChatML(own); err != nil {
		return nil, nil, err
	}
	probe, err := newPretrainProbe(spec, corpus)
	if err != nil {
		return nil, nil, err
	}
	probe.poems, probe.mails = pretrainFinalPoems, pretrainFinalMails
	return probe, weights, nil
}

// table prints every rate with its interval, and the cosines.
func (l pretrainLine) table(out io.Writer) {
	fmt.Fprintln(out, "rate                       share   95% interval      n")
	row := func(name string, share float64, n int) {
		i := stats.Wilson(int(math.Round(share*float64(n))), n, 1.96)
		fmt.Fprintf(out, "%-24s %6.1f%%   %5.1f to %5.1f  %5d\n", name, 100*share, 100*i.Low, 100*i.High, n)
	}
	for i, r := range []world.Rates{l.Seen, l.Unseen, l.MadeUp} {
		group := []string{"seen", "unseen", "made up"}[i]
		row("haiku form, "+group, r.Form, r.Poems)
		row("haiku topic, "+group, r.Named, r.Poems)
		row("haiku known, "+group, r.Known, r.Poems)
	}
	for _, r := range l.Mail {
		if strings.HasPrefix(r.Question, mailCosine) {
			fmt.Fprintf(out, "%-24s %7.2f\n", r.Question, r.Share)
			continue
		}
		row(r.Question, r.Share, r.N)
	}
}
