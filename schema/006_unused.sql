-- Nothing reads these, and each costs a byte in every run.

ALTER TABLE runs DROP COLUMN deadline_at;

ALTER TABLE runs DROP COLUMN next_check_at;
