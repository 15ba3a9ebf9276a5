package sqlite

import (
	"cmp"
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"slices"
	"time"

	"github.com/tidemark-dev/tidemark/pipelines"
	"github.com/tidemark-dev/tidemark/runner"
)

// definitions are what Register was last told.
type definitions struct {
	commit    runner.Commit
	pipelines map[string]*registered
}

type registered struct {
	file, fingerprint string
	version           int64
	results           bool     // whether expressions read results
	past              []string // tasks that depend on the run before
	looksBack         bool     // whether expressions read the interval of an earlier run
	tasks             map[string]*definition
}

// definition is what an attempt of a task runs now. Its row is made when it is first used.
type definition struct {
	fingerprint string
	hashed      []pipelines.HashedInput
	place       int   // in the pipeline's order
	id          int64 // 0: no row yet
}

// unsaved forgets the rows that a transaction may have made.
func (d definitions) unsaved() definitions {
	for _, r := range d.pipelines {
		for _, def := range r.tasks {
			def.id = 0
		}
	}
	return d
}

// Register makes the pipelines known. It reads and writes nothing when it has been told
// the same before.
func (db *DB) Register(ctx context.Context, ps []*pipelines.Pipeline, c runner.Commit, now time.Time) error {
	if db.knows(ps, c) {
		return nil
	}
	next := definitions{c, map[string]*registered{}}
	written := false
	err := db.update(ctx, "register pipelines in", func(w *conn) error {
		if err := db.names.learn(w); err != nil {
			return err
		}
		for _, p := range ps {
			if r := db.defs.pipelines[p.Name]; db.defs.commit == c && r.says(p) {
				next.pipelines[p.Name] = r
				continue
			}
			r, wrote, err := db.register(w, p, c, now)
			if err != nil {
				return fmt.Errorf("pipeline %q: %w", p.Name, err)
			}
			next.pipelines[p.Name] = r
			written = written || wrote
		}
		if !written {
			return errNothing
		}
		return nil
	})
	if err != nil {
		return err
	}
	db.mu.Lock()
	defer db.mu.Unlock()
	db.defs = next
	db.cache = nil
	return nil
}

func (db *DB) knows(ps []*pipelines.Pipeline, c runner.Commit) bool {
	db.mu.Lock()
	defer db.mu.Unlock()
	if db.defs.commit != c || len(db.defs.pipelines) != len(ps) {
		return false
	}
	for _, p := range ps {
		if !db.defs.pipelines[p.Name].says(p) {
			return false
		}
	}
	return true
}

// says tells whether a pipeline is just as it was registered.
func (r *registered) says(p *pipelines.Pipeline) bool {
	if r == nil || r.file != p.File || r.fingerprint != p.Fingerprint || len(r.tasks) != len(p.Tasks) {
		return false
	}
	for _, t := range p.Tasks {
		if def, ok := r.tasks[t.ID]; !ok || def.fingerprint != t.Fingerprint {
			return false
		}
	}
	return true
}

func (db *DB) register(w *conn, p *pipelines.Pipeline, c runner.Commit, now time.Time) (r *registered, wrote bool, err error) {
	id, err := db.names.pipeline(w, p.Name)
	if err != nil {
		return nil, false, err
	}
	r = &registered{file: p.File, fingerprint: p.Fingerprint, results: p.UsesResults(), past: p.DependOnPast(), looksBack: p.LooksBack(), tasks: map[string]*definition{}}
	known := len(db.names.tasks)
	if err := db.names.nameTasks(w, id, p); err != nil {
		return nil, false, err
	}
	for i, t := range p.Tasks {
		r.tasks[t.ID] = &definition{fingerprint: t.Fingerprint, hashed: t.Hashed, place: i}
	}
	added, err := w.exec(`
		INSERT INTO versions (pipeline_id, fingerprint, source, commit_id, dirty, first_seen)
		VALUES (?, ?, ?, ?, ?, ?)
		ON CONFLICT DO NOTHING`,
		id, p.Fingerprint, p.Source, c.ID, c.Dirty, now.UnixMicro())
	if err != nil {
		return nil, false, err
	}
	if r.version, _, err = w.number(`
		SELECT version_id
		FROM versions
		WHERE pipeline_id = ?
		  AND fingerprint = ?`, id, p.Fingerprint); err != nil {
		return nil, false, err
	}
	if added > 0 {
		if err := db.edges(w, id, r.version, p); err != nil {
			return nil, false, err
		}
	}
	moved, err := w.exec(`
		UPDATE pipelines
		SET file = ?2,
		    version_id = ?3
		WHERE pipeline_id = ?1
		  AND (file <> ?2 OR version_id IS NOT ?3)`, id, p.File, r.version)
	return r, len(db.names.tasks) > known || added > 0 || moved > 0, err
}

func (db *DB) edges(w *conn, pipeline, version int64, p *pipelines.Pipeline) error {
	for _, t := range p.Tasks {
		task, err := db.names.task(w, pipeline, t.ID)
		if err != nil {
			return err
		}
		for _, need := range t.Needs {
			upstream, err := db.names.task(w, pipeline, need)
			if err != nil {
				return err
			}
			if _, err := w.exec(`
				INSERT INTO edges (version_id, task_id, upstream_id)
				VALUES (?, ?, ?)`, version, task, upstream); err != nil {
				return err
			}
		}
	}
	return nil
}

// definition returns the key of what an attempt of the task runs now; NULL for a task that
// no file declares.
func (db *DB) definition(w *conn, pipeline, task string) (any, error) {
	r := db.defs.pipelines[pipeline]
	if r == nil || r.tasks[task] == nil {
		return nil, nil
	}
	def := r.tasks[task]
	if def.id == 0 {
		if err := db.saveDefinitions(w, pipeline, r); err != nil {
			return nil, err
		}
	}
	return def.id, nil
}

// saveDefinitions gives each task of a pipeline its key at the commit of now. The others will
// want theirs soon, and one by one each would cost its turn some pages of the log.
func (db *DB) saveDefinitions(w *conn, pipeline string, r *registered) error {
	id, err := db.names.pipeline(w, pipeline)
	if err != nil {
		return err
	}
	meanings := make([]meaning, 0, len(r.tasks))
	byTask := make(map[int64]*definition, len(r.tasks))
	for name, def := range r.tasks {
		task, err := db.names.task(w, id, name)
		if err != nil {
			return err
		}
		meanings, byTask[task] = append(meanings, meaning{task, def.fingerprint, def.hashed}), def
	}
	slices.SortFunc(meanings, func(a, b meaning) int { return cmp.Compare(a.task, b.task) })
	ids, err := db.saveMeanings(w, meanings)
	for task, def := range byTask {
		def.id = ids[task]
	}
	return err
}

// meaning is what a task is.
type meaning struct {
	task        int64
	fingerprint string
	hashed      []pipelines.HashedInput
}

// saveMeanings makes rows of them at the commit of now, and returns their keys by task.
func (db *DB) saveMeanings(w *conn, meanings []meaning) (map[int64]int64, error) {
	prints := make(map[int64]string, len(meanings))
	full := make(map[int64][2]string, len(meanings))
	for _, m := range meanings {
		hashed, err := json.Marshal(m.hashed)
		if err != nil {
			return nil, err
		}
		prints[m.task], full[m.task] = m.fingerprint, [2]string{m.fingerprint, string(hashed)}
	}
	rows, err1 := json.Marshal(full)
	keys, err2 := json.Marshal(prints) // apart: to take a value out of an array costs more than the row
	if err := errors.Join(err1, err2); err != nil {
		return nil, err
	}
	list := string(keys)
	if _, err := w.exec(`
		INSERT INTO fingerprints (task_id, fingerprint, hashed)
		SELECT CAST(key AS INTEGER), value ->> 0, value ->> 1
		FROM json_each(?)
		WHERE true
		ON CONFLICT DO NOTHING`, string(rows)); err != nil {
		return nil, err
	}
	if _, err := w.exec(`
		INSERT INTO definitions (fingerprint_id, commit_id, dirty)
		SELECT f.fingerprint_id, ?, ?
		FROM json_each(?) AS t
		CROSS JOIN fingerprints AS f ON f.task_id = CAST(t.key AS INTEGER) AND f.fingerprint = t.value
		WHERE true
		ON CONFLICT DO NOTHING`, db.defs.commit.ID, db.defs.commit.Dirty, list); err != nil {
		return nil, err
	}
	ids := make(map[int64]int64, len(meanings))
	err := w.each(`
		SELECT f.task_id, d.definition_id
		FROM json_each(?) AS t
		CROSS JOIN fingerprints AS f ON f.task_id = CAST(t.key AS INTEGER) AND f.fingerprint = t.value
		CROSS JOIN definitions AS d ON d.fingerprint_id = f.fingerprint_id
		WHERE d.commit_id = ?
		  AND d.dirty = ?`, []any{list, db.defs.commit.ID, db.defs.commit.Dirty}, func(rows *sql.Rows) error {
		var task, id int64
		err := rows.Scan(&task, &id)
		ids[task] = id
		return err
	})
	return ids, err
}
