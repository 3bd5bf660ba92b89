-- When the next call of a channel may begin, for channels with a rate limit, and until when a provider has asked for
-- patience, for all of them. A channel has a row from its first limited call or its first such answer on.
CREATE TABLE channel_rates (
  channel text PRIMARY KEY,
  -- The first moment that is free in the line of planned looks, and in the line of all other calls.
  looks_from timestamptz NOT NULL DEFAULT 'epoch',
  rest_from timestamptz NOT NULL DEFAULT 'epoch',
  paused_until timestamptz
);

-- The moment that a job has for its next call at a channel with a rate limit.
ALTER TABLE jobs ADD COLUMN turn_at timestamptz;
