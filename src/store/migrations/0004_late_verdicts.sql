-- A job that we gave up without the provider's word is watched for one more deadline. What is heard then is our cost
-- and never changes the job or its bill.
ALTER TABLE jobs ADD COLUMN watched_until timestamptz;
CREATE INDEX jobs_watched ON jobs (watched_until) WHERE watched_until IS NOT NULL;
ALTER TABLE attempts ADD COLUMN late_look_at timestamptz;

CREATE TABLE late_verdicts (
  attempt_id uuid PRIMARY KEY REFERENCES attempts (id),
  workspace_id uuid NOT NULL,
  job_id uuid NOT NULL,
  provider text NOT NULL,
  channel text NOT NULL,
  model text NOT NULL,
  verdict jsonb NOT NULL,
  tokens bigint NOT NULL,
  seconds double precision NOT NULL,
  at timestamptz NOT NULL,
  FOREIGN KEY (workspace_id, job_id) REFERENCES jobs (workspace_id, id)
);
CREATE INDEX late_verdicts_at ON late_verdicts (at DESC);
