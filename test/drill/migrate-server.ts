/** kill -9 of the server at random moments, under a tool at work; on a server of its own. */
import { chmodSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { realRuntime } from '../../src/base/runtime.ts';
import { DEFAULTS } from '../../src/config/schema.ts';
import { startEmbedded, stopEmbedded } from '../../src/server/embedded.ts';
import { drillProject, duration, expectDone, expectRecovery, run, withRound } from './migrate-kill.ts';

export async function killServer(count: number): Promise<void> {
  const root = drillProject();
  // A folder that the server's user can enter: the data stay where the drill removes them.
  const dir = mkdtempSync(join(tmpdir(), 'strata-drill-'));
  chmodSync(dir, 0o755);
  const options = { runtime: realRuntime({ cwd: root }), root, dir, version: DEFAULTS.embedded.version };
  const { target, dataDir } = await startEmbedded(options);
  try {
    const longest = await duration(target, root);
    for (let round = 0; round < count; round += 1) {
      const command = round % 3 === 2 ? 'down' : 'up';
      const moment = Math.random() * longest * 1.05;
      await withRound(target, root, async (place) => {
        if (command === 'down') expectDone(await run(place, 'up'));
        const running = run(place, command);
        await new Promise((resolve) => setTimeout(resolve, moment));
        process.kill(postmaster(dataDir), 'SIGKILL');
        await startEmbedded(options);
        await running;
        await expectRecovery(place, command);
      }).catch((cause: unknown) => {
        throw new Error(`round ${round}: server killed ${moment.toFixed(1)} ms into ${command}`, { cause });
      });
    }
  } finally {
    await stopEmbedded(options);
    rmSync(dir, { recursive: true, force: true });
  }
}

function postmaster(dataDir: string): number {
  return Number(readFileSync(join(dataDir, 'postmaster.pid'), 'utf8').split('\n')[0]);
}
