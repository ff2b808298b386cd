/**
 * One HTTP request and its answer, over node:http: `fetch` would send a stream of known length in chunks, which S3 does not
 * take, and would resolve dots inside keys. A connection on which nothing moves for `timeout` milliseconds is cut.
 */
import { type Agent, type IncomingMessage, request as overHttp } from 'node:http';
import { request as overHttps } from 'node:https';
import type { Readable } from 'node:stream';
import { pipeline } from 'node:stream';

export interface Exchange {
  readonly secure: boolean;
  /** With its port, where that is not the usual one. */
  readonly host: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  /** Bytes, or a stream that is made anew for each attempt. */
  readonly body: Uint8Array | (() => Readable) | null;
  readonly agent: Agent;
  readonly timeout: number;
  readonly signal: AbortSignal;
}

/** The answer as soon as its head is there, even while the body is still being sent. Rejects when the connection breaks. */
export function exchange(options: Exchange): Promise<IncomingMessage> {
  const { secure, host, method, path, headers, body, agent, timeout, signal } = options;
  const { hostname, port } = new URL(`${secure ? 'https' : 'http'}://${host}`);
  return new Promise((resolve, reject) => {
    const address = { hostname: hostname.replace(/^\[|\]$/g, ''), port: port || (secure ? 443 : 80) };
    const sent = (secure ? overHttps : overHttp)({ ...address, method, path, headers, agent, timeout, signal });
    sent.on('timeout', () => sent.destroy(new Error(`nothing came or went for ${timeout / 1000} s`)));
    sent.on('error', reject);
    sent.on('response', (answer) => {
      // An answer that breaks off after nobody waits for it any more must not end the process.
      answer.on('error', () => undefined);
      resolve(answer);
    });
    if (typeof body === 'function') pipeline(body(), sent, (fault) => fault && reject(fault));
    else sent.end(body ?? undefined);
  });
}

/** The whole body of an answer. Throws when it ends before its Content-Length, or is longer than `limit` bytes. */
export async function bodyOf(answer: IncomingMessage, limit: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of answer as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > limit) throw new Error(`the answer is longer than ${limit} bytes`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
