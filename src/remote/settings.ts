/** From configuration and environment to a bucket. Credentials come from the environment alone, and every fault is listed at once. */
import { ToolError } from '../base/errors.ts';
import { type Finding, finding } from '../base/finding.ts';
import type { Bucket, Credentials, Tuning } from './model.ts';

type Env = Readonly<Record<string, string | undefined>>;

/** Where an endpoint is: the part that backups and files have in common. */
export interface EndpointSettings {
  /** Empty: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, else Amazon's own of the region. */
  readonly endpoint: string;
  /** Empty: AWS_REGION, AWS_DEFAULT_REGION, else us-east-1. */
  readonly region: string;
  readonly pathStyle: boolean;
}

export interface TuningSettings {
  readonly timeout: number;
  readonly retries: number;
  readonly parallel: number;
  /** MiB. */
  readonly partSize: number;
}

/** Two sets, never mixed: the first one of which anything is set. */
const SETS = [
  ['STRATA_S3_ACCESS_KEY_ID', 'STRATA_S3_SECRET_ACCESS_KEY', 'STRATA_S3_SESSION_TOKEN'],
  ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY', 'AWS_SESSION_TOKEN'],
] as const;

/**
 * The bucket `name` at that endpoint. `path` is the key of the settings, for messages: `backup.remote`. Throws
 * CONFIG_INVALID with a Finding for each thing that is missing.
 */
export function bucketOf(settings: EndpointSettings, name: string, env: Env, path: string): Bucket {
  const findings: Finding[] = [];
  if (name === '') {
    findings.push(
      missing(
        `${path}.bucket`,
        `${path}.bucket is not set`,
        `Set it in the configuration, or ${variable(path)}_BUCKET.`,
      ),
    );
  }
  const credentials = credentialsOf(env, findings);
  const region = settings.region || env.AWS_REGION || env.AWS_DEFAULT_REGION || 'us-east-1';
  const endpoint =
    settings.endpoint || env.AWS_ENDPOINT_URL_S3 || env.AWS_ENDPOINT_URL || `https://s3.${region}.amazonaws.com`;
  if (!isEndpoint(endpoint)) {
    findings.push(
      finding({
        code: 'config/invalid-value',
        level: 'error',
        subject: `${path}.endpoint`,
        message: 'the endpoint is not an http or https URL of a host alone',
        hint: 'Write https://host or https://host:port: the bucket and the prefix have keys of their own.',
      }),
    );
  }
  if (!settings.pathStyle && isEndpoint(endpoint) && !URL.canParse(endpoint.replace('://', `://${name || 'b'}.`))) {
    findings.push(
      finding({
        code: 'config/invalid-value',
        level: 'error',
        subject: `${path}.pathStyle`,
        message: 'the endpoint is an address, and a bucket cannot stand before it',
        hint: `Set ${path}.pathStyle to true.`,
      }),
    );
  }
  if (findings.length > 0) {
    const faults = findings.length === 1 ? 'a fault' : `${findings.length} faults`;
    throw new ToolError('CONFIG_INVALID', `the configuration of the object storage has ${faults}`, { findings });
  }
  return { endpoint: new URL(endpoint).origin, name, region, pathStyle: settings.pathStyle, credentials };
}

/** Sizes in bytes. */
export function tuningOf({ timeout, retries, parallel, partSize }: TuningSettings): Tuning {
  return { timeout, retries, parallel, partSize: partSize * 1024 * 1024 };
}

function credentialsOf(env: Env, findings: Finding[]): Credentials {
  const names = SETS.find((set) => set.some((name) => env[name])) ?? SETS[1];
  const [accessKeyId = '', secretAccessKey = '', sessionToken] = names.map((name) => env[name]?.trim());
  for (const [index, value] of [accessKeyId, secretAccessKey].entries()) {
    const name = names[index] ?? '';
    if (value === '') {
      findings.push(
        missing(name, `${name} is not set`, 'Credentials are read from the environment and from nowhere else.'),
      );
    }
  }
  return { accessKeyId, secretAccessKey, ...(sessionToken ? { sessionToken } : {}) };
}

function isEndpoint(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  const bare =
    url.pathname === '/' && url.search === '' && url.hash === '' && url.username === '' && url.password === '';
  return bare && (url.protocol === 'http:' || url.protocol === 'https:');
}

function missing(subject: string, message: string, hint: string): Finding {
  return finding({ code: 'config/missing-key', level: 'error', subject, message, hint });
}

/** `backup.remote` to `STRATA_BACKUP_REMOTE`. */
function variable(path: string): string {
  return `STRATA_${path.replaceAll('.', '_').toUpperCase()}`;
}
