// Package tables holds the schemas of every artifact: one struct per table, one
// field per column. They are version 1, fixed, and only ever added to: a new
// column is optional, an old one is never renamed, retyped or dropped.
//
// Conventions, for every table:
//
//   - Rows are sorted by (row_key, replicate); order never carries meaning.
//   - A missing value is null (a nil pointer), never zero or "".
//   - Open-ended values (messages, fields, settings, raw answers) are JSON text.
//   - Money is whole nano-dollars; durations are whole microseconds.
//   - id is a UUIDv8 derived from (step key, row key, replicate), so the same
//     experiment gives the same ids on every machine (see ID).
//   - row_key names the data row that an entry descends from. It is the hash of
//     the row's content and its occurrence number, and survives every step.
//   - replicate numbers the repetitions of one row inside a step, from 0.
//
// What a clock measures lives in Call alone, so that all other tables of two
// equal experiments are equal byte for byte.
//
// The package knows no steps: it reads and writes Parquet, whole tables (Write,
// Read) or in bounded memory (Writer, Reader, Each).
package tables

// Version is the version of the schemas below, stored in every file.
const Version = 1

// Row is one data row: what a source read or a step made.
type Row struct {
	ID        string  `parquet:"id"`
	RowKey    string  `parquet:"row_key"`
	Replicate int64   `parquet:"replicate"`
	Input     *string `parquet:"input,optional"`    // what is asked, when the row says so in a column named input
	Output    *string `parquet:"output,optional"`   // the expected or given answer, from a column named output
	Fields    string  `parquet:"fields"`            // JSON object: all columns of the row
	Split     *string `parquet:"split,optional"`    // train, dev, test, ...; null when the data has no splits
	Source    *string `parquet:"source,optional"`   // where it was read: file:line, or null when it was made
	User      *string `parquet:"user,optional"`     // the person it belongs to
	Parent    *string `parquet:"parent,optional"`   // id of the sample or row it was made from
	Messages  *string `parquet:"messages,optional"` // JSON: a whole conversation to train on, prompt and answer
}

// Skipped is one row that was left out of its data, because it could not be read.
type Skipped struct {
	ID        string  `parquet:"id"`
	RowKey    string  `parquet:"row_key"`         // empty: it did not become a row
	Replicate int64   `parquet:"replicate"`       // counts them, in the order of reading
	Source    *string `parquet:"source,optional"` // where it stands, as in Row
	Reason    string  `parquet:"reason"`
}

// Funnel is how many of an entry's rows, or of the calls that made them, were left
// by one stage of its making.
type Funnel struct {
	ID        string `parquet:"id"`
	RowKey    string `parquet:"row_key"`   // empty
	Replicate int64  `parquet:"replicate"` // the stages in their order
	Stage     string `parquet:"stage"`     // asked, answered, parsed, written, judged, where, unique, limit, split.NAME, clean
	Counts    string `parquet:"counts"`    // what is counted: calls, rows
	N         int64  `parquet:"n"`         // that were left
}

// Sample is one completion of a policy.
type Sample struct {
	ID           string    `parquet:"id"`
	RowKey       string    `parquet:"row_key"`
	Replicate    int64     `parquet:"replicate"`
	RowID        string    `parquet:"row_id"`    // Row.ID of the prompt row
	PolicyID     string    `parquet:"policy_id"` // Policy.ID of who answered
	Messages     string    `parquet:"messages"`  // JSON list of {role, content}: the prompt as sent
	Completion   *string   `parquet:"completion,optional"`
	Extracted    *string   `parquet:"extracted,optional"` // what is judged, when the prompt extracts; null: the completion itself
	Expected     *string   `parquet:"expected,optional"`  // the row's own output column
	Fields       string    `parquet:"fields"`             // JSON: the row's columns, so that a judge needs no join
	Tokens       []int32   `parquet:"tokens,list"`        // completion token ids; empty when the backend gives none
	Logprobs     []float32 `parquet:"logprobs,list"`      // natural log, per completion token, at temperature 1
	PromptTokens int64     `parquet:"prompt_tokens"`      // tokens of the prompt as sent
	Finish       *string   `parquet:"finish,optional"`    // stop, length
	Seed         string    `parquet:"seed"`               // the row's sampling seed, 16 hex digits
	Error        *string   `parquet:"error,optional"`     // why there is no completion
	User         *string   `parquet:"user,optional"`      // from the row
}

// Call is one call of a model, with all that a clock or a price list says.
type Call struct {
	ID             string  `parquet:"id"`
	RowKey         string  `parquet:"row_key"`
	Replicate      int64   `parquet:"replicate"`
	SampleID       string  `parquet:"sample_id"`
	Attempt        int64   `parquet:"attempt"` // from 1
	LatencyMicros  int64   `parquet:"latency_micros"`
	PromptTokens   int64   `parquet:"prompt_tokens"`
	OutputTokens   int64   `parquet:"output_tokens"`
	PriceNanoUSD   *int64  `parquet:"price_nano_usd,optional"` // null: no price is known
	Cached         bool    `parquet:"cached"`
	Raw            *string `parquet:"raw,optional"` // JSON: the service's whole answer
	Error          *string `parquet:"error,optional"`
	StartUnixMicro int64   `parquet:"start_unix_micros"`
}

// Verdict is what one judge said of one sample (or of two).
type Verdict struct {
	ID        string   `parquet:"id"`
	RowKey    string   `parquet:"row_key"`
	Replicate int64    `parquet:"replicate"`
	SampleID  string   `parquet:"sample_id"`
	OtherID   *string  `parquet:"other_id,optional"` // the second sample of a pairwise judgement
	PolicyID  string   `parquet:"policy_id"`
	Judge     string   `parquet:"judge"`               // the judge's kind and rubric, as in the step's key; the id is in the plan
	Kind      string   `parquet:"kind"`                // accept, score, pairwise
	Order     *string  `parquet:"order,optional"`      // ab or ba, for pairwise
	Accepted  *bool    `parquet:"accepted,optional"`   // accept
	Score     *float64 `parquet:"score,optional"`      // score, 0 to 1
	Prefers   *string  `parquet:"preference,optional"` // a, b or tie, for pairwise
	Criteria  string   `parquet:"criteria"`            // JSON object: criterion name -> its value
	Reason    *string  `parquet:"reason,optional"`
	Raw       *string  `parquet:"raw,optional"` // what a model said, whole
	ParseOK   bool     `parquet:"parse_ok"`
	Error     *string  `parquet:"error,optional"` // why there is no verdict: counted apart, never as a rejection or acceptance in successes
	User      *string  `parquet:"user,optional"`
}

// Question is one question to a model that judges. What several of them come to is
// a Verdict, which names the same samples.
type Question struct {
	ID            string   `parquet:"id"`
	RowKey        string   `parquet:"row_key"`
	Replicate     int64    `parquet:"replicate"` // numbers the questions about a row
	SampleID      string   `parquet:"sample_id"`
	OtherID       *string  `parquet:"other_id,optional"`      // the second sample of a pairwise judgement
	Criterion     *string  `parquet:"criterion,optional"`     // null: the whole rubric
	Order         *string  `parquet:"order,optional"`         // ab: the sample was shown first; ba: the other; null: one text was shown
	Repeat        int64    `parquet:"repeat"`                 // from 1
	Tries         int64    `parquet:"tries"`                  // calls until it could be read
	Messages      string   `parquet:"messages"`               // JSON list of {role, content}: what was sent
	Probabilities *string  `parquet:"probabilities,optional"` // JSON object: word -> its probability as the answer; null: the answer is a text
	Raw           *string  `parquet:"raw,optional"`           // the text, whole
	Value         *float64 `parquet:"value,optional"`         // 0 to 1; of two shown texts -1 (the first is better) to 1 (the second)
	Reason        *string  `parquet:"reason,optional"`
	Error         *string  `parquet:"error,optional"` // why there is no verdict
	User          *string  `parquet:"user,optional"`
}

// Health is one measure of how sound a judge is: a share, with what bounds it.
type Health struct {
	ID        string   `parquet:"id"`
	RowKey    string   `parquet:"row_key"` // empty
	Replicate int64    `parquet:"replicate"`
	Eval      *string  `parquet:"eval,optional"` // null: the labels that the judge itself names
	Judge     string   `parquet:"judge"`
	Metric    string   `parquet:"metric"`         // unread, failed, ties, first, changed, cyclic_triads; with labels also ece, accuracy, swapped
	Part      *string  `parquet:"part,optional"`  // of the rows: criterion NAME, gap N, flipped; null: all of them
	N         int64    `parquet:"n"`              // of what it is a share
	Value     *float64 `parquet:"value,optional"` // null: of nothing
	Low       *float64 `parquet:"low,optional"`   // 95% interval, Wilson
	High      *float64 `parquet:"high,optional"`
	Broken    *string  `parquet:"broken,optional"` // why the judge is not to be believed; null: it may be
}

// Label is a human judgement: what the viewer writes and data reads.
type Label struct {
	ID         string   `parquet:"id"`
	RowKey     string   `parquet:"row_key"`
	Replicate  int64    `parquet:"replicate"`
	Input      string   `parquet:"input"`
	A          *string  `parquet:"a,optional"`
	B          *string  `parquet:"b,optional"`
	Preference *string  `parquet:"preference,optional"` // a, b or tie
	Score      *float64 `parquet:"score,optional"`
	Annotator  *string  `parquet:"annotator,optional"`
	Reason     *string  `parquet:"reason,optional"`
}

// Pair is one preference to train on.
type Pair struct {
	ID        string  `parquet:"id"`
	RowKey    string  `parquet:"row_key"`
	Replicate int64   `parquet:"replicate"`
	Messages  string  `parquet:"messages"` // JSON: the prompt
	Chosen    string  `parquet:"chosen"`
	Rejected  string  `parquet:"rejected"`
	Origin    string  `parquet:"origin"` // on-policy, replay, inter-model, human
	ChosenID  *string `parquet:"chosen_id,optional"`
	RejectID  *string `parquet:"rejected_id,optional"`
}

// Training is one optimizer step.
type Training struct {
	ID           string  `parquet:"id"`
	RowKey       string  `parquet:"row_key"` // empty: a step of training belongs to no row
	Replicate    int64   `parquet:"replicate"`
	Step         int64   `parquet:"step"`  // from 1
	Epoch        float64 `parquet:"epoch"` // passes over the data so far
	Loss         float64 `parquet:"loss"`  // the objective, per weighted token
	LearningRate float64 `parquet:"learning_rate"`
	Tokens       int64   `parquet:"tokens"`  // tokens fed in this step, prompt and answer
	Targets      int64   `parquet:"targets"` // of them with a non-zero weight
	Metrics      string  `parquet:"metrics"` // JSON object: metric path -> number, e.g. train/grad_norm
}

// Monitor is one evaluation of a policy while it trained, by one judge.
type Monitor struct {
	ID         string   `parquet:"id"`
	RowKey     string   `parquet:"row_key"` // empty
	Replicate  int64    `parquet:"replicate"`
	Step       int64    `parquet:"step"`  // optimizer steps taken before; 0: before training
	Judge      string   `parquet:"judge"` // its id in the spec
	N          int64    `parquet:"n"`
	Errors     int64    `parquet:"errors"`        // of them without a verdict
	Mean       *float64 `parquet:"mean,optional"` // errors count as failures
	Low        *float64 `parquet:"low,optional"`  // 95% interval, clustered by row
	High       *float64 `parquet:"high,optional"`
	Difference *float64 `parquet:"difference,optional"` // to step 0, on the same rows with the same noise
	DiffLow    *float64 `parquet:"difference_low,optional"`
	DiffHigh   *float64 `parquet:"difference_high,optional"`
	Chosen     bool     `parquet:"chosen"` // this judge chose the weights of this step
}

// Candidate is one of those that a select chose from.
type Candidate struct {
	ID        string   `parquet:"id"`
	RowKey    string   `parquet:"row_key"` // empty
	Replicate int64    `parquet:"replicate"`
	Name      string   `parquet:"name"`      // its settings as the plan names it: learning_rate=1e-4
	Settings  string   `parquet:"settings"`  // JSON object: path below the method -> value
	PolicyID  string   `parquet:"policy_id"` // Policy.ID of the candidate
	Judge     string   `parquet:"judge"`     // the id of the judge that chose
	N         int64    `parquet:"n"`
	Errors    int64    `parquet:"errors"`        // of them without a verdict
	Clusters  int64    `parquet:"clusters"`      // rows
	Mean      *float64 `parquet:"mean,optional"` // errors count as failures
	Low       *float64 `parquet:"low,optional"`  // 95% interval of the mean
	High      *float64 `parquet:"high,optional"`
	Chosen    bool     `parquet:"chosen"`
	Inflation *float64 `parquet:"inflation,optional"` // of the chosen one: by how much its mean is expected to be too high, because it was the best of several
}

// Draft is one of several completions of which a judge picked.
type Draft struct {
	ID        string   `parquet:"id"`
	RowKey    string   `parquet:"row_key"`
	Replicate int64    `parquet:"replicate"` // answer * n + place among its drafts
	SampleID  string   `parquet:"sample_id"`
	Value     *float64 `parquet:"value,optional"` // what the judge gives; wins minus losses, where it compares; null: no verdict
	Chosen    bool     `parquet:"chosen"`
}

// Rollout is one answer that a policy in training drew, and was rewarded for.
type Rollout struct {
	ID           string  `parquet:"id"`
	RowKey       string  `parquet:"row_key"`
	Replicate    int64   `parquet:"replicate"` // (step-1) * group_size + place in the group
	Step         int64   `parquet:"step"`      // from 1
	Completion   string  `parquet:"completion"`
	Tokens       int64   `parquet:"tokens"`        // with the one that ended it
	Finished     bool    `parquet:"finished"`      // it came to its end
	Worth        float64 `parquet:"worth"`         // what the judge gives: wins minus losses, a score
	Reward       float64 `parquet:"reward"`        // with what is taken off an answer that did not end
	Advantage    float64 `parquet:"advantage"`     // reward above the mean of its group
	Logprob      float64 `parquet:"logprob"`       // of all tokens, under the policy that drew it
	StartLogprob float64 `parquet:"start_logprob"` // and under the start policy
}

// Policy is a way of answering: a model, its weights and how it is asked.
type Policy struct {
	ID         string  `parquet:"id"`
	RowKey     string  `parquet:"row_key"` // empty
	Replicate  int64   `parquet:"replicate"`
	Backend    string  `parquet:"backend"`
	Model      string  `parquet:"model"` // the backend's name of the base model, resolved: mini-1, never mini
	Revision   string  `parquet:"revision"`
	Checkpoint *string `parquet:"checkpoint,optional"` // file of this artifact that holds the weights; null: the base model itself
	Adapter    *string `parquet:"adapter,optional"`
	Prompt     string  `parquet:"prompt"`             // JSON: how it is asked (system and user templates, examples)
	Parent     *string `parquet:"parent_id,optional"` // Policy.ID of the policy that training started from
	Method     string  `parquet:"method"`             // prompt, sft, ...
	Settings   string  `parquet:"settings"`           // JSON object: hyperparameters as used, auto resolved
	Sampling   string  `parquet:"sampling"`           // JSON object: default sampling settings of the model
	Rows       int64   `parquet:"rows"`               // rows it was trained on; 0 with a checkpoint of null means: not trained
	Note       *string `parquet:"note,optional"`      // what a reader must know: "nothing was accepted: not trained"
}

// Score is one cell of the comparison: eval x method x judge, once for each
// repeat and once pooled over all (repeat null).
type Score struct {
	ID            string   `parquet:"id"`
	RowKey        string   `parquet:"row_key"` // empty
	Replicate     int64    `parquet:"replicate"`
	Eval          string   `parquet:"eval"`
	Method        string   `parquet:"method"`
	Judge         string   `parquet:"judge"`
	Criterion     *string  `parquet:"criterion,optional"` // null: the whole verdict
	Repeat        *int64   `parquet:"repeat,optional"`    // null: pooled
	N             int64    `parquet:"n"`                  // judgements asked for
	Errors        int64    `parquet:"errors"`             // of them without a verdict
	Clusters      int64    `parquet:"clusters"`           // topics
	Mean          *float64 `parquet:"mean,optional"`      // errors count as failures: sum / n
	Low           *float64 `parquet:"low,optional"`       // 95% interval of the mean
	High          *float64 `parquet:"high,optional"`
	MeanSuccesses *float64 `parquet:"mean_successes,optional"` // successes only: sum / (n - errors)
	Interval      string   `parquet:"interval"`                // wilson (one yes or no per topic), clustered
	Note          *string  `parquet:"note,optional"`
	User          *string  `parquet:"user,optional"` // one person's own mean; null: all rows
}

// Difference is one paired comparison of two methods under one judge.
type Difference struct {
	ID         string   `parquet:"id"`
	RowKey     string   `parquet:"row_key"` // empty
	Replicate  int64    `parquet:"replicate"`
	Eval       string   `parquet:"eval"`
	Judge      string   `parquet:"judge"`
	Method     string   `parquet:"method"`
	Against    string   `parquet:"against"`
	Repeat     *int64   `parquet:"repeat,optional"` // null: pooled
	Difference *float64 `parquet:"difference,optional"`
	Low        *float64 `parquet:"low,optional"`
	High       *float64 `parquet:"high,optional"`
	P          *float64 `parquet:"p,optional"`
	PHolm      *float64 `parquet:"p_holm,optional"` // within the eval, judge and repeat, over the comparisons with the baseline, or all where the spec asks for all; null outside
	Test       string   `parquet:"test"`            // mcnemar exact, sign-flip permutation, ...
	N          int64    `parquet:"n"`               // judgements, of both methods together
	Clusters   int64    `parquet:"clusters"`
	Relative   *float64 `parquet:"relative,optional"` // mean / against - 1; null when it cannot be claimed
	RelLow     *float64 `parquet:"relative_low,optional"`
	RelHigh    *float64 `parquet:"relative_high,optional"`
	MoreRows   *int64   `parquet:"more_clusters,optional"` // how many more topics would separate it; null: separated
	Note       *string  `parquet:"note,optional"`
}

// WinRate is how often a method won its games under a judge that compares, all repeats
// together, and how often it would were all texts equally long.
type WinRate struct {
	ID         string   `parquet:"id"`
	RowKey     string   `parquet:"row_key"` // empty
	Replicate  int64    `parquet:"replicate"`
	Eval       string   `parquet:"eval"`
	Judge      string   `parquet:"judge"`
	Method     string   `parquet:"method"`
	Against    *string  `parquet:"against,optional"` // null: all others
	N          int64    `parquet:"n"`                // games with a verdict
	Clusters   int64    `parquet:"clusters"`
	Rate       *float64 `parquet:"rate,optional"`       // of these games, a tie being half
	Controlled *float64 `parquet:"controlled,optional"` // the rate at equal lengths
	Low        *float64 `parquet:"low,optional"`        // its 95% interval
	High       *float64 `parquet:"high,optional"`
	Slope      *float64 `parquet:"slope,optional"`      // of the logit; above 0 longer texts win
	Alike      *int64   `parquet:"alike,optional"`      // games whose lengths differ by less than a fifth
	AlikeRate  *float64 `parquet:"alike_rate,optional"` // the rate in them
	Uneven     *int64   `parquet:"uneven,optional"`     // games whose lengths differ by more than a tenth
	Longer     *float64 `parquet:"longer,optional"`     // of them, those that the longer text won, a tie being half
}

// Strength is how strong a method is by all its games under a judge that compares
// (Bradley and Terry).
type Strength struct {
	ID        string   `parquet:"id"`
	RowKey    string   `parquet:"row_key"` // empty
	Replicate int64    `parquet:"replicate"`
	Eval      string   `parquet:"eval"`
	Judge     string   `parquet:"judge"`
	Method    string   `parquet:"method"`
	N         int64    `parquet:"n"`              // games with a verdict
	Theta     *float64 `parquet:"theta,optional"` // on the logit scale, those of all methods having mean 0; null: they cannot be ranked together
	Low       *float64 `parquet:"low,optional"`   // 95% interval
	High      *float64 `parquet:"high,optional"`
	Note      *string  `parquet:"note,optional"`
}

// Panel is one measure of a method's texts, or of its training, beside the same of
// the method that it is compared with.
type Panel struct {
	ID        string   `parquet:"id"`
	RowKey    string   `parquet:"row_key"` // empty
	Replicate int64    `parquet:"replicate"`
	Eval      string   `parquet:"eval"`
	Method    string   `parquet:"method"`
	Against   string   `parquet:"against"`
	Metric    string   `parquet:"metric"`         // length/words, kl/k3, ...
	Says      string   `parquet:"says"`           // the metric in words
	Form      string   `parquet:"form"`           // share (0 to 1), number, ratio
	N         int64    `parquet:"n"`              // completions of the method; of a training's metric, steps
	Of        *int64   `parquet:"of,optional"`    // completions in which variety is counted together
	Start     *float64 `parquet:"start,optional"` // of the method that it is compared with
	Value     *float64 `parquet:"value,optional"`
	Spread    *float64 `parquet:"spread,optional"`    // standard deviation of the difference, were both one policy
	Threshold *float64 `parquet:"threshold,optional"` // what the value has to be beyond for an alarm; null: nothing is one
	Rule      *string  `parquet:"rule,optional"`      // that, in words
	Moved     bool     `parquet:"moved"`              // the difference exceeds what two samplings of one policy differ by
	Alarm     bool     `parquet:"alarm"`
	Note      *string  `parquet:"note,optional"` // liked: beyond the threshold, while judges that nobody tried to please give more; saturated: training had little to learn from
}

// Agreement is how well a judge agrees with what people said of the same rows.
type Agreement struct {
	ID           string   `parquet:"id"`
	RowKey       string   `parquet:"row_key"` // empty
	Replicate    int64    `parquet:"replicate"`
	Eval         *string  `parquet:"eval,optional"` // null: the labels that the judge itself names
	Judge        string   `parquet:"judge"`
	Data         string   `parquet:"data"`  // the rows, as the spec refers to them
	Label        string   `parquet:"label"` // the column of the labels: accepted, score, preference
	N            int64    `parquet:"n"`     // labels
	Errors       int64    `parquet:"errors"`
	Clusters     int64    `parquet:"clusters"`          // inputs, or persons
	Accuracy     *float64 `parquet:"accuracy,optional"` // verdicts that are the label; an error is none
	Low          *float64 `parquet:"low,optional"`      // 95% interval of the accuracy
	High         *float64 `parquet:"high,optional"`
	Interval     string   `parquet:"interval"`           // of the accuracy: wilson, clustered
	Base         *float64 `parquet:"base,optional"`      // share of the commonest label: the accuracy of always saying it
	Kappa        *float64 `parquet:"kappa,optional"`     // Cohen's; of scores with quadratic weights
	KappaLow     *float64 `parquet:"kappa_low,optional"` // 95%, BCa bootstrap over the clusters
	KappaHigh    *float64 `parquet:"kappa_high,optional"`
	Adjacent     *float64 `parquet:"adjacent,optional"`         // of scores: at most one level of the labels away
	Pearson      *float64 `parquet:"pearson,optional"`          // of scores
	Spearman     *float64 `parquet:"spearman,optional"`         // of scores
	Decided      *int64   `parquet:"decided,optional"`          // of preferences: where neither label nor verdict is a tie
	DecidedRight *float64 `parquet:"decided_accuracy,optional"` // the accuracy there
	Confusion    string   `parquet:"confusion"`                 // JSON: label -> verdict -> how often; {} for scores on no levels
	MinAgreement *float64 `parquet:"min_agreement,optional"`    // the accuracy below which the run fails
	Note         *string  `parquet:"note,optional"`
}
