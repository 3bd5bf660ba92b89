-- Which jobs name a stored file, for the sweep that removes files which nothing names.
CREATE INDEX jobs_inputs ON jobs USING gin (jsonb_path_query_array(request, '$.inputs[*].media.blob'))
  WHERE jsonb_path_exists(request, '$.inputs[*].media.blob');
CREATE INDEX jobs_native_body ON jobs ((native->>'body')) WHERE native IS NOT NULL;
CREATE INDEX files_blob ON files (blob);
CREATE INDEX blobs_id ON blobs (id);
