package sqlite

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/tidemark-dev/tidemark/schema"
)

func TestOpenMakesTheDirectoryAndIsRepeatable(t *testing.T) {
	path := filepath.Join(t.TempDir(), "a ?#%b", ".tidemark", "state.db")
	for range 2 {
		db, err := Open(path, Options{})
		must(t, err)
		must(t, db.Close())
	}
	for _, rest := range []string{"-wal", "-shm"} {
		if _, err := os.Stat(path + rest); err == nil {
			t.Errorf("%s is left behind", rest)
		}
	}
}

func TestPragmasHoldOnEveryConnection(t *testing.T) {
	db := open(t, filepath.Join(t.TempDir(), "state.db"), Options{})
	for pragma, want := range map[string]int64{"foreign_keys": 1, "synchronous": 2, "busy_timeout": 10000,
		"application_id": applicationID, "user_version": int64(len(schema.Migrations()))} {
		if got, _, err := db.w.number("PRAGMA " + pragma); err != nil || got != want {
			t.Errorf("%s is %d, want %d: %v", pragma, got, want, err)
		}
	}
	if _, err := db.readers.Exec("DELETE FROM runs"); err == nil {
		t.Error("a reading connection can write")
	}
}

func TestReadOnlyMakesNothing(t *testing.T) {
	dir := t.TempDir()
	if _, err := OpenReadOnly(filepath.Join(dir, "state.db")); !errors.Is(err, ErrNotExist) {
		t.Errorf("without a database: %v", err)
	}
	if left, _ := os.ReadDir(dir); len(left) > 0 {
		t.Errorf("%v was made", left)
	}
	path := filepath.Join(dir, "state.db")
	db, err := Open(path, Options{})
	must(t, err)
	register(t, db, pipeline(t, "p", 2))
	must(t, db.Close())
	r, err := OpenReadOnly(path)
	must(t, err)
	ps, err := r.Pipelines(ctx)
	must(t, err)
	if len(ps) != 1 || ps[0].Name != "p" {
		t.Errorf("read %v", ps)
	}
	if _, _, err := r.SetPaused(ctx, day0, "p", true, anna); err == nil {
		t.Error("a database that is open for reading was written")
	}
	must(t, r.Close())
	if left, _ := os.ReadDir(dir); len(left) != 1 {
		t.Errorf("%v is left", left)
	}
}

func TestReadOnlyBesideARunnerSeesWhatItWrites(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	db := open(t, path, Options{Fast: true})
	r, err := OpenReadOnly(path)
	must(t, err)
	defer func() { must(t, r.Close()) }()
	register(t, db, pipeline(t, "p", 2))
	ps, err := r.Pipelines(ctx)
	must(t, err)
	if len(ps) != 1 {
		t.Errorf("read %v", ps)
	}
}

func TestWhatCannotBeOpenedIsSaidInWords(t *testing.T) {
	dir := t.TempDir()
	file := func(name, text string) string {
		path := filepath.Join(dir, name)
		must(t, os.WriteFile(path, []byte(text), 0o666))
		return path
	}
	newer := filepath.Join(dir, "newer.db")
	db := open(t, newer, Options{})
	_, err := db.w.ExecContext(ctx, "PRAGMA user_version = 99")
	must(t, err)
	foreign := filepath.Join(dir, "foreign.db")
	db = open(t, foreign, Options{})
	_, err = db.w.ExecContext(ctx, "PRAGMA application_id = 7")
	must(t, err)
	for _, c := range []struct{ path, want string }{
		{file("text.db", strings.Repeat("this is no database at all\n", 100)), "it is not a database"},
		{newer, fmt.Sprintf("it was written by a newer tidemark (schema 99; this one knows %d)", len(schema.Migrations()))},
		{foreign, "it is a database of another program"},
		{filepath.Join(file("file", ""), "state.db"), "not a directory"},
	} {
		_, err := Open(c.path, Options{})
		if err == nil || !strings.Contains(err.Error(), c.want) || !strings.HasPrefix(err.Error(), "cannot open database \"") {
			t.Errorf("%s: %v; want %s", filepath.Base(c.path), err, c.want)
		}
		if err != nil && (strings.Contains(err.Error(), "SQL") || strings.Contains(err.Error(), "(26)")) {
			t.Errorf("%v is SQLite's language", err)
		}
	}
}

func TestDamageIsSaidInWords(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	db, err := Open(path, Options{})
	must(t, err)
	p := pipeline(t, "p", 5)
	register(t, db, p)
	fill(t, db, p, 200)
	must(t, db.Close())
	text, err := os.ReadFile(path)
	must(t, err)
	for i := 3 * 4096; i < len(text); i++ {
		text[i] = 0xA5
	}
	must(t, os.WriteFile(path, text, 0o666))
	db, err = Open(path, Options{})
	if err == nil {
		_, err = db.Verify(ctx)
		must(t, db.Close())
	}
	if err == nil || !strings.Contains(err.Error(), "it is damaged") {
		t.Errorf("a damaged file says: %v", err)
	}
}

func TestASecondRunnerIsRefusedAndToldByWhom(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	one, two := open(t, path, Options{Fast: true}), open(t, path, Options{Fast: true})
	release, err := one.Lease(ctx, Holder{PID: 4711, Host: "ship", Version: "1", Started: day0})
	must(t, err)
	_, err = two.Lease(ctx, Holder{PID: 4712, Started: day0})
	var held *HeldError
	if !errors.As(err, &held) || held.Holder.PID != 4711 {
		t.Fatalf("the second runner: %v", err)
	}
	want := fmt.Sprintf("another runner holds %q: process 4711 on ship since 2026-03-01T00:00:00Z", path)
	if err.Error() != want {
		t.Errorf("it is told %q, want %q", err, want)
	}
	if h, err := two.Running(ctx); err != nil || h == nil || h.PID != 4711 {
		t.Errorf("running is %v: %v", h, err)
	}
	release()
	if h, err := two.Running(ctx); err != nil || h != nil {
		t.Errorf("after the release running is %v: %v", h, err)
	}
	release, err = two.Lease(ctx, Holder{PID: 4712, Started: day0})
	must(t, err)
	release()
}

func TestOnlyWhoSaysSoDoesNotWaitForTheDisk(t *testing.T) {
	for fast, want := range map[bool]int64{false: 2, true: 1} { // FULL, NORMAL
		db := open(t, filepath.Join(t.TempDir(), "state.db"), Options{Fast: fast})
		if got, _, err := db.w.number("PRAGMA synchronous"); got != want || err != nil {
			t.Errorf("fast %t: %d, %v", fast, got, err)
		}
	}
}
