-- The id of the request that made the job (`X-Request-Id`), sent on to its providers; none for a job of a workflow.
ALTER TABLE jobs ADD COLUMN request_id text;
