/** The zeros at the end of a segment: one that archive_timeout ended is mostly those, and they need not travel. */
import { copyFile, mkdtemp, open, rm, stat, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const PAGE = 8192;

/** Lends the file, or a copy without the zeros at its end, in whole pages of 8 KiB. */
export async function withoutZeros<T>(path: string, work: (path: string) => Promise<T>): Promise<T> {
  const end = await endOfData(path);
  if (end === (await stat(path)).size) return await work(path);
  const folder = await mkdtemp(join(tmpdir(), 'strata-wal-'));
  try {
    const copy = join(folder, 'trimmed');
    await copyFile(path, copy);
    await truncate(copy, end);
    return await work(copy);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function endOfData(path: string): Promise<number> {
  const chunk = Buffer.alloc(64 * PAGE);
  const file = await open(path);
  try {
    let { size: end } = await file.stat();
    if (end % PAGE !== 0) return end;
    while (end > 0) {
      const length = Math.min(chunk.length, end);
      await file.read(chunk, 0, length, end - length);
      let at = length;
      while (at > 0 && chunk[at - 1] === 0) at -= 1;
      if (at > 0) return end - length + Math.ceil(at / PAGE) * PAGE;
      end -= length;
    }
    return 0;
  } finally {
    await file.close();
  }
}
