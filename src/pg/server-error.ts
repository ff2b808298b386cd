/**
 * An error that the server sent, with all its fields. Code that knows what to do about a SQLSTATE catches this; what
 * reaches a person is a ToolError that the room made of it.
 */

export interface ServerFields {
  readonly sqlstate: string;
  readonly severity?: string | undefined;
  readonly detail?: string | undefined;
  readonly hint?: string | undefined;
  /** 1-based, in characters of the text that was sent. */
  readonly position?: number | undefined;
  /** The same inside a query that a function ran. */
  readonly internalPosition?: number | undefined;
  readonly internalQuery?: string | undefined;
  /** The call stack inside PL/pgSQL. */
  readonly where?: string | undefined;
  readonly schema?: string | undefined;
  readonly table?: string | undefined;
  readonly column?: string | undefined;
  readonly dataType?: string | undefined;
  readonly constraint?: string | undefined;
}

export class ServerError extends Error {
  override readonly name = 'ServerError';
  readonly sqlstate: string;
  readonly fields: ServerFields;
  /** For a batch: how many of its statements were complete when this one failed (0-based index of the failed one). */
  readonly completed: number;

  constructor(message: string, fields: ServerFields, completed = 0) {
    super(message);
    this.sqlstate = fields.sqlstate;
    this.fields = fields;
    this.completed = completed;
  }
}

/** SQLSTATEs that the tool acts on. Source: PostgreSQL's Appendix A. */
export const SQLSTATE = {
  queryCanceled: '57014',
  adminShutdown: '57P01',
  crashShutdown: '57P02',
  cannotConnectNow: '57P03',
  lockNotAvailable: '55P03',
  serialization: '40001',
  deadlock: '40P01',
  undefinedTable: '42P01',
  duplicateTable: '42P07',
  duplicateObject: '42710',
  duplicateDatabase: '42P04',
  uniqueViolation: '23505',
  insufficientPrivilege: '42501',
  readOnlyTransaction: '25006',
  activeTransaction: '25001',
  inFailedTransaction: '25P02',
  invalidPassword: '28P01',
  invalidAuthorization: '28000',
  invalidCatalogName: '3D000',
  tooManyConnections: '53300',
  diskFull: '53100',
  objectInUse: '55006',
} as const;

/** The connection broke: the socket ended, or the server said goodbye. The state of open work is unknown. */
export function isConnectionLoss(thrown: unknown): boolean {
  if (thrown instanceof ServerError) {
    return thrown.sqlstate.startsWith('08') || ['57P01', '57P02', '57P03'].includes(thrown.sqlstate);
  }
  if (!(thrown instanceof Error)) return false;
  const code = (thrown as NodeJS.ErrnoException).code ?? '';
  return (
    ['ECONNRESET', 'EPIPE', 'ECONNREFUSED', 'ETIMEDOUT', 'ENOENT'].includes(code) ||
    /terminated|Connection ended|not queryable/i.test(thrown.message)
  );
}
