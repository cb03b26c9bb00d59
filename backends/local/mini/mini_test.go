package mini

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"testing"
)

// A shipped model is frozen: what was measured of it holds for these bytes. A
// better model gets a new name.
func TestModelsAreFrozen(t *testing.T) {
	for model, want := range map[string]map[string]string{
		"mini-2": {
			"config.json":            "b8f1a7702b479f6f4ce85f5e29028418e99fcc533aeb933d976fd72ad49b041c",
			"generation_config.json": "4664bfc133710380d9fe5b5bcd85fd59bca589dc7ab4da7c9bc6e649b9d429f6",
			"model.safetensors":      "78f3c9668005996191548182915529e2e66efb6575e6e0beb1aede9f8595560f",
			"tokenizer.json":         "9d1e9c6ab395f7165a6e31f85bc8cf9507ab7e4d1c6b81f56010ce75ef5a23bb",
		},
		"mini-1": {
			"config.json":            "b8f1a7702b479f6f4ce85f5e29028418e99fcc533aeb933d976fd72ad49b041c",
			"generation_config.json": "4664bfc133710380d9fe5b5bcd85fd59bca589dc7ab4da7c9bc6e649b9d429f6",
			"model.safetensors":      "2affd53596cffe85446a57cd6a09871b060512162f89129adc33c1cf81cb0f2c",
			"tokenizer.json":         "9d1e9c6ab395f7165a6e31f85bc8cf9507ab7e4d1c6b81f56010ce75ef5a23bb",
		},
	} {
		files, err := fs.ReadDir(Files(model), ".")
		if err != nil {
			t.Fatal(err)
		}
		if len(files) != len(want) {
			t.Errorf("%s has %d files, want %d", model, len(files), len(want))
		}
		for name, sum := range want {
			src, err := fs.ReadFile(Files(model), name)
			if err != nil {
				t.Fatal(err)
			}
			if got := sha256.Sum256(src); hex.EncodeToString(got[:]) != sum {
				t.Errorf("%s/%s has sha256 %x, want %s", model, name, got, sum)
			}
		}
	}
}
