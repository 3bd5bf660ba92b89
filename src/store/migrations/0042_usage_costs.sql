-- Null = not known, which is not zero: no list price, no points for the currency, or no word of the provider.
ALTER TABLE usage ADD COLUMN channel text, ADD COLUMN cost_points bigint, ADD COLUMN cost_amount numeric, ADD COLUMN cost_currency text;
