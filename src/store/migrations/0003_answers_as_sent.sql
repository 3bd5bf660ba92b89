-- A replayed answer is the first one byte for byte; jsonb would sort its fields.
ALTER TABLE idempotency ALTER COLUMN answer TYPE json;
