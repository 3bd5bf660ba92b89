-- no transaction
-- Rows whose time is over, oldest first; each leaves its index when its step is done.
CREATE INDEX CONCURRENTLY IF NOT EXISTS jobs_to_expire ON jobs (finished_at)
  WHERE finished_at IS NOT NULL AND deleted_at IS NULL;
CREATE INDEX CONCURRENTLY IF NOT EXISTS jobs_to_erase ON jobs (deleted_at)
  WHERE deleted_at IS NOT NULL AND erased_at IS NULL;
CREATE INDEX CONCURRENTLY IF NOT EXISTS jobs_with_history ON jobs (deleted_at)
  WHERE deleted_at IS NOT NULL AND key_id IS NULL AND history_erased_at IS NULL;
CREATE INDEX CONCURRENTLY IF NOT EXISTS jobs_with_files ON jobs (finished_at)
  WHERE finished_at IS NOT NULL AND files_removed_at IS NULL;
CREATE INDEX CONCURRENTLY IF NOT EXISTS jobs_with_replies ON jobs (finished_at)
  WHERE finished_at IS NOT NULL AND replies_removed_at IS NULL;
CREATE INDEX CONCURRENTLY IF NOT EXISTS deliveries_ended ON deliveries (finished_at)
  WHERE finished_at IS NOT NULL;
CREATE INDEX CONCURRENTLY IF NOT EXISTS events_at ON events (at);
CREATE INDEX CONCURRENTLY IF NOT EXISTS idempotency_job ON idempotency (job_id)
  WHERE job_id IS NOT NULL;
