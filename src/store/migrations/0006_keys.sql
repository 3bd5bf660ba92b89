-- A key is who may do what; its secrets come and go. Rotation gives it a second one and lets the first live on for a
-- while. Rows of ended secrets stay, so that no start ever takes an old text for a new key.
CREATE TABLE key_secrets (
  hash text PRIMARY KEY,
  key_id uuid NOT NULL REFERENCES keys (id),
  prefix text NOT NULL,
  created_at timestamptz NOT NULL,
  -- Null = the current one.
  expires_at timestamptz
);
CREATE UNIQUE INDEX key_secrets_current ON key_secrets (key_id) WHERE expires_at IS NULL;
CREATE INDEX key_secrets_key ON key_secrets (key_id);
INSERT INTO key_secrets (hash, key_id, prefix, created_at) SELECT hash, id, prefix, created_at FROM keys;

ALTER TABLE keys
  DROP COLUMN hash,
  DROP COLUMN prefix,
  -- Null = the workspace's group.
  ADD COLUMN group_name text,
  -- Null = every model of the group.
  ADD COLUMN models text[],
  -- Micro-points that all of the key's jobs together may hold and have spent; null = no bound.
  ADD COLUMN budget bigint CHECK (budget >= 0),
  ADD COLUMN last_used_at timestamptz;
CREATE INDEX keys_page ON keys (workspace_id, created_at DESC, id DESC);

ALTER TABLE workspaces ADD COLUMN disabled_at timestamptz;
CREATE INDEX workspaces_page ON workspaces (created_at DESC, id DESC);

-- Which key moved the points: budgets are sums, as balances are. Rows from before get it from their jobs; nothing else
-- of them changes.
ALTER TABLE ledger
  ADD COLUMN key_id uuid,
  ADD FOREIGN KEY (workspace_id, key_id) REFERENCES keys (workspace_id, id);
ALTER TABLE ledger DISABLE TRIGGER ledger_append_only;
UPDATE ledger SET key_id = jobs.key_id FROM jobs WHERE jobs.id = ledger.job_id;
ALTER TABLE ledger ENABLE TRIGGER ledger_append_only;
CREATE INDEX ledger_key ON ledger (key_id) INCLUDE (held, spent) WHERE key_id IS NOT NULL;

-- An answer that shows a secret is kept sealed, and belongs to no job.
ALTER TABLE idempotency
  ALTER COLUMN job_id DROP NOT NULL,
  ADD COLUMN sealed bytea;
