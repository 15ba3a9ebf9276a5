-- A task instance may be removed: the list of its task's for_each has no item of its index
-- any more. A CHECK of a table cannot be changed, so the table is made again.

ALTER TABLE runs ADD COLUMN removed INTEGER NOT NULL DEFAULT 0 CHECK (removed >= 0);

CREATE TABLE new_task_instances (                  -- a task in a run
  run_id       INTEGER NOT NULL REFERENCES runs ON DELETE CASCADE,
  task_id      INTEGER NOT NULL REFERENCES tasks,
  map_index    INTEGER NOT NULL DEFAULT -1 CHECK (map_index >= -1),  -- -1: not mapped, or a list not yet known
  state        INTEGER NOT NULL CHECK (state BETWEEN 0 AND 8),
  try          INTEGER NOT NULL DEFAULT 0 CHECK (try >= 0),          -- attempts begun
  try_limit    INTEGER NOT NULL,                   -- the last number allowed
  open         INTEGER NOT NULL DEFAULT 0 CHECK (open IN (0, 1)),    -- attempt try is with the executor
  cancelling   INTEGER NOT NULL DEFAULT 0 CHECK (cancelling <= open AND cancelling >= 0),
  not_before   INTEGER,
  started_at   INTEGER,                            -- of the newest attempt that ran
  ended_at     INTEGER,
  reason_id    INTEGER,
  operation_id INTEGER,                            -- the order that last put it back
  PRIMARY KEY (run_id, task_id, map_index),
  CHECK ((state >= 4) = (ended_at IS NOT NULL)),
  CHECK (state NOT IN (1, 2) OR open = 1),
  CHECK (state <> 2 OR started_at IS NOT NULL),
  CHECK (state <> 3 OR not_before IS NOT NULL)
) STRICT, WITHOUT ROWID;

INSERT INTO new_task_instances (run_id, task_id, map_index, state, try, try_limit, open, cancelling,
                                not_before, started_at, ended_at, reason_id, operation_id)
SELECT run_id, task_id, map_index, state, try, try_limit, open, cancelling,
       not_before, started_at, ended_at, reason_id, operation_id
FROM task_instances;

DROP TABLE task_instances;

ALTER TABLE new_task_instances RENAME TO task_instances;
