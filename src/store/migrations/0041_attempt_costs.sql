-- What the attempt cost the operator's account, by the list price that was frozen with its route and by what its provider reported.
ALTER TABLE attempts ADD COLUMN cost jsonb;
