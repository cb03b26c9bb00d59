package tables

// Used is what a step used of models.
type Used struct {
	Calls, Failed  int64 // Failed of the calls have no answer
	Prompt, Output int64 // tokens read, tokens sampled
	Steps, Trained int64 // optimizer steps, and the tokens they were fed
	NanoUSD        int64
	Priced         bool // some call has a price
}

// UsedByCalls sums a calls table.
func UsedByCalls(path string) (Used, error) {
	var u Used
	rows, err := Read[struct {
		Prompt int64   `parquet:"prompt_tokens"`
		Output int64   `parquet:"output_tokens"`
		Price  *int64  `parquet:"price_nano_usd,optional"`
		Error  *string `parquet:"error,optional"`
	}](path)
	for _, c := range rows {
		u.Calls, u.Prompt, u.Output = u.Calls+1, u.Prompt+c.Prompt, u.Output+c.Output
		if c.Error != nil {
			u.Failed++
		}
		if c.Price != nil {
			u.NanoUSD, u.Priced = u.NanoUSD+*c.Price, true
		}
	}
	return u, err
}

// UsedByTraining sums a training table.
func UsedByTraining(path string) (Used, error) {
	var u Used
	rows, err := Read[struct {
		Tokens int64 `parquet:"tokens"`
	}](path)
	for _, r := range rows {
		u.Steps, u.Trained = u.Steps+1, u.Trained+r.Tokens
	}
	return u, err
}

// Add sums two.
func (u Used) Add(o Used) Used {
	return Used{
		Calls: u.Calls + o.Calls, Failed: u.Failed + o.Failed, Prompt: u.Prompt + o.Prompt, Output: u.Output + o.Output,
		Steps: u.Steps + o.Steps, Trained: u.Trained + o.Trained, NanoUSD: u.NanoUSD + o.NanoUSD, Priced: u.Priced || o.Priced,
	}
}
