package steps

import (
	"bytes"
	"errors"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"idiolect/backends/local/tokenizer"
	"idiolect/datasets/world"

	"github.com/google/go-cmp/cmp"
)

// tinyMail is tinyPretrain with e-mails.
func tinyMail(t *testing.T) PretrainSpec {
	t.Helper()
	spec := tinyPretrain(t)
	spec.Model.Context, spec.Training.Tokens = 512, 3000
	spec.Mail = &world.MailDials{
		Share: .5, Write: .5, Requests: .1, Read: .1, Checked: .1, Compare: .1, Repeat: .1,
		Instructed: .7, Named: .5, Compliance: .85, FewShot: .4, MadeUp: .5, Short: .35, Exclamation: .4, Quirk: .12,
	}
	return spec
}

// answerer answers every question of the quiz as the contract says: from the text of the prompt, and by chance where that says nothing.
func answerer(t *testing.T, r *rand.Rand, mail *world.Mail, messages []tokenizer.Message) string {
	t.Helper()
	last := messages[len(messages)-1].Content
	text, question, asked := cutLast(last, "\n\n")
	lines := strings.Fields(last)
	if asked {
		about, _, compare := strings.Cut(strings.TrimSuffix(question, "?"), ": A or B")
		attribute, value, check := strings.Cut(about, " ")
		switch {
		case compare:
			a, _, _ := strings.Cut(strings.TrimPrefix(text, "A: "), "\n\nB: ")
			return map[bool]string{true: "A", false: "B"}[world.ReadMail(a)[attribute] == value]
		case check:
			return map[bool]string{true: "yes", false: "no"}[world.ReadMail(text)[attribute] == value]
		default:
			return world.ReadMail(text)[attribute]
		}
	}
	if lines[0] == "Write" && lines[2] == "requests" {
		n, err := strconv.Atoi(lines[1])
		if err != nil {
			t.Fatal(err)
		}
		for _, kind := range world.RequestKinds() {
			if last == world.RequestsPrompt(kind, n, nil) {
				var texts []string
				for _, name := range world.KnownNames()[:n] {
					texts = append(texts, world.NewRequest(r, kind, name, "plan").Text)
				}
				return world.RequestsAnswer(texts)
			}
		}
	}
	q, ok := world.ReadRequest(last)
	if !ok {
		t.Fatalf("no answer to %q", last)
	}
	style := mail.Style(r)
	for _, m := range messages[:len(messages)-1] {
		switch m.Role {
		case "system":
			attribute, value, _ := strings.Cut(strings.TrimSuffix(strings.TrimPrefix(m.Content, "Style: "), "."), " ")
			style[attribute] = value
		case "assistant":
			style = world.ReadMail(m.Content)
		}
	}
	return world.WriteMail(r, q, style)
}

func cutLast(s, sep string) (before, after string, found bool) {
	if i := strings.LastIndex(s, sep); i >= 0 {
		return s[:i], s[i+len(sep):], true
	}
	return s, "", false
}

// Whoever answers everything right has every rate at 100%, and what is by chance at its chance; whoever answers nothing has none.
func TestMailQuizKnowsRightFromWrong(t *testing.T) {
	spec := tinyMail(t)
	mail, err := world.NewMail(*spec.Mail, world.Topics())
	if err != nil {
		t.Fatal(err)
	}
	const n = 200
	quiz := func() *mailQuiz { return newMailQuiz(mail, rand.New(rand.NewPCG(1, 0)), n) }
	z, r := quiz(), rand.New(rand.NewPCG(2, 0))
	answers := make([]string, len(z.prompts))
	for i, prompt := range z.prompts {
		answers[i] = answerer(t, r, mail, prompt.messages)
	}
	for _, rate := range z.rates(answers) {
		question, attribute, _ := strings.Cut(rate.Question, " ")
		want, slack := 1.0, 0.0
		switch question {
		case mailUntold:
			i := slices.IndexFunc(world.Attributes(), func(a world.Attribute) bool { return a.Name == attribute })
			want, slack = 1/float64(len(world.Attributes()[i].Values)), .12
		case mailChance:
			want, slack = .345, .05 // the mean over attributes of the chance that two e-mails agree
		}
		if rate.Share < want-slack || rate.Share > want+slack || rate.N < n {
			t.Errorf("%s: %.3f of %d, want %.3f", rate.Question, rate.Share, rate.N, want)
		}
	}
	for _, rate := range quiz().rates(make([]string, len(answers))) {
		if rate.Share != 0 {
			t.Errorf("%s: %.3f for no answer", rate.Question, rate.Share)
		}
	}
}

// Every probed answer fits what the probe lets a model write, and every document the context.
func TestMailFitsTheContext(t *testing.T) {
	spec, err := ReadPretrain("../specs/pretrain/mini-2.yaml")
	if err != nil {
		t.Fatal(err)
	}
	spec.Tokenizer.Documents = 2000 // whose merges are fewer, and texts longer
	c, err := newPretrainCorpus(spec)
	if err != nil {
		t.Fatal(err)
	}
	tokens := map[string]int{}
	r := rand.New(rand.NewPCG(1, 0))
	for range 5000 {
		d := c.document(r)
		ids, _, err := c.chat.Training(chatDocument(d), 0)
		if err != nil {
			t.Fatal(err)
		}
		if len(ids) > spec.Model.Context {
			t.Errorf("a document of %d tokens, the context has %d:\n%s", len(ids), spec.Model.Context, d.Prompt)
		}
		most := map[string]int{"haiku": pretrainPoemTokens, "write": mailTokens, "requests": mailListTokens, "repeat": mailTokens}[d.Kind]
		if n := len(c.tokenizer.Encode(d.Completion)); n >= max(most, mailValueTokens) {
			t.Errorf("%s: an answer of %d tokens, the probe allows %d:\n%s", d.Kind, n, most, d.Completion)
		}
		tokens[d.Kind] += len(ids)
	}
	all := 0
	for _, n := range tokens {
		all += n
	}
	if share := float64(tokens["haiku"]) / float64(all); share < .35 || share > .45 {
		t.Errorf("haiku are %.0f%% of the tokens, want 35 to 45%%", 100*share)
	}
}

func TestPretrainMeasuresMails(t *testing.T) {
	spec, out := tinyMail(t), t.TempDir()
	var log strings.Builder
	p, err := newPretraining(spec, out, &log)
	if err != nil {
		t.Fatal(err)
	}
	p.probe.poems, p.probe.mails = 4, 4
	if err := errors.Join(p.train(t.Context()), p.finish(t.Context())); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(log.String(), "e-mails: known 0  unseen 0") {
		t.Errorf("no rates of e-mails in\n%s", &log)
	}
	rows := strings.Split(strings.TrimSpace(string(readFile(t, out, "training.csv"))), "\n")
	if !strings.Contains(rows[0], ",known,unseen,whole,untold_sign-off,") || strings.Count(rows[0], ",") != strings.Count(rows[1], ",") {
		t.Errorf("training.csv:\n%s", strings.Join(rows, "\n"))
	}
	probe, weights, err := openProbe(spec, out)
	if err != nil {
		t.Fatal(err)
	}
	probe.poems, probe.mails = 4, 4
	again := p.Lines[0]
	if err := probe.measure(t.Context(), p.runtime, weights, &again); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(p.Lines[0], again); diff != "" {
		t.Errorf("the model that was written measures otherwise (-before +after):\n%s", diff)
	}
	var table strings.Builder
	again.table(&table)
	for _, want := range []string{"haiku form, seen ", "known  ", "told tone ", "cosine opener "} {
		if !strings.Contains(table.String(), want) {
			t.Errorf("no %q in\n%s", want, &table)
		}
	}
	if err := ProbeModel(t.Context(), spec, t.TempDir(), &table); err == nil || !strings.Contains(err.Error(), "config.json") {
		t.Errorf("error %v, want one about config.json", err)
	}
}

func TestPretrainStopsWhenReadingIsNotLearned(t *testing.T) {
	for _, c := range []struct {
		gate PretrainGate
		want string
	}{
		{PretrainGate{Tokens: 1500, Slots: .4}, "% of e-mails have what was asked for, want 40%"},
		{PretrainGate{Tokens: 1500, Read: .9}, "% of questions about e-mails are answered right, want 90%"},
	} {
		spec := tinyMail(t)
		spec.Gate = c.gate
		if err := Pretrain(t.Context(), spec, t.TempDir(), &strings.Builder{}); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("error %v, want %q", err, c.want)
		}
	}
}

func TestReadPretrainWithMails(t *testing.T) {
	recipe := readFile(t, "..", "specs", "pretrain", "mini-2.yaml")
	for name, c := range map[string]struct{ old, new, want string }{
		"a share above one":            {"compliance: 0.85", "compliance: 85", "mail.compliance: 85 is not a share, want 0 to 1"},
		"documents that do not add up": {"requests: 0.12", "requests: 0.6", "mail.write, requests, read, check, compare and repeat sum to 1.48, want 1"},
		"an unknown key":               {"few_shot:", "fewshot:", "field fewshot not found"},
	} {
		t.Run(name, func(t *testing.T) {
			path := filepath.Join(t.TempDir(), "spec.yaml")
			if !bytes.Contains(recipe, []byte(c.old)) {
				t.Fatalf("the recipe has no %q", c.old)
			}
			if err := os.WriteFile(path, bytes.Replace(recipe, []byte(c.old), []byte(c.new), 1), 0o666); err != nil {
				t.Fatal(err)
			}
			if _, err := ReadPretrain(path); err == nil || !strings.Contains(err.Error(), c.want) {
				t.Errorf("error %v, want %q", err, c.want)
			}
		})
	}
}
