-- A run's row is made a million at a time. So it keeps how long its interval is, which is shorter
-- than its end, and its pipeline goes without a foreign key, as other rows that are never deleted
-- do: to look it up is a sixth of what a run costs. Neither can be changed in a table that exists.
-- Two columns that nothing reads stay behind.

CREATE TABLE new_runs (                            -- a pipeline on one interval
  run_id          INTEGER PRIMARY KEY AUTOINCREMENT,  -- never used twice: executors know it
  pipeline_id     INTEGER NOT NULL,
  interval_start  INTEGER NOT NULL,
  length          INTEGER NOT NULL CHECK (length >= 0),            -- of the interval
  interval_end    INTEGER GENERATED ALWAYS AS (interval_start + length) VIRTUAL,
  kind            INTEGER NOT NULL CHECK (kind BETWEEN 0 AND 2),   -- scheduled, backfill, manual
  state           INTEGER NOT NULL CHECK (state BETWEEN 0 AND 3),  -- queued, running, success, failed
  lane            INTEGER NOT NULL DEFAULT 0,      -- the backfill whose queue it stands in, or 0
  partial         INTEGER NOT NULL DEFAULT 0 CHECK (partial IN (0, 1)),
  pinned          INTEGER NOT NULL DEFAULT 0 CHECK (pinned IN (0, 1)),  -- keeps its version
  version_id      INTEGER REFERENCES versions,     -- of its last start; NULL: never started
  operation_id    INTEGER,                         -- the order that made it; NULL: the schedule
  due_at          INTEGER,                         -- NULL: at the interval's end
  created_at      INTEGER NOT NULL,
  started_at      INTEGER,
  ended_at        INTEGER,
  reason_id       INTEGER REFERENCES reasons,
  params_id       INTEGER REFERENCES run_params,   -- NULL: the defaults hold
  waiting         INTEGER NOT NULL DEFAULT 0,      -- counters of its task instances by state,
  queued          INTEGER NOT NULL DEFAULT 0,      -- moved with them
  running         INTEGER NOT NULL DEFAULT 0,
  retrying        INTEGER NOT NULL DEFAULT 0,
  success         INTEGER NOT NULL DEFAULT 0,
  failed          INTEGER NOT NULL DEFAULT 0,
  skipped         INTEGER NOT NULL DEFAULT 0,
  upstream_failed INTEGER NOT NULL DEFAULT 0,
  removed         INTEGER NOT NULL DEFAULT 0,
  UNIQUE (pipeline_id, interval_start),            -- one run an interval, whoever asks
  CHECK ((state >= 2) = (ended_at IS NOT NULL)),
  CHECK (state <> 1 OR started_at IS NOT NULL),
  CHECK ((waiting | queued | running | retrying | success | failed | skipped | upstream_failed | removed) >= 0)  -- none is negative
) STRICT;

INSERT INTO new_runs (run_id, pipeline_id, interval_start, length, kind, state, lane, partial, pinned, version_id,
                      operation_id, due_at, created_at, started_at, ended_at, reason_id, params_id, waiting, queued,
                      running, retrying, success, failed, skipped, upstream_failed, removed)
SELECT run_id, pipeline_id, interval_start, interval_end - interval_start, kind, state, lane, partial, pinned, version_id,
       operation_id, due_at, created_at, started_at, ended_at, reason_id, params_id, waiting, queued,
       running, retrying, success, failed, skipped, upstream_failed, removed
FROM runs
ORDER BY run_id;

DELETE FROM sqlite_sequence WHERE name = 'new_runs';

INSERT INTO sqlite_sequence (name, seq) SELECT 'new_runs', seq FROM sqlite_sequence WHERE name = 'runs';

DROP TABLE runs;

ALTER TABLE new_runs RENAME TO runs;

CREATE INDEX runs_queued  ON runs (pipeline_id, lane, interval_start) WHERE state = 0;
CREATE INDEX runs_running ON runs (pipeline_id, lane, interval_start) WHERE state = 1;
