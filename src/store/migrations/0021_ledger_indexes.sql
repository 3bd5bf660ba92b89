-- no transaction
-- The entries after a checkpoint.
CREATE INDEX CONCURRENTLY IF NOT EXISTS ledger_workspace_entries ON ledger (workspace_id, id)
  INCLUDE (available, held, spent);
CREATE INDEX CONCURRENTLY IF NOT EXISTS ledger_key_entries ON ledger (key_id, id)
  INCLUDE (held, spent) WHERE key_id IS NOT NULL;
