-- no transaction
-- The sweep reads what is due and not every open job.
CREATE INDEX CONCURRENTLY IF NOT EXISTS jobs_unstarted ON jobs (created_at)
  WHERE finished_at IS NULL AND workflow_started_at IS NULL;
CREATE INDEX CONCURRENTLY IF NOT EXISTS jobs_cancel_wishes ON jobs (cancel_requested_at DESC)
  WHERE finished_at IS NULL AND cancel_requested_at IS NOT NULL;
CREATE INDEX CONCURRENTLY IF NOT EXISTS jobs_ruled ON jobs (updated_at)
  WHERE finished_at IS NULL AND ruling IS NOT NULL;
CREATE INDEX CONCURRENTLY IF NOT EXISTS deliveries_pending ON deliveries (workflow_started_at)
  WHERE state = 'pending';
CREATE INDEX CONCURRENTLY IF NOT EXISTS keeps_open ON keeps (workflow_started_at)
  WHERE finished_at IS NULL AND gave_up_at IS NULL;
