/**
 * A double of S3 that checks what a real endpoint checks and breaks when it is told to: signatures, hashes of bodies,
 * conditions, ranges, parts, pages of lists. In memory, on a port of its own.
 */
import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type Bucket, emptyBucket, type Stored } from './bucket.ts';
import { answerRequest, type Reply, refusal } from './operations.ts';
import { checkSignature, type Identity, parseQuery } from './signature.ts';

export interface Seen {
  readonly method: string;
  /** Empty for the bucket itself. */
  readonly key: string;
  readonly query: ReadonlyMap<string, string>;
  readonly headers: IncomingMessage['headers'];
  /** How often this method came to this key before. */
  readonly times: number;
}

/** What goes wrong with a request. */
export type Fault =
  | {
      readonly kind: 'status';
      readonly status: number;
      readonly code: string;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** The connection is cut when so many bytes of the request's body have come. */
  | { readonly kind: 'cut-request'; readonly after: number }
  /** The answer is sent up to there, and the connection cut: the work is done all the same. */
  | { readonly kind: 'cut-answer'; readonly after: number }
  /** The answer ends there as if it were whole. */
  | { readonly kind: 'shorten'; readonly to: number }
  /** A bit of the answer's body is flipped on its way. */
  | { readonly kind: 'flip' }
  /** The body is stored with a flipped bit, and nobody tells. */
  | { readonly kind: 'store-flipped' }
  /** Nothing is ever answered. */
  | { readonly kind: 'hang' };

export interface DoubleOptions {
  readonly region?: string;
  readonly identities?: readonly Identity[];
  /** False: x-amz-checksum-… is ignored and never told. Default true. */
  readonly checksums?: boolean;
  /** `ignored`: writes all the same; `refused`: 501. Default `honoured`. */
  readonly conditions?: 'honoured' | 'ignored' | 'refused';
  /** Most entries of a page. Default 1000. */
  readonly pageSize?: number;
  /** Smallest part but the last, in bytes. Default 5 MiB. */
  readonly smallestPart?: number;
  readonly now?: () => Date;
}

export const IDENTITY: Identity = {
  accessKeyId: 'AKIDEXAMPLE',
  secretAccessKey: 'wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY',
};

export interface Double {
  readonly url: string;
  readonly options: Required<DoubleOptions>;
  readonly buckets: Map<string, Bucket>;
  /** Of bucket `backups`, which is there from the start. */
  readonly objects: Map<string, Stored>;
  readonly seen: Seen[];
  /** Decides about each request before it is looked at. */
  fault: (seen: Seen) => Fault | undefined;
  /** What lists show instead of what is there; null: what is there. */
  staleList: readonly Stored[] | null;
  readonly close: () => Promise<void>;
}

export async function startDouble(options: DoubleOptions = {}): Promise<Double> {
  const backups = emptyBucket();
  const server = createServer();
  await new Promise<void>((ready) => server.listen(0, '127.0.0.1', ready));
  const double: Double = {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    options: {
      ...{ region: 'us-east-1', identities: [IDENTITY], checksums: true, conditions: 'honoured', pageSize: 1000 },
      ...{ smallestPart: 5 * 1024 * 1024, now: () => new Date(), ...options },
    },
    buckets: new Map([['backups', backups]]),
    objects: backups.objects,
    seen: [],
    fault: () => undefined,
    staleList: null,
    close: () => closeServer(server),
  };
  server.on('request', (request, response) => {
    serve(double, request, response).catch((thrown: unknown) => {
      if (!response.destroyed && !response.headersSent) response.writeHead(500).end(String(thrown));
    });
  });
  return double;
}

function closeServer(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((closed) => server.close(() => closed()));
}

async function serve(double: Double, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const { method = '', url = '', headers } = request;
  const [, bucket = '', key = ''] = /^\/([^/?]*)\/?([^?]*)/.exec(url) ?? [];
  const name = decodeURIComponent(key);
  const times = double.seen.filter((one) => one.method === method && one.key === name).length;
  const seen: Seen = { method, key: name, query: new Map(parseQuery(url)), headers, times };
  const fault = double.fault(seen);
  double.seen.push(seen);
  const body = await readBody(request, fault);
  if (body === null || fault?.kind === 'hang') return;
  const reply = replyTo(double, { bucket, seen, body, url }, fault);
  await send(request, response, reply, fault);
}

interface Work {
  readonly bucket: string;
  readonly seen: Seen;
  readonly body: Buffer;
  readonly url: string;
}

function replyTo(double: Double, work: Work, fault: Fault | undefined): Reply {
  const { seen, body, url } = work;
  const { identities, region, now } = double.options;
  if (fault?.kind === 'status') return refusal(fault.status, fault.code, fault.headers);
  const wrong = checkSignature({ method: seen.method, url, headers: seen.headers }, identities, region, now());
  if (wrong) {
    const where = wrong.code === 'AuthorizationHeaderMalformed' ? { 'x-amz-bucket-region': region } : {};
    return refusal(wrong.status, wrong.code, where);
  }
  const claimed = seen.headers['x-amz-content-sha256'];
  if (claimed !== undefined && claimed !== createHash('sha256').update(body).digest('hex')) {
    return refusal(400, 'XAmzContentSHA256Mismatch');
  }
  const checksum = seen.headers['x-amz-checksum-sha256'];
  if (
    double.options.checksums &&
    checksum !== undefined &&
    checksum !== createHash('sha256').update(body).digest('base64')
  ) {
    return refusal(400, 'BadDigest');
  }
  const bucket = double.buckets.get(work.bucket);
  if (!bucket) return refusal(404, 'NoSuchBucket');
  const stored = fault?.kind === 'store-flipped' ? flipped(body) : body;
  return answerRequest(double, bucket, { ...work, body: stored });
}

/** Null: the connection was cut before all had come. */
async function readBody(request: IncomingMessage, fault: Fault | undefined): Promise<Buffer | null> {
  const { socket } = request;
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of request as AsyncIterable<Buffer>) {
      chunks.push(chunk);
      size += chunk.length;
      if (fault?.kind === 'cut-request' && size >= fault.after) break;
    }
  } catch {
    return null;
  }
  if (fault?.kind === 'cut-request' || !request.complete) {
    socket.destroy();
    return null;
  }
  return Buffer.concat(chunks);
}

async function send(
  request: IncomingMessage,
  response: ServerResponse,
  { status, headers, body }: Reply,
  fault: Fault | undefined,
): Promise<void> {
  const data = fault?.kind === 'flip' ? flipped(body) : fault?.kind === 'shorten' ? body.subarray(0, fault.to) : body;
  response.writeHead(status, { date: new Date().toUTCString(), 'content-length': String(data.length), ...headers });
  if (request.method === 'HEAD') return void response.end();
  if (fault?.kind !== 'cut-answer') return void response.end(data);
  await new Promise<void>((sent) => response.write(data.subarray(0, fault.after), () => sent()));
  request.socket.destroy();
}

function flipped(data: Buffer): Buffer {
  const copy = Buffer.from(data);
  const at = Math.floor(copy.length / 2);
  copy[at] = (copy[at] ?? 0) ^ 1;
  return copy;
}
