// Package mini holds the shipped models: small decoders pretrained by
// `idiolect pretrain` in a world that this repository generates. docs/mini.md is
// their model card. Each is frozen: its files never change, and a test holds
// their hashes.
package mini

import (
	"embed"
	"io/fs"
)

//go:embed mini-1 mini-2
var files embed.FS

// Names lists the models, newest first; mini is an alias of the first.
func Names() []string { return []string{"mini-2", "mini-1"} }

// Revision names the bytes of a model that Names lists, as backends/local makes it of the files, so that no
// plan has to hash the weights to know what it plans with.
func Revision(name string) string { return revisions[name] }

var revisions = map[string]string{
	"mini-2": "sha256:805aa996e5a5371dcb121575a4f30d8a5523b1c5ce13239d23e712948b70148b",
	"mini-1": "sha256:03d96850d15c12c22460c5c8d55876c3138ea847e45257912f76ee9dad244049",
}

// Files are the files of a model that Names lists, as a Hugging Face checkpoint
// has them.
func Files(name string) fs.FS {
	sub, err := fs.Sub(files, name)
	if err != nil {
		panic(err)
	}
	return sub
}
