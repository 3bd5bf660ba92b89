-- A job that another workflow asks for runs in a workflow of that caller's naming, and no key asked for it.
ALTER TABLE jobs ADD COLUMN workflow_id text;
UPDATE jobs SET workflow_id = id::text;
ALTER TABLE jobs ALTER COLUMN workflow_id SET NOT NULL;
CREATE UNIQUE INDEX jobs_workflow ON jobs (workflow_id);
ALTER TABLE jobs ALTER COLUMN key_id DROP NOT NULL;
ALTER TABLE usage ALTER COLUMN key_id DROP NOT NULL;
