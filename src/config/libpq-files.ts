/** libpq's two files: the service file (named sets of parameters) and the password file, by libpq's own rules. */
import { readFileSync, type Stats, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { messageOf } from '../base/errors.ts';
import type { Target } from '../base/target.ts';
import { ConnectionFault, checkKeyword, type Parameters } from './parameters.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** The parameters of a service: the user's file first, then the system's. Throws when neither has it. */
export function readService(name: string, env: Env, file?: string): Parameters {
  const own = file || env.PGSERVICEFILE || join(homeOf(env), '.pg_service.conf');
  const system = env.PGSYSCONFDIR ? [join(env.PGSYSCONFDIR, 'pg_service.conf')] : SYSTEM_SERVICE_FILES;
  for (const path of [own, ...system]) {
    const text = readIfThere(path);
    const found = text === undefined ? undefined : serviceIn(text, name, path);
    if (found) return found;
  }
  throw new ConnectionFault(`service "${name}" is not defined`, `Looked in: ${[own, ...system].join(', ')}.`);
}

const SYSTEM_SERVICE_FILES = ['/etc/postgresql-common/pg_service.conf', '/etc/pg_service.conf'];

function serviceIn(text: string, name: string, path: string): Parameters | undefined {
  let here = false;
  let found: Record<string, string> | undefined;
  for (const [index, raw] of text.split(/\r?\n/).entries()) {
    const line = raw.trim();
    if (line === '' || line.startsWith('#')) continue;
    if (line.startsWith('[')) {
      if (found) return found;
      here = line === `[${name}]`;
      if (here) found = {};
      continue;
    }
    if (!here || !found) continue;
    const equals = line.indexOf('=');
    const where = `${path}:${index + 1}`;
    if (equals < 0) throw new ConnectionFault(`${where} is not key=value`);
    const key = line.slice(0, equals).trim();
    if (key === 'service' || key === 'servicefile') throw new ConnectionFault(`${where} nests a service in a service`);
    checkKeyword(key);
    // The first of two equal keys wins, as in libpq.
    found[key] ??= line.slice(equals + 1).trim();
  }
  return found;
}

export interface Password {
  readonly password: string | undefined;
  /** Why the file was passed over, for a warning. */
  readonly warning: string | undefined;
}

/** The password of .pgpass for a target: first line that fits. */
export function readPassword(target: Target, env: Env, file?: string): Password {
  const path = file || env.PGPASSFILE || defaultPassfile(env);
  const none = (warning?: string): Password => ({ password: undefined, warning });
  const stats = statIfThere(path);
  if (!stats) return none();
  if (!stats.isFile()) return none(`password file ${path} is not a plain file and was ignored`);
  if (process.platform !== 'win32' && (stats.mode & 0o077) !== 0) {
    return none(`password file ${path} can be read by others and was ignored; run: chmod 600 ${path}`);
  }
  const text = readIfThere(path);
  return { password: text === undefined ? undefined : passwordIn(text, target), warning: undefined };
}

function defaultPassfile(env: Env): string {
  if (process.platform === 'win32') return join(env.APPDATA ?? homedir(), 'postgresql', 'pgpass.conf');
  return join(homeOf(env), '.pgpass');
}

function homeOf(env: Env): string {
  return env.HOME || homedir();
}

function passwordIn(text: string, target: Target): string | undefined {
  const host = SOCKET_FOLDERS.includes(target.host) ? 'localhost' : target.host;
  const wanted = [host, String(target.port), target.database, target.user];
  for (const line of text.split(/\r?\n|\r$/)) {
    if (line.startsWith('#')) continue;
    const fields = splitFields(line);
    const password = fields[4];
    if (password === undefined || password === '') continue;
    if (wanted.every((value, index) => fields[index] === '*' || unescapeField(fields[index] ?? '') === value)) {
      return unescapeField(password);
    }
  }
  return undefined;
}

/** A connection over the default socket folder is `localhost` in .pgpass. */
const SOCKET_FOLDERS = ['/var/run/postgresql', '/run/postgresql', '/tmp'];

/** `host:port:database:user:password`, where `\:` and `\\` are the characters themselves. Five fields at most. */
function splitFields(line: string): readonly string[] {
  const fields = [''];
  for (const [token = ''] of line.matchAll(/\\.|[\s\S]/g)) {
    if (token === ':') fields.push('');
    else fields[fields.length - 1] += token;
  }
  return fields;
}

function unescapeField(field: string): string {
  return field.replace(/\\(.)/g, '$1');
}

function statIfThere(path: string): Stats | undefined {
  return statSync(path, { throwIfNoEntry: false });
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'utf8');
  } catch (thrown) {
    const { code } = thrown as NodeJS.ErrnoException;
    if (code === 'ENOENT' || code === 'ENOTDIR') return undefined;
    throw new ConnectionFault(`${path} cannot be read: ${messageOf(thrown)}`);
  }
}
