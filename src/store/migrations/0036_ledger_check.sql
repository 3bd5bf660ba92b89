-- The last check of the ledger, by whichever process: when one was last begun, when the last one was through, and how
-- many faults each of its checks found.
CREATE TABLE ledger_check (
  is_only boolean PRIMARY KEY DEFAULT true CHECK (is_only),
  begun_at timestamptz,
  ended_at timestamptz,
  faults jsonb NOT NULL DEFAULT '{}'
);
INSERT INTO ledger_check (is_only) VALUES (true);
