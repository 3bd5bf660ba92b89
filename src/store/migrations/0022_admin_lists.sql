-- no transaction
-- What operators list: jobs in review, messages by time or by their bad end, copies that gave up.
CREATE INDEX CONCURRENTLY IF NOT EXISTS jobs_in_review ON jobs (id) WHERE review IS NOT NULL;
CREATE INDEX CONCURRENTLY IF NOT EXISTS deliveries_created ON deliveries (created_at, id);
CREATE INDEX CONCURRENTLY IF NOT EXISTS deliveries_failed ON deliveries (created_at, id)
  WHERE state = 'failed';
CREATE INDEX CONCURRENTLY IF NOT EXISTS keeps_gave_up ON keeps (job_id) WHERE gave_up_at IS NOT NULL;
