-- The moment that the planned looks of a channel share at present, and how many more may: where a provider's call looks
-- at many jobs, one moment is enough for all of them.
ALTER TABLE channel_rates ADD COLUMN shared_at timestamptz;
ALTER TABLE channel_rates ADD COLUMN shared_left integer NOT NULL DEFAULT 0;

-- True once such a call said nothing of the job: it is looked at alone from then on.
ALTER TABLE attempts ADD COLUMN looks_alone boolean NOT NULL DEFAULT false;
