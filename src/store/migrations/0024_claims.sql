-- A process that starts a job's workflow, or copies its result for the first time, says until when nobody else need do
-- it. A process that dies leaves a claim that ends by itself.
ALTER TABLE jobs ADD COLUMN start_claimed_until timestamptz;
ALTER TABLE keeps ADD COLUMN claimed_until timestamptz;
