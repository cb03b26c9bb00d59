package specs

import "time"

// Model is an entry of models: a model at a backend, or a policy of a finished run.
type Model struct {
	Backend    string   `yaml:"backend" doc:"the machine that samples and trains it" def:"backend"`
	Name       string   `yaml:"name" doc:"the service's or checkpoint's name; ./folder is a checkpoint beside the spec" file:"dot"`
	Checkpoint string   `yaml:"checkpoint" doc:"weights that were trained from it: a file such as a run's policy.safetensors, or a tinker:// path" file:"dot"`
	Sampling   Sampling `yaml:"sampling" doc:"how it is sampled unless an eval says otherwise"`
	Renderer   string   `yaml:"renderer" doc:"how chat messages become tokens; the model's own by default"`
	KeyEnv     string   `yaml:"key_env" doc:"the environment variable that holds the key"`
	BaseURL    string   `yaml:"base_url" doc:"where the service listens"`

	Concurrency       int           `yaml:"concurrency" doc:"calls in flight" positive:"true"`
	RequestsPerMinute int           `yaml:"requests_per_minute" doc:"limit of the service" positive:"true"`
	TokensPerMinute   int           `yaml:"tokens_per_minute" doc:"limit of the service" positive:"true"`
	Timeout           time.Duration `yaml:"timeout" doc:"of one call, such as 90s" positive:"true"`
	Retries           *int          `yaml:"retries" doc:"tries after the first" min:"0"`
	Price             *Price        `yaml:"price" doc:"in dollars per million tokens"`

	Run    string `yaml:"run" doc:"a finished run, whose policy this is: its directory, or its experiment's for the newest, from the spec, else from the working directory" file:"dot"`
	Method string `yaml:"method" doc:"the method of that run; tuned@2 for one that was made several times"`
}

// Price is in dollars per million tokens.
type Price struct {
	Input  float64 `yaml:"input" doc:"dollars per million prompt tokens" min:"0"`
	Output float64 `yaml:"output" doc:"dollars per million sampled tokens" min:"0"`
}

// Sampling says how completions are drawn. What is nil was not said: the
// backend's default, or what a wider setting says.
type Sampling struct {
	Temperature *float64 `yaml:"temperature" doc:"0 is greedy" min:"0" max:"10000"`
	TopP        *float64 `yaml:"top_p" doc:"nucleus: the smallest set of tokens with this probability" positive:"true" max:"1"`
	TopK        *int     `yaml:"top_k" doc:"the k likeliest tokens" positive:"true"`
	MaxTokens   *int     `yaml:"max_tokens" doc:"longest completion" positive:"true"`
	Stop        []string `yaml:"stop" doc:"texts that end a completion"`
}
