/** What of a server, beside its databases, decides whether migrations run: versions, extensions, roles, settings. */
import { canonicalSha256 } from '../base/canonical.ts';
import type { Session } from './pool.ts';

/**
 * SHA-256 over the server's version and platform, the extensions that it can install, its roles and what ours may do,
 * encoding and locale of new databases, and every setting a session starts with that somebody chose. Settings that only
 * an administrator's restart changes (memory, ports, files) are left out: no statement runs otherwise for them.
 */
export async function serverFacts(session: Session): Promise<string> {
  const [row] = await session.query<{ facts: object }>(`
    SELECT json_build_object(
      'version', version(),
      'role', (SELECT json_build_array(rolname, rolsuper, rolcreaterole, rolbypassrls, rolinherit, rolconfig)
                 FROM pg_roles WHERE rolname = current_user),
      'roles', (SELECT json_agg(rolname ORDER BY rolname) FROM pg_roles),
      'extensions', (SELECT json_agg(name || ' ' || version ORDER BY name, version) FROM pg_available_extension_versions),
      'template', (SELECT json_build_array(encoding, datcollate, datctype, datcollversion)
                     FROM pg_database WHERE datname = 'template0'),
      'settings', (SELECT json_agg(name || '=' || setting ORDER BY name) FROM pg_settings
                    WHERE context IN ('user', 'superuser')
                      AND source NOT IN ('default', 'override', 'client', 'session'))
    ) AS facts`);
  return canonicalSha256(row?.facts ?? {});
}
