package specs

// Data is an entry of data: a source of rows and what is done to them, always
// in the order of the fields below.
type Data struct {
	Kind   string // the name of its source
	Source any    // the source's settings

	BadRows string  `yaml:"bad_rows" doc:"what becomes of a row that cannot be read: stop at it, or skip it and count it" enum:"stop,skip"`
	Columns Renames `yaml:"columns" doc:"new: old; other columns keep their names"`
	Set     Assigns `yaml:"set" doc:"new: expression over the row"`
	Where   *Expr   `yaml:"where" doc:"rows to keep" result:"bool"`
	Dedup   Dedup   `yaml:"dedup" doc:"true drops equal rows; {rouge_l: 0.7} also near-equal ones"`
	Shuffle bool    `yaml:"shuffle" doc:"order rows by the seed"`
	Limit   int     `yaml:"limit" doc:"rows to keep" positive:"true"`
	Split   Split   `yaml:"split" doc:"name: count, percent or rest"`
	Clean   Clean   `yaml:"clean" doc:"whether copies of rows that evals ask about are left out when it is trained on: true by default where a model made the rows, false where they are read; {words: 8, rouge_l: 0.6} says what a copy is"`

	Person *Person // of the rows, only this person's; set while the experiment is unrolled
}

// Person is whom rows are cut to: those whose column has this value.
type Person struct {
	Column string
	Value  any
}

// Defaults stops at a bad row.
func (d *Data) Defaults() {
	d.BadRows = "stop"
	d.Clean = Clean{Words: 8, RougeL: .6}
}

// Names is one name, or a list of them.
type Names []string

// Rename gives a column a new name.
type Rename struct{ New, Old string }

// Renames are the renamed columns, in file order.
type Renames []Rename

// Assign makes a column from an expression over the row.
type Assign struct {
	Name string
	Expr *Expr
}

// Assigns are evaluated in file order, each over the row with those before it.
type Assigns []Assign

// Dedup says which rows count as repetitions of an earlier one.
type Dedup struct {
	On     bool    // drop rows that are equal
	RougeL float64 // drop rows whose ROUGE-L with an earlier one is at least this; 0: only equal ones
}

// Clean says which rows that are trained on count as copies of those that evals ask
// about.
type Clean struct {
	Set    bool    // the spec says true or false, or what a copy is
	On     bool    // copies are left out
	Words  int     // in a row in common: 0 looks for no such run
	RougeL float64 // of the two inputs; 0: not looked for
}

// Split cuts rows into named parts, in file order.
type Split []Part

// Part is one split: a count of rows, a fraction of them, or the rest.
type Part struct {
	Name     string
	Count    int
	Fraction float64
	Rest     bool
}

// Names lists the splits in file order.
func (s Split) Names() []string {
	names := make([]string, len(s))
	for i, p := range s {
		names[i] = p.Name
	}
	return names
}
