-- What is told to the operator's own URL: a budget of which so much is used, a workspace that has little available.
-- Each is a row of its own, written once, with the body as it is sent.
CREATE TABLE alerts (
  id uuid PRIMARY KEY,
  workspace_id uuid NOT NULL REFERENCES workspaces (id),
  -- A workspace or a key.
  owner_id uuid NOT NULL,
  -- What must be told once: 'budget day 2026-11-29 80% of 5', 'low_balance'.
  about text NOT NULL,
  body bytea NOT NULL,
  created_at timestamptz NOT NULL,
  tries integer NOT NULL DEFAULT 0,
  -- Null = it is not tried any more.
  next_try_at timestamptz,
  ended_because text,
  -- When a low balance was above the bound again; the next time is another alert.
  over_at timestamptz
);
CREATE UNIQUE INDEX alerts_once ON alerts (owner_id, about) WHERE over_at IS NULL;
CREATE INDEX alerts_due ON alerts (next_try_at) WHERE next_try_at IS NOT NULL;
