-- no transaction
-- Lists of a workspace's jobs by model, by failure and by metadata. States that go on are few, and completed is the usual one.
CREATE INDEX CONCURRENTLY IF NOT EXISTS jobs_page_of_model ON jobs (workspace_id, model, created_at DESC, id DESC)
  WHERE deleted_at IS NULL;
CREATE INDEX CONCURRENTLY IF NOT EXISTS jobs_page_of_failed ON jobs (workspace_id, created_at DESC, id DESC)
  WHERE state IN ('failed', 'canceled', 'expired') AND deleted_at IS NULL;
CREATE INDEX CONCURRENTLY IF NOT EXISTS jobs_metadata ON jobs USING gin (metadata jsonb_path_ops)
  WHERE metadata <> '{}' AND deleted_at IS NULL;
