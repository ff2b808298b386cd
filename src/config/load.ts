/**
 * File, `STRATA_…` variables and flags become one frozen Config; connections are connection.ts. Faults of all of them
 * are listed at once: nobody mends a configuration one run at a time.
 */
import { resolve } from 'node:path';
import { ToolError } from '../base/errors.ts';
import { type Finding, finding, type Place } from '../base/finding.ts';
import { maskSecrets } from '../base/mask.ts';
import type { Fault } from '../base/validate.ts';
import { chooseTarget } from './connection.ts';
import { parseConnectionString } from './connection-string.ts';
import { type ConfigFile, readConfigFile } from './file.ts';
import { ConnectionFault } from './parameters.ts';
import { type Config, DEFAULTS, type Settings } from './schema.ts';
import { readVariables } from './variables.ts';

export interface LoadOptions {
  /** The project folder. */
  readonly root: string;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** Path given with `--config`; default: STRATA_CONFIG, else the known names are looked for. */
  readonly file?: string | undefined;
  /** Name given with `--env`; default: STRATA_ENV. */
  readonly environment?: string | undefined;
  /** Given with `--database-url`. */
  readonly databaseUrl?: string | undefined;
  /** Values of flags by dotted key: `lock.wait`. */
  readonly overrides?: Readonly<Record<string, unknown>>;
}

export interface Loaded {
  readonly config: Config;
  /** For the reader, one line each: a password file passed over, a variable that hides another. */
  readonly warnings: readonly string[];
}

/** Throws CONFIG_UNREADABLE, or CONFIG_INVALID with every fault as a Finding. */
export async function loadConfig(options: LoadOptions): Promise<Loaded> {
  const { env, overrides = {} } = options;
  const root = resolve(options.root);
  const file = await readConfigFile(root, options.file ?? (env.STRATA_CONFIG || undefined));
  const variables = readVariables(env);
  const findings = [...(await fileFaults(root, file)), ...variables.findings];
  const layers = [nested(variables.values), nested(overrides)];
  if (layers.some((layer) => Object.keys(layer).length > 0)) findings.push(...(await layerFaults(layers)));
  const settings = [file?.value ?? {}, ...layers].reduce<unknown>(merge, DEFAULTS) as Settings;
  const environment = options.environment ?? (env.STRATA_ENV || undefined);
  const { environments } = findings.length > 0 ? DEFAULTS : settings;
  const choice = { databaseUrl: options.databaseUrl, environment, environments, env };
  try {
    // With faults in the file its environments cannot be trusted; a URL given elsewhere is still checked.
    const chosen = findings.length > 0 && environment ? { target: null, warnings: [] } : chooseTarget(choice);
    if (findings.length > 0) throw invalid(findings);
    const { $schema: _, ...known } = settings as Settings & { readonly $schema?: string };
    const around = { root, file: file?.path ?? null, environment: environment ?? null, target: chosen.target };
    return { config: deepFreeze({ ...known, ...around }), warnings: chosen.warnings };
  } catch (thrown) {
    if (!(thrown instanceof ConnectionFault)) throw thrown;
    throw invalid([...findings, connectionFinding(thrown)]);
  }
}

async function fileFaults(root: string, file: ConfigFile | null): Promise<Finding[]> {
  if (!file) return [];
  const { checkSettings } = await import('./check.ts');
  const name = file.path.startsWith(`${root}/`) ? file.path.slice(root.length + 1) : file.path;
  const faults = [...(await checkSettings(file.value)), ...urlFaults(file.value)];
  return faults.map((fault) => {
    const place: Place | undefined = file.place(fault.pointer);
    return faultFinding(fault, `${name}#${fault.pointer || '/'}`, place);
  });
}

/** Of the environments that are not chosen this time, too. What a variable completes can only be judged with it. */
function urlFaults(value: unknown): readonly Fault[] {
  const { environments } = (value ?? {}) as { readonly environments?: unknown };
  if (typeof environments !== 'object' || environments === null) return [];
  return Object.entries(environments).flatMap(([name, environment]): readonly Fault[] => {
    const url: unknown = (environment as { readonly url?: unknown } | null)?.url;
    if (typeof url !== 'string' || url === '' || url.includes('${')) return [];
    try {
      parseConnectionString(url);
      return [];
    } catch (thrown) {
      if (!(thrown instanceof ConnectionFault)) throw thrown;
      const pointer = `/environments/${name.replaceAll('~', '~0').replaceAll('/', '~1')}/url`;
      return [
        {
          pointer,
          keyword: 'connection',
          message: maskSecrets(thrown.message),
          ...(thrown.hint ? { hint: thrown.hint } : {}),
        },
      ];
    }
  });
}

async function layerFaults(layers: readonly Tree[]): Promise<readonly Finding[]> {
  const { checkSettings } = await import('./check.ts');
  const lists = await Promise.all(layers.map((layer) => checkSettings(layer)));
  const origins = ['environment', 'flags'];
  return lists.flatMap((faults, index) =>
    faults.map((fault) => faultFinding(fault, `${origins[index]}#${fault.pointer || '/'}`, undefined)),
  );
}

const FOLDERS = ['/migrations', '/sql', '/seeds', '/generated'];
const BELOW = 'Give a path below the project folder: it is the same for everybody who has the repository.';

function faultFinding(fault: Fault, subject: string, place: Place | undefined): Finding {
  const absolute = fault.keyword === 'pattern' && FOLDERS.includes(fault.pointer);
  const hint = absolute ? BELOW : fault.hint;
  return finding({
    code: FAULT_CODES[fault.keyword] ?? 'config/invalid-value',
    level: 'error',
    subject,
    message: absolute ? 'is an absolute path' : fault.message,
    ...(hint ? { hint } : {}),
    ...(place ? { place } : {}),
  });
}

const FAULT_CODES: Readonly<Record<string, string>> = {
  additionalProperties: 'config/unknown-key',
  connection: 'config/connection',
  enum: 'config/unknown-choice',
  required: 'config/missing-key',
  type: 'config/wrong-type',
};

function connectionFinding(fault: ConnectionFault): Finding {
  const message = maskSecrets(fault.message);
  const hint = fault.hint ? { hint: fault.hint } : {};
  return finding({ code: 'config/connection', level: 'error', subject: 'connection', message, ...hint });
}

function invalid(findings: readonly Finding[]): ToolError {
  const [only] = findings;
  if (only && findings.length === 1) {
    return new ToolError('CONFIG_INVALID', 'the configuration has a fault', { findings });
  }
  return new ToolError('CONFIG_INVALID', `the configuration has ${findings.length} faults`, { findings });
}

interface Tree {
  [key: string]: unknown;
}

/** `{ 'lock.wait': 1 }` as `{ lock: { wait: 1 } }`. */
function nested(flat: Readonly<Record<string, unknown>>): Tree {
  const out: Tree = {};
  for (const [path, value] of Object.entries(flat)) {
    const keys = path.split('.');
    const last = keys.pop() ?? path;
    let here = out;
    for (const key of keys) {
      here[key] ??= {};
      here = here[key] as Tree;
    }
    here[last] = value;
  }
  return out;
}

/** Objects by key, everything else is replaced. */
function merge(below: unknown, above: unknown): unknown {
  if (!isTree(below) || !isTree(above)) return above;
  const out: Tree = { ...below };
  for (const [key, value] of Object.entries(above)) {
    out[key] = Object.hasOwn(below, key) ? merge(below[key], value) : value;
  }
  return out;
}

function isTree(value: unknown): value is Tree {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    Object.values(value).forEach(deepFreeze);
  }
  return value;
}
