package steps

import "idiolect/specs"

// LoRA trains low-rank adapters instead of all weights (Hu et al. 2021).
type LoRA struct {
	Rank         *int    `yaml:"rank" doc:"of the adapters (LoRA); 0 trains all weights. Unsaid: the published rank, and all weights where a machine has no adapters" min:"0" max:"4096"`
	Alpha        float64 `yaml:"alpha" doc:"the adapters count alpha/rank" positive:"true"`
	TrainMLP     bool    `yaml:"train_mlp" doc:"adapters on the feed-forward layers"`
	TrainAttn    bool    `yaml:"train_attn" doc:"adapters on attention"`
	TrainUnembed bool    `yaml:"train_unembed" doc:"adapters on the unembedding"`

	published int // rank
}

// lora is a published rank with tinker's defaults for the rest: adapters everywhere, alpha 32.
func lora(rank int) LoRA {
	return LoRA{Alpha: 32, TrainMLP: true, TrainAttn: true, TrainUnembed: true, published: rank}
}

// rank is what a machine trains; it refuses adapters that it does not have.
func (l *LoRA) rank(c *Compiler, path string, p *Policy) (int, error) {
	switch {
	case l.Rank == nil && !p.Info.Adapters:
		return 0, nil
	case l.Rank == nil:
		return l.published, nil
	case *l.Rank == 0 || p.Info.Adapters || !p.Info.Trains:
		return *l.Rank, nil
	}
	return 0, c.Errorf(path+".hyperparameters.rank", "hyperparameters: {rank: 0} trains all weights", "adapters of rank %d - backend %s trains all weights of %s, and no adapters, in this release", *l.Rank, p.Backend.Name(), label(p.Info))
}

// check refuses adapters that stand nowhere.
func (l LoRA) check(e *specs.Experiment, path string) []*specs.Error {
	if l.Rank != nil && *l.Rank > 0 && !l.TrainMLP && !l.TrainAttn && !l.TrainUnembed {
		return []*specs.Error{e.Errorf(path+".hyperparameters", "", "adapters of rank %d nowhere - train_mlp, train_attn or train_unembed says where", l.Rank)}
	}
	return nil
}
