package sqlite

import (
	"database/sql"
	"fmt"
	"slices"

	"github.com/tidemark-dev/tidemark/pipelines"
)

// names are the integer keys of texts that the database holds once. Rows of them are never
// deleted and never change, so what is known stays true while its transaction does.
type names struct {
	pipelines     map[string]int64
	pipelineNames map[int64]string
	tasks         map[taskName]int64
	taskNames     map[int64]string
	reasons       map[string]int64
}

type taskName struct {
	pipeline int64
	task     string
}

func newNames() names {
	return names{map[string]int64{}, map[int64]string{}, map[taskName]int64{}, map[int64]string{}, map[string]int64{}}
}

// pipeline returns the key of a pipeline, making one where there is none.
func (n *names) pipeline(w *conn, name string) (int64, error) {
	if id, ok := n.pipelines[name]; ok {
		return id, nil
	}
	id, ok, err := w.number(`
		SELECT pipeline_id
		FROM pipelines
		WHERE name = ?`, name)
	if err == nil && !ok {
		id, err = w.insert(`
			INSERT INTO pipelines (name)
			VALUES (?)`, name)
	}
	if err != nil {
		return 0, fmt.Errorf("cannot name pipeline %q: %w", name, err)
	}
	n.pipelines[name], n.pipelineNames[id] = id, name
	return id, nil
}

// tasksOf are all the tasks that a pipeline ever had, by name.
func (n *names) tasksOf(pipeline int64) (all []string) {
	for key := range n.tasks {
		if key.pipeline == pipeline {
			all = append(all, key.task)
		}
	}
	slices.Sort(all)
	return all
}

// task returns the key of a task, making one where there is none.
func (n *names) task(w *conn, pipeline int64, name string) (int64, error) {
	key := taskName{pipeline, name}
	if id, ok := n.tasks[key]; ok {
		return id, nil
	}
	id, ok, err := w.number(`
		SELECT task_id
		FROM tasks
		WHERE pipeline_id = ?
		  AND name = ?`, pipeline, name)
	if err == nil && !ok {
		id, err = w.insert(`
			INSERT INTO tasks (pipeline_id, name)
			VALUES (?, ?)`, pipeline, name)
	}
	if err != nil {
		return 0, fmt.Errorf("cannot name task %q: %w", name, err)
	}
	n.tasks[key], n.taskNames[id] = id, name
	return id, nil
}

// nameTasks gives keys to the tasks of a pipeline that have none. All names were learnt in
// this transaction, so that nobody need look for them one by one.
func (n *names) nameTasks(w *conn, pipeline int64, p *pipelines.Pipeline) error {
	for _, t := range p.Tasks {
		key := taskName{pipeline, t.ID}
		if _, ok := n.tasks[key]; ok {
			continue
		}
		id, err := w.insert(`
			INSERT INTO tasks (pipeline_id, name)
			VALUES (?, ?)`, pipeline, t.ID)
		if err != nil {
			return fmt.Errorf("cannot name task %q: %w", t.ID, err)
		}
		n.tasks[key], n.taskNames[id] = id, t.ID
	}
	return nil
}

// reason returns the key of a text; the empty text is NULL.
func (n *names) reason(w *conn, text string) (any, error) {
	if text == "" {
		return nil, nil
	}
	if id, ok := n.reasons[text]; ok {
		return id, nil
	}
	id, ok, err := w.number(`
		SELECT reason_id
		FROM reasons
		WHERE text = ?`, text)
	if err == nil && !ok {
		id, err = w.insert(`
			INSERT INTO reasons (text)
			VALUES (?)`, text)
	}
	if err != nil {
		return nil, fmt.Errorf("cannot keep reason %q: %w", text, err)
	}
	if len(n.reasons) >= maxReasons {
		clear(n.reasons)
	}
	n.reasons[text] = id
	return id, nil
}

// maxReasons bounds what is remembered: reasons may carry texts of people and programs.
const maxReasons = 10_000

// learn reads all names of pipelines and tasks, so that a bulk of rows needs no look-up.
func (n *names) learn(w *conn) error {
	err := w.each(`
		SELECT pipeline_id, name
		FROM pipelines`, nil, func(r *sql.Rows) error {
		var id int64
		var name string
		err := r.Scan(&id, &name)
		n.pipelines[name], n.pipelineNames[id] = id, name
		return err
	})
	if err != nil {
		return err
	}
	return w.each(`
		SELECT task_id, pipeline_id, name
		FROM tasks`, nil, func(r *sql.Rows) error {
		var id, pipeline int64
		var name string
		err := r.Scan(&id, &pipeline, &name)
		n.tasks[taskName{pipeline, name}], n.taskNames[id] = id, name
		return err
	})
}
