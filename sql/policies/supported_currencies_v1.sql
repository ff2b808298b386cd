-- Reference: everyone reads, administrators write.
ALTER TABLE supported_currencies OWNER TO app_owner;
ALTER TABLE supported_currencies ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT ON supported_currencies TO app_user, app_readonly;
GRANT INSERT, UPDATE, DELETE ON supported_currencies TO app_user;

DROP POLICY IF EXISTS supported_currencies_owner ON supported_currencies;
CREATE POLICY supported_currencies_owner ON supported_currencies TO app_owner USING (true) WITH CHECK (true);

DROP POLICY IF EXISTS supported_currencies_select ON supported_currencies;
CREATE POLICY supported_currencies_select ON supported_currencies FOR SELECT TO app_user, app_readonly
  USING (true);

DROP POLICY IF EXISTS supported_currencies_insert ON supported_currencies;
CREATE POLICY supported_currencies_insert ON supported_currencies FOR INSERT TO app_user
  WITH CHECK ((SELECT is_admin()));

DROP POLICY IF EXISTS supported_currencies_update ON supported_currencies;
CREATE POLICY supported_currencies_update ON supported_currencies FOR UPDATE TO app_user
  USING ((SELECT is_admin()))
  WITH CHECK ((SELECT is_admin()));

DROP POLICY IF EXISTS supported_currencies_delete ON supported_currencies;
CREATE POLICY supported_currencies_delete ON supported_currencies FOR DELETE TO app_user
  USING ((SELECT is_admin()));
