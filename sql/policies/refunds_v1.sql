-- Seen with the payment; written by procedures.
ALTER TABLE refunds OWNER TO app_owner;
ALTER TABLE refunds ENABLE ROW LEVEL SECURITY, FORCE ROW LEVEL SECURITY;
GRANT SELECT ON refunds TO app_user, app_readonly;

DROP POLICY IF EXISTS refunds_owner ON refunds;
CREATE POLICY refunds_owner ON refunds TO app_owner USING (true) WITH CHECK (true);

DROP POLICY IF EXISTS refunds_select ON refunds;
CREATE POLICY refunds_select ON refunds FOR SELECT TO app_user, app_readonly
  USING (EXISTS (SELECT FROM payments p WHERE p.id = refunds.payment_id));
