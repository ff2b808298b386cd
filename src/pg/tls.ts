/** TLS as libpq means it: what each sslmode tries, in which order, and what it verifies. */
import { readFileSync } from 'node:fs';
import type { ConnectionOptions } from 'node:tls';
import type { SslMode, Target } from '../base/target.ts';

/**
 * Which attempts a mode means, as in libpq. Without a mode libpq would `prefer`; on this machine itself that only costs
 * a round trip, so there it comes second.
 */
export function sslAttempts(mode: SslMode | undefined, host: string): readonly boolean[] {
  const local = host.startsWith('/') || host === 'localhost' || host === '127.0.0.1' || host === '::1';
  if (host.startsWith('/') || mode === 'disable') return [false];
  if (mode === undefined) return local ? [false, true] : [true, false];
  if (mode === 'prefer') return [true, false];
  return mode === 'allow' ? [false, true] : [true];
}

/** The server, or its pg_hba.conf, wants the other kind of connection. */
export function isSslRefusal(thrown: unknown): boolean {
  if (!(thrown instanceof Error)) return false;
  const noEncryption = (thrown as { code?: string }).code === '28000' && /no encryption|SSL off/.test(thrown.message);
  return noEncryption || /does not support SSL/.test(thrown.message);
}

/** What the driver needs for a TLS connection to the target. Throws when a certificate file cannot be read. */
export function tlsOptions(target: Target): ConnectionOptions {
  const { mode, rootCert, cert, key, serverName } = target.ssl ?? { mode: 'prefer' as const };
  // libpq: `require` with a root certificate behaves like verify-ca.
  const verify = mode === 'verify-ca' || mode === 'verify-full' || (mode === 'require' && rootCert !== undefined);
  return {
    ...{ rejectUnauthorized: verify, ...(serverName ? { servername: serverName } : {}) },
    ...(rootCert ? { ca: readFileSync(rootCert, 'utf8') } : {}),
    ...(cert ? { cert: readFileSync(cert, 'utf8') } : {}),
    ...(key ? { key: readFileSync(key, 'utf8') } : {}),
    ...(verify && mode !== 'verify-full' ? { checkServerIdentity: () => undefined } : {}),
  };
}
