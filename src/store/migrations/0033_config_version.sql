-- Which config the processes of this installation should have read: a digest of what it offers, since when, and who told it. Each process compares it with its own.
ALTER TABLE installation ADD COLUMN config_version text;
ALTER TABLE installation ADD COLUMN config_told_at timestamptz;
ALTER TABLE installation ADD COLUMN config_told_by text;
