package specs

// Kind is one entry of a catalog: something a spec can name.
type Kind[T any] struct {
	Name    string
	Doc     string
	Version int      // of its behaviour; part of the key of every step it makes
	Planned bool     // it is read, checked and planned; carrying it out comes with a later release
	New     func() T // a fresh settings struct holding its defaults; a pointer when T is any
}

// Catalog is a list of kinds in the order in which they are told to people.
type Catalog[T any] []Kind[T]

// Find returns the kind of that name.
func (c Catalog[T]) Find(name string) (Kind[T], bool) {
	for _, k := range c {
		if k.Name == name {
			return k, true
		}
	}
	return Kind[T]{}, false
}

// Names lists the kinds in catalog order.
func (c Catalog[T]) Names() []string {
	names := make([]string, len(c))
	for i, k := range c {
		names[i] = k.Name
	}
	return names
}

// Erase forgets the type of a catalog's settings, as [Language] wants it: New
// still returns what it returned, held in an any.
func Erase[T any](c Catalog[T]) Catalog[any] {
	out := make(Catalog[any], len(c))
	for i, k := range c {
		out[i] = Kind[any]{Name: k.Name, Doc: k.Doc, Version: k.Version, Planned: k.Planned, New: func() any { return k.New() }}
	}
	return out
}

// Word is a function of the expression language.
type Word struct {
	Name  string
	Doc   string
	Func  any   // a typed Go function, or func(...any) (any, error) with Types
	Types []any // signatures of an untyped Func: values of function types, such as new(func(string) int)
	// Check, when there is one, refuses a text that an expression writes as an argument, counted from 0: at
	// its place, when the spec is read.
	Check func(argument int, text string) error
}

// Language is everything a spec may say that this package does not know by
// itself.
type Language struct {
	Sources  Catalog[any] // of data
	Methods  Catalog[any]
	Judges   Catalog[any]
	Backends []string
	Words    []Word
}

// A settings struct made by Kind.New may implement any of these.
type (
	// checker reports mistakes that types and tags cannot express.
	checker interface {
		Check(e *Experiment, path string) []*Error
	}
	// columner tells which columns the rows of a source have, before columns
	// and set are applied. dir is the directory of the spec. No columns and no
	// error means that they are not known, and nothing is checked against them;
	// columns and an error with a method BadRow that rows before were bad. An
	// error with a method Key says which of the settings it is about; path else.
	columner interface {
		Columns(dir string) ([]string, error)
	}
	// derived tells the columns of a source that makes its rows from others; nil
	// when they are not known.
	derived interface {
		ColumnsFrom(of func(DataRef) []string) []string
	}
	// defaulter fills in the defaults of a struct that is not made by Kind.New:
	// an element of a list, or what a pointer field points to.
	defaulter interface{ Defaults() }
)
