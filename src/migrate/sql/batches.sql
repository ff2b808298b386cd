CREATE TABLE IF NOT EXISTS {batches} (
  version varchar(50) NOT NULL,
  direction varchar(4) NOT NULL,
  statement integer NOT NULL,
  checksum varchar(64) NOT NULL,
  last_key text[],
  seen bigint NOT NULL,
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  updated_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  finished_at timestamptz,
  PRIMARY KEY (version, direction, statement)
);
COMMENT ON TABLE {batches} IS 'How far statements that run in batches have come: a row each, kept when they are done.';
COMMENT ON COLUMN {batches}.version IS 'The migration.';
COMMENT ON COLUMN {batches}.direction IS 'up or down.';
COMMENT ON COLUMN {batches}.statement IS 'Number of the statement.';
COMMENT ON COLUMN {batches}.checksum IS 'SHA-256 of the statement: a changed one begins anew.';
COMMENT ON COLUMN {batches}.last_key IS 'Key of the last row of the last batch, as text; null when the end was reached.';
COMMENT ON COLUMN {batches}.seen IS 'Rows gone through.';
COMMENT ON COLUMN {batches}.started_at IS 'When its first batch was committed.';
COMMENT ON COLUMN {batches}.updated_at IS 'When its last batch was committed.';
COMMENT ON COLUMN {batches}.finished_at IS 'When it came to its end; null before.';
