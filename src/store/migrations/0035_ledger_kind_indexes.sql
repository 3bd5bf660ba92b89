-- no transaction
-- Top-ups whose points end, of all and of one workspace; what was given back of a job; which top-up an expire ended.
CREATE INDEX CONCURRENTLY IF NOT EXISTS ledger_endings ON ledger (workspace_id, id) WHERE expires_at IS NOT NULL;
CREATE INDEX CONCURRENTLY IF NOT EXISTS ledger_due_endings ON ledger (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX CONCURRENTLY IF NOT EXISTS ledger_refunds ON ledger (job_id) WHERE kind = 'refund';
CREATE INDEX CONCURRENTLY IF NOT EXISTS ledger_expired ON ledger (entry_id) WHERE entry_id IS NOT NULL;
