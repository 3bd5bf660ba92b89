-- Budgets of workspaces, for ever, by day and by month in UTC. Micro-points; null = no bound.
ALTER TABLE workspaces
  ADD COLUMN budget bigint,
  ADD COLUMN budget_day bigint,
  ADD COLUMN budget_month bigint,
  ADD CONSTRAINT workspaces_budgets_check CHECK (budget >= 0 AND budget_day >= 0 AND budget_month >= 0) NOT VALID;

-- What the jobs that were created on a day hold and have spent, per workspace and key, up to the checkpoint. It can be
-- computed from the ledger again.
CREATE TABLE ledger_days (
  owner_id uuid NOT NULL,
  -- Of the job's hold, in UTC.
  day date NOT NULL,
  used bigint NOT NULL,
  PRIMARY KEY (owner_id, day)
);

-- The entry of the ledger up to which the days are summed.
CREATE TABLE ledger_days_checkpoint (
  is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
  up_to bigint NOT NULL,
  at timestamptz NOT NULL
);
INSERT INTO ledger_days_checkpoint (up_to, at) VALUES (0, now());
