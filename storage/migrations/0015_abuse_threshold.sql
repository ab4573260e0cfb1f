-- The probability of abuse from which comments of a site are held.
ALTER TABLE sites ADD COLUMN abuse double precision; -- NULL: that of the model
