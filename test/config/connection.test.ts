/** Which database, by libpq's rules: strings, variables, service files, password files. */
import { chmodSync, mkdirSync } from 'node:fs';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { type Target, targetUrl } from '../../src/base/target.ts';
import { type Choice, type Chosen, chooseTarget } from '../../src/config/connection.ts';
import { project } from '../support/project.ts';

const EMPTY = project();

function choose(given: Partial<Choice>): Chosen {
  const env = { HOME: EMPTY, ...given.env };
  return chooseTarget({ databaseUrl: undefined, environment: undefined, environments: {}, ...given, env });
}

const url = (text: string, env: Record<string, string> = {}): Target | null =>
  choose({ databaseUrl: text, env }).target;

describe('connection strings', () => {
  test.each<[string, Partial<Target>]>([
    ['postgres://u@h/d', { host: 'h', port: 5432, user: 'u', database: 'd' }],
    ['postgresql://u:p@h:6000/d', { host: 'h', port: 6000, user: 'u', password: 'p' }],
    ['postgresql://u%40corp:p%3A%2F%25@h/a%20b', { user: 'u@corp', password: 'p:/%', database: 'a b' }],
    ['postgresql://u@[::1]:5433/d', { host: '::1', port: 5433 }],
    ['postgresql://u@%2Fvar%2Frun/d', { host: '/var/run', database: 'd' }],
    ['postgresql://u@/d?host=/var/run&port=5444', { host: '/var/run', port: 5444 }],
    ['postgresql://h/d?user=q&password=w&sslmode=require', { user: 'q', password: 'w', ssl: { mode: 'require' } }],
    ['postgresql://u@h/d?ssl=true', { ssl: { mode: 'require' } }],
    [
      'postgresql://u@h_1/d?connect_timeout=3&application_name=x',
      { host: 'h_1', connectTimeout: 3, applicationName: 'x' },
    ],
    ['postgresql://u@h/d?options=-c%20geqo%3Doff', { options: '-c geqo=off' }],
    ['postgresql://u@h', { database: 'u' }],
    ['postgresql://u@h/d?sslrootcert=system', { ssl: { mode: 'verify-full' } }],
    ['host=h dbname=d user=u port=1', { host: 'h', database: 'd', user: 'u', port: 1 }],
    ["host = h user=u dbname='my db' password='it\\'s \\\\'", { database: 'my db', password: "it's \\" }],
    [
      'host=name hostaddr=10.0.0.9 user=u sslmode=verify-full',
      { host: '10.0.0.9', ssl: { mode: 'verify-full', serverName: 'name' } },
    ],
  ])('%s', (text, expected) => {
    expect(url(text)).toMatchObject(expected);
  });

  test.each([
    ['mysql://u@h/d', '"mysql://" is not a PostgreSQL URL'],
    ['just words', 'neither a URL nor key=value'],
    ['postgresql://u:p@ss@h/d', 'the connection URL cannot be read'],
    ['postgresql://u:%zz@h/d', 'the password in the connection URL is not percent-encoded correctly'],
    ['postgresql://u@h:99999/d', '"99999" is not a port'],
    ['postgresql://u@::1/d', 'an IPv6 address needs brackets'],
    ['postgresql://u@a,b/d', 'several hosts'],
    [`postgresql://u@h/${'ü'.repeat(32)}`, 'the name of the database has 64 bytes'],
    ['postgresql://u@h/d?sslmode=verify', 'sslmode "verify" does not exist'],
    ['postgresql://u@h/d?sslmod=require', 'unknown connection parameter "sslmod"'],
    ['postgresql://u@h/d?sslrootcert=/no/where', 'sslrootcert file /no/where does not exist'],
    ['postgresql://u@h/d?sslrootcert=system&sslmode=require', 'sslrootcert=system needs sslmode=verify-full'],
    ['postgresql://u@h/d?connect_timeout=soon', 'connect_timeout "soon"'],
    ["host=h dbname='open", 'cannot be read from character'],
  ])('%s is refused', (text, message) => {
    expect(() => url(text)).toThrow(`--database-url: `);
    expect(() => url(text)).toThrow(message);
    expect(() => url(text)).not.toThrow('p@ss');
  });

  test('what we print as a URL is read back as the same', () => {
    for (const host of ['h', '::1', '/var/run/x y']) {
      const target: Target = { host, port: 5499, user: 'ü @:/', database: 'd?b#', password: 'p%@:/' };
      expect(url(targetUrl(target))).toEqual(target);
    }
  });
});

describe('order', () => {
  const environments = { here: { url: 'postgresql://u@environment/d' } };

  test('flag, DATABASE_URL, libpq, environment, nothing', () => {
    const env = { DATABASE_URL: 'postgresql://u@variable/d', PGHOST: 'libpq' };
    const host = (given: Partial<Choice>) => choose({ environments, ...given }).target?.host;
    expect(host({ databaseUrl: 'postgresql://u@flag/d', env })).toBe('flag');
    expect(host({ env, environment: 'here' })).toBe('variable');
    expect(host({ env: { PGHOST: 'libpq' }, environment: 'here' })).toBe('libpq');
    expect(host({ environment: 'here' })).toBe('environment');
    expect(choose({}).target).toBeNull();
    expect(choose({ env: { PGUSER: 'u', PGPASSWORD: 'p' } }).target).toBeNull();
  });

  test('says when a variable hides the environment that was asked for', () => {
    const { warnings } = choose({ environments, environment: 'here', env: { PGHOST: 'libpq' } });
    expect(warnings).toEqual(['PGHOST is set, so --env here does not choose the database']);
  });

  test('variables complete what a string leaves out, and never overrule it', () => {
    const env = {
      PGUSER: 'pu',
      PGPASSWORD: 'pp',
      PGPORT: '7',
      PGSSLMODE: 'disable',
      PGOPTIONS: '-c a=b',
      PGAPPNAME: 'app',
      PGCONNECT_TIMEOUT: '4',
      PGHOSTADDR: '10.1.1.1',
    };
    expect(url('postgresql://h:9/d', env)).toEqual({
      host: 'h',
      port: 9,
      user: 'pu',
      password: 'pp',
      database: 'd',
      ssl: { mode: 'disable' },
      options: '-c a=b',
      applicationName: 'app',
      connectTimeout: 4,
    });
    expect(choose({ env }).target?.host).toBe('10.1.1.1');
  });

  test('without a user it is the one of this machine', () => {
    expect(url('postgresql://h/d')?.user).toBe(userInfo().username);
  });
});

describe('service files', () => {
  const home = project({
    '.pg_service.conf':
      '# mine\n[other]\nhost=wrong\n\n[books]\nhost=own\nport=5001\nuser = reader\nhost=second\n[last]\nhost=z\n',
    'system/pg_service.conf':
      '[books]\nhost=system\n[only]\nhost=system-only\nuser=s\n[bad]\nhots=x\n[nested]\nservice=books\n',
  });
  const env = (more: Record<string, string>) => ({ HOME: home, PGSYSCONFDIR: join(home, 'system'), ...more });

  test('the own file before the system one, the first key before the second', () => {
    const { target } = choose({ env: env({ PGSERVICE: 'books' }) });
    expect(target).toMatchObject({ host: 'own', port: 5001, user: 'reader' });
    expect(choose({ env: env({ PGSERVICE: 'only' }) }).target).toMatchObject({ host: 'system-only', user: 's' });
  });

  test('the service before variables, the string before the service', () => {
    const { target } = choose({ env: env({ PGUSER: 'variable' }), databaseUrl: 'service=books port=1' });
    expect(target).toMatchObject({ host: 'own', port: 1, user: 'reader' });
  });

  test('PGSERVICEFILE', () => {
    const file = join(home, 'system', 'pg_service.conf');
    expect(choose({ env: env({ PGSERVICE: 'books', PGSERVICEFILE: file }) }).target?.host).toBe('system');
  });

  test.each([
    ['missing', 'service "missing" is not defined'],
    ['bad', 'unknown connection parameter "hots"'],
    ['nested', 'nests a service in a service'],
  ])('%s', (name, message) => {
    expect(() => choose({ env: env({ PGSERVICE: name }) })).toThrow(message);
  });
});

describe('.pgpass', () => {
  const home = project({
    '.pgpass': [
      '# comment:*:*:*:no',
      'h:5432:d:other:no',
      'h:5432:d:u:first',
      'h:5432:d:u:second',
      'with\\:colon:5432:a\\\\b:u:p\\:w\\\\d',
      'localhost:5432:sock:u:over-socket',
      '/other:5432:sock:u:other-socket',
      'short:line',
      'h:*:*:star:*',
      '*:*:*:fall:anything\r',
    ].join('\n'),
  });
  const passfile = join(home, '.pgpass');
  chmodSync(passfile, 0o600);
  const password = (text: string, env: Record<string, string> = {}) => url(text, { HOME: home, ...env })?.password;

  test.each([
    ['postgresql://u@h/d', 'first'],
    ['postgresql://u@h:5433/d', undefined],
    ['host=with:colon user=u dbname=a\\\\b', 'p:w\\d'],
    ['postgresql://u@/sock?host=/var/run/postgresql', 'over-socket'],
    ['postgresql://u@/sock?host=/other', 'other-socket'],
    ['postgresql://star@h:1/x', '*'],
    ['postgresql://fall@any:1/x', 'anything'],
    ['postgresql://u:given@h/d', 'given'],
  ])('%s', (text, expected) => {
    expect(password(text)).toBe(expected);
  });

  test('PGPASSWORD before the file, PGPASSFILE instead of it', () => {
    expect(password('postgresql://u@h/d', { PGPASSWORD: 'variable' })).toBe('variable');
    const other = project({ p: 'h:5432:d:u:elsewhere' });
    chmodSync(join(other, 'p'), 0o600);
    expect(password('postgresql://u@h/d', { PGPASSFILE: join(other, 'p') })).toBe('elsewhere');
  });

  test('a file that others can read is passed over, and so is a folder: with a warning', () => {
    const open = project({ '.pgpass': 'h:5432:d:u:leaked' });
    chmodSync(join(open, '.pgpass'), 0o644);
    const chosen = choose({ databaseUrl: 'postgresql://u@h/d', env: { HOME: open } });
    expect(chosen.target?.password).toBeUndefined();
    expect(chosen.warnings[0]).toMatch(/can be read by others and was ignored; run: chmod 600 /);
    const folder = project();
    mkdirSync(join(folder, '.pgpass'));
    expect(choose({ databaseUrl: 'postgresql://u@h/d', env: { HOME: folder } }).warnings[0]).toMatch(
      /not a plain file/,
    );
  });
});
