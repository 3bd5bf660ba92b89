-- A job that runs at a capped channel, or for a capped workspace or key, holds a slot; one that would be one too many
-- waits for its turn. The rows are those jobs and no others: what has ended is deleted with its job's end.
CREATE TABLE slots (
  job_id uuid PRIMARY KEY,
  workspace_id uuid NOT NULL,
  key_id uuid,
  group_name text NOT NULL,
  channel text NOT NULL,
  model text NOT NULL,
  since timestamptz NOT NULL,
  granted_at timestamptz,
  -- The job has ended here and may still run there; the slot is not anybody else's before that.
  kept_until timestamptz,
  FOREIGN KEY (workspace_id, job_id) REFERENCES jobs (workspace_id, id)
);
CREATE INDEX slots_waiting ON slots (channel, workspace_id, since) WHERE granted_at IS NULL;

-- The group that the job was asked for in: by it workspaces take turns.
ALTER TABLE jobs ADD COLUMN group_name text;
-- A job that no provider has by then is canceled.
ALTER TABLE jobs ADD COLUMN start_by timestamptz;
