CREATE TABLE attempts (                            -- one try each, append-only
  run_id        INTEGER NOT NULL,
  task_id       INTEGER NOT NULL,
  map_index     INTEGER NOT NULL,
  try           INTEGER NOT NULL CHECK (try >= 1),
  state         INTEGER NOT NULL CHECK (state BETWEEN 0 AND 6),
  queued_at     INTEGER NOT NULL,
  started_at    INTEGER,
  ended_at      INTEGER,
  exit_code     INTEGER,                           -- NULL: a signal ended it, or nothing is known
  signal        INTEGER,
  reason_id     INTEGER,
  definition_id INTEGER,
  operation_id  INTEGER,                           -- the order that asked for it
  outputs       TEXT,                              -- digest of the files that it had to make
  executor      TEXT,                              -- NULL: local
  handle        TEXT,
  PRIMARY KEY (run_id, task_id, map_index, try),
  FOREIGN KEY (run_id, task_id, map_index) REFERENCES task_instances ON DELETE CASCADE,
  CHECK ((state >= 2) = (ended_at IS NOT NULL)),
  CHECK (state <> 1 OR started_at IS NOT NULL)
) STRICT, WITHOUT ROWID;

CREATE TABLE definitions (                         -- what an attempt ran: a fingerprint at a commit
  definition_id  INTEGER PRIMARY KEY,
  fingerprint_id INTEGER NOT NULL REFERENCES fingerprints,
  commit_id      TEXT    NOT NULL,
  dirty          INTEGER NOT NULL CHECK (dirty IN (0, 1)),
  UNIQUE (fingerprint_id, commit_id, dirty)
) STRICT;

CREATE TABLE edges (                               -- of a version; upstream may be another pipeline's task
  version_id  INTEGER NOT NULL REFERENCES versions ON DELETE CASCADE,
  task_id     INTEGER NOT NULL REFERENCES tasks,
  upstream_id INTEGER NOT NULL REFERENCES tasks,
  PRIMARY KEY (version_id, task_id, upstream_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE fingerprints (                        -- of a task's definition and its input files
  fingerprint_id INTEGER PRIMARY KEY,
  task_id        INTEGER NOT NULL REFERENCES tasks,
  fingerprint    TEXT    NOT NULL,
  hashed         TEXT    NOT NULL,                 -- JSON: the inputs of that hash
  UNIQUE (task_id, fingerprint)
) STRICT;

CREATE TABLE lease (                               -- who runs this database, for people; the lock is a file's
  one     INTEGER PRIMARY KEY CHECK (one = 1),
  pid     INTEGER NOT NULL,
  host    TEXT    NOT NULL,
  version TEXT    NOT NULL,
  since   INTEGER NOT NULL
) STRICT;

CREATE TABLE operation_instances (                 -- a task instance before the order
  operation_id INTEGER NOT NULL,
  run_id       INTEGER NOT NULL,
  task_id      INTEGER NOT NULL,
  map_index    INTEGER NOT NULL,
  action       INTEGER NOT NULL,
  state        INTEGER,                            -- NULL: it did not exist
  try          INTEGER,
  try_limit    INTEGER,
  not_before   INTEGER,
  started_at   INTEGER,
  ended_at     INTEGER,
  reason_id    INTEGER,
  previous_id  INTEGER,                            -- the order that had put it back before
  PRIMARY KEY (operation_id, run_id, task_id, map_index)
) STRICT, WITHOUT ROWID;

CREATE TABLE operation_runs (                      -- a run before the order; state NULL: it did not exist
  operation_id INTEGER NOT NULL,
  run_id       INTEGER NOT NULL,
  action       INTEGER NOT NULL,
  state        INTEGER,
  lane         INTEGER,
  started_at   INTEGER,
  ended_at     INTEGER,
  reason_id    INTEGER,
  pipeline_id    INTEGER,                          -- the rest is known of a run that the order removed
  interval_start INTEGER,
  interval_end   INTEGER,
  kind           INTEGER,
  partial        INTEGER,
  due_at         INTEGER, params_id INTEGER, pinned INTEGER NOT NULL DEFAULT 0 CHECK (pinned IN (0, 1)),
  PRIMARY KEY (operation_id, run_id)
) STRICT, WITHOUT ROWID;

CREATE TABLE operations (                          -- every order: the audit log
  operation_id INTEGER PRIMARY KEY AUTOINCREMENT,
  kind         TEXT    NOT NULL,                   -- clear, backfill, mark, trigger, undo, pause, unpause
  pipeline_id  INTEGER REFERENCES pipelines,       -- NULL: several
  created_at   INTEGER NOT NULL,
  actor        TEXT    NOT NULL,
  host         TEXT    NOT NULL,
  reason       TEXT    NOT NULL DEFAULT '',
  ticket       TEXT    NOT NULL DEFAULT '',
  pipelines    TEXT    NOT NULL,                   -- JSON: names
  bounds       TEXT    NOT NULL,                   -- JSON, as the plan's document has them
  selection    TEXT    NOT NULL,
  arguments    TEXT    NOT NULL,
  counts       TEXT    NOT NULL,
  first_run    INTEGER,                            -- the runs that it made are numbered
  last_run     INTEGER,                            -- from here to there
  undoes       INTEGER REFERENCES operations,
  undone_by    INTEGER REFERENCES operations,
  state        INTEGER CHECK (state BETWEEN 0 AND 2),  -- of a backfill's lane: open, done, cancelled
  max_active   INTEGER NOT NULL DEFAULT 0,
  backwards    INTEGER NOT NULL DEFAULT 0 CHECK (backwards IN (0, 1)),
  paused       INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1)),
  ended_at     INTEGER, override TEXT,
  CHECK ((state IS NULL OR state = 0) = (ended_at IS NULL))
) STRICT;

CREATE TABLE outbox (                              -- written with the transition that it tells of
  outbox_id  INTEGER PRIMARY KEY AUTOINCREMENT,
  created_at INTEGER NOT NULL,
  kind       TEXT    NOT NULL,
  payload    TEXT    NOT NULL,
  sent_at    INTEGER
) STRICT;

CREATE TABLE pipelines (
  pipeline_id  INTEGER PRIMARY KEY,
  name         TEXT    NOT NULL UNIQUE CHECK (length(name) BETWEEN 1 AND 200),
  file         TEXT    NOT NULL DEFAULT '',        -- where it was last declared
  paused       INTEGER NOT NULL DEFAULT 0 CHECK (paused IN (0, 1)),
  last_start   INTEGER,                            -- the newest interval that the live schedule
  last_end     INTEGER,                            -- made or passed over
  version_id   INTEGER REFERENCES versions,        -- the newest
  runs_queued  INTEGER NOT NULL DEFAULT 0 CHECK (runs_queued  >= 0),  -- counters of its runs by state,
  runs_running INTEGER NOT NULL DEFAULT 0 CHECK (runs_running >= 0),  -- moved with the runs
  runs_success INTEGER NOT NULL DEFAULT 0 CHECK (runs_success >= 0),
  runs_failed  INTEGER NOT NULL DEFAULT 0 CHECK (runs_failed  >= 0),
  CHECK ((last_start IS NULL) = (last_end IS NULL))
) STRICT;

CREATE TABLE reasons (                             -- texts, interned
  reason_id INTEGER PRIMARY KEY,
  text      TEXT    NOT NULL UNIQUE
) STRICT;

CREATE TABLE results (                             -- key=value of an attempt
  run_id    INTEGER NOT NULL,
  task_id   INTEGER NOT NULL,
  map_index INTEGER NOT NULL,
  try       INTEGER NOT NULL,
  key       TEXT    NOT NULL,
  value     TEXT    NOT NULL,
  PRIMARY KEY (run_id, task_id, map_index, try, key),
  FOREIGN KEY (run_id, task_id, map_index, try) REFERENCES attempts ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE run_params (
  params_id INTEGER PRIMARY KEY,
  text      TEXT    NOT NULL UNIQUE                -- JSON: an object, its names sorted
) STRICT;

CREATE TABLE "runs" (                            -- a pipeline on one interval
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

CREATE TABLE skipped_intervals (                   -- a stretch that the policy passed over
  pipeline_id INTEGER NOT NULL REFERENCES pipelines,
  first_start INTEGER NOT NULL,
  first_end   INTEGER NOT NULL,
  last_start  INTEGER NOT NULL,
  last_end    INTEGER NOT NULL,
  count       INTEGER NOT NULL CHECK (count >= 1),
  reason_id   INTEGER NOT NULL REFERENCES reasons,
  at          INTEGER NOT NULL,
  PRIMARY KEY (pipeline_id, first_start),
  CHECK (last_start >= first_start)
) STRICT, WITHOUT ROWID;

CREATE TABLE sqlite_sequence(name,seq);

CREATE TABLE "task_instances" (                  -- a task in a run
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

CREATE TABLE tasks (                               -- names, interned once for ever
  task_id     INTEGER PRIMARY KEY,
  pipeline_id INTEGER NOT NULL REFERENCES pipelines,
  name        TEXT    NOT NULL CHECK (length(name) BETWEEN 1 AND 200),
  UNIQUE (pipeline_id, name)
) STRICT;

CREATE TABLE versions (                            -- a definition, word for word
  version_id  INTEGER PRIMARY KEY,
  pipeline_id INTEGER NOT NULL REFERENCES pipelines,
  fingerprint TEXT    NOT NULL,
  source      TEXT    NOT NULL,                    -- the YAML text
  commit_id   TEXT    NOT NULL DEFAULT '',         -- '': outside Git
  dirty       INTEGER NOT NULL DEFAULT 0 CHECK (dirty IN (0, 1)),
  first_seen  INTEGER NOT NULL,
  UNIQUE (pipeline_id, fingerprint)
) STRICT;

CREATE INDEX attempts_open ON attempts (state) WHERE state < 2;

CREATE INDEX operations_open ON operations (pipeline_id) WHERE state = 0;

CREATE INDEX outbox_unsent ON outbox (outbox_id) WHERE sent_at IS NULL;

CREATE INDEX runs_queued  ON runs (pipeline_id, lane, interval_start) WHERE state = 0;

CREATE INDEX runs_running ON runs (pipeline_id, lane, interval_start) WHERE state = 1;

