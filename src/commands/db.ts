/**
 * `strata db start|stop|url|psql|reset`. Start and stop are about the embedded server alone; url, psql and reset work on
 * whatever database the other commands would use.
 */
import { ToolError } from '../base/errors.ts';
import { type Block, outcome } from '../base/finding.ts';
import { describeTarget, type Target, targetUrl } from '../base/target.ts';
import { recreateDatabase } from '../pg/databases.ts';
import { majorOf, withSession } from '../pg/pool.ts';
import { findProgram, runInteractive } from '../pg/programs.ts';
import { startEmbedded, stopEmbedded } from '../server/embedded.ts';
import type { Context, Run } from './command.ts';
import { needConfirmation } from './confirm.ts';
import { embeddedOptions, resolveTarget, withDatabase } from './database.ts';

/** Starts the embedded server, or finds it running. */
export const start: Run = async (context) => {
  onlyEmbedded(context, 'start');
  const { target, dataDir, pid, started } = await startEmbedded(embeddedOptions(context));
  const how = started ? 'started' : 'already runs';
  const { host, port } = target;
  return outcome({ started, host, port, database: target.database, user: target.user, dataDir, pid }, [
    good(`PostgreSQL ${how} at ${describeTarget(target)}`),
    { kind: 'text', text: `data in ${dataDir}; connection URL: strata db url`, tone: 'quiet' },
  ]);
};

/** Stops the embedded server; its data stay. */
export const stop: Run = async (context) => {
  onlyEmbedded(context, 'stop');
  const stopped = await stopEmbedded(embeddedOptions(context));
  return outcome({ stopped }, [good(stopped ? 'PostgreSQL stopped' : 'PostgreSQL was not running')]);
};

/** The connection URL, with its password, for `$(strata db url)`. Starts the embedded server when that is the one. */
export const url: Run = async (context) => {
  const text = targetUrl(await resolveTarget(context));
  return outcome({ url: text }, [{ kind: 'verbatim', text: `${text}\n` }]);
};

/** psql on the user's terminal. Words after `--` go to psql. Its exit status 0 is ok, any other is not. */
export const psql: Run = async (context, options) => {
  const target = await resolveTarget(context);
  const major = await withSession(target, async (session) => majorOf(session));
  const program = await findProgram('psql', major, context.runtime.env);
  const status = await runInteractive(program, options.args, target, context.runtime.env);
  return { ok: status === 0, findings: [], data: { status }, view: [] };
};

/**
 * Drops the database with everything in it and makes it anew, empty. On the embedded server that needs no second key
 * unless the database is marked; anywhere else its name must be typed (`--confirm NAME`).
 */
export const reset: Run = async (context, options) => {
  const target = await withDatabase(context, async (session) => {
    await needConfirmation(context, options, session, 'db reset');
    return session.target;
  });
  if (context.config.target !== null && options.confirm !== target.database) throw confirmNeeded(target);
  await recreateDatabase(target);
  return outcome({ database: target.database }, [good(`database ${target.database} is empty now`)]);
};

function confirmNeeded(target: Target): ToolError {
  return new ToolError('CONFIRM_NEEDED', `db reset destroys all data of database "${target.database}"`, {
    detail: `it is not the embedded database: ${describeTarget(target)}`,
    hint: `If that is what you want: strata db reset --confirm ${target.database}`,
  });
}

function onlyEmbedded({ config }: Context, deed: string): void {
  if (config.target === null) return;
  throw new ToolError('USAGE', `db ${deed} is about the embedded server, but a database is configured`, {
    detail: `configured: ${describeTarget(config.target)}`,
    hint: 'Leave out --database-url, --env, DATABASE_URL and PG… variables to work on the embedded server.',
  });
}

function good(text: string): Block {
  return { kind: 'text', text, tone: 'good' };
}
