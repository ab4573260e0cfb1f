-- Rows that wait to be sealed are not in this index: PostgreSQL took it to find one of them,
-- and read all that wait.
DROP INDEX audit_seq;
CREATE UNIQUE INDEX audit_seq ON audit (chain, seq) WHERE seq IS NOT NULL;
