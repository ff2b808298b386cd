-- Rows of the audit log that were changed or lost their predecessor: a drill fails by each. The function answers administrators and jobs only.
SET LOCAL ROLE app_system;
SELECT id, fault FROM public.verify_audit_chain()
