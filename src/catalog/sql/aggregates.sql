-- The options of CREATE AGGREGATE in its own order; pg_get_functiondef() refuses aggregates.
SELECT a.aggfnoid::oid AS routine, array_remove(ARRAY[
  format('SFUNC = %s', a.aggtransfn),
  format('STYPE = %s', format_type(a.aggtranstype, NULL)),
  CASE WHEN a.aggtransspace <> 0 THEN format('SSPACE = %s', a.aggtransspace) END,
  CASE WHEN a.aggfinalfn <> 0 THEN format('FINALFUNC = %s', a.aggfinalfn) END,
  CASE WHEN a.aggfinalextra THEN 'FINALFUNC_EXTRA' END,
  CASE WHEN a.aggfinalfn <> 0 THEN format('FINALFUNC_MODIFY = %s',
    CASE a.aggfinalmodify WHEN 'r' THEN 'READ_ONLY' WHEN 's' THEN 'SHAREABLE' ELSE 'READ_WRITE' END) END,
  CASE WHEN a.aggcombinefn <> 0 THEN format('COMBINEFUNC = %s', a.aggcombinefn) END,
  CASE WHEN a.aggserialfn <> 0 THEN format('SERIALFUNC = %s', a.aggserialfn) END,
  CASE WHEN a.aggdeserialfn <> 0 THEN format('DESERIALFUNC = %s', a.aggdeserialfn) END,
  format('INITCOND = %L', a.agginitval),
  CASE WHEN a.aggmtransfn <> 0 THEN format('MSFUNC = %s', a.aggmtransfn) END,
  CASE WHEN a.aggminvtransfn <> 0 THEN format('MINVFUNC = %s', a.aggminvtransfn) END,
  CASE WHEN a.aggmtranstype <> 0 THEN format('MSTYPE = %s', format_type(a.aggmtranstype, NULL)) END,
  CASE WHEN a.aggmtransspace <> 0 THEN format('MSSPACE = %s', a.aggmtransspace) END,
  CASE WHEN a.aggmfinalfn <> 0 THEN format('MFINALFUNC = %s', a.aggmfinalfn) END,
  CASE WHEN a.aggmfinalextra THEN 'MFINALFUNC_EXTRA' END,
  CASE WHEN a.aggmfinalfn <> 0 THEN format('MFINALFUNC_MODIFY = %s',
    CASE a.aggmfinalmodify WHEN 'r' THEN 'READ_ONLY' WHEN 's' THEN 'SHAREABLE' ELSE 'READ_WRITE' END) END,
  CASE WHEN a.aggmtransfn <> 0 THEN format('MINITCOND = %L', a.aggminitval) END,
  CASE WHEN a.aggsortop <> 0 THEN format('SORTOP = OPERATOR(%s)',
    (SELECT format('%I.%s', n.nspname, o.oprname) FROM pg_operator o JOIN pg_namespace n ON n.oid = o.oprnamespace
     WHERE o.oid = a.aggsortop)) END,
  CASE a.aggkind WHEN 'h' THEN 'HYPOTHETICAL' END,
  format('PARALLEL = %s', CASE p.proparallel WHEN 's' THEN 'SAFE' WHEN 'r' THEN 'RESTRICTED' ELSE 'UNSAFE' END)
], NULL) AS options
FROM pg_aggregate a
JOIN pg_proc p ON p.oid = a.aggfnoid
WHERE p.pronamespace = ANY (current_setting('strata.schemas')::oid[])
