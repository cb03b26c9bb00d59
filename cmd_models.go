package main

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"github.com/spf13/cobra"

	"idiolect/backends"
	"idiolect/reports"
)

// offeredModel is a model as models tells it.
type offeredModel struct {
	Backend  string `json:"backend"`
	Name     string `json:"name"`
	Params   int64  `json:"params"`  // 0: not known
	Context  int    `json:"context"` // tokens; 0: not known
	Samples  bool   `json:"samples"`
	Trains   bool   `json:"trains"` // token by token
	Revision string `json:"revision"`
	Doc      string `json:"doc"`
}

func (a *app) modelsCommand() *cobra.Command {
	var asJSON bool
	c := &cobra.Command{
		Use: "models", Short: "what the backends offer: models, context, whether they sample and train",
		Long: `models lists what a spec can name under models without files of its own. Backend
local also takes a folder with a Hugging Face checkpoint: name: ./folder.`,
		RunE: func(c *cobra.Command, _ []string) error {
			all, err := machines(0)
			if err != nil {
				return usage(err)
			}
			models := []offeredModel{}
			for _, b := range all {
				infos, err := b.Models(c.Context())
				if err != nil {
					return fmt.Errorf("backend %s: %w", b.Name(), err)
				}
				for _, info := range infos {
					models = append(models, offered(b.Name(), info))
				}
			}
			if asJSON {
				return printIndented(a.stdout, models)
			}
			return a.printModels(models)
		},
	}
	c.Flags().BoolVar(&asJSON, "json", false, "a JSON list")
	return c
}

func offered(backend string, i backends.Info) offeredModel {
	return offeredModel{
		Backend: backend, Name: i.Name, Params: i.Params, Context: i.Context,
		Samples: i.Samples, Trains: i.Trains, Revision: i.Revision, Doc: i.Doc,
	}
}

func (a *app) printModels(models []offeredModel) error {
	cells := [][]string{{"backend", "name", "parameters", "context", "samples", "trains", "revision"}}
	for _, m := range models {
		context, hash := "-", m.Revision[strings.LastIndexByte(m.Revision, ':')+1:] // sha256:03d9...
		if m.Context > 0 {
			context = strconv.Itoa(m.Context)
		}
		cells = append(cells, []string{
			reports.Visible(m.Backend), reports.Visible(m.Name), parameters(m.Params), context,
			yesNo(m.Samples), yesNo(m.Trains), reports.Visible(hash[:min(12, len(hash))]),
		})
	}
	return printCells(a.stdout, cells, math.MaxInt)
}

// parameters is a count in three digits, as models are called by: 4.01M.
func parameters(n int64) string {
	if n <= 0 {
		return "-"
	}
	x, unit := float64(n), ""
	for _, u := range []string{"k", "M", "B", "T"} {
		if x < 999.5 {
			break
		}
		x, unit = x/1000, u
	}
	digits := 0
	if unit != "" {
		digits = min(2, 2-int(math.Floor(math.Log10(x)))) // 999,500 is 1.00M, and its logarithm below 0
	}
	return strconv.FormatFloat(x, 'f', digits, 64) + unit
}

func yesNo(b bool) string {
	if b {
		return "yes"
	}
	return "no"
}
