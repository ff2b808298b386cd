-- Every setting that deparsed text depends on, pinned for this transaction or savepoint: names come out qualified
-- (and no temporary table can pose as a catalog), constants of dates, numbers, bytes and money alike everywhere.
-- Without parallel workers and JIT: both cost more to start than these queries take.
SELECT set_config('search_path', 'pg_catalog, pg_temp', true),
       set_config('quote_all_identifiers', 'off', true),
       set_config('standard_conforming_strings', 'on', true),
       set_config('TimeZone', 'UTC', true),
       set_config('DateStyle', 'ISO, YMD', true),
       set_config('IntervalStyle', 'postgres', true),
       set_config('extra_float_digits', '1', true),
       set_config('bytea_output', 'hex', true),
       set_config('lc_monetary', 'C', true),
       set_config('xmlbinary', 'base64', true),
       set_config('jit', 'off', true),
       set_config('max_parallel_workers_per_gather', '0', true)
