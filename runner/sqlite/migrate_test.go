package sqlite

import (
	"database/sql"
	"path/filepath"
	"testing"

	"github.com/tidemark-dev/tidemark/schema"
)

func TestADatabaseOfTheFirstSchemaKeepsItsRowsAndLearnsTheOthers(t *testing.T) {
	path := filepath.Join(t.TempDir(), "state.db")
	old, err := sql.Open("sqlite", path)
	must(t, err)
	for _, text := range []string{schema.Migrations()[0].SQL, "PRAGMA user_version = 1; PRAGMA application_id = 1416193125",
		"INSERT INTO pipelines (name, runs_success) VALUES ('p', 1)",
		"INSERT INTO tasks (pipeline_id, name) VALUES (1, 'a')",
		"INSERT INTO runs (pipeline_id, interval_start, interval_end, kind, state, created_at, ended_at, success) VALUES (1, 0, 1, 0, 2, 0, 5, 1)",
		"INSERT INTO task_instances (run_id, task_id, state, try, try_limit, ended_at) VALUES (1, 1, 4, 1, 1, 5)",
		"INSERT INTO attempts (run_id, task_id, map_index, try, state, queued_at, ended_at) VALUES (1, 1, -1, 1, 2, 0, 5)",
		"INSERT INTO results (run_id, task_id, map_index, try, key, value) VALUES (1, 1, -1, 1, 'k', 'v')"} {
		_, err := old.Exec(text)
		must(t, err)
	}
	for _, text := range []string{"INSERT INTO runs (pipeline_id, interval_start, interval_end, kind, state, created_at) VALUES (1, 1, 2, 0, 0, 0)",
		"DELETE FROM runs WHERE run_id = 2"} {
		_, err := old.Exec(text)
		must(t, err)
	}
	must(t, old.Close())
	db := open(t, path, Options{})
	for query, want := range map[string]int64{
		"SELECT count(*) FROM task_instances WHERE state = 4 AND map_index = -1": 1,
		"SELECT count(*) FROM attempts":                                          1,
		"SELECT count(*) FROM results":                                           1,
		"SELECT removed FROM runs":                                               0,
	} {
		if got, _, err := db.w.number(query); err != nil || got != want {
			t.Errorf("%s: %d, %v; want %d", query, got, err, want)
		}
	}
	if _, err := db.w.exec("INSERT INTO runs (pipeline_id, interval_start, length, kind, state, created_at) VALUES (1, 5, 2, 0, 0, 0)"); err != nil {
		t.Error(err)
	}
	if run, _, err := db.w.number("SELECT run_id FROM runs WHERE interval_end = 7"); err != nil || run != 3 {
		t.Errorf("the next run is number %d, %v; want 3: a number is never used twice", run, err)
	}
	if _, err := db.w.exec("DELETE FROM runs WHERE run_id = 3"); err != nil {
		t.Error(err)
	}
	if wrong, err := db.Verify(ctx); err != nil || len(wrong) > 0 {
		t.Error(wrong, err)
	}
	if _, err := db.w.exec("UPDATE task_instances SET state = 8"); err != nil {
		t.Error("nothing can be removed:", err)
	}
	if _, err := db.w.exec("DELETE FROM task_instances"); err != nil {
		t.Error(err)
	}
	if n, _, _ := db.w.number("SELECT count(*) FROM attempts"); n != 0 {
		t.Error("attempts no longer go with their task instance")
	}
}
