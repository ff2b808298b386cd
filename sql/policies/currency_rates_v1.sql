-- Reference: everyone reads, administrators write.
ALTER TABLE currency_rates OWNER TO app_owner;
ALTER TABLE currency_rates ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT ON currency_rates TO app_user, app_readonly;
GRANT INSERT, UPDATE, DELETE ON currency_rates TO app_user;

DROP POLICY IF EXISTS currency_rates_owner ON currency_rates;
CREATE POLICY currency_rates_owner ON currency_rates TO app_owner USING (true) WITH CHECK (true);

DROP POLICY IF EXISTS currency_rates_select ON currency_rates;
CREATE POLICY currency_rates_select ON currency_rates FOR SELECT TO app_user, app_readonly
  USING (true);

DROP POLICY IF EXISTS currency_rates_insert ON currency_rates;
CREATE POLICY currency_rates_insert ON currency_rates FOR INSERT TO app_user
  WITH CHECK ((SELECT is_admin()));

DROP POLICY IF EXISTS currency_rates_update ON currency_rates;
CREATE POLICY currency_rates_update ON currency_rates FOR UPDATE TO app_user
  USING ((SELECT is_admin()))
  WITH CHECK ((SELECT is_admin()));

DROP POLICY IF EXISTS currency_rates_delete ON currency_rates;
CREATE POLICY currency_rates_delete ON currency_rates FOR DELETE TO app_user
  USING ((SELECT is_admin()));
