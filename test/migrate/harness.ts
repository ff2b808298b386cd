/** A project folder and a database of its own, and the commands called as the command line calls them. */

import { randomBytes } from 'node:crypto';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { ToolError } from '../../src/base/errors.ts';
import type { Outcome } from '../../src/base/finding.ts';
import { type Event, type Runtime, realRuntime } from '../../src/base/runtime.ts';
import type { Target } from '../../src/base/target.ts';
import type { Context, Options, Run } from '../../src/commands/command.ts';
import { type Config, DEFAULTS } from '../../src/config/schema.ts';
import { type Row, type Session, withSession } from '../../src/pg/pool.ts';
import { withTestDatabase } from '../support/database.ts';
import { project, write } from '../support/project.ts';

export interface Shop {
  readonly root: string;
  readonly target: Target;
  readonly events: Event[];
  /** Texts of the notes that were emitted. */
  readonly notes: () => string[];
  /** Runs a command; `up`, `plan down`, … */
  readonly call: (command: string, options?: Partial<Options>, more?: More) => Promise<Outcome>;
  /** Runs a command that must fail, and gives its error. */
  readonly fails: (command: string, options?: Partial<Options>, more?: More) => Promise<ToolError>;
  readonly write: (files: Readonly<Record<string, string>>) => void;
  readonly remove: (path: string) => void;
  readonly query: (sql: string) => Promise<Row[]>;
  readonly session: <T>(work: (session: Session) => Promise<T>) => Promise<T>;
}

export interface More {
  readonly config?: Partial<Config>;
  readonly runtime?: Partial<Runtime>;
}

/** Short waits, so that tests of waiting do not wait. */
export const QUICK = { lock: 150, lockRetries: 1, lockHeld: 300, statement: 0 } as const;

export async function withShop(
  files: Readonly<Record<string, string>>,
  work: (shop: Shop) => Promise<void>,
  config: Partial<Config> = {},
): Promise<void> {
  const name = `strata test "shop" ${randomBytes(4).toString('hex')}`;
  await withTestDatabase((target) => work(shop(files, target, config)), name);
}

export function shop(files: Readonly<Record<string, string>>, target: Target, config: Partial<Config> = {}): Shop {
  const root = project(files);
  const events: Event[] = [];
  const session: Shop['session'] = (work) => withSession(target, work);
  const call: Shop['call'] = async (command, options = {}, more = {}) => {
    const [file = '', ...args] = command.split(' ');
    const { run } = (await import(`../../src/commands/${file}.ts`)) as { run: Run };
    const runtime = realRuntime({ cwd: root, emit: (event) => events.push(event), ...more.runtime });
    const settings: Config = { ...DEFAULTS, root, file: null, environment: null, target, ...config, ...more.config };
    const context: Context = { config: settings, runtime };
    return run(context, { args, ...options });
  };
  return {
    root,
    target,
    events,
    notes: () => events.flatMap((event) => (event.kind === 'note' ? [event.text] : [])),
    call,
    fails: async (command, options, more) => {
      const thrown: unknown = await call(command, options, more).then(
        (outcome) => new Error(`did not fail: ${JSON.stringify(outcome.data)}`),
        (error: unknown) => error,
      );
      if (thrown instanceof ToolError) return thrown;
      throw thrown;
    },
    write: (more) => write(root, more),
    remove: (path) => rmSync(join(root, path)),
    query: (sql) => session((s) => s.query(sql)),
    session,
  };
}

/** `001_users` with a table of that name, up and down. */
export function tableMigration(table: string, extra = ''): string {
  return `-- Up Migration\nCREATE TABLE ${table} (id int PRIMARY KEY);\n${extra}\n-- Down Migration\nDROP TABLE ${table};\n`;
}

export function three(): Record<string, string> {
  return {
    'migrations/001_users.sql': tableMigration('users'),
    'migrations/002_subjects.sql': tableMigration('subjects'),
    'migrations/003_bookings.sql': tableMigration('bookings'),
  };
}

export async function appliedVersions(shop: Shop, table = 'schema_migrations'): Promise<string[]> {
  const rows = await shop.query(`SELECT version FROM ${table} ORDER BY applied_order`);
  return rows.map((row) => String(row.version));
}

export async function tables(shop: Shop): Promise<string[]> {
  const rows = await shop.query(
    "SELECT tablename FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE 'schema\\_migrations%' ORDER BY 1",
  );
  return rows.map((row) => String(row.tablename));
}
