-- The job's `request_id`, for whoever reads an attempt alone.
ALTER TABLE attempts ADD COLUMN request_id text;
