-- What a finished video is like, as its provider says it or its file shows it; null where nobody knows.
ALTER TABLE jobs ADD COLUMN made jsonb;
-- Digest of the operation, written by releases that refuse an operation which another attempt has; older rows have none.
ALTER TABLE attempts ADD COLUMN operation_key text;
