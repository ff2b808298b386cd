/**
 * What a work holds of its connection. It is dead when the transaction is over, so that a forgotten query cannot run as
 * the next user. A text that ends the transaction and begins another one leaves the status as it was, but not the
 * identity: the tags of its results tell.
 */
import { masked } from './mask.ts';
import { type PoolClient, type Queryable, type QueryResult, TransactionEndedError } from './model.ts';

/** As the server said after the last statement: I idle, T in a transaction, E in a failed one. */
export function statusOf(client: PoolClient): string | null {
  return (client as unknown as { getTransactionStatus(): string | null }).getTransactionStatus();
}

export class Loan implements Queryable {
  readonly #client: PoolClient;
  #open = true;
  #escaped: TransactionEndedError | undefined;

  constructor(client: PoolClient) {
    this.#client = client;
  }

  /** The work has ended the transaction itself: whatever came behind that was nobody's. */
  get escaped(): TransactionEndedError | undefined {
    return this.#escaped;
  }

  async query<Row>(...args: Parameters<Queryable['query']>): Promise<QueryResult<Row>> {
    if (!this.#open) throw new TransactionEndedError('the transaction is over: await every query inside the work');
    if (this.#escaped !== undefined || statusOf(this.#client) === 'I') throw this.#escape(undefined);
    const [query] = args;
    const text = typeof query === 'string' ? query : (query.text ?? '');
    let result: QueryResult<Row>;
    try {
      result = await this.#client.query<Row>(...args);
    } catch (thrown) {
      // Where in the text it failed is not known: behind the COMMIT, perhaps.
      throw ends(text) ? this.#escape(thrown) : thrown;
    }
    if (tagsOf(result).some((tag) => ENDING.has(tag)) && ends(text)) throw this.#escape(undefined);
    return result;
  }

  end(): void {
    this.#open = false;
  }

  #escape(cause: unknown): TransactionEndedError {
    const message = 'the work ended the transaction itself: leave COMMIT to withActor';
    this.#escaped ??= new TransactionEndedError(message, cause === undefined ? {} : { cause });
    return this.#escaped;
  }
}

const ENDING: ReadonlySet<string> = new Set(['COMMIT', 'ROLLBACK', 'PREPARE']);

/** Several statements in one message give a list of results. */
function tagsOf(result: unknown): readonly string[] {
  const results = (Array.isArray(result) ? result : [result]) as readonly QueryResult<unknown>[];
  return results.map(({ command }) => command);
}

/** ROLLBACK TO SAVEPOINT has the tag of ROLLBACK and ends nothing; PREPARE of a statement neither, nor a function's body. */
function ends(text: string): boolean {
  const statements = masked(text).replace(/\bbegin\s+atomic\b[\s\S]*?;\s*end\b/gi, '');
  return /(?:^|;)\s*(?:commit|end|abort|prepare\s+transaction|rollback(?!(?:\s+work|\s+transaction)?\s+to\b))\b/i.test(
    statements,
  );
}
