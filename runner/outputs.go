package runner

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"slices"

	"github.com/bmatcuk/doublestar/v4"
)

// Limits of looking at outputs: the loop waits for it. Of a file larger than two ends only
// its ends are read.
const (
	maxOutputFiles = 10_000
	outputEnd      = 4 << 20
)

// checkOutputs demands that each glob matches something and that nothing it matches is
// empty, and returns a digest of names, sizes and contents. Globs are absolute.
func checkOutputs(d debt) (string, error) {
	h := sha256.New()
	seen := 0
	for _, glob := range d.Globs {
		names, err := doublestar.FilepathGlob(glob)
		switch {
		case err != nil:
			return "", fmt.Errorf("output %q: %w", glob, err)
		case len(names) == 0:
			return "", fmt.Errorf("output missing: %s", glob)
		}
		if seen += len(names); seen > maxOutputFiles {
			return "", fmt.Errorf("outputs match more than %d files", maxOutputFiles)
		}
		slices.Sort(names)
		for _, name := range names {
			if err := addOutput(h, name); err != nil && d.Secret {
				return "", fmt.Errorf("output missing: something that %s matches is empty or cannot be read", glob)
			} else if err != nil {
				return "", err
			}
		}
	}
	return hex.EncodeToString(h.Sum(nil))[:24], nil
}

// addOutput looks at one file, or at a directory, which is empty without an entry.
func addOutput(h hash.Hash, name string) error {
	info, err := os.Stat(name)
	if err != nil {
		return fmt.Errorf("output missing: %s", name)
	}
	size := info.Size()
	if info.IsDir() {
		entries, err := os.ReadDir(name)
		if err != nil {
			return err
		}
		size = int64(len(entries))
	}
	if size == 0 {
		return fmt.Errorf("output missing: %s is empty", name)
	}
	fmt.Fprintf(h, "%d:%s %d\n", len(name), filepath.ToSlash(name), size)
	if !info.Mode().IsRegular() {
		return nil
	}
	return addContent(h, name, size)
}

func addContent(h hash.Hash, name string, size int64) error {
	f, err := os.Open(name)
	if err != nil {
		return fmt.Errorf("cannot read output: %w", err)
	}
	defer f.Close()
	if size <= 2*outputEnd {
		_, err = io.Copy(h, f)
		return err
	}
	if _, err = io.CopyN(h, f, outputEnd); err == nil {
		if _, err = f.Seek(-outputEnd, io.SeekEnd); err == nil {
			_, err = io.Copy(h, f)
		}
	}
	if errors.Is(err, io.EOF) {
		return nil // it shrinks while we look
	}
	return err
}
