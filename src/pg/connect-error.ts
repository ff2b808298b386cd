/** What went wrong while connecting, in words, with what to look at. */
import { messageOf, ToolError } from '../base/errors.ts';
import { describeTarget, type Target } from '../base/target.ts';

export function connectionFault(thrown: unknown, target: Target): ToolError {
  const where = describeTarget(target);
  const { message, hint } = explain(thrown, target);
  return new ToolError('CONNECT_FAILED', message, { detail: `tried: ${where}`, hint, cause: thrown });
}

interface Fault {
  readonly message: string;
  readonly hint: string;
}

function explain(thrown: unknown, target: Target): Fault {
  const { code = '' } = (thrown ?? {}) as { code?: string };
  const bySqlstate = SQLSTATE_FAULTS[code]?.(target);
  if (bySqlstate) return bySqlstate;
  const byErrno = ERRNO_FAULTS[code]?.(target);
  if (byErrno) return byErrno;
  const text = messageOf(thrown);
  if (/timeout expired|ETIMEDOUT/i.test(text)) {
    return {
      message: `no answer from ${target.host}:${target.port} in time`,
      hint: 'Check the host, the port and any firewall between.',
    };
  }
  if (/does not support SSL/.test(text)) {
    return {
      message: 'the server does not support TLS',
      hint: 'Set sslmode=prefer or sslmode=disable, or enable TLS on the server.',
    };
  }
  if (/certificate|self.signed|altnames|unable to verify/i.test(text)) {
    return {
      message: `the server's certificate is not trusted: ${text}`,
      hint: 'Give the authority with sslrootcert=FILE, or check the host name.',
    };
  }
  if (/SASL|password/i.test(text)) {
    return {
      message: 'the server wants a password and none fits',
      hint: `Set PGPASSWORD, a .pgpass line, or the password in the URL for user ${target.user}.`,
    };
  }
  return {
    message: `cannot connect: ${text.split('\n')[0]}`,
    hint: 'Check the connection settings with: strata status --json',
  };
}

type Explain = (target: Target) => Fault;

const SQLSTATE_FAULTS: Readonly<Record<string, Explain>> = {
  '28P01': (t) => ({
    message: `password authentication failed for user "${t.user}"`,
    hint: 'Check the password in the URL, PGPASSWORD or .pgpass (a .pgpass that others can read is ignored).',
  }),
  '28000': (t) => ({
    message: `user "${t.user}" may not connect`,
    hint: 'Check that the role exists and may log in, and the pg_hba.conf line for this address.',
  }),
  '3D000': (t) => ({
    message: `database "${t.database}" does not exist`,
    hint: `Create it with: createdb -h ${t.host} -p ${t.port} -U ${t.user} ${t.database}`,
  }),
  '53300': () => ({
    message: 'the server has no free connection',
    hint: 'Close idle sessions or raise max_connections.',
  }),
  '57P03': () => ({ message: 'the server is starting up or shutting down', hint: 'Try again in a moment.' }),
};

const ERRNO_FAULTS: Readonly<Record<string, Explain>> = {
  ECONNREFUSED: (t) => ({
    message: `nothing listens on ${t.host}:${t.port}`,
    hint: 'Start the server, or check the host and the port.',
  }),
  ENOTFOUND: (t) => ({
    message: `host name "${t.host}" is not known`,
    hint: 'Check its spelling and the name service.',
  }),
  EAI_AGAIN: (t) => ({ message: `host name "${t.host}" cannot be looked up now`, hint: 'Check the name service.' }),
  ENOENT: (t) => ({
    message: `there is no server socket in ${t.host} for port ${t.port}`,
    hint: 'Start the server, or check the socket folder and the port.',
  }),
  EACCES: (t) => ({
    message: `the socket in ${t.host} may not be opened by this user`,
    hint: 'Check the permissions of that folder.',
  }),
  ETIMEDOUT: (t) => ({
    message: `no answer from ${t.host}:${t.port} in time`,
    hint: 'Check the host, the port and any firewall between.',
  }),
  EHOSTUNREACH: (t) => ({ message: `host ${t.host} cannot be reached`, hint: 'Check the address and the network.' }),
  ECONNRESET: (t) => ({
    message: `${t.host}:${t.port} broke the connection off`,
    hint: 'Check that this port is a PostgreSQL server, and its log.',
  }),
};
