-- How often a submit of the job could not be prepared, by an error of ours.
ALTER TABLE jobs ADD COLUMN unprepared integer NOT NULL DEFAULT 0;
