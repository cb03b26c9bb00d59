// Command idiolect compares ways of making a language model write as one person,
// or one judge, likes: one YAML spec in, one table out. See README.md.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"strconv"
	"strings"
	"syscall"

	"github.com/spf13/cobra"
	"golang.org/x/term"

	"idiolect/reports"
	"idiolect/runner"
	"idiolect/specs"
)

// Exit codes, as design and --help have them.
const (
	exitDone        = 0
	exitFailed      = 1 // a step, or an expect
	exitUsage       = 2 // the spec or the command line
	exitBudget      = 3
	exitInterrupted = 130
)

// exitError carries an exit code to main; the message, if any, is printed there.
type exitError struct {
	code int
	err  error
}

func (e *exitError) Error() string {
	if e.err == nil {
		return ""
	}
	return e.err.Error()
}
func (e *exitError) Unwrap() error { return e.err }

func usage(err error) error { return &exitError{exitUsage, err} }

func main() { os.Exit(run(os.Args[1:], os.Stdout, os.Stderr)) }

// run is the whole program for some arguments; it returns the exit code.
func run(args []string, stdout, stderr io.Writer) int {
	app := &app{stdout: stdout, stderr: stderr, stop: make(chan struct{})}
	root := app.root()
	root.SetArgs(args)
	root.SetOut(stdout)
	root.SetErr(stderr)
	understood := false
	root.PersistentPreRun = func(*cobra.Command, []string) { understood = true }
	err := checkCommand(root, args)
	if err == nil {
		err = root.ExecuteContext(context.Background())
	}
	if err == nil {
		return exitDone
	}
	e := &exitError{exitFailed, err}
	if !errors.As(err, &e) && !understood { // cobra's own: an unknown command, a wrong number of arguments
		e = &exitError{exitUsage, fmt.Errorf("%w\nhint: idiolect --help lists the commands", err)}
	}
	app.complain(e.err)
	return e.code
}

// app is what commands share: where they write, and how they are stopped.
type app struct {
	stdout, stderr io.Writer
	stop           chan struct{}  // closed by the first interrupt
	options        runner.Options // of every execution, under the flags: where tests put failpoints
}

// interrupts closes stop at the first Ctrl-C and ends the context at the second;
// a third ends the process, should something not heed the context.
// Only what has something in flight asks for it: everything else a Ctrl-C ends
// as it ends any program.
func (a *app) interrupts(ctx context.Context) (context.Context, context.CancelFunc) {
	ctx, cancel := context.WithCancel(ctx)
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		<-signals
		close(a.stop)
		<-signals
		signal.Stop(signals)
		cancel()
	}()
	return ctx, func() { signal.Stop(signals); cancel() }
}

// interrupted is what is said at the first Ctrl-C.
const interrupted = "interrupted: finishing what is in flight (again: stop at once)"

func (a *app) root() *cobra.Command {
	root := &cobra.Command{
		Use:   "idiolect",
		Short: "one YAML spec in, one table out: which way makes a model write as this judge likes",
		Long: `idiolect compares ways of making a language model write as one person, or one
judge, likes: prompts, fine-tuning on answers, keeping what a judge accepted.
One YAML spec says what is compared; a run answers with tables and a report.

Exit codes: 0 done; 1 the experiment failed (a step, an expect); 2 the spec or
the command line is wrong; 3 a budget stopped it (resumable); 130 interrupted
(resumable). Results go to stdout, talk to stderr.`,
		SilenceErrors: true, SilenceUsage: true,
	}
	root.SetFlagErrorFunc(func(c *cobra.Command, err error) error {
		var number *strconv.NumError
		if errors.As(err, &number) { // cobra would tell which function of Go read it
			err = errors.New(strings.Replace(err.Error(), number.Error(), "want a whole number", 1))
		}
		return usage(fmt.Errorf("%w\nhint: %s --help", err, c.CommandPath()))
	})
	root.AddCommand(a.runCommand(), a.planCommand(), a.stepCommand(), a.validateCommand(), a.explainCommand(), a.reportCommand(), a.diffCommand(), a.lsCommand(), a.showCommand(), a.exportCommand(),
		a.kindsCommand(), a.modelsCommand(), a.schemaCommand(), a.initCommand(), a.storeCommand(), a.pretrainCommand(), a.versionCommand())
	root.InitDefaultHelpCmd()
	root.InitDefaultCompletionCmd()
	for _, c := range root.Commands() {
		if c.Name() == "completion" {
			c.Short = "what makes a shell complete commands, specs, steps, runs, tables, kinds"
		}
	}
	a.settle(root)
	return root
}

// complain prints an error for people.
func (a *app) complain(err error) {
	if err == nil {
		return
	}
	var mistakes specs.Errors
	if errors.As(err, &mistakes) {
		fmt.Fprint(a.stderr, mistakes.Render(colored(a.stderr)))
		return
	}
	fmt.Fprintln(a.stderr, "idiolect:", reports.Visible(err.Error()))
}

// colored says whether a stream is a terminal that wants colour.
func colored(w io.Writer) bool {
	_, off := os.LookupEnv("NO_COLOR")
	return terminal(w) && !off && os.Getenv("TERM") != "dumb"
}

func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && term.IsTerminal(int(f.Fd()))
}

// width is how many columns a stream shows; 100 where nobody knows.
func width(w io.Writer) int {
	if f, ok := w.(*os.File); ok {
		if n, _, err := term.GetSize(int(f.Fd())); err == nil && n > 0 {
			return n
		}
	}
	return 100
}
