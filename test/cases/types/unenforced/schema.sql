-- PostgreSQL 18: constraints that no row, or not every row, has to keep.
CREATE TABLE parents (
  never text NOT NULL CHECK (never IN ('a', 'b')) NOT ENFORCED,
  held text NOT NULL CHECK (held IN ('a', 'b')),
  later text NOT NULL,
  filled text,
  doubled int GENERATED ALWAYS AS (2 * length(held)) VIRTUAL NOT NULL
);
CREATE TABLE heirs (own int) INHERITS (parents);
INSERT INTO heirs (never, held, later) VALUES ('q', 'a', 'q');
ALTER TABLE parents ADD CONSTRAINT later_listed CHECK (later IN ('a', 'b')) NOT VALID;
ALTER TABLE parents ADD CONSTRAINT filled_not_null NOT NULL filled NOT VALID;
CREATE VIEW seen AS SELECT never, held, later, filled, doubled FROM parents;
