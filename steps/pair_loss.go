package steps

import "math"

// pairLoss is the loss of preferring one answer to another, by how much more or
// less likely the policy makes each than its reference does. The formulas are
// those of [DPO]; anchor adds the chosen answer's own loss per token.
type pairLoss struct {
	name      string
	beta      float64
	smoothing float64
	anchor    float64
}

// side is one answer of a pair: its logprob under the policy and the reference,
// summed over its tokens, of which there are n.
type side struct{ policy, reference, n float64 }

// ratio is the answer's log-ratio to the reference.
func (s side) ratio() float64 { return s.policy - s.reference }

// of is the loss of a pair, and its derivative by the logprob of each token of
// the chosen answer and of the rejected one.
func (l pairLoss) of(chosen, rejected side) (loss, byChosen, byRejected float64) {
	if l.name == "apo_zero" {
		c, r := sigmoid(l.beta*chosen.ratio()), sigmoid(l.beta*rejected.ratio())
		loss, byChosen, byRejected = 1-c+r, -l.beta*c*(1-c), l.beta*r*(1-r)
	} else {
		perChosen, perRejected := 1.0, 1.0 // what of the margin one more nat of a token is
		if l.name == "ipo" || l.name == "sigmoid_norm" {
			perChosen, perRejected = 1/chosen.n, 1/rejected.n
		}
		slope := 0.0
		loss, slope = l.margin(chosen.ratio()*perChosen - rejected.ratio()*perRejected)
		byChosen, byRejected = slope*perChosen, -slope*perRejected
	}
	loss -= l.anchor * chosen.policy / chosen.n
	byChosen -= l.anchor / chosen.n
	return loss, byChosen, byRejected
}

// margin is the loss of a difference of log-ratios, and its derivative.
func (l pairLoss) margin(difference float64) (loss, slope float64) {
	h, e := l.beta*difference, l.smoothing
	switch l.name {
	case "ipo":
		u := difference - 1/(2*l.beta)
		return u * u, 2 * u
	case "hinge":
		if h >= 1 {
			return 0, 0
		}
		return 1 - h, -l.beta
	case "robust":
		loss = ((1-e)*softplus(-h) - e*softplus(h)) / (1 - 2*e)
		return loss, -l.beta * ((1-e)*sigmoid(-h) + e*sigmoid(h)) / (1 - 2*e)
	}
	loss = (1-e)*softplus(-h) + e*softplus(h)
	return loss, -l.beta * ((1-e)*sigmoid(-h) - e*sigmoid(h))
}

func sigmoid(x float64) float64 {
	if x >= 0 {
		return 1 / (1 + math.Exp(-x))
	}
	e := math.Exp(x)
	return e / (1 + e)
}

// softplus is log(1 + e^x), so that -log sigmoid(x) is softplus(-x).
func softplus(x float64) float64 {
	if x > 0 {
		return x + math.Log1p(math.Exp(-x))
	}
	return math.Log1p(math.Exp(x))
}
