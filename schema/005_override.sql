-- Who went past guard rails says why, and past which: JSON, as the plan's document has it.

ALTER TABLE operations ADD COLUMN override TEXT;
