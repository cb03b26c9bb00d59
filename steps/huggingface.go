package steps

import (
	"idiolect/runner"
	"idiolect/specs"
)

func huggingFace() specs.Kind[Maker] {
	return specs.Kind[Maker]{
		Name: "huggingface", Version: 1, Planned: true,
		Doc: "a data set of the Hugging Face hub",
		New: func() Maker { return &HuggingFace{HubSplit: "train", Revision: "main"} },
	}
}

// HuggingFace fetches a data set's Parquet files.
type HuggingFace struct {
	Name     string `yaml:"name" doc:"the data set: prometheus-eval/Preference-Collection" required:"true"`
	Config   string `yaml:"config" doc:"which of its configurations; the only one by default"`
	HubSplit string `yaml:"hub_split" doc:"which of its own splits is read; split then cuts those rows"`
	Revision string `yaml:"revision" doc:"a branch, a tag or a commit; the commit is written into the key"`
}

// ColumnsFrom are not known before it is fetched.
func (s *HuggingFace) ColumnsFrom(func(specs.DataRef) []string) []string { return nil }

// Make plans the fetching. How many rows there are, the hub says.
func (s *HuggingFace) Make(c *Compiler, id string) (*making, error) {
	return &making{action: runner.Action{ID: id, Kind: "huggingface", Pos: c.Pos(id), Says: "fetch " + s.Name}, rows: span{open: true}}, nil
}
