-- Budgets of keys by day and by month, beside the one for ever. They have a file of their own: a create reads workspaces
-- and keys, and whoever locks both in one transaction may wait for it in a circle.
ALTER TABLE keys
  ADD COLUMN budget_day bigint,
  ADD COLUMN budget_month bigint,
  ADD CONSTRAINT keys_budgets_check CHECK (budget_day >= 0 AND budget_month >= 0) NOT VALID;
