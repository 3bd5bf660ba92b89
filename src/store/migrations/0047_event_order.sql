-- Who reads a timeline on from where he was must miss no row that commits late. Each row says which transaction wrote
-- it: rows of transactions below the oldest open one are all there, in an order that never changes.
-- old writes: the trigger fills a column that the release before does not know, and refuses nothing.
ALTER TABLE events ADD COLUMN written_in xid8;

CREATE FUNCTION say_transaction_of_event() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
  NEW.written_in := pg_current_xact_id();
  RETURN NEW;
END $$;

CREATE TRIGGER events_order BEFORE INSERT ON events FOR EACH ROW
  EXECUTE FUNCTION say_transaction_of_event();
