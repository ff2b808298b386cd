/** What an application sees of its object storage. Types of our own, so that nobody needs another package's. */

export interface StorageOptions {
  readonly bucket: string;
  /** `https://host`; default: AWS_ENDPOINT_URL_S3, AWS_ENDPOINT_URL, else Amazon's own of the region. */
  readonly endpoint?: string;
  /** Default: AWS_REGION, AWS_DEFAULT_REGION, else us-east-1. */
  readonly region?: string;
  /** True: `https://host/bucket/key`; false: `https://bucket.host/key`. Default true. */
  readonly pathStyle?: boolean;
  /** Default: AWS_ACCESS_KEY_ID, AWS_SECRET_ACCESS_KEY and AWS_SESSION_TOKEN, or the same with STRATA_S3_ in front. */
  readonly credentials?: {
    readonly accessKeyId: string;
    readonly secretAccessKey: string;
    readonly sessionToken?: string;
  };
  /** What is let in, and for how long; default: anything, 300 seconds. */
  readonly rules?: BucketRules;
  /** Milliseconds without a byte until a connection counts as dead. Default 60,000. */
  readonly timeout?: number;
  /** Further attempts at a request that failed on its way. Default 6. */
  readonly retries?: number;
}

/** A row of `file_buckets`, in other words. */
export interface BucketRules {
  /** Largest object, in bytes. */
  readonly maxSize?: number;
  readonly contentTypes?: readonly string[];
  /** Every key must match it. */
  readonly keyPattern?: RegExp | string;
  /** Seconds that a signed URL lives; default 300. */
  readonly expires?: number;
}

export interface SignGet {
  /** Seconds, 1 to 604,800. Default: that of the rules. */
  readonly expires?: number;
  /** The browser saves it under this name instead of showing it. */
  readonly downloadAs?: string;
}

export interface SignPut {
  readonly contentType: string;
  /** Bytes. The URL takes an object of exactly this size. */
  readonly size: number;
  /** In hex: the URL takes these bytes and no others. Not every endpoint checks it. */
  readonly sha256?: string;
  /** Seconds, 1 to 604,800. Default: that of the rules. */
  readonly expires?: number;
}

/** What a browser needs to send a file: `fetch(url, { method, headers, body: file })`. */
export interface SignedPut {
  readonly url: string;
  readonly method: 'PUT';
  /** Signed: to be sent exactly so. Browsers set Content-Length themselves. */
  readonly headers: Readonly<Record<string, string>>;
}

export interface StoredObject {
  readonly key: string;
  /** Bytes. */
  readonly size: number;
  readonly lastModified: Date;
}

/** One row of the table of files. */
export interface FileRow {
  readonly key: string;
  /** Bytes; left out: not compared. */
  readonly size?: number;
  /** True: the row says that its object was deleted. */
  readonly gone?: boolean;
  /** Rows younger than `minAge` may still wait for their object. Left out: old. */
  readonly createdAt?: Date;
}

/** The rows whose keys come behind `after`, some of them, in the order of the keys' bytes (`COLLATE "C"`); none: there are no more. */
export type FileRows = (after: string) => Promise<readonly FileRow[]>;

export type Orphan =
  | { readonly kind: 'object-without-row'; readonly key: string; readonly size: number; readonly lastModified: Date }
  | { readonly kind: 'row-without-object'; readonly key: string }
  /** The row says that the object was deleted. */
  | { readonly kind: 'object-not-deleted'; readonly key: string; readonly size: number }
  | { readonly kind: 'size-differs'; readonly key: string; readonly size: number; readonly expected: number };

export interface OrphanOptions {
  /** Only keys that begin so. */
  readonly prefix?: string;
  /** Milliseconds: younger objects and rows may belong to an upload under way. Default one day. */
  readonly minAge?: number;
}

export interface Storage {
  /** A URL to read the object without credentials. */
  signGet(key: string, options?: SignGet): string;
  /** A URL to write the object, for one type and size. Throws FILE_REFUSED when the rules do not let it in. */
  signPut(key: string, options: SignPut): SignedPut;
  /** Null: there is no such object. */
  head(key: string): Promise<Omit<StoredObject, 'lastModified'> | null>;
  /** One that is not there counts as deleted. */
  remove(key: string): Promise<void>;
  list(prefix?: string): AsyncIterable<StoredObject>;
  /** What is only in the bucket or only in the table, by key. Nothing is deleted. */
  findOrphans(rows: FileRows, options?: OrphanOptions): AsyncIterable<Orphan>;
  /** Closes idle connections; they do not keep a process alive. */
  close(): void;
}

/** What the object storage, its configuration or the rules refuse. */
export class StorageError extends Error {
  override readonly name = 'StorageError';
  /** As in docs/errors.md: `FILE_REFUSED`, `REMOTE_DENIED`, `CONFIG_INVALID`. */
  readonly code: string;
  readonly detail: string | undefined;
  /** What to do. */
  readonly hint: string | undefined;

  constructor(
    code: string,
    message: string,
    more: { detail?: string | undefined; hint?: string | undefined; cause?: unknown },
  ) {
    super(message, { cause: more.cause });
    this.code = code;
    this.detail = more.detail;
    this.hint = more.hint;
  }
}
