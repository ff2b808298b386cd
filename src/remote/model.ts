/** Object storage as the other files of this room see it: a bucket of an S3-compatible endpoint, and who asks. */
import type { Agent } from 'node:http';
import type { Runtime } from '../base/runtime.ts';

export interface Credentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  /** Of temporary credentials. */
  readonly sessionToken?: string;
}

/** One bucket: everything that a signature needs. */
export interface Bucket {
  /** `https://s3.eu-central-1.amazonaws.com`, `http://127.0.0.1:9000`: scheme, host and port, nothing behind them. */
  readonly endpoint: string;
  readonly name: string;
  readonly region: string;
  /** True: `endpoint/bucket/key`; false: `bucket.endpoint/key`. */
  readonly pathStyle: boolean;
  readonly credentials: Credentials;
}

export interface Tuning {
  /** Milliseconds without a byte in either direction, after which a connection counts as dead. */
  readonly timeout: number;
  /** Further attempts at a request that the endpoint or the network failed. */
  readonly retries: number;
  /** Parts of one file on their way at once. */
  readonly parallel: number;
  /** Bytes of a part; files larger than one are sent in parts. S3 takes no part below 5 MiB but the last. */
  readonly partSize: number;
}

/** A bucket that is in use: its connections are kept between requests. Lent by `withRemote`. */
export interface Remote {
  readonly bucket: Bucket;
  readonly tuning: Tuning;
  readonly agent: Agent;
  readonly runtime: Pick<Runtime, 'now' | 'random' | 'signal' | 'emit'>;
  /** Milliseconds before the second attempt, doubled before each further one. */
  readonly pause: number;
}

export interface ObjectEntry {
  readonly key: string;
  readonly size: number;
  /** As the endpoint gives it, with its quotes. */
  readonly etag: string;
  readonly lastModified: Date;
}

/** What HEAD tells of an object. */
export interface ObjectHead {
  readonly size: number;
  readonly etag: string;
  /** x-amz-checksum-sha256: base64, of parts `<base64>-<count>`; null: the endpoint keeps none. */
  readonly checksum: string | null;
  /** x-amz-meta-…, names without the prefix. */
  readonly metadata: Readonly<Record<string, string>>;
}
