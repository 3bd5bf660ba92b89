-- Sums of usage, so that a summary costs the same at any number of jobs. The rows of usage stay the only truth: every
-- row here can be computed from them again.
CREATE TABLE usage_days (
  workspace_id uuid NOT NULL,
  -- In UTC.
  day date NOT NULL,
  model text NOT NULL,
  -- Null for requests of workflows, which have no key.
  key_id uuid,
  requests bigint NOT NULL,
  tokens numeric NOT NULL,
  seconds numeric NOT NULL,
  charged numeric NOT NULL,
  UNIQUE NULLS NOT DISTINCT (workspace_id, day, model, key_id)
);

-- The entry of the ledger up to which usage is summed: each end of a hold comes with the usage of its job.
CREATE TABLE usage_checkpoint (
  is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
  up_to bigint NOT NULL,
  at timestamptz NOT NULL
);
INSERT INTO usage_checkpoint (up_to, at) VALUES (0, now());
