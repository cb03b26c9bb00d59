// Package datasets turns a spec's data entries into rows: it reads a source,
// gives each row its key, and applies what the spec says, always in one order:
// read, columns, set, where, dedup, shuffle, limit, split.
//
//	datasets.go       the interface and the catalogue of sources
//	row.go            a row and its key
//	bad.go            a row that cannot be read
//	prepare.go        what is done to the rows, as they come
//	dedup.go          which of them repeat another
//	arrange.go        their order and parts
//	collect.go        rows in a file until their order is known
//	lines.go          one row per line of a text file
//	jsonl.go          one row per line of JSON
//	json.go           one row per item of a JSON list
//	csv.go            one row per record of a CSV file
//	parquet.go        one row per row of a Parquet file
//	parquet_value.go  what its values become
//	chat.go           one row per conversation of a JSONL file
//	prometheus.go     one row per judged answer, or pair of them, of Prometheus's files
//	inline.go         rows written in the spec
//	items.go          the rows of a list that a model wrote
//	rows.go           entries of data one after the other
//	join.go           entries of data side by side
//	world             the small world that the shipped model was made from
//
// It knows no models; sources that make rows are steps.
package datasets

import (
	"iter"

	"idiolect/specs"
)

// Source reads the rows of one data entry. Relative paths start at dir, the
// directory of the spec.
type Source interface {
	// Read yields the rows in file order, one at a time. An error is that of a
	// row, a BadRow, behind which reading goes on, or it is the last.
	Read(dir string) iter.Seq2[Record, error]
	// Columns tells the columns of the rows without reading them all. Columns
	// with a BadRow are those of the first row that can be read.
	Columns(dir string) ([]string, error)
	// Files lists the files whose content decides the rows, for keys.
	Files(dir string) []File
}

// File is a file that a source reads: Name as the spec writes it, and where it is.
type File struct{ Name, Path string }

// Record is one row as read. Fields hold what JSON holds: string, bool, nil,
// int64, float64, []any, map[string]any.
type Record struct {
	Fields map[string]any
	Origin
}

// record is a row that was read at a place.
func record(fields map[string]any, place string) Record {
	return Record{Fields: fields, Origin: Origin{Place: place}}
}

// Combined is a source whose rows are those of other entries of data.
type Combined interface {
	// Refs are the entries that it reads.
	Refs() []specs.DataRef
	// ColumnsFrom are its columns, from those of the entries; nil: not known.
	ColumnsFrom(of func(specs.DataRef) []string) []string
	// Combine yields its rows, from those of each entry in the order of their keys.
	Combine(of []iter.Seq2[Record, error]) iter.Seq2[Record, error]
}

// Sources lists the sources that read, in the order in which a reader meets them.
func Sources() specs.Catalog[Source] {
	return specs.Catalog[Source]{
		lines(),          // a text file
		jsonl(),          // a file of JSON objects
		jsonList(),       // a file that is a list of JSON objects
		commaSeparated(), // a CSV file
		parquetFile(),    // a Parquet file
		chat(),           // a file of conversations
		prometheus(),     // a file of judged answers
		inline(),         // the spec itself
	}
}

// Combinations lists the sources that combine others.
func Combinations() specs.Catalog[Combined] {
	return specs.Catalog[Combined]{
		rows(), // one after the other
		join(), // side by side
	}
}
