/** `strata status`: one round trip, nothing compiled unless a file was edited, nothing written. */
import { type Block, type Cell, type Finding, finding, type Level, type Outcome, type Tone } from '../base/finding.ts';
import type { MigrationState, MigrationStatus } from '../migrate/model.ts';
import type { Context, Options } from './command.ts';
import { withDatabase } from './database.ts';
import { loadHistory, loadProject, statuses } from './project.ts';

const TONE: Readonly<Record<MigrationState, Tone>> = {
  applied: 'good',
  pending: 'strong',
  edited: 'bad',
  missing: 'bad',
  out_of_order: 'bad',
  partly_squashed: 'bad',
  failed: 'bad',
};

export async function run(context: Context, options: Options): Promise<Outcome> {
  const project = loadProject(context);
  const history = await withDatabase(context, (session) => loadHistory(context, session, project));
  const states = await statuses(project, history);
  const findings = [...project.findings, ...states.flatMap(statusFindings)];
  const pending = states.filter(({ state }) => state === 'pending').length;
  const current = states.filter(({ applied }) => applied).at(-1)?.version ?? null;
  const data = { migrations: states.map(statusData), current };
  const wrong = findings.some(({ level }) => level === 'error');
  return {
    ok: !wrong && !(options.exitPending === true && pending > 0),
    findings,
    data,
    view: view(states, current, pending),
  };
}

/** The contract of `status --json`. */
function statusData({ version, name, state, edit, applied, file }: MigrationStatus): unknown {
  return {
    version,
    name,
    state,
    ...(edit ? { edit } : {}),
    applied_at: applied?.appliedAt.toISOString() ?? null,
    checksum: applied?.checksum ?? file?.checksum ?? null,
    duration_ms: applied?.durationMs ?? null,
  };
}

function view(states: readonly MigrationStatus[], current: string | null, pending: number): readonly Block[] {
  const rows = states.map((status): Cell[] => [
    status.version,
    status.name,
    { text: stateText(status), tone: status.edit === 'cosmetic' ? 'warn' : TONE[status.state] },
    status.applied?.appliedAt.toISOString().replace(/\.\d+Z$/, 'Z') ?? '',
    status.applied ? `${status.applied.durationMs} ms` : '',
  ]);
  const text = states.length === 0 ? 'no migrations' : `at ${current ?? 'the beginning'}, ${pending} pending`;
  const table: Block = { kind: 'table', head: ['version', 'name', 'state', 'applied at', 'time'], rows };
  return [...(rows.length > 0 ? [table] : []), { kind: 'text', text }];
}

function stateText({ state, edit, interrupted }: MigrationStatus): string {
  if (interrupted)
    return `failed: ${interrupted.direction} stopped after ${interrupted.done} of ${interrupted.total} statements`;
  return edit ? `edited (${edit})` : state.replaceAll('_', ' ');
}

/** What is wrong with a migration, and the command that puts it right. Shared with `verify`. */
export function statusFindings(status: MigrationStatus): readonly Finding[] {
  const { version, name, state, edit, file, interrupted } = status;
  const say = (code: string, level: Level, message: string, hint: string): Finding[] => [
    finding({
      code: `verify/${code}`,
      level,
      subject: name,
      message,
      hint,
      ...(file ? { place: { file: file.file, line: 1, column: 1 } } : {}),
    }),
  ];
  const path = file?.file ?? name;
  if (state === 'failed') {
    const direction = interrupted?.direction ?? 'up';
    const message = `${direction} of ${name} stopped after ${interrupted?.done} of ${interrupted?.total} statements`;
    const why = interrupted?.error ? `${message}: ${interrupted.error}` : message;
    return say(
      'unfinished',
      'error',
      why,
      `Finish it with: strata ${direction}. Or undo it by hand and: strata repair ${version}`,
    );
  }
  if (state === 'partly_squashed') {
    const message = `only some of the migrations that ${name} stands for are applied; not ${(status.lacking ?? []).join(', ')}`;
    return say('partly-squashed', 'error', message, `With the files from before the squash: strata up --to ${version}`);
  }
  if (state === 'missing') {
    const hint = `Bring it back from version control: git log --diff-filter=D --name-only -- '*${name}.*'`;
    return say('file-missing', 'error', `${name} is applied and its file is gone`, hint);
  }
  if (state === 'out_of_order') {
    const hint = `Give it the next number: strata repair --renumber ${path}. Or apply it where it stands: strata up --allow-out-of-order`;
    return say('out-of-order', 'error', `${name} is pending, and later migrations are applied`, hint);
  }
  if (state !== 'edited') return [];
  if (edit === 'cosmetic') {
    const hint = `Accept it with: strata repair ${version}`;
    return say('checksum-cosmetic', 'warning', `${path} was reformatted since it was applied; it does the same`, hint);
  }
  const hint = `Undo the edit (git checkout -- ${path}), or see what changed with: strata repair ${version} --dry-run`;
  return say('checksum-changed', 'error', `${path} was changed since it was applied`, hint);
}
