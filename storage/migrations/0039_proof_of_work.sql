-- What a site asks of readers of its pages whom it does not know.

ALTER TABLE sites ADD COLUMN proof_of_work text NOT NULL DEFAULT 'off';
ALTER TABLE sites ADD COLUMN minimum_seconds bigint NOT NULL DEFAULT 0;
