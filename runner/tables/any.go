package tables

import "fmt"

// ReadAny reads a table whose schema is not known: its columns in file order,
// and its rows by column. Lists come back as []any, missing values as nil.
func ReadAny(path string) (columns []string, rows []map[string]any, err error) {
	f, pf, err := open(path)
	if err != nil {
		return nil, nil, err
	}
	for _, c := range pf.Schema().Fields() {
		columns = append(columns, c.Name())
	}
	got, err := (&Reader[any]{path: path, file: f, groups: pf.RowGroups(), total: pf.NumRows()}).rest()
	for _, row := range got {
		m, ok := row.(map[string]any)
		if !ok {
			return nil, nil, fmt.Errorf("%s: a row came back as %T", path, row)
		}
		rows = append(rows, m)
	}
	return columns, rows, err
}
