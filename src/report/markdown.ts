/**
 * Outcome to the Markdown of a GitHub job summary: what was judged, then the findings with links to their lines.
 * GitHub shows ten annotations of each level and cuts a summary at 1 MiB: here is room for what the annotations leave out.
 */
import type { Block, Cell, Finding, Level } from '../base/finding.ts';
import { maskSecrets } from '../base/mask.ts';
import type { Report } from './report.ts';

export interface MarkdownOptions {
  /** URL of a file at the commit that was judged, as `https://github.com/o/r/blob/<sha>`; null: lines are no links. */
  readonly files: string | null;
}

/** Findings that are listed, and characters of a text that are shown: 200 times 2 × 800 stay far below 1 MiB. */
const LISTED = 200;
const SHOWN = 800;
const VERBATIM = 60_000;

export function markdownReport({ command, outcome }: Report, options: MarkdownOptions): string {
  const { ok, findings, view } = outcome;
  const head = `## ${ok ? '✅' : '❌'} strata ${escaped(command)}: ${sum(findings)}`;
  const blocks = [head, ...view.map(blockText), ...list(findings, options)];
  return `${blocks.filter((text) => text !== '').join('\n\n')}\n`;
}

const SIGNS: Readonly<Record<Level, string>> = { error: '❌', warning: '⚠️', note: 'ℹ️' };

function sum(findings: readonly Finding[]): string {
  if (findings.length === 0) return 'nothing found';
  const parts = (['error', 'warning', 'note'] as const).flatMap((level) => {
    const count = findings.filter((one) => one.level === level).length;
    return count === 0 ? [] : [`${count} ${level}${count === 1 ? '' : 's'}`];
  });
  return parts.join(', ');
}

function list(findings: readonly Finding[], options: MarkdownOptions): readonly string[] {
  if (findings.length === 0) return [];
  const sorted = (['error', 'warning', 'note'] as const).flatMap((level) => findings.filter((f) => f.level === level));
  const rows = sorted.slice(0, LISTED).map((one) => [SIGNS[one.level], told(one), where(one, options)]);
  const more = sorted.length - rows.length;
  const text = table(['', 'finding', 'where'], rows);
  return more > 0 ? [text, `and ${more} more, which the log of the step tells.`] : [text];
}

function told({ code, subject, message, hint }: Finding): string {
  const lines = [
    `**${escaped(subject)}** ${escaped(message)}`,
    hint ? `→ ${escaped(hint)}` : '',
    `<code>${html(code)}</code>`,
  ];
  return lines.filter(Boolean).join('<br>');
}

function where({ place }: Finding, { files }: MarkdownOptions): string {
  if (!place) return '';
  const text = escaped(`${place.file}:${place.line}`);
  if (files === null) return text;
  const path = place.file.split('/').map(encodeURIComponent).join('/');
  return `[${text}](${files}/${path}#L${place.line})`;
}

function blockText(block: Block): string {
  if (block.kind === 'text') return escaped(block.text);
  if (block.kind === 'table')
    return table(
      block.head.map(escaped),
      block.rows.map((row) => row.map(cellText)),
    );
  if (block.text.trim() === '') return '';
  // Indented by four, so that no fence inside the text can end it.
  const text = maskSecrets(block.text.slice(0, VERBATIM)).replace(/^/gm, '    ');
  return `<details><summary>output</summary>\n\n${text}\n\n</details>`;
}

function cellText(cell: Cell): string {
  return escaped(typeof cell === 'string' ? cell : cell.text);
}

function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]): string => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}

/** Text that stays text: neither HTML nor Markdown, and one line. */
function escaped(text: string): string {
  const cut = text.length > SHOWN ? `${text.slice(0, SHOWN)}…` : text;
  return html(maskSecrets(cut))
    .replace(/[\\`*_[\]|~#]/g, '\\$&')
    .replace(/\r?\n/g, '<br>');
}

function html(text: string): string {
  return text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/>/g, '&gt;');
}
