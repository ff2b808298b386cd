/** `backup install`: what it prints is what systemd, cron and Kubernetes read, whatever the paths are called. */
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { parseAllDocuments } from 'yaml';
import type { ScheduleFile } from '../../src/backup/schedule.ts';
import { CARDS, leaves } from '../../src/commands/cards.ts';
import { project, strata } from '../support/project.ts';

const RECIPIENT = 'age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p';
/** A folder that every syntax in play would read otherwise. */
const NASTY = `my shop's 100% "best" $HOME`;

function shop(config: object = {}): string {
  const cwd = join(project(), NASTY);
  mkdirSync(cwd);
  writeFileSync(join(cwd, 'strata.config.json'), JSON.stringify(config));
  return cwd;
}

async function install(args: readonly string[], cwd = shop()): Promise<readonly ScheduleFile[]> {
  const { stdout, status } = await strata(['backup', 'install', '--json', ...args], { cwd });
  expect(status).toBe(0);
  return (JSON.parse(stdout) as { data: { files: readonly ScheduleFile[] } }).data.files;
}

function textOf(files: readonly ScheduleFile[], path: string): string {
  const found = files.find((file) => file.path === path);
  if (!found) throw new Error(`no ${path} among ${files.map((file) => file.path).join(', ')}`);
  return found.text;
}

/** The command that a word list ends in exists, with all its flags. */
function expectCommand(words: readonly string[]): void {
  const leaf = leaves(CARDS).find(({ path }) => path.every((word, i) => words[i] === word));
  expect(leaf, words.join(' ')).toBeDefined();
  const known = [...(leaf?.card.flags ?? []).map(({ name }) => name), 'quiet', 'env', 'config'];
  for (const word of words.filter((one) => one.startsWith('--'))) expect(known).toContain(word.slice(2));
}

describe('systemd', () => {
  test('a service and a timer for each job, daily and weekly, in the time zone of retention', async () => {
    const files = await install(
      ['--systemd', '--user', 'backup'],
      shop({ backup: { retention: { timeZone: 'Europe/Berlin' } } }),
    );
    expect(files.map(({ path, mode }) => `${path} ${mode}`)).toEqual([
      ...['create', 'prune', 'verify', 'drill'].flatMap((job) => [
        `strata-backup-${job}.service 644`,
        `strata-backup-${job}.timer 644`,
      ]),
      'strata-backup.env 600',
    ]);
    const service = textOf(files, 'strata-backup-create.service');
    expect(service).toContain('\nUser=backup\n');
    expect(service).toContain('\nEnvironmentFile=/etc/strata/strata-backup.env\n');
    expect(service).toMatch(/\nWorkingDirectory=\/.*my shop's 100%% "best" \$HOME\n/);
    expect(textOf(files, 'strata-backup-create.timer')).toContain('OnCalendar=*-*-* 02:15:00 Europe/Berlin\n');
    expect(textOf(files, 'strata-backup-drill.timer')).toContain('OnCalendar=Sun *-*-* 05:15:00 Europe/Berlin\n');
  });

  const analyze = spawnSync('systemd-analyze', ['--version']).status === 0;

  test.skipIf(!analyze)('systemd itself finds no fault, and reads the words as they are', async () => {
    const cwd = shop();
    const out = join(project(), 'units');
    // Verification looks for the program and the user.
    await install(['--systemd', '--user', 'root', '--out', out], cwd);
    for (const job of ['create', 'prune', 'verify', 'drill']) {
      const units = [join(out, `strata-backup-${job}.service`), join(out, `strata-backup-${job}.timer`)];
      const { stderr, status } = spawnSync('systemd-analyze', ['verify', '--man=no', ...units], { encoding: 'utf8' });
      // Without systemd running, it also says that it could not look at the machine's own units.
      const own = stderr.split('\n').filter((line) => line.includes('strata-backup'));
      expect({ own, status }).toEqual({ own: [], status: 0 });
      const calendar = /OnCalendar=(.*)/.exec(readFileSync(join(out, `strata-backup-${job}.timer`), 'utf8'))?.[1] ?? '';
      expect(spawnSync('systemd-analyze', ['calendar', calendar]).status).toBe(0);
    }
  });

  test('words of ExecStart, by the rules of systemd.syntax, are those of the command', async () => {
    const cwd = shop();
    const files = await install(['--systemd', '--wal'], cwd);
    for (const { path, text } of files.filter((file) => file.path.endsWith('.service'))) {
      const words = systemdWords(/ExecStart=(.*)/.exec(text)?.[1] ?? '');
      expect(words[0], path).toBe(process.execPath);
      expect(words[1]).toMatch(/bin\/strata\.js$/);
      const wal = path.includes('-wal-');
      expect(words.slice(-2)).toEqual(wal ? ['--wal-dir', join(cwd, 'wal')] : ['--dir', join(cwd, 'backups')]);
      expectCommand(words.slice(2));
    }
  });
});

test('with a bucket, WAL goes there every minute: cron, systemd and Kubernetes say so', async () => {
  const cwd = shop({ backup: { remote: { bucket: 'backups' } } });
  const crontab = textOf(await install(['--cron', '--wal'], cwd), 'strata-backup.crontab');
  expect(crontab).toMatch(/^\* \* \* \* \* .* wal upload /m);
  const timer = textOf(await install(['--systemd', '--wal'], cwd), 'strata-backup-wal-upload.timer');
  expect(timer).toContain('OnCalendar=*-*-* *:*:00 UTC\n');
  const manifests = textOf(await install(['--kubernetes', '--wal', '--image', 'i'], cwd), 'strata-backup.yaml');
  expect(manifests).toContain('schedule: "* * * * *"');
  expect(textOf(await install(['--cron'], cwd), 'strata-backup.crontab')).not.toContain('wal upload');
});

describe('cron', () => {
  test('lines of five fields and a command that a shell runs in the project, with its variables', async () => {
    const cwd = shop();
    const crontab = textOf(await install(['--cron'], cwd), 'strata-backup.crontab');
    mkdirSync(join(cwd, '.strata'));
    writeFileSync(join(cwd, '.strata', 'strata-backup.env'), "DATABASE_URL='postgresql://a:p%20$x@h/d'\n");
    const jobs = crontab.split('\n').filter((line) => /^[\d*]/.test(line));
    expect(jobs.map((line) => line.split(' ').slice(0, 5).join(' '))).toEqual([
      '15 2 * * *',
      '15 4 * * *',
      '15 5 * * 6',
      '15 5 * * 0',
    ]);
    for (const line of jobs) {
      const fields = /^(\S+) (\S+) (\S+) (\S+) (\S+) (.+)$/.exec(line);
      const [, minute, hour, day, month, weekday, command = ''] = fields ?? [];
      expect([Number(minute) < 60, Number(hour) < 24, day, month]).toEqual([true, true, '*', '*']);
      expect(weekday).toMatch(/^([0-6]|\*)$/);
      // A percent sign without a backslash would be a line break to cron.
      expect(command.replaceAll('\\%', '')).not.toContain('%');
      const shell = command
        .replaceAll('\\%', '%')
        .replace('exec ', 'printf "%s\\n" "$PWD" "$DATABASE_URL" "$(umask)" ');
      const [pwd, url, mask, ...words] = execFileSync('/bin/sh', ['-c', shell], { encoding: 'utf8' })
        .trim()
        .split('\n');
      expect([pwd, url, mask]).toEqual([cwd, 'postgresql://a:p%20$x@h/d', '0077']);
      expectCommand(words.slice(2));
    }
  });
});

describe('kubernetes', () => {
  test('a volume and a CronJob for each job; the connection and the key come from Secrets, the key only to the drill', async () => {
    const cwd = shop({ backup: { encryption: { recipients: [RECIPIENT] }, retention: { timeZone: 'Asia/Tokyo' } } });
    const [file, ...more] = await install(
      ['--kubernetes', '--wal', '--image', 'r.example.com/shop:1.4', '--name', 'shop'],
      cwd,
    );
    expect(more).toEqual([]);
    const documents = parseAllDocuments(file?.text ?? '');
    expect(documents.flatMap(({ errors }) => errors)).toEqual([]);
    const [claim, ...jobs] = documents.map((one) => one.toJS() as Manifest);
    expect(claim).toMatchObject({ apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'shop' } });
    expect(
      jobs.map(({ kind, metadata, spec }) => `${kind} ${metadata.name} ${spec.schedule} ${spec.timeZone}`),
    ).toEqual([
      'CronJob shop-create 15 2 * * * Asia/Tokyo',
      'CronJob shop-prune 15 4 * * * Asia/Tokyo',
      'CronJob shop-verify 15 5 * * 6 Asia/Tokyo',
      'CronJob shop-drill 15 5 * * 0 Asia/Tokyo',
      'CronJob shop-wal-base 15 3 * * 0 Asia/Tokyo',
      'CronJob shop-wal-prune 45 4 * * * Asia/Tokyo',
      'CronJob shop-wal-drill 15 6 * * 0 Asia/Tokyo',
    ]);
    for (const { metadata, spec } of jobs) {
      expect(spec).toMatchObject({ concurrencyPolicy: 'Forbid', jobTemplate: { spec: { backoffLimit: 0 } } });
      const pod = spec.jobTemplate.spec.template.spec;
      const [container] = pod.containers;
      expect(container).toMatchObject({ image: 'r.example.com/shop:1.4', envFrom: [{ secretRef: { name: 'shop' } }] });
      expect(container?.command.slice(0, 3)).toEqual(['npx', '--no', 'strata']);
      expectCommand(container?.command.slice(3) ?? []);
      // Every mount has its volume.
      const mounts = container?.volumeMounts.map(({ name }) => name).sort();
      expect(mounts).toEqual(pod.volumes.map(({ name }) => name).sort());
      const drill = metadata.name === 'shop-drill';
      expect(mounts?.includes('identity')).toBe(drill);
      expect(container?.env.some(({ name }) => name === 'STRATA_AGE_IDENTITY')).toBe(drill);
    }
    expect(file?.text).not.toMatch(/kind: Secret|stringData/);
  });

  interface Manifest {
    readonly kind: string;
    readonly metadata: { readonly name: string };
    readonly spec: {
      readonly schedule: string;
      readonly timeZone: string;
      readonly jobTemplate: { readonly spec: { readonly template: { readonly spec: Pod } } };
    };
  }

  interface Pod {
    readonly volumes: readonly { readonly name: string }[];
    readonly containers: readonly {
      readonly command: readonly string[];
      readonly env: readonly { readonly name: string }[];
      readonly volumeMounts: readonly { readonly name: string }[];
    }[];
  }
});

test('no secret of the machine it is called on is in any of them', async () => {
  const cwd = shop({ environments: { live: { url: 'postgresql://u:sEcReT@h/d' } } });
  for (const form of [['--systemd'], ['--cron'], ['--kubernetes', '--image', 'i']]) {
    const env = { DATABASE_URL: 'postgresql://u:sEcReT@h/d', STRATA_AGE_IDENTITY: '/key/sEcReT' };
    const { stdout } = await strata(['backup', 'install', '--env', 'live', ...form], { cwd, env });
    expect(stdout).not.toContain('sEcReT');
    expect(stdout).toMatch(/--env"?,? "?live/);
  }
});

test('--out writes files with their modes, and never over what is there', async () => {
  const cwd = shop();
  const out = join(cwd, 'units');
  const args = ['backup', 'install', '--systemd', '--out', 'units'];
  expect(await strata(args, { cwd })).toMatchObject({ status: 0 });
  expect(statSync(join(out, 'strata-backup.env')).mode & 0o777).toBe(0o600);
  expect(statSync(join(out, 'strata-backup-create.timer')).mode & 0o777).toBe(0o644);
  writeFileSync(join(out, 'strata-backup.env'), 'DATABASE_URL=mine');
  const again = await strata([...args, '--json'], { cwd });
  expect(JSON.parse(again.stdout)).toMatchObject({ ok: true, findings: [{ code: 'install/kept', level: 'warning' }] });
  expect(readFileSync(join(out, 'strata-backup.env'), 'utf8')).toBe('DATABASE_URL=mine');
});

test.each([
  [[], 'needs one of --systemd, --cron and --kubernetes'],
  [['--systemd', '--cron'], 'needs one of --systemd, --cron and --kubernetes'],
  [['--kubernetes'], 'needs an image'],
  [['--cron', '--name', 'Über'], '--name cannot be "Über"'],
])('%j is a fault of usage', async (args, message) => {
  const { status, stderr } = await strata(['backup', 'install', ...args], { cwd: shop() });
  expect({ status, stderr }).toEqual({ status: 2, stderr: expect.stringContaining(message) });
});

/** Words by systemd.syntax(7) and systemd.service(5): double quotes, backslashes, `%%`, `$$`. */
function systemdWords(line: string): string[] {
  const words = [...line.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)].map(([, quoted, plain]) => quoted ?? plain ?? '');
  return words.map((word) => word.replace(/\\(.)/g, '$1').replaceAll('%%', '%').replaceAll('$$', '$'));
}
