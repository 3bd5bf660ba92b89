-- no transaction
-- The jobs that share a moment; a job of a channel without a rate limit has none.
CREATE INDEX CONCURRENTLY IF NOT EXISTS jobs_turn ON jobs (turn_at) WHERE turn_at IS NOT NULL;
