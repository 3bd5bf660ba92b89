-- A request that passes through: which wire it speaks, the blob with its body, its headers, query and named jobs.
ALTER TABLE jobs ADD COLUMN native jsonb;
CREATE INDEX jobs_native ON jobs (workspace_id, dialect, created_at DESC, id DESC)
  WHERE native IS NOT NULL AND deleted_at IS NULL;

-- The provider's answer to the submit as bytes, written with the submit's outcome: what such a create is answered.
ALTER TABLE attempts
  ADD COLUMN submit_reply_status integer,
  ADD COLUMN submit_reply_type text,
  ADD COLUMN submit_reply_body bytea;
-- Callers of a pass-through dialect know the provider's id; a handle may be longer than an index entry.
CREATE INDEX attempts_operation ON attempts (md5(operation::text)) WHERE operation IS NOT NULL;

-- A door may wait for the answer itself, which comes after the acceptance when a callback was faster.
DROP TRIGGER attempts_tell ON attempts;
CREATE TRIGGER attempts_tell AFTER UPDATE ON attempts FOR EACH ROW
  WHEN (NEW.state = 'accepted' AND (OLD.state IS DISTINCT FROM NEW.state
    OR OLD.submit_reply_status IS DISTINCT FROM NEW.submit_reply_status))
  EXECUTE FUNCTION tell_job_of_attempt();

-- Which state a message is about; one message per state and endpoint.
ALTER TABLE deliveries
  ADD COLUMN about text NOT NULL DEFAULT 'ended' CHECK (about IN ('queued','running','ended'));
CREATE UNIQUE INDEX deliveries_one_per_state ON deliveries (job_id, url, about);
