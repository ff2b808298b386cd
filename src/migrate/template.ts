/** What `strata new` writes: the next file, in the language and the style of the last one. */
import { ToolError } from '../base/errors.ts';
import type { MigrationFile } from './model.ts';
import { nextVersion, VERSION_LENGTH } from './version.ts';

export interface TemplateOptions {
  /** The migrations that exist, in order. */
  readonly files: readonly MigrationFile[];
  /** The version it comes after. Default: that of the last file. */
  readonly last?: string | undefined;
  /** What it does, in a few words; blanks and hyphens become `_`. */
  readonly words: string;
  /** Plain SQL, whatever the last file is. Default false. */
  readonly sql?: boolean;
  /** A part that it installs: `functions/accept_booking`, and which version. */
  readonly part?: { readonly path: string; readonly version: number };
  /** What stands in up and down: lines of the language that the file gets. */
  readonly bodies?: (language: 'sql' | 'script') => readonly [up: readonly string[], down: readonly string[]];
  readonly now: Date;
}

export interface NewMigration {
  readonly version: string;
  /** File name, without folder. */
  readonly fileName: string;
  readonly text: string;
}

/** Throws USAGE for words that do not make a name. */
export function newMigration(options: TemplateOptions): NewMigration {
  const last = options.files.at(-1);
  const version = nextVersion(options.last ?? last?.version, options.now);
  const ending = options.sql ? 'sql' : (/\.([cm]?[tj]s|sql)$/.exec(last?.file ?? '')?.[1] ?? 'ts');
  const fileName = `${version}_${slug(options.words)}.${ending}`;
  if (version.length > VERSION_LENGTH || Buffer.byteLength(fileName) > 255) {
    throw new ToolError('USAGE', 'the name of the migration is too long', {
      detail: `${fileName} has ${Buffer.byteLength(fileName)} bytes; a file name holds 255`,
      hint: 'Say it in fewer words.',
    });
  }
  return { version, fileName, text: text(ending, options) };
}

function slug(words: string): string {
  const name = words.trim().replace(/[\s-]+/g, '_');
  if (/^[\p{L}\p{N}_]+$/u.test(name) && /[\p{L}\p{N}]/u.test(name)) return name;
  const better = name.replace(/[^\p{L}\p{N}_]+/gu, '_').replace(/^_+|_+$/g, '');
  throw new ToolError('USAGE', `${JSON.stringify(words)} does not make the name of a migration`, {
    detail: 'a name holds letters, digits and _',
    hint: `For example: strata new ${better === '' ? 'create_users' : better}`,
  });
}

function text(ending: string, options: TemplateOptions): string {
  if (ending === 'sql') return options.bodies ? sqlBodies(options.bodies('sql')) : sqlText(options.part);
  const [up, down] = options.bodies
    ? options
        .bodies('script')
        .map((lines) => lines.map((line) => `\n  ${line}`).join('') + (lines.length > 0 ? '\n' : ''))
    : options.part
      ? partBodies(options.part)
      : ['', ''];
  if (ending === 'cjs') return `exports.up = (pgm) => {${up}};\n\nexports.down = (pgm) => {${down}};\n`;
  const typed = ending.endsWith('ts');
  const from = home(options.files);
  const head = typed ? `import type { MigrationBuilder } from '${from}';\n\n` : '';
  const signature = typed ? '(pgm: MigrationBuilder): void' : '(pgm)';
  return `${head}export function up${signature} {${up}}\n\nexport function down${signature} {${down}}\n`;
}

/** Where the project's own files take the type from; the package itself has it too. */
function home(files: readonly MigrationFile[]): string {
  const source = files.findLast((file) => file.language === 'ts')?.source ?? '';
  return /import type [^;]*\bMigrationBuilder\b[^;]* from '([^']+)'/.exec(source)?.[1] ?? 'strata-pg';
}

function partBodies({ path, version }: { readonly path: string; readonly version: number }): readonly [string, string] {
  const call = (action: string): string => `\n  pgm.${action}('${path}', ${version});\n`;
  return [call('install'), call('uninstall')];
}

function sqlBodies([up, down]: readonly [readonly string[], readonly string[]]): string {
  return `-- Up Migration\n${up.join('\n')}\n\n-- Down Migration\n${down.join('\n')}\n`;
}

function sqlText(part: TemplateOptions['part']): string {
  const line = (action: string): string => (part ? `-- strata: ${action} ${part.path} v${part.version}\n` : '\n');
  return `-- Up Migration\n${line('install')}\n-- Down Migration\n${line('uninstall')}`;
}
