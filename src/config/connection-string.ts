/** Reads a connection string as libpq does: a `postgresql://` URL, or `key=value` words. */
import { ConnectionFault, checkKeyword, type Parameters } from './parameters.ts';

export function parseConnectionString(text: string): Parameters {
  const trimmed = text.trim();
  if (/^postgres(ql)?:\/\//.test(trimmed)) return parseUrl(trimmed);
  const scheme = /^([a-z][a-z0-9+.-]*):\/\//i.exec(trimmed)?.[1];
  if (scheme) {
    throw new ConnectionFault(`"${scheme}://" is not a PostgreSQL URL`, 'Write postgresql://user@host:5432/database.');
  }
  if (trimmed.includes('=')) return parseWords(trimmed);
  throw new ConnectionFault(
    'the connection string is neither a URL nor key=value words',
    'Write postgresql://user@host:5432/database or: host=… dbname=…',
  );
}

/**
 * Not with `new URL`: libpq allows an empty user, a socket folder as host (percent-encoded), an empty host, and
 * underscores in names, some of which the WHATWG rules refuse or change.
 */
function parseUrl(text: string): Parameters {
  const parts = /^postgres(?:ql)?:\/\/(?:([^@/?#]*)@)?([^/?#]*)(?:\/([^?#]*))?(?:\?([^#]*))?(?:#.*)?$/.exec(text);
  // A password that holds `/`, `@`, `?` or `#` as it is cannot be told from the rest: the message must not repeat it.
  if (!parts || parts[2]?.includes('@')) {
    throw new ConnectionFault(
      'the connection URL cannot be read',
      'Percent-encode the characters @ : / ? # in the user and the password: @ is %40, / is %2F, # is %23.',
    );
  }
  const [, login, place = '', database, query] = parts;
  const out: Record<string, string> = {};
  if (login !== undefined) readLogin(login, out);
  readPlace(place, out);
  if (database) out.dbname = decode(database, 'database');
  for (const pair of (query ?? '').split('&').filter(Boolean)) readPair(pair, out);
  return out;
}

function readLogin(login: string, out: Record<string, string>): void {
  const colon = login.indexOf(':');
  const user = colon < 0 ? login : login.slice(0, colon);
  if (user) out.user = decode(user, 'user');
  if (colon >= 0 && colon + 1 < login.length) out.password = decode(login.slice(colon + 1), 'password');
}

function readPlace(place: string, out: Record<string, string>): void {
  const [, address, name = '', port] = /^(?:\[([^\]]*)\]|([^:]*))(?::(.*))?$/s.exec(place) ?? [];
  if (place.includes(',')) {
    throw new ConnectionFault('several hosts in one connection are not supported', 'Name the host to work on.');
  }
  if (address === undefined && place.split(':').length > 2) {
    throw new ConnectionFault('an IPv6 address needs brackets', 'Write postgresql://user@[::1]:5432/database.');
  }
  const host = address ?? decode(name, 'host');
  if (host) out.host = host;
  if (port) out.port = decode(port, 'port');
}

function readPair(pair: string, out: Record<string, string>): void {
  const equals = pair.indexOf('=');
  if (equals < 0) throw new ConnectionFault(`"${pair}" in the connection URL has no value`);
  const key = decode(pair.slice(0, equals), 'parameter');
  const value = decode(pair.slice(equals + 1), key);
  if (key === 'ssl') {
    // JDBC's word, which libpq takes as well.
    if (value !== 'true') throw new ConnectionFault('ssl in a connection URL can only be true', 'Use sslmode instead.');
    out.sslmode = 'require';
    return;
  }
  checkKeyword(key);
  out[key] = value;
}

function decode(text: string, what: string): string {
  try {
    const decoded = decodeURIComponent(text);
    if (!decoded.includes('\0')) return decoded;
  } catch {
    // Reported below, without the text: it may be the password.
  }
  throw new ConnectionFault(
    `the ${what} in the connection URL is not percent-encoded correctly`,
    'Write a percent sign itself as %25.',
  );
}

/** `host=localhost dbname='my db'`: quotes and backslashes as in libpq. */
function parseWords(text: string): Parameters {
  const out: Record<string, string> = {};
  const word = /\s*([A-Za-z_]+)\s*=\s*(?:'((?:\\[\s\S]|[^'\\])*)'|((?:\\[\s\S]|[^\s'\\])*))(?=\s|$)/y;
  while (word.lastIndex < text.length) {
    const at = word.lastIndex;
    const found = word.exec(text);
    if (!found) {
      throw new ConnectionFault(
        `the connection string cannot be read from character ${at + 1} on`,
        "Write key=value words, values with spaces in single quotes: dbname='my database'.",
      );
    }
    const [, key = '', quoted, plain = ''] = found;
    checkKeyword(key);
    out[key] = (quoted ?? plain).replace(/\\([\s\S])/g, '$1');
  }
  return out;
}
