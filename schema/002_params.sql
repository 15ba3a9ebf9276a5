-- Values that runs were given, interned: the runs of a backfill share theirs.

CREATE TABLE run_params (
  params_id INTEGER PRIMARY KEY,
  text      TEXT    NOT NULL UNIQUE                -- JSON: an object, its names sorted
) STRICT;

ALTER TABLE runs ADD COLUMN params_id INTEGER REFERENCES run_params;           -- NULL: the defaults hold

ALTER TABLE operation_runs ADD COLUMN params_id INTEGER;                       -- of a run that the order removed
