-- Whether a run was bound to its version before an order, for undo.

ALTER TABLE operation_runs ADD COLUMN pinned INTEGER NOT NULL DEFAULT 0 CHECK (pinned IN (0, 1));
