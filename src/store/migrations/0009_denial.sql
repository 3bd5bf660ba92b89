-- A provider that does not let us look at a job of ours: what it said, and since when.
ALTER TABLE attempts ADD COLUMN denial jsonb;
