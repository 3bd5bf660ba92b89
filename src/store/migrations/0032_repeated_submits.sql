-- When a submit was made a second time under the same id, which happens once and where the provider has never had the first.
ALTER TABLE attempts ADD COLUMN repeated_at timestamptz;
