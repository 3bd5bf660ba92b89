-- The id that a create of a pass-through dialect gave out, where that was ours: the provider had not accepted the job
-- when its caller was answered. Every later answer and callback of that dialect shows it. Null: the provider's own id.
ALTER TABLE jobs ADD COLUMN given_id text;
-- Since when nobody knows whether the provider took the job: its answer to the submit was lost and is being looked up.
ALTER TABLE jobs ADD COLUMN in_doubt_since timestamptz;
