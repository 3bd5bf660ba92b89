-- Keys whose creates that are the same, without an idempotency key, are one job for a short while.
ALTER TABLE keys ADD COLUMN joins_identical boolean NOT NULL DEFAULT false;
