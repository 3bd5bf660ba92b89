-- What a job's price was made from, so that its bill is made by the same terms; jobs of older releases have none and are billed at their price.
ALTER TABLE jobs ADD COLUMN pricing jsonb;
