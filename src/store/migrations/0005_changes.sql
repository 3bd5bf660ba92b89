-- Doors that answer late hear of a change at once: the acceptance of an attempt and the end of a job are told on one
-- channel, by the transaction that makes them. The message is the job's id and nothing else.
CREATE FUNCTION tell_job() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('reelay_jobs', NEW.id::text);
  RETURN NULL;
END $$;

CREATE FUNCTION tell_job_of_attempt() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  PERFORM pg_notify('reelay_jobs', NEW.job_id::text);
  RETURN NULL;
END $$;

CREATE TRIGGER jobs_tell AFTER UPDATE ON jobs FOR EACH ROW
  WHEN (OLD.finished_at IS NULL AND NEW.finished_at IS NOT NULL) EXECUTE FUNCTION tell_job();
CREATE TRIGGER attempts_tell AFTER UPDATE ON attempts FOR EACH ROW
  WHEN (OLD.state IS DISTINCT FROM NEW.state AND NEW.state = 'accepted') EXECUTE FUNCTION tell_job_of_attempt();
