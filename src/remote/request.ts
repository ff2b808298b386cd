/**
 * Requests with patience: what the endpoint or the network fails is asked again, after a pause that doubles and is shortened
 * by chance, so that many clients do not come back in step. What no repetition changes is thrown at once.
 */
import { Agent as HttpAgent, type IncomingHttpHeaders } from 'node:http';
import { Agent as HttpsAgent } from 'node:https';
import type { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { sha256 } from '../base/canonical.ts';
import { messageOf, ToolError } from '../base/errors.ts';
import { bodyOf, exchange } from './exchange.ts';
import { exhausted, isPassing, type Refusal, readRefusal, refusalFault, refusalText } from './fault.ts';
import type { Bucket, Remote, Tuning } from './model.ts';
import { EMPTY_SHA256, type Request, signRequest } from './sign.ts';
import { type Element, parseXml } from './xml.ts';

export interface Asked extends Request {
  /** Bytes to send, or a stream made anew for each attempt with its length and hash. */
  readonly body?: Uint8Array | Body;
  /** Headers that not every endpoint knows: one that answers 501 NotImplemented is asked again without them. */
  readonly wishes?: Readonly<Record<string, string>>;
  /** Refusals that the caller understands: their S3 codes, or statuses as text. */
  readonly expected?: readonly string[];
  /** Most bytes that the answer may have. Default 16 MiB: a page of 1,000 long keys is one. */
  readonly limit?: number;
  /** Name of the XML element that the answer must be. An answer that is not that, whole, is asked for again. */
  readonly root?: string;
}

export interface Body {
  readonly open: () => Readable;
  readonly size: number;
  /** In hex. */
  readonly sha256: string;
}

export interface Answer {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  /** Null: success. Else one that was expected. */
  readonly refusal: Refusal | null;
  /** Null: none was asked for. */
  readonly xml: Element | null;
}

export interface RemoteOptions {
  readonly runtime: Remote['runtime'];
  readonly tuning: Tuning;
  /** Default 250 ms. */
  readonly pause?: number;
}

/** For owners of long-lived remotes; idle connections do not keep a process alive. Everyone else uses `withRemote`. */
export function openRemote(bucket: Bucket, { tuning, runtime, pause = 250 }: RemoteOptions): Remote {
  const limits = { keepAlive: true, maxSockets: tuning.parallel + 2 };
  const agent = bucket.endpoint.startsWith('https:') ? new HttpsAgent(limits) : new HttpAgent(limits);
  return { bucket, tuning, agent, runtime, pause };
}

/** Lends the bucket; its connections are closed afterwards. */
export async function withRemote<T>(
  bucket: Bucket,
  options: RemoteOptions,
  work: (remote: Remote) => Promise<T>,
): Promise<T> {
  const remote = openRemote(bucket, options);
  try {
    return await work(remote);
  } finally {
    remote.agent.destroy();
  }
}

/**
 * Throws REMOTE_UNREACHABLE after the last attempt; REMOTE_DENIED, REMOTE_BUCKET and REMOTE_FAILED at once; and
 * REMOTE_INTERRUPTED on Ctrl-C.
 */
export async function ask(remote: Remote, asked: Asked): Promise<Answer> {
  const { bucket, tuning, runtime } = remote;
  const what = `${asked.method} ${asked.key || bucket.name}`;
  for (let attempt = 0; ; attempt += 1) {
    const tried = await attemptOnce(remote, asked);
    if (runtime.signal.aborted) throw interrupted();
    if (!(tried instanceof Error)) {
      const { refusal } = tried;
      if (refusal === null || isExpected(refusal, asked)) return tried;
      if (asked.wishes && (refusal.status === 501 || refusal.code === 'NotImplemented')) {
        const { wishes: _, ...plain } = asked;
        return await ask(remote, plain);
      }
      if (!isPassing(refusal)) throw refusalFault(bucket, refusal, what, runtime.now());
    }
    const fault = tried instanceof Error ? tried : new Error(tried.refusal ? refusalText(tried.refusal) : '');
    if (attempt >= tuning.retries) throw exhausted(bucket, fault, what, attempt + 1);
    runtime.emit({ kind: 'note', level: 'info', text: `${what}: ${messageOf(fault)}; trying again` });
    await pauseBefore(remote, attempt, tried instanceof Error ? undefined : tried.headers['retry-after']);
  }
}

export function interrupted(): ToolError {
  return new ToolError('REMOTE_INTERRUPTED', 'the transfer was interrupted', {
    detail: 'what was transferred whole is kept, and what is half there counts for nothing',
    hint: 'Run the same command again: it goes on where it was.',
  });
}

function isExpected({ status, code }: Refusal, { expected = [] }: Asked): boolean {
  return expected.includes(code) || expected.includes(String(status));
}

/** An Error: nothing usable came back. */
async function attemptOnce(remote: Remote, asked: Asked): Promise<Answer | Error> {
  const { bucket, tuning, agent, runtime } = remote;
  const { body = new Uint8Array(), limit = 16 * 1024 * 1024 } = asked;
  const streamed = !(body instanceof Uint8Array);
  const size = streamed ? body.size : body.length;
  const hash = streamed ? body.sha256 : size === 0 ? EMPTY_SHA256 : sha256(body);
  // Always with a length: an empty PUT without one would be sent in chunks.
  const sends = asked.method === 'PUT' || asked.method === 'POST';
  const headers = { ...asked.headers, ...asked.wishes, ...(sends ? { 'content-length': String(size) } : {}) };
  const signed = signRequest(bucket, { ...asked, headers }, hash, runtime.now());
  try {
    const answer = await exchange({
      ...signed,
      ...{ secure: bucket.endpoint.startsWith('https:'), method: asked.method, agent, timeout: tuning.timeout },
      body: streamed ? body.open : body,
      signal: runtime.signal,
    });
    const { statusCode: status = 0 } = answer;
    const received = await bodyOf(answer, limit);
    const whole = { status, headers: answer.headers, body: received };
    // A long POST may be answered with 200 before it is done, and fail in the body.
    const failed =
      status >= 300 || (asked.method === 'POST' && /^\s*(<\?[^>]*>\s*)?<Error>/.test(received.toString('latin1')));
    if (failed) return { ...whole, xml: null, refusal: readRefusal(status, answer.headers, received.toString()) };
    return { ...whole, xml: asked.root === undefined ? null : xmlOf(received, asked.root), refusal: null };
  } catch (thrown) {
    return thrown instanceof Error ? thrown : new Error(String(thrown));
  }
}

function xmlOf(body: Buffer, root: string): Element {
  const xml = parseXml(body.toString());
  if (xml.name !== root) throw new Error(`the answer is a <${xml.name}> instead of a <${root}>`);
  return xml;
}

const LONGEST_PAUSE = 20_000;

async function pauseBefore({ pause, runtime }: Remote, attempt: number, retryAfter: string | undefined): Promise<void> {
  const [chance = 0] = runtime.random(1);
  const doubled = Math.min(LONGEST_PAUSE, pause * 2 ** attempt) * (0.5 + chance / 512);
  const asked = Math.min(60, Number(retryAfter ?? 0) || 0) * 1000;
  await sleep(Math.max(doubled, asked), undefined, { signal: runtime.signal }).catch(() => undefined);
  if (runtime.signal.aborted) throw interrupted();
}
