/** Which database: the URL given, else libpq's variables, else a named environment, else none (the embedded server). */
import { closest } from '../base/closest.ts';
import type { Target } from '../base/target.ts';
import { parseConnectionString } from './connection-string.ts';
import { readPassword, readService } from './libpq-files.ts';
import { ConnectionFault, type Parameters, toTarget } from './parameters.ts';
import type { Environment } from './schema.ts';

type Env = Readonly<Record<string, string | undefined>>;

export interface Choice {
  readonly databaseUrl: string | undefined;
  /** Name given with `--env`. */
  readonly environment: string | undefined;
  readonly environments: Readonly<Record<string, Environment>>;
  readonly env: Env;
}

export interface Chosen {
  readonly target: Target | null;
  readonly warnings: readonly string[];
}

/** Throws a ConnectionFault that says where the fault stands: the flag, the variable, the environment. */
export function chooseTarget(choice: Choice): Chosen {
  const { databaseUrl, environment, env } = choice;
  const named = environment === undefined ? undefined : environmentUrl(environment, choice);
  if (databaseUrl !== undefined) return fromString('--database-url', databaseUrl, env);
  const hidden = named === undefined ? [] : [environment ?? ''];
  if (env.DATABASE_URL) return warnHidden(fromString('DATABASE_URL', env.DATABASE_URL, env), 'DATABASE_URL', hidden);
  const variable = CHOOSING.find((name) => env[name]);
  if (variable)
    return warnHidden(
      inPlace(variable, () => complete({}, env)),
      variable,
      hidden,
    );
  if (named !== undefined) return fromString(`environments.${environment}.url`, expand(named, env), env);
  return { target: null, warnings: [] };
}

/** Any of these says that a server of libpq's is meant. PGUSER or PGPASSWORD alone only complete another source. */
const CHOOSING = ['PGHOST', 'PGHOSTADDR', 'PGSERVICE', 'PGPORT', 'PGDATABASE'] as const;

const VARIABLES: Readonly<Record<string, string>> = {
  host: 'PGHOST',
  hostaddr: 'PGHOSTADDR',
  port: 'PGPORT',
  user: 'PGUSER',
  password: 'PGPASSWORD',
  passfile: 'PGPASSFILE',
  dbname: 'PGDATABASE',
  sslmode: 'PGSSLMODE',
  sslrootcert: 'PGSSLROOTCERT',
  sslcert: 'PGSSLCERT',
  sslkey: 'PGSSLKEY',
  options: 'PGOPTIONS',
  application_name: 'PGAPPNAME',
  connect_timeout: 'PGCONNECT_TIMEOUT',
};

function environmentUrl(name: string, { environments }: Choice): string {
  const found = Object.hasOwn(environments, name) ? environments[name] : undefined;
  if (found) return found.url;
  const names = Object.keys(environments);
  const near = closest(name, names);
  const known = names.length > 0 ? `Known environments: ${names.join(', ')}.` : 'The configuration has none.';
  throw new ConnectionFault(`there is no environment "${name}"`, near ? `Did you mean --env ${near}?` : known);
}

function fromString(source: string, text: string, env: Env): Chosen {
  return inPlace(source, () => complete(parseConnectionString(text), env));
}

function inPlace(source: string, work: () => Chosen): Chosen {
  try {
    return work();
  } catch (thrown) {
    if (!(thrown instanceof ConnectionFault)) throw thrown;
    throw new ConnectionFault(`${source}: ${thrown.message}`, thrown.hint);
  }
}

/** libpq's order: the string itself, then the service, then the variables, then defaults; the password file last. */
function complete(given: Parameters, env: Env): Chosen {
  const service = given.service || env.PGSERVICE;
  const all: Record<string, string> = {
    ...variables(env),
    ...(service ? readService(service, env, given.servicefile) : {}),
    ...given,
  };
  // A host of the string must not be overruled by an address of the environment, which is another server's.
  if (given.host && !given.hostaddr) delete all.hostaddr;
  const warnings: string[] = [];
  const target = toTarget(all, (wanted) => {
    const { password, warning } = readPassword(wanted, env, all.passfile);
    if (warning) warnings.push(warning);
    return password;
  });
  return { target, warnings };
}

function variables(env: Env): Parameters {
  const out: Record<string, string> = {};
  for (const [keyword, variable] of Object.entries(VARIABLES)) {
    const value = env[variable];
    if (value) out[keyword] = value;
  }
  return out;
}

function warnHidden(chosen: Chosen, by: string, hidden: readonly string[]): Chosen {
  const more = hidden.map((name) => `${by} is set, so --env ${name} does not choose the database`);
  return { ...chosen, warnings: [...chosen.warnings, ...more] };
}

function expand(url: string, env: Env): string {
  return url.replace(/\$\{([A-Za-z_][A-Za-z0-9_]*)\}/g, (_, name: string) => {
    const value = env[name];
    if (value) return value;
    throw new ConnectionFault(`the environment's URL needs the variable ${name}, which is not set`, `Set ${name}.`);
  });
}
