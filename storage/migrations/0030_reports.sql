-- What a reader says of a comment that they report, in their own words.
ALTER TABLE flags ADD COLUMN words text NOT NULL DEFAULT '';
