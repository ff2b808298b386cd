-- One text that is another when the catalog of the schemas $1 was changed: rows of the catalog carry the transaction that
-- wrote them. VACUUM and ANALYZE write theirs in place, which is no change.
WITH mine AS (
  SELECT c.oid, c.xmin FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON n.oid = c.relnamespace WHERE n.nspname = ANY ($1)
), rows (id, born) AS (
  SELECT oid::int8, xmin FROM mine
  UNION ALL SELECT a.attrelid::int8 * 4096 + a.attnum, a.xmin FROM pg_catalog.pg_attribute a JOIN mine ON mine.oid = a.attrelid
  UNION ALL SELECT k.oid::int8, k.xmin FROM pg_catalog.pg_constraint k JOIN mine ON mine.oid = k.conrelid
  UNION ALL SELECT t.oid::int8, t.xmin FROM pg_catalog.pg_trigger t JOIN mine ON mine.oid = t.tgrelid
  UNION ALL SELECT p.oid::int8, p.xmin FROM pg_catalog.pg_policy p JOIN mine ON mine.oid = p.polrelid
  UNION ALL SELECT p.oid::int8, p.xmin FROM pg_catalog.pg_proc p JOIN pg_catalog.pg_namespace n ON n.oid = p.pronamespace WHERE n.nspname = ANY ($1)
  UNION ALL SELECT t.oid::int8, t.xmin FROM pg_catalog.pg_type t JOIN pg_catalog.pg_namespace n ON n.oid = t.typnamespace WHERE n.nspname = ANY ($1)
)
SELECT count(*) || ' ' || coalesce(sum(hashint8extended(id, born::text::int8)), 0) AS mark FROM rows;
