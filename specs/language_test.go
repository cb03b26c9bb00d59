package specs

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// The look-alike kinds of these tests: their settings have the shapes of the
// real ones, which main puts together.

type linesSource struct {
	Path string `yaml:"path" doc:"the file" required:"true" file:"true"`
}

func (s *linesSource) Columns(string) ([]string, error) { return []string{"line"}, nil }

type jsonlSource struct {
	Path string `yaml:"path" doc:"the file" required:"true" file:"true"`
}

func (s *jsonlSource) Columns(dir string) ([]string, error) {
	if _, err := os.Stat(filepath.Join(dir, s.Path)); err != nil {
		return nil, errors.New("no such file: " + s.Path)
	}
	return []string{"input", "output"}, nil
}

type inlineSource struct {
	Rows []map[string]any `yaml:"rows" doc:"the rows themselves" required:"true"`
}

func (s *inlineSource) Columns(string) ([]string, error) {
	var names []string
	for _, row := range s.Rows {
		for name := range row {
			names = append(names, name)
		}
	}
	return sortedCopy(names), nil
}

type synthesizeSource struct {
	Model    ModelRef  `yaml:"model" required:"true"`
	Prompt   PromptRef `yaml:"prompt" required:"true"`
	Examples *Examples `yaml:"examples"`
	Topics   []string  `yaml:"topics"`
	PerTopic int       `yaml:"per_topic" positive:"true"`
	PerCall  int       `yaml:"per_call" positive:"true"`
	Retries  int       `yaml:"retries" min:"0"`
}

type answerSource struct {
	Data   DataRef   `yaml:"data" required:"true"`
	Model  ModelRef  `yaml:"model" required:"true"`
	Prompt PromptRef `yaml:"prompt"`
}

type promptMethod struct {
	Model ModelRef `yaml:"model" doc:"who is asked" required:"true"`
}

type sftMethod struct {
	Model           ModelRef `yaml:"model" required:"true"`
	Data            DataRef  `yaml:"data" required:"true"`
	Target          string   `yaml:"target" enum:"whole,extract"`
	Hyperparameters struct {
		Epochs       int      `yaml:"epochs" doc:"passes over the rows" positive:"true"`
		LearningRate Auto     `yaml:"learning_rate" doc:"of Adam" positive:"true"`
		BatchSize    int      `yaml:"batch_size" positive:"true"`
		Dropout      Fraction `yaml:"dropout"`
	} `yaml:"hyperparameters"`
}

func (s *sftMethod) Check(e *Experiment, path string) []*Error {
	if s.Target == "extract" && s.Hyperparameters.Epochs > 100 {
		return []*Error{e.Errorf(path+".hyperparameters.epochs", "", "too many epochs: %d - at most 100", s.Hyperparameters.Epochs)}
	}
	return nil
}

type expertIteration struct {
	Model           ModelRef `yaml:"model" required:"true"`
	Data            DataRef  `yaml:"data" required:"true"`
	Judge           JudgeRef `yaml:"judge" required:"true"`
	Keep            string   `yaml:"keep" enum:"accepted,rejected,random"`
	Train           Nested   `yaml:"train" required:"true"`
	Hyperparameters struct {
		Rounds  int `yaml:"rounds" positive:"true"`
		Samples int `yaml:"samples" positive:"true"`
	} `yaml:"hyperparameters"`
}

type trainMethod struct {
	Model           ModelRef       `yaml:"model" required:"true"`
	Data            DataRef        `yaml:"data" required:"true"`
	Judge           JudgeRef       `yaml:"judge"`
	Hyperparameters map[string]any `yaml:"hyperparameters"`
}

type selectMethod struct {
	Method MethodRef `yaml:"method" required:"true"`
	Over   Over      `yaml:"over" required:"true"`
	Data   DataRef   `yaml:"data" required:"true"`
	Judge  JudgeRef  `yaml:"judge" required:"true"`
}

func (s *selectMethod) Chooses() (MethodRef, Over) { return s.Method, s.Over }

type mixMethod struct {
	Weights Weights `yaml:"weights" required:"true"`
}

type pairwiseJudge struct {
	Orders string `yaml:"orders" enum:"both,one"`
}

func kindOf(name string, settings func() any) Kind[any] {
	return Kind[any]{Name: name, Doc: name, Version: 1, New: settings}
}

func newSFT() any {
	s := new(sftMethod)
	s.Target, s.Hyperparameters.Epochs, s.Hyperparameters.LearningRate.Auto = "whole", 1, true
	return s
}

// testLanguage is a language big enough for the example specs; its words are
// toys with the real signatures.
func testLanguage() Language {
	return Language{
		Backends: []string{"local", "tinker", "openai"},
		Sources: Catalog[any]{
			kindOf("lines", func() any { return new(linesSource) }),
			kindOf("jsonl", func() any { return new(jsonlSource) }),
			kindOf("inline", func() any { return new(inlineSource) }),
			kindOf("prometheus", func() any { return new(jsonlSource) }),
			kindOf("synthesize", func() any { return new(synthesizeSource) }),
			kindOf("answer", func() any { return new(answerSource) }),
		},
		Methods: Catalog[any]{
			kindOf("prompt", func() any { return new(promptMethod) }),
			kindOf("sft", newSFT),
			kindOf("expert_iteration", func() any { return &expertIteration{Keep: "accepted"} }),
			kindOf("select", func() any { return new(selectMethod) }),
			kindOf("mix", func() any { return new(mixMethod) }),
			kindOf("reward_model", func() any { return new(trainMethod) }),
			kindOf("rlaif", func() any { return new(trainMethod) }),
			kindOf("ditto", func() any { return new(trainMethod) }),
		},
		Judges: Catalog[any]{
			kindOf("accept", func() any { return new(struct{}) }),
			kindOf("score", func() any { return new(struct{}) }),
			kindOf("pairwise", func() any { return &pairwiseJudge{Orders: "both"} }),
		},
		Words: []Word{
			{Name: "words", Func: strings.Fields},
			{Name: "lines", Func: func(s string) []string { return strings.Split(s, "\n") }},
			{Name: "syllables", Func: func(params ...any) (any, error) {
				var counts []int
				for _, line := range params[0].([]string) {
					counts = append(counts, len(strings.Fields(line)))
				}
				return counts, nil
			}, Types: []any{new(func([]string) []int)}},
			{Name: "known", Func: func(words []string) bool { return len(words) > 0 }},
			{Name: "rhymes", Func: func(lines []string) bool { return len(lines) > 1 && lines[0] == lines[1] }},
			{Name: "mentions", Func: func(s, topic string) bool { return strings.Contains(s, topic) }},
			{Name: "regex", Func: func(s, pattern string) []string { return nil }, Check: func(argument int, text string) error {
				if argument == 1 && text == "(" {
					return errors.New("not a pattern: missing )")
				}
				return nil
			}},
			{Name: "placeholder", Func: func(s string) bool { return strings.Contains(s, "[") }},
		},
	}
}

func read(t *testing.T, src string, set ...string) (*Experiment, error) {
	t.Helper()
	return ReadBytes("spec.yaml", []byte(src), testLanguage(), Options{Set: set, Env: func(string) (string, bool) { return "", false }})
}
