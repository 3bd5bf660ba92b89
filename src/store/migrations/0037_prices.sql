-- What a job's price was made from, so that its bill is made by the same terms; jobs of older releases have none and are billed at their price.
ALTER TABLE jobs ADD COLUMN pricing jsonb;
-- What the attempt cost the operator's account, by the list price that was frozen with its route and by what its provider reported.
ALTER TABLE attempts ADD COLUMN cost jsonb;
-- Null = not known, which is not zero: no list price, no points for the currency, or no word of the provider.
ALTER TABLE usage ADD COLUMN channel text, ADD COLUMN cost_points bigint, ADD COLUMN cost_amount numeric, ADD COLUMN cost_currency text;
ALTER TABLE late_verdicts ADD COLUMN cost_points bigint, ADD COLUMN cost_amount numeric, ADD COLUMN cost_currency text;
