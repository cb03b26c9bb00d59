package specs

import (
	"embed"
	"io/fs"
)

//go:embed *.yaml schema.json data/*.txt data/*.LICENSE
var shipped embed.FS

// SchemaLine is the first line of a spec with schema.json beside it: by it an
// editor finds the schema.
const SchemaLine = "# yaml-language-server: $schema=schema.json"

// Shipped holds the example specs (haiku.yaml, ...), their schema.json and, under
// data, what they read, as this folder has them.
func Shipped() fs.FS { return shipped }
