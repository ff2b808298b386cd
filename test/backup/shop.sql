-- Every kind of thing that a dump can lose: run as a superuser in an empty UTF-8 database. Roles are made by the test.
CREATE EXTENSION pgcrypto;
CREATE SCHEMA "Weird-schema";
CREATE TYPE mood AS ENUM ('sad', 'ok', 'happy');
CREATE DOMAIN email AS text CHECK (VALUE ~ '@');
CREATE TYPE address AS (street text, zip varchar(10));

CREATE TABLE customers (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  mail email NOT NULL UNIQUE,
  status varchar(20) NOT NULL DEFAULT 'new' CHECK (status IN ('new', 'active', 'gone')),
  mood mood,
  home address,
  born date,
  seen timestamptz DEFAULT '2026-11-22 03:45:00+00',
  tags text[],
  doc jsonb,
  raw json,
  photo bytea,
  score double precision,
  worth money,
  span interval,
  place point,
  name_length integer GENERATED ALWAYS AS (length(mail)) STORED
);
INSERT INTO customers (mail, status, mood, home, born, tags, doc, raw, photo, score, worth, span, place)
SELECT 'user' || g || '@example.org', (ARRAY['new', 'active', 'gone'])[1 + g % 3], (ARRAY['sad', 'ok', 'happy'])[1 + g % 3]::mood,
       ROW('O''Brien "street" ' || g, '1' || g)::address, date '1990-01-01' + g, ARRAY['a,b', 'ü' || g, NULL], jsonb_build_object('n', g),
       json_build_object('n', g), decode(md5(g::text), 'hex'), g / 3.0, g::numeric::money, g * interval '1 hour 7 minutes', point(g, -g)
  FROM generate_series(1, 500) AS g;
ALTER TABLE customers ENABLE ROW LEVEL SECURITY;
ALTER TABLE customers FORCE ROW LEVEL SECURITY;
CREATE POLICY own ON customers USING (mail = current_setting('shop.mail', true));
COMMENT ON TABLE customers IS 'Who buys. O''Brien too.';

CREATE TABLE spans (first integer, last integer, CHECK (first BETWEEN 1 AND 5 AND last BETWEEN first AND 9));
CREATE TABLE orders (id serial, at date NOT NULL, customer bigint REFERENCES customers, total numeric(12, 2), PRIMARY KEY (id, at)) PARTITION BY RANGE (at);
CREATE TABLE orders_2025 PARTITION OF orders FOR VALUES FROM ('2025-01-01') TO ('2026-01-01');
-- Attached with its columns in another order, and one dropped.
CREATE TABLE orders_2026 (total numeric(12, 2), old text, customer bigint, at date NOT NULL, id integer NOT NULL);
ALTER TABLE orders_2026 DROP COLUMN old;
ALTER TABLE orders ATTACH PARTITION orders_2026 FOR VALUES FROM ('2026-01-01') TO ('2027-01-01');
INSERT INTO orders (at, customer, total) SELECT date '2025-06-01' + g, 1 + g % 500, g * 1.25 FROM generate_series(1, 400) AS g;
CREATE INDEX orders_customer ON orders (customer) INCLUDE (total) WHERE total > 10;

CREATE TABLE parents (a integer, b text);
CREATE TABLE children (c integer, a integer) INHERITS (parents);
ALTER TABLE parents ADD COLUMN d integer DEFAULT 7;
INSERT INTO parents VALUES (1, 'one');
INSERT INTO children (a, b, c) VALUES (2, 'two', 22);

CREATE TABLE "Weird-schema"."a ""table"", with 'quotes' and ünïcode" ("select" integer, " " text);
INSERT INTO "Weird-schema"."a ""table"", with 'quotes' and ünïcode" VALUES (1, 'x'), (1, 'x'), (2, NULL);
CREATE TABLE nothing ();
INSERT INTO nothing DEFAULT VALUES;
CREATE TABLE empty_one (id integer);
CREATE UNLOGGED TABLE sessions (token text);
INSERT INTO sessions VALUES ('t');
CREATE SEQUENCE tickets INCREMENT BY -5 MAXVALUE 1000 START 1000;
SELECT nextval('tickets'), nextval('tickets');

CREATE VIEW active AS SELECT id, mail FROM customers WHERE status IN ('active', 'new');
CREATE MATERIALIZED VIEW totals AS SELECT customer, sum(total) AS total FROM orders GROUP BY customer;
CREATE FUNCTION greet(who text) RETURNS text LANGUAGE sql IMMUTABLE AS $$ SELECT 'Hello ' || who $$;
CREATE FUNCTION touch() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN NEW.seen := now(); RETURN NEW; END $$;
CREATE TRIGGER touch BEFORE UPDATE ON customers FOR EACH ROW EXECUTE FUNCTION touch();

SELECT lo_from_bytea(0, 'a large object'::bytea);
-- Sparse: a hole of several pages.
SELECT lo_put(lo_create(0), 10000, 'far away'::bytea);
