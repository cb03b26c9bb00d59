package specs

import (
	"embed"
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"gopkg.in/yaml.v3"
)

//go:embed *.yaml schema.json data/*.txt data/*.jsonl data/*.LICENSE data/email/*.jsonl data/email/*.txt data/world/*.jsonl
var shipped embed.FS

// SchemaLine is the first line of a spec with schema.json beside it: by it an
// editor finds the schema.
const SchemaLine = "# yaml-language-server: $schema=schema.json"

// Shipped holds the example specs (haiku.yaml, ...), their schema.json and, under
// data, what they read, as this folder has them.
func Shipped() fs.FS { return shipped }

// ExampleSpec is a spec that is shipped.
type ExampleSpec struct {
	Name string // haiku, of haiku.yaml
	Doc  string // the first line of its comment
}

// ExampleSpecs lists the specs that are shipped, by name.
func ExampleSpecs() ([]ExampleSpec, error) {
	names, err := fs.Glob(shipped, "*.yaml")
	var out []ExampleSpec
	for _, name := range names {
		src, err := shipped.ReadFile(name)
		if err != nil {
			return nil, err
		}
		said, _, _ := strings.Cut(strings.TrimPrefix(string(src), SchemaLine+"\n"), "\n")
		out = append(out, ExampleSpec{Name: strings.TrimSuffix(name, ".yaml"), Doc: strings.TrimLeft(said, "# ")})
	}
	return out, err
}

// Files lists what the example needs, as paths in [Shipped]: what its values name,
// the licences of that, the schema, and last the spec itself.
func (x ExampleSpec) Files() ([]string, error) {
	files, err := named(x.Name+".yaml", nil)
	slices.Reverse(files)
	return append([]string{"schema.json"}, files...), err
}

// named adds to files a shipped file and those that its values name, if it is a
// spec.
func named(file string, files []string) ([]string, error) {
	if info, err := fs.Stat(shipped, file); err != nil || info.IsDir() || slices.Contains(files, file) {
		return files, nil
	}
	files = append(files, file)
	if path.Ext(file) != ".yaml" { // its own licence, or its folder's
		files, err := named(strings.TrimSuffix(file, path.Ext(file))+".LICENSE", files)
		if err == nil && path.Ext(file) != ".LICENSE" {
			files, err = named(path.Dir(file)+".LICENSE", files)
		}
		return files, err
	}
	src, err := shipped.ReadFile(file)
	if err != nil {
		return nil, err
	}
	var doc yaml.Node
	if err := yaml.Unmarshal(src, &doc); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	for queue := []*yaml.Node{&doc}; len(queue) > 0; queue = queue[1:] {
		queue = append(queue, queue[0].Content...)
		if queue[0].Kind == yaml.ScalarNode {
			if files, err = named(path.Join(path.Dir(file), queue[0].Value), files); err != nil {
				return nil, err
			}
		}
	}
	return files, nil
}
