/** A standby takes no changes: `up` says so and which server it was, `status` and `plan` work. */
import { chownSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { realRuntime } from '../../src/base/runtime.ts';
import { runnableBy } from '../../src/server/home.ts';
import { serverIdentity } from '../../src/server/identity.ts';
import { launch, stopServer } from '../../src/server/launch.ts';
import { withScratchServer } from '../../src/server/scratch-server.ts';
import { project, strata } from '../support/project.ts';

test('is refused with exit status 3, and its history can be read', () =>
  withScratchServer({ runtime: realRuntime() }, async (server) => {
    const cwd = project({ 'migrations/001_a.sql': 'CREATE TABLE a (id integer);\n-- Down Migration\nDROP TABLE a;\n' });
    expect((await strata(['up'], { cwd, target: server.target })).status).toBe(0);

    const { dataDir, installation, logFile } = server;
    await stopServer({ dataDir, bin: installation.bin }, server.pid);
    const signal = join(dataDir, 'standby.signal');
    writeFileSync(signal, '');
    const { uid, gid } = statSync(dataDir);
    chownSync(signal, uid, gid);
    const identity = serverIdentity([]);
    const cluster = { installation: runnableBy(identity, installation), identity, dataDir };
    const restarted = await launch(cluster, { logFile });
    const target = { ...server.target, port: restarted.port };
    try {
      const status = await strata(['status'], { cwd, target });
      expect(status.status, status.stderr).toBe(0);
      expect(status.stdout).toContain('at 001, 0 pending');
      const plan = await strata(['plan', 'down'], { cwd, target });
      expect(plan.status, plan.stderr).toBe(0);
      expect(plan.stdout).toContain('DROP TABLE a');
      const rehearsal = await strata(['plan', 'down', '--rehearse'], { cwd, target });
      expect([rehearsal.status, rehearsal.stderr]).toEqual([6, expect.stringContaining('SCRATCH_DENIED')]);
      expect(rehearsal.stderr).toContain('A standby, and a server that is read-only, takes no new database');
      const down = await strata(['down'], { cwd, target });
      expect(down.status).toBe(3);
      expect(down.stderr).toContain('READ_ONLY');
      expect(down.stderr).toContain('the server is a standby');
    } finally {
      await stopServer({ dataDir, bin: installation.bin }, restarted.pid);
    }
  }));
