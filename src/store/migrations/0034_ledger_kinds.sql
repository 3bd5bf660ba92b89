-- What operators book: adjustments and refunds beside top-ups, and the end of points that a top-up gave for a time.
-- old writes: the checks that are replaced only become wider, and what the new ones ask for no release wrote before.
ALTER TABLE ledger
  -- The operator's words, and the key that asked.
  ADD COLUMN note text,
  ADD COLUMN by_key_id uuid,
  -- Of a top-up whose points end.
  ADD COLUMN expires_at timestamptz,
  -- Of an expire: the top-up whose points ended.
  ADD COLUMN entry_id bigint,
  DROP CONSTRAINT ledger_kind_check,
  ADD CONSTRAINT ledger_kind_check
    CHECK (kind IN ('hold','settle','release','adjust','refund','top_up','expire')) NOT VALID,
  DROP CONSTRAINT ledger_check,
  ADD CONSTRAINT ledger_check
    CHECK (kind IN ('top_up','adjust','expire') OR available + held + spent = 0) NOT VALID,
  ADD CONSTRAINT ledger_expire_check
    CHECK ((kind = 'expire') = (entry_id IS NOT NULL) AND (kind <> 'expire' OR available <= 0)) NOT VALID,
  ADD CONSTRAINT ledger_ending_check CHECK (expires_at IS NULL OR kind = 'top_up') NOT VALID;
