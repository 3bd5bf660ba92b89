-- no transaction
-- old writes: the release before leaves the key empty, so that its rows meet nobody's.
-- A provider's job belongs to one attempt of one account. Rows of older releases have no key and stand in nobody's way.
CREATE UNIQUE INDEX CONCURRENTLY IF NOT EXISTS attempts_one_per_operation
  ON attempts (provider, channel, operation_key) WHERE operation_key IS NOT NULL;
-- The latest successes of a model, whatever failed since.
CREATE INDEX CONCURRENTLY IF NOT EXISTS attempts_succeeded
  ON attempts (provider, model, accepted_at DESC) WHERE verdict ->> 'state' = 'succeeded';
