/**
 * Whether a segment is what the server wrote. Quick: its size and its first page's header. Whole: the CRC that the
 * archiver took from the server's own file, which `cksum` computes at the speed of the disk; where the archiver's line
 * was lost, judge.ts reads the records.
 */
import { execFile } from 'node:child_process';
import { open, readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { messageOf } from '../base/errors.ts';
import { type Archive, walFolder } from './archive.ts';
import { lsnText, parseSegment } from './lsn.ts';

/** By name, `<crc> <size>` as the archiver wrote them. Lines that a crash cut short are passed over. */
export type Sums = ReadonlyMap<string, string>;

export async function readSums(archive: Archive): Promise<Sums> {
  const sums = new Map<string, string>();
  for (const file of ['CKSUMS.old', 'CKSUMS']) {
    const text = await readFile(join(walFolder(archive), file), 'utf8').catch(() => '');
    for (const [, sum = '', name = ''] of text.matchAll(/^(\d+ \d+) ([0-9A-Z.a-z]+)$/gm)) sums.set(name, sum);
  }
  return sums;
}

/** What is wrong with a segment, by its size, header and checksum; null: nothing. */
export async function segmentFault(archive: Archive, name: string): Promise<string | null> {
  const quick = await quickFault(archive, name);
  if (quick !== null) return quick;
  const [sum] = await changedFiles(archive, [name], await readSums(archive));
  return sum === undefined ? null : 'its checksum is not that of the file that the server wrote';
}

/** By size and header alone. `path`: where it lies, when not in the archive yet. */
export async function quickFault(
  archive: Archive,
  name: string,
  path = join(walFolder(archive), name),
): Promise<string | null> {
  const segment = parseSegment(name.replace(/\.partial$/, ''), archive.wal_segment_size);
  if (segment === null) return null;
  const { size } = await stat(path);
  if (size !== archive.wal_segment_size) return `${size} bytes instead of ${archive.wal_segment_size}`;
  const header = Buffer.alloc(40);
  const file = await open(path);
  try {
    await file.read(header, 0, header.length, 0);
  } finally {
    await file.close();
  }
  return headerFault(header, archive, segment.number * BigInt(archive.wal_segment_size));
}

/** XLogLongPageHeaderData: magic, info, timeline, position (8), …, system identifier (24), segment size (32). */
function headerFault(header: Buffer, archive: Archive, begins: bigint): string | null {
  if (header.readUInt16LE(0) === 0) return 'its first page is empty';
  const position = header.readBigUInt64LE(8);
  if (position !== begins) return `its first page is that of position ${lsnText(position)}`;
  const system = header.readBigUInt64LE(24).toString();
  if (system !== archive.system_identifier) return `it is of cluster ${system}`;
  return header.readUInt32LE(32) === archive.wal_segment_size ? null : 'its header names another size of segments';
}

/** So many names go into one run of cksum. */
const BATCH = 200;

/** Those of the files whose CRC is not the recorded one; files without a record are passed over. */
export async function changedFiles(
  archive: Archive,
  names: readonly string[],
  sums: Sums,
  onRead: (files: number) => void = () => undefined,
): Promise<readonly string[]> {
  const known = names.filter((name) => sums.has(name));
  const changed: string[] = [];
  for (let at = 0; at < known.length; at += BATCH) {
    const batch = known.slice(at, at + BATCH);
    const found = await cksum(walFolder(archive), batch);
    changed.push(...batch.filter((name) => found.get(name) !== sums.get(name)));
    onRead(Math.min(at + BATCH, known.length));
  }
  return changed;
}

/** A file that cannot be read has no line in the output, and so differs from its record. */
export function cksum(folder: string, names: readonly string[]): Promise<Sums> {
  return new Promise((done, fail) => {
    execFile('cksum', names, { cwd: folder, env: { ...process.env, LC_ALL: 'C' } }, (error, stdout) => {
      if (error && typeof error.code !== 'number') return fail(new Error(`cksum: ${messageOf(error)}`));
      const lines = [...stdout.matchAll(/^(\d+ \d+) (\S+)$/gm)];
      done(new Map(lines.map(([, sum = '', name = '']) => [name, sum])));
    });
  });
}
