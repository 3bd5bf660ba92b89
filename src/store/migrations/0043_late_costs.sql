-- As in `usage`; what a late verdict costs is booked by itself.
ALTER TABLE late_verdicts ADD COLUMN cost_points bigint, ADD COLUMN cost_amount numeric, ADD COLUMN cost_currency text;
