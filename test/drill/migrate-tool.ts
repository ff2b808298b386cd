/** kill -9 of the tool at random moments. */
import type { Target } from '../../src/base/target.ts';
import { drillProject, duration, expectDone, expectRecovery, run, withRound } from './migrate-kill.ts';

export async function killTool(server: Target, count: number): Promise<void> {
  const root = drillProject();
  const longest = await duration(server, root);
  for (let round = 0; round < count; round += 1) {
    const command = round % 3 === 2 ? 'down' : 'up';
    const moment = Math.random() * longest * 1.05;
    await withRound(server, root, async (place) => {
      if (command === 'down') expectDone(await run(place, 'up'));
      await run(place, command, (pid) => setTimeout(() => kill(pid), moment));
      await expectRecovery(place, command);
    }).catch((cause: unknown) => {
      throw new Error(`round ${round}: ${command} killed after ${moment.toFixed(1)} ms`, { cause });
    });
  }
}

function kill(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch {
    // It had ended before its moment came.
  }
}
