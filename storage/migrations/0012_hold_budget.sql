-- The share of what is neither spam nor abuse that a model may hold on a site.
ALTER TABLE sites ADD COLUMN hold_budget double precision; -- NULL: the default
