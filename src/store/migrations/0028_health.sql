-- The breaker of each channel whose submits were ever counted: one row, which all processes read and change.
CREATE TABLE channel_health (
  channel text PRIMARY KEY,
  -- Until then the channel gets no job, and after it only probes; NULL = closed.
  open_until timestamptz,
  trips int NOT NULL,
  probe_until timestamptz,
  slices jsonb NOT NULL
);
