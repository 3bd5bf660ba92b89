-- The place of a job in a trace, by W3C's headers; none for a job that was made while nobody exported traces.
ALTER TABLE jobs ADD COLUMN trace jsonb;
