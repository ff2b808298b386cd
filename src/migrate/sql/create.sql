CREATE TABLE IF NOT EXISTS {history} (
  version varchar(50) PRIMARY KEY,
  applied_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  description text NOT NULL,
  checksum varchar(64) NOT NULL,
  name text NOT NULL,
  semantic_checksum varchar(64),
  duration_ms integer NOT NULL,
  applied_by text NOT NULL DEFAULT session_user,
  tool_version text NOT NULL,
  snapshot_hash varchar(64),
  applied_order bigint GENERATED ALWAYS AS IDENTITY
);
COMMENT ON TABLE {history} IS 'Migrations that are applied. Written by strata in the transaction of each migration.';
COMMENT ON COLUMN {history}.version IS 'The number or time before the first underscore of the file name.';
COMMENT ON COLUMN {history}.applied_at IS 'When it was committed.';
COMMENT ON COLUMN {history}.description IS 'The words of the file name.';
COMMENT ON COLUMN {history}.checksum IS 'SHA-256 of the file, line ends normalised, and of the sql/ parts it refers to.';
COMMENT ON COLUMN {history}.name IS 'File name without its ending.';
COMMENT ON COLUMN {history}.semantic_checksum IS 'SHA-256 of the tokens of its statements, both directions; null when it cannot be rendered.';
COMMENT ON COLUMN {history}.duration_ms IS 'Milliseconds it took.';
COMMENT ON COLUMN {history}.applied_by IS 'The role that applied it.';
COMMENT ON COLUMN {history}.tool_version IS 'The version of strata that applied it.';
COMMENT ON COLUMN {history}.snapshot_hash IS 'Hash of the catalog after the run that ended with this migration; null for the others.';
COMMENT ON COLUMN {history}.applied_order IS 'Order of application: reverting goes backwards through it.';
CREATE TABLE IF NOT EXISTS {journal} (
  id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  run text NOT NULL,
  event varchar(20) NOT NULL,
  version varchar(50),
  direction varchar(4),
  statement integer,
  total integer,
  checksum varchar(64),
  duration_ms integer,
  detail text,
  script text,
  by text NOT NULL DEFAULT session_user,
  tool_version text NOT NULL
);
CREATE INDEX IF NOT EXISTS {journal_index} ON {journal} (version, id) WHERE statement IS NOT NULL;
COMMENT ON TABLE {journal} IS 'Everything strata ever did here: migrations, reversals, failures, repairs. Only added to, never deleted from.';
COMMENT ON COLUMN {journal}.id IS 'Order of events.';
COMMENT ON COLUMN {journal}.at IS 'When it happened.';
COMMENT ON COLUMN {journal}.run IS 'Identifies the call of strata that did it.';
COMMENT ON COLUMN {journal}.event IS 'applied, reverted, baseline, repaired, cleared, failed, begun, done, finished.';
COMMENT ON COLUMN {journal}.version IS 'The migration; null for the run as a whole.';
COMMENT ON COLUMN {journal}.direction IS 'up or down.';
COMMENT ON COLUMN {journal}.statement IS 'Number of the statement, for migrations that run outside a transaction.';
COMMENT ON COLUMN {journal}.total IS 'How many statements the migration has.';
COMMENT ON COLUMN {journal}.checksum IS 'Of the migration; of the statements so far for a statement.';
COMMENT ON COLUMN {journal}.duration_ms IS 'Milliseconds it took.';
COMMENT ON COLUMN {journal}.detail IS 'The error, or what was accepted by a repair.';
COMMENT ON COLUMN {journal}.script IS 'The statements as they were applied, a JSON array: what a repair compares an edited file with.';
COMMENT ON COLUMN {journal}.by IS 'The role that did it.';
COMMENT ON COLUMN {journal}.tool_version IS 'The version of strata that did it.';
CREATE TABLE IF NOT EXISTS {lock} (
  id smallint PRIMARY KEY DEFAULT 1 CHECK (id = 1),
  token text NOT NULL,
  holder text NOT NULL,
  application text NOT NULL,
  taken_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  expires_at timestamptz NOT NULL
);
COMMENT ON TABLE {lock} IS 'The lease of the run under way, for connections through a transaction-pooling proxy (lock.mode "lease").';
COMMENT ON COLUMN {lock}.id IS 'Always 1: there is one lease.';
COMMENT ON COLUMN {lock}.token IS 'Known to its owner only; every commit of the run checks it.';
COMMENT ON COLUMN {lock}.holder IS 'The role that holds it.';
COMMENT ON COLUMN {lock}.application IS 'The application name of its connection.';
COMMENT ON COLUMN {lock}.taken_at IS 'When it was taken.';
COMMENT ON COLUMN {lock}.expires_at IS 'When it ends unless renewed.';
