/** Roles belong to the server: a scratch run leaves none behind, and one that was there already is told as what it is. */
import { randomBytes } from 'node:crypto';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { withSession } from '../../src/pg/pool.ts';
import { tableMigration, three, withShop } from '../migrate/harness.ts';
import { serverTarget } from '../support/database.ts';

let role = '';

beforeEach(() => {
  role = `cycle_role_${randomBytes(6).toString('hex')}`;
});

afterEach(() => server(`DROP ROLE IF EXISTS ${role}, "${role}_B"`));

function server(sql: string): Promise<readonly object[]> {
  return withSession(serverTarget(), (session) => session.query(sql));
}

async function left(): Promise<number> {
  return (await server(`SELECT FROM pg_roles WHERE rolname LIKE '${role}%'`)).length;
}

function plain(down = `REVOKE ALL ON users FROM ${role};\nDROP ROLE ${role};`): Record<string, string> {
  const up = `CREATE ROLE ${role} NOLOGIN;\nGRANT SELECT ON users TO ${role};`;
  return { ...three(), 'migrations/004_role.sql': `-- Up Migration\n${up}\n-- Down Migration\n${down}\n` };
}

const BROKEN = {
  'migrations/005_broken.sql': '-- Up Migration\nCREATE TABLE x (id int);\n-- Down Migration\nSELECT 1;\n',
};

const MORE = { 'migrations/006_more.sql': tableMigration('more') };

test('a cycle can be repeated, and goes on behind a migration that spoilt its database', () =>
  withShop(
    {
      ...plain(),
      ...BROKEN,
      ...MORE,
    },
    async (shop) => {
      for (const _ of [1, 2]) {
        const { data, findings } = await shop.call('cycle');
        expect(findings.map(({ code }) => code)).toEqual(['cycle/not-restored', 'cycle/up-again-failed']);
        expect(data).toMatchObject({
          migrations: [{}, {}, {}, { result: 'clean' }, { result: 'failed' }, { result: 'clean' }],
        });
        expect(await left()).toBe(0);
      }
    },
  ));

test('no role is left by a cycle that fails, by drift, squash, a rehearsal and check', () =>
  withShop(plain('SELECT 1;'), async (shop) => {
    const { findings } = await shop.call('cycle');
    expect(findings.at(-1)).toMatchObject({
      code: 'cycle/up-again-failed',
      hint: expect.stringContaining('a down that does not drop it'),
    });
    expect(await left()).toBe(0);
    const rehearsed = await shop.call('plan', { rehearse: true });
    expect(rehearsed.findings.map(({ code }) => code)).not.toContain('plan/rehearsal-failed');
    expect(await left()).toBe(0);
    expect(JSON.stringify(await shop.call('check', { only: ['types'] }))).not.toContain('already exists');
    expect(await left()).toBe(0);
    await shop.call('squash', { to: '004', dryRun: true });
    expect(await left()).toBe(0);
  }));

test('a role that was there before stays, and is told with the way to write it', () =>
  withShop(plain(), async (shop) => {
    await shop.call('up');
    const { ok, findings } = await shop.call('cycle');
    expect(ok).toBe(false);
    expect(findings).toMatchObject([
      { code: 'cycle/up-failed', message: `004_role fails in up: role "${role}" already exists` },
    ]);
    expect(findings[0]?.hint).toContain('Roles are shared by all databases of the server');
    const error = await shop.fails('drift', { replay: true });
    expect(error.code).toBe('MIGRATION_FAILED');
    const [, written] = /^(DO \$\$.*\$\$;)$/m.exec(error.more.detail ?? '') ?? [];
    expect(written).toBe(
      `DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${role}') THEN CREATE ROLE ${role} NOLOGIN; END IF; END $$;`,
    );
    expect(await left()).toBe(1);
    const block = plain()['migrations/004_role.sql']?.replace(
      `CREATE ROLE ${role} NOLOGIN`,
      (sql) => `DO $$ BEGIN ${sql}; END $$`,
    );
    shop.write({ 'migrations/004_role.sql': block ?? '' });
    expect((await shop.call('cycle')).findings[0]?.hint).toContain(`THEN CREATE ROLE ${role} NOLOGIN; END IF`);
    shop.write(plain());
    // Written so, everything runs, and the role still stays.
    await shop.call('down');
    expect(await left()).toBe(0);
    shop.write(guarded(written ?? ''));
    await shop.call('up');
    expect((await shop.call('cycle')).findings).toEqual([]);
    expect((await shop.call('drift', { replay: true })).findings).toEqual([]);
    expect(await left()).toBe(1);
    await shop.call('down');
  }));

function guarded(create: string): Record<string, string> {
  const text = `-- Up Migration\n${create}\nGRANT SELECT ON users TO ${role};\n-- Down Migration\nREVOKE ALL ON users FROM ${role};\n`;
  return { 'migrations/004_role.sql': text };
}

test('a down that drops a role which another database uses', () =>
  withShop(plain(), async (shop) => {
    const drop = `REVOKE ALL ON users FROM ${role};\nDROP ROLE ${role};`;
    const create = `DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '${role}') THEN CREATE ROLE ${role}; END IF; END $$;`;
    const text = `-- Up Migration\n${create}\nGRANT SELECT ON users TO ${role};\n-- Down Migration\n${drop}\n`;
    shop.write({ 'migrations/004_role.sql': text });
    await shop.call('up');
    const { findings } = await shop.call('cycle');
    expect(findings).toMatchObject([{ code: 'cycle/down-failed', hint: expect.stringContaining('leave the role') }]);
    await shop.call('down');
  }));

test('names with quotes are dropped; a role that no file names may be somebody else’s and stays', () =>
  withShop(three(), async (shop) => {
    const quoted = `-- Up Migration\nCREATE USER "${role}_B" NOLOGIN;\n-- Down Migration\nDROP USER "${role}_B";\n`;
    shop.write({ 'migrations/004_quoted.sql': quoted });
    expect((await shop.call('cycle')).findings).toEqual([]);
    expect(await left()).toBe(0);
    const hidden = `DO $$ BEGIN EXECUTE 'CREATE ROLE cycle' || '${role.slice(5)}'; END $$;`;
    shop.write({
      'migrations/005_hidden.sql': `-- Up Migration\n${hidden}\n-- Down Migration\nDROP ROLE IF EXISTS nobody_here;\n`,
    });
    await shop.call('cycle');
    expect(await left()).toBe(1);
  }));

test('a migration before those to cycle: the hint names --steps only where it was given', () =>
  withShop({ ...plain(), ...BROKEN, ...MORE }, async (shop) => {
    await server(`CREATE ROLE ${role}`);
    const steps = await shop.fails('cycle', { steps: 1 });
    expect(steps).toMatchObject({ code: 'MIGRATION_FAILED', more: { hint: expect.stringContaining('--steps') } });
    await server(`DROP ROLE ${role}`);
    // Left on the server by the database on which it was cycled.
    const name = `'cycle' || '${role.slice(5)}'`;
    const hidden = `-- Up Migration\nDO $$ BEGIN EXECUTE 'CREATE ROLE ' || ${name}; END $$;\n-- Down Migration\nDO $$ BEGIN EXECUTE 'DROP ROLE ' || ${name}; END $$;\n`;
    shop.write({ 'migrations/004_role.sql': hidden });
    const all = await shop.fails('cycle');
    expect(all).toMatchObject({
      code: 'MIGRATION_FAILED',
      more: { hint: expect.stringContaining('leaves on the server, outside of its database') },
    });
    expect(all.more.hint).not.toContain('--steps');
  }));
