/**
 * What runs on which days to keep backups good: one list of jobs, written as systemd units, cron lines or Kubernetes
 * manifests (schedule-*.ts). Nothing is installed: the files are shown, or written into a folder, for whoever runs the
 * machine. No secret is ever in them; each form reads the connection from a place that only the job may read.
 */

export interface ScheduleInput {
  /** Beginning of the names of units and manifests: letters, digits and dashes. */
  readonly name: string;
  /** Absolute path of the project folder. */
  readonly root: string;
  /** The words before the command: paths of Node and of the tool. */
  readonly program: readonly string[];
  /** Words behind each command: `--env production`. */
  readonly options: readonly string[];
  /** Absolute paths of the folders of backups and of the WAL archive; null: variables name them. */
  readonly folders: { readonly backups: string; readonly wal: string } | null;
  /** Whether backups are encrypted: then drills need the private key. */
  readonly encrypted: boolean;
  /** IANA name. */
  readonly timeZone: string;
  readonly jobs: readonly Job[];
}

export interface ScheduleFile {
  /** Name, without a folder. */
  readonly path: string;
  /** Permissions, in octal digits. */
  readonly mode: '644' | '600';
  readonly text: string;
  /** Where it belongs, and what to do with it: one sentence. */
  readonly note: string;
}

export interface Job {
  /** `create`: the end of its name. */
  readonly name: string;
  readonly title: string;
  readonly command: readonly string[];
  /** Null: every minute of every day. */
  readonly time: { readonly hour: number; readonly minute: number } | null;
  /** Null: every day; else 0 for Sunday to 6. */
  readonly weekday: number | null;
  /** True: it opens backups, and needs their key when they are encrypted. */
  readonly opens: boolean;
  /** The flag that names the folder it works in, and that folder's environment variable. */
  readonly folder: 'backups' | 'wal';
}

/** In an order that a night gets through: taken, pruned when it is there, read again weekly, restored weekly. */
const JOBS: readonly Job[] = [
  job('create', 'take a backup', ['backup', 'create'], { hour: 2, minute: 15 }),
  job('prune', 'delete what no retention rule keeps', ['backup', 'prune', '--delete'], { hour: 4, minute: 15 }),
  job('verify', 'read every backup again', ['backup', 'verify'], { hour: 5, minute: 15, weekday: 6 }),
  {
    ...job('drill', 'restore the newest backup and compare it', ['drill'], { hour: 5, minute: 15, weekday: 0 }),
    opens: true,
  },
];

/** The WAL archive has its own copies and its own pruning. */
const WAL_JOBS: readonly Job[] = [
  {
    ...job('wal-base', 'take a base backup for the WAL archive', ['wal', 'base'], { hour: 3, minute: 15, weekday: 0 }),
    folder: 'wal',
  },
  {
    ...job('wal-prune', 'delete WAL that no kept moment needs', ['wal', 'prune', '--delete'], { hour: 4, minute: 45 }),
    folder: 'wal',
  },
  {
    ...job('wal-drill', 'recover from the WAL archive', ['drill', '--wal'], { hour: 6, minute: 15, weekday: 0 }),
    folder: 'wal',
  },
];

/** What is not in the bucket yet is lost with the machine: as often as segments are ended. */
const WAL_UPLOAD: Job = {
  name: 'wal-upload',
  title: 'bring the WAL archive into the bucket',
  command: ['wal', 'upload'],
  time: null,
  weekday: null,
  opens: false,
  folder: 'wal',
};

/** `upload`: each backup goes to the bucket, and the WAL, too. */
export function jobsFor({ wal, upload }: { readonly wal: boolean; readonly upload: boolean }): readonly Job[] {
  const jobs = [...JOBS, ...(wal ? WAL_JOBS : []), ...(wal && upload ? [WAL_UPLOAD] : [])];
  return jobs.map((one) => (one.name === 'create' && upload ? { ...one, command: [...one.command, '--upload'] } : one));
}

interface When {
  readonly hour: number;
  readonly minute: number;
  readonly weekday?: number;
}

function job(name: string, title: string, command: readonly string[], { hour, minute, weekday }: When): Job {
  return { name, title, command, time: { hour, minute }, weekday: weekday ?? null, opens: false, folder: 'backups' };
}

/** `create` to its command, with the options of all. */
export function commandOf({ command, folder }: Job, { options, folders }: ScheduleInput): readonly string[] {
  if (folders === null) return [...command, '--quiet', ...options];
  const where = folder === 'wal' ? ['--wal-dir', folders.wal] : ['--dir', folders.backups];
  return [...command, '--quiet', ...options, ...where];
}

/** The five fields of a line of a crontab. */
export function cronTime({ time, weekday }: Job): string {
  return `${time?.minute ?? '*'} ${time?.hour ?? '*'} * * ${weekday ?? '*'}`;
}

/** Two digits. */
export function padded(number: number): string {
  return String(number).padStart(2, '0');
}

/**
 * The lines of a file of variables that both systemd's EnvironmentFile and a shell read. Values are in single quotes, in
 * which neither of them expands anything.
 */
export function environmentFile({ encrypted }: ScheduleInput): string {
  const lines = [
    '# Readable by its owner alone (0600): it holds the password of the role that takes backups.',
    '# The role reads everything and changes nothing:',
    '#   CREATE ROLE strata_backup LOGIN BYPASSRLS; GRANT pg_read_all_data TO strata_backup;',
    "DATABASE_URL='postgresql://strata_backup:PASSWORD@HOST:5432/DATABASE'",
    '',
    '# Where the programs of PostgreSQL are, when it is not one of the usual places:',
    "# STRATA_PG_BIN='/usr/lib/postgresql/17/bin'",
    '',
    "# For Prometheus' textfile collector:",
    "# STRATA_BACKUP_HEALTH='/var/lib/prometheus/node-exporter/strata.prom'",
  ];
  if (!encrypted) return `${lines.join('\n')}\n`;
  const key = [
    '',
    '# Drills open encrypted backups. The key need not be on the machine that takes them: drill elsewhere, if you can.',
    "# STRATA_AGE_IDENTITY='/path/of/backup-key.txt'",
  ];
  return `${[...lines, ...key].join('\n')}\n`;
}
