-- no transaction
-- The events of a workspace are read on from a place, and its last one is looked for.
CREATE INDEX CONCURRENTLY IF NOT EXISTS events_feed ON events (workspace_id, written_in, id);
