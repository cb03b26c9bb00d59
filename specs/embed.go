package specs

import (
	"embed"
	"io/fs"
)

//go:embed *.yaml data/*.txt data/*.LICENSE
var shipped embed.FS

// Shipped holds the example specs (haiku.yaml, ...) and, under data, what they
// read, as this folder has them.
func Shipped() fs.FS { return shipped }
