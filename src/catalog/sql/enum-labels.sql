SELECT enumtypid AS type, enumlabel AS label
FROM pg_enum
ORDER BY enumtypid, enumsortorder
