/**
 * A WAL segment of 16 MiB into the archive, through a shell as PostgreSQL calls it, against `cp` and fsync: of the file, as
 * most archive_commands in the world do it, and of the file and its folder, without which the name may be lost with a crash.
 * Full segments, and ones that archive_timeout ended; and a history file of 41 bytes, which is the start-up alone.
 */
import { randomBytes } from 'node:crypto';
import { copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { compare } from './measure.js';

const SIZE = 16 * 1024 * 1024;
const SYSTEM = 7_300_000_000_000_000_001n;

/** Gives [work, times of each contender]. A round takes some 60 ms: there can be many. */
export function benchArchiver({ home, rounds }) {
  const folder = join(home, 'archiver');
  mkdirSync(join(folder, 'wal'), { recursive: true });
  mkdirSync(join(folder, 'plain'));
  copyFileSync(resolve('src/wal/archiver.sh'), join(folder, 'archiver.sh'));
  const identity = { strata_wal: 1, system_identifier: String(SYSTEM), wal_segment_size: SIZE };
  writeFileSync(join(folder, 'archive.json'), `${JSON.stringify(identity, null, 2)}\n`);
  try {
    return [
      ['archiver: a full segment', compare(contenders(folder, segment(SIZE), SEGMENT), rounds * 5)],
      ['archiver: an idle segment', compare(contenders(folder, segment(64 * 1024), SEGMENT), rounds * 5)],
      ['archiver: start-up', compare(contenders(folder, Buffer.alloc(41, '1'), HISTORY), rounds * 5)],
    ];
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Random up to `used`, zeros behind; the first page names the cluster. */
function segment(used) {
  const bytes = Buffer.alloc(SIZE);
  randomBytes(used).copy(bytes);
  bytes.writeBigUInt64LE(SYSTEM, 24);
  return bytes;
}

const SEGMENT = (n) => `0000000100000000${hex(n)}`;
const HISTORY = (n) => `${hex(n + 2)}.history`;

let count = 0;
function contenders(folder, bytes, nameOf) {
  const source = join(folder, 'source');
  writeFileSync(source, bytes);
  const by = (name, command) => ({
    name,
    run: () => {
      count += 1;
      return { command: '/bin/sh', args: ['-c', command(nameOf(count))] };
    },
  });
  const plain = join(folder, 'plain');
  const cp = (file) => `cp '${source}' '${plain}/${file}' && sync '${plain}/${file}'`;
  return [
    by('cp, fsync', cp),
    by('cp, fsync, fsync of the folder', (file) => `${cp(file)} '${plain}'`),
    by('archiver.sh', (file) => `/bin/sh '${folder}/archiver.sh' '${source}' '${file}' || exit 101`),
  ];
}

function hex(n) {
  return n.toString(16).toUpperCase().padStart(8, '0');
}
