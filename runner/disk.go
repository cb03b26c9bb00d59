package runner

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"time"

	"idiolect/internal/fail"
)

// writeFile puts a file in place whole and durable, or not at all.
func writeFile(i fail.Injector, path string, content []byte, mode os.FileMode) error {
	err := writeWith(i, path, mode, func(w io.Writer) error {
		_, err := w.Write(content)
		return err
	})
	if err != nil {
		return err
	}
	return syncDir(filepath.Dir(path))
}

// writeWith is writeFile for content that is written piece by piece. The content is durable; that the file
// is there is so only after syncDir.
func writeWith(i fail.Injector, path string, mode os.FileMode, write func(io.Writer) error) error {
	f, err := os.CreateTemp(filepath.Dir(path), newFiles)
	if err != nil {
		return err
	}
	buffer := bufio.NewWriterSize(fail.Writer(i, "file.write", f), 1<<16)
	err = errors.Join(write(buffer), buffer.Flush(), f.Sync(), f.Chmod(mode), f.Close())
	if err == nil {
		err = os.Rename(f.Name(), path)
	}
	if err != nil && !errors.Is(err, fail.ErrDied) {
		_ = os.Remove(f.Name())
	}
	return err
}

// newFiles is what the names of files start with that are being written; newLife is how old one is that
// nobody writes any more.
const (
	newFiles = ".new-"
	newLife  = time.Hour
)

// sweepNew deletes under a directory what dead processes were writing.
func sweepNew(dir string, now time.Time) {
	_ = filepath.WalkDir(dir, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() || !strings.HasPrefix(e.Name(), newFiles) {
			return nil
		}
		if info, err := e.Info(); err == nil && now.Sub(info.ModTime()) > newLife {
			_ = os.Remove(path) // one too many does no harm
		}
		return nil
	})
}

// syncDir makes renames and new files in a directory durable. Windows has no such call, and needs none.
func syncDir(dir string) error {
	if runtime.GOOS == "windows" {
		return nil
	}
	f, err := os.Open(dir)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// readFormat reads a JSON file that says at its head which format it has.
func readFormat(path string, file any, format *string, want string) error {
	raw, err := os.ReadFile(path)
	if err != nil {
		return err
	}
	if err := json.Unmarshal(raw, file); err != nil {
		return fmt.Errorf("%s: not %s: %w", path, want, err)
	}
	if *format != want {
		return fmt.Errorf("%s: format %q - this release reads %q", path, *format, want)
	}
	return nil
}
