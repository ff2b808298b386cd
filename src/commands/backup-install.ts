/** `backup install`: what runs backups by the clock, as systemd units, cron lines or Kubernetes manifests. Installs nothing. */
import { chmod, mkdir, readFile, writeFile } from 'node:fs/promises';
import { userInfo } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { jobsFor, type ScheduleFile, type ScheduleInput } from '../backup/schedule.ts';
import { cronFiles } from '../backup/schedule-cron.ts';
import { kubernetesFiles } from '../backup/schedule-kubernetes.ts';
import { systemdFiles } from '../backup/schedule-systemd.ts';
import { ToolError } from '../base/errors.ts';
import { type Block, type Finding, finding, outcome } from '../base/finding.ts';
import { packageRoot } from '../base/version.ts';
import type { Context, Options, Run } from './command.ts';

export const run: Run = async (context, options) => {
  const files = filesFor(context, options);
  const { out } = options;
  if (typeof out !== 'string') return outcome({ files }, files.flatMap(shown));
  const folder = resolve(context.config.root, out);
  await mkdir(folder, { recursive: true });
  const findings: Finding[] = [];
  for (const file of files) findings.push(...(await place(folder, file)));
  const view = files.map(({ path, note }): Block => ({ kind: 'text', text: `${join(folder, path)}: ${note}` }));
  return outcome({ files: files.map((file) => ({ ...file, path: join(folder, file.path) })) }, view, findings);
};

function filesFor({ config }: Context, options: Options): readonly ScheduleFile[] {
  const forms = (['systemd', 'cron', 'kubernetes'] as const).filter((form) => options[form] === true);
  const [form] = forms;
  if (form === undefined || forms.length > 1) {
    throw new ToolError('USAGE', 'backup install needs one of --systemd, --cron and --kubernetes', {
      hint: 'For example: strata backup install --systemd',
    });
  }
  const named = config.environment === null ? [] : ['--env', config.environment];
  // A file that would not be found from the project folder by itself.
  const file = config.file !== null && dirname(config.file) !== config.root ? ['--config', config.file] : [];
  const input: ScheduleInput = {
    name: nameOf(options),
    root: config.root,
    program: [process.execPath, join(packageRoot(), 'bin', 'strata.js')],
    options: [...named, ...file],
    encrypted: config.backup.encryption.recipients.length > 0,
    timeZone: config.backup.retention.timeZone,
    folders: null,
    jobs: jobsFor({ wal: options.wal === true, upload: config.backup.remote.bucket !== '' }),
  };
  const { dir, wal } = config.backup;
  const here = { ...input, folders: { backups: resolve(config.root, dir), wal: resolve(config.root, wal.dir) } };
  if (form === 'cron') return cronFiles(here);
  if (form === 'systemd') return systemdFiles({ ...here, user: text(options.user) ?? userInfo().username });
  const image = text(options.image);
  if (image !== undefined) return kubernetesFiles({ ...input, image });
  throw new ToolError('USAGE', 'backup install --kubernetes needs an image', {
    hint: 'Name one that holds this project and the client programs of PostgreSQL: --image registry/project:tag',
  });
}

/** Names of units and of Kubernetes' objects, by RFC 1123. */
function nameOf(options: Options): string {
  const name = text(options.name) ?? 'strata-backup';
  if (/^[a-z0-9]([a-z0-9-]{0,38}[a-z0-9])?$/.test(name)) return name;
  throw new ToolError('USAGE', `--name cannot be "${name}"`, {
    hint: 'At most 40 small letters, digits and dashes, with no dash at its ends.',
  });
}

function text(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

function shown({ path, mode, note, text }: ScheduleFile): readonly Block[] {
  return [
    { kind: 'verbatim', text: `# ---- ${path} (${mode}): ${note}` },
    { kind: 'verbatim', text },
  ];
}

/** What somebody wrote already is theirs: a file that differs is left as it is, and told. */
async function place(folder: string, { path, mode, text }: ScheduleFile): Promise<readonly Finding[]> {
  const target = join(folder, path);
  const there = await readFile(target, 'utf8').catch(() => null);
  if (there === text) return [];
  if (there !== null) {
    const message = 'the file is there with another text, and was left as it is';
    return [finding({ code: 'install/kept', level: 'warning', subject: target, message })];
  }
  await writeFile(target, text, { mode: 0o600 });
  await chmod(target, Number.parseInt(mode, 8));
  return [];
}
