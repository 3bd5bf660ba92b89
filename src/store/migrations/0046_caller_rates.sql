-- How many creates a key or a workspace has sent in its window, where the config limits them: one row for each.
CREATE TABLE caller_rates (
  name text PRIMARY KEY,
  used bigint NOT NULL,
  ends_at timestamptz NOT NULL
);
