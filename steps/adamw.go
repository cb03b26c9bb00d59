package steps

import "idiolect/backends"

// AdamW are the optimizer's settings, the rate aside (Loshchilov and Hutter 2019).
type AdamW struct {
	Beta1    float64 `yaml:"beta1" doc:"of AdamW" min:"0" max:"0.999999"`
	Beta2    float64 `yaml:"beta2" doc:"of AdamW" min:"0" max:"0.999999"`
	ClipNorm float64 `yaml:"clip_norm" doc:"largest gradient norm; 0: not clipped" min:"0"`
}

// adamW are tinker-cookbook's.
func adamW() AdamW { return AdamW{Beta1: .9, Beta2: .95} }

// adam is a step of that rate.
func (a AdamW) adam(rate float64) backends.Adam {
	return backends.Adam{LearningRate: rate, Beta1: a.Beta1, Beta2: a.Beta2, ClipNorm: a.ClipNorm}
}
