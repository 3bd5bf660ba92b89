-- A caller's DELETE and the end of a job's retention are both `deleted_at`; these columns say which step is done, so
-- that a sweep that was killed goes on where it stopped.
ALTER TABLE jobs
  -- Prompt, media, callback URL and every other text of the caller and the provider are blank in all rows of the job.
  ADD COLUMN erased_at timestamptz,
  -- Only of jobs that another workflow asked for: their histories hold the request.
  ADD COLUMN history_erased_at timestamptz,
  ADD COLUMN files_removed_at timestamptz,
  ADD COLUMN replies_removed_at timestamptz,
  -- A job in review whose deadline is over is started again at this pace and not each minute.
  ADD COLUMN next_restart_at timestamptz,
  -- How an operator ended the job, {code, message}: written before the engine is told.
  ADD COLUMN ruling jsonb;

ALTER TABLE deliveries
  -- Why it is not tried any more; null for one that ended before this column was there.
  ADD COLUMN ended_because text,
  -- A redelivery begins the schedule anew: tries up to this number belong to earlier rounds.
  ADD COLUMN tries_before integer NOT NULL DEFAULT 0;

ALTER TABLE keeps
  ADD COLUMN gave_up_at timestamptz,
  ADD COLUMN gave_up_because text,
  -- An operator asked for another round of tries.
  ADD COLUMN resumed_at timestamptz;

-- Stored files that a job has named and names no more. A file goes when no row names it and nobody has used it lately.
CREATE TABLE removable_blobs (
  id text PRIMARY KEY,
  since timestamptz NOT NULL
);
CREATE INDEX removable_blobs_since ON removable_blobs (since);

-- Sums over the ledger up to an entry, so that reading a balance costs the same at any length. The owner is a workspace
-- or a key. The ledger stays the only truth: every row here can be computed from it again.
CREATE TABLE ledger_checkpoints (
  owner_id uuid PRIMARY KEY,
  up_to bigint NOT NULL,
  available bigint NOT NULL,
  held bigint NOT NULL,
  spent bigint NOT NULL,
  at timestamptz NOT NULL
);
CREATE INDEX ledger_checkpoints_up_to ON ledger_checkpoints (up_to DESC);
