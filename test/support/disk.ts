/** A disk that is full soon. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, statfsSync, unlinkSync } from 'node:fs';
import { join } from 'node:path';
import { project } from './project.ts';

/** A disk of so many KiB: a tmpfs of our own, or, where mounting is not allowed, /dev/shm filled up to that. */
export async function withSmallDisk(kib: number, work: (disk: string) => Promise<void>): Promise<void> {
  const disk = join(project(), 'disk');
  mkdirSync(disk);
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${kib}k`, 'strata-test', disk], { stdio: 'pipe' });
  } catch {
    return await withFullShm(kib, work);
  }
  try {
    await work(disk);
  } finally {
    execFileSync('umount', [disk]);
  }
}

async function withFullShm(kib: number, work: (disk: string) => Promise<void>): Promise<void> {
  const filler = `/dev/shm/strata-test-${process.pid}`;
  const { bavail, bsize } = statfsSync('/dev/shm');
  execFileSync('fallocate', ['-l', String(bavail * bsize - kib * 1024), filler]);
  const disk = `${filler}.d`;
  mkdirSync(disk);
  try {
    await work(disk);
  } finally {
    unlinkSync(filler);
    execFileSync('rm', ['-rf', disk]);
  }
}
